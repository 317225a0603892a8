"""Scales, named as Gating-ML 2.0 names them: forward, inverse, ticks.

The package is callable: ``flowpheno.transform(sample)`` is `transform_sample`, the stage that
follows ``flowpheno.compensate(sample)``.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from flowpheno.transform.asinh import Asinh, ParametrisedAsinh
from flowpheno.transform.base import Transform
from flowpheno.transform.biex import Biex
from flowpheno.transform.clipped import Clipped
from flowpheno.transform.estimate import estimate_logicle
from flowpheno.transform.fused import scaled_events
from flowpheno.transform.hlog import Glog, Hlog, Tlog
from flowpheno.transform.hyperlog import Hyperlog
from flowpheno.transform.linear import Linear
from flowpheno.transform.log import Log
from flowpheno.transform.logicle import Logicle
from flowpheno.transform.table import transform_sample
from flowpheno.transform.ticks import Ticks, decade_ticks
from flowpheno.transform.working import working_transform

if TYPE_CHECKING:
    import pandas as pd

    from flowpheno.sample import Sample

__all__ = [
    "Asinh",
    "Biex",
    "Clipped",
    "Glog",
    "Hlog",
    "Hyperlog",
    "Linear",
    "Log",
    "Logicle",
    "ParametrisedAsinh",
    "Ticks",
    "Tlog",
    "Transform",
    "decade_ticks",
    "estimate_logicle",
    "scaled_events",
    "transform_sample",
    "working_transform",
]


class _Stage(ModuleType):
    """One name, two uses: the package of scales, and the stage that applies them."""

    def __call__(self, sample: Sample, scale: Transform | None = None) -> pd.DataFrame:
        return transform_sample(sample, scale)


sys.modules[__name__].__class__ = _Stage
