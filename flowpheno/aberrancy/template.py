"""A normal template: where the B-lineage cells of blast-free marrows lie, in one panel."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from flowpheno.errors import TemplateError
from flowpheno.marker import Marker
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import Matrix, Values
    from flowpheno.gating import GatedTube

FORMAT = 2
"""Raised when the file changes its meaning."""
_DYES = frozenset({"SYTO", "VIABILITY"})
_REGULARISATION = 1e-3
_ANCHORS = ("T", "B_mature")
_FOLDS = 4
_MAXIMUM_BYTES = 200_000_000
_LEAST_SPREAD = 0.5
"""Units of log density by which like marrows differ anyway."""
_BROKEN = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError),
    *(NotImplementedError, RuntimeError, OverflowError, SyntaxError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
"""What numpy, zipfile and json raise on bytes that are no template."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NormalTemplate:
    """Normal B-lineage events of one panel.

    Attributes
    ----------
    name : str
        Identifier shown in results.
    markers : tuple of Marker
        Columns, in order.
    fluorochromes : mapping of str to str
        By marker; a file stained otherwise does not fit.
    normals : tuple of str
        Marrows it was built from.
    left_out : tuple of str
        Marrows named as not normal after all.
    weights, means, covariances : array
        Gaussian mixture over decades: ``(k,)``, ``(k, m)``, ``(k, m, m)``.
    threshold : float
        Negative log density above which an event is flagged.
    levels : Values
        Steps above the threshold, shape ``(l,)``, ascending from 0.
    rates : Values
        Share (0 to 1) of a marrow's normal events to be expected above each step, shape ``(l,)``:
        mean of held-out marrows plus twice their spread.
    reference : Matrix
        Normal events in decades, shape ``(n, m)``.
    anchors : mapping of str to Values
        Medians of internal populations in decades, shape ``(m,)``; NaN where too small.
    """

    name: str
    markers: tuple[Marker, ...]
    fluorochromes: Mapping[str, str]
    normals: tuple[str, ...]
    left_out: tuple[str, ...]
    weights: Values
    means: Matrix
    covariances: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
    threshold: float
    levels: Values
    rates: Values
    reference: Matrix
    anchors: Mapping[str, Values]

    def surprise(self, events: Matrix) -> Values:
        """Score events by how far they are from normal.

        Parameters
        ----------
        events : Matrix
            Decades, shape ``(n, m)``, columns as `markers`.

        Returns
        -------
        Values
            Negative log density, shape ``(n,)``.
        """
        return _surprise((self.weights, self.means, self.covariances), events)


_Density: TypeAlias = tuple[
    "Values", "Matrix", np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
]
"""Weights, means and covariances of a Gaussian mixture."""


def _surprise(density: _Density, events: Matrix) -> Values:
    from scipy.special import logsumexp  # noqa: PLC0415 - slow to import

    parts = [
        np.log(weight) + log_normal(events, mean, covariance)
        for weight, mean, covariance in zip(*density, strict=True)
    ]
    return np.asarray(-logsumexp(np.stack(parts), axis=0))


def log_normal(events: Matrix, mean: Values, covariance: Matrix) -> Values:
    """Log density of a multivariate normal distribution.

    Parameters
    ----------
    events : Matrix
        Shape ``(n, m)``.
    mean : Values
        Shape ``(m,)``.
    covariance : Matrix
        Shape ``(m, m)``, positive definite.

    Returns
    -------
    Values
        Shape ``(n,)``.
    """
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - slow to import

    lower = np.linalg.cholesky(covariance)
    whitened = solve_triangular(lower, (events - mean).T, lower=True)
    constant = 0.5 * len(mean) * np.log(2 * np.pi) + np.log(np.diag(lower)).sum()
    return np.asarray(-0.5 * np.square(whitened).sum(axis=0) - constant)


def template_markers(gated: GatedTube) -> tuple[Marker, ...]:
    """Name the markers a template of this tube has.

    Parameters
    ----------
    gated : GatedTube
        The tube.

    Returns
    -------
    tuple of Marker
        Stained antigens in sorted order, without dyes.
    """
    return tuple(sorted(m for m in gated.decades.transforms if m not in _DYES))


def fluorochromes_of(gated: GatedTube) -> dict[str, str]:
    """Name the fluorochrome of each marker.

    Parameters
    ----------
    gated : GatedTube
        The tube.

    Returns
    -------
    dict of str to str
        By marker; empty string where not known.
    """
    sample = gated.sample
    return {
        marker: sample.channels[sample.column(marker)].fluorochrome or ""
        for marker in template_markers(gated)
    }


