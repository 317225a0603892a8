"""FlowCytometryTools 0.5.1 on today's Python: what it still looks for, shown to it alone.

It was last released in 2021 and asks for three things that are gone: the abstract classes that
stood in `collections` until Python 3.9, `inspect.getargspec` (until 3.10) and
`numpy.lib.shape_base` (until numpy 1). They are there while it is imported, and afterwards in its
own modules only.
"""

from __future__ import annotations

import collections
import collections.abc
import inspect
import sys
import warnings
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.exchange.extra import import_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = "FlowCytometryTools"
_ABSTRACT = ("Iterable", "Mapping", "MutableMapping")
_SHAPE_BASE = "numpy.lib.shape_base"


def import_flowcytometrytools() -> ModuleType:
    """Import FlowCytometryTools.

    Returns
    -------
    ModuleType
        The package; its `transform` works as well.

    Raises
    ------
    MissingPackageError
        If it, or a package it needs and does not declare, is not installed.
    """
    with patched():
        package = import_extra(_PACKAGE, "fct")
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{_PACKAGE}."):
            _give_stand_ins(module)
    return package


@contextmanager
def patched() -> Iterator[None]:
    """Put back what newer versions removed, for as long as the block runs.

    Yields
    ------
    None
        With the names in `collections`, `inspect` and `sys.modules`.
    """
    absent = [name for name in _ABSTRACT if not hasattr(collections, name)]
    no_argspec = not hasattr(inspect, "getargspec")
    no_shape_base = int(np.__version__.split(".")[0]) > 1 and _SHAPE_BASE not in sys.modules
    for name in absent:
        setattr(collections, name, getattr(collections.abc, name))
    if no_argspec:
        setattr(inspect, "getargspec", _argspec)  # noqa: B010 - a name that type checkers know is gone
    if no_shape_base:
        sys.modules[_SHAPE_BASE] = _shape_base()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its source, which is as old
            yield
    finally:
        for name in absent:
            delattr(collections, name)
        if no_argspec:
            delattr(inspect, "getargspec")
        if no_shape_base:
            del sys.modules[_SHAPE_BASE]


def _give_stand_ins(module: ModuleType) -> None:
    """Let one of its modules see the old names after they are gone again."""
    if getattr(module, "collections", None) is collections:
        abstract = {name: getattr(collections.abc, name) for name in _ABSTRACT}
        setattr(module, "collections", _stand_in(collections, abstract))  # noqa: B010 - not declared
    if getattr(module, "inspect", None) is inspect:
        setattr(module, "inspect", _stand_in(inspect, {"getargspec": _argspec}))  # noqa: B010 - not declared


def _stand_in(original: ModuleType, more: dict[str, object]) -> ModuleType:
    copy = ModuleType(original.__name__)
    vars(copy).update(vars(original))
    vars(copy).update(more)
    return copy


def _argspec(function: object) -> SimpleNamespace:
    """Describe arguments with the field that the old function called `keywords`."""
    spec = inspect.getfullargspec(function)
    return SimpleNamespace(
        args=spec.args, varargs=spec.varargs, keywords=spec.varkw, defaults=spec.defaults
    )


def _shape_base() -> ModuleType:
    module = ModuleType(_SHAPE_BASE)
    vars(module)["apply_along_axis"] = np.apply_along_axis
    return module
