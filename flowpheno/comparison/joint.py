"""A few of the events themselves, so that sub-populations can be compared years later."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.comparison.storage import Stored

    Events = npt.NDArray[np.float64]

MOST_EVENTS = 1500
"""Events kept of a population, evenly spread over the file; their shares are what is compared."""

_STEP = 1e-3  # log10 of the asinh scale that two bytes hold, +-32
_CODED = np.dtype("<i2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Events of a population on all its markers at once.

    Attributes
    ----------
    markers : tuple of Marker
        Columns.
    n : int
        Rows.
    coded : str
        Base64 of the matrix, rows first, two bytes each: asinh scale of each marker in
        thousandths of log10.
    """

    markers: tuple[Marker, ...]
    n: int
    coded: str

    def __post_init__(self) -> None:
        try:
            size = len(base64.b64decode(self.coded, validate=True))
        except binascii.Error as error:
            raise ValueError("the events are not base64") from error
        if size != self.n * len(self.markers) * _CODED.itemsize:
            raise ValueError(f"{size} bytes for {self.n} events of {len(self.markers)} markers")

    def columns(self, markers: Sequence[Marker]) -> Events:
        """Give some of the columns.

        Parameters
        ----------
        markers : sequence of Marker
            Of those kept.

        Returns
        -------
        ndarray of float64, shape (n, n_markers)
            Asinh scale, log10.

        Raises
        ------
        ValueError
            If a marker was not kept.
        """
        flat = np.frombuffer(base64.b64decode(self.coded), dtype=_CODED)
        matrix: Events = flat.reshape(self.n, len(self.markers)).astype(np.float64) * _STEP
        return matrix[:, [self.markers.index(marker) for marker in markers]]


def keep(values: Events, markers: Sequence[Marker]) -> Joint | None:
    """Keep events evenly spread over the file, so that no chance enters a stored profile.

    Parameters
    ----------
    values : ndarray of float64, shape (n_events, n_markers)
        Asinh scale, log10; events that are no number are left out.
    markers : sequence of Marker
        Its columns.

    Returns
    -------
    Joint or None
        At most `MOST_EVENTS`; None if there is nothing to keep.
    """
    finite = values[np.isfinite(values).all(axis=1)]
    if not finite.size:
        return None
    rows = np.linspace(0, len(finite) - 1, min(len(finite), MOST_EVENTS)).round().astype(int)
    coded = np.clip((finite[rows] / _STEP).round(), -32768, 32767).astype(_CODED)
    return Joint(
        markers=tuple(markers),
        n=len(rows),
        coded=base64.b64encode(coded.tobytes()).decode("ascii"),
    )


def joint_from_dict(place: Stored) -> Joint:
    """Read kept events from plain JSON types.

    Parameters
    ----------
    place : Stored
        What `dataclasses.asdict` gave.

    Returns
    -------
    Joint
        The events.
    """
    return Joint(
        markers=tuple(map(Marker, place.texts("markers"))),
        n=place.count("n"),
        coded=place.text("coded"),
    )
