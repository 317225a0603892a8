"""``flowpheno registry``: the laboratory's memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.registry import Kept, StoredRun

app = typer.Typer(no_args_is_help=True)

_SHOWN = 5
_Registry = Annotated[str, typer.Argument(help="File, or postgresql://USER@HOST/DATABASE")]
_Specimen = Annotated[str, typer.Argument(help="Its name, or PATIENT/SPECIMEN")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


@app.command(name="list", help="List the specimens, each by its newest version.")
def list_(
    registry: _Registry,
    patient: Annotated[str, typer.Option(help="Only this pseudonym")] = "",
    as_json: _Json = False,
) -> None:
    """List the specimens.

    Parameters
    ----------
    registry : str
        The registry.
    patient : str
        Only this pseudonym.
    as_json : bool
        Print JSON instead of a table.
    """
    from flowpheno.registry import list_specimens, open_registry

    with open_registry(registry, create=False) as opened:
        found = list_specimens(opened, patient=patient)
    columns = ("patient", "specimen", "date", "site", "verdict", "blasts", "percent", "version")
    rows = (
        (
            *(i.patient, i.specimen, i.date, i.site, i.verdict),
            *(str(i.n_blasts), _percent(i.blast_percent), f"{i.number} {i.status}"),
        )
        for i in found
    )
    _say("Registry - research use only", columns, rows, found, as_json=as_json)


@app.command(help="Show a result as it was stored; write it as a results folder.")
def show(
    registry: _Registry,
    specimen: _Specimen,
    version: Annotated[int | None, typer.Option(min=1, help="The newest if not given")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for its results")] = None,
    as_json: _Json = False,
) -> None:
    """Show a result as it was stored.

    Parameters
    ----------
    registry : str
        The registry.
    specimen : str
        Its name, or ``PATIENT/SPECIMEN``.
    version : int or None
        The newest if None.
    out : Path or None
        Folder for ``results.json`` and its tables, without pictures.
    as_json : bool
        Print JSON instead of text.
    """
    from flowpheno.pipeline.history import run_of_kept
    from flowpheno.registry import open_registry, read_result
    from flowpheno.results import write_results

    with open_registry(registry, create=False) as opened:
        kept = read_result(opened, specimen, number=version)
    if out is not None:
        typer.echo(f"Results: {write_results(run_of_kept(kept), out)}", err=True)
    _show(kept, as_json=as_json)


@app.command(help="List every version of a specimen: when, by whom, why.")
def history(registry: _Registry, specimen: _Specimen, as_json: _Json = False) -> None:
    """List every version of a specimen.

    Parameters
    ----------
    registry : str
        The registry.
    specimen : str
        Its name, or ``PATIENT/SPECIMEN``.
    as_json : bool
        Print JSON instead of a table.
    """
    from flowpheno.registry import open_registry, read_history

    with open_registry(registry, create=False) as opened:
        found = read_history(opened, specimen)
    columns = ("version", "status", "recorded", "who", "verdict", "percent", "flowpheno", "reason")
    rows = (
        (
            *(str(i.number), i.status, i.recorded, i.who, i.verdict),
            *(_percent(i.blast_percent), i.version, i.reason),
        )
        for i in found
    )
    _say(f"{found[0].key} - research use only", columns, rows, found, as_json=as_json)


@app.command(help="Write everything of a patient, or of all, as one JSON file.")
def export(
    registry: _Registry,
    out: Annotated[Path, typer.Option("--out", help="File to write, .json")],
    patient: Annotated[str, typer.Option(help="Only this pseudonym")] = "",
) -> None:
    """Write everything of a patient, or of all, as one JSON file.

    Parameters
    ----------
    registry : str
        The registry.
    out : Path
        File to write; complete or not there.
    patient : str
        Only this pseudonym.
    """
    from flowpheno.registry import export_bundle, open_registry

    partial = out.with_name(f"{out.name}.partial")
    with (
        open_registry(registry, create=False) as opened,
        partial.open("w", encoding="ascii", newline="\n") as file,
    ):
        file.writelines(export_bundle(opened, patient=patient))
    partial.replace(out)
    typer.echo(f"Written: {out}", err=True)


@app.command(help="Check the audit log link by link, and every row against it.")
def verify(
    registry: _Registry,
    head: Annotated[str, typer.Option(help="Hash that an earlier check printed")] = "",
    as_json: _Json = False,
) -> int:
    """Check that the registry is as it was written.

    Parameters
    ----------
    registry : str
        The registry.
    head : str
        Hash that an earlier check printed: a log cut off at its end is known by it alone.
    as_json : bool
        Print JSON instead of text.

    Returns
    -------
    int
        0 if all agrees, 1 if something is contradicted.
    """
    from flowpheno.registry import open_registry
    from flowpheno.registry import verify as check
    from flowpheno.results.codec import encode

    with open_registry(registry, create=False) as opened:
        found = check(opened, head=head)
    if as_json:
        typer.echo(json.dumps(encode(found), indent=2))
        return 1 if found.broken else 0
    for broken in found.broken:
        place = f"link {broken.link}" if broken.link else "no link"
        typer.echo(f"broken: {place}: {broken.problem}")
    typer.echo(f"{found.links} links, {found.versions} versions, head {found.head}")
    typer.echo("broken" if found.broken else "all agrees")
    return 1 if found.broken else 0


@app.command(name="import", help="Store results folders of classify, or an export.")
def import_(
    registry: _Registry,
    paths: Annotated[list[Path], typer.Argument(help="Results folders, or exports (.json)")],
    who: Annotated[
        str, typer.Option(help="Who stores; the name of the account if not given")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why results that are stored are replaced")] = "",
    as_json: _Json = False,
) -> int:
    """Store results folders of classify, or an export.

    Parameters
    ----------
    registry : str
        The registry, made on first use.
    paths : list of Path
        Results folders, or exports.
    who : str
        Who stores.
    reason : str
        Why results that are stored are replaced.
    as_json : bool
        Print JSON instead of a table.

    Returns
    -------
    int
        0 if everything is stored, 1 if some specimens could not be.
    """
    from flowpheno.registry import (
        Signature,
        import_bundle,
        open_registry,
        store_run,
    )
    from flowpheno.registry.bundle import is_bundle
    from flowpheno.results import read_results

    done = []
    person = person_of(who)
    with open_registry(registry) as opened:
        for path in paths:
            if is_bundle(path):
                done.append(import_bundle(opened, path, who=person))
            else:
                note = f"from {path.name}"
                signature = Signature(who=person, reason=reason, note=note)
                done.append(store_run(opened, read_results(path), signature))
    stored = [s for run in done for s in run.stored]
    columns = ("patient", "specimen", "version", "outcome")
    rows = ((s.patient, s.specimen, str(s.number), s.outcome) for s in stored)
    _say("Stored", columns, rows, stored, as_json=as_json)
    for path, run in zip(paths, done, strict=True):
        say_stored(run, put_back=not is_bundle(path))
    return 1 if any(run.without_patient or run.refused for run in done) else 0


def person_of(who: str) -> str:
    """Name who stores something.

    Parameters
    ----------
    who : str
        As given; empty if not.

    Returns
    -------
    str
        That, or the name of the account.

    Raises
    ------
    BadParameter
        If neither is known.
    """
    import getpass

    if who.strip():
        return who
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:  # an account without a name
        raise typer.BadParameter("the account has no name: say --who") from error


def say_stored(run: StoredRun, *, put_back: bool = True) -> None:
    """Say on stderr what of a run could not be stored, and what looks like a mistake.

    Parameters
    ----------
    run : StoredRun
        What storing it did.
    put_back : bool
        Whether to say how a result that a newer version replaced is put back.
    """
    for names, said in (
        (run.without_patient, "not stored, no patient pseudonym in the manifest"),
        (run.refused, "not stored, the patient is no pseudonym (letters, digits and . _ : # + -)"),
    ):
        if names:
            more = ", ..." if len(names) > _SHOWN else ""
            typer.echo(f"{len(names)} {said}: {', '.join(names[:_SHOWN])}{more}", err=True)
    for stored in run.stored:
        if put_back and stored.number != stored.current:
            typer.echo(
                f"{stored.patient}/{stored.specimen}: already stored as version {stored.number}, "
                f"the newest is {stored.current}; give --reason to put it back",
                err=True,
            )
        if stored.elsewhere:
            others = ", ".join(stored.elsewhere[:_SHOWN])
            name = f"{stored.patient}/{stored.specimen}"
            typer.echo(f"{name}: a file of it was also stored as {others}: a swap?", err=True)


def _show(kept: Kept, *, as_json: bool) -> None:
    from flowpheno.cli.tables import print_table
    from flowpheno.comparison import call_text
    from flowpheno.registry.content import content_of
    from flowpheno.results.codec import encode

    info = kept.info
    if as_json:
        facts = encode(info) | {"definitions": encode(kept.provenance.definitions)}
        typer.echo(json.dumps(facts | {"result": content_of(kept.result)}, indent=2))
        return
    typer.echo(f"{info.key}, version {info.number} ({info.status}), stored {info.recorded}")
    typer.echo(f"{info.verdict}: {info.n_blasts} of {info.n_nucleated}")
    for sentence in kept.result.verdict.evidence:
        typer.echo(sentence)
    rows = [
        (tube.name, phenotype.population, str(marker), call_text(phenotype.calls[marker]))
        for tube in kept.result.tubes
        for phenotype in tube.phenotypes[:1]
        for marker in sorted(phenotype.calls)
    ]
    title = "Markers of what was judged - research use only"
    print_table(title, ("tube", "population", "marker", "call"), rows)


def _say(
    title: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    values: object,
    *,
    as_json: bool,
) -> None:
    from flowpheno.cli.tables import print_table
    from flowpheno.results.codec import encode

    if as_json:
        typer.echo(json.dumps(encode(values), indent=2))
        return
    print_table(title, columns, rows)


def _percent(value: float) -> str:
    return "\N{EN DASH}" if value != value else f"{value:.4g} %"  # noqa: PLR0124 - NaN
