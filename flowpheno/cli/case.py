"""``flowpheno case``: a patient with several specimens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowpheno.case import CaseVerdict
    from flowpheno.panel.case import Case, CaseSpecimen
    from flowpheno.pipeline.directory import Options
    from flowpheno.results import Run
    from flowpheno.verdict import Verdict


def case(
    path: Annotated[Path, typer.Argument(help="YAML of the patient's specimens")],
    out: Annotated[Path, typer.Option("--out", help="Folder for results and pages")],
    template: Annotated[
        Path | None, typer.Option(help="Normal template; without one no specimen is negative")
    ] = None,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Judge a patient: no single negative aspirate closes a case.

    Parameters
    ----------
    path : Path
        The case.
    out : Path
        Folder for ``case.json``, the results of each specimen, and pages.
    template : Path or None
        Normal template.
    panels : Path or None
        Definitions of your own.
    as_json : bool
        Print JSON instead of a time line.

    Returns
    -------
    int
        0 if every file was judged, 1 if some could not be used.
    """
    from flowpheno.case import judge_case
    from flowpheno.panel.case import load_case, load_case_limits
    from flowpheno.pipeline.directory import Options
    from flowpheno.report.html import write_case_page
    from flowpheno.results.codec import encode

    described = load_case(path)
    options = Options(known_bcp_all=described.known_bcp_all, template=template, panels=panels)
    verdicts: dict[str, Verdict | None] = {}
    failed, simulated = False, described.simulated
    for specimen in described.specimens:
        run = _run(specimen, path.parent, options, described, out)
        if run is None:
            continue
        failed |= bool(run.failures)
        simulated |= run.simulated
        verdicts[specimen.id] = run.specimens[0].verdict if run.specimens else None
        for failure in run.failures:
            typer.echo(f"could not be used: {failure.path}: {failure.message}", err=True)
    judged = judge_case(described, verdicts, limits=load_case_limits(panels))
    out.mkdir(parents=True, exist_ok=True)
    content = json.dumps(encode(judged), indent=2, ensure_ascii=False)
    (out / "case.json").write_text(content, encoding="utf-8")
    page = write_case_page(
        judged, out / "report" / "case.html", simulated=simulated, definitions=panels
    )
    if as_json:
        typer.echo(content)
    else:
        say_case(judged)
    typer.echo(f"Page to open: {page}", err=True)
    return 1 if failed else 0


def _run(
    specimen: CaseSpecimen, folder: Path, options: Options, described: Case, out: Path
) -> Run | None:
    """Judge the files of a specimen, or read an earlier run; None where there is neither."""
    from dataclasses import replace

    from flowpheno.pipeline.directory import classify_files
    from flowpheno.pipeline.manifest import ManifestRow
    from flowpheno.report.html import write_report
    from flowpheno.results import read_results, write_results

    if specimen.results is not None:
        return read_results(folder / specimen.results)
    if not specimen.fcs:
        return None
    files = [folder / name for name in specimen.fcs]
    row = ManifestRow(
        specimen=specimen.id,
        patient=described.patient,
        material=str(specimen.material),
        site=specimen.site,
        date="" if specimen.date is None else specimen.date.isoformat(),
        therapy=specimen.therapy,
    )
    manifest = {file.resolve(): row for file in files}
    run = classify_files(files, replace(options, manifest=manifest))
    place = out / "specimens" / specimen.id
    write_results(run, place)
    write_report(run, place, definitions=options.panels)
    return run


def say_case(judged: CaseVerdict) -> None:
    """Print a case: its time line, its verdict and what must be said with it.

    Parameters
    ----------
    judged : CaseVerdict
        The case.
    """
    from flowpheno.cli.tables import print_table

    rows = [
        (row.label, row.specimen, row.site, str(row.verdict), str(row.state), ";".join(row.flags))
        for row in judged.timeline
    ]
    columns = ("when", "specimen", "site", "flow", "case", "flags")
    print_table(f"Case {judged.patient} - research use only", columns, rows)
    typer.echo(f"{judged.verdict} {' '.join(judged.flags)}".rstrip())
    for sentence in (*judged.sentences, judged.clonality, *judged.conflicts):
        typer.echo(sentence)
    for sentence in judged.recommendations:
        typer.echo(f"Would decide: {sentence}")
