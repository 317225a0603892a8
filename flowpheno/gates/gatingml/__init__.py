"""Gating-ML 2.0, the standard of ISAC for gates."""

from __future__ import annotations

from flowpheno.gates.gatingml.read import read_gatingml, strategy_of_gatingml
from flowpheno.gates.gatingml.write import gatingml_of

__all__ = ["gatingml_of", "read_gatingml", "strategy_of_gatingml"]
