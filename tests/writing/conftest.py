"""Samples as instruments record them, identifiers and all."""

import numpy as np
import pytest

from flowpheno.fcs.spillover import Spillover
from flowpheno.fcs.writer import write_fcs
from flowpheno.reading import read_fcs

SECRETS = {
    "$SRC": "Mustermann, Erika",
    "$OP": "Dr. Weissnicht",
    "$FIL": "H22-004711 Mustermann.fcs",
    "$SMNO": "004711-22",
    "$INST": "Kinderklinik Musterstadt",
    "$EXP": "Prof. Niemand",
    "$COM": "relapse of E.M., born 1999",
    "$CYT": "FACSCanto II serial R66093700012 Musterstadt",
    "$CYTSN": "R66093700012",
    "$DATE": "02-MAR-2020",
    "$BTIM": "09:42:05",
    "$ETIM": "09:50:15",
    "EXPERIMENT NAME": "Mustermann relapse",
    "SAMPLE ID": "PAT-0815-E",
    "PATIENT ID": "1999-03-04-EM",
    "TUBE NAME": "Erika tube 1",
    "VENDOR NOTE 7": "phone 0151-2345678",
}


@pytest.fixture
def record(tmp_path):
    """Write and read a file of four channels; a test states only what it is about."""

    def _record(events=None, *, labels=("", "CD19", "Mustermann", ""), **keywords):
        path = tmp_path / "H22-004711 Mustermann.fcs"
        if events is None:
            events = np.random.default_rng(3).uniform(10, 1000, (40, 4))
        write_fcs(
            path,
            np.asarray(events, np.float32),
            detectors=["FSC-A", "PE-A", "FITC-A", "Time"],
            labels=labels,
            ranges=[262144.0] * 4,
            spillover=Spillover(
                detectors=("PE-A", "FITC-A"),
                matrix=np.array([[1, 0.1], [1 / 3, 1]]),
                source="$SPILLOVER",
            ),
            keywords=SECRETS
            | {"$TR": "FSC-A,5000", "$P2V": "481", "$P2G": "2.5", "$P3G": "1.0", "$P1G": "4"}
            | {"$TIMESTEP": "0.01"}
            | keywords,
        )
        return read_fcs(path)

    return _record


@pytest.fixture
def bits():
    """Compare float32 by their bits."""

    def _equal(one, other):
        np.testing.assert_array_equal(one.view(np.uint32), other.view(np.uint32))

    return _equal
