"""Sections of the README as pages."""

from __future__ import annotations

import re

_LINK = re.compile(r"\]\(panels/([\w/]+)\.yaml\)")
_FENCE = re.compile(r"^\s*```")
_NOT_HERE = {"Licence"}


def readme_pages(readme: str) -> dict[str, str]:
    """Make a page of each section.

    Parameters
    ----------
    readme : str
        The README.

    Returns
    -------
    dict of str to str
        Markdown by place, in the order of the README; headings one level higher, links to
        definitions lead to their pages. None for the text before the first section.
    """
    pages = {}
    for title, body in _sections(readme):
        if title in _NOT_HERE:
            continue
        text = _LINK.sub(r"](../rules/files/\1.md)", _deepened(_raised(body)))
        plain = title.replace("`", "")
        pages[f"howto/{_slug(plain)}.md"] = f"# {plain}\n{text}"
    return pages


def _sections(text: str) -> list[tuple[str, str]]:
    """Split at headings of the second level that stand outside of code."""
    sections: list[tuple[str, list[str]]] = []
    inside = False
    for line in text.splitlines():
        inside ^= bool(_FENCE.match(line))
        if not inside and line.startswith("## "):
            sections.append((line[3:].strip(), []))
        elif sections:
            sections[-1][1].append(line)
    return [(title, "\n".join(lines) + "\n") for title, lines in sections]


def _raised(text: str) -> str:
    """Raise headings by one level, outside of code."""
    lines, inside = [], False
    for line in text.splitlines():
        inside ^= bool(_FENCE.match(line))
        lines.append(line[1:] if not inside and line.startswith("###") else line)
    return "\n".join(lines) + "\n"


def _deepened(text: str) -> str:
    """Indent what belongs to a list as deep as Python-Markdown wants it; code stays as it is."""
    lines, inside = [], False
    for line in text.splitlines():
        inside ^= line.startswith("```")
        lines.append(f"  {line}" if not inside and line.startswith("  ") else line)
    return "\n".join(lines) + "\n"


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
