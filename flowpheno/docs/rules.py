"""The clinical rules with their sources, from the definitions that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowpheno.matching import Role
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.files import builtin_directory, read_yaml
from flowpheno.panel.kinds import kind_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from flowpheno.panel.phenotypes import RuledDefinition
    from flowpheno.panel.tubes import Tube
    from flowpheno.panel.verdicts import VerdictTexts

_TAGS = """\
Everything a haematologist could argue about is data in `panels/`, not code, and these pages are
written from it. Tags: **[V]** the source was read for the number; **[C]** computed; **[K]**,
**[K+]**, **[K-]** known from the source, surely or less so, and not read again; **[P]** a default
of this project, without a source. A laboratory overrides any of them with a folder of its own:
[`flowpheno panels`](../commands.md)."""


def rule_pages() -> dict[str, str]:
    """Write what decides.

    Returns
    -------
    dict of str to str
        Markdown by place: an overview, verdicts and reasons, phenotypes, tubes, sources, and a
        page for each file as it is.
    """
    known = load_definitions()
    folder = builtin_directory()
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.yaml"))}
    return {
        "rules/index.md": _overview(files),
        "rules/verdicts.md": _verdicts(known.texts),
        "rules/phenotypes.md": _ruled("Phenotypes", known.phenotypes),
        "rules/normal.md": _ruled("Normal B precursors", known.normal),
        "rules/genotypes.md": _ruled("Phenotypes that go with a genotype", known.suggestions),
        "rules/tubes.md": _tubes(known.tubes),
        "rules/sources.md": _sources(files),
    } | {f"rules/files/{name[:-5]}.md": _file(name, path) for name, path in files.items()}


def citations(content: object) -> Iterator[str]:
    """Find what a definition cites.

    Parameters
    ----------
    content : object
        A YAML file, or a part of it.

    Yields
    ------
    str
        Every ``reference``, ``references`` and ``source``, however deep.
    """
    if isinstance(content, dict):
        for key, value in content.items():
            if key in {"reference", "references", "source"} and isinstance(value, str | list):
                said = [value] if isinstance(value, str) else value
                yield from (" ".join(str(one).split()) for one in said)
            else:
                yield from citations(value)
    elif isinstance(content, list):
        for one in content:
            yield from citations(one)


def _overview(files: Mapping[str, Path]) -> str:
    rows: list[tuple[str, ...]] = []
    for name, path in files.items():
        said = next(citations(read_yaml(path)), "")
        rows.append((f"[`{name}`](files/{name[:-5]}.md)", kind_of_file(path), said))
    return f"# Clinical rules\n\n{_TAGS}\n\n{_table(('file', 'kind', 'rests on'), rows)}"


def _verdicts(texts: VerdictTexts) -> str:
    parts = ["# Verdicts and reasons", texts.reference, f"!!! warning\n    {texts.research_use}"]
    groups = (
        ("Specimens", texts.verdicts),
        ("Patients", texts.cases),
        ("Diagnosis against relapse", texts.comparisons),
    )
    for title, group in groups:
        rows = [(f"`{name}`", text.title, text.meaning) for name, text in group.items()]
        parts += [f"## {title}", _table(("verdict", "in words", "meaning"), rows)]
    parts += ["## With every negative", texts.single_site, "## Reasons"]
    reasons = [(f"`{code}`", meaning) for code, meaning in texts.reasons.items()]
    return "\n\n".join([*parts, _table(("code", "meaning"), reasons)])


def _ruled(title: str, definitions: Iterable[RuledDefinition]) -> str:
    parts = [
        f"# {title}",
        "A marker that was not measured is unknown, and an unknown decides nothing.",
    ]
    for one in definitions:
        parts += [f"## {one.title}", f"`{one.name}`: {one.stands_for}. {one.reference}"]
        parts += [one.note] if one.note else []
        rows = [
            (str(r.role), f"not: {r}" if r.role is Role.EXCLUDING else str(r), r.source)
            for r in one.rules
        ]
        parts.append(_table(("role", "rule", "source"), rows))
    return "\n\n".join(parts) + "\n"


def _tubes(tubes: Mapping[str, Tube]) -> str:
    parts = ["# Reagent tubes"]
    for tube in tubes.values():
        rows = [
            (c.detector or "", c.fluorochrome or "", ", ".join(map(str, c.antigens)))
            for c in tube.channels
        ]
        parts += [f"## `{tube.name}`", f"{tube.reference} [{tube.tag}]"]
        parts += [tube.note] if tube.note else []
        parts.append(_table(("detector", "fluorochrome", "marker"), rows))
    return "\n\n".join(parts) + "\n"


def _sources(files: Mapping[str, Path]) -> str:
    cited: dict[str, list[str]] = {}
    for name, path in files.items():
        for said in dict.fromkeys(citations(read_yaml(path))):
            cited.setdefault(said, []).append(f"[`{name}`](files/{name[:-5]}.md)")
    rows = [(said, ", ".join(where)) for said, where in sorted(cited.items())]
    return f"# Sources\n\n{len(rows)} sources.\n\n{_table(('source', 'cited by'), rows)}"


def _file(name: str, path: Path) -> str:
    text = path.read_text(encoding="utf-8").rstrip()
    return f"# {name}\n\n````yaml\n{text}\n````\n"


def _table(columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> str:
    heads = list(columns)
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(_cell(value) for value in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    """Keep a cell a cell; what is no link of ours is shown as it is written."""
    text = " ".join(str(value).split()).replace("|", r"\|").replace("<", "&lt;")
    return text if "](" in text else text.replace("[", r"\[").replace("]", r"\]")
