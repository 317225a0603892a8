"""Hyperlog and FlowJo's scale against independent oracles."""

import numpy as np
import pytest

from flowpheno.transform import Biex, Hyperlog

PARAMETERS = [
    (262_144, 0.5, 4.5, 0),
    (262_144, 1, 4.5, 0.5),
    (10_000, 1, 4.5, 0),
    (1000, 0.01, 5, 1),
    (4_194_304, 0.5, 5.5, 0),
    (1.0, 2, 4.5, -0.5),
]
REACH = np.concatenate([[0.0], np.geomspace(1e-9, 50, 4001)])
TABLE = "tr_biex_l256_w-7.943282_n1.000000_m4.418540_r262144.000029.csv"


@pytest.mark.parametrize(("top", "w", "m", "a"), PARAMETERS)
def test_agrees_with_the_reference_over_and_beyond_the_range(top, w, m, a):
    reference = pytest.importorskip("flowutils.transforms", reason="FlowUtils needs numpy 2")
    x = top * np.concatenate([-REACH[::-1], REACH])
    scale = Hyperlog(top, w, m, a)
    expected = reference.hyperlog(x[:, None].copy(), [0], t=top, m=m, w=w, a=a)[:, 0]
    np.testing.assert_allclose(scale.apply(x), expected, rtol=0, atol=1e-9)
    single = x.astype(np.float32)
    expected = reference.hyperlog(single[:, None].astype(float), [0], t=top, m=m, w=w, a=a)[:, 0]
    np.testing.assert_allclose(scale.apply(single), expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(scale.invert(scale.apply(x)), x, rtol=1e-8, atol=1e-8 * top)


def test_agrees_with_a_table_that_flowjo_wrote(data_dir):
    (path,) = data_dir.rglob(TABLE)
    channel, intensity = np.loadtxt(path, delimiter=",", skiprows=1).T
    scale = Biex(262_144.000029, 4.418540, 1.0, -7.943282)
    # the table has six digits
    np.testing.assert_allclose(scale.invert(channel / 4096), intensity, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(scale.apply(intensity) * 4096, channel, rtol=0, atol=0.01)


def test_flowjo_puts_zero_on_a_channel():
    scale = Biex(262_144.000029, 4.418540, 1.0, -7.943282)
    assert scale.zero * 4096 == 1096
    assert scale.apply(np.zeros(1))[0] == pytest.approx(1096 / 4096, abs=1e-12)
