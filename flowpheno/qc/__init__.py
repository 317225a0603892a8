"""Quality control: each step gives a mask and findings, and logs events in and out.

The order matters and is kept in `control`: time before margins, DNA dye before singlets, so that
each step is judged on the cells it is about; what is left is judged as a specimen. Nothing is
repaired; nothing is removed in silence.
"""

from __future__ import annotations

from flowpheno.qc.adequacy import check_age
from flowpheno.qc.control import QcLimits, QcStep, QualityControl, quality_control

__all__ = ["QcLimits", "QcStep", "QualityControl", "check_age", "quality_control"]
