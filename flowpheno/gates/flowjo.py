"""FlowJo 10 workspaces: read by FlowKit, made our gates, evaluated like all others."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flowpheno.errors import GateError
from flowpheno.exchange.extra import import_extra
from flowpheno.gates.flowjo_gates import Written, convert_strategy
from flowpheno.gates.gatingml.names import DATATYPES, GATING, TRANSFORMS
from flowpheno.gates.xml import parse_xml, read_bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flowpheno.gates.strategy import Strategy
    from flowpheno.gates.xml import Element

_POPULATIONS = frozenset({"Population", "AndNode", "OrNode", "NotNode"})
_REFUSALS = (ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError)
"""What FlowKit raises for a workspace it does not understand, beside its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSample:
    """A sample of a workspace.

    Attributes
    ----------
    name : str
        As in the workspace, usually the name of the file.
    strategy : Strategy
        Its gates; ids are paths such as ``"Lymphocytes/CD3+"``. A gate that keeps what lies
        outside stands beside one whose id ends in ``(inside)``.
    counts : mapping of str to int
        Events by gate as FlowJo counted them; without those it had not counted when it saved.
    """

    name: str
    strategy: Strategy
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A FlowJo 10 workspace.

    Attributes
    ----------
    samples : tuple of WorkspaceSample
        Those that have gates.
    """

    samples: tuple[WorkspaceSample, ...]

    def sample(self, name: str) -> WorkspaceSample:
        """Find a sample.

        Parameters
        ----------
        name : str
            As in the workspace.

        Returns
        -------
        WorkspaceSample
            The sample.

        Raises
        ------
        GateError
            If it is not there, or two are called so.
        """
        found = [sample for sample in self.samples if sample.name == name]
        if len(found) != 1:
            known = ", ".join(sample.name for sample in self.samples) or "none"
            raise GateError(
                f"the workspace has {len(found)} samples called {name!r} with gates; those with "
                f"gates are: {known}"
            )
        return found[0]


def read_workspace(path: Path) -> Workspace:
    """Read a FlowJo 10 workspace.

    Parameters
    ----------
    path : Path
        A ``.wsp`` file; it is not trusted, see `flowpheno.gates.xml`. FCS files it names are not
        looked for.

    Returns
    -------
    Workspace
        Its samples with their gates.

    Raises
    ------
    MissingPackageError
        If FlowKit is not installed.
    GateError
        If it cannot be read, or holds what FlowKit or flowpheno cannot express.
    """
    content = read_bounded(path)
    try:
        nodes = _sample_nodes(parse_xml(content))
        workspace = _open(content)
        samples = []
        for name in workspace.get_sample_ids(loaded_only=False):
            made = workspace.get_gating_strategy(name)
            if not made.get_gate_ids():
                continue
            counts = _counts(nodes[name])
            strategy = convert_strategy(made, _written(nodes[name]), name=name)
            known = {gate.id for gate in strategy.gates}
            counts = {gate: n for gate, n in counts.items() if gate in known}
            samples.append(WorkspaceSample(name=name, strategy=strategy, counts=counts))
    except GateError as error:
        raise GateError(f"{path}: {error}") from error
    except _REFUSALS as error:
        raise GateError(f"{path}: cannot be read by FlowKit: {error}") from error
    return Workspace(samples=tuple(samples))


def _open(content: bytes) -> Any:  # noqa: ANN401 - FlowKit has no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it imports
        flowkit = import_extra("flowkit", "flowjo")
        try:
            return flowkit.Workspace(BytesIO(content), load_missing_file_data=True)
        except flowkit.exceptions.FlowKitException as error:
            raise GateError(str(error)) from error


def _sample_nodes(root: Element) -> dict[str, Element]:
    """Find the sample elements by name."""
    if root.name != "Workspace":
        root.fail("is not the root of a FlowJo workspace")
    found: dict[str, Element] = {}
    for sample in root.one("", "SampleList").find_all("", "Sample"):
        name = sample.one("", "SampleNode").required("", "name")
        if name in found:
            sample.fail(f"there are two called {name}")
        found[name] = sample
    return found


def _counts(sample: Element) -> dict[str, int]:
    counts = {}
    for path, element in _gate_nodes(sample.one("", "SampleNode")):
        written = element.optional("", "count") or ""
        if written.isdecimal():  # -1: not counted
            counts[path] = int(written)
    return counts


def _written(sample: Element) -> dict[str, Written]:
    """Collect kinds and channels of gates; no channels where compensated ones look the same."""
    matrices = sample.find_all(TRANSFORMS, "spilloverMatrix")
    told = any(m.optional("", "prefix") or m.optional("", "suffix") for m in matrices)
    found = {}
    for path, population in _gate_nodes(sample.one("", "SampleNode")):
        for gate in (g for outer in population.find_all("", "Gate") for g in outer.children):
            channels = tuple(
                channel.required(DATATYPES, "name")
                for dimension in gate.find_all(GATING, "dimension")
                for channel in dimension.find_all(DATATYPES, "fcs-dimension")
            )
            found[path] = Written(kind=gate.name, channels=channels if told else ())
    return found


def _gate_nodes(element: Element, before: str = "") -> Iterator[tuple[str, Element]]:
    """Walk through the populations below a sample or population, with their paths."""
    for group in element.find_all("", "Subpopulations"):
        for child in group.children:
            if child.name in _POPULATIONS:
                path = f"{before}{child.required('', 'name')}"
                yield path, child
                yield from _gate_nodes(child, f"{path}/")
