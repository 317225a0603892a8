"""The stages in order: the one package that knows them all."""

from __future__ import annotations

from flowpheno.pipeline.specimen import DENOMINATOR, classify_specimen
from flowpheno.pipeline.tube import TubeAnalysis, analyse_tube

__all__ = ["DENOMINATOR", "TubeAnalysis", "analyse_tube", "classify_specimen"]