def anchor_medians(
    gated: GatedTube, markers: Sequence[Marker], limits: AberrancyLimits
) -> dict[str, Values]:
    """Measure where internal populations lie.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    markers : sequence of Marker
        Columns wanted.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    dict of str to Values
        Medians in decades by population; NaN for a population that is too small.
    """
    medians = {}
    for name in _ANCHORS:
        rows = gated.mask(name)
        enough = np.count_nonzero(rows) >= limits.anchor_events
        medians[name] = np.array(
            [np.median(gated.decades.of(m)[rows]) if enough else np.nan for m in markers], float
        )
    return medians


def b_lineage_events(gated: GatedTube, markers: Sequence[Marker]) -> Matrix:
    """Give the B-lineage events on a template's markers.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    markers : sequence of Marker
        Columns wanted, all stained.

    Returns
    -------
    Matrix
        Decades, shape ``(n_b_lineage, n_markers)``.
    """
    rows = np.flatnonzero(gated.mask("B_lineage"))
    columns = np.array([gated.decades.columns[m] for m in markers], np.intp)
    return gated.decades.values[np.ix_(rows, columns)].astype(np.float64)


def build_template(
    name: str, normals: Mapping[str, GatedTube], limits: AberrancyLimits, *, seed: int
) -> NormalTemplate:
    """Learn a template from blast-free marrows of one panel.

    Parameters
    ----------
    name : str
        Identifier.
    normals : mapping of str to GatedTube
        By marrow.
    limits : AberrancyLimits
        Parameters.
    seed : int
        Seed of the subsampling and of the mixture.

    Returns
    -------
    NormalTemplate
        The template; a marrow whose B-lineage events the others do not explain is left out and
        named.

    Raises
    ------
    TemplateError
        If there are too few marrows, they are stained differently, or hold no B lineage.
    """
    if len(normals) < limits.minimum_normals:
        raise TemplateError(
            f"{len(normals)} normal marrows, need at least {limits.minimum_normals} "
            f"(recommended {limits.recommended_normals})"
        )
    first = next(iter(normals.values()))
    markers, dyes = template_markers(first), fluorochromes_of(first)
    for marrow, gated in normals.items():
        if gated.b_lineage is None:
            raise TemplateError(f"{marrow}: the B lineage cannot be gated")
        if template_markers(gated) != markers or fluorochromes_of(gated) != dyes:
            raise TemplateError(f"{marrow}: stained otherwise than {next(iter(normals))}")
    rng = np.random.default_rng(seed)
    anchors = _mean_anchors(normals, markers, limits)
    events = {
        marrow: _take(
            b_lineage_events(gated, markers) - drift(gated, markers, anchors, limits).applied,
            limits.template_events,
            rng,
        )
        for marrow, gated in normals.items()
    }
    events = {marrow: table for marrow, table in events.items() if len(table)}
    if len(events) < limits.minimum_normals:
        raise TemplateError(f"only {len(events)} of the marrows hold B-lineage cells")
    held = _held_out_scores(events, limits, seed)
    left_out = _outliers(held, limits)
    if left_out:
        events = {marrow: table for marrow, table in events.items() if marrow not in left_out}
        held = _held_out_scores(events, limits, seed)
    order = sorted(events)
    threshold = float(np.percentile(np.concatenate(list(held.values())), limits.score_quantile))
    levels = np.array(limits.score_levels)
    reference = np.vstack([events[m] for m in order])
    weights, means, covariances = _fit(reference, limits, seed)
    return NormalTemplate(
        name=name,
        markers=markers,
        fluorochromes=dyes,
        normals=tuple(order),
        left_out=left_out,
        weights=weights,
        means=means,
        covariances=covariances,
        threshold=threshold,
        levels=levels,
        rates=_expected_rates([s - threshold for s in held.values()], levels),
        reference=reference,
        anchors=anchors,
    )


def _expected_rates(excess: Sequence[Values], levels: Values) -> Values:
    """Share of normal events above each level: what a less usual marrow still shows."""
    table = np.array([[float(np.mean(e > level)) for level in levels] for e in excess])
    # three events in all held-out marrows are what none observed leaves possible
    least = 3 / sum(len(e) for e in excess)
    return np.asarray(np.maximum(table.mean(axis=0) + 2 * table.std(axis=0), least))


