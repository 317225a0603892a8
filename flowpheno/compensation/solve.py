"""Solve matrices in double precision, or say which of their parts make that impossible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import CompensationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import Matrix


def most_alike(matrix: Matrix) -> tuple[int, int, float]:
    """Find the two rows of a matrix that differ least but for their size.

    Parameters
    ----------
    matrix : Matrix
        At least two rows, finite.

    Returns
    -------
    int, int
        The rows.
    float
        Cosine of the angle between them; 0 if either is empty.
    """
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit = np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0)
    cosines = np.abs(unit @ unit.T) - 2 * np.eye(len(matrix))
    first, second = np.unravel_index(int(cosines.argmax()), cosines.shape)
    return int(first), int(second), float(cosines[first, second])


def refuse_singular(matrix: Matrix, names: Sequence[str], source: str) -> None:
    """Refuse a matrix whose rows do not tell the dyes apart.

    Parameters
    ----------
    matrix : Matrix
        Finite, a row for each name.
    names : sequence of str
        Dyes or detectors of the rows.
    source : str
        What it came from.

    Raises
    ------
    CompensationError
        If its rank is below the number of rows; says which two are most alike.
    """
    if not len(matrix) or np.linalg.matrix_rank(matrix) == len(matrix):
        return
    hint = ""
    if len(matrix) > 1:
        first, second, cosine = most_alike(matrix)
        hint = f"; most alike are {names[first]} and {names[second]} (cosine {cosine:.4f})"
    raise CompensationError(f"matrix of {source} is singular{hint}")
