"""Spectra are taken apart: as an oracle does, with what is not explained beside it."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from scipy.optimize import nnls

from flowpheno.compensation import Spectra, compensate, read_spectra_csv, unmix
from flowpheno.compensation.nonnegative import nonnegative_least_squares
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import ReasonCode, Severity
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.sample import Channel, ChannelKind, Sample, Scale


def spectra(n_dyes, n_detectors):
    """Bands with a tail to the red, as tandems have."""
    at = np.arange(n_detectors)
    matrix = np.array(
        [
            np.exp(-0.5 * ((at - c) / 1.6) ** 2) + 0.3 * np.exp(-0.5 * ((at - c - 4) / 3) ** 2)
            for c in np.linspace(1, n_detectors - 2, n_dyes)
        ]
    )
    return Spectra(
        dyes=tuple(f"dye{n}" for n in range(n_dyes)),
        labels=("CD19", *("" for _ in range(n_dyes - 1))),
        detectors=tuple(f"V{n}-A" for n in range(n_detectors)),
        matrix=matrix / matrix.max(axis=1, keepdims=True),
        source="spectra.csv",
    )


def light_of(references, n=500, seed=0):
    rng = np.random.default_rng(seed)
    shape = (n, len(references.dyes))
    amounts = np.where(rng.random(shape) < 0.4, 10 ** rng.normal(3.8, 0.5, shape), 0)
    light = amounts @ references.matrix
    return amounts, light + rng.normal(size=light.shape) * np.sqrt(3600 + 1.44 * light)


def tube(light, references, **more):
    channels = (
        Channel(detector="FSC-A", kind=ChannelKind.SCATTER),
        *(Channel(detector=name) for name in references.detectors),
        Channel(detector="Time", kind=ChannelKind.TIME),
    )
    events = np.column_stack([np.full(len(light), 7), light, np.arange(len(light))])
    return Sample(name="tube", channels=channels, events=events.astype(np.float32), **more)


@pytest.mark.parametrize(("n_dyes", "n_detectors"), [(1, 1), (3, 8), (8, 16), (20, 48)])
def test_results_are_those_of_the_oracles(unmixing_limits, n_dyes, n_detectors):
    references = spectra(n_dyes, n_detectors)
    sample = tube(light_of(references, n=200)[1], references)
    light = sample.events[:, 1:-1].astype(np.float64)
    least = unmix(sample, references, unmixing_limits)
    expected = np.linalg.lstsq(references.matrix.T, light.T, rcond=None)[0].T
    np.testing.assert_allclose(least.sample.events[:, 2:], expected, rtol=1e-5, atol=0.01)
    positive = unmix(sample, references, unmixing_limits, method="non_negative")
    solved = [nnls(references.matrix.T, row) for row in light]
    amounts = np.array([amount for amount, _ in solved])
    np.testing.assert_allclose(positive.sample.events[:, 2:], amounts, rtol=1e-5, atol=0.01)
    np.testing.assert_allclose(positive.residual, [norm for _, norm in solved], rtol=1e-4)
    assert (positive.residual >= least.residual * (1 - 1e-6)).all()


@given(
    references=arrays(np.float64, (4, 7), elements=st.floats(0, 1)),
    observed=arrays(np.float64, (20, 7), elements=st.floats(-1e5, 1e5)),
)
def test_non_negative_results_are_optimal_for_any_spectra(references, observed):
    matrix = references + np.eye(4, 7)  # of full rank, however alike
    found = nonnegative_least_squares(observed, matrix)
    assert (found >= 0).all()
    gradient = observed @ matrix.T - found @ matrix @ matrix.T
    size = np.abs(observed @ matrix.T).max(axis=1, keepdims=True) + 1e-9
    assert (gradient <= 1e-7 * size).all()
    assert (np.abs(gradient * (found > 0)) <= 1e-7 * size).all()


def test_many_events_are_unmixed_in_blocks_alike(unmixing_limits):
    references = spectra(4, 9)
    _, light = light_of(references, n=9000)
    whole = unmix(tube(light, references), references, unmixing_limits, method="non_negative")
    part = unmix(
        tube(light[5000:], references), references, unmixing_limits, method="non_negative"
    )
    np.testing.assert_array_equal(whole.residual[5000:], part.residual)


def test_channels_are_dyes_beside_scatter_and_time(unmixing_limits):
    references = spectra(3, 8)
    sample = tube(light_of(references)[1], references)
    unmixed = unmix(sample, references, unmixing_limits, vocabulary=builtin_vocabulary()).sample
    assert [c.detector for c in unmixed.channels] == ["FSC-A", "Time", "dye0", "dye1", "dye2"]
    assert [c.marker for c in unmixed.channels] == [None, None, "CD19", None, None]
    assert unmixed.compensated
    assert unmixed.spillover is None
    np.testing.assert_array_equal(unmixed.events[:, :2], sample.events[:, [0, -1]])
    assert compensate(unmixed) is unmixed


def test_a_square_matrix_is_compensation(unmixing_limits):
    references = spectra(6, 6)
    sample = tube(light_of(references)[1], references)
    spillover = Spillover(
        detectors=references.detectors,
        matrix=references.matrix / np.diag(references.matrix)[:, np.newaxis],
        source="same",
    )
    unmixed = unmix(sample, references, unmixing_limits).sample.events[:, 2:]
    compensated = compensate(sample, spillover).events[:, 1:-1]
    scaled = compensated / np.diag(references.matrix)
    np.testing.assert_allclose(unmixed, scaled, rtol=1e-3, atol=0.5)


@pytest.mark.parametrize("method", ["least_squares", "non_negative"])
@pytest.mark.parametrize("n", [0, 1])
def test_no_event_and_one_are_unmixed_too(unmixing_limits, method, n):
    references = spectra(3, 8)
    sample = tube(light_of(references)[1][:n], references)
    unmixed = unmix(sample, references, unmixing_limits, method=method)
    assert unmixed.sample.n_events == len(unmixed.residual) == n


@pytest.mark.parametrize("method", ["least_squares", "non_negative"])
def test_a_value_that_is_not_finite_stays_in_its_event(unmixing_limits, method):
    references = spectra(3, 8)
    light = light_of(references)[1]
    clean = unmix(tube(light, references), references, unmixing_limits, method=method)
    light[3, 2], light[4, 5] = np.nan, np.inf
    broken = unmix(tube(light, references), references, unmixing_limits, method=method)
    assert np.flatnonzero(np.isnan(broken.residual)).tolist() == [3, 4]
    assert np.isnan(broken.sample.events[3:5, 2:]).all()
    np.testing.assert_allclose(
        broken.sample.events[5:], clean.sample.events[5:], rtol=1e-5, atol=1e-2
    )


def test_a_dye_missing_among_the_references_is_noticed(unmixing_limits):
    references = spectra(5, 12)
    sample = tube(light_of(references)[1], references)
    assert unmix(sample, references, unmixing_limits).findings == ()
    fewer = replace(
        references,
        dyes=references.dyes[:4],
        labels=references.labels[:4],
        matrix=references.matrix[:4],
    )
    (finding,) = unmix(sample, fewer, unmixing_limits).findings
    assert "hold light that the references do not explain" in finding.message


def test_references_that_are_alike_are_named(unmixing_limits):
    references = spectra(3, 8)
    matrix = references.matrix.copy()
    matrix[2] = matrix[1]
    matrix[2, 7] += 1e-3
    twins = replace(references, matrix=matrix)
    findings = unmix(tube(light_of(twins)[1], twins), twins, unmixing_limits).findings
    assert [(f.code, f.severity) for f in findings] == [
        (ReasonCode.COMP_ILL_CONDITIONED, Severity.BLOCKING),
        (ReasonCode.COMP_DOUBTFUL, Severity.WARNING),
    ]
    assert "dye1 and dye2 have nearly one spectrum" in findings[1].message


def test_detectors_without_a_reference_are_left_out_and_said(unmixing_limits):
    references = spectra(3, 8)
    fewer = replace(
        references, detectors=references.detectors[:6], matrix=references.matrix[:, :6]
    )
    unmixed = unmix(tube(light_of(references)[1], references), fewer, unmixing_limits)
    assert "left out: V6-A, V7-A" in unmixed.findings[0].message
    assert "V6-A" not in {c.detector for c in unmixed.sample.channels}


@pytest.mark.parametrize(
    ("change", "references", "message"),
    [
        ({"scale": Scale.RELATIVE}, {}, "relative scale cannot be unmixed"),
        ({"compensated": True}, {}, "compensated or unmixed already"),
        ({}, {"detectors": ("X1-A", *(f"V{n}-A" for n in range(1, 8)))}, "not in the file: X1-A"),
        ({}, {"matrix": np.ones((3, 8))}, "is singular"),
        ({}, {"matrix": np.full((3, 8), np.nan)}, "a coefficient is not a number"),
        ({}, {"matrix": np.ones((3, 2)), "detectors": ("V0-A", "V1-A")}, "3 dyes for 2 detectors"),
    ],
    ids=["relative", "compensated", "detector", "singular", "nan", "dyes"],
)
def test_what_cannot_be_unmixed_is_refused(unmixing_limits, change, references, message):
    good = spectra(3, 8)
    with pytest.raises(CompensationError, match=message):
        unmix(
            tube(light_of(good)[1], good, **change), replace(good, **references), unmixing_limits
        )


def test_spectra_are_read_and_normalised(tmp_path):
    path = tmp_path / "spectra.csv"
    path.write_text("dye,V1-A,V2-A,V3-A\nBV421 :: CD19,200,100,0\nAF,5,10,10\n")
    read = read_spectra_csv(path)
    assert (read.dyes, read.labels) == (("BV421", "AF"), ("CD19", ""))
    assert read.detectors == ("V1-A", "V2-A", "V3-A")
    np.testing.assert_allclose(read.matrix, [[1, 0.5, 0], [0.5, 1, 1]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("V1-A,V2-A\n1,0\n", "does not name the dyes"),
        (",V1-A,V2-A\nA,1,0\nA,0,1\n", "dyes are not named once each"),
        (",V1-A,V1-A\nA,1,0\nB,0,1\n", "detectors are not named once each"),
        (",V1-A,V2-A\nA,1,0\nB,0,-1\n", "no detector sees B"),
        (",V1-A\nA,1\nB,1\n", "2 dyes for 1 detectors"),
        (",V1-A,V2-A\nA,1,1\nB,2,2\n", "is singular; most alike are A and B"),
        (",V1-A,V2-A\nA,1,\nB,2,2\n", r"row 1 \(A\), column V2-A: the coefficient ''"),
        (",V1-A,V2-A\nA,1\nB,2,2\n", "rows of 1 or 2 coefficients"),
    ],
)
def test_what_is_no_table_of_spectra_is_refused(tmp_path, text, message):
    path = tmp_path / "spectra.csv"
    path.write_text(text)
    with pytest.raises(CompensationError, match=message):
        read_spectra_csv(path)
