"""Pages of the documentation site, made from README, definitions, commands and notebooks."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from flowpheno.docs import write_site
from flowpheno.docs.commands import commands_page
from flowpheno.docs.notebooks import notebook_page
from flowpheno.docs.readme import readme_pages
from flowpheno.docs.reference import reference_pages
from flowpheno.docs.rules import citations, rule_pages
from flowpheno.finding import ReasonCode
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.files import builtin_directory, read_yaml
from flowpheno.verdict import SpecimenVerdict

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site, written twice: the second replaces the first."""
    out = tmp_path_factory.mktemp("site")
    (out / "docs").mkdir()
    (out / "docs" / "left_over.md").write_text("# Old")
    write_site(out, ROOT)
    return out


@pytest.fixture(scope="module")
def rules():
    return rule_pages()


def test_every_page_of_the_order_is_there_and_nothing_is_left_over(site):
    content = YAML(typ="safe").load(site / "mkdocs.yml")
    named = re.findall(r"[\w/-]+\.md", str(content["nav"]))
    assert len(named) > 30
    assert [name for name in named if not (site / "docs" / name).is_file()] == []
    assert not (site / "docs" / "left_over.md").exists()
    assert Path(content["INHERIT"]).is_file()


def test_links_between_pages_lead_somewhere(site):
    pages = sorted((site / "docs").rglob("*.md"))
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:`\s]+\.md)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).is_file()
    ]
    assert broken == []


def test_sections_of_the_readme_become_pages():
    readme = (
        "# t\n\nintro\n\n## A `b` c\n\n[x](panels/qc.yaml)\n\n### In\n```\n## no\n### no\n```\n"
    )
    pages = readme_pages(readme + "\n## Licence\n\nMIT\n")
    assert list(pages) == ["howto/a-b-c.md"]
    text = pages["howto/a-b-c.md"]
    assert text.startswith("# A b c\n")
    assert "[x](../rules/files/qc.md)" in text
    assert "\n## In\n```\n## no\n### no\n```" in text


def test_what_belongs_to_a_list_stays_in_it_and_code_as_it_is():
    (page,) = readme_pages("## A\n\n- x\n  ```\n  y\n  ```\n\n```\n  z\n```\n").values()
    assert "- x\n    ```\n    y\n    ```" in page
    assert "```\n  z\n```" in page


def test_every_verdict_and_reason_is_explained(rules):
    page = rules["rules/verdicts.md"]
    for name in [*SpecimenVerdict, *ReasonCode]:
        assert f"| `{name}` |" in page


def test_every_rule_stands_with_its_source(rules):
    known = load_definitions()
    pages = {
        "phenotypes": known.phenotypes,
        "normal": known.normal,
        "genotypes": known.suggestions,
    }
    for name, definitions in pages.items():
        page = rules[f"rules/{name}.md"].replace("\\", "")
        for definition in definitions:
            assert f"## {definition.title}\n" in page
            for rule in definition.rules:
                assert " ".join(rule.source.split()).replace("<", "&lt;") in page


def test_every_definition_has_its_page_and_its_sources_are_listed(rules):
    sources = rules["rules/sources.md"].replace("\\", "")
    for path in sorted(builtin_directory().rglob("*.yaml")):
        name = path.relative_to(builtin_directory()).with_suffix("").as_posix()
        assert path.read_text(encoding="utf-8").rstrip() in rules[f"rules/files/{name}.md"]
        assert f"(files/{name}.md)" in rules["rules/index.md"]
        for said in citations(read_yaml(path)):
            assert said.replace("<", "&lt;") in sources


def test_sources_are_found_however_deep():
    content = {"reference": "a\n  b", "rules": [{"source": "c"}, {"of": {"references": ["d"]}}]}
    assert list(citations(content)) == ["a b", "c", "d"]


def test_every_tube_is_listed_by_channel(rules):
    page = rules["rules/tubes.md"]
    assert "| APC-A | APC | CD19 |" in page
    assert all(f"## `{name}`" in page for name in load_definitions().tubes)


def test_every_command_and_option_is_listed():
    page = commands_page()
    assert "## `flowpheno template build`" in page
    assert "| `--known-bcp-all` |" in page
    assert "`--report` `--no-report`" in page
    assert "--help` |" not in page


def test_a_notebook_keeps_text_and_code():
    cells = (
        '{"cells": [{"cell_type": "markdown", "source": ["# T\\n", "x"]},'
        '{"cell_type": "code", "source": ["1"]}, {"cell_type": "code", "source": []}]}'
    )
    assert notebook_page(cells) == "# T\nx\n\n```python\n1\n```\n"


def test_every_module_of_the_reference_can_be_imported():
    pytest.importorskip("anywidget", reason="the extra 'widget' is not installed")
    for page in reference_pages().values():
        for module in re.findall(r"::: (\S+)", page):
            assert import_module(module).__doc__


def test_the_site_is_built_without_a_warning(site):
    pytest.importorskip("mkdocstrings", reason="the dependency group 'docs' is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", site / "mkdocs.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    index = (site / "site" / "index.html").read_text(encoding="utf-8")
    fetched = re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"(https?:[^\"]+)\"", index)
    assert fetched == []
    judged = (site / "site" / "python" / "judging" / "index.html").read_text(encoding="utf-8")
    assert "Judge one specimen for an aberrant B precursor" in judged
