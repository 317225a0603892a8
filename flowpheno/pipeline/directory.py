"""Many files: a broken one costs one row, a bug stops the run."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING

from flowpheno.compensation import read_spillover_file, with_spillover
from flowpheno.errors import FlowphenoError, ManifestError
from flowpheno.fcs.spillover import changes_nothing
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.panel.definitions import load_definitions, with_denominator, with_scheme
from flowpheno.panel.files import fingerprint
from flowpheno.pipeline.control_tubes import control_tube
from flowpheno.pipeline.diagnosis import comparators
from flowpheno.pipeline.drawn import read_drawn_gates
from flowpheno.pipeline.manifest import ManifestRow, group_files
from flowpheno.pipeline.specimen import classify_specimen
from flowpheno.reading import find_files, read_sample
from flowpheno.results import Failure, Run
from flowpheno.specimen import Specimen
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.learning import LearnedModel
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.drawn import DrawnGates
    from flowpheno.reading import TableScale
    from flowpheno.results import SpecimenResult
    from flowpheno.sample import Sample
    from flowpheno.specimen import ControlTube

SIMULATED_KEYWORD = "FLOWPHENO SIMULATED"
"""Keyword of files that flowpheno made itself; every page then says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to judge a folder.

    Attributes
    ----------
    known_bcp_all : bool
        History of specimens for which the manifest does not say.
    template : Path or None
        Normal template.
    panels : Path or None
        Folder of definitions that override those that come with flowpheno.
    diagnosis : tuple of Path
        Tubes of the patient's diagnosis, where the manifest does not name them.
    matrix : Path or None
        Spillover matrix of every file, instead of their own.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers of event tables mean, where the manifest does not say.
    events : bool
        Whether to keep the membership of every event.
    manifest : mapping of Path to ManifestRow
        What a person knows of the files.
    gates : Path or None
        Gates that a person drew, for the tubes that they fit; a file, or the name of a strategy.
    jobs : int
        Processes.
    scheme : str
        Percent rule of positivity; empty for that of the definitions.
    model : Path or None
        Learned model that is asked as well.
    denominator : str
        What percentages of blasts refer to; empty for that of the definitions.
    """

    known_bcp_all: bool = False
    template: Path | None = None
    diagnosis: tuple[Path, ...] = ()
    panels: Path | None = None
    matrix: Path | None = None
    scale: TableScale | None = None
    events: bool = False
    manifest: Mapping[Path, ManifestRow] = field(default_factory=dict)
    gates: Path | None = None
    jobs: int = 1
    scheme: str = ""
    model: Path | None = None
    denominator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judged:
    results: tuple[SpecimenResult, ...]
    failures: tuple[Failure, ...]
    simulated: bool


def classify_files(
    paths: Sequence[Path],
    options: Options,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> Run:
    """Judge every specimen among some files and folders.

    Parameters
    ----------
    paths : sequence of Path
        Files, and folders searched to the bottom.
    options : Options
        How to judge.
    progress : callable or None
        Called with specimens done, their number, and the name of the last.

    Returns
    -------
    Run
        Specimens in sorted order, and the files that could not be used; a specimen is lost only
        if none of its tubes can be read.

    Raises
    ------
    FlowphenoError
        If the definitions, the template, the model, the matrix or the drawn gates cannot be used:
        nothing could be judged then.
    """
    definitions = _definitions(options)
    _template(options)  # a template that cannot be used is refused before any file is judged
    _matrix(options)
    _model(options)
    gates = _gates(options)
    files = find_files(paths)
    missing = _not_there(files, options.manifest)
    groups = group_files(files, options.manifest)
    names = sorted(groups)
    judged = []
    for done, (name, outcome) in enumerate(_judge_all(names, groups, options), start=1):
        judged.append(outcome)
        if progress is not None:
            progress(done, len(names), name)
    return make_run(
        [r for j in judged for r in j.results],
        definitions,
        failures=sorted(
            (*missing, *(f for j in judged for f in j.failures)), key=lambda f: f.path
        ),
        simulated=any(j.simulated for j in judged),
        gates=gates,
        model=options.model,
    )


def make_run(
    specimens: Sequence[SpecimenResult],
    definitions: Definitions,
    *,
    simulated: bool,
    failures: Sequence[Failure] = (),
    gates: DrawnGates | None = None,
    model: Path | None = None,
) -> Run:
    """Date what was found, and say by which version and definitions.

    Parameters
    ----------
    specimens : sequence of SpecimenResult
        In sorted order.
    definitions : Definitions
        Those used.
    simulated : bool
        Whether the input is simulated.
    failures : sequence of Failure
        Files that could not be used.
    gates : DrawnGates or None
        Gates that a person drew; their hash stands among those of the definitions.
    model : Path or None
        Learned model; as do they.

    Returns
    -------
    Run
        Ready to be written.
    """
    return Run(
        specimens=tuple(specimens),
        failures=tuple(failures),
        generated=datetime.now(UTC).isoformat(timespec="seconds"),
        version=VERSION,
        definitions={
            **definitions.hashes,
            **({} if gates is None else {f"gates: {gates.name}": gates.sha256}),
            **({} if model is None else {f"model: {model.stem}": fingerprint([model])}),
        },
        simulated=simulated,
        overridden=definitions.overridden,
    )


def _definitions(options: Options) -> Definitions:
    found = load_definitions(options.panels)
    if options.scheme:
        found = with_scheme(found, options.scheme)
    return with_denominator(found, options.denominator) if options.denominator else found


def _matrix(options: Options) -> Spillover | None:
    return None if options.matrix is None else read_spillover_file(options.matrix)


def _gates(options: Options) -> DrawnGates | None:
    return None if options.gates is None else read_drawn_gates(options.gates, options.panels)


def _model(options: Options) -> LearnedModel | None:
    if options.model is None:
        return None
    from flowpheno.learning import load_model  # noqa: PLC0415 - one use

    return load_model(options.model)


def _not_there(files: Sequence[Path], manifest: Mapping[Path, ManifestRow]) -> tuple[Failure, ...]:
    """Name rows of the manifest whose file is nowhere: a slip of the pen loses a history."""
    known = {path.resolve() for path in files}
    error = ManifestError("the manifest names this file, and it does not exist")
    return tuple(
        failure_of(path, error) for path in manifest if path not in known and not path.exists()
    )


def _judge_all(
    names: Sequence[str], groups: Mapping[str, Sequence[Path]], options: Options
) -> Iterator[tuple[str, _Judged]]:
    work = [(name, tuple(groups[name]), options) for name in names]
    if options.jobs <= 1 or len(work) <= 1:
        yield from zip(names, map(_judge, work), strict=True)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(options.jobs, context, initializer=_use_one_thread) as pool:
        yield from zip(names, pool.map(_judge, work), strict=True)


def _use_one_thread() -> None:
    """Keep processes side by side from fighting over the cores."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - in workers only

    threadpool_limits(1)


