from __future__ import annotations

import contextlib
import gzip
import re

import numpy as np
import pytest

from flowpheno import compensate
from flowpheno.errors import CompensationError, FcsError
from flowpheno.fcs.reader import read_dataset
from flowpheno.fcs.writer import write_fcs
from flowpheno.finding import ReasonCode, Severity
from flowpheno.reading import find_files, iterate_fcs, read_fcs
from flowpheno.sample import ChannelKind, Measure, Scale
from flowpheno.writing import write_sample
from tests.fcs.fcs_bytes import build_fcs, describe, float_file, integer_file

LABELLED = {
    "FSC-A": ("FSC", None),
    "FSC-W": ("FSC", None),
    "SSC-A": ("SSC", None),
    "FITC-A": ("CD20", "FITC"),
    "PE-A": ("CD10", "PE"),
    "PerCP-A": ("CD45", "PerCP"),
    "PE-Cy7-A": ("CD34", "PE-Cy7"),
    "PacificBlue-A": ("SYTO", "PacB"),
    "APC-A": ("CD19", "APC"),
    "Alexa700-A": ("CD38", "AF700"),
    "APC-Cy7-A": (None, "APC-Cy7"),
    "Time": (None, None),
}

DETECTOR = re.compile(r"(FL|[BVYRG]L?)\d{1,2}\b")


@pytest.fixture
def written(tmp_path):
    """Write a file of two stained channels; a test states only what it is about."""

    def write(
        events, *, detectors=("FITC-A", "PE-A"), labels=("CD19", "CD10"), top=262144, **keywords
    ):
        path = tmp_path / "tube.fcs"
        write_fcs(
            path,
            np.asarray(events, dtype=np.float32).reshape(-1, len(detectors)),
            detectors=detectors,
            labels=labels,
            ranges=[top] * len(detectors),
            keywords=keywords,
        )
        return path

    return write


def codes(sample):
    return [finding.code for finding in sample.findings]


def test_labelled_marrow(data_dir):
    sample = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs")
    assert {c.detector: (c.marker, c.fluorochrome) for c in sample.channels} == LABELLED
    assert sample.markers == ("CD20", "CD10", "CD45", "CD34", "SYTO", "CD19", "CD38")
    assert (sample.name, sample.n_events, sample.version) == ("494", 83411, "FCS3.0")
    assert (sample.scale, sample.compensated) == (Scale.LINEAR, False)
    assert sample.spillover is not None
    assert {channel.range for channel in sample.channels} == {262144.0}
    assert sample.findings == ()
    assert len(sample.sha256) == 64


def test_rescaled_diagnosis_marrows_are_relative(data_dir):
    paths = find_files([data_dir / "b_all_diagnosis"])
    assert len(paths) == 95
    for path in paths[::12]:
        sample = read_fcs(path)
        assert sample.scale is Scale.RELATIVE
        assert ReasonCode.SCALE_RELATIVE in codes(sample)
        markers = ("CD10", "CD19", "CD20", "CD34", "CD38", "CD45", "CD58", "CD66")
        assert sample.markers == markers
        assert sample.has("FSC")
        assert sample.has("SSC")


def test_exported_leukaemias_are_linear_with_their_own_full_scale(data_dir):
    for path in find_files([data_dir / "aml_vs_normal"]):
        sample = read_fcs(path)
        assert sample.markers == ("CD15", "CD13", "CD45", "CD16", "CD56")
        assert [c.fluorochrome for c in sample.channels[2:]] == [
            "FITC",
            "PE",
            "ECD",
            "PE-Cy5",
            "PE-Cy7",
        ]
        assert sample.scale is Scale.LINEAR
        assert [c.range for c in sample.channels] == [1024.0, *[10000.0] * 6]


