from __future__ import annotations

import re

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.verdicts import Tone, load_verdict_texts

TEXT = (builtin_directory() / "verdicts.yaml").read_text("utf-8")


def test_a_folder_without_the_file_uses_the_one_that_comes_along(tmp_path):
    assert load_verdict_texts(tmp_path) == load_verdict_texts()


def test_a_laboratory_can_use_its_own_words(tmp_path):
    (tmp_path / "verdicts.yaml").write_text(TEXT.replace("title: Indeterminate", "title: Open"))
    assert load_verdict_texts(tmp_path).verdicts["INDETERMINATE"].title == "Open"


def test_only_a_negative_is_marked_as_one():
    verdicts = load_verdict_texts().verdicts
    negative = {name for name, text in verdicts.items() if text.tone is Tone.NEGATIVE}
    assert negative == {"NO_ABERRANT_B_PRECURSOR"}


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (r"\n  LOW_VIABILITY: .*", "", "not explained: LOW_VIABILITY"),
        (r"tone: open", "tone: cheerful", "Input should be"),
        (r"\n  LOW_VIABILITY:", "\n  LOW_MOOD:", "LOW_MOOD"),
        (r"single_site: >-\n(  .*\n)+", "single_site: no\n", "at least 10 characters"),
    ],
    ids=["missing", "tone", "unknown", "short"],
)
def test_words_that_are_missing_or_unknown_are_refused(tmp_path, pattern, replacement, message):
    (tmp_path / "verdicts.yaml").write_text(re.sub(pattern, replacement, TEXT, count=1), "utf-8")
    with pytest.raises(PanelError, match=message):
        load_verdict_texts(tmp_path)
