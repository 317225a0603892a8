"""The readers that are compared: each takes a path and gives the events as a matrix."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.fcs.reader import read_dataset
from flowpheno.reading.list_mode import read_fcs

if TYPE_CHECKING:
    from pathlib import Path


def flowpheno_dataset(path: Path) -> Any:
    return read_dataset(path).events


def flowpheno_sample(path: Path) -> Any:
    """With the channels named and the file hashed."""
    return read_fcs(path).events


def flowio(path: Path) -> Any:
    import flowio  # noqa: PLC0415 - optional

    return flowio.FlowData(str(path)).as_array(preprocess=False)


def fcsparser(path: Path) -> Any:
    import fcsparser  # noqa: PLC0415 - optional, and needs numpy 1

    return fcsparser.parse(str(path), reformat_meta=True)[1].to_numpy()


READERS = {
    "flowpheno": flowpheno_dataset,
    "flowpheno.read_fcs": flowpheno_sample,
    "FlowIO": flowio,
    "fcsparser": fcsparser,
}


def why_not(reader: str) -> str | None:
    """Why a reader cannot be run here; None if it can."""
    module = reader.lower().split(".")[0]
    if importlib.util.find_spec(module) is None:
        return f"{reader} is not installed"
    if reader == "fcsparser" and np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        return "fcsparser needs numpy 1"
    return None
