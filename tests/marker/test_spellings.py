"""The table ``spellings.csv``: what real names of channels must be taken for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from flowpheno.errors import FcsError, TableError
from flowpheno.finding import ReasonCode
from flowpheno.marker import resolve_channel
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.reading import read_fcs, read_sample

TABLE = Path(__file__).with_name("spellings.csv")
TEXT = TABLE.read_text(encoding="utf-8").splitlines()
ROWS = list(csv.DictReader(line for line in TEXT if not line.startswith("#")))
LEGEND = " ".join(line for line in TEXT if line.startswith("#"))
MEASURES = {"A": "area", "H": "height", "W": "width"}


def taken_for(channel):
    if not channel.recognised:
        return "unknown"
    if channel.marker:
        return channel.marker
    return channel.kind if channel.kind in {"time", "other"} else "none"


def test_the_table_is_large_and_says_where_each_name_is_seen():
    assert len({(row["detector"], row["label"]) for row in ROWS}) == len(ROWS) >= 500
    for row in ROWS:
        assert row["seen"] in LEGEND, row
        assert row["measure"] in MEASURES, row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['detector']}::{row['label']}")
def test_name_is_taken_for_what_it_is(row):
    channel = resolve_channel(row["detector"], row["label"], builtin_vocabulary())
    assert taken_for(channel) == row["expected"]
    assert channel.fluorochrome == (row["fluorochrome"] or None)
    assert channel.measure == MEASURES[row["measure"]]
    known = builtin_vocabulary().antigens
    assert set(channel.parts) == set(row["expected"].split("+")) & set(known)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("CD10 HIB19 PE", "CD10"),
        ("CD79 FITC", "CD79b"),
        ("HLA", "HLADR"),
        ("CD66e", "CD66c"),
        ("HIB19", "CD19"),
        ("CD19 HM57", "cyCD79a"),
    ],
)
def test_what_is_not_understood_is_reported_with_names_it_resembles(name, nearest):
    channel = resolve_channel("FL1-A", name, builtin_vocabulary())
    assert channel.marker is None
    assert nearest in channel.nearest


# signalling and transcription factors of mass cytometry, detectors of no known dye, and no name
REPORTED = """
RAG1_Dy163|cPARP_La139|p4EBP1_Nd144|pAkt_Tb159|pCreb_Yb176|pErk_Yb173|pIkaros_Gd155|pp38|pStat3
pPLCg1_2_Pr141|pS6_Yb172|pSTAT5_Nd150|pSyk_Er166|tIkaros_Nd145|FITC_myeloid_Yb171|psyk|p4ebp1
pstat5|pakt|ps6|perk|pcreb|sample_name|channel_A|channel_B|405nm 405SSC (405/10) LogH
405nm BV521 (530/30) LogH|405nm BV710 (710/40) LogH|xxxxxxxxxxxxxx (710/40) LogH
"""


@pytest.mark.slow
def test_names_of_all_files_are_understood_or_reported(data_dir):
    """Every stain of every real file is resolved, or is a finding; and which is which is known."""
    understood, reported = set(), set()
    for sample in real_samples(data_dir):
        said = [f.message for f in sample.findings if f.code is ReasonCode.CHANNEL_UNMAPPED]
        for channel in sample.channels:
            names = (channel.detector, channel.label)
            if resolve_channel(*names, builtin_vocabulary()).recognised:
                understood.add(names)
            else:
                reported.add(names)
                assert any((channel.label or channel.detector)[:40] in text for text in said)
    names = {detector if set(label) <= {"x"} else label for detector, label in reported}
    assert names <= set(REPORTED.strip().replace("\n", "|").split("|"))
    assert len(understood) >= 280


def real_samples(data_dir):
    for path in sorted(data_dir.rglob("*")):
        try:
            if path.suffix.lower() in {".fcs", ".lmd"}:
                yield read_fcs(path, events=slice(5))
            elif path.name.endswith(".csv.gz") and "metadata" not in path.name:
                yield read_sample(path)
        except (FcsError, TableError):  # damaged on purpose
            continue
