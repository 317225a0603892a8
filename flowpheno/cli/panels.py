"""``flowpheno panels``: look at the definitions, and check one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flowpheno.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.panel.overlay import Source
    from flowpheno.panel.phenotypes import RuledDefinition
    from flowpheno.panel.tubes import Tube

panels = typer.Typer(
    name="panels",
    help="List, show and check the definitions flowpheno judges by.",
    no_args_is_help=True,
)

_Panels = Annotated[
    Path | None,
    typer.Option("--panels", help="Folder of your own definitions, beside those of flowpheno"),
]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]
_NOT_SAID = "-"


@panels.command("list", help="List every definition file with its kind, origin and hash.")
def list_definitions(directory: _Panels = None, as_json: _AsJson = False) -> None:
    """List every definition file, with its kind, where it comes from, reference and hash.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions of one's own.
    as_json : bool
        Print JSON instead of a table.
    """
    from flowpheno.panel.files import fingerprint, read_yaml
    from flowpheno.panel.kinds import kind_of_file

    rows = []
    for name, source in _sources(directory).items():
        content = read_yaml(source.path)
        said = content if isinstance(content, dict) else {}
        reference = said.get("reference") or said.get("source") or ""
        kind = kind_of_file(source.path) or "other"
        rows.append((name, kind, _origin(source), str(reference), fingerprint([source.path])[:12]))
    columns = ("name", "kind", "from", "reference", "sha256")
    if as_json:
        typer.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2))
    else:
        print_table("Definitions", columns, rows)


@panels.command("show", help="Show one definition: rule by rule, or channel by channel.")
def show(
    name: Annotated[str, typer.Argument(help="Name from `flowpheno panels list`")],
    directory: _Panels = None,
    as_json: _AsJson = False,
) -> None:
    """Show one definition: rules, the channels of a tube, anything else as its file says it.

    Parameters
    ----------
    name : str
        Such as ``"bcp_all"`` or ``"scores/egil"``.
    directory : Path or None
        Folder of definitions of one's own.
    as_json : bool
        Print JSON: the file, with what it refines.
    """
    sources = _sources(directory)
    found = [path for path in sources if name in {path, path.rsplit("/", 1)[-1]}]
    if not found:
        known = ", ".join(path.rsplit("/", 1)[-1] for path in sources)
        raise typer.BadParameter(f"{name!r} is no definition; known: {known}")
    _print_one(found[0], sources, directory, as_json=as_json)


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


def _sources(directory: Path | None) -> Mapping[str, Source]:
    """Every file by its name without ending: those judged by, and those asked for by name."""
    from flowpheno.panel.files import builtin_directory
    from flowpheno.panel.kinds import definition_files
    from flowpheno.panel.overlay import Source, find_sources

    found: dict[str, Source] = {}
    for folder in (builtin_directory(), *([] if directory is None else [directory])):
        for path in definition_files([folder]):
            key, own = path.relative_to(folder).as_posix(), folder == directory
            found[key] = Source(path=path, own=own, overrides=own and key in found)
    found |= find_sources(directory)  # refuses what would not be read
    return {key.removesuffix(".yaml"): found[key] for key in sorted(found)}


def _origin(source: Source) -> str:
    if not source.own:
        return "flowpheno"
    return "own, overrides" if source.overrides else "own"


def _print_one(
    name: str, sources: Mapping[str, Source], directory: Path | None, *, as_json: bool
) -> None:
    from flowpheno.panel.files import read_yaml
    from flowpheno.panel.kinds import kind_of_file
    from flowpheno.panel.patterns import load_normal_stage, load_suggestion
    from flowpheno.panel.phenotypes import load_phenotype
    from flowpheno.panel.tubes import load_tube
    from flowpheno.panel.vocabulary import load_vocabulary

    path, kind = sources[name].path, kind_of_file(sources[name].path)
    markers = None if directory is None else load_vocabulary(sources["markers"].path).antigens
    family = {
        key.rsplit("/", 1)[-1]: source.path
        for key, source in sources.items()
        if key.startswith("phenotypes/")
    }
    ruled: RuledDefinition | None = None
    match kind:
        case "phenotype":
            ruled = load_phenotype(path, markers=markers, family=family)
        case "suggestion":
            ruled = load_suggestion(path, markers=markers, phenotypes=family)
        case "normal":
            ruled = load_normal_stage(path, markers=markers)
        case "tube":
            tube = load_tube(path, markers=markers)
            _echo_json(tube.model_dump(mode="json")) if as_json else _print_tube(tube)
            return
        case _:
            pass
    content = read_yaml(path)  # refuses what is not YAML or not UTF-8
    if as_json:
        _echo_json(content if ruled is None else ruled.model_dump(mode="json"))
    elif ruled is not None:
        _print_rules(ruled)
    else:
        typer.echo(path.read_text(encoding="utf-8"), nl=False)


def _echo_json(content: Any) -> None:  # noqa: ANN401 - JSON
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, default=str))


def _print_rules(definition: RuledDefinition) -> None:
    typer.echo(f"{definition.title} ({definition.stands_for})\n{definition.reference}")
    if definition.note:
        typer.echo(definition.note)
    rows = [(rule.role.value, str(rule), rule.source) for rule in definition.rules]
    print_table("Rules", ("role", "condition", "source"), rows)


def _print_tube(tube: Tube) -> None:
    typer.echo(f"{tube.name} [{tube.tag}]\n{tube.reference}")
    if tube.note:
        typer.echo(tube.note)
    typer.echo(f"scatter: {', '.join(tube.scatter) or _NOT_SAID}; time: {tube.time or _NOT_SAID}")
    rows = [
        (c.detector or _NOT_SAID, c.fluorochrome or _NOT_SAID, c.marker or _NOT_SAID)
        for c in tube.channels
    ]
    print_table("Channels", ("detector", "fluorochrome", "marker"), rows)
