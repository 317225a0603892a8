"""A specimen: what was taken, from where, when, and the tubes stained from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowpheno.marker import Marker
    from flowpheno.sample import Sample


class Therapy(StrEnum):
    """Treatment that masks an antigen or its gate."""

    ANTI_CD19 = "anti_CD19"
    ANTI_CD20 = "anti_CD20"
    ANTI_CD22 = "anti_CD22"
    ANTI_CD38 = "anti_CD38"
    STEROIDS = "steroids"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlTube:
    """Cells of a specimen stained without some of its markers (FMO, isotype, process control).

    Attributes
    ----------
    sample : Sample
        As read.
    markers : tuple of Marker
        What they were not stained for; at least one.
    """

    sample: Sample
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Specimen:
    """A specimen with its tubes.

    Attributes
    ----------
    name : str
        Identifier shown in reports.
    tubes : tuple of Sample
        One for each stained tube; at least one.
    patient : str
        Pseudonym; empty if not given. Never taken from keywords.
    material, site, timepoint, date : str
        As the manifest says; empty if not given. `date` is ISO 8601.
    known_bcp_all : bool
        Whether B-precursor ALL was established in this patient before.
    therapy : frozenset of Therapy
        Treatment that masks antigens.
    already_compensated : bool
        A person's word that the files hold compensated data.
    controls : tuple of ControlTube
        Control tubes; they are judged against, never judged.
    """

    name: str
    tubes: tuple[Sample, ...]
    patient: str = ""
    material: str = ""
    site: str = ""
    timepoint: str = ""
    date: str = ""
    known_bcp_all: bool = False
    therapy: frozenset[Therapy] = frozenset()
    already_compensated: bool = False
    controls: tuple[ControlTube, ...] = ()
