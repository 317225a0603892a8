"""Populations found without a hand-drawn gate, on whatever backbone the tube has.

Anchors first (`anchor`: the lymphocytes and granulocytes every marrow holds), then a cut point
for each marker beside its in-sample negative control (`cutpoint`), then populations (`tree`).
No channel threshold is fixed: every number is relative to cells of the same tube.
"""

from flowpheno.gating.limits import GatingLimits
from flowpheno.gating.tree import GatedTube, gate_tube

__all__ = ["GatedTube", "GatingLimits", "gate_tube"]