def test_mass_cytometry_is_linear_and_its_combinations_stay_whole(data_dir):
    sample = read_fcs(data_dir / "cytof_b_all" / "UPN1_Basal.fcs")
    by_name = {c.detector: c for c in sample.channels}
    assert sample.scale is Scale.LINEAR
    assert by_name["CD34_Nd148"].marker == "CD34"
    assert by_name["IgMs_Lu175"].marker == "sIgM"
    assert by_name["IgMi_Eu153"].marker == "cyIgM"
    assert by_name["TdT_Dy164"].marker == "TdT"
    assert by_name["HLADR_Yb174"].marker == "HLADR"
    assert by_name["DNA1_Ir191"].marker == "SYTO"
    assert by_name["viability_Pt195"].marker == "VIABILITY"
    assert by_name["Kappa_lambda_Sm154"].marker == "sIgK+sIgL"
    assert by_name["CD235_61_In113"].marker == "CD61+CD235a"
    assert by_name["FITC_myeloid_Yb171"].marker is None
    assert {c.kind for c in sample.channels} == {
        ChannelKind.MASS,
        ChannelKind.TIME,
        ChannelKind.OTHER,
    }
    assert not sample.has("sIgK")
    assert codes(sample).count(ReasonCode.CHANNEL_UNMAPPED) == 13


def test_every_channel_of_every_file_is_resolved_or_reported(data_dir):
    samples = []
    for path in find_files([data_dir]):
        if "b_all_diagnosis" not in str(path):
            with contextlib.suppress(FcsError):  # some are garbage on purpose
                samples.append(read_fcs(path))
    assert len(samples) >= 30
    silent = set()
    for sample in samples:
        said = " ".join(finding.message for finding in sample.findings)
        silent |= {
            channel.label
            for channel in sample.channels
            if channel.kind in {ChannelKind.FLUORESCENCE, ChannelKind.MASS}
            and channel.marker is None
            and channel.fluorochrome is None
            and channel.label[:40] not in said
        }
    assert all(DETECTOR.match(label) for label in silent), silent


def test_only_the_rescaled_folder_is_relative(data_dir):
    for path in find_files(
        [data_dir / "fcs_corpus" / "instruments", data_dir / "fcs_corpus" / "fcsparser"]
    ):
        try:
            sample = read_fcs(path)
        except FcsError:  # garbage on purpose
            continue
        assert sample.scale is Scale.LINEAR, path


def test_pulse_heights_of_an_old_instrument_are_usable(data_dir):
    sample = read_fcs(data_dir / "gatingml2" / "data1.fcs")
    assert sample.markers == ("CD4", "CD8b", "CD3", "CD8")
    assert sample.channels[sample.column("FSC")].measure is Measure.AREA
    assert ReasonCode.METADATA_DERIVED in codes(sample)


@pytest.mark.parametrize(
    ("events", "top", "relative"),
    [
        ([[0.1, 0.9]] * 100, 262144, True),
        ([[0.1, 0.9]] * 98 + [[3.0, 3.0]] * 2, 262144, True),  # on the share
        ([[0.1, 0.9]] * 97 + [[3.0, 3.0]] * 3, 262144, False),
        ([[-0.5, 1.6]] * 100, 262144, True),  # on the bounds
        ([[-0.6, 0.9]] * 100, 262144, False),
        ([[0.1, 1.7]] * 100, 262144, False),
        ([[0.1, 5.0]] * 100, 10, True),
        ([[0.1, 5.0]] * 100, 11, False),
        ([[0.1, 900.0]] * 100, 10, False),  # values beyond what $PnR says
        ([[100.0, 900.0]] * 100, 262144, False),
        ([], 262144, False),
        ([], 4, True),
    ],
)
def test_relative_scale_on_and_around_its_limits(events, top, relative, written):
    sample = read_fcs(written(events, top=top))
    assert (sample.scale is Scale.RELATIVE) is relative
    assert (ReasonCode.SCALE_RELATIVE in codes(sample)) is relative


def test_ion_counts_are_never_relative(written):
    path = written([[0.1, 0.9]] * 100, detectors=("Nd142Di", "Gd156Di"), top=3)
    assert read_fcs(path).scale is Scale.LINEAR


