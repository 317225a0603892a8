"""``flowpheno inspect``: what a file is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flowpheno.sample import Sample

_TECHNICAL = ("$CYT", "$DATATYPE", "$BYTEORD", "$TOT", "$TIMESTEP")
"""Keywords that name no person and no place."""


def inspect(
    path: Annotated[Path, typer.Argument(help="An FCS file, plain or gzipped")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Say what an FCS file is.

    Parameters
    ----------
    path : Path
        The file.
    as_json : bool
        Print JSON instead of tables.

    Returns
    -------
    int
        0, or 1 if the file cannot be read.
    """
    from flowpheno.errors import FcsError
    from flowpheno.fcs.reader import inspect_file
    from flowpheno.reading import read_fcs

    try:
        contents = inspect_file(path)
        sample = read_fcs(path)
    except FcsError as error:  # knows the place in the file, not the file
        typer.echo(f"flowpheno: {path}: {error}", err=True)
        return 1
    facts = describe_sample(sample)
    facts["data_sets"] = len(contents.outlines)
    if as_json:
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return 0
    _print(facts)
    return 0


def describe_sample(sample: Sample) -> dict[str, Any]:
    """Collect what may be said of a sample without naming a person.

    Parameters
    ----------
    sample : Sample
        As read.

    Returns
    -------
    dict
        Plain JSON types.
    """
    spillover = sample.spillover
    matrix = None
    if spillover is not None:
        matrix = {
            "source": spillover.source,
            "detectors": list(spillover.detectors),
            "matrix": spillover.matrix.tolist(),
        }
    return {
        "name": sample.name,
        "version": sample.version,
        "sha256": sample.sha256,
        "events": sample.n_events,
        "scale": str(sample.scale),
        "compensated": sample.compensated,
        "keywords": {k: sample.keywords[k] for k in _TECHNICAL if k in sample.keywords},
        "channels": [
            {
                "detector": c.detector,
                "label": c.label,
                "marker": c.marker,
                "fluorochrome": c.fluorochrome,
                "kind": str(c.kind),
                "measure": str(c.measure),
                "range": c.range,
            }
            for c in sample.channels
        ],
        "spillover": matrix,
        "findings": [
            {"code": str(f.code), "severity": str(f.severity), "message": f.message}
            for f in sample.findings
        ],
    }


def _print(facts: dict[str, Any]) -> None:
    from flowpheno.cli.tables import print_table

    spillover = facts["spillover"]
    rows = [
        ("file", f"{facts['name']}, {facts['version']}, {facts['data_sets']} data set(s)"),
        ("events", f"{facts['events']} x {len(facts['channels'])}, {facts['scale']} scale"),
        ("cytometer", facts["keywords"].get("$CYT", "not said")),
        (
            "spillover",
            "none"
            if spillover is None
            else f"{spillover['source']}, {len(spillover['detectors'])} detectors",
        ),
        ("compensated", "yes" if facts["compensated"] else "no"),
        ("sha256", facts["sha256"]),
    ]
    print_table("File", ("what", "value"), rows)
    channels = [
        (
            c["detector"],
            c["label"],
            c["marker"] or "",
            c["fluorochrome"] or "",
            c["kind"],
            c["measure"],
        )
        for c in facts["channels"]
    ]
    columns = ("detector", "label", "marker", "fluorochrome", "kind", "measure")
    print_table("Channels", columns, channels)
    if facts["findings"]:
        found = [(f["code"], f["severity"], f["message"]) for f in facts["findings"]]
        print_table("Findings", ("code", "severity", "message"), found)
