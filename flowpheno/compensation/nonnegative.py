"""Least squares without negative results, many events at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import CompensationError

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Matrix

    _Counts = npt.NDArray[np.int64]

TOLERANCE = 1e-9
"""What a result may be below zero, and a gradient above it, as a share of an event's light."""

_PATIENCE = 3
"""Exchanges of many dyes that may bring nothing before they are exchanged one by one."""
_ROUNDS_A_DYE = 30
_BATCH = 512
"""Events solved at a time: their systems of equations stay in the cache."""


def nonnegative_least_squares(observed: Matrix, references: Matrix) -> Matrix:
    """Find the amounts of dyes, none negative, that explain events best.

    By block principal pivoting: the dyes that are present are guessed from the unrestricted
    solution, solved for, and all that turn out wrong exchanged at once, one by one where that
    does not lead on; every event of a block is at its own place on the way.

    Parameters
    ----------
    observed : Matrix
        Finite light, shape ``(n_events, n_detectors)``.
    references : Matrix
        Spectra of full rank, shape ``(n_dyes, n_detectors)``.

    Returns
    -------
    Matrix
        Shape ``(n_events, n_dyes)``; the conditions of an optimum hold within `TOLERANCE`, and
        what is absent is exactly 0.

    Raises
    ------
    CompensationError
        If the spectra are so alike that no optimum is reached.

    References
    ----------
    .. [1] Kim J, Park H. Fast nonnegative matrix factorization: an active-set-like method and
       comparisons. SIAM J Sci Comput. 2011;33:3261-3281.
    """
    gram = references @ references.T
    target = observed @ references.T
    allowed = TOLERANCE * np.maximum(np.abs(target).max(axis=1, initial=0.0), 1e-300)
    amounts = np.linalg.solve(gram, target.T).T
    present = amounts > 0
    found = np.zeros_like(amounts)
    left = np.arange(len(observed))
    fewest = np.full(len(observed), references.shape[0] + 1)
    patience = np.full(len(observed), _PATIENCE)
    for _ in range(_ROUNDS_A_DYE * references.shape[0] + 1):
        if not left.size:
            return found
        amounts = _solve_present(gram, target[left], present[left])
        gradient = target[left] - amounts @ gram
        limit = allowed[left, np.newaxis]
        wrong = np.where(present[left], amounts < -limit, gradient > limit)
        n_wrong = wrong.sum(axis=1)
        settled = n_wrong == 0
        found[left[settled]] = np.maximum(amounts[settled], 0)
        left, wrong, n_wrong = left[~settled], wrong[~settled], n_wrong[~settled]
        present[left] ^= _exchanged(wrong, n_wrong, left, fewest, patience)
    raise CompensationError(
        f"the references are too alike: {len(left)} events are not unmixed after many rounds"
    )


def _solve_present(gram: Matrix, target: Matrix, present: EventMask) -> Matrix:
    """Solve for the dyes that are present in each event; the others are 0."""
    amounts = np.zeros_like(target)
    n_present = present.sum(axis=1)
    order = np.argsort(n_present, kind="stable")  # systems of a batch are of about one size
    for start in range(0, len(order), _BATCH):
        rows = order[start : start + _BATCH]
        size = int(n_present[rows[-1]])
        dyes = np.argsort(~present[rows], axis=1, kind="stable")[:, :size]
        filled = np.arange(size) < n_present[rows, np.newaxis]
        both = filled[:, :, np.newaxis] & filled[:, np.newaxis, :]
        systems = gram[dyes[:, :, np.newaxis], dyes[:, np.newaxis, :]]
        systems = np.where(both, systems, np.eye(size))
        known = np.where(filled, np.take_along_axis(target[rows], dyes, axis=1), 0.0)
        solved = np.linalg.solve(systems, known[:, :, np.newaxis])[:, :, 0]
        amounts[rows[:, np.newaxis], dyes] = np.where(filled, solved, 0.0)
    return amounts


def _exchanged(
    wrong: EventMask, n_wrong: _Counts, left: _Counts, fewest: _Counts, patience: _Counts
) -> EventMask:
    """Choose the dyes of each event to exchange: all wrong ones, or the last of them."""
    better = n_wrong < fewest[left]
    fewest[left[better]] = n_wrong[better]
    patience[left] = np.where(better, _PATIENCE, patience[left] - 1)
    one_by_one = patience[left] < 0
    last = wrong.shape[1] - 1 - np.argmax(wrong[:, ::-1], axis=1)
    only_last = np.arange(wrong.shape[1]) == last[:, np.newaxis]
    return np.asarray(np.where(one_by_one[:, np.newaxis], only_last, wrong))
