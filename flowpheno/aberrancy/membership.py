"""From an aberrant cluster to its events: blasts that overlap normal cells belong to it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template.normal import mixture_surprise

if TYPE_CHECKING:
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.aberrancy.template.normal import Density
    from flowpheno.arrays import EventMask, Matrix, Values

_ROUNDS = 6
_EARLY = 2
_PRIOR_EVENTS = 20.0
_PRIOR_SD = 0.2
_MOST_COMPONENTS = 3
_PER_COMPONENT = 400
_COUNTED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Membership:
    """Events of an aberrant cluster.

    Attributes
    ----------
    events : EventMask
        Events more probable as blasts than as normal cells, shape ``(n,)``.
    normal_share : float
        Share (0 to 1) of normal B-lineage cells that would be taken for blasts likewise.
    """

    events: EventMask
    normal_share: float

    @property
    def count(self) -> int:
        """Events."""
        return int(np.count_nonzero(self.events))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Growth:
    """What an aberrant cluster grows to.

    Attributes
    ----------
    early : Membership
        After two rounds.
    settled : Membership
        In the end. A population with a border of its own hardly grows on; the rim of a normal one
        takes in all of it.
    """

    early: Membership
    settled: Membership


def refine_membership(
    template: NormalTemplate,
    events: Matrix,
    normal: Values,
    seed: EventMask,
    free: EventMask | None = None,
) -> Growth:
    """Assign events to the aberrant cluster or to the normal template, whichever explains them.

    Parameters
    ----------
    template : NormalTemplate
        Density of the normal cells.
    events : Matrix
        B-lineage events in decades, shape ``(n, m)``.
    normal : Values
        Log density of the events under the template, shape ``(n,)``.
    seed : EventMask
        Events of the aberrant cluster, shape ``(n,)``; not empty.
    free : EventMask or None
        Events that may belong to it, shape ``(n,)``, those of `seed` among them; None for all.

    Returns
    -------
    Growth
        The seed itself where no event is more probable as a blast.
    """
    open_to = np.ones(len(events), bool) if free is None else free
    member, early = seed.copy(), None
    density, prior = _density(events[member]), _prior(member)
    for done in range(_ROUNDS):
        if done == _EARLY:
            early = Membership(events=member, normal_share=_normal_share(template, density, prior))
        changed = (-mixture_surprise(density, events) - normal + prior > 0) & open_to
        if not changed.any():
            nothing = Membership(events=seed, normal_share=0.0)
            return Growth(early=nothing, settled=nothing)
        if (changed == member).all():
            break
        member = changed
        density, prior = _density(events[member]), _prior(member)
    settled = Membership(events=member, normal_share=_normal_share(template, density, prior))
    return Growth(early=early or settled, settled=settled)


def _normal_share(template: NormalTemplate, density: Density, prior: float) -> float:
    reference = template.reference[:: max(len(template.reference) // _COUNTED, 1)]
    alike = template.surprise(reference) - mixture_surprise(density, reference) + prior > 0
    return float(np.mean(alike))


def _prior(member: EventMask) -> float:
    """Log odds of a blast before it was looked at."""
    n = len(member)
    share = min(max(float(np.count_nonzero(member)) / n, 1 / n), 1 - 1 / n)
    return float(np.log(share) - np.log1p(-share))


def _density(chosen: Matrix) -> Density:
    """Gaussian mixture of the members, its covariance shrunk towards a staining spread."""
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import

    k = int(np.clip(len(chosen) // _PER_COMPONENT, 1, _MOST_COMPONENTS))
    if k == 1:
        prior = np.eye(chosen.shape[1]) * _PRIOR_SD**2
        centred = chosen - chosen.mean(axis=0)
        scatter = centred.T @ centred
        covariance = (scatter + _PRIOR_EVENTS * prior) / (len(chosen) + _PRIOR_EVENTS)
        return np.ones(1), chosen.mean(axis=0)[None], covariance[None]
    step = max(len(chosen) // 20_000, 1)
    mixture = GaussianMixture(k, reg_covar=1e-3, random_state=0).fit(chosen[::step])
    return mixture.weights_, mixture.means_, mixture.covariances_