def test_full_scale_is_the_larger_of_the_two_that_are_stated(written):
    keywords = {"flowCore_$P2Rmax": "10000"}
    sample = read_fcs(written([[1100.0, 1.0], [np.nan, 9000.0]], top=1024, **keywords))
    assert [c.range for c in sample.channels] == [1024.0, 10000.0]
    assert ReasonCode.RANGE_EXCEEDED not in codes(sample)


def test_a_full_scale_that_the_values_leave_far_behind_is_not_believed(written):
    sample = read_fcs(written([[9000.0, 1.0], [4.0, 500.0]], top=1024))
    assert [c.range for c in sample.channels] == [8192.0, 8192.0]
    (finding,) = sample.findings
    assert (finding.code, finding.severity) == (ReasonCode.RANGE_EXCEEDED, Severity.WARNING)
    assert finding.value == pytest.approx(9000 / 1024, rel=1e-3)
    assert "8 times that range is used as full scale" in finding.message


def test_compensation_by_the_instrument_is_noted(written):
    sample = read_fcs(written([[500.0, 100.0]], **{"@COMPENSATIONMODE": "Advanced"}))
    (finding,) = sample.findings
    assert (finding.code, finding.severity) == (ReasonCode.METADATA_DERIVED, Severity.NOTE)
    assert "@COMPENSATIONMODE says that compensation was set" in finding.message
    assert not sample.compensated


@pytest.mark.parametrize("keywords", [{}, {"APPLY COMPENSATION": "FALSE"}])
def test_nothing_is_noted_where_nothing_was_compensated(keywords, written):
    assert read_fcs(written([[500.0, 100.0]], **keywords)).findings == ()


def test_gzipped_file_holds_the_same_sample(written, tmp_path):
    path = written([[500.0, 100.0]])
    packed = tmp_path / "tube.fcs.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    sample = read_fcs(str(packed))
    np.testing.assert_array_equal(sample.events, read_dataset(path).events)
    assert sample.name == "tube"
    assert read_fcs(packed, name="A3a").name == "A3a"


def test_events_are_read_only(written):
    with pytest.raises(ValueError, match="read-only"):
        read_fcs(written([[500.0, 100.0]])).events[0, 0] = 1


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(FcsError, match=r"none\.fcs|No such file|cannot be opened"):
        read_fcs(tmp_path / "none.fcs")


def test_channels_are_asked_for_by_marker_detector_or_label(tmp_path):
    path = tmp_path / "tube.fcs"
    values = np.arange(40, dtype=np.float32).reshape(10, 4)
    more = {"P1S": "CD19 APC", "P2S": "CD10 PE", "P3S": "CD10 PE", "P2N": "PE-A", "P3N": "PE-H"}
    path.write_bytes(float_file(values, **more))
    sample = read_fcs(path, channels=["CD10", "FL1-A"], events=slice(2, 8, 2))
    assert [c.detector for c in sample.channels] == ["PE-A", "FL1-A"]
    np.testing.assert_array_equal(sample.events, values[2:8:2][:, [1, 0]])
    assert [c.detector for c in read_fcs(path, channels=["cd19"]).channels] == ["FL1-A"]
    with pytest.raises(FcsError, match="no channel called 'CD22'; markers: CD10, CD19; "):
        read_fcs(path, channels=["CD22"])


def test_strict_reading_refuses_what_lenient_repairs(tmp_path):
    path = tmp_path / "off.fcs"
    path.write_bytes(float_file([[1.0, 2.0]], end_shift=1, behind=b"00000000"))
    assert read_fcs(path).n_events == 1
    with pytest.raises(FcsError, match="bytes off"):
        read_fcs(path, strictness="strict")


def test_blocks_are_samples(tmp_path):
    path = tmp_path / "long.fcs"
    values = np.arange(30, dtype=np.float32).reshape(10, 3)
    path.write_bytes(float_file(values, P1S="CD19 APC"))
    blocks = list(iterate_fcs(path, 4, channels=["CD19"]))
    assert [block.n_events for block in blocks] == [4, 4, 2]
    assert [block.markers for block in blocks] == [("CD19",)] * 3
    np.testing.assert_array_equal(np.vstack([b.events for b in blocks]), values[:, :1])


