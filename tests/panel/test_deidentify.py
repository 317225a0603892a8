"""The allow-list of de-identified files, and what a laboratory may not write in its own."""

from __future__ import annotations

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.deidentify import Replacement, family_of, load_deidentify_rules
from flowpheno.panel.files import builtin_directory

TEXT = (builtin_directory() / "deidentify.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("keyword", "value", "kept"),
    [
        ("$P3V", "481", True),
        ("$P3V", "Erika", False),
        ("$P3V", "481 Erika", False),
        ("$P3V", "481\n", False),
        ("$P3V", "", False),
        ("$P3V", "\N{ARABIC-INDIC DIGIT THREE}", False),
        ("$P03V", "481", False),
        ("P3V", "481", False),
        ("$P3VX", "481", False),
        ("$P1E", "4.0,0.0", True),
        ("$P1F", "525//50 nm", True),
        ("$P1O", "100mW", True),
        ("$P1D", "Linear,0,1000", True),
        ("$TOT", "10000", True),
        ("$P1TYPE", "Side Scatter", True),
        ("$P1TYPE", "Erika", False),
        ("$SRC", "1", False),
        ("@MADE UP", "1", False),
    ],
)
def test_kept_only_in_its_form(keyword, value, kept):
    rules = load_deidentify_rules()
    assert any(group.keeps(keyword, value) for group in rules.kept) is kept


def test_replaced_keywords():
    rules = load_deidentify_rules()
    assert rules.replacement("$FIL") is Replacement.FILE
    assert rules.replacement("$P7S") is Replacement.LABEL
    assert rules.replacement("$DFC1TO12") is Replacement.MATRIX
    assert rules.replacement("$TOT") is None


def test_a_family_is_any_number_from_one():
    assert [family_of(k, ["$PnV", "A.B"]) for k in ("$P1V", "$P99V", "$PnV", "A.B", "AxB")] == [
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('value: "[AFDI]"', 'value: "[AFDI"', "is no regular expression"),
        ("keywords: [$FIL]", "keywords: [$TOT]", r"named more than once: \$TOT"),
        ("keywords: [$FIL]", "keywords: [fil]", "should match pattern"),
        ("keywords: [$FIL]", "keywords: []", "at least 1 item"),
        ("by: file", "by: hash", "Input should be 'name', 'file'"),
        ("longest_digits: 4", "longest_digits: 0", "greater than or equal to 1"),
        ("longest_name: 40", "longest: 40", "Extra inputs are not permitted"),
    ],
)
def test_what_may_not_be_written(tmp_path, old, new, sentence):
    assert old in TEXT
    (tmp_path / "deidentify.yaml").write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(PanelError, match=rf"line \d+: .*{sentence}"):
        load_deidentify_rules(tmp_path)


def test_every_group_has_its_source():
    rules = load_deidentify_rules()
    for group in (*rules.kept, *rules.replaced, *rules.dropped):
        assert "[" in group.source  # a tag: read, known or decided
