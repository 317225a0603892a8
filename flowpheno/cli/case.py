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
    from flowpheno.results import Run, SpecimenResult
    from flowpheno.verdict import Verdict


def case(
    path: Annotated[Path, typer.Argument(help="YAML of the patient's specimens")],
    out: Annotated[Path, typer.Option("--out", help="Folder for results and pages")],
    template: Annotated[
        Path | None, typer.Option(help="Normal template; without one no specimen is negative")
    ] = None,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    denominator: Annotated[
        str,
        typer.Option(
            help="What percentages of blasts refer to: nucleated_all, mononuclear, CD45pos, WBC"
        ),
    ] = "",
    fhir: Annotated[
        Path | None,
        typer.Option(help="Write the case as one FHIR R4 bundle (.json) for a hospital's systems"),
    ] = None,
    pdf: Annotated[
        bool,
        typer.Option(
            "--pdf", help="Write the page of the case as PDF too (extra pdf: WeasyPrint)"
        ),
    ] = False,
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
    denominator : str
        What percentages of blasts refer to; empty for that of the definitions.
    fhir : Path or None
        File for the hospital export.
    pdf : bool
        Write the page of the case as PDF too.
    as_json : bool
        Print JSON instead of a time line.

    Returns
    -------
    int
        0 if every file was judged, 1 if some could not be used.
    """
    from dataclasses import replace

    from flowpheno.case import judge_case
    from flowpheno.panel.case import load_case, load_case_limits
    from flowpheno.pipeline.directory import Options
    from flowpheno.report.html import write_case_page
    from flowpheno.report.pdf import require_pdf
    from flowpheno.results.codec import encode

    if pdf:
        require_pdf()
    described = load_case(path)
    options = Options(
        known_bcp_all=described.known_bcp_all,
        template=template,
        panels=panels,
        denominator=denominator,
    )
    results: dict[str, SpecimenResult] = {}
    verdicts: dict[str, Verdict | None] = {}
    unread: list[str] = []
    simulated = described.simulated
    for specimen in described.specimens:
        run = _run(specimen, path.parent, options, described, out)
        if run is None:
            continue
        simulated |= run.simulated
        verdicts[specimen.id] = None
        for found in run.specimens[:1]:
            verdicts[specimen.id], results[specimen.id] = found.verdict, found
        for failure in run.failures:
            typer.echo(f"could not be used: {failure.path}: {failure.message}", err=True)
            unread.append(f"{specimen.id}: {failure.message}")
    judged = judge_case(described, verdicts, limits=load_case_limits(panels))
    judged = _compare(replace(judged, unread=tuple(unread)), described, results, out, panels)
    out.mkdir(parents=True, exist_ok=True)
    content = json.dumps(encode(judged), indent=2, ensure_ascii=False)
    (out / "case.json").write_text(content, encoding="utf-8")
    page = write_case_page(
        judged,
        out / "report" / "case.html",
        simulated=simulated,
        definitions=panels,
        pdf=pdf,
    )
    if fhir is not None:
        _export(fhir, (described, judged, results), panels, simulated=simulated)
    if as_json:
        typer.echo(content)
    else:
        say_case(judged)
    typer.echo(f"Page to open: {page}", err=True)
    return 1 if unread else 0


def _compare(
    judged: CaseVerdict,
    described: Case,
    results: dict[str, SpecimenResult],
    out: Path,
    panels: Path | None,
) -> CaseVerdict:
    """Hold later specimens against the diagnosis; each comparison has its table beside it."""
    from dataclasses import replace

    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.case import compare_with_diagnosis, compared_rows
    from flowpheno.results.comparison import write_comparison

    found = compare_with_diagnosis(described, results, load_definitions(panels))
    for name, comparison in found.items():
        write_comparison(comparison, out / "comparisons" / name)
    return replace(judged, comparisons=compared_rows(described, results, found))


def _export(
    path: Path,
    found: tuple[Case, CaseVerdict, dict[str, SpecimenResult]],
    panels: Path | None,
    *,
    simulated: bool,
) -> None:
    """Write the bundle of a case; validated where the models are installed, and that is said."""
    from datetime import UTC, datetime

    from flowpheno.errors import MissingPackageError
    from flowpheno.hospital import ExportWords, bundle_of_case, validate_bundle
    from flowpheno.panel.fhir import load_fhir_codes
    from flowpheno.panel.verdicts import load_verdict_texts

    described, judged, results = found
    bundle = bundle_of_case(
        described,
        judged,
        results,
        words=ExportWords(texts=load_verdict_texts(panels), codes=load_fhir_codes(panels)),
        issued=datetime.now(UTC).isoformat(timespec="seconds"),
        simulated=simulated,
    )
    try:
        said = f"validated with the models of FHIR {validate_bundle(bundle)}"
    except MissingPackageError as error:
        said = f"not validated: {error}"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(bundle, indent=2, ensure_ascii=False)
    path.write_text(content + "\n", encoding="utf-8")
    typer.echo(f"FHIR bundle: {path} ({said})", err=True)


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
    from flowpheno.case import missed_sentence
    from flowpheno.cli.tables import print_table

    rows = [
        (row.label, row.specimen, row.site, str(row.verdict), str(row.state), ";".join(row.flags))
        for row in judged.timeline
    ]
    columns = ("when", "specimen", "site", "flow", "case", "flags")
    print_table(f"Case {judged.patient} - research use only", columns, rows)
    typer.echo(f"{judged.verdict} {' '.join(judged.flags)}".rstrip())
    compared = (row.text for row in judged.comparisons)
    for sentence in (*judged.sentences, *compared, judged.clonality, *judged.conflicts):
        typer.echo(sentence)
    for sentence in judged.recommendations:
        typer.echo(f"Would decide: {sentence}")
    if judged.missed is not None:
        typer.echo(missed_sentence(judged.missed))