def _judge(work: tuple[str, Sequence[Path], Options]) -> _Judged:
    """Judge one specimen; the only place that turns an error into a row."""
    name, paths, options = work
    definitions = _definitions(options)
    failures: list[Failure] = []
    tubes: list[Sample] = []
    rows: list[ManifestRow] = []
    controls: list[tuple[Path, Sample, ManifestRow]] = []
    matrix = _matrix(options)
    for path in paths:
        try:
            row = options.manifest.get(path.resolve(), ManifestRow())
            sample = read_sample(
                path,
                vocabulary=definitions.vocabulary,
                name=row.tube or None,
                scale=row.scale or options.scale,
            )
            if row.already_compensated is False:
                sample = _uncompensated(sample)
            sample = sample if matrix is None else with_spillover(sample, matrix)
        except FlowphenoError as error:
            failures.append(failure_of(path, error))
        else:
            if row.control_for:
                controls.append((path, sample, row))
                continue
            tubes.append(_without_twin(sample, tubes))
            rows.append(row)
    tubes_of_control, refused = _control_tubes(controls, tubes)
    failures += refused
    if not tubes:
        return _Judged(results=(), failures=tuple(failures), simulated=False)
    simulated = any(SIMULATED_KEYWORD in tube.keywords for tube in tubes)
    try:
        specimen = replace(_specimen(name, tubes, rows, options), controls=tubes_of_control)
        before, unread = _diagnosis(paths, rows, options, definitions)
        failures += unread
        result = classify_specimen(
            specimen,
            definitions,
            comparators(_template(options), before, definitions),
            events=options.events,
            gates=_gates(options),
            model=_model(options),
        )
    except FlowphenoError as error:
        failures += [failure_of(path, error) for path in paths]
        return _Judged(results=(), failures=tuple(failures), simulated=simulated)
    return _Judged(results=(result,), failures=tuple(failures), simulated=simulated)


