"""Every exception flowpheno raises.

* FlowphenoError
  * FcsError                 the bytes are not a readable FCS file
    * UnsupportedFcsError    valid FCS, but a feature flowpheno does not read
  * TableError               an event table (CSV, Parquet) cannot be a sample
  * WritingError             a sample cannot be written in that form, or to that place
  * MarkerNotFoundError      a marker was asked for that the tube does not stain
  * CompensationError        the spillover matrix does not fit the sample
  * TransformError           the parameters of a transform make no sense
  * PanelError               a YAML file does not say what a definition must say
  * NotationError            a typed phenotype cannot be understood
  * ManifestError            a manifest row cannot be used
  * TemplateError            a normal template cannot be built, read or used
  * ModelError               a learned model cannot be trained, read or used
  * ResultsError             a results folder cannot be read
  * RegistryError            a registry cannot be opened, read, written or believed
  * LabelError               labels cannot be read, or do not fit what they are held against
  * SimulationError          the specification cannot give the marrow asked for
  * MissingPackageError      a package that only interchange needs is not installed
  * ExportError              a case cannot be sent to a hospital's systems as it is
  * GateError                a gate makes no sense, cannot be read, or does not fit the sample

Poor data is not an exception: it is a `finding.Finding`, and at worst an
undetermined `verdict.Verdict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class FlowphenoError(Exception):
    """Base class; catch this to catch everything flowpheno raises on purpose."""


class FcsError(FlowphenoError, ValueError):
    """The bytes are not a readable FCS file.

    Parameters
    ----------
    problem : str
        What is wrong, in words.
    segment : str
        Segment in which it was found: ``"HEADER"``, ``"TEXT"``, ``"DATA"`` or ``"FILE"``.
    offset : int
        Position in the file, in bytes from its start.
    """

    def __init__(self, problem: str, *, segment: str, offset: int) -> None:
        super().__init__(f"{segment} segment, byte {offset}: {problem}")
        self.problem = problem
        self.segment = segment
        self.offset = offset

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_fcs_error, (type(self), self.problem, self.segment, self.offset))


class UnsupportedFcsError(FcsError):
    """The file is valid FCS but uses a feature flowpheno does not read."""


class TableError(FlowphenoError, ValueError):
    """An event table cannot be made a sample."""


class WritingError(FlowphenoError, ValueError):
    """A sample cannot be written in the form asked for, or to that place."""


class MarkerNotFoundError(FlowphenoError, LookupError):
    """A marker was asked for that no channel of the sample stains."""


class CompensationError(FlowphenoError, ValueError):
    """The spillover matrix does not fit the sample."""


class TransformError(FlowphenoError, ValueError):
    """The parameters of a transform make no sense."""


class PanelError(FlowphenoError, ValueError):
    """A YAML file does not say what a definition must say.

    Parameters
    ----------
    path : Path
        The file.
    problems : sequence of str
        Every problem found, each beginning with its line in the file.
    """

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{path}: {len(problems)} problem(s)\n{lines}")
        self.path = path
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.path, self.problems))


class NotationError(FlowphenoError, ValueError):
    """A typed phenotype, such as ``"CD10+ CD34-"``, cannot be understood."""


class ManifestError(FlowphenoError, ValueError):
    """A row of a manifest cannot be used."""


class TemplateError(FlowphenoError, ValueError):
    """A normal template cannot be built, read or used."""


class ModelError(FlowphenoError, ValueError):
    """A learned model cannot be trained, read or used."""


class ResultsError(FlowphenoError, ValueError):
    """A results folder cannot be read."""


class RegistryError(FlowphenoError, ValueError):
    """A registry cannot be opened, read, written or believed."""


class LabelError(FlowphenoError, ValueError):
    """Labels cannot be read, or do not fit the results they are held against."""


class SimulationError(FlowphenoError, ValueError):
    """The specification cannot give the marrow asked for."""


class MissingPackageError(FlowphenoError, ImportError):
    """A package that only interchange needs is not installed."""


class ExportError(FlowphenoError, ValueError):
    """A case cannot be sent in the form asked for, or the form is not kept."""


class GateError(FlowphenoError, ValueError):
    """A gate makes no sense, cannot be read or written, or does not fit the sample."""


def _rebuild_fcs_error(kind: type[FcsError], problem: str, segment: str, offset: int) -> FcsError:
    """Unpickle: the error crosses process boundaries when files are judged in parallel."""
    return kind(problem, segment=segment, offset=offset)
