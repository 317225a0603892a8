"""Transformations and matrices of Gating-ML 2.0."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from flowpheno.errors import GateError, TransformError
from flowpheno.gates.dimension import Ratio, SpectrumMatrix
from flowpheno.gates.gatingml.names import DATATYPES, TRANSFORMS
from flowpheno.transform import Hyperlog, Linear, Log, Logicle, ParametrisedAsinh

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowpheno.gates.xml import Element
    from flowpheno.transform import Transform

Transformation: TypeAlias = "Transform | Ratio"
"""A scale, or a ratio, which Gating-ML calls a transformation too."""

_MAKERS: dict[str, tuple[Callable[..., Transform], str]] = {
    "flin": (Linear, "TA"),
    "flog": (Log, "TM"),
    "fasinh": (ParametrisedAsinh, "TMA"),
    "logicle": (Logicle, "TWMA"),
    "hyperlog": (Hyperlog, "TWMA"),
}
"""Element to scale, and the letters of its parameters in order."""


def read_transformation(element: Element) -> Transformation:
    """Read a ``transformation``.

    Parameters
    ----------
    element : Element
        The element.

    Returns
    -------
    Transform or Ratio
        What it defines.

    Raises
    ------
    GateError
        If it is none of Gating-ML 2.0, or its parameters make no sense.
    """
    inner = [child for child in element.children if child.space == TRANSFORMS]
    if len(inner) != 1:
        element.fail("defines no one transformation")
    (made,) = inner
    if made.name == "fratio":
        return _ratio(made)
    if made.name not in _MAKERS:
        made.fail("is no transformation of Gating-ML 2.0")
    maker, letters = _MAKERS[made.name]
    try:
        return maker(*(made.number(TRANSFORMS, letter) for letter in letters))
    except TransformError as error:
        raise GateError(f"line {made.line}: {error}") from error


def _ratio(element: Element) -> Ratio:
    names = channel_names(element)
    if len(names) != 2:  # noqa: PLR2004 - a ratio
        element.fail(f"is of {len(names)} channels")
    return Ratio(
        numerator=names[0],
        denominator=names[1],
        factor=element.number(TRANSFORMS, "A"),
        shift=element.number(TRANSFORMS, "B"),
        base=element.number(TRANSFORMS, "C"),
    )


def channel_names(element: Element) -> tuple[str, ...]:
    """Read the ``fcs-dimension`` children of an element.

    Parameters
    ----------
    element : Element
        The element.

    Returns
    -------
    tuple of str
        Their names.

    Raises
    ------
    GateError
        If one has no name.
    """
    found = element.find_all(DATATYPES, "fcs-dimension")
    return tuple(child.required(DATATYPES, "name") for child in found)


def read_matrix(element: Element) -> SpectrumMatrix:
    """Read a ``spectrumMatrix``.

    Parameters
    ----------
    element : Element
        The element.

    Returns
    -------
    SpectrumMatrix
        The matrix.

    Raises
    ------
    GateError
        If rows and columns do not fit, or the inverse is given.
    """
    if (element.optional(TRANSFORMS, "matrix-inverted-already") or "false") in {"true", "1"}:
        element.fail("holds an inverted matrix, which is not read")
    rows = tuple(
        tuple(
            coefficient.number(TRANSFORMS, "value")
            for coefficient in spectrum.find_all(TRANSFORMS, "coefficient")
        )
        for spectrum in element.find_all(TRANSFORMS, "spectrum")
    )
    try:
        return SpectrumMatrix(
            id=element.required(TRANSFORMS, "id"),
            fluorochromes=channel_names(element.one(TRANSFORMS, "fluorochromes")),
            detectors=channel_names(element.one(TRANSFORMS, "detectors")),
            coefficients=rows,
        )
    except GateError as error:
        raise located(error, element) from error


def located(error: GateError, element: Element) -> GateError:
    """Say where an error was found, unless it says so itself.

    Parameters
    ----------
    error : GateError
        What is wrong.
    element : Element
        Where.

    Returns
    -------
    GateError
        With the line.
    """
    said = str(error)
    return error if said.startswith("line ") else GateError(f"line {element.line}: {said}")
