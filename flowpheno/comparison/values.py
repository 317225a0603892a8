"""What is kept of a population so that it can be compared years later, without its events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flowpheno.comparison.joint import Joint, joint_from_dict
from flowpheno.comparison.storage import (
    Stored,
    phenotype_from_dict,
    phenotype_to_dict,
    stored_value,
)
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.marker import Marker
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.phenotype import Phenotype

N_QUANTILES = 201
"""Quantiles kept of each marker: 0 %, 0.5 % ... 100 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Internal lymphocytes of the same tube on one marker.

    Attributes
    ----------
    median : float
        Median compensated intensity, linear.
    n : int
        Lymphocytes.
    error : float
        Bootstrap standard error of the median, log10.
    """

    median: float
    n: int
    error: float

    def __post_init__(self) -> None:
        if self.n < 1 or not math.isfinite(self.median) or not self.error >= 0:
            raise ValueError(f"an anchor of {self.n} events, median {self.median} is none")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerProfile:
    """Distribution of one marker on the population.

    Attributes
    ----------
    quantiles : tuple of float
        Compensated linear intensity at `N_QUANTILES` evenly spaced levels, 0 to 100 %, ascending;
        empty for an empty population.
    n : int
        Events of the population.
    cofactor : float
        Cofactor of the asinh scale, linear intensity.
    fluorochrome : str or None
        Canonical fluorochrome; None if not known.
    anchor : Anchor or None
        Internal lymphocytes; None if there were none.
    """

    quantiles: tuple[float, ...]
    n: int
    cofactor: float
    fluorochrome: str | None = None
    anchor: Anchor | None = None

    def __post_init__(self) -> None:
        if len(self.quantiles) != (N_QUANTILES if self.n else 0):
            raise ValueError(f"{len(self.quantiles)} quantiles of {self.n} events")
        if not all(math.isfinite(q) for q in self.quantiles):
            raise ValueError("quantiles must be finite")
        if any(low > high for low, high in pairwise(self.quantiles)):
            raise ValueError("quantiles must rise")
        if self.n < 0 or not (math.isfinite(self.cofactor) and self.cofactor > 0):
            raise ValueError("a count of 0 or more and a cofactor above 0 are required")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A population at one time point.

    Attributes
    ----------
    population : str
        Such as ``"blasts"``.
    tube : str
        Tube or tubes it was measured in.
    n : int
        Events of the population; of the largest tube where several were merged.
    scale : Scale
        Whether intensities mean more than ranks.
    phenotype : Phenotype
        Marker calls.
    markers : mapping of Marker to MarkerProfile
        The markers measured.
    lineage : Lineage
        Lineage by the criteria of the scores.
    aberrancies : tuple of Marker or None
        Markers that differ from the normal counterpart; None if that was not assessed.
    limited : tuple of ReasonCode
        What limits every marker, such as a missing spillover matrix.
    joint : Joint or None
        Some of the events on all markers at once; None if none were kept.
    """

    population: str
    tube: str
    n: int
    phenotype: Phenotype
    markers: Mapping[Marker, MarkerProfile]
    scale: Scale = Scale.LINEAR
    lineage: Lineage = Lineage.NOT_EVALUABLE
    aberrancies: tuple[Marker, ...] | None = None
    limited: tuple[ReasonCode, ...] = ()
    joint: Joint | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give what results.json stores.

        Returns
        -------
        dict
            Plain JSON types; `from_dict` makes the same profile of it.
        """
        stored = {
            "population": self.population,
            "tube": self.tube,
            "n": self.n,
            "scale": self.scale.value,
            "lineage": self.lineage.value,
            "aberrancies": None if self.aberrancies is None else list(self.aberrancies),
            "limited": [code.value for code in self.limited],
            "phenotype": phenotype_to_dict(self.phenotype),
            "markers": {marker: _marker_to_dict(kept) for marker, kept in self.markers.items()},
            "joint": None if self.joint is None else _joint_to_dict(self.joint),
        }
        return dict(stored)

    @classmethod
    def from_dict(cls, stored: object) -> Profile:
        """Make a profile of what results.json stored.

        Parameters
        ----------
        stored : object
            What `to_dict` gave, after a way through JSON.

        Returns
        -------
        Profile
            The profile.

        Raises
        ------
        ResultsError
            If it is not a stored profile.
        """
        with stored_value("profile"):
            place = Stored(stored)
            names = place.get("aberrancies")
            joint = dict(place.items()).get("joint")  # which earlier versions did not store
            return cls(
                population=place.text("population"),
                tube=place.text("tube"),
                n=place.count("n"),
                scale=Scale(place.text("scale")),
                lineage=Lineage(place.text("lineage")),
                aberrancies=None
                if names is None
                else tuple(map(Marker, place.texts("aberrancies"))),
                limited=tuple(ReasonCode(code) for code in place.texts("limited")),
                joint=None if joint is None else joint_from_dict(Stored(joint)),
                phenotype=phenotype_from_dict(place.get("phenotype")),
                markers={
                    Marker(name): _marker_from_dict(kept)
                    for name, kept in Stored(place.get("markers")).items()
                },
            )


def _joint_to_dict(joint: Joint) -> dict[str, Any]:
    """Events as plain JSON types."""
    return {"markers": list(joint.markers), "n": joint.n, "coded": joint.coded}


def _marker_to_dict(kept: MarkerProfile) -> dict[str, Any]:
    """One marker as plain JSON types."""
    anchor = kept.anchor
    return {
        "quantiles": list(kept.quantiles),
        "n": kept.n,
        "cofactor": kept.cofactor,
        "fluorochrome": kept.fluorochrome,
        "anchor": anchor and {"median": anchor.median, "n": anchor.n, "error": anchor.error},
    }


def _marker_from_dict(stored: object) -> MarkerProfile:
    """Read one marker from plain JSON types."""
    place = Stored(stored)
    anchor = place.get("anchor")
    return MarkerProfile(
        quantiles=place.numbers("quantiles"),
        n=place.count("n"),
        cofactor=place.number("cofactor"),
        fluorochrome=None if place.get("fluorochrome") is None else place.text("fluorochrome"),
        anchor=None if anchor is None else _anchor_from_dict(Stored(anchor)),
    )


def _anchor_from_dict(place: Stored) -> Anchor:
    """Read internal lymphocytes from plain JSON types."""
    return Anchor(median=place.number("median"), n=place.count("n"), error=place.number("error"))
