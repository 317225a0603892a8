"""The tubes of a specimen beside each other: what may be put together, and what may not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.link import LinkState, PopulationLink, link_population, link_tubes
from flowpheno.gating.swap import find_odd_tubes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.gating.tolerance import LinkLimits
    from flowpheno.marker import Marker
    from flowpheno.phenotype import MarkerCall, Phenotype
    from flowpheno.pipeline.tube import TubeAnalysis


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkedSpecimen:
    """The tubes of a specimen with what links them.

    Attributes
    ----------
    tubes : tuple of TubeAnalysis
        All tubes; what does not fit between them is among the findings of each.
    deciding : TubeAnalysis
        The one of `tubes` whose evidence is strongest.
    linked : tuple of TubeAnalysis
        Others in which the candidate of the deciding tube was found again.
    phenotype : Phenotype
        Of the candidate: calls of the deciding tube, completed by those of `linked`. They
        describe one population; that one cell carries markers of two tubes was never measured.
    links : tuple of PopulationLink
        Every population that at least two tubes show; empty for one tube.
    sentences : tuple of str
        What was put together, what was not, and why.
    """

    tubes: tuple[TubeAnalysis, ...]
    deciding: TubeAnalysis
    linked: tuple[TubeAnalysis, ...]
    phenotype: Phenotype
    links: tuple[PopulationLink, ...]
    sentences: tuple[str, ...]

    @property
    def codes(self) -> frozenset[ReasonCode]:
        """Reasons that come from comparing tubes."""
        own = {ReasonCode.TUBES_DISAGREE, ReasonCode.TUBE_SWAP_SUSPECTED}
        return frozenset(f.code for tube in self.tubes for f in tube.findings if f.code in own)

    @property
    def n_blasts(self) -> int:
        """Aberrant or suspicious B-lineage events of the deciding tube."""
        return self.deciding.n_blasts

    def staining(self, *markers: Marker) -> TubeAnalysis | None:
        """Find a tube that stained some markers on the candidate.

        Parameters
        ----------
        *markers : Marker
            All of them in the same tube.

        Returns
        -------
        TubeAnalysis or None
            The deciding tube if it did, else the first linked one; None if there is none.
        """
        for tube in (self.deciding, *self.linked):
            if all(marker in tube.gated.cutpoints for marker in markers):
                return tube
        return None


def link_specimen(tubes: Sequence[TubeAnalysis], place: int, limits: LinkLimits) -> LinkedSpecimen:
    """Link the tubes of a specimen.

    Parameters
    ----------
    tubes : sequence of TubeAnalysis
        At least one.
    place : int
        Index of the deciding tube.
    limits : LinkLimits
        How far tubes may differ.

    Returns
    -------
    LinkedSpecimen
        A single tube is returned as it is.
    """
    if len(tubes) < 2:  # noqa: PLR2004 - two tubes make a link
        return LinkedSpecimen(
            tubes=tuple(tubes),
            deciding=tubes[place],
            linked=(),
            phenotype=tubes[place].candidate,
            links=(),
            sentences=(),
        )
    names = tube_names([tube.raw.name for tube in tubes])
    candidate, links = _links(names, tubes, place, limits)
    findings = _findings(links, dict(zip(names, tubes, strict=True)), limits)
    found = tuple(
        replace(tube, findings=(*tube.findings, *findings.get(name, ())))
        for name, tube in zip(names, tubes, strict=True)
    )
    by_name = dict(zip(names, found, strict=True))
    linked = [name for name in candidate.of(names[place]).linked_to if _may_speak(name, findings)]
    if not _may_speak(names[place], findings):
        linked = []
    phenotype, added = _merged(found[place], {name: by_name[name] for name in linked})
    return LinkedSpecimen(
        tubes=found,
        deciding=found[place],
        linked=tuple(by_name[name] for name in linked),
        phenotype=phenotype,
        links=links,
        sentences=_sentences(candidate, names[place], added, findings),
    )


def tube_names(names: Sequence[str]) -> list[str]:
    """Tell tubes of one name apart.

    Parameters
    ----------
    names : sequence of str
        Names of the tubes of a specimen.

    Returns
    -------
    list of str
        In order, each once; those that stand there twice get their place, from 1.

    Examples
    --------
    >>> tube_names(["a", "b", "a"])
    ['a (1)', 'b', 'a (3)']
    """
    return [
        f"{name} ({place})" if names.count(name) > 1 else name
        for place, name in enumerate(names, start=1)
    ]


def _links(
    names: Sequence[str], tubes: Sequence[TubeAnalysis], place: int, limits: LinkLimits
) -> tuple[PopulationLink, tuple[PopulationLink, ...]]:
    """Link the populations; the candidate by whatever each tube calls it."""
    gated = {name: tube.gated for name, tube in zip(names, tubes, strict=True)}
    wanted = tubes[place].candidate.population
    called = {
        name: tube.candidate.population
        for name, tube in zip(names, tubes, strict=True)
        if tube.candidate.population in tube.gated.populations
    }
    candidate = link_population(wanted, called, gated, limits)
    others = [link for link in link_tubes(gated, limits) if link.population != wanted]
    return candidate, (candidate, *others)


def _findings(
    links: Sequence[PopulationLink], tubes: Mapping[str, TubeAnalysis], limits: LinkLimits
) -> dict[str, list[Finding]]:
    """Say of each tube what does not fit the others."""
    found: dict[str, list[Finding]] = {name: [] for name in tubes}
    for odd in find_odd_tubes({name: tube.gated for name, tube in tubes.items()}, limits):
        found[odd.tube].append(
            Finding(
                code=ReasonCode.TUBE_SWAP_SUSPECTED,
                severity=Severity.BLOCKING,
                stage="gating.swap",
                message=f"{odd.percent:.0f} % of the nucleated cells of {odd.tube} lie elsewhere "
                f"than in the other tubes ({odd.text}); it may be of another specimen",
                value=odd.percent,
            )
        )
    for link in links:
        for row in link.tubes:
            if row.state is LinkState.INCONSISTENT:
                found[row.tube].append(
                    Finding(
                        code=ReasonCode.TUBES_DISAGREE,
                        severity=Severity.WARNING,
                        stage="gating.link",
                        message=f"{row.population} of {row.tube}: {row.reason}",
                        value=row.percent.estimate,
                    )
                )
    return found


def _may_speak(name: str, findings: Mapping[str, Sequence[Finding]]) -> bool:
    """Whether a tube is not under suspicion to be of somebody else."""
    return not any(_is_swap(f) for f in findings[name])


def _merged(
    deciding: TubeAnalysis, linked: Mapping[str, TubeAnalysis]
) -> tuple[Phenotype, dict[str, list[Marker]]]:
    """Complete a phenotype; a call that says nothing never hides one that does."""
    calls: dict[Marker, MarkerCall] = dict(deciding.candidate.calls)
    added: dict[str, list[Marker]] = {}
    for name, tube in linked.items():
        for marker, call in tube.candidate.calls.items():
            if marker not in calls or (calls[marker].truth is None and call.truth is not None):
                calls[marker] = call
                added.setdefault(name, []).append(marker)
    return replace(deciding.candidate, calls=calls), added


def _sentences(
    candidate: PopulationLink,
    deciding: str,
    added: Mapping[str, Sequence[Marker]],
    findings: Mapping[str, Sequence[Finding]],
) -> tuple[str, ...]:
    said = []
    own = candidate.of(deciding)
    name = (own.population or candidate.population).replace("_", " ")
    if added:
        parts = "; ".join(f"{', '.join(sorted(m))} of {tube}" for tube, m in added.items())
        said.append(
            f"Markers of tubes that show the {name} of {deciding} too, told by "
            f"{', '.join(candidate.backbone)}, complete the phenotype: {parts}. That one cell "
            "carries markers of two tubes was not measured."
        )
    unused: dict[str, list[str]] = {}
    for row in candidate.tubes:
        if row.tube != deciding and row.tube not in own.linked_to:
            why = row.reason or own.reason or f"what it shows is not the {name} of {deciding}"
            unused.setdefault(why, []).append(row.tube)
    said += [
        f"Markers of {', '.join(tubes)} were not used for the {name}: {why}."
        for why, tubes in unused.items()
    ]
    suspected = (f.message for found in findings.values() for f in found if _is_swap(f))
    return (*said, *(f"{message[0].upper()}{message[1:]}." for message in suspected))


def _is_swap(finding: Finding) -> bool:
    return finding.code is ReasonCode.TUBE_SWAP_SUSPECTED
