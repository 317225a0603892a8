"""Populations in which a person drew a gate: what takes whose place, and what that changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from flowpheno.aberrancy.drawn import BLASTS, HEMATOGONES, NON_B
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowpheno.aberrancy.evidence import Detection
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.drawn import DrawnCells, DrawnGates
    from flowpheno.sample import Sample

NUCLEATED = "nucleated"

_BY = "a gate that a person drew"
_STAGE = "pipeline.edits"
_LATER = frozenset({NUCLEATED, BLASTS, HEMATOGONES, NON_B})  # found before or after the gates
_CODES = frozenset(
    {
        ReasonCode.GATE_EDITED,
        ReasonCode.GATE_NOT_APPLIED,
        ReasonCode.GATE_REMOVED_CANDIDATES,
        ReasonCode.GATE_BLASTS_UNSUPPORTED,
    }
)


class _Tube(Protocol):
    """What is compared of a tube without and with drawn gates."""

    @property
    def raw(self) -> Sample: ...

    @property
    def gated(self) -> GatedTube: ...

    @property
    def detection(self) -> Detection: ...

    @property
    def non_b(self) -> Population: ...

    @property
    def n_nucleated(self) -> int: ...


def replaceable(definitions: Definitions) -> tuple[str, ...]:
    """Name the populations whose place a drawn gate takes.

    Parameters
    ----------
    definitions : Definitions
        What the populations are.

    Returns
    -------
    tuple of str
        The denominator, those of ``panels/populations.yaml``, and what is found among them.
    """
    defined = [one.name for one in definitions.populations.populations]
    return tuple(dict.fromkeys((NUCLEATED, *defined, BLASTS, HEMATOGONES, NON_B)))


def with_drawn(gated: GatedTube, drawn: Mapping[str, EventMask]) -> GatedTube:
    """Put drawn populations in the place of those that were found.

    A drawn population lies within the nucleated cells. Its parent grows to hold it, unless that
    was drawn as well; what is below it shrinks to lie within it. B-lineage cells that are
    neither mature nor plasma cells are precursors, however they came into the B lineage: a cell
    is a candidate until something says that it is not.

    Parameters
    ----------
    gated : GatedTube
        With the populations that were found.
    drawn : mapping of str to EventMask
        Drawn ones by name.

    Returns
    -------
    GatedTube
        With drawn ones among its populations; cut points are as they were. A population that
        the markers of the tube do not give is not made by drawing it.
    """
    edited = {name: mask for name, mask in drawn.items() if name in gated.populations}
    if not edited:
        return gated
    masks = {name: p.mask.copy() for name, p in gated.populations.items()}
    parents = {name: p.parent for name, p in gated.populations.items()}
    for name, mask in edited.items():
        within = np.ones_like(mask) if parents[name] == "all" else gated.nucleated
        masks[name] = mask & within
    for name in edited:  # parents, and theirs, grow
        parent = parents[name]
        while parent in masks and parent not in edited:
            masks[parent] |= masks[name]
            parent = parents[parent]
    for name, parent in parents.items():  # parents stand before children: what is below shrinks
        if parent in masks:
            masks[name] &= masks[parent]
    _part_b_lineage(masks, edited)
    populations = {
        name: Population(name, found.parent, masks[name], by=_BY)
        if name in edited
        else replace(found, mask=masks[name])
        for name, found in gated.populations.items()
    }
    return replace(gated, populations=populations)


def _part_b_lineage(masks: dict[str, EventMask], edited: Iterable[str]) -> None:
    """Make every B-lineage cell that is no mature and no plasma cell a precursor."""
    if "B_lineage" not in masks or not set(edited) & {
        "B_lineage",
        "B_precursors",
        "B_mature",
        "plasma",
    }:
        return
    others = [name for name in ("B_mature", "plasma") if name in masks]
    if "B_precursors" in edited:
        for name in set(others) - set(edited):
            masks[name] &= ~masks["B_precursors"]
    else:
        masks["B_precursors"] = masks["B_lineage"].copy()
        for name in others:
            masks["B_precursors"] &= ~masks[name]


def other_populations(cells: DrawnCells, gated: GatedTube) -> tuple[Population, ...]:
    """Count the gates that bear no name of ours.

    Parameters
    ----------
    cells : DrawnCells
        What the gates hold.
    gated : GatedTube
        The tube with its final populations.

    Returns
    -------
    tuple of Population
        Parents first; one below a population of ours lies within it. A gate called like what
        tables call something else is ``"drawn ..."``.
    """
    if cells.results is None:
        return ()
    taken = {"all", "excluded", "population", "aberrancy_score", *cells.masks, *gated.populations}
    taken |= {NUCLEATED, BLASTS, HEMATOGONES, NON_B}
    made: dict[str, Population] = {}
    for gate, parent in cells.others.items():
        mask = cells.results.populations[gate].mask
        home = "all"
        if parent in made:
            home = made[parent].name
        elif parent:
            home = parent
            mask = mask & (gated.nucleated if parent == NUCLEATED else gated.mask(parent))
        name = f"drawn {gate}" if gate in taken or gate.startswith("qc_") else gate
        made[gate] = Population(name, home, mask.copy(), by=_BY)
    return tuple(made.values())


def edit_findings(
    own: _Tube, edited: _Tube, cells: DrawnCells, gates: DrawnGates, non_b: float
) -> tuple[Finding, ...]:
    """Say what drawn gates changed in a tube.

    Parameters
    ----------
    own, edited : TubeAnalysis
        The tube without, and with them.
    cells : DrawnCells
        What they hold.
    gates : DrawnGates
        Where they come from.
    non_b : float
        Percent of nucleated cells from which blasts outside the B lineage are called.

    Returns
    -------
    tuple of Finding
        `GATE_EDITED` for each population that was replaced; `GATE_REMOVED_CANDIDATES` where cells
        that are aberrant, suspicious or frank blasts of another lineage are so no more; what could
        not be applied.
    """
    found = list(cells.findings)
    for name in cells.masks:
        if name not in {*_LATER, *edited.gated.populations}:
            message = (
                f"the markers of {edited.raw.name} do not tell {name}: it is not drawn either"
            )
            found.append(_finding(ReasonCode.GATE_NOT_APPLIED, Severity.WARNING, message))
            continue
        before, after = _cells(own, name), _cells(edited, name)
        out, into = (int(np.count_nonzero(m)) for m in (before & ~after, after & ~before))
        taken = [
            f"{n} of them {what}"
            for what, mask in (("blasts", _cells(own, BLASTS)), *_precursors(own))
            if name not in {BLASTS, HEMATOGONES}
            and (n := int(np.count_nonzero(before & ~after & mask)))
        ]
        counts = f"{np.count_nonzero(before)} events before, {np.count_nonzero(after)} after"
        lost = f"{out} taken out{''.join(f', {one}' for one in taken)}"
        message = f"{name} is that of {gates.name} (sha256 {gates.sha256}): {counts}; {lost}"
        message += f"; {into} put in"
        if name in edited.gated.populations and edited.gated.populations[name].parent == "all":
            message += "; the nucleated cells are not changed by it"
        n = int(np.count_nonzero(after))
        found.append(_finding(ReasonCode.GATE_EDITED, Severity.WARNING, message, n))
    return (*found, *_removed(own, edited, non_b))


def edit_codes(findings: Iterable[Finding]) -> frozenset[ReasonCode]:
    """Pick out what must be said of a specimen wherever in it a gate was drawn.

    Parameters
    ----------
    findings : iterable of Finding
        Of its tubes.

    Returns
    -------
    frozenset of ReasonCode
        Those of drawn gates.
    """
    return frozenset(finding.code for finding in findings) & _CODES


def _removed(own: _Tube, edited: _Tube, non_b: float) -> tuple[Finding, ...]:
    kinds = [
        (f"{own.detection.call} B-lineage cells", own.detection.blasts, edited.detection.blasts)
    ]
    if own.non_b.n and 100 * own.non_b.n >= non_b * own.n_nucleated:
        either = edited.detection.blasts | edited.non_b.mask
        kinds.append(("blasts outside the B lineage", own.non_b.mask, either))
    findings = []
    for what, before, after in kinds:
        gone = int(np.count_nonzero(before & ~after))
        if gone:
            message = (
                f"{gone} of {np.count_nonzero(before)} {what} by flowpheno's own gates are not so "
                "with the drawn gates"
            )
            code = ReasonCode.GATE_REMOVED_CANDIDATES
            findings.append(_finding(code, Severity.BLOCKING, message, gone))
    return tuple(findings)


def _finding(
    code: ReasonCode, severity: Severity, message: str, value: float | None = None
) -> Finding:
    return Finding(code=code, severity=severity, stage=_STAGE, message=message, value=value)


def _precursors(tube: _Tube) -> tuple[tuple[str, EventMask], ...]:
    """B precursors that are not called blasts: said once."""
    return (("B precursors", tube.gated.mask("B_precursors") & ~tube.detection.blasts),)


def _cells(tube: _Tube, name: str) -> EventMask:
    if name == NUCLEATED:
        return tube.gated.nucleated
    if name == BLASTS:
        return tube.detection.blasts
    return tube.non_b.mask if name == NON_B else tube.gated.mask(name)
