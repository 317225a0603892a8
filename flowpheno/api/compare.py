"""Diagnosis against relapse, from whatever a notebook holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, overload

from flowpheno.api.judge import classify, optional_path
from flowpheno.api.values import Cohort
from flowpheno.errors import ResultsError
from flowpheno.pipeline.directory import Options
from flowpheno.pipeline.history import run_of_side
from flowpheno.pipeline.pair import compare_results, compare_series
from flowpheno.results import SpecimenResult
from flowpheno.sample import Sample

if TYPE_CHECKING:
    from flowpheno.comparison import Comparison, Series
    from flowpheno.panel.definitions import Definitions

Side: TypeAlias = Cohort | SpecimenResult | Sample | Path | str
"""What can be compared."""


@overload
def compare(  # numpydoc ignore=GL08
    diagnosis: Side,
    relapse: Side,
    *,
    known_bcp_all: bool = False,
    template: Path | str | None = None,
    registry: Path | str = "",
    definitions: Definitions | None = None,
) -> Comparison: ...


@overload
def compare(  # numpydoc ignore=GL08
    diagnosis: Side,
    relapse: Side,
    third: Side,
    /,
    *later: Side,
    known_bcp_all: bool = False,
    template: Path | str | None = None,
    registry: Path | str = "",
    definitions: Definitions | None = None,
) -> Series: ...


def compare(
    diagnosis: Side,
    relapse: Side,
    *later: Side,
    known_bcp_all: bool = False,
    template: Path | str | None = None,
    registry: Path | str = "",
    definitions: Definitions | None = None,
) -> Comparison | Series:
    """Say marker by marker what was kept, gained, lost or shifted.

    Parameters
    ----------
    diagnosis, relapse : Cohort or SpecimenResult or Sample or Path or str
        What `classify` gave, a tube, an FCS file, a results folder with one specimen, or
        ``"registry:SPECIMEN"``.
    *later : Cohort or SpecimenResult or Sample or Path or str
        More time points, in order: each is compared with the first and with the one before it.
    known_bcp_all : bool
        History, for tubes and files.
    template : Path or str or None
        Normal template, for tubes and files.
    registry : Path or str
        The registry that such a specimen is in: a file or a URL.
    definitions : Definitions or None
        Limits of shifts; None for those that come with flowpheno.

    Returns
    -------
    Comparison or Series
        Its ``table`` has a row for each marker; of more than two time points a `Series`, with a
        row for each marker and later time point.

    Raises
    ------
    FlowphenoError
        If a side cannot be used, or the relapse holds no aberrant population.
    """
    options = Options(known_bcp_all=known_bcp_all, template=optional_path(template))
    sides = [
        _result(side, options, definitions, registry=str(registry))
        for side in (diagnosis, relapse, *later)
    ]
    if later:
        return compare_series(sides, definitions)
    return compare_results(sides[0], sides[1], definitions)


def _result(
    side: Side, options: Options, definitions: Definitions | None, *, registry: str
) -> SpecimenResult:
    match side:
        case SpecimenResult():
            return side
        case Cohort():
            if len(side.run.specimens) != 1:
                raise ResultsError(f"{len(side.run.specimens)} specimens, expected one")
            return side.run.specimens[0]
        case Sample():
            judged = classify(
                side,
                known_bcp_all=options.known_bcp_all,
                template=options.template,
                definitions=definitions,
            )
            return judged.result
        case Path() | str():
            return run_of_side(Path(side), options, registry).specimens[0]
