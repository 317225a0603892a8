"""A result as the registry holds it: canonical JSON, its hash, and the rows made of it."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flowpheno.errors import RegistryError, ResultsError
from flowpheno.results import SpecimenResult
from flowpheno.results.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.phenotype import MarkerCall
    from flowpheno.results import TubeResult

Rows = dict[str, list[dict[str, Any]]]
"""Name of a table to its rows, without the number of the version."""

_MAXIMUM_BYTES = 1_000_000_000


def canonical(value: object) -> str:
    """Write JSON in one way only, so that equal values have equal hashes.

    Parameters
    ----------
    value : object
        Plain JSON types.

    Returns
    -------
    str
        ASCII: keys sorted, no spaces.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(value: object) -> str:
    """Hash a value by its canonical JSON.

    Parameters
    ----------
    value : object
        Plain JSON types.

    Returns
    -------
    str
        Hexadecimal.
    """
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def text(value: str) -> str:
    """Make a text that every database takes.

    Parameters
    ----------
    value : str
        From outside: may hold bytes that are no UTF-8, or a NUL.

    Returns
    -------
    str
        With those written out.
    """
    return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def content_of(result: SpecimenResult) -> dict[str, Any]:
    """Give a result as plain JSON types, without pictures and events.

    Parameters
    ----------
    result : SpecimenResult
        A result.

    Returns
    -------
    dict
        What results.json holds of it.
    """
    bare = tuple(replace(tube, plots=(), membership=None) for tube in result.tubes)
    content: dict[str, Any] = encode(replace(result, tubes=bare))
    return content


def result_of(content: object) -> SpecimenResult:
    """Make a result of what the registry held.

    Parameters
    ----------
    content : object
        What `content_of` gave.

    Returns
    -------
    SpecimenResult
        Without pictures and events.

    Raises
    ------
    RegistryError
        If it is none.
    """
    try:
        result: SpecimenResult = decode(SpecimenResult, content)
    except ResultsError as error:
        raise RegistryError(f"a stored result cannot be read: {error}") from error
    return result


def pack(content: Mapping[str, Any]) -> bytes:
    """Compress a result.

    Parameters
    ----------
    content : mapping
        Plain JSON types.

    Returns
    -------
    bytes
        Canonical JSON, zlib.
    """
    return zlib.compress(canonical(content).encode("ascii"))


def unpack(packed: bytes) -> dict[str, Any]:
    """Read what `pack` gave.

    Parameters
    ----------
    packed : bytes
        Canonical JSON, zlib.

    Returns
    -------
    dict
        The result as plain JSON types.

    Raises
    ------
    RegistryError
        If it is damaged.
    """
    try:
        raw = zlib.decompressobj().decompress(packed, _MAXIMUM_BYTES)
        content = json.loads(raw)
    except (zlib.error, ValueError, RecursionError) as error:
        raise RegistryError(f"a stored result is damaged: {error}") from error
    if not isinstance(content, dict):
        raise RegistryError("a stored result is damaged: it is no object")
    return content


def rows_of(result: SpecimenResult) -> Rows:
    """Lay a result out in tables that can be searched.

    Parameters
    ----------
    result : SpecimenResult
        A result.

    Returns
    -------
    dict
        Rows of ``verdicts`` (one), ``tubes``, ``populations`` and ``marker_calls``, in the order
        of their keys.
    """
    tubes = list(enumerate(result.tubes))
    return {
        "verdicts": [_verdict_row(result)],
        "tubes": [_tube_row(position, tube) for position, tube in tubes],
        "populations": [row for n, tube in tubes for row in _population_rows(n, tube)],
        "marker_calls": [row for n, tube in tubes for row in _call_rows(n, tube)],
    }


def _verdict_row(result: SpecimenResult) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "material": text(result.material),
        "site": text(result.site),
        "date": text(result.date),
        "timepoint": text(result.timepoint),
        "verdict": verdict.verdict.value,
        "reasons": ";".join(verdict.reasons),
        "n_blasts": verdict.n_blasts,
        "n_nucleated": verdict.n_nucleated,
        "denominator": text(verdict.denominator),
        "blast_percent": _real(verdict.blast_percent.estimate),
        "blast_percent_low": _real(verdict.blast_percent.low),
        "blast_percent_high": _real(verdict.blast_percent.high),
        "lod_percent": _real(verdict.lod_percent),
        "lloq_percent": _real(verdict.lloq_percent),
        "lineage": verdict.lineage.value,
        "clonality": verdict.clonality.value,
        "known_bcp_all": verdict.known_bcp_all,
        "template": text(verdict.template),
    }


def _tube_row(position: int, tube: TubeResult) -> dict[str, Any]:
    return {
        "position": position,
        "name": text(tube.name),
        "sha256": text(tube.sha256),
        "n_events": tube.n_events,
        "compensation": text(tube.compensation),
    }


def _population_rows(number: int, tube: TubeResult) -> list[dict[str, Any]]:
    return [
        {
            "tube": number,
            "position": position,
            "name": text(population.name),
            "parent": text(population.parent),
            "n": population.n,
            "percent_of_parent": _real(population.percent_of_parent),
        }
        for position, population in enumerate(tube.populations)
    ]


def _call_rows(number: int, tube: TubeResult) -> list[dict[str, Any]]:
    return [
        {
            "tube": number,
            "phenotype": position,
            "marker": text(marker),
            "population": text(phenotype.population),
        }
        | _call_cells(phenotype.calls[marker])
        for position, phenotype in enumerate(tube.phenotypes)
        for marker in sorted(phenotype.calls)
    ]


def _call_cells(call: MarkerCall) -> dict[str, Any]:
    percent = call.percent
    return {
        "call": call.call.value,
        "qualifiers": ";".join(call.qualifiers),
        "percent": None if percent is None else _real(percent.estimate),
        "percent_low": None if percent is None else _real(percent.low),
        "percent_high": None if percent is None else _real(percent.high),
        "median": _real(call.median),
        "shift_log10": _real(call.shift_log10),
        "reference": text(call.reference),
        "n": call.n,
        "reasons": ";".join(call.reasons),
    }


def _real(value: float | None) -> float | None:
    """Give what is not known as NULL."""
    return None if value is None or math.isnan(value) else float(value)
