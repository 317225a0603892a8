"""A small simulated case, so that a newcomer without data sees the whole job."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.panel.files import builtin_directory
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    Background,
    case_report,
    load_specification,
    simulate_tube,
    write_simulated,
)

if TYPE_CHECKING:
    from pathlib import Path

_TUBE = "euroflow_bcp_all_mrd_t1"
_STATES = ("steady_child", "regenerating", "early_regen", "steady_adult")
_NORMALS = 12
_EVENTS = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFiles:
    """What the demonstration wrote.

    Attributes
    ----------
    normals : tuple of Path
        Simulated blast-free marrows.
    template : Path
        Where the template of them goes.
    case : Path
        The case, its simulated files beside it.
    """

    normals: tuple[Path, ...]
    template: Path
    case: Path


def write_demo(directory: Path, *, seed: int) -> DemoFiles:
    """Write simulated normal marrows and the simulated case report.

    Parameters
    ----------
    directory : Path
        Folder; made if absent.
    seed : int
        The same seed gives the same files.

    Returns
    -------
    DemoFiles
        What was written.
    """
    normals = directory / "normals"
    normals.mkdir(parents=True, exist_ok=True)
    specification, tube = load_specification(), builtin_tubes()[_TUBE]
    paths = []
    for number, rng in enumerate(np.random.default_rng(seed).spawn(_NORMALS)):
        path = normals / f"normal_{number:02d}.fcs"
        background = Background(state=_STATES[number % len(_STATES)])
        simulated = simulate_tube(
            specification, tube, rng=rng, n_events=_EVENTS, background=background, name=path.stem
        )
        write_simulated(path, simulated)
        paths.append(path)
    folder = directory / "case"
    case_report(folder, seed + 1)
    case = folder / "case.yaml"
    shutil.copyfile(builtin_directory() / "cases" / "case_report.yaml", case)
    return DemoFiles(normals=tuple(paths), template=directory / "normal.npz", case=case)
