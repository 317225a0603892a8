from __future__ import annotations

import pytest

from flowpheno.panel.deidentify import load_deidentify_rules
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.sample import Channel
from flowpheno.writing.names import cytometer_model, safe_names

RULES = load_deidentify_rules()


@pytest.mark.parametrize(
    ("written", "model"),
    [
        ("FACSCalibur", "FACSCalibur"),
        ("4486521 Attune NxT Acoustic Focusing Cytometer (Lasers: BRVY)", "Attune NxT"),
        ("LSR II no. 7, St. Anna", "LSR II"),
        ("Cytomics FC 500", "Cytomics FC 500"),
        ("St. Anna", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_cytometer_is_a_listed_model_or_unknown(written, model):
    assert cytometer_model(written, RULES.cytometers) == model


@pytest.mark.parametrize(
    ("detector", "label", "expected"),
    [
        ("FL1-H", "CD4 FITC", ("FL1-H", "CD4 FITC")),
        ("FL1-H", "cd4 fitc", ("FL1-H", "CD4 FITC")),
        ("PacificBlue-A", "Syto 41", ("PacificBlue-A", "SYTO")),
        ("FL1-H", "FL1-H", ("FL1-H", "FL1-H")),
        ("FL1-H", "", ("FL1-H", "")),
        ("FL1-H", "IgG1 FITC isotype", ("FL1-H", "ISOTYPE FITC")),
        ("FL1-H", "mIgG1-FITC", ("FL1-H", "MIGG1 FITC")),
        ("CD10", "isotype", ("CD10", "ISOTYPE")),
        ("CD10", "empty", ("CD10", "empty")),
        ("FL2-H", "anti-Erika", ("FL2-H", "FL2-H")),
        ("Erika-A", "CD10", ("P1", "CD10")),
        ("Time", "Time (102.40 sec.)", ("Time", "")),
        ("Time (Erika)", "", ("Time", "")),
    ],
)
def test_names_are_spelled_anew(detector, label, expected):
    channel = Channel(detector=detector, label=label)
    (new,) = safe_names([channel], RULES, builtin_vocabulary())
    assert (new.detector, new.label) == expected


def test_new_names_are_unique():
    channels = [Channel(detector=name) for name in ("Erika", "P1", "Time (a)", "Time (b)")]
    names = [c.detector for c in safe_names(channels, RULES, builtin_vocabulary())]
    assert len(set(names)) == 4
    assert "Erika" not in names
