"""One scale for the dyes of DNA and of dead cells."""

import numpy as np
import pytest

from flowpheno.errors import MarkerNotFoundError
from flowpheno.marker import Marker
from flowpheno.qc.dye import dye_of


@pytest.mark.parametrize("dye", ["SYTO", "VIABILITY"])
@pytest.mark.parametrize("top", [1024.0, 262_144.0])
def test_decades_follow_the_range_and_lead_back(qc_tube, dye, top):
    light = np.array([0.0, 0.01, 0.1, 1.0]) * top
    scaled = dye_of(qc_tube(top=top, columns={dye: light}), Marker(dye))
    assert np.diff(scaled.decades[1:]) == pytest.approx([1, 1], abs=0.01)
    for decades, value in zip(scaled.decades, light, strict=True):
        assert scaled.intensity(float(decades)) == pytest.approx(value, rel=1e-4, abs=1e-3)


def test_a_dye_that_is_not_there_is_named(qc_tube):
    with pytest.raises(MarkerNotFoundError, match="no channel stains SYTO"):
        dye_of(qc_tube(columns={"CD19": [1.0]}), Marker("SYTO"))
