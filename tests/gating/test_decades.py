"""One tube on other scales: the same decades, the same populations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from flowpheno.compensation import compensate
from flowpheno.fcs.writer import write_fcs
from flowpheno.finding import ReasonCode
from flowpheno.gating.decades import to_decades
from flowpheno.reading import read_fcs
from flowpheno.sample import Channel, ChannelKind, Measure, Sample, Scale
from tests.fcs.fcs_bytes import integer_file
from tests.marrows import f1

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.gating import GatedTube

R = ReasonCode
LIGHT = {ChannelKind.SCATTER, ChannelKind.FLUORESCENCE}
SAME = 0.95
FEWEST = 200
"""Overlap of fewer cells says more of chance than of the gates."""
SCALES = {
    "an_18_bit_range_stated_as_22_bit": (1, 16, {R.RANGE_NOT_REACHED}),
    "range_4_times_too_large": (1, 4, {R.RANGE_NOT_REACHED}),
    "range_4_times_too_small": (1, 1 / 4, {R.RANGE_EXCEEDED}),
    "values_16_times_beyond_the_range": (16, 1, {R.RANGE_EXCEEDED}),
    "values_and_range_16_times_larger": (16, 16, set()),
    "rescaled_to_10_bit_with_its_range": (1 / 256, 1 / 256, set()),
    "rescaled_to_10_bit_without": (1 / 256, 1, {R.RANGE_NOT_REACHED}),
    "linear_from_0_to_1": (1 / 262144, 1 / 262144, set()),
    "linear_from_0_to_1_range_kept": (1 / 262144, 1, {R.RANGE_NOT_REACHED}),
}


def on_scale(sample: Sample, factor: float, wider: float) -> Sample:
    """Multiply all light by one factor, and all stated ranges by another."""
    light = [n for n, c in enumerate(sample.channels) if c.kind in LIGHT]
    events = np.array(sample.events)
    events[:, light] *= np.float32(factor)
    channels = tuple(
        replace(c, range=c.range * wider) if c.kind in LIGHT else c for c in sample.channels
    )
    return replace(sample, events=events, channels=channels)


def assert_same_populations(one: GatedTube, other: GatedTube, *, rest: float = SAME) -> None:
    """Overlap of each population; `rest` is asked of those that are none of the others."""
    compared = 0
    for name, population in one.populations.items():
        if population.n >= FEWEST:
            compared += 1
            least = rest if name == "unclassified" else SAME
            assert f1(population.mask, other.mask(name)) >= least, name
    assert compared >= 6


def range_codes(sample: Sample) -> set[ReasonCode]:
    return {f.code for f in sample.findings} & {R.RANGE_NOT_REACHED, R.RANGE_EXCEEDED}


@pytest.fixture(scope="module")
def tube(simulate, gate):
    sample = simulate(40_101, n_events=12_000, blasts=("common", 0.1)).sample
    return sample, gate(sample)


@pytest.mark.parametrize(("factor", "wider", "codes"), SCALES.values(), ids=SCALES)
def test_a_simulated_marrow_on_another_scale(factor, wider, codes, tube, gate):
    sample, before = tube
    after = gate(on_scale(sample, factor, wider))
    assert range_codes(after.sample) == codes
    assert_same_populations(before, after)


@pytest.fixture(scope="module")
def labelled(data_dir, gate):
    sample = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs")
    return sample, gate(sample)


@pytest.mark.parametrize("name", SCALES)
def test_a_real_marrow_on_another_scale(name, labelled, gate):
    factor, wider, codes = SCALES[name]
    sample, before = labelled
    after = gate(on_scale(sample, factor, wider))
    assert range_codes(after.sample) == codes
    assert_same_populations(before, after)


def test_a_range_in_the_file_that_is_none_is_seen_in_reading(tube, tmp_path, gate):
    sample, before = tube
    wrong = [c.range * (16 if c.kind in LIGHT else 1) for c in sample.channels]
    write_fcs(
        tmp_path / "a.fcs",
        sample.events,
        detectors=[c.detector for c in sample.channels],
        labels=[c.label for c in sample.channels],
        ranges=wrong,
    )
    again = read_fcs(tmp_path / "a.fcs")
    assert range_codes(again) == {R.RANGE_NOT_REACHED}
    assert [c.range for c in again.channels] == [c.range for c in sample.channels]
    assert_same_populations(gate(replace(sample, spillover=None)), gate(again))
    assert before.sample.findings == sample.findings


def log_file(sample: Sample, path: Path) -> Path:
    """FCS 2.0 as of a FACSCalibur: compensated light in 4 decades of 256 channels each."""
    stained = [n for n, c in enumerate(sample.channels) if c.kind is ChannelKind.FLUORESCENCE]
    share = sample.events / np.array([c.range for c in sample.channels])
    with np.errstate(divide="ignore"):
        logs = 1024 * (1 + np.log10(np.maximum(share, 1e-9)) / 4)
    numbers = np.where(np.isin(np.arange(share.shape[1]), stained), logs, 1024 * share)
    more: dict[str, str] = {}
    for n, channel in enumerate(sample.channels, start=1):
        more |= {f"P{n}N": channel.detector, f"P{n}S": channel.label, f"P{n}R": "1024"}
        more |= {f"P{n}E": "4,1" if n - 1 in stained else "0,0"}
    values = np.clip(np.floor(numbers), 0, 1023).astype(np.int64)
    path.write_bytes(integer_file(values, bits=16, version="FCS2.0", **more))
    return path


def test_10_bit_logarithmic_list_mode(tube, tmp_path, gate):
    sample = tube[0]
    compensated = compensate(sample)
    before = gate(replace(compensated, spillover=None))
    logarithmic = read_fcs(log_file(compensated, tmp_path / "old.fcs"))
    assert logarithmic.version == "FCS2.0"
    assert range_codes(logarithmic) == set()
    # channel numbers cut off what is below zero; measured: 0.94 of the cells that are nothing else
    after = gate(replace(logarithmic, compensated=True))
    assert_same_populations(before, after, rest=0.90)


def test_decades_of_scatter_and_light_follow_the_range():
    channels = (
        Channel(detector="S", marker="SSC", kind=ChannelKind.SCATTER, range=1024.0),
        Channel(detector="F", marker="CD19", range=1024.0),
        Channel(detector="H", marker="CD19", range=1024.0, measure=Measure.HEIGHT),
        Channel(detector="X", range=1024.0),
    )
    events = np.array([[102.4, 1024.0, 1, 1], [0, 0, 1, 1]], np.float32)
    decades = to_decades(Sample(name="s", channels=channels, events=events))
    assert decades.columns == {"SSC": 0, "CD19": 1}
    np.testing.assert_allclose(decades.of("SSC"), [2.0, 0.0], atol=1e-5)
    expected = np.arcsinh(262144 / 150) / np.log(10)
    np.testing.assert_allclose(decades.of("CD19"), [expected, 0.0], rtol=1e-5)
    there = decades.linear("CD19", np.array([1.5]))
    np.testing.assert_allclose(decades.decade("CD19", there), [1.5])


def test_a_relative_scale_is_taken_to_span_some_decades():
    channel = Channel(detector="F", marker="CD19", range=1.0)
    sample = Sample(
        name="s",
        channels=(channel,),
        events=np.array([[0.5]], np.float32),
        scale=Scale.RELATIVE,
    )
    decades = to_decades(sample)
    assert decades.relative
    np.testing.assert_allclose(decades.of("CD19"), [2.25])
    np.testing.assert_allclose(decades.linear("CD19", np.array([2.25])), [0.5])


def test_no_events_and_no_markers():
    empty = Sample(
        name="s", channels=(Channel(detector="F"),), events=np.zeros((0, 1), np.float32)
    )
    assert to_decades(empty).values.shape == (0, 0)
