"""Antigens and dyes: one spelling for each, and what is known of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Iterable

Marker = NewType("Marker", str)
"""Canonical antigen name, such as ``"CD10"``."""

DYES: frozenset[Marker] = frozenset({Marker("SYTO"), Marker("VIABILITY")})
"""Canonical names of reagents that stain no antigen."""

CONTROL_POPULATIONS: frozenset[str] = frozenset(
    {
        "T",
        "NK",
        "B_mature",
        "gran",
        "gran_mature",
        "mono",
        "lymphocytes",
        "hematogone_I",
        "hematogone_II",
        "myeloblast",
        "plasma",
        "pDC",
        "basophil",
        "erythroid",
    }
)
"""Internal populations that positivity may be judged against."""

REFERENCES: frozenset[str] = CONTROL_POPULATIONS | {"stage_matched_hematogone", "hematogone_I_II"}
"""Normal counterparts that a shift may be stated against."""


class Localisation(StrEnum):
    """Where in the cell an antigen is stained."""

    SURFACE = "surface"
    CYTOPLASMIC = "cytoplasmic"
    NUCLEAR = "nuclear"


class Mode(StrEnum):
    """Whether percent positive means anything."""

    THRESHOLD = "threshold"
    INTENSITY = "intensity"  # no clean negative cell exists: only a shift is meaningful


class CutoffKind(StrEnum):
    """Which cut-off of a positivity scheme applies."""

    SURFACE = "surface"
    CYTOPLASMIC = "cytoplasmic"


class Role(StrEnum):
    """What a reagent is for."""

    ANTIGEN = "antigen"
    DNA = "dna"
    VIABILITY = "viability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Antigen:
    """What is known of one antigen or dye.

    Attributes
    ----------
    name : Marker
        Canonical name.
    aliases : tuple of str
        Other spellings met in real files; case and separators do not matter.
    localisation : Localisation
        Where it is stained.
    mode : Mode
        Whether percent positive means anything.
    cutoff_kind : CutoffKind
        Which cut-off of a positivity scheme applies.
    negative_controls, positive_controls : tuple of str
        In-sample populations that do not, and that do, express it; best first, may be empty.
    low_anchor : str
        Population that expresses it weakly; empty if none is known. Never a negative control.
    reference : str
        Normal counterpart its level is compared with; empty if none.
    cautions : tuple of str
        What misleads, as codes.
    role : Role
        Antibody target, DNA dye or dead-cell dye.
    """

    name: Marker
    aliases: tuple[str, ...] = ()
    localisation: Localisation = Localisation.SURFACE
    mode: Mode = Mode.THRESHOLD
    cutoff_kind: CutoffKind = CutoffKind.SURFACE
    negative_controls: tuple[str, ...] = ()
    positive_controls: tuple[str, ...] = ()
    low_anchor: str = ""
    reference: str = ""
    cautions: tuple[str, ...] = ()
    role: Role = Role.ANTIGEN


def combined(parts: Iterable[Marker]) -> Marker:
    """Name what several reagents in one channel stain together.

    Parameters
    ----------
    parts : iterable of Marker
        Antigens, in any order; at least one.

    Returns
    -------
    Marker
        Joined by ``+``; CD numbers last and rising, so that one tube has one name.

    Examples
    --------
    >>> combined([Marker("CD123"), Marker("CD66c")]), combined([Marker("CD117"), Marker("sIgM")])
    ('CD66c+CD123', 'sIgM+CD117')
    """
    return Marker("+".join(sorted(set(parts), key=natural_order)))


def natural_order(name: str) -> tuple[bool, str, int, str]:
    """Sort other names before CD numbers, and CD7 before CD19.

    Parameters
    ----------
    name : str
        Canonical name.

    Returns
    -------
    tuple
        A key to sort by.
    """
    found = re.match(r"CD(\d+)(.*)", name)
    return (True, "", int(found[1]), found[2]) if found else (False, name, 0, "")