def _fit(events: Matrix, limits: AberrancyLimits, seed: int) -> _Density:
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import

    k = max(min(limits.components, len(events) // 50), 1)
    mixture = GaussianMixture(k, reg_covar=_REGULARISATION, max_iter=200, random_state=seed)
    mixture.fit(events)
    return mixture.weights_, mixture.means_, mixture.covariances_


def _take(events: Matrix, most: int, rng: np.random.Generator) -> Matrix:
    if len(events) <= most:
        return events
    return np.asarray(events[np.sort(rng.choice(len(events), most, replace=False))])


def _held_out_scores(
    events: Mapping[str, Matrix], limits: AberrancyLimits, seed: int
) -> dict[str, Values]:
    """Score each marrow by a density it took no part in."""
    order = sorted(events)
    held: dict[str, Values] = {}
    for fold in range(_FOLDS):
        out = order[fold::_FOLDS]
        density = _fit(np.vstack([events[m] for m in order if m not in out]), limits, seed)
        held |= {m: _surprise(density, events[m]) for m in out}
    return held


def _outliers(held: Mapping[str, Values], limits: AberrancyLimits) -> tuple[str, ...]:
    """Name marrows with many events that the other marrows do not explain."""
    tails = {m: float(np.percentile(s, limits.outlier_quantile)) for m, s in held.items()}
    values = np.array(list(tails.values()))
    middle = float(np.median(values))
    border = middle + limits.outlier_sd * max(robust_sd(values), _LEAST_SPREAD)
    return tuple(sorted(m for m, tail in tails.items() if tail > border))


def _mean_anchors(
    normals: Mapping[str, GatedTube], markers: Sequence[Marker], limits: AberrancyLimits
) -> dict[str, Values]:
    measured = [anchor_medians(gated, markers, limits) for gated in normals.values()]
    anchors = {}
    for name in _ANCHORS:
        table = np.stack([m[name] for m in measured])
        usable = ~np.isnan(table).all(axis=0)
        anchors[name] = np.full(len(markers), np.nan)
        anchors[name][usable] = np.nanmedian(table[:, usable], axis=0)
    return anchors


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drift:
    """How far a tube's internal cells lie from the template's.

    Attributes
    ----------
    applied : Values
        Decades subtracted from each marker, shape ``(m,)``; 0 where the drift is small.
    largest : float
        Largest drift met, decades; 0 where nothing could be measured.
    marker : str
        Marker of the largest drift.
    """

    applied: Values
    largest: float
    marker: str


_ON_T = ("CD45", "CD38", "CD58", "CD81", "CD44", "CD99")
_ON_B = ("CD19", "CD20", "CD22", "cyCD79a", "HLADR", "CD24")


def drift(
    gated: GatedTube,
    markers: Sequence[Marker],
    anchors: Mapping[str, Values],
    limits: AberrancyLimits,
) -> Drift:
    """Measure drift on internal lymphocytes: T cells for CD45 and others, B for B antigens.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    markers : sequence of Marker
        Columns.
    anchors : mapping of str to Values
        Medians of the template.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Drift
        Markers that internal lymphocytes do not carry are never moved.
    """
    here = anchor_medians(gated, markers, limits)
    applied = np.zeros(len(markers))
    largest, at = 0.0, ""
    for index, marker in enumerate(markers):
        name = "T" if marker in _ON_T else "B_mature" if marker in _ON_B else ""
        if not name:
            continue
        gap = here[name][index] - anchors[name][index]
        if np.isnan(gap):
            continue
        if abs(gap) > abs(largest):
            largest, at = float(gap), marker
        if abs(gap) > limits.drift_apply_log10:
            applied[index] = gap
    return Drift(applied=applied, largest=largest, marker=at)


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
        "threshold": template.threshold,
        "levels": template.levels.tolist(),
        "rates": template.rates.tolist(),
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


def load_template(path: Path) -> NormalTemplate:
    """Read a template.

    Parameters
    ----------
    path : Path
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
    if facts.get("format") != FORMAT:
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
    return NormalTemplate(
        name=str(facts["name"]),
        markers=markers,
        fluorochromes={str(a): str(b) for a, b in fluorochromes.items()},
        normals=_strings(facts["normals"]),
        left_out=_strings(facts["left_out"]),
        weights=arrays["weights"],
        means=arrays["means"],
        covariances=arrays["covariances"],
        threshold=threshold,
        levels=np.array(levels),
        rates=np.array(rates),
        reference=arrays["reference"].astype(np.float64),
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
    if set(anchors) != set(_ANCHORS):
        raise ValueError(f"anchors must be {' and '.join(_ANCHORS)}")
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
