"""Marker calls of every population of a tube, not of the blasts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.positivity import call_phenotype, call_phenotypes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker
    from flowpheno.panel.definitions import Definitions
    from flowpheno.phenotype import Phenotype
    from flowpheno.population import Population
    from flowpheno.positivity import ControlStain
    from flowpheno.specimen import Specimen

_VIEWS = "all"
"""Parent of the populations that show what quality control did."""
_REST = frozenset({"unclassified"})
"""What is left over: cells with nothing in common."""


def described(
    gated: GatedTube,
    population: Population,
    specimen: Specimen,
    definitions: Definitions,
    *,
    fmo: Mapping[Marker, ControlStain] | None = None,
) -> Phenotype:
    """Call every marker of one population.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    population : Population
        Any of its populations; may be empty.
    specimen : Specimen
        Its therapy hides antigens.
    definitions : Definitions
        Vocabulary and limits.
    fmo : mapping of Marker to ControlStain or None
        Cells of control tubes, see `control_intensities`.

    Returns
    -------
    Phenotype
        One call for each stained marker.
    """
    return call_phenotype(
        gated,
        population,
        definitions.vocabulary,
        definitions.positivity,
        therapy=specimen.therapy,
        fmo=fmo,
    )


def described_beside(
    gated: GatedTube,
    specimen: Specimen,
    definitions: Definitions,
    *,
    besides: Iterable[str],
    fmo: Mapping[Marker, ControlStain] | None = None,
) -> tuple[Phenotype, ...]:
    """Call every marker of every population that is one.

    Parameters
    ----------
    gated : GatedTube
        The tube with its populations.
    specimen : Specimen
        Its therapy hides antigens.
    definitions : Definitions
        Vocabulary and limits.
    besides : iterable of str
        Populations that are described already.
    fmo : mapping of Marker to ControlStain or None
        Cells of control tubes.

    Returns
    -------
    tuple of Phenotype
        In the order of the tube; without views of quality control, without what is left over,
        and without populations of fewer events than can be called.
    """
    left_out = _REST | set(besides)
    fewest = definitions.positivity.minimum_events
    return call_phenotypes(
        gated,
        [
            population
            for name, population in gated.populations.items()
            if name not in left_out and population.parent != _VIEWS and population.n >= fewest
        ],
        definitions.vocabulary,
        definitions.positivity,
        therapy=specimen.therapy,
        fmo=fmo,
    )
