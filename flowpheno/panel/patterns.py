"""Patterns that name no disease: normal stages, and phenotypes that go with a genotype."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import Field

from flowpheno.panel.files import builtin_directory, check_name, load_definition
from flowpheno.panel.phenotypes import RuledDefinition
from flowpheno.panel.vocabulary import builtin_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from flowpheno.marker import Marker
    from flowpheno.panel.files import Problem


class Suggestion(RuledDefinition):
    """A phenotype that goes with a genotype: a reason to test for it, never a diagnosis.

    Attributes
    ----------
    genotype : str
        As it is printed.
    among : str
        Phenotype within which it means something; where that is excluded nothing is suggested.
    """

    genotype: str = Field(min_length=3)
    among: str = Field(min_length=1)

    @property
    def stands_for(self) -> str:
        """The genotype."""
        return self.genotype


class NormalStage(RuledDefinition):
    """A stage of normal B-cell precursors (hematogones).

    Attributes
    ----------
    stage : {"I", "II", "III"}
        From immature to mature; one continuum, cut at the usual places.
    """

    stage: Literal["I", "II", "III"]

    @property
    def stands_for(self) -> str:
        """The stage."""
        return f"normal stage {self.stage} precursor"


_Pattern = TypeVar("_Pattern", bound=RuledDefinition)


def load_suggestion(
    path: Path,
    *,
    markers: Collection[Marker] | None = None,
    phenotypes: Collection[str] | None = None,
) -> Suggestion:
    """Read one suggestion.

    Parameters
    ----------
    path : Path
        A YAML file.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.
    phenotypes : collection of str or None
        Phenotypes that exist; None for those that come with flowpheno.

    Returns
    -------
    Suggestion
        The suggestion.

    Raises
    ------
    PanelError
        If the file does not define one; every problem with its line.
    """
    if phenotypes is None:
        phenotypes = {p.stem for p in (builtin_directory() / "phenotypes").glob("*.yaml")}
    return _load(path, Suggestion, markers, sorted(phenotypes))


def load_normal_stage(path: Path, *, markers: Collection[Marker] | None = None) -> NormalStage:
    """Read one normal stage.

    Parameters
    ----------
    path : Path
        A YAML file.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    NormalStage
        The stage.

    Raises
    ------
    PanelError
        If the file does not define one; every problem with its line.
    """
    return _load(path, NormalStage, markers, None)


def _load(
    path: Path,
    model: type[_Pattern],
    markers: Collection[Marker] | None,
    phenotypes: Collection[str] | None,
) -> _Pattern:
    known = builtin_vocabulary().antigens if markers is None else markers

    def _check(content: Mapping[str, object]) -> Iterable[Problem]:
        yield from check_name(path)(content)
        among = content.get("among")
        if phenotypes is not None and isinstance(among, str) and among not in phenotypes:
            near = get_close_matches(among, phenotypes, n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            yield ("among",), f"among: there is no phenotype {among!r}{hint}"

    return load_definition(path, model, context={"markers": frozenset(known)}, check=_check)
