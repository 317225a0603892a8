"""Dying cells among blasts, where no dye shows them: smaller, no less granular, and glowing.

A cell that dies shrinks and glows in every channel, which shows where its population is dark and
hardly where it is bright. Living cells of another size carry other antigens, or less of one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template import template_markers
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.mixture import fit_mixture
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.aberrancy.evidence import Detection
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask, Matrix
    from flowpheno.gating import GatedTube

FSC, SSC, VIABILITY = Marker("FSC"), Marker("SSC"), Marker("VIABILITY")
DYING = "dying_blasts"
_FITTED = 20_000
_ROUNDS = 3


def leave_dying(detection: Detection, gated: GatedTube, limits: AberrancyLimits) -> Detection:
    """Take dying cells from the blasts: they show antigens that no blast carries.

    Parameters
    ----------
    detection : Detection
        Of the tube.
    gated : GatedTube
        The tube.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Detection
        The same where a dye of dead cells was used, or scatter tells none apart. The call stays.
    """
    dying = find_dying(gated, detection.blasts, limits)
    n, all_blasts = (int(np.count_nonzero(mask)) for mask in (dying, detection.blasts))
    if not n:
        return detection
    finding = Finding(
        code=ReasonCode.STEP_LOG,
        severity=Severity.NOTE,
        stage="aberrancy.dying",
        message=f"{n} of {all_blasts} cells found are smaller and glow, as dying cells do: "
        "not counted as blasts",
        value=float(n),
    )
    return replace(
        detection,
        blasts=detection.blasts & ~dying,
        dying=dying,
        findings=(*detection.findings, finding),
    )


def find_dying(gated: GatedTube, cells: EventMask, limits: AberrancyLimits) -> EventMask:
    """Find the cells of a population that are dying.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    cells : EventMask
        One population.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    EventMask
        Shape ``(n_events,)``; empty where they do not stand apart, and where the tube cannot
        show it: a relative scale, no scatter, few cells.
    """
    nobody = np.zeros(len(cells), bool)
    rows = np.flatnonzero(cells)
    scatter = FSC in gated.decades and SSC in gated.decades and not gated.decades.relative
    if len(rows) < limits.dying_events or not scatter or gated.sample.has(VIABILITY):
        return nobody
    columns = [gated.decades.of(marker)[rows] for marker in (FSC, SSC, *template_markers(gated))]
    values = np.column_stack(columns).astype(np.float64)
    small = _smaller(values[:, 0], limits)
    if small is None:
        return nobody
    small, apart = _discriminate(values, small)
    share = float(np.mean(small))
    if apart < limits.dying_separation or share > limits.dying_share:
        return nobody
    if not _glow(values[small], values[~small], limits):
        return nobody
    nobody[rows[small]] = True
    return nobody


def _smaller(
    size: np.ndarray[tuple[int], np.dtype[np.float64]], limits: AberrancyLimits
) -> EventMask | None:
    """Split by forward scatter; None where the smaller part has too few cells to be judged."""
    middle = float(np.median(size))
    mixed = fit_mixture(np.sort(size), np.array([middle - 2 * limits.dying_log10, middle]))
    small = np.asarray(size < mixed.means.mean())
    least = limits.mention_events
    return small if least <= np.count_nonzero(small) <= len(size) - least else None


def _discriminate(values: Matrix, small: EventMask) -> tuple[EventMask, float]:
    """Part two groups by all channels; their distance in standard deviations within a group."""
    from sklearn.discriminant_analysis import (  # noqa: PLC0415 - slow to import
        LinearDiscriminantAnalysis,
    )

    step = max(-(-len(values) // _FITTED), 1)
    some, apart = values[::step], 0.0
    for _ in range(_ROUNDS):
        if not small[::step].any() or small[::step].all():
            return small, 0.0
        rule = LinearDiscriminantAnalysis().fit(some, small[::step])
        small = np.asarray(rule.predict(values), bool)
        axis = rule.transform(some)[:, 0]
        part = small[::step]
        if part.any() and not part.all():
            spread = np.sqrt((axis[part].var() + axis[~part].var()) / 2)
            apart = abs(float(axis[part].mean() - axis[~part].mean())) / max(spread, 1e-9)
    return small, apart


def _glow(small: Matrix, others: Matrix, limits: AberrancyLimits) -> bool:
    """Tell whether the smaller cells differ from the others as dying cells would."""
    if min(len(small), len(others)) < limits.mention_events:
        return False
    level = np.median(others, axis=0)
    change = np.median(small, axis=0) - level
    size, side, light = change[0], change[1], change[2:]
    dark = level[2:] <= limits.cluster_floor_log10
    return bool(
        size <= -limits.dying_log10
        and side >= 0
        and dark.any()
        and (light[dark] >= limits.dying_glow_log10).all()
        and (light[~dark] >= -limits.dying_change_log10).all()
    )
