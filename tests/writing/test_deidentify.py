"""Nothing that names a person, a place or a specimen survives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.compensation import compensate, with_spillover
from flowpheno.errors import FcsError
from flowpheno.fcs.reader import read_dataset
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import ReasonCode
from flowpheno.marker import WordKind
from flowpheno.panel.deidentify import family_of, load_deidentify_rules
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.reading import find_files, read_fcs, sample_from_table
from flowpheno.sample import Channel, Sample, Scale
from flowpheno.writing import deidentify, write_sample
from flowpheno.writing.deidentify import deidentify_keywords
from tests.writing.conftest import SECRETS

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_deidentify_rules()
SENSITIVE = re.compile(
    r"\$(SRC|OP|FIL|SMNO|INST|INSTADDRESS|EXP|COM|CELLS|PROJ|CYTSN|DATE|BTIM|ETIM|SYS|RUNNUMBER"
    r"|PLATEID|PLATENAME|WELLID|LAST_MODIFIE[RD])"
    r"|.*(PATIENT|SAMPLE|EXPERIMENT|TUBE|PIN|VIAL|CASE|GUID|USER|LOGIN|LOCATION|BARCODE|CYTOMETERID"
    r"|CYTNUM|FILENAME|PLATE|WELL|EXPORT|DATE|PANEL|SETTINGS|TESTNAME|TESTFILE|SESSION).*"
)
FORMS = ("fcs", "parquet", "csv")


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_is_left_in_any_form(record, tmp_path, form):
    path = write_sample(record(), tmp_path / f"a.{form}", deidentify=True)
    raw = path.read_bytes()
    for value in (*SECRETS.values(), "Muster", "Erika", "R66093", "Niemand", "2020"):
        assert value.encode() not in raw
        assert value.encode("utf-16-le") not in raw
    assert b"serial" not in raw
    assert b"VENDOR" not in raw


def test_what_stays_and_what_takes_the_place_of_names(record, tmp_path):
    sample = record()
    again = read_fcs(write_sample(sample, tmp_path / "a.fcs", deidentify=True))
    np.testing.assert_array_equal(again.events, sample.events)
    assert [(c.detector, c.label) for c in again.channels] == [
        ("FSC-A", ""),
        ("PE-A", "CD19"),
        ("FITC-A", "FITC-A"),  # a label that is not understood becomes the detector
        ("Time", ""),
    ]
    kept = {"$TR": "FSC-A,5000", "$P2V": "481", "$P2G": "2.5", "$TIMESTEP": "0.01"}
    replaced = {"$CYT": "FACSCanto II", "$FIL": "deidentified.fcs", "$SMNO": "deidentified"}
    assert again.keywords.items() >= (kept | replaced).items()
    np.testing.assert_array_equal(again.spillover.matrix, sample.spillover.matrix)


def test_it_says_what_it_did_and_quotes_nothing(record):
    done = deidentify(record(), name="marrow_7")
    assert {"$SRC", "$OP", "PATIENT ID", "VENDOR NOTE 7"} <= set(done.dropped)
    assert list(done.dropped) == sorted(done.dropped)
    assert done.replaced == (3,)
    assert (done.sample.name, done.sample.sha256, done.sample.origin) == ("marrow_7", "", None)
    messages = [f.message for f in done.sample.findings]
    assert messages == [
        f"de-identified: {len(done.dropped)} keywords left out",
        "de-identified: another detector or label for channel 3",
    ]


def test_names_of_channels_matrices_and_triggers(tmp_path):
    channels = tuple(
        Channel(detector=detector, label=label)
        for detector, label in [
            ("Mustermann Erika", "CD10"),
            ("PE-A", "DR LAM 19990304"),
            ("405nm BV421 (445/60) LogH", "CD3 FITC"),
            ("Time (Mustermann)", "Time (E.M.)"),
            ("FL123456", ""),
        ]
    )
    spillover = Spillover(
        detectors=("Mustermann Erika", "PE-A"), matrix=np.eye(2) + 0.1, source="Mustermann.csv"
    )
    sample = Sample(
        name="E. Mustermann",
        channels=channels,
        events=np.zeros((2, 5), np.float32),
        spillover=spillover,
        keywords={"$PAR": "5", "$TR": "Mustermann Erika,1000"},
    )
    clean = deidentify(sample).sample
    assert [c.detector for c in clean.channels] == [
        "P1",
        "PE-A",
        "405nm BV421 (445/60) LogH",
        "Time",
        "P5",
    ]
    assert clean.channels[0].label == "CD10"
    assert clean.spillover.detectors == ("P1", "PE-A")
    assert clean.spillover.source == "$SPILLOVER"
    assert clean.keywords["$TR"] == "P1,1000"
    for form in FORMS:
        raw = write_sample(sample, tmp_path / f"a.{form}", deidentify=True).read_bytes()
        for secret in (b"Muster", b"Erika", b"1999", b"E.M.", b"123456"):
            assert secret not in raw


def test_a_kept_keyword_must_have_its_form(record):
    sample = record(**{"$P2V": "Mustermann", "$P1F": "530/30 nm", "$P3D": "Erika,1,2"})
    done = deidentify(sample)
    assert {"$P2V", "$P3D"} <= set(done.dropped)
    assert done.sample.keywords["$P1F"] == "530/30 nm"


def test_the_scale_is_still_said(data_dir):
    sample = read_fcs(data_dir / "b_all_diagnosis" / "HNJ_002.fcs")
    assert sample.scale is Scale.RELATIVE
    assert ReasonCode.SCALE_RELATIVE in {f.code for f in deidentify(sample).sample.findings}


def test_a_matrix_from_a_table_leaves_no_name(record, tmp_path):
    matrix = Spillover(detectors=("PE-A", "FITC-A"), matrix=np.eye(2) + 0.1, source="Muster.csv")
    sample = compensate(with_spillover(record(), matrix))
    for form in FORMS:
        path = write_sample(sample, tmp_path / f"a.{form}", deidentify=True)
        assert b"Muster" not in path.read_bytes()


def test_simulated_stays_said(record):
    sample = record(**{"FLOWPHENO SIMULATED": "TRUE", "FLOWPHENO NOTE": "Erika"})
    keywords = deidentify(sample).sample.keywords
    assert keywords["FLOWPHENO SIMULATED"] == "TRUE"
    assert "FLOWPHENO NOTE" not in keywords


def all_files(data_dir):
    folders = ["fcs_corpus", "b_all_mrd_labelled", "aml_vs_normal", "cytof_b_all", "flowjo"]
    return find_files([data_dir / folder for folder in folders])


def secrets_of(source: Path) -> set[str]:
    """Values of identifying keywords, long enough not to stand anywhere by chance."""
    dataset = read_dataset(source)
    values = {value for key, value in dataset.keywords.items() if SENSITIVE.fullmatch(key)}
    harmless = {p.detector for p in dataset.parameters} | {p.label for p in dataset.parameters}
    return {value for value in values - harmless if len(value) >= 5}


def test_no_identifier_of_a_real_file_survives(data_dir, tmp_path):
    done = 0
    for source in all_files(data_dir):
        try:
            sample = read_fcs(source)
        except FcsError:
            continue
        secrets = secrets_of(source)
        for form in FORMS:
            if form == "csv" and sample.events.size > 200_000:
                continue  # no keywords in it
            path = tmp_path / f"a.{form}"
            raw = write_sample(sample, path, deidentify=True, overwrite=True).read_bytes()
            left = {secret for secret in secrets if secret.encode() in raw}
            assert left == set(), source
        done += bool(secrets)
    assert done > 20


def test_the_names_of_real_channels_mean_the_same(data_dir):
    for source in all_files(data_dir):
        try:
            sample = read_fcs(source)
        except FcsError:
            continue
        clean = deidentify(sample).sample
        resolved = [(c.marker, c.kind, c.measure, c.fluorochrome) for c in clean.channels]
        assert resolved == [(c.marker, c.kind, c.measure, c.fluorochrome) for c in sample.channels]


def test_the_clinical_tables_lose_the_number_in_their_name(data_dir, tmp_path):
    for source in sorted((data_dir / "clinical_multitube").glob("*.csv.gz")):
        sample = sample_from_table(source, scale=Scale.RELATIVE)
        for form in FORMS:
            path = tmp_path / f"a.{form}"
            raw = write_sample(sample, path, deidentify=True, overwrite=True).read_bytes()
            assert b"000942" not in raw
            assert b"FI05" not in raw


ALLOWED = [keyword for group in (*RULES.kept, *RULES.replaced) for keyword in group.keywords]
KEYWORDS = st.one_of(
    st.text(min_size=1, max_size=20).map(str.upper),
    st.sampled_from([k.replace("n", "3") for group in RULES.dropped for k in group.keywords]),
    st.sampled_from([k.replace("n", "1") for k in ALLOWED]),
    st.sampled_from([f"X{k}" for k in ALLOWED] + [f"{k}X" for k in ALLOWED]),
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["Erika M", "1", "0.5", "TRUE", "530/30", "Linear,0,1", "A,1", "LSR II Ulm"]),
)


@given(st.dictionaries(KEYWORDS, VALUES, max_size=12))
def test_nothing_outside_the_allow_list_survives(keywords):
    kept, dropped = deidentify_keywords(keywords, RULES, detectors={"A": "FSC-A"}, name="new")
    assert not kept.keys() & set(dropped)
    assert all(family_of(keyword, ALLOWED) for keyword in kept)
    words = {"new", "new.fcs", "FSC-A,1", "unknown", *RULES.cytometers}
    for keyword, value in kept.items():
        by = RULES.replacement(keyword)
        if by is None:
            assert value == keywords[keyword]
            assert any(group.keeps(keyword, value) for group in RULES.kept)
        else:
            assert value in words


LABELS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["CD19", "CD3 FITC", "Erika", "isotype", "empty", "PE-A", "Time (E.M.)", "-"]),
)


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=6, unique_by=lambda pair: pair[0]))
def test_a_label_is_made_of_known_words_only(names):
    channels = tuple(Channel(detector=detector, label=label) for detector, label in names)
    sample = Sample(name="s", channels=channels, events=np.zeros((1, len(names)), np.float32))
    clean = deidentify(sample).sample
    vocabulary = builtin_vocabulary()
    known = {*map(str, vocabulary.antigens), *vocabulary.fluorochromes, "FSC", "SSC"}
    known |= {word for word, said in vocabulary.words.items() if said.kind is WordKind.CONTROL}
    detectors = [c.detector for c in clean.channels]
    assert len(set(detectors)) == len(detectors)
    for channel in clean.channels:
        assert not re.search(r"[0-9]{5}", channel.detector)
        words = set(re.split(r"[ +]", re.sub(r"-[AHW]$", "", channel.label)))
        assert channel.label in {"", "empty", "isotype", channel.detector} or words <= known
