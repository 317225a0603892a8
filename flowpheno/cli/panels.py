"""``flowpheno panels``: look at the definitions, and check one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flowpheno.cli.tables import print_table

if TYPE_CHECKING:
    from flowpheno.panel.phenotypes import PhenotypeDefinition

panels = typer.Typer(
    name="panels",
    help="List, show and check the definitions flowpheno judges by.",
    no_args_is_help=True,
)

_Panels = Annotated[
    Path | None,
    typer.Option("--panels", help="Folder of definitions; those of flowpheno if not given"),
]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]


@panels.command("list", help="List every definition file with its kind, reference and hash.")
def list_definitions(directory: _Panels = None, as_json: _AsJson = False) -> None:
    """List every definition file, with its kind, reference and hash.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions.
    as_json : bool
        Print JSON instead of a table.
    """
    from flowpheno.panel.files import builtin_directory, fingerprint, read_yaml
    from flowpheno.panel.kinds import definition_files, kind_of_file

    folder = directory or builtin_directory()
    rows = []
    for path in definition_files([folder]):
        content = read_yaml(path)
        reference = content.get("reference", "") if isinstance(content, dict) else ""
        kind = kind_of_file(path) or "other"
        name = path.relative_to(folder).with_suffix("").as_posix()
        rows.append((name, kind, str(reference), fingerprint([path])[:12]))
    columns = ("name", "kind", "reference", "sha256")
    if as_json:
        typer.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2))
    else:
        print_table("Definitions", columns, rows)


@panels.command("show", help="Show one definition, a phenotype rule by rule.")
def show(
    name: Annotated[str, typer.Argument(help="Name from `flowpheno panels list`")],
    directory: _Panels = None,
) -> None:
    """Show one definition: a phenotype rule by rule, anything else as its file says it.

    Parameters
    ----------
    name : str
        Such as ``"bcp_all"`` or ``"scores/egil"``.
    directory : Path or None
        Folder of definitions.
    """
    from flowpheno.panel.files import builtin_directory, read_yaml
    from flowpheno.panel.kinds import definition_files, kind_of_file
    from flowpheno.panel.phenotypes import load_phenotype

    folder = directory or builtin_directory()
    files = definition_files([folder])
    found = [
        path
        for path in files
        if name in {path.stem, path.relative_to(folder).with_suffix("").as_posix()}
    ]
    if not found:
        known = ", ".join(path.stem for path in files)
        raise typer.BadParameter(f"{name!r} is no definition; known: {known}")
    if kind_of_file(found[0]) == "phenotype":
        _print_phenotype(load_phenotype(found[0]))
    else:
        read_yaml(found[0])  # refuses what is not YAML or not UTF-8
        typer.echo(found[0].read_text(encoding="utf-8"), nl=False)


@panels.command("check", help="List every problem of definition files with its line.")
def check(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files or folders")],
    kind: Annotated[
        str, typer.Option(help="Kind of definition; told from the file if not given")
    ] = "",
) -> None:
    """Check definition files and list every problem with its line; exit code 1 if there is one.

    Parameters
    ----------
    paths : list of Path
        Files or folders.
    kind : str
        Kind of definition.
    """
    from flowpheno.panel.kinds import KINDS, check_file, definition_files, kind_of_file

    if kind and kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is no kind; known: {', '.join(KINDS)}")
    files = definition_files(paths)
    problems = {path: check_file(path, kind=kind) for path in files}
    for path, found in problems.items():
        for problem in found:
            typer.echo(f"{path}: {problem}")
    n_problems = sum(map(len, problems.values()))
    typer.echo(f"{len(files)} file(s), {n_problems} problem(s)", err=n_problems > 0)
    plain = [p.name for p in files if not problems[p] and not (kind or kind_of_file(p))]
    if plain:
        typer.echo(f"of no known kind, only checked to be YAML: {', '.join(plain)}", err=True)
    if n_problems:
        raise typer.Exit(1)


@panels.command("schema", help="Print JSON Schemas, for completion in an editor.")
def schema(
    kind: Annotated[str, typer.Argument(help="Kind of definition; all if not given")] = "",
) -> None:
    """Print the JSON Schema of a kind of definition, for completion in an editor.

    Parameters
    ----------
    kind : str
        Kind of definition; empty for all of them, by kind.
    """
    from flowpheno.panel.kinds import KINDS

    if kind and kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is no kind; known: {', '.join(KINDS)}")
    schemas = {name: model.model_json_schema() for name, model in KINDS.items()}
    typer.echo(json.dumps(schemas[kind] if kind else schemas, indent=2, ensure_ascii=False))


def _print_phenotype(phenotype: PhenotypeDefinition) -> None:
    typer.echo(f"{phenotype.title} ({phenotype.entity.value})\n{phenotype.reference}")
    if phenotype.note:
        typer.echo(phenotype.note)
    rows = [(rule.role.value, str(rule), rule.source) for rule in phenotype.rules]
    print_table("Rules", ("role", "condition", "source"), rows)
