"""What fuzzing found, as small as it can be said."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import FcsError
from flowpheno.fcs.part import Wanted
from flowpheno.fcs.reader import read_bytes
from flowpheno.fcs.selection import Scaling
from tests.fcs.fcs_bytes import build_fcs, describe, float_file, integer_file


def test_a_gain_that_float32_takes_for_zero():
    raw = float_file([[1.0, 2.0]], P1G="1e-308")
    dataset = read_bytes(raw, wanted=Wanted(scaling=Scaling.GAIN))
    np.testing.assert_array_equal(dataset.events, [[np.inf, 2.0]])


@pytest.mark.parametrize("amplifier", ["15,1", "15,1e-9"])
def test_an_amplifier_whose_last_channels_exceed_all_numbers(amplifier):
    # no power of two holds half a channel: all 16 bits count
    raw = integer_file([[1, 65535]], P1R="0.5", P2R="0.5", P1E=amplifier, P2E=amplifier)
    assert np.isposinf(read_bytes(raw).events[0, 1])


@pytest.mark.parametrize("n_events", ["9" * 19, "9" * 20])
def test_more_delimited_values_than_the_machine_counts(n_events):
    raw = build_fcs(describe(1, 1, data_type="A", P1B="*", TOT=n_events), b"1")
    with pytest.raises(FcsError, match="DATA segment"):
        read_bytes(raw)


def test_more_amplifiers_than_there_are_tables_for():
    decades = [f"{1 + n / 100:.2f}" for n in range(100)]
    amplifiers = {f"P{n}E": f"{d},1" for n, d in enumerate(decades, start=1)}
    resolutions = {f"P{n}R": "65536" for n in range(1, 101)}
    raw = integer_file([[40_000] * 100], **amplifiers, **resolutions)
    expected = 10 ** (40_000 * np.array(decades, np.float64) / 65536)
    np.testing.assert_allclose(read_bytes(raw).events[0], expected, rtol=1e-6)
