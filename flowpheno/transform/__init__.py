"""Scales, named as Gating-ML 2.0 names them: forward, inverse, ticks."""

from __future__ import annotations

from flowpheno.transform.asinh import Asinh
from flowpheno.transform.base import Transform
from flowpheno.transform.linear import Linear
from flowpheno.transform.logicle import Logicle
from flowpheno.transform.ticks import Ticks, decade_ticks
from flowpheno.transform.working import working_transform

__all__ = [
    "Asinh",
    "Linear",
    "Logicle",
    "Ticks",
    "Transform",
    "decade_ticks",
    "working_transform",
]
