"""What a run found: the values, the folder they are written to, the tables made of them."""

from __future__ import annotations

from flowpheno.results.read import event_files, read_results
from flowpheno.results.tables import (
    cohort_table,
    failure_table,
    finding_table,
    link_table,
    marker_table,
    population_table,
)
from flowpheno.results.values import (
    SCHEMA_VERSION,
    ChannelRow,
    Failure,
    PopulationCount,
    Run,
    SpecimenResult,
    StepCount,
    TubeResult,
)
from flowpheno.results.write import write_results

__all__ = [
    "SCHEMA_VERSION",
    "ChannelRow",
    "Failure",
    "PopulationCount",
    "Run",
    "SpecimenResult",
    "StepCount",
    "TubeResult",
    "cohort_table",
    "event_files",
    "failure_table",
    "finding_table",
    "link_table",
    "marker_table",
    "population_table",
    "read_results",
    "write_results",
]
