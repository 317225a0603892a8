"""Read a results folder back, so that tables and pages can be made again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from flowpheno.errors import ResultsError
from flowpheno.results.codec import decode
from flowpheno.results.values import (
    SCHEMA_VERSION,
    Failure,
    Run,
    SpecimenResult,
    TubeResult,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from flowpheno.plotdata import Plot

_MAXIMUM_BYTES = 1_000_000_000


def read_results(folder: Path, *, events: bool = False) -> Run:
    """Read what `write_results` wrote.

    Parameters
    ----------
    folder : Path
        A results folder, or its ``results.json``.
    events : bool
        Whether to read the membership of every event too, where it was written.

    Returns
    -------
    Run
        What the run found.

    Raises
    ------
    ResultsError
        If there is none, if it is of another version, or if it is not what `write_results`
        writes; names the file.
    """
    path = folder if folder.suffix == ".json" else folder / "results.json"
    content = _read_json(path)
    if not isinstance(content, dict) or "schema_version" not in content:
        raise ResultsError(f"{path}: not the results of a run")
    if content["schema_version"] != SCHEMA_VERSION:
        raise ResultsError(
            f"{path}: schema version {content['schema_version']!r} cannot be read, "
            f"this flowpheno reads {SCHEMA_VERSION}"
        )
    try:
        return _run(content, path.parent, events=events)
    except KeyError as error:
        raise ResultsError(f"{path}: {error.args[0]!r} is missing") from error
    except (ResultsError, TypeError, AttributeError) as error:
        raise ResultsError(f"{path}: {error}") from error


def event_files(folder: Path) -> dict[tuple[str, str], Path]:
    """Name the Parquet files that hold the membership of every event.

    Parameters
    ----------
    folder : Path
        A results folder, or its ``results.json``.

    Returns
    -------
    dict of tuple to Path
        By specimen and tube; empty if events were not written.

    Raises
    ------
    ResultsError
        If there are no results, or they are not what `write_results` writes.
    """
    path = folder if folder.suffix == ".json" else folder / "results.json"
    content = _read_json(path)
    try:
        return {
            (specimen["specimen"], tube["name"]): _inside(path.parent, tube["membership"])
            for specimen in content["specimens"]
            for tube in specimen["tubes"]
            if tube["membership"] is not None
        }
    except (KeyError, TypeError) as error:
        raise ResultsError(f"{path}: not the results of a run") from error


def _run(content: dict[str, Any], folder: Path, *, events: bool) -> Run:
    return Run(
        specimens=tuple(_specimen(s, folder, events=events) for s in content["specimens"]),
        failures=decode(tuple[Failure, ...], content["failures"]),
        generated=decode(str, content["generated"]),
        version=decode(str, content["flowpheno"]),
        definitions={k: decode(str, v) for k, v in content["definitions"].items()},
        simulated=decode(bool, content["simulated"]),
        overridden=decode(tuple[str, ...], content.get("overridden", [])),
    )


def _specimen(content: dict[str, Any], folder: Path, *, events: bool) -> SpecimenResult:
    tubes = tuple(_tube(t, folder, events=events) for t in content["tubes"])
    result: SpecimenResult = decode(SpecimenResult, content | {"tubes": []})
    return replace(result, tubes=tubes)


def _tube(content: dict[str, Any], folder: Path, *, events: bool) -> TubeResult:
    tube: TubeResult = decode(TubeResult, content | {"plots": [], "membership": None})
    membership = content["membership"] if events else None
    return replace(
        tube,
        plots=_plots(_inside(folder, content["plots"])),
        membership=None if membership is None else _membership(_inside(folder, membership)),
    )


def _plots(path: Path) -> tuple[Plot, ...]:
    from flowpheno.plotdata import Plot  # noqa: PLC0415 - start-up

    kinds = {kind.__name__: kind for kind in get_args(Plot)}
    plots: list[Plot] = []
    for content in _read_json(path):
        kind = kinds.get(content.get("kind"))
        if kind is None:
            raise ResultsError(f"{path.name}: unknown kind of plot")
        plots.append(decode(kind, {k: v for k, v in content.items() if k != "kind"}))
    return tuple(plots)


def _membership(path: Path) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - start-up
    from pyarrow import ArrowException  # noqa: PLC0415 - start-up

    try:
        return pd.read_parquet(path)
    except (OSError, ArrowException) as error:
        raise ResultsError(f"{path.name}: cannot be read as Parquet") from error


def _inside(folder: Path, name: str) -> Path:
    """Resolve a file of the folder; a results.json from elsewhere must not reach out of it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ResultsError(f"{name!r} lies outside of the results folder")
    return path


def _read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise ResultsError(f"{path}: larger than {_MAXIMUM_BYTES} bytes")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, ResultsError):
            raise
        raise ResultsError(f"{path}: not JSON: {error}") from error
