"""Read the limits of the numeric core, which itself knows nothing of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ConfigDict, RootModel, with_config

from flowpheno.panel.files import load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Limits = TypeVar("_Limits")


def load_limits(path: Path, limits: type[_Limits]) -> _Limits:
    """Read a file as a dataclass of limits.

    Parameters
    ----------
    path : Path
        A YAML file with one entry for each attribute.
    limits : type
        A frozen dataclass.

    Returns
    -------
    dataclass
        The limits.

    Raises
    ------
    PanelError
        If an entry is missing, unknown or of another type; lists every problem with its line.
    """
    return load_definition(path, limits_model(limits)).root


def limits_model(limits: type[_Limits]) -> type[RootModel[_Limits]]:
    """Give the model that a file of limits must fit.

    Parameters
    ----------
    limits : type
        A frozen dataclass.

    Returns
    -------
    type of RootModel
        It refuses entries the dataclass does not have.
    """
    strict = with_config(ConfigDict(extra="forbid"))(limits)
    return RootModel[strict]  # type: ignore[valid-type] # made at run time
