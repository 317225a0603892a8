"""Packages that are needed for interchange only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from flowpheno.errors import MissingPackageError

if TYPE_CHECKING:
    from types import ModuleType


def import_extra(module: str, extra: str) -> ModuleType:
    """Import a package that flowpheno does not require.

    Parameters
    ----------
    module : str
        Its name.
    extra : str
        Extra of flowpheno that installs it with everything it needs.

    Returns
    -------
    ModuleType
        The package.

    Raises
    ------
    MissingPackageError
        If it, or a package it needs, is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackageError(
            f"{module} cannot be imported ({error}): pip install 'flowpheno[{extra}]'"
        ) from error
