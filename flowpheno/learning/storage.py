"""Learned models on disk: skops, with every type checked before anything is made of the file."""

from __future__ import annotations

import io
import json
import lzma
import struct
import tokenize
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.errors import ModelError
from flowpheno.exchange.extra import import_extra
from flowpheno.learning.facts import facts_of, model_of
from flowpheno.learning.trees import check_trees

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.learning.classifier import BlastClassifier
    from flowpheno.learning.model import LearnedModel

FORMAT = 1
"""Raised when the file changes its meaning."""
_MAXIMUM_BYTES = 200_000_000
_LARGEST_SCHEMA = 50_000_000
_HGB = "sklearn.ensemble._hist_gradient_boosting"
TRUSTED = frozenset(
    {
        *("builtins.dict", "builtins.list", "builtins.str", "builtins.tuple"),
        *("numpy.ndarray", "numpy.uint64", "numpy.random._generator.Generator"),
        "sklearn._loss._loss.CyHalfBinomialLoss",
        *("sklearn._loss.link.Interval", "sklearn._loss.link.LogitLink"),
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn.preprocessing._label.LabelEncoder",
        f"{_HGB}.binning._BinMapper",
        f"{_HGB}.gradient_boosting.HistGradientBoostingClassifier",
        f"{_HGB}.predictor.TreePredictor",
    }
)
"""Every type that a model file may hold; a file with another is not opened."""
_LOADERS = (
    *("DictNode", "ListNode", "TupleNode", "JsonNode", "TypeNode", "NdArrayNode"),
    *("ObjectNode", "LossNode", "RandomGeneratorNode", "CachedNode"),
)
"""How skops may make them; none of these calls what the file names."""
_BROKEN = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, ImportError),
    *(NotImplementedError, RuntimeError, OverflowError, SyntaxError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, tokenize.TokenError),
)
"""What zipfile, json, numpy and skops raise on bytes that are no model."""
_SAME = 1e-9
_PROBES = 64


def save_model(model: LearnedModel, path: Path) -> None:
    """Write a model: no pickle.

    Parameters
    ----------
    model : LearnedModel
        The model.
    path : Path
        File to write.

    Raises
    ------
    MissingPackageError
        If skops is not installed.
    """
    skops = import_extra("skops.io", "learning")
    classifier = model.classifier
    probes = _probes(model)
    content = {
        "facts": json.dumps({"format": FORMAT, **facts_of(model)}, sort_keys=True),
        "trees": classifier.trees_,
        "knots": classifier.knots_,
        "levels": classifier.levels_,
        "probes": probes,
        "answers": model.probability(probes),
    }
    path.write_bytes(skops.dumps(content, compression=zipfile.ZIP_DEFLATED))


def load_model(path: Path) -> LearnedModel:
    """Read a model.

    Parameters
    ----------
    path : Path
        A file written by `save_model`.

    Returns
    -------
    LearnedModel
        Which gives the same answers as when it was saved.

    Raises
    ------
    ModelError
        If the file cannot be read, holds a type that a model does not have, is of a newer
        format, or the scikit-learn installed makes something else of it.
    MissingPackageError
        If skops is not installed.
    """
    skops = import_extra("skops.io", "learning")
    try:
        return _load(_read(path), skops)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    except RecursionError as error:
        raise ModelError(f"{path}: not a learned model: nested too deeply") from error
    except _BROKEN as error:
        raise ModelError(f"{path}: not a learned model: {error}") from error


def _read(path: Path) -> bytes:
    if path.stat().st_size > _MAXIMUM_BYTES:
        raise ModelError(f"larger than {_MAXIMUM_BYTES} bytes, not a model")
    return path.read_bytes()


def _load(content: bytes, skops: Any) -> LearnedModel:  # noqa: ANN401 - a module
    _check_types(content, skops)
    with warnings.catch_warnings():
        # of another scikit-learn: what counts is whether the answers are the same
        warnings.simplefilter("ignore", UserWarning)
        return _from_content(skops.loads(content, trusted=sorted(TRUSTED)))


