"""What the other channels of a tube say of a name that is not clear alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.marker.antigen import Marker
    from flowpheno.marker.channel import ChannelName
    from flowpheno.marker.vocabulary import Vocabulary


def by_context(names: Sequence[ChannelName], vocabulary: Vocabulary) -> tuple[ChannelName, ...]:
    """Tell surface from cytoplasmic staining by what else a tube stains.

    ``IgM`` alone is either. In a tube that stains ``sIgM`` in another channel it is the
    cytoplasmic one, as nobody stains one antigen twice in one place; nothing less settles it.

    Parameters
    ----------
    names : sequence of ChannelName
        What the channels of one tube say.
    vocabulary : Vocabulary
        The names that are known.

    Returns
    -------
    tuple of ChannelName
        The same, in order; a name that another channel settles is recognised.
    """
    claimed = {part for name in names for part in name.parts}
    return tuple(_settled(name, claimed, vocabulary) for name in names)


def _settled(name: ChannelName, claimed: set[Marker], vocabulary: Vocabulary) -> ChannelName:
    pair = set(name.candidates)
    if not any(vocabulary.inside.get(outer) in pair - {outer} for outer in pair):
        return name
    left = pair - claimed
    if len(left) != 1:
        return name
    (marker,) = left
    return replace(name, marker=marker, parts=(marker,), nearest=(), recognised=True)
