"""Templates on disk: arrays and JSON, no pickle."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template.normal import NormalTemplate
from flowpheno.aberrancy.template.staining import ANCHORS
from flowpheno.errors import TemplateError
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import Matrix, Values

FORMAT = 4
"""Raised when the file changes its meaning."""
_READ = frozenset({2, 3, FORMAT})  # 2 does not name its cytometers, 3 not the events of a marrow
_MAXIMUM_BYTES = 200_000_000
_BROKEN = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError),
    *(NotImplementedError, RuntimeError, OverflowError, SyntaxError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
"""What numpy, zipfile and json raise on bytes that are no template."""


def save_template(template: NormalTemplate, path: Path) -> None:
    """Write a template: arrays and JSON, no pickle.

    Parameters
    ----------
    template : NormalTemplate
        The template.
    path : Path
        File to write.
    """
    facts = {
        "format": FORMAT,
        "name": template.name,
        "markers": list(template.markers),
        "fluorochromes": dict(template.fluorochromes),
        "normals": list(template.normals),
        "left_out": list(template.left_out),
        "cytometers": list(template.cytometers),
        "threshold": template.threshold,
        "levels": template.levels.tolist(),
        "rates": template.rates.tolist(),
        "sizes": list(template.sizes),
        "anchors": {
            k: [None if np.isnan(x) else float(x) for x in v] for k, v in template.anchors.items()
        },
    }
    with path.open("wb") as handle:
        np.savez_compressed(
            handle,
            facts=np.frombuffer(json.dumps(facts, sort_keys=True).encode(), np.uint8),
            weights=template.weights,
            means=template.means,
            covariances=template.covariances,
            reference=template.reference.astype(np.float32),
        )


def load_template(path: Path | str) -> NormalTemplate:
    """Read a template.

    Parameters
    ----------
    path : Path or str
        A file written by `save_template`.

    Returns
    -------
    NormalTemplate
        The template.

    Raises
    ------
    TemplateError
        If the file cannot be read or is not a template.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise TemplateError(f"{path}: larger than {_MAXIMUM_BYTES} bytes, not a template")
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            return _from_facts(facts, {k: arrays[k] for k in arrays.files if k != "facts"})
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror or error}") from error
    except _BROKEN as error:
        raise TemplateError(f"{path}: not a normal template: {error}") from error


def _from_facts(facts: dict[str, object], arrays: Mapping[str, Matrix]) -> NormalTemplate:
    if facts.get("format") not in _READ:
        raise ValueError(f"format {facts.get('format')!r}, expected {FORMAT}")
    markers = tuple(Marker(m) for m in _strings(facts["markers"]))
    _check_arrays(arrays, len(markers))
    fluorochromes = facts["fluorochromes"]
    if not isinstance(fluorochromes, dict):
        raise TypeError("fluorochromes must be mappings")
    threshold = float(str(facts["threshold"]))
    if not np.isfinite(threshold):  # nothing would ever be flagged: every marrow negative
        raise ValueError(f"threshold is {threshold}")
    levels, rates = _numbers(facts["levels"]), _numbers(facts["rates"])
    if len(levels) != len(rates) or levels[:1] != [0.0] or levels != sorted(levels):
        raise ValueError("levels must rise from 0, with a rate for each")
    if any(not 0 <= rate <= 1 for rate in rates):
        raise ValueError("rates must lie between 0 and 1")
    normals = _strings(facts["normals"])
    sizes = tuple(int(n) for n in _numbers(facts.get("sizes", [])))
    whole = (len(normals), len(arrays["reference"]))
    if sizes and (min(sizes) < 0 or (len(sizes), sum(sizes)) != whole):
        raise ValueError("sizes must give the number of reference events of each marrow")
    return NormalTemplate(
        name=str(facts["name"]),
        markers=markers,
        fluorochromes={str(a): str(b) for a, b in fluorochromes.items()},
        normals=normals,
        left_out=_strings(facts["left_out"]),
        cytometers=_strings(facts.get("cytometers", [])),
        weights=arrays["weights"],
        means=arrays["means"],
        covariances=arrays["covariances"],
        threshold=threshold,
        levels=np.array(levels),
        rates=np.array(rates),
        reference=arrays["reference"].astype(np.float64),
        sizes=sizes,
        anchors=_anchors_of(facts["anchors"], len(markers)),
    )


def _check_arrays(arrays: Mapping[str, Matrix], m: int) -> None:
    k = len(arrays["weights"])
    shapes = {"weights": (k,), "means": (k, m), "covariances": (k, m, m)}
    for key, shape in shapes.items():
        if arrays[key].shape != shape or 0 in shape or not np.isfinite(arrays[key]).all():
            raise ValueError(f"{key} has shape {arrays[key].shape}, expected {shape} numbers")
    if not (arrays["weights"] > 0).all():
        raise ValueError("weights must be positive")
    if not (np.linalg.eigvalsh(arrays["covariances"]) > 0).all():
        raise ValueError("covariances must be positive definite")
    reference = arrays["reference"]
    fits = reference.ndim == 2 and reference.shape[1] == m  # noqa: PLR2004 - a matrix
    if not fits or len(reference) == 0 or not np.isfinite(reference).all():
        raise ValueError("reference events do not fit the markers")


def _anchors_of(anchors: object, m: int) -> dict[str, Values]:
    if not isinstance(anchors, dict):
        raise TypeError("anchors must be mappings")
    if set(anchors) != set(ANCHORS):
        raise ValueError(f"anchors must be {' and '.join(ANCHORS)}")
    medians = {
        name: np.array([np.nan if x is None else float(x) for x in values])
        for name, values in anchors.items()
    }
    if any(values.shape != (m,) for values in medians.values()):
        raise ValueError("anchors do not fit the markers")
    return medians


def _numbers(value: object) -> list[float]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return [float(v) for v in value]


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return tuple(str(v) for v in value)
