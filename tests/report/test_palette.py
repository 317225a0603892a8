"""Populations are told apart with any common colour vision."""

from itertools import combinations

import numpy as np
import pytest

from flowpheno.report.palette import colour_of

TOGETHER = ("blasts", "hematogones", "B_mature", "T", "gran", "mono", "erythroid", "plasma",
            "non_B_blasts")  # fmt: skip
NOTICED = 15  # CIE76: neighbouring patches look different to anyone who looks

# Machado, Oliveira & Fernandes, IEEE Trans Vis Comput Graph 2009;15:1291, severity 1, linear RGB
VISIONS = {
    "common": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    share = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS)
def test_populations_of_a_marrow_are_told_apart(vision):
    seen = {name: lab(VISIONS[vision] @ linear(colour_of(name))) for name in TOGETHER}
    alike = [
        pair
        for pair in combinations(TOGETHER, 2)
        if np.linalg.norm(seen[pair[0]] - seen[pair[1]]) < NOTICED
    ]
    assert alike == []
