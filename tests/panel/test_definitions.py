"""All definitions at once: what a laboratory may change, and what is refused."""

from __future__ import annotations

import pytest

from flowpheno.errors import PanelError
from flowpheno.finding import ReasonCode
from flowpheno.panel.decision import load_decision_rules
from flowpheno.panel.definitions import load_definitions, with_scheme
from flowpheno.panel.files import builtin_directory

FOLDER = builtin_directory()


@pytest.fixture
def laboratory(tmp_path):
    def change(name, old, new):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return change


def test_what_comes_along_is_whole_and_fingerprinted():
    definitions = load_definitions()
    assert set(definitions.hashes) >= {"decision.yaml", "aberrancy.yaml", "scores/egil.yaml"}
    assert all(len(value) == 64 for value in definitions.hashes.values())
    assert load_definitions() is definitions


def test_one_file_of_a_laboratory_replaces_one_and_leaves_the_rest(laboratory):
    own = load_definitions(
        laboratory("decision.yaml", "confirm_percent: 20.0", "confirm_percent: 25.0")
    )
    builtin = load_definitions()
    assert (own.decision.confirm_percent, builtin.decision.confirm_percent) == (25.0, 20.0)
    differ = {n for n in builtin.hashes if own.hashes[n] != builtin.hashes[n]}
    assert differ == {"decision.yaml"}
    assert own.aberrancy == builtin.aberrancy


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("confirm_percent: 20.0", "confirm_percent: 120", "less than or equal to 100"),
        ("confirm_percent: 20.0", "confirm_percent: -1", "greater than 0"),
        ("confirm_percent: 20.0", "confirm_percent: 0", "greater than 0"),
        ("confirm_percent: 20.0", "confirm_percent: .nan", "finite|greater than"),
        ("confirm_percent: 20.0", "confirm_percent: twenty", "valid number"),
        ("confirm_percent_known: 5.0", "confirm_percent_known: 30", "confirm_percent_known <= "),
        ("non_b_percent: 5.0", "", "non_b_percent: Field required"),
        ("  - LOW_VIABILITY", "  - LOW_MOOD", "blocking.0"),
        ("non_b_percent: 5.0", "non_b_percents: 5.0", "Extra inputs are not permitted"),
        ("reference: >-", "reference: x\nother: >-", "reference"),
    ],
)
def test_decision_rules_that_make_no_sense_are_refused(laboratory, old, new, sentence):
    with pytest.raises(PanelError, match=sentence):
        load_decision_rules(laboratory("decision.yaml", old, new))


@pytest.mark.parametrize(
    "reason", sorted(set(load_definitions().decision.blocking) - {ReasonCode.CHANNEL_AMBIGUOUS})
)
def test_a_laboratory_may_not_drop_a_reason_that_forbids_a_negative(laboratory, reason):
    folder = laboratory("decision.yaml", f"  - {reason}\n", "")
    with pytest.raises(PanelError, match=f"blocking lacks {reason}"):
        load_decision_rules(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("positivity.yaml", "scheme: egil", "scheme: mine", "scheme 'mine' is none of"),
        ("positivity.yaml", "surface: 20.0", "surface: .nan", "finite"),
        ("positivity.yaml", "control_quantile: 99.0", "control_quantile: 150", "control_quantile"),
        ("positivity.yaml", "overlap_low: 1.0", "overlap_low: -1", "overlap_low"),
        ("positivity.yaml", "control_share: 0.9", "control_share: 0", "own_control_share must be"),
        (
            "positivity.yaml",
            "control_share: 0.9",
            "control_share: 1.1",
            "own_control_share must be",
        ),
        (
            "positivity.yaml",
            "weak: 10.0, strong",
            "weak: 60.0, strong",
            "weak must lie below strong",
        ),
        ("positivity.yaml", "CD19_MASKED", "CD19_HIDDEN", "CD19_HIDDEN"),
        ("positivity.yaml", "dim_log10: -0.5", "dimmer_log10: -0.5", "dim"),
        ("positivity.yaml", "surface: 20.0", "surface: 200", "at most at 100"),
        ("positivity.yaml", "partial_low: 10.0", "partial_low: 95", "partial_low < partial_high"),
        ("positivity.yaml", "overlap_low: 1.0", "overlap_low: 99.5", "overlap_low < overlap_high"),
        ("positivity.yaml", "dim_log10: -0.5", "dim_log10: 0.5", "dim_log10 < 0 < bright_log10"),
        (
            "positivity.yaml",
            "absent_log10: -1.3",
            "absent_log10: -0.1",
            "absent_log10 < dim_log10",
        ),
        ("positivity.yaml", "partial_valley: 0.8", "partial_valley: 8", "partial_valley <= 1"),
        ("aberrancy.yaml", "strong_log10: 0.60", "strong_log10: .inf", "finite"),
        (
            "aberrancy.yaml",
            "score_levels: [0,",
            "score_levels: [1,",
            "score_levels must rise from 0",
        ),
        ("aberrancy.yaml", "lod_events: 20", "lod_events: 2", "mention_events <= lod_events"),
        ("aberrancy.yaml", "score_quantile: 99.5", "score_quantile: 101", "score_quantile"),
        ("aberrancy.yaml", "lesser_log10: 0.20", "lesser_log10: 0.40", "lesser_log10 <= aber"),
        ("aberrancy.yaml", "lesser_sd: 4.0", "lesser_sd: 0", "0 < lesser_sd"),
        ("aberrancy.yaml", "lesser_marrows: 10", "lesser_marrows: 1", "2 <= lesser_marrows"),
        ("aberrancy.yaml", "dying_share: 0.3", "dying_share: 0.6", "dying_share < 0.5"),
        ("aberrancy.yaml", "dying_log10: 0.12", "dying_log10: -1", "0 < dying_log10"),
        ("aberrancy.yaml", "neighbours: 200", "neighbours: 0", "at least 1"),
        ("gating.yaml", "clusters: 60", "clusters: 0", "clusters"),
        ("gating.yaml", "minimum_control: 200", "minimum_control: many", "valid integer"),
        ("gating.yaml", "bandwidth: 0.07", "bandwidth: .nan", "finite"),
    ],
)
def test_limits_that_make_no_sense_are_refused_on_load(laboratory, name, old, new, sentence):
    with pytest.raises(PanelError, match=sentence):
        load_definitions(laboratory(name, old, new))


def test_the_percent_rule_is_chosen_without_touching_the_rest():
    definitions = load_definitions()
    chosen = with_scheme(definitions, "aieop_bfm")
    assert (definitions.positivity.scheme, chosen.positivity.scheme) == ("egil", "aieop_bfm")
    assert chosen.hashes == definitions.hashes
    assert with_scheme(chosen, "egil").positivity == definitions.positivity


def test_a_percent_rule_that_there_is_none_of_is_refused():
    with pytest.raises(PanelError, match="scheme 'mine' is none of egil, aieop_bfm"):
        with_scheme(load_definitions(), "mine")


@pytest.mark.parametrize("name", ["decision", "gating", "positivity", "aberrancy", "mrd", "qc"])
@pytest.mark.parametrize("content", ["", "[]", "42", "a: [1", "key: 1\nkey: 2\n", "\x00"])
def test_any_text_is_a_definition_or_refused(tmp_path, name, content):
    (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(PanelError, match=f"{name}.yaml"):
        load_definitions(tmp_path)
