"""Three-valued logic of Kleene: True, False, and None for unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def negate(truth: bool | None) -> bool | None:  # noqa: FBT001 - the value itself
    """Kleene negation.

    Parameters
    ----------
    truth : bool or None
        A truth value.

    Returns
    -------
    bool or None
        The opposite; unknown stays unknown.
    """
    return None if truth is None else not truth


def at_least(n: int, truths: Iterable[bool | None]) -> bool | None:
    """Kleene threshold: whether at least `n` hold; *or* is 1, *and* is their number.

    Parameters
    ----------
    n : int
        How many must hold.
    truths : iterable of bool or None
        Truth values.

    Returns
    -------
    bool or None
        True if enough are True, False if too few could be, None otherwise.
    """
    values = tuple(truths)
    if sum(v is True for v in values) >= n:
        return True
    return False if sum(v is not False for v in values) < n else None
