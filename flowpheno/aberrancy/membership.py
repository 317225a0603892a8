"""From an aberrant cluster to its events: blasts that overlap normal cells belong to it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template.normal import log_normal, mixture_surprise

if TYPE_CHECKING:
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import EventMask, Matrix, Values

_ROUNDS = 6
_PRIOR_EVENTS = 20.0
_PRIOR_SD = 0.2
_MOST_COMPONENTS = 3
_PER_COMPONENT = 400


def refine_membership(template: NormalTemplate, events: Matrix, seed: EventMask) -> EventMask:
    """Assign events to the aberrant cluster or to the normal template, whichever explains them.

    Parameters
    ----------
    template : NormalTemplate
        Density of the normal cells.
    events : Matrix
        B-lineage events in decades, shape ``(n, m)``.
    seed : EventMask
        Events of the aberrant cluster, shape ``(n,)``; not empty.

    Returns
    -------
    EventMask
        Events more probable as blasts than as normal cells, shape ``(n,)``.
    """
    normal = -template.surprise(events)
    member = seed.copy()
    for _ in range(_ROUNDS):
        blast = _log_density(events, member)
        share = float(np.count_nonzero(member)) / len(events)
        share = min(max(share, 1 / len(events)), 1 - 1 / len(events))
        odds = blast - normal + np.log(share) - np.log1p(-share)
        changed = odds > 0
        if not changed.any():
            return seed
        if (changed == member).all():
            break
        member = changed
    return member


def _log_density(events: Matrix, member: EventMask) -> Values:
    """Gaussian mixture of the members, its covariances shrunk towards a staining spread."""
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import

    chosen = events[member]
    k = int(np.clip(len(chosen) // _PER_COMPONENT, 1, _MOST_COMPONENTS))
    step = max(len(chosen) // 20_000, 1)
    prior = np.eye(events.shape[1]) * _PRIOR_SD**2
    if k == 1:
        centred = chosen - chosen.mean(axis=0)
        scatter = centred.T @ centred
        covariance = (scatter + _PRIOR_EVENTS * prior) / (len(chosen) + _PRIOR_EVENTS)
        return log_normal(events, chosen.mean(axis=0), covariance)
    mixture = GaussianMixture(k, reg_covar=1e-3, random_state=0).fit(chosen[::step])
    density = (mixture.weights_, mixture.means_, mixture.covariances_)
    return -mixture_surprise(density, events)