def _check_types(content: bytes, skops: Any) -> None:  # noqa: ANN401 - a module
    """Read what the file says it holds, and nothing else of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > _MAXIMUM_BYTES:
            raise ModelError(f"unpacks to more than {_MAXIMUM_BYTES} bytes, not a model")
        if archive.getinfo("schema.json").file_size > _LARGEST_SCHEMA:
            raise ModelError("its description is too large, not a model")
        if any(not info.filename.endswith((".npy", ".json")) for info in infos):
            raise ModelError("holds more than arrays and descriptions, not a model")
        schema = json.loads(archive.read("schema.json"))
    protocol = schema["protocol"]
    known = skops._protocol.PROTOCOL  # noqa: SLF001 - the only place that says it
    if not isinstance(protocol, int) or protocol > known:
        raise ModelError(f"written by a newer skops (protocol {protocol!r}, known is {known})")
    if foreign := sorted(_types(schema) - TRUSTED):
        raise ModelError(f"holds types that no model has: {', '.join(foreign)}")


def _types(schema: object) -> set[str]:
    """Every type, and unusual way of making one, that a description names at any depth."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "__class__" in part or "__module__" in part:
                found.add(f"{part.get('__module__')}.{part.get('__class__')}")
            if "__loader__" in part and part["__loader__"] not in _LOADERS:
                found.add(f"{part['__loader__']}")
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found


def _from_content(content: object) -> LearnedModel:
    if not isinstance(content, dict) or not isinstance(content.get("facts"), str):
        raise ModelError("holds no model")
    facts = json.loads(content["facts"])
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        found = facts.get("format") if isinstance(facts, dict) else facts
        raise ModelError(f"format {found!r}, expected {FORMAT}")
    knots, levels = _steps(content["knots"], content["levels"])
    n_columns = len(facts["domain"]["columns"])
    check_trees(content["trees"], n_columns)
    model = model_of(facts, _classifier(content["trees"], knots, levels, n_columns))
    probes = _numbers(content["probes"], np.float32)
    if probes.shape != (_PROBES, n_columns):
        raise ModelError(f"its probes have shape {probes.shape}")
    answers = _numbers(content["answers"], np.float64)
    if answers.shape != (_PROBES,) or not np.allclose(
        model.probability(probes), answers, rtol=0, atol=_SAME
    ):
        raise ModelError(
            "it does not give the answers that it gave when it was saved: it was trained with "
            f"scikit-learn {facts.get('scikit_learn')}; train it again"
        )
    return model


def _classifier(
    trees: Any,  # noqa: ANN401 - of scikit-learn
    knots: np.ndarray[Any, np.dtype[np.float64]],
    levels: np.ndarray[Any, np.dtype[np.float64]],
    n_columns: int,
) -> BlastClassifier:
    from flowpheno.learning.classifier import BlastClassifier  # noqa: PLC0415 - slow to import

    classifier = BlastClassifier()
    classifier.trees_, classifier.knots_, classifier.levels_ = trees, knots, levels
    classifier.classes_ = np.array([False, True])
    classifier.n_features_in_ = n_columns
    return classifier


def _steps(knots: object, levels: object) -> tuple[np.ndarray[Any, np.dtype[np.float64]], ...]:
    x, y = _numbers(knots, np.float64), _numbers(levels, np.float64)
    if x.ndim != 1 or x.shape != y.shape or not len(x):
        raise ModelError("its calibration has no steps")
    if (np.diff(x) < 0).any() or (np.diff(y) < 0).any():
        raise ModelError("its calibration must rise")
    if min(x.min(), y.min()) < 0 or max(x.max(), y.max()) > 1:
        raise ModelError("its calibration must lie between 0 and 1")
    return x, y


def _numbers(value: object, kind: type[np.floating[Any]]) -> np.ndarray[Any, Any]:
    if not isinstance(value, np.ndarray) or value.dtype != kind:
        raise ModelError(f"expected numbers of type {np.dtype(kind)}")
    if value.ndim == 1 and not np.isfinite(value).all():
        raise ModelError("expected finite numbers")
    return value


def _probes(model: LearnedModel) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Make invented events all over the training range: no cell of a patient leaves the house."""
    domain = model.domain
    low, high = np.array([domain.bounds[c] for c in domain.columns]).T
    rng = np.random.default_rng(FORMAT)
    drawn = low + rng.random((_PROBES, len(low))) * (high - low)
    optional = [i for i, c in enumerate(domain.columns) if c not in domain.required]
    drawn[::2, optional] = np.nan
    return np.asarray(drawn, np.float32)
