"""What panels/deidentify.yaml must say: which keywords stay, which get another value."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_INDEX = "[1-9][0-9]{0,4}"
"""What the small ``n`` of a keyword family such as ``$PnV`` stands for."""
_NAME = r"[A-Z0-9$#@_ ][A-Z0-9$#@_ n]*"


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return pattern


_Keyword = Annotated[str, Field(pattern=rf"^{_NAME}$")]
_Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiled)]
_Source = Annotated[str, Field(min_length=5)]


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Replacement(StrEnum):
    """What stands in the place of a value that may identify."""

    NAME = "name"  # the new name of the sample
    FILE = "file"  # the same with its ending
    CYTOMETER = "cytometer"  # the model, where it is one of those listed
    DETECTOR = "detector"  # as is where the vocabulary understands it, else P1, P2, ...
    LABEL = "label"  # canonical marker and fluorochrome, else the detector
    MATRIX = "matrix"  # what was understood of it, with the new detectors
    TRIGGER = "trigger"  # detector and threshold


class _Keywords(_Definition):
    keywords: Annotated[tuple[_Keyword, ...], Field(min_length=1)]
    source: _Source


class KeptKeywords(_Keywords):
    """Keywords whose value stays if it has the right form."""

    value: _Pattern

    def keeps(self, keyword: str, value: str) -> bool:
        """Tell whether a keyword stays as it is.

        Parameters
        ----------
        keyword : str
            Upper case.
        value : str
            As written.

        Returns
        -------
        bool
            Whether it is of these and its whole value has their form.
        """
        return family_of(keyword, self.keywords) and bool(
            re.fullmatch(self.value, value, re.ASCII)
        )


class ReplacedKeywords(_Keywords):
    """Keywords that get another value."""

    by: Replacement


class DroppedKeywords(_Keywords):
    """Keywords known to identify; named for the reader, since what is not kept is dropped."""


class DeidentifyRules(_Definition):
    """An allow-list: what it does not name does not survive."""

    reference: Annotated[str, Field(min_length=10)]
    kept: Annotated[tuple[KeptKeywords, ...], Field(min_length=1)]
    replaced: tuple[ReplacedKeywords, ...]
    dropped: tuple[DroppedKeywords, ...]
    longest_digits: Annotated[int, Field(ge=1)]
    longest_name: Annotated[int, Field(ge=4)]
    cytometers: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        groups: tuple[_Keywords, ...] = (*self.kept, *self.replaced, *self.dropped)
        named = [keyword for group in groups for keyword in group.keywords]
        twice = sorted({keyword for keyword in named if named.count(keyword) > 1})
        if twice:
            raise ValueError(f"named more than once: {', '.join(twice)}")
        return self

    def replacement(self, keyword: str) -> Replacement | None:
        """Tell what stands in the place of a keyword's value.

        Parameters
        ----------
        keyword : str
            Upper case.

        Returns
        -------
        Replacement or None
            None for one that is kept or dropped.
        """
        found = (group.by for group in self.replaced if family_of(keyword, group.keywords))
        return next(found, None)


def family_of(keyword: str, families: Sequence[str]) -> bool:
    """Tell whether a keyword is one of some families.

    Parameters
    ----------
    keyword : str
        Such as ``"$P3V"``.
    families : sequence of str
        Such as ``"$PnV"`` and ``"$TOT"``; the small ``n`` is any number from 1.

    Returns
    -------
    bool
        Whether one of them fits as a whole.

    Examples
    --------
    >>> family_of("$P12V", ["$PnV"]), family_of("$P0V", ["$PnV"]), family_of("$TOT2", ["$TOT"])
    (True, False, False)
    """
    return _any_of(tuple(families)).fullmatch(keyword) is not None


@lru_cache(maxsize=256)
def _any_of(families: tuple[str, ...]) -> re.Pattern[str]:
    """Compile families once: hostile files have very many keywords."""
    return re.compile("|".join(re.escape(family).replace("n", _INDEX) for family in families))


def load_deidentify_rules(directory: Path | None = None) -> DeidentifyRules:
    """Read ``deidentify.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    DeidentifyRules
        The validated definition.

    Raises
    ------
    PanelError
        If the file is missing or does not say what it must.
    """
    return load_definition((directory or builtin_directory()) / "deidentify.yaml", DeidentifyRules)
