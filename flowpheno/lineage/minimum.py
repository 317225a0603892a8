"""Which markers are missing for a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.phenotype import Call

if TYPE_CHECKING:
    from collections.abc import Collection

    from flowpheno.marker import Marker
    from flowpheno.panel.scores import MinimumMarkers
    from flowpheno.phenotype import Phenotype

_NOT_STAINED = {Call.NOT_REPORTED, Call.NOT_EVALUABLE}


def missing_for_confirmation(
    measured: Phenotype, minimum: MinimumMarkers
) -> tuple[tuple[Marker, ...], ...]:
    """List what is missing to confirm B-precursor ALL.

    Parameters
    ----------
    measured : Phenotype
        Of the blasts.
    minimum : MinimumMarkers
        What each task needs.

    Returns
    -------
    tuple of tuple of Marker
        Groups of which one marker would do; empty if nothing is missing. What excludes another
        lineage must be decided: borderline is missing.
    """
    stained = {m for m, call in measured.calls.items() if call.call not in _NOT_STAINED}
    decided = {m for m, call in measured.calls.items() if call.truth is not None}
    return (
        *_missing(minimum.confirm.stained, stained),
        *_missing(minimum.confirm.decided, decided),
    )


def missing_for_rejection(
    stained: Collection[Marker], minimum: MinimumMarkers, *, post_cd19: bool
) -> tuple[tuple[Marker, ...], ...]:
    """List what is missing to give a negative.

    Parameters
    ----------
    stained : collection of Marker
        Markers stained and evaluable.
    minimum : MinimumMarkers
        What each task needs.
    post_cd19 : bool
        Whether therapy against CD19 was given.

    Returns
    -------
    tuple of tuple of Marker
        Groups of which one marker would do; empty if nothing is missing.
    """
    groups = minimum.reject + (minimum.after_cd19_therapy if post_cd19 else ())
    return _missing(groups, stained)


def _missing(
    groups: tuple[tuple[Marker, ...], ...], there: Collection[Marker]
) -> tuple[tuple[Marker, ...], ...]:
    return tuple(group for group in groups if not any(marker in there for marker in group))
