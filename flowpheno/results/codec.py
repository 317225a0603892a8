"""Values to JSON and back, field by field, so that a new field needs no code here."""

from __future__ import annotations

import base64
import dataclasses
import importlib
import math
import types
import zlib
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, NewType, Union, get_args, get_origin, get_type_hints

import numpy as np

from flowpheno.errors import ResultsError

if TYPE_CHECKING:
    import numpy.typing as npt

_MODULES = (
    "arrays", "clonality", "finding", "marker", "statistics", "verdict", "phenotype",
    "gating.link", "panel.recognition", "lineage", "matching", "comparison", "plotdata.axis",
    "plotdata.values", "plotdata.panels", "results.values",
)  # fmt: skip
"""Modules whose names stand in the annotations of what is stored."""

_DTYPES = frozenset({"uint32", "int64", "float32", "float64", "bool"})


def encode(value: object) -> Any:  # noqa: ANN401 - JSON
    """Turn a value into what JSON can hold.

    Parameters
    ----------
    value : object
        A dataclass, enumeration, mapping, sequence, set, number, string, array or None; a class
        with ``to_dict`` says itself what it is stored as.

    Returns
    -------
    object
        Dictionaries, lists, strings, numbers, None. NaN becomes None, an infinite number
        ``"inf"`` or ``"-inf"``; mappings and sets are sorted, so that equal values give equal
        text.

    Raises
    ------
    TypeError
        If the value is of another kind.
    """
    if hasattr(value, "to_dict"):
        return encode(value.to_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): encode(v) for k, v in sorted(value.items(), key=lambda kv: str(kv[0]))}
    if isinstance(value, frozenset | set):
        return sorted(encode(v) for v in value)
    if isinstance(value, list | tuple):
        return [encode(v) for v in value]
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    return _encode_scalar(value)


def _encode_array(array: npt.NDArray[Any]) -> dict[str, Any]:
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    packed = base64.b64encode(zlib.compress(plain.tobytes())).decode("ascii")
    return {"dtype": array.dtype.name, "shape": list(array.shape), "zlib": packed}


def _encode_scalar(value: object) -> str | float | bool | None:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | str | int):
        return value
    item = getattr(value, "item", None)  # numpy scalars
    if not isinstance(value, float) and item is not None:
        return _encode_scalar(item())
    if not isinstance(value, float):
        raise TypeError(f"{type(value).__name__} cannot be stored")
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def decode(kind: Any, data: Any) -> Any:  # noqa: ANN401 - JSON to any value
    """Turn what JSON held into the value it was.

    Parameters
    ----------
    kind : type
        What it was: a dataclass or an annotation of one.
    data : object
        What `encode` gave.

    Returns
    -------
    object
        The value. None for a number is NaN where the annotation allows no None.

    Raises
    ------
    ResultsError
        If the data are not such a value.
    """
    if isinstance(kind, NewType):
        kind = kind.__supertype__
    if kind in {Any, object}:
        return data
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _decode_union(kind, data)
    if origin is np.ndarray:
        return _guard(lambda: _decode_array(_expect(dict, data)), np.ndarray)
    if origin is not None:
        return _decode_container(origin, get_args(kind), data)
    if hasattr(kind, "from_dict"):
        return _guard(lambda: kind.from_dict(data), kind)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, data)
    return _decode_scalar(kind, data)


def _decode_union(kind: Any, data: Any) -> Any:  # noqa: ANN401 - JSON
    members = [m for m in get_args(kind) if m is not type(None)]
    if data is None and len(members) < len(get_args(kind)):
        return None
    for member in members:
        try:
            return decode(member, data)
        except ResultsError:
            if member is members[-1]:
                raise
    return None


def _decode_container(origin: Any, args: tuple[Any, ...], data: Any) -> Any:  # noqa: ANN401 - JSON
    if origin is tuple and args[1:] != (...,):
        items = zip(args, _expect(list, data), strict=True)
        return _guard(lambda: tuple(decode(kind, item) for kind, item in items), origin)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = args
        return {decode(key, k): decode(item, v) for k, v in _expect(dict, data).items()}
    made = (decode(args[0], item) for item in _expect(list, data))
    if origin is frozenset:
        return frozenset(made)
    return list(made) if origin is list else tuple(made)


def _decode_array(data: dict[str, Any]) -> npt.NDArray[Any]:
    if data["dtype"] not in _DTYPES:
        raise ResultsError(f"an array of {data['dtype']!r} is not stored")
    dtype = np.dtype(data["dtype"]).newbyteorder("<")
    shape = tuple(_expect(int, n) for n in data["shape"])
    size = math.prod(shape) * dtype.itemsize
    packed = base64.b64decode(data["zlib"], validate=True)
    raw = zlib.decompressobj().decompress(packed, size + 1)  # bounded: never more than was said
    if len(raw) != size:
        raise ResultsError(f"an array of shape {shape} does not have {len(raw)} bytes")
    array = np.frombuffer(raw, dtype=dtype).reshape(shape).astype(data["dtype"])
    array.flags.writeable = False
    return array


def _decode_dataclass(kind: Any, data: Any) -> Any:  # noqa: ANN401 - JSON
    content, hints = _expect(dict, data), _hints(kind)
    names = {f.name for f in dataclasses.fields(kind)}
    if unknown := sorted(content.keys() - names):
        raise ResultsError(f"{kind.__name__} has no {unknown[0]!r}")
    values = {name: decode(hints[name], content[name]) for name in content}
    return _guard(lambda: kind(**values), kind)


def _decode_scalar(kind: Any, data: Any) -> Any:  # noqa: ANN401 - JSON
    if kind is float:
        number = math.nan if data is None else data
        return _guard(lambda: float(number), kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _guard(lambda: kind(data), kind)
    return _expect(kind, data)


def _expect(kind: type, data: Any) -> Any:  # noqa: ANN401 - JSON
    if type(data) is not kind:
        raise ResultsError(f"expected {kind.__name__}, found {type(data).__name__}")
    return data


def _guard(make: Any, kind: Any) -> Any:  # noqa: ANN401 - JSON
    """Say in one line what does not fit, whatever the constructor thought of it."""
    try:
        return make()
    except ResultsError:
        raise
    except (TypeError, ValueError, KeyError, zlib.error) as error:
        name = getattr(kind, "__name__", str(kind))
        raise ResultsError(f"not a {name}: {' '.join(str(error).split())}") from error


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    own = vars(importlib.import_module(kind.__module__))
    return get_type_hints(kind, localns=_namespace() | own)


@cache
def _namespace() -> dict[str, Any]:
    """Names of annotations, which the modules themselves import for type checking alone."""
    names: dict[str, Any] = {"Mapping": Mapping, "Sequence": Sequence, "Any": Any}
    for module in _MODULES:
        content = vars(importlib.import_module(f"flowpheno.{module}"))
        names |= {k: v for k, v in content.items() if not k.startswith("_")}
    return names | {"pd": importlib.import_module("pandas")}
