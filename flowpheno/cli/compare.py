"""``flowpheno compare``: diagnosis against relapse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowpheno.comparison import Comparison, Profile
    from flowpheno.pipeline.directory import Options

_SEED = 20140718
"""Seed of the bootstrap: one pair of files, one answer."""


def compare(  # noqa: PLR0913 - one parameter an option
    diagnosis: Annotated[Path, typer.Argument(help="FCS file, or a results folder")],
    relapse: Annotated[Path, typer.Argument(help="FCS file, or a results folder")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and a page")] = None,
    template: Annotated[Path | None, typer.Option(help="Normal template")] = None,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    known_bcp_all: Annotated[  # noqa: FBT002
        bool, typer.Option("--known-bcp-all", help="B-precursor ALL was established before")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002
) -> int:
    """Say marker by marker what was kept, gained, lost or shifted.

    Parameters
    ----------
    diagnosis, relapse : Path
        FCS file, or the results folder of an earlier run with one specimen.
    out : Path or None
        Folder for ``shifts.csv``, ``comparison.json`` and a page.
    template : Path or None
        Normal template for files.
    panels : Path or None
        Definitions of your own.
    known_bcp_all : bool
        History, for files.
    as_json : bool
        Print JSON instead of a table.

    Returns
    -------
    int
        0 if the two could be compared, 1 if a file could not be used.
    """
    import numpy as np

    from flowpheno.comparison import compare as compare_profiles
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.directory import Options

    options = Options(known_bcp_all=known_bcp_all, template=template, panels=panels)
    definitions = load_definitions(panels)
    sides = [_profile(path, options) for path in (diagnosis, relapse)]
    (earlier, _), (later, _) = sides
    if later is None:
        raise typer.BadParameter(f"{relapse}: no aberrant population to compare")
    rng = np.random.default_rng(_SEED)
    comparison = compare_profiles(earlier, later, definitions.comparison, rng=rng)
    simulated = any(side[1] for side in sides)
    if out is not None:
        _write(comparison, out, (diagnosis.name, relapse.name), panels, simulated=simulated)
    _say(comparison, as_json=as_json)
    return 0


def _profile(path: Path, options: Options) -> tuple[Profile | None, bool]:
    """Profile of the blasts of a file, or of a results folder; None if there are none."""
    from flowpheno.errors import ResultsError
    from flowpheno.pipeline.directory import classify_files
    from flowpheno.results import read_results

    if not path.exists():
        raise typer.BadParameter(f"does not exist: {path}")
    stored = path.is_dir() and (path / "results.json").is_file()
    run = read_results(path) if stored else classify_files([path], options)
    if run.failures and not run.specimens:
        raise ResultsError(f"{run.failures[0].path}: {run.failures[0].message}")
    if len(run.specimens) != 1:
        raise ResultsError(f"{path}: {len(run.specimens)} specimens, expected one")
    profiles = [t.profile for t in run.specimens[0].tubes if t.profile is not None]
    return max(profiles, key=lambda p: p.n, default=None), run.simulated


def _write(
    comparison: Comparison,
    out: Path,
    names: tuple[str, str],
    panels: Path | None,
    *,
    simulated: bool,
) -> None:
    from flowpheno.report.html import write_comparison_page

    out.mkdir(parents=True, exist_ok=True)
    comparison.table.to_csv(out / "shifts.csv", index=False, lineterminator="\n")
    text = json.dumps(as_dict(comparison), indent=2, ensure_ascii=False)
    (out / "comparison.json").write_text(text, encoding="utf-8")
    page = write_comparison_page(
        comparison,
        out / "report" / "comparison.html",
        names=names,
        simulated=simulated,
        definitions=panels,
    )
    typer.echo(f"Page to open: {page}", err=True)


def as_dict(comparison: Comparison) -> dict[str, object]:
    """Turn a comparison into plain JSON types.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict
        Numbers that are not known are null.
    """
    from flowpheno.results.codec import encode

    content: dict[str, object] = encode(comparison)
    return content


def _say(comparison: Comparison, *, as_json: bool) -> None:
    from flowpheno.cli.tables import print_table

    if as_json:
        typer.echo(json.dumps(as_dict(comparison), indent=2, ensure_ascii=False))
        return
    table = comparison.table
    rows = [
        tuple("" if cell != cell else f"{cell:+.2f}" if isinstance(cell, float) else str(cell) for cell in row)  # noqa: PLR0124 - NaN
        for row in table.itertuples(index=False)
    ]
    print_table("Diagnosis against relapse - research use only", list(table.columns), rows)
    typer.echo(str(comparison.verdict))
    for sentence in comparison.implications:
        typer.echo(sentence)
