"""The in-sample negative control of a marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.marker import Antigen, Marker

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Vocabulary
    from flowpheno.positivity.limits import PositivityLimits

_GATED_AS = {
    "T": "T",
    "T_CD4": "T",
    "NK": "NK",
    "lymphocytes": "lymphocytes",
    "B_mature": "B_mature",
    "gran": "gran",
    "gran_mature": "gran",
    "mono": "mono",
    "erythroid": "erythroid",
}
"""Names of the vocabulary, as the gating tree knows them."""
_FALLBACK = ("T", "NK", "gran", "erythroid")
_ON_FALLBACK = frozenset(
    {"CD15", "CD13", "CD33", "CD66c", "CD24", "CD10", "cyMPO", "CD16", "CD11b", "CD65"}
)
"""Antigens granulocytes carry: these never fall back on them."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ControlStain:
    """Cells of a control tube in the channel of a marker they were not stained for.

    Attributes
    ----------
    values : EventMatrix
        Intensities, linear, compensated, shape ``(n,)``.
    less, more : EventMatrix or None
        The same with the spillover into that channel made smaller, and larger, by
        `PositivityLimits.spillover_change`; None if nothing spills into it.
    """

    values: EventMatrix
    less: EventMatrix | None = None
    more: EventMatrix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Intensity, linear, up to which cells or a control tube show no antigen.

    Attributes
    ----------
    as_is, less, more : float
        As compensated, and with the spillover into the channel made smaller and larger.
    """

    as_is: float
    less: float
    more: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Control:
    """Cells of the tube that do not carry a marker.

    Attributes
    ----------
    name : str
        Populations, joined by ``+``; ``"other T"`` for those that are not judged themselves.
    mask : EventMask
        Membership.
    reasons : tuple of ReasonCode
        ``REF_SUBSTITUTED`` where the vocabulary's own choice was too small.
    apart : bool
        Whether cells that are judged were left out of it, so that it is theirs alone.
    beyond : Reach or None
        How far a control tube reaches without the antigen; None without such a tube.
    """

    name: str
    mask: EventMask
    reasons: tuple[ReasonCode, ...]
    apart: bool = False
    beyond: Reach | None = None


def antigen_of(vocabulary: Vocabulary, marker: Marker) -> Antigen:
    """Look a stained marker up; a combined channel is negative where all its parts are.

    Parameters
    ----------
    vocabulary : Vocabulary
        Known antigens.
    marker : Marker
        Canonical marker, or several joined by ``+``.

    Returns
    -------
    Antigen
        The entry; for a combined channel one made of its parts, always by threshold.
    """
    if marker in vocabulary.antigens:
        return vocabulary.antigens[marker]
    parts = [vocabulary.antigens[Marker(p)] for p in marker.split("+") if p in vocabulary.antigens]
    if not parts:
        return Antigen(name=marker)
    shared = [
        c for c in parts[0].negative_controls if all(c in p.negative_controls for p in parts)
    ]
    positive = {c for p in parts for c in p.positive_controls}
    return Antigen(
        name=marker, negative_controls=tuple(shared), positive_controls=tuple(sorted(positive))
    )


def is_own(control: EventMask, judged: EventMask, limits: PositivityLimits) -> bool:
    """Tell whether a population would be judged against itself.

    Parameters
    ----------
    control, judged : EventMask
        Membership, shape ``(n_events,)``.
    limits : PositivityLimits
        `PositivityLimits.own_control_share` is the share of the judged events from which it is.

    Returns
    -------
    bool
        False for no judged event, and for a population of which the control is a part only.
    """
    n, within = int(np.count_nonzero(judged)), int(np.count_nonzero(control & judged))
    return n > 0 and within >= limits.own_control_share * n


def find_control(
    gated: GatedTube,
    antigen: Antigen,
    limits: PositivityLimits,
    *,
    judged: EventMask | None = None,
) -> Control | None:
    """Choose the negative control of a marker.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    antigen : Antigen
        Its entry in the vocabulary names the populations.
    limits : PositivityLimits
        Parameters.
    judged : EventMask or None
        The population that is judged: its events are never its own control. None for any other.

    Returns
    -------
    Control or None
        None where no population is large enough.
    """
    wanted = [_GATED_AS[name] for name in antigen.negative_controls if name in _GATED_AS]
    fallback = [p for p in _FALLBACK if p != "gran" or antigen.name not in _ON_FALLBACK]
    fallback = [
        p for p in fallback if p not in {_GATED_AS.get(q) for q in antigen.positive_controls}
    ]
    for names, reasons in ((wanted, ()), (fallback, (ReasonCode.REF_SUBSTITUTED,))):
        mask = np.zeros(gated.sample.n_events, bool)
        used, apart = [], False
        for name in dict.fromkeys(names):
            whole = gated.mask(name)
            own = judged is not None and is_own(whole, judged, limits)
            members = whole & ~judged if judged is not None and own else whole
            if members.any():
                mask |= members
                used.append(f"other {name}" if own else name)
                apart = apart or own
            if np.count_nonzero(mask) >= limits.minimum_control:
                return Control(name="+".join(used), mask=mask, reasons=reasons, apart=apart)
    return None
