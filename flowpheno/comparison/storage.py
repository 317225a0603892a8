"""Read and write what a profile is made of as plain JSON types."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowpheno.errors import ResultsError
from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier, Rating
from flowpheno.statistics import Interval

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator


@contextmanager
def stored_value(what: str) -> Iterator[None]:
    """Turn any complaint about a stored value into the error of a results folder.

    Parameters
    ----------
    what : str
        What is being read.

    Yields
    ------
    None
        While it is being read.

    Raises
    ------
    ResultsError
        If a value is missing, of the wrong type or impossible.
    """
    try:
        yield
    except KeyError as error:
        raise ResultsError(f"stored {what}: {error.args[0]} is missing") from error
    except (ValueError, TypeError, OverflowError) as error:
        raise ResultsError(f"stored {what}: {error}") from error


@dataclass(frozen=True, slots=True)
class Stored:
    """A JSON object, read key by key with its type checked.

    Attributes
    ----------
    content : object
        What JSON held; anything but an object is refused at the first look.
    """

    content: object

    def get(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """Look a key up.

        Parameters
        ----------
        key : str
            Its name.

        Returns
        -------
        object
            Its value.

        Raises
        ------
        KeyError
            If it is missing.
        """
        return self._object()[key]

    def items(self) -> ItemsView[str, Any]:
        """Give all keys and values.

        Returns
        -------
        ItemsView
            In the order of the file.
        """
        return self._object().items()

    def text(self, key: str) -> str:
        """Look a string up.

        Parameters
        ----------
        key : str
            Its name.

        Returns
        -------
        str
            Its value.

        Raises
        ------
        TypeError
            If it is none.
        """
        return _text(self.get(key), key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Look a list of strings up.

        Parameters
        ----------
        key : str
            Its name.

        Returns
        -------
        tuple of str
            Its value.
        """
        return tuple(_text(item, key) for item in self._list(key))

    def count(self, key: str) -> int:
        """Look a count up.

        Parameters
        ----------
        key : str
            Its name.

        Returns
        -------
        int
            Its value, 0 or more.

        Raises
        ------
        TypeError
            If it is none.
        """
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise TypeError(f"{key} is {value!r}, not a count")
        return value

    def number(self, key: str) -> float:
        """Look a number up.

        Parameters
        ----------
        key : str
            Its name.

        Returns
        -------
        float
            Its value; NaN for null.
        """
        return _number(self.get(key), key)

    def numbers(self, key: str) -> tuple[float, ...]:
        """Look a list of numbers up.

        Parameters
        ----------
        key : str
            Its name.

        Returns
        -------
        tuple of float
            Its value.
        """
        return tuple(_number(item, key) for item in self._list(key))

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.content, dict):
            raise TypeError(f"{type(self.content).__name__} found where an object should be")
        return self.content

    def _list(self, key: str) -> list[Any]:
        value = self.get(key)
        if not isinstance(value, list):
            raise TypeError(f"{key} is not a list")
        return value


def phenotype_to_dict(phenotype: Phenotype) -> dict[str, Any]:
    """Give a phenotype as plain JSON types.

    Parameters
    ----------
    phenotype : Phenotype
        Calls of one population.

    Returns
    -------
    dict
        Lists, strings, numbers, None.
    """
    calls = {marker: _call_to_dict(call) for marker, call in phenotype.calls.items()}
    return {"population": phenotype.population, "calls": calls, "scheme": phenotype.scheme}


def phenotype_from_dict(stored: object) -> Phenotype:
    """Make a phenotype of plain JSON types.

    Parameters
    ----------
    stored : object
        What `phenotype_to_dict` gave.

    Returns
    -------
    Phenotype
        The phenotype.
    """
    place = Stored(stored)
    calls = {
        Marker(name): _call_from_dict(Marker(name), Stored(call))
        for name, call in Stored(place.get("calls")).items()
    }
    scheme = place.text("scheme") if "scheme" in dict(place.items()) else ""
    return Phenotype(population=place.text("population"), calls=calls, scheme=scheme)


def _call_to_dict(call: MarkerCall) -> dict[str, Any]:
    percent = call.percent
    return {
        "call": call.call.value,
        "qualifiers": [qualifier.value for qualifier in call.qualifiers],
        "percent": percent and [_finite(x) for x in (percent.estimate, percent.low, percent.high)],
        "median": _finite(call.median),
        "shift_log10": _finite(call.shift_log10),
        "reference": call.reference,
        "control": call.control,
        "cutoff": _finite(call.cutoff),
        "n": call.n,
        "strong": call.strong,
        "reasons": [reason.value for reason in call.reasons],
        "rmfi": _finite(call.rmfi),
        "stain_index": _finite(call.stain_index),
        "rating": call.rating and call.rating.value,
        "overlap": _finite(call.overlap),
        "spread_log10": _finite(call.spread_log10),
    }


def _call_from_dict(marker: Marker, place: Stored) -> MarkerCall:
    strong = place.get("strong")
    if strong not in {None, True, False}:
        raise TypeError(f"strong is {strong!r}, neither true nor false nor null")
    rating = dict(place.items()).get("rating")  # which earlier versions did not store
    percent = None if place.get("percent") is None else place.numbers("percent")
    return MarkerCall(
        marker=marker,
        call=Call(place.text("call")),
        qualifiers=tuple(Qualifier(name) for name in place.texts("qualifiers")),
        percent=None if percent is None else Interval(*percent),
        median=_optional(place, "median"),
        shift_log10=_optional(place, "shift_log10"),
        reference=place.text("reference"),
        control=place.text("control"),
        cutoff=_optional(place, "cutoff"),
        n=place.count("n"),
        strong=strong,
        reasons=tuple(ReasonCode(code) for code in place.texts("reasons")),
        rmfi=_added(place, "rmfi"),
        stain_index=_added(place, "stain_index"),
        rating=None if rating is None else Rating(rating),
        overlap=_added(place, "overlap"),
        spread_log10=_added(place, "spread_log10"),
    )


def _optional(place: Stored, key: str) -> float | None:
    return None if place.get(key) is None else place.number(key)


def _added(place: Stored, key: str) -> float | None:
    """Read a number that what was stored by earlier versions lacks."""
    return _optional(place, key) if key in dict(place.items()) else None


def _finite(value: float | None) -> float | None:
    """JSON knows no NaN."""
    return None if value is None or math.isnan(value) else float(value)


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{key} is {value!r}, not text")
    return value


def _number(value: object, key: str) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{key} is {value!r}, not a number")
    return float(value)
