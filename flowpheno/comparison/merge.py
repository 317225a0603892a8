"""Several tubes at each time: each marker from the two tubes that compare best.

Laboratories change their panels in the years between diagnosis and relapse, and spread a panel
over tubes; the same marker may be stained in several of them, with different fluorochromes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.comparison.values import Profile
    from flowpheno.marker import Marker


def pair_up(earlier: Sequence[Profile], later: Sequence[Profile]) -> tuple[Profile, Profile]:
    """Make one profile of the tubes of each time.

    Parameters
    ----------
    earlier, later : sequence of Profile
        The blasts in each tube; at least one on either side.

    Returns
    -------
    (Profile, Profile)
        Each marker comes from a pair of tubes that used the same fluorochrome, if there is one,
        and there from the pair with the most events. One tube on both sides stays as it is.

    Raises
    ------
    ValueError
        If a side has no tube.
    """
    if not (earlier and later):
        raise ValueError("a comparison needs a tube at both times")
    if len(earlier) == len(later) == 1:
        return earlier[0], later[0]
    markers = dict.fromkeys(
        m for profile in (*earlier, *later) for m in (*profile.markers, *profile.phenotype.calls)
    )
    chosen = {marker: _choose(marker, earlier, later) for marker in markers}
    alike = max(((a, b) for a in earlier for b in later), key=_shared)
    return (
        replace(
            _merged(earlier, {m: pair[0] for m, pair in chosen.items()}), joint=alike[0].joint
        ),
        replace(_merged(later, {m: pair[1] for m, pair in chosen.items()}), joint=alike[1].joint),
    )


def _shared(pair: tuple[Profile, Profile]) -> tuple[int, int]:
    """Markers of both tubes, and events of the smaller: those whose events are compared."""
    return len(pair[0].markers.keys() & pair[1].markers.keys()), min(pair[0].n, pair[1].n)


def _choose(
    marker: Marker, earlier: Sequence[Profile], later: Sequence[Profile]
) -> tuple[Profile, Profile]:
    pairs = [(a, b) for a in earlier for b in later]
    return max(pairs, key=lambda pair: _fitness(marker, pair))


def _fitness(marker: Marker, pair: tuple[Profile, Profile]) -> tuple[int, int, bool, int, int]:
    """Stained in most, limited by least, the same dye, the most events of the smaller."""
    kept = [p.markers[marker] for p in pair if marker in p.markers]
    dyes = {k.fluorochrome for k in kept} - {None}
    reported = sum(marker in p.phenotype.calls for p in pair)
    limits = sum(len(p.limited) for p in pair)
    return len(kept), -limits, len(dyes) <= 1, min((k.n for k in kept), default=0), reported


def _merged(profiles: Sequence[Profile], chosen: dict[Marker, Profile]) -> Profile:
    """One profile; what limits only some of the tubes goes to the calls taken from them."""
    largest = max(profiles, key=lambda profile: profile.n)
    common = set(largest.limited).intersection(*(profile.limited for profile in profiles))
    calls = {}
    for marker, profile in chosen.items():
        if marker not in profile.phenotype.calls and marker not in profile.markers:
            continue
        call, own = profile.phenotype.call(marker), set(profile.limited) - common
        calls[marker] = replace(call, reasons=tuple(sorted({*call.reasons, *own})))
    assessed = [p.aberrancies for p in profiles if p.aberrancies is not None]
    return replace(
        largest,
        tube=", ".join(profile.tube for profile in profiles),
        phenotype=replace(largest.phenotype, calls=calls),
        markers={m: p.markers[m] for m, p in chosen.items() if m in p.markers},
        aberrancies=tuple(dict.fromkeys(m for names in assessed for m in names))
        if assessed
        else None,
        limited=tuple(sorted(common)),
    )
