"""Judge specimens: one with its events, or a folder of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.aberrancy.template import NormalTemplate, load_template
from flowpheno.api.values import Classified, Cohort
from flowpheno.compensation import read_spillover_file, with_spillover
from flowpheno.errors import RegistryError
from flowpheno.gates import Strategy
from flowpheno.learning import load_model
from flowpheno.panel.definitions import load_definitions
from flowpheno.pipeline.diagnosis import comparators
from flowpheno.pipeline.directory import SIMULATED_KEYWORD, Options, classify_files, make_run
from flowpheno.pipeline.drawn import drawn_in_memory, read_drawn_gates
from flowpheno.pipeline.history import remember
from flowpheno.pipeline.manifest import read_manifest
from flowpheno.pipeline.progress import progress_bar
from flowpheno.pipeline.specimen import judge_tubes
from flowpheno.pipeline.tube import analyse_tube
from flowpheno.reading import parse_scale, read_sample
from flowpheno.registry import Signature, open_registry
from flowpheno.sample import Sample, Scale
from flowpheno.specimen import Specimen

if TYPE_CHECKING:
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.learning import LearnedModel
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.drawn import DrawnGates
    from flowpheno.reading import TableScale

PANELS = ("b_all",)
"""Questions that can be asked: is there a B-precursor ALL?"""


def classify(  # noqa: PLR0913 - what the command line takes
    source: Sample | Specimen | Path | str,
    *,
    panel: str = "b_all",
    known_bcp_all: bool = False,
    template: NormalTemplate | Path | str | None = None,
    diagnosis: Sample | Path | str | None = None,
    definitions: Definitions | None = None,
    gates: Strategy | Path | str | None = None,
    matrix: Path | str | None = None,
    model: LearnedModel | Path | str | None = None,
    scale: TableScale | str | None = None,
) -> Classified:
    """Judge one specimen for an aberrant B precursor.

    Parameters
    ----------
    source : Sample or Specimen or Path or str
        A tube, a specimen with its tubes, an FCS file, or an event table (``.csv``,
        ``.csv.gz``, ``.parquet``).
    panel : str
        The question; ``"b_all"``, B-precursor ALL, is the only one there is.
    known_bcp_all : bool
        B-precursor ALL was established before; lowers a quantity, never adds evidence.
    template : NormalTemplate or Path or str or None
        Normal marrows to compare with; without one a negative cannot be given.
    diagnosis : Sample or Path or str or None
        A tube of the patient's diagnosis: cells like its blasts are looked for as well.
    definitions : Definitions or None
        Of `load_definitions`; None for those that come with flowpheno.
    gates : Strategy or Path or str or None
        Gates that a person drew, as values, a file, or the name of a strategy. Those called like
        a population take its place, in every tube that they fit, and the findings say so; a
        negative must hold without them too.
    matrix : Path or str or None
        CSV, TSV or FCS: spillover matrix of every tube, instead of its own.
    model : LearnedModel or Path or str or None
        A model of ``flowpheno train`` that is asked as well: evidence, which may forbid a
        negative and no more.
    scale : Scale or LogChannels or IonCounts or str or None
        What the numbers of event tables mean, as values or in the words of the command line,
        such as ``"log:4/1024"``; an FCS file says so itself.

    Returns
    -------
    Classified
        The verdict, its tables and its pictures.

    Raises
    ------
    FcsError
        If the file cannot be read.
    CompensationError
        If the matrix cannot be read, or does not fit a tube.
    TableError
        If a table cannot be read, or does not say its scale.
    ModelError
        If the model cannot be used.
    TemplateError
        If the template cannot be used.
    GateError
        If the gates cannot be read.
    PanelError
        If they are no strategy, or there is none of that name.
    ValueError
        If there is no such panel.
    """
    _check_panel(panel)
    used = definitions or load_definitions()
    meant = _as_scale(scale)
    own = None if matrix is None else read_spillover_file(Path(matrix))
    specimen = _with_matrix(_as_specimen(source, used, meant, known_bcp_all=known_bcp_all), own)
    normal = load_template(Path(template)) if isinstance(template, Path | str) else template
    drawn = _drawn(gates)
    before = [] if diagnosis is None else [_as_sample(diagnosis, used, meant)]
    before = before if own is None else [with_spillover(tube, own) for tube in before]
    against = comparators(normal, before, used)
    asked = load_model(Path(model)) if isinstance(model, Path | str) else model
    tubes = tuple(
        analyse_tube(tube, specimen, used, against, gates=drawn, model=asked)
        for tube in specimen.tubes
    )
    result = judge_tubes(specimen, tubes, used, against, events=True)
    simulated = any(SIMULATED_KEYWORD in tube.keywords for tube in specimen.tubes)
    run = make_run([result], used, simulated=simulated, gates=drawn)
    return Classified(run=run, tubes=tubes)


def classify_directory(  # noqa: PLR0913 - what the command line takes
    path: Path | str,
    *,
    manifest: Path | str | None = None,
    known_bcp_all: bool = False,
    template: Path | str | None = None,
    diagnosis: Path | str | None = None,
    panels: Path | str | None = None,
    gates: Path | str | None = None,
    matrix: Path | str | None = None,
    scheme: str = "",
    denominator: str = "",
    registry: Path | str | None = None,
    who: str = "",
    model: Path | str | None = None,
    scale: TableScale | str | None = None,
    events: bool = False,
    jobs: int = 1,
) -> Cohort:
    """Judge every marrow of a folder; one broken file costs one row.

    Parameters
    ----------
    path : Path or str
        Folder, searched to the bottom.
    manifest : Path or str or None
        CSV of what a person knows of the files.
    known_bcp_all : bool
        History of specimens for which the manifest does not say.
    template : Path or str or None
        Normal template.
    diagnosis : Path or str or None
        A tube of the patient's diagnosis, where the manifest does not name it.
    panels : Path or str or None
        Definitions of your own.
    gates : Path or str or None
        Gates that a person drew, or the name of a strategy; see `classify`.
    matrix : Path or str or None
        CSV, TSV or FCS: spillover matrix of every file, instead of its own.
    scheme : str
        Percent rule of positivity, such as ``"aieop_bfm"``; empty for that of the definitions.
    denominator : str
        What percentages of blasts refer to, such as ``"mononuclear"``; empty for that of the
        definitions.
    registry : Path or str or None
        Registry of the laboratory: specimens that have a patient are stored, and compared with
        the patient's earliest positive one.
    who : str
        Who stores them; must be given with a registry.
    model : Path or str or None
        A model of ``flowpheno train`` that is asked as well.
    scale : Scale or LogChannels or IonCounts or str or None
        What the numbers of event tables mean, where the manifest does not say.
    events : bool
        Whether to keep the membership of every event; `evaluate` needs it.
    jobs : int
        Specimens judged at a time.

    Returns
    -------
    Cohort
        Specimens in sorted order, and the files that could not be used.

    Raises
    ------
    FlowphenoError
        If manifest, template, definitions, gates or registry cannot be used.
    """
    if registry is not None:
        _check_registry(registry, who)
    options = Options(
        known_bcp_all=known_bcp_all,
        template=optional_path(template),
        diagnosis=() if diagnosis is None else (Path(diagnosis),),
        panels=optional_path(panels),
        gates=optional_path(gates),
        matrix=optional_path(matrix),
        scheme=scheme,
        denominator=denominator,
        model=optional_path(model),
        scale=_as_scale(scale),
        events=events,
        manifest={} if manifest is None else read_manifest(Path(manifest)),
        jobs=jobs,
    )
    with progress_bar("Judging") as advance:
        run = classify_files([Path(path)], options, progress=advance)
    if registry is None:
        return Cohort(run=run)
    definitions = load_definitions(options.panels)
    memory = remember(run, registry, Signature(who=who), definitions=definitions)
    return Cohort(run=run, memory=memory)


def _check_registry(registry: Path | str, who: str) -> None:
    """Refuse before any file is judged."""
    if not who.strip():
        raise RegistryError("who stores a result must be said")
    with open_registry(registry):
        return


def optional_path(path: Path | str | None) -> Path | None:
    """Make a path of what may be none.

    Parameters
    ----------
    path : Path or str or None
        As given.

    Returns
    -------
    Path or None
        None for None.
    """
    return None if path is None else Path(path)


def _drawn(gates: Strategy | Path | str | None) -> DrawnGates | None:
    if gates is None:
        return None
    return drawn_in_memory(gates) if isinstance(gates, Strategy) else read_drawn_gates(gates)


def _check_panel(panel: str) -> None:
    if panel not in PANELS:
        raise ValueError(f"panel {panel!r} is not known; known: {', '.join(PANELS)}")


def _with_matrix(specimen: Specimen, matrix: Spillover | None) -> Specimen:
    if matrix is None:
        return specimen
    return replace(specimen, tubes=tuple(with_spillover(tube, matrix) for tube in specimen.tubes))


def _as_scale(scale: TableScale | str | None) -> TableScale | None:
    """Read a scale as the command line spells it; members of `Scale` are words themselves."""
    if isinstance(scale, str) and not isinstance(scale, Scale):
        return parse_scale(scale)
    return scale


def _as_specimen(
    source: Sample | Specimen | Path | str,
    definitions: Definitions,
    scale: TableScale | None,
    *,
    known_bcp_all: bool,
) -> Specimen:
    if isinstance(source, Specimen):
        return replace(source, known_bcp_all=source.known_bcp_all or known_bcp_all)
    sample = _as_sample(source, definitions, scale)
    return Specimen(name=sample.name, tubes=(sample,), known_bcp_all=known_bcp_all)


def _as_sample(
    source: Sample | Path | str, definitions: Definitions, scale: TableScale | None
) -> Sample:
    if isinstance(source, Sample):
        return source
    return read_sample(Path(source), vocabulary=definitions.vocabulary, scale=scale)
