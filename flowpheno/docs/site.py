"""All pages, and the order they stand in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ruamel.yaml import YAML

from flowpheno.docs.commands import commands_page
from flowpheno.docs.notebooks import notebook_page
from flowpheno.docs.readme import readme_pages
from flowpheno.docs.reference import reference_pages
from flowpheno.docs.rules import rule_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Pages: TypeAlias = "Mapping[str, str]"
"""Markdown by place."""

_TEXT = Path(__file__).parent / "text"


def write_site(out: Path, root: Path) -> Path:
    """Write the pages of the site.

    Parameters
    ----------
    out : Path
        Folder; what an earlier call wrote there is replaced.
    root : Path
        A checkout of flowpheno.

    Returns
    -------
    Path
        ``mkdocs.yml``, for ``mkdocs build --strict -f``.
    """
    readme = readme_pages((root / "README.md").read_text(encoding="utf-8"))
    notebooks = {
        f"tutorial/{path.stem}.md": notebook_page(path.read_text(encoding="utf-8"))
        for path in sorted((root / "notebooks").glob("*.ipynb"))
    }
    written = {path.name: path.read_text(encoding="utf-8") for path in sorted(_TEXT.iterdir())}
    rules, reference = rule_pages(), reference_pages()
    changes = {"changelog.md": (root / "CHANGELOG.md").read_text(encoding="utf-8")}
    commands = {"commands.md": commands_page()}
    pages = {**written, **readme, **notebooks, **rules, **reference, **commands, **changes}
    folder = out / "docs"
    if folder.is_dir():
        shutil.rmtree(folder)
    for place, text in pages.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    nav = [
        {"Start": "index.md"},
        {"Tutorial": ["tutorial.md", *notebooks]},
        {"How to": list(readme)},
        {"Commands": "commands.md"},
        {"Clinical rules": [place for place in rules if place.count("/") == 1]},
        {"Python": list(reference)},
        {"Limits": "limits.md"},
        {"Changes": "changelog.md"},
    ]
    return _configure(out, root, nav)


def _configure(out: Path, root: Path, nav: Iterable[object]) -> Path:
    """Write a configuration that takes all but the order of the pages from that of the project."""
    content = {
        "INHERIT": str((root / ".docs" / "mkdocs.yml").resolve()),
        "docs_dir": str((out / "docs").resolve()),
        "site_dir": str((out / "site").resolve()),
        "nav": list(nav),
    }
    path = out / "mkdocs.yml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(content, file)
    return path