def test_a_data_set_can_be_asked_for(data_dir):
    (path,) = data_dir.rglob("Beckman Coulter - Cytomics FC500.LMD")
    assert read_fcs(path, dataset=0).compensated
    assert not read_fcs(path, dataset=1).compensated
    assert read_fcs(path, dataset=1).markers == read_fcs(path, dataset=0).markers


def test_a_full_scale_beyond_the_range_is_seen_among_values_that_are_none(written):
    sample = read_fcs(written([[np.nan, 5.0], [300000.0, 400000.0]]))
    assert [c.range for c in sample.channels] == [524288.0, 524288.0]


def test_light_that_nobody_named_says_nothing_of_the_scale(tmp_path):
    path = tmp_path / "odd.fcs"
    path.write_bytes(float_file([[np.nan, 5.0], [300000.0, 400000.0]]))
    sample = read_fcs(path)
    assert [c.range for c in sample.channels] == [262144.0, 262144.0]
    assert ReasonCode.RANGE_EXCEEDED not in codes(sample)


def write_3_2(path, events, **more):
    keywords = describe(*np.shape(events), CYT="Invented", **more)
    keywords = {key: value for key, value in keywords.items() if key != "$MODE"}
    raw = build_fcs(keywords, np.asarray(events, "<f4").tobytes(), version="FCS3.2")
    path.write_bytes(raw)


def test_a_file_of_fcs_3_2_says_what_its_channels_are(tmp_path):
    path = tmp_path / "new.fcs"
    named = ("DET1", "DET2", "DET3", "DET4", "DET5", "CLOCK")
    more = {f"P{n}N": name for n, name in enumerate(named, start=1)}
    more |= {"P1TYPE": "Forward Scatter", "P1FEATURE": "Area"}
    more |= {"P2TYPE": "Forward Scatter", "P2FEATURE": "Height"}
    more |= {
        "P3TYPE": "Raw Fluorescence",
        "P3FEATURE": "Area",
        "P3ANALYTE": "CD19",
        "P3TAG": "APC",
    }
    more |= {"P4TYPE": "Raw Fluorescence", "P4FEATURE": "Area", "P4ANALYTE": "Oddity9"}
    more |= {"P5TYPE": "Raw Fluorescence", "P5S": "CD10", "P5TAG": "PE", "P6TYPE": "Time"}
    more |= {"BEGINDATETIME": "2026-01-02T10:00:00Z", "LOCATIONID": "somewhere"}
    write_3_2(path, [[1, 2, 3, 4, 5, 6]], **more)
    sample = read_fcs(path, strictness="strict")
    assert sample.version == "FCS3.2"
    assert [(c.marker, c.measure, c.kind) for c in sample.channels] == [
        ("FSC", Measure.AREA, ChannelKind.SCATTER),
        ("FSC", Measure.HEIGHT, ChannelKind.SCATTER),
        ("CD19", Measure.AREA, ChannelKind.FLUORESCENCE),
        (None, Measure.AREA, ChannelKind.FLUORESCENCE),
        ("CD10", Measure.AREA, ChannelKind.FLUORESCENCE),
        (None, Measure.AREA, ChannelKind.TIME),
    ]
    assert [c.fluorochrome for c in sample.channels[2:5]] == ["APC", None, "PE"]
    assert not sample.compensated
    assert any(f.code is ReasonCode.CHANNEL_UNMAPPED for f in sample.findings)


