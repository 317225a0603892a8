"""``flowpheno classify``: judge files and folders."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.pipeline.manifest import ManifestRow
    from flowpheno.results import Run

    Remarks: TypeAlias = Mapping[tuple[str, str], tuple[str, str]]

_SHOWN = 5
_BARE = "files have no row in the manifest and are judged without one"


def classify(
    paths: Annotated[
        list[Path], typer.Argument(help="FCS files, and folders searched to the bottom")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for results and pages")],
    manifest: Annotated[
        Path | None, typer.Option(help="CSV: path, specimen, patient, known_bcp_all, therapy ...")
    ] = None,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    template: Annotated[
        Path | None, typer.Option(help="Normal template; without one no negative is given")
    ] = None,
    matrix: Annotated[
        Path | None,
        typer.Option(help="CSV, TSV or FCS: spillover matrix of every file, instead of theirs"),
    ] = None,
    diagnosis: Annotated[
        list[Path] | None,
        typer.Option(
            help="Tube of the patient's diagnosis; cells like its blasts are looked for as well. "
            "Repeat for several"
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="Learned model of `train`: one more line of evidence, never the verdict"
        ),
    ] = None,
    gates: Annotated[
        Path | None,
        typer.Option(
            help="Gates that a person drew (.xml, .wsp, .yaml, or the name of a strategy): those "
            "called like a population take its place"
        ),
    ] = None,
    scale: Annotated[
        str,
        typer.Option(
            help="What the numbers of event tables mean: linear, relative, mass, log:4/1024"
        ),
    ] = "",
    scheme: Annotated[
        str,
        typer.Option(
            help="Percent rule of positivity: egil (20 % at the surface, 10 % inside) or "
            "aieop_bfm (10 %); that of the definitions if not given"
        ),
    ] = "",
    denominator: Annotated[
        str,
        typer.Option(
            help="What percentages of blasts refer to: nucleated_all, mononuclear (COG), CD45pos, "
            "WBC; that of the definitions if not given"
        ),
    ] = "",
    known_bcp_all: Annotated[
        bool, typer.Option("--known-bcp-all", help="B-precursor ALL was established before")
    ] = False,
    registry: Annotated[
        str,
        typer.Option(
            help="Store specimens that have a patient, and compare them with the patient's "
            "diagnosis: a file, or postgresql://USER@HOST/DATABASE"
        ),
    ] = "",
    who: Annotated[
        str, typer.Option(help="Who stores; the name of the account if not given")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why results that are stored are replaced")] = "",
    events: Annotated[
        bool, typer.Option("--events", help="Write the membership of every event as Parquet")
    ] = False,
    report: Annotated[bool, typer.Option(help="Write HTML pages")] = True,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Write the pages as PDF too (extra pdf: WeasyPrint)")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Files judged at a time")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Judge every marrow among files and folders for an aberrant B precursor.

    Parameters
    ----------
    paths : list of Path
        Files and folders.
    out : Path
        Folder for results and pages.
    manifest : Path or None
        What a person knows of the files.
    panels : Path or None
        Definitions of your own.
    template : Path or None
        Normal template.
    matrix : Path or None
        Spillover matrix.
    diagnosis : list of Path or None
        Tubes of the patient's diagnosis, where the manifest does not name them.
    model : Path or None
        Learned model that is asked as well.
    gates : Path or None
        Gates that a person drew.
    scale : str
        What the numbers of event tables mean, where the manifest does not say.
    scheme : str
        Percent rule of positivity; empty for that of the definitions.
    denominator : str
        What percentages of blasts refer to; empty for that of the definitions.
    known_bcp_all : bool
        History of every specimen the manifest says nothing of.
    registry : str
        Registry of the laboratory; empty for none.
    who, reason : str
        For its audit log.
    events : bool
        Write the membership of every event.
    report : bool
        Write HTML pages.
    pdf : bool
        Write the pages as PDF too.
    jobs : int
        Files judged at a time.
    as_json : bool
        Print JSON instead of a table.

    Returns
    -------
    int
        0 if every file was judged, 1 if some could not be used.
    """
    from flowpheno.pipeline.directory import Options, classify_files
    from flowpheno.pipeline.manifest import read_manifest
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.reading import parse_scale
    from flowpheno.report.pdf import require_pdf
    from flowpheno.results import write_results

    before = tuple(diagnosis or ())
    missing = [path for path in (*paths, *before) if not path.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    if pdf:
        if not report:
            raise typer.BadParameter("--pdf writes the pages, which --no-report leaves out")
        require_pdf()
    rows = {} if manifest is None else read_manifest(manifest)
    person = _checked(registry, who) if registry else ""
    out.mkdir(parents=True, exist_ok=True)  # a folder that cannot be written to costs no hour
    options = Options(
        known_bcp_all=known_bcp_all,
        template=template,
        diagnosis=before,
        panels=panels,
        matrix=matrix,
        scale=parse_scale(scale) if scale else None,
        scheme=scheme,
        denominator=denominator,
        events=events,
        manifest=rows,
        gates=gates,
        model=model,
        jobs=jobs,
    )
    if manifest is not None:
        _say_unmatched(paths, rows)
    with progress_bar("Judging") as advance:
        run = classify_files(paths, options, progress=advance)
    if not run.specimens and not run.failures:
        raise typer.BadParameter(f"no FCS file among what was given: {', '.join(map(str, paths))}")
    write_results(run, out)
    earlier: Remarks = {}
    try:
        if registry:
            place = _Place(registry, person, reason)
            earlier = _remember(run, place, out, panels, pages=report)
    finally:  # what was judged is shown, whatever becomes of the registry
        if report:
            _write_pages(run, out, panels, earlier, pdf=pdf)
    say(run, as_json=as_json)
    return 1 if run.failures else 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and how results are stored."""

    registry: str
    who: str
    reason: str


def _checked(registry: str, who: str) -> str:
    """Name who stores; a registry that cannot be used is refused before any file is judged."""
    from flowpheno.cli.registry import person_of
    from flowpheno.registry import open_registry

    with open_registry(registry):
        return person_of(who)


def _remember(run: Run, place: _Place, out: Path, panels: Path | None, *, pages: bool) -> Remarks:
    """Store the run, write what the registry knew beside it, say what could not be stored."""
    from flowpheno.cli.registry import say_stored
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.history import remember
    from flowpheno.pipeline.remembered import write_remembered
    from flowpheno.registry import Signature

    signature = Signature(who=place.who, reason=place.reason)
    definitions = load_definitions(panels)
    memory = remember(run, place.registry, signature, definitions=definitions)
    say_stored(memory.stored)
    return write_remembered(memory.remembered, out, pages=pages, panels=panels)


def _write_pages(run: Run, out: Path, panels: Path | None, earlier: Remarks, *, pdf: bool) -> None:
    from flowpheno.report.html import write_report

    page = write_report(run, out, definitions=panels, earlier=earlier, pdf=pdf)
    typer.echo(f"Page to open: {page}", err=True)


def say(run: Run, *, as_json: bool) -> None:
    """Print what a run found.

    Parameters
    ----------
    run : Run
        What was found.
    as_json : bool
        JSON instead of a table.
    """
    from flowpheno.cli.tables import print_table
    from flowpheno.results import cohort_table

    table = cohort_table(run)
    if as_json:
        rows = json.loads(table.to_json(orient="records"))
        failures = [{"path": f.path, "error": f.error, "message": f.message} for f in run.failures]
        typer.echo(json.dumps({"specimens": rows, "failures": failures}, indent=2))
        return
    rows = [
        (
            s.specimen,
            str(s.verdict.verdict),
            f"{s.verdict.n_blasts} / {s.verdict.n_counted}",
            _percent(s.verdict.blast_percent.estimate),
            s.verdict.denominator,
            ";".join(s.verdict.reasons),
        )
        for s in run.specimens
    ]
    columns = ("specimen", "verdict", "blasts / cells", "percent", "of", "reasons")
    print_table("flowpheno - research use only", columns, rows)
    for failure in run.failures:
        typer.echo(f"could not be used: {failure.path}: {failure.message}", err=True)


def _percent(value: float) -> str:
    """Four digits; a dash where there was nothing to count."""
    return "\N{EN DASH}" if value != value else f"{value:.4g} %"  # noqa: PLR0124 - NaN


def _say_unmatched(paths: list[Path], rows: Mapping[Path, ManifestRow]) -> None:
    """Name what manifest and files do not share: a slip of the pen loses a history."""
    from flowpheno.reading import find_files

    files = {path.resolve(): path for path in find_files(paths)}
    idle = sorted(path.name for path in rows if path not in files and path.exists())
    bare = sorted(path.name for known, path in files.items() if known not in rows)
    for names, said in ((idle, "rows of the manifest are of files not given"), (bare, _BARE)):
        if names:
            more = ", ..." if len(names) > _SHOWN else ""
            typer.echo(f"{len(names)} {said}: {', '.join(names[:_SHOWN])}{more}", err=True)