def _diagnosis(
    paths: Sequence[Path],
    rows: Sequence[ManifestRow],
    options: Options,
    definitions: Definitions,
) -> tuple[list[Sample], list[Failure]]:
    """Read the diagnosis; one that cannot be read costs the comparison, not the verdict."""
    named = dict.fromkeys(path for row in rows for path in row.diagnosis)
    own = {path.resolve() for path in paths}
    matrix = _matrix(options)
    tubes, failures = [], []
    for path in named or dict.fromkeys(options.diagnosis):
        if path.resolve() in own:  # the diagnosis itself
            continue
        try:
            sample = read_sample(path, vocabulary=definitions.vocabulary, scale=options.scale)
            tubes.append(sample if matrix is None else with_spillover(sample, matrix))
        except FlowphenoError as error:
            failures.append(failure_of(path, error))
    return tubes, failures


def _control_tubes(
    files: Sequence[tuple[Path, Sample, ManifestRow]], tubes: Sequence[Sample]
) -> tuple[tuple[ControlTube, ...], list[Failure]]:
    """Make control tubes of files; one that fits no tube costs a row, not the specimen."""
    made, refused = [], []
    for path, sample, row in files:
        try:
            made.append(control_tube(sample, row.control_for, tubes))
        except FlowphenoError as error:
            refused.append(failure_of(path, error))
    return tuple(made), refused


def _uncompensated(sample: Sample) -> Sample:
    """Believe a person that an identity matrix says nothing."""
    if sample.spillover is None or not changes_nothing(sample.spillover):
        return sample
    return replace(sample, spillover=None, compensated=False)


def failure_of(path: Path, error: FlowphenoError) -> Failure:
    """Turn an error about a file into a row.

    Parameters
    ----------
    path : Path
        The file.
    error : FlowphenoError
        What is wrong with it.

    Returns
    -------
    Failure
        With the message on one line.
    """
    return Failure(
        path=path.as_posix(), error=type(error).__name__, message=" ".join(str(error).split())
    )


def _template(options: Options) -> NormalTemplate | None:
    if options.template is None:
        return None
    from flowpheno.aberrancy.template import load_template  # noqa: PLC0415 - slow to import

    return load_template(options.template)


def _without_twin(sample: Sample, before: Sequence[Sample]) -> Sample:
    twins = [tube.name for tube in before if tube.sha256 and tube.sha256 == sample.sha256]
    if not twins:
        return sample
    finding = Finding(
        code=ReasonCode.DUPLICATE_FILE,
        severity=Severity.WARNING,
        stage="pipeline.directory",
        message=f"{sample.name} holds the same bytes as {twins[0]}",
    )
    return replace(sample, findings=(*sample.findings, finding))


def _specimen(
    name: str, tubes: Sequence[Sample], rows: Sequence[ManifestRow], options: Options
) -> Specimen:
    first = rows[0]
    known = next((row.known_bcp_all for row in rows if row.known_bcp_all is not None), None)
    return Specimen(
        name=name,
        tubes=tuple(tubes),
        patient=first.patient,
        material=first.material,
        site=first.site,
        timepoint=first.timepoint,
        date=first.date,
        known_bcp_all=options.known_bcp_all if known is None else known,
        therapy=frozenset().union(*(row.therapy for row in rows)),
        already_compensated=all(row.already_compensated is True for row in rows),
    )