@pytest.mark.parametrize(
    ("spillover", "compensated", "matrix"),
    [("", True, False), ("2,A,B,1,0,0,1", True, False), ("2,A,B,1,0.1,0,1", False, True)],
)
def test_unmixed_fluorescence_needs_no_matrix(tmp_path, spillover, compensated, matrix):
    path = tmp_path / "spectral.fcs"
    more = {"P1N": "A", "P2N": "B", "P1S": "CD19", "P2S": "CD10", "SPILLOVER": spillover}
    more |= {"P1TYPE": "Unmixed Fluorescence", "P2TYPE": "Unmixed Fluorescence"}
    write_3_2(path, [[1000.0, 20.0]], **more)
    sample = read_fcs(path)
    assert sample.compensated is compensated
    assert (sample.spillover is not None) is matrix


@pytest.mark.parametrize(
    ("word", "scale"), [("custom", Scale.RELATIVE), ("applied", Scale.LINEAR)]
)
def test_values_transformed_by_other_software_are_not_linear(tmp_path, word, scale):
    path = tmp_path / "flowcore.fcs"
    values = [[2.5, 3.5], [100.0, 200.0]]
    more = {"P1S": "CD19", "P2S": "CD10", "_TRANSFORMATION": word}
    path.write_bytes(float_file(values, **more))
    sample = read_fcs(path)
    assert sample.scale is scale
    said = [f for f in sample.findings if f.message.startswith("TRANSFORMATION is custom")]
    assert len(said) == (word == "custom")


def test_scalings(tmp_path):
    path = tmp_path / "log.fcs"
    more = {"P1E": "4,1", "P1R": "1024", "P2R": "1024", "P2G": "4", "P1S": "CD19", "P2S": "CD10"}
    path.write_bytes(integer_file([[512, 300]], bits=16, **more))
    linear, gain, raw = (read_fcs(path, scaling=s) for s in ("linear", "gain", "raw"))
    assert linear.events.tolist() == [[100, 300]]
    assert gain.events.tolist() == [[100, 75]]
    assert raw.events.tolist() == [[512, 300]]
    assert [s.scale for s in (linear, gain, raw)] == [Scale.LINEAR, Scale.LINEAR, Scale.RELATIVE]
    assert gain.channels[1].range == 256
    for sample in (gain, raw):  # written again, it says of itself what is true
        copy = write_sample(sample, tmp_path / f"{sample.scale}.fcs")
        np.testing.assert_array_equal(read_fcs(copy).events, sample.events)


def test_keywords_of_a_part_are_those_of_its_channels(tmp_path):
    path = tmp_path / "part.fcs"
    path.write_bytes(float_file([[1.0, 2.0, 3.0]], P1V="100", P2V="200", P3V="300"))
    keywords = read_fcs(path, channels=["FL3-A", "FL1-A"]).keywords
    assert (keywords["$PAR"], keywords["$P1N"], keywords["$P1V"]) == ("2", "FL3-A", "300")
    assert (keywords["$P2V"], "$P3V" in keywords) == ("100", False)


def test_a_part_without_all_detectors_of_its_matrix_is_not_compensated_in_silence(tmp_path):
    path = tmp_path / "part.fcs"
    more = {"_SPILL": "2,FL1-A,FL2-A,1,0.1,0.2,1", "P1S": "CD19", "P2S": "CD10"}
    path.write_bytes(float_file([[1.0, 2.0, 3.0]], **more))
    sample = read_fcs(path, channels=["CD19"])
    with pytest.raises(CompensationError, match="not in the"):
        compensate(sample)
    copy = write_sample(sample, tmp_path / "copy.fcs")
    assert read_fcs(copy).spillover is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strictness": "hard"}, "'hard' is no strictness; one of 'strict', 'lenient'"),
        ({"scaling": "log"}, "'log' is no scaling; one of 'linear', 'gain', 'raw'"),
        ({"reader": "flowio"}, "'flowio' is no reader; one of 'flowpheno', 'fcsparser'"),
    ],
)
def test_choices_that_are_none_name_the_others(tmp_path, options, message):
    path = tmp_path / "x.fcs"
    path.write_bytes(float_file([[1.0]]))
    with pytest.raises(ValueError, match=message):
        read_fcs(path, **options)
