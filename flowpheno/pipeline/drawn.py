"""Gates that a person drew, on their way into a verdict: read once, applied to each tube."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import GateError
from flowpheno.fcs.number import parse_number
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gates import evaluate, populations_of
from flowpheno.gates.flowjo import read_workspace
from flowpheno.gates.xml import read_xml
from flowpheno.marker import spelling
from flowpheno.panel.strategy_text import strategy_yaml
from flowpheno.pipeline.gates import find_strategy, read_strategy
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from flowpheno.arrays import EventMask
    from flowpheno.gates import GateResults, Strategy
    from flowpheno.sample import Sample

_STAGE = "pipeline.drawn"
_ANY_SAMPLE = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnGates:
    """Gates of a file that a person drew or corrected.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    sha256 : str
        Of the file; of its YAML for a strategy made in memory.
    strategies : mapping of str to Strategy
        By file name of the sample, for a FlowJo workspace; ``""`` is for every sample.
    """

    name: str
    sha256: str
    strategies: Mapping[str, Strategy]

    def strategy_for(self, sample: Sample) -> Strategy:
        """Find the gates of a tube.

        Parameters
        ----------
        sample : Sample
            The tube; a workspace knows it by the name of its file.

        Returns
        -------
        Strategy
            Its gates.

        Raises
        ------
        GateError
            If a workspace does not hold the tube.
        """
        name = sample.name if sample.origin is None else sample.origin.path.name
        for key in (_ANY_SAMPLE, name):
            if key in self.strategies:
                return self.strategies[key]
        known = ", ".join(self.strategies)
        raise GateError(f"the workspace has no gates for {name}; it has some for {known}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnCells:
    """What drawn gates hold in one tube.

    Attributes
    ----------
    masks : mapping of str to EventMask
        By population of flowpheno's whose place they take.
    others : mapping of str to str
        Gates of other names to their parents, in the order of the strategy, parents first;
        a parent is one of these, a population of flowpheno's, or empty.
    results : GateResults or None
        Every gate; None where none could be applied.
    findings : tuple of Finding
        What could not be applied.
    """

    masks: Mapping[str, EventMask] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    results: GateResults | None = None
    findings: tuple[Finding, ...] = ()


def read_drawn_gates(source: Path | str, panels: Path | None = None) -> DrawnGates:
    """Read gates for a verdict.

    Parameters
    ----------
    source : Path or str
        A file (see `read_strategy`), or the name of a strategy of ``panels/strategies``.
    panels : Path or None
        Folder of definitions that is searched for a name first.

    Returns
    -------
    DrawnGates
        All of them: of a workspace those of every sample.

    Raises
    ------
    FlowphenoError
        As of `read_strategy`; if the file is a workspace without gates.
    """
    path = find_strategy(source, panels)
    if path.suffix.lower() == ".wsp" or _is_workspace(path):
        strategies = {one.name: one.strategy for one in read_workspace(path).samples}
        if not strategies:
            raise GateError(f"{path}: no sample of the workspace has gates")
    else:
        strategies = {_ANY_SAMPLE: read_strategy(path)}
    content = path.read_bytes()
    return DrawnGates(
        name=path.name, sha256=hashlib.sha256(content).hexdigest(), strategies=strategies
    )


def drawn_in_memory(strategy: Strategy) -> DrawnGates:
    """Take a strategy that was made in Python.

    Parameters
    ----------
    strategy : Strategy
        The gates.

    Returns
    -------
    DrawnGates
        With the hash of the strategy written as YAML.
    """
    text = strategy_yaml(strategy).encode("utf-8")
    return DrawnGates(
        name=strategy.name or "a strategy made in Python",
        sha256=hashlib.sha256(text).hexdigest(),
        strategies={_ANY_SAMPLE: strategy},
    )


def draw(gates: DrawnGates, sample: Sample, populations: Collection[str]) -> DrawnCells:
    """Apply drawn gates to a tube.

    A gate whose id is the name of a population of flowpheno's takes its place; of a FlowJo gate
    the last part of its path counts. Two gates for one population, or gates that do not fit the
    tube, are not applied, and a finding says so.

    Parameters
    ----------
    gates : DrawnGates
        The gates.
    sample : Sample
        As read, compensated or not as the rest of the pipeline takes it.
    populations : collection of str
        Names of flowpheno's populations.

    Returns
    -------
    DrawnCells
        Empty, with a finding, where the gates do not fit the tube.
    """
    try:
        strategy = gates.strategy_for(sample)
        results = evaluate(strategy, by_gain(sample))
    except GateError as error:
        message = f"the gates of {gates.name} do not fit {sample.name}: {error}"
        return DrawnCells(findings=(_not_applied(message),))
    ids = [name for gate in strategy.gates for name in populations_of(gate)]
    ours: dict[str, str] = {}
    findings = list(_near_misses(ids, populations))
    for name in populations:
        found = [one for one in ids if _last(one) == name]
        if len(found) > 1:
            message = f"{len(found)} gates of {gates.name} are called {name}: neither is applied"
            findings.append(_not_applied(message))
        elif found:
            ours[found[0]] = name
    return DrawnCells(
        masks={name: results.populations[one].mask for one, name in ours.items()},
        others=_others(strategy, ours),
        results=results,
        findings=tuple(findings),
    )


def by_gain(sample: Sample) -> Sample:
    """Divide values by the gain of their channel, as gates are stated.

    Parameters
    ----------
    sample : Sample
        As read; one read with ``scaling="gain"`` is left as it is, and so is a table.

    Returns
    -------
    Sample
        The sample itself where no gain changes anything.
    """
    gains = _gains(sample)
    if sample.scale is Scale.RELATIVE or all(gain == 1 for gain in gains):
        return sample
    events = np.asarray(sample.events / np.array(gains)[None, :], np.float32)
    return replace(sample, events=freeze(events))


def _gains(sample: Sample) -> list[float]:
    """Gain of each column; 1 where it is no number, or a logarithmic amplifier was undone."""
    keywords = sample.keywords
    n_written = int(parse_number(keywords.get("$PAR")) or 0)
    numbers = {keywords.get(f"$P{n}N", "").strip(): n for n in range(n_written, 0, -1)}
    gains = []
    for position, channel in enumerate(sample.channels, start=1):
        n = numbers.get(channel.detector, position)
        gain = parse_number(keywords.get(f"$P{n}G"))
        amplified = parse_number(keywords.get(f"$P{n}E", "0").split(",")[0])
        gains.append(gain if gain is not None and gain > 0 and not amplified else 1.0)
    return gains


def _is_workspace(path: Path) -> bool:
    xml = path.suffix.lower() not in {".yaml", ".yml"}
    return xml and read_xml(path).name == "Workspace"


def _others(strategy: Strategy, ours: Mapping[str, str]) -> dict[str, str]:
    """Gates that are counted beside flowpheno's populations, parents first."""
    return {
        name: ours.get(gate.parent, gate.parent)
        for gate in strategy.in_order()
        for name in populations_of(gate)
        if name not in ours
    }


def _near_misses(ids: Collection[str], populations: Collection[str]) -> Iterator[Finding]:
    """Say which gates nearly have the name of a population: a slip would change nothing."""
    known = {spelling(name): name for name in populations}
    for one in ids:
        name = known.get(spelling(_last(one)))
        if name is not None and _last(one) != name:
            message = f"the gate {one} is not called {name} and does not take its place"
            yield _not_applied(message)


def _last(gate: str) -> str:
    return gate.rsplit("/", 1)[-1]


def _not_applied(message: str) -> Finding:
    return Finding(
        code=ReasonCode.GATE_NOT_APPLIED,
        severity=Severity.WARNING,
        stage=_STAGE,
        message=message,
    )
