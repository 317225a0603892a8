"""``flowpheno inspect``: what a file is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.fcs.outline import FcsContents
    from flowpheno.sample import Sample

_LOOKED_AT = 5_000  # events that tell the scale
_TECHNICAL = ("$CYT", "$DATATYPE", "$BYTEORD", "$TOT", "$TIMESTEP", "$VOL")
"""Keywords that name no person and no place."""


def inspect(
    path: Annotated[Path, typer.Argument(help="An FCS file, plain or gzipped")],
    with_hash: Annotated[
        bool, typer.Option("--hash", help="SHA-256 as well; reads the whole file")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what departs from the standard")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Say what an FCS file is; of its events, only the first few thousand are looked at.

    Parameters
    ----------
    path : Path
        The file.
    with_hash : bool
        Read the whole file for its hash.
    strict : bool
        Refuse what departs from the standard, instead of repairing it.
    as_json : bool
        Print JSON instead of tables.

    Returns
    -------
    int
        0, or 1 if the file cannot be read.
    """
    from flowpheno.errors import FcsError
    from flowpheno.fcs.reader import inspect_file
    from flowpheno.fcs.repair import Strictness
    from flowpheno.reading import read_fcs

    strictness = Strictness.STRICT if strict else Strictness.LENIENT
    try:
        contents = inspect_file(path, strictness=strictness)
        sample = read_fcs(path, strictness=strictness, events=slice(_LOOKED_AT))
    except FcsError as error:  # knows the place in the file, not the file
        typer.echo(f"flowpheno: {path}: {error}", err=True)
        return 1
    facts = describe_sample(sample) | describe_contents(contents)
    if with_hash:
        facts["sha256"] = sample.sha256
    if as_json:
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return 0
    _print(facts)
    return 0


def describe_contents(contents: FcsContents) -> dict[str, Any]:
    """Collect what may be said of the data sets of a file.

    Parameters
    ----------
    contents : FcsContents
        Outlines of the data sets.

    Returns
    -------
    dict
        Plain JSON types.
    """
    return {
        "events": max(outline.layout.n_events for outline in contents.outlines),
        "data_sets": [
            {
                "version": outline.version,
                "events": outline.layout.n_events,
                "parameters": len(outline.parameters),
                "types": "".join(sorted({str(p.data_type) for p in outline.parameters})),
                "bits": sorted({parameter.bits for parameter in outline.parameters}),
                "packed": outline.layout.packed,
                "byte_order": ",".join(map(str, outline.layout.byte_order)),
                "data_bytes": outline.layout.size,
                "keywords": len(outline.keywords),
                "analysis_keywords": len(outline.analysis),
                "other_segments": len(outline.others),
                "seconds": _seconds(outline.keywords),
            }
            for outline in contents.outlines
        ],
        "damage": None if contents.damage is None else str(contents.damage),
    }


def _seconds(keywords: Mapping[str, str]) -> float | None:
    """Length of the acquisition; None if its begin and end are not both said."""
    from datetime import datetime, timedelta

    try:
        if "$BEGINDATETIME" in keywords:
            ends = [datetime.fromisoformat(keywords[f"${k}DATETIME"]) for k in ("BEGIN", "END")]
        else:  # FCS 3.0 adds sixtieths, FCS 3.1 hundredths of a second: left out
            written = [keywords[key][:8] for key in ("$BTIM", "$ETIM")]
            ends = [datetime.strptime(text, "%H:%M:%S") for text in written]  # noqa: DTZ007 - a difference
        length = ends[1] - ends[0]
    except (KeyError, ValueError, TypeError):
        return None
    if length < timedelta(0) and "$BEGINDATETIME" not in keywords:
        length += timedelta(days=1)  # past midnight
    return length.total_seconds()


def describe_sample(sample: Sample) -> dict[str, Any]:
    """Collect what may be said of a sample without naming a person.

    Parameters
    ----------
    sample : Sample
        As read, or its first events.

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
        "tube": _tube_of(sample),
        "name": sample.name,
        "version": sample.version,
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


def _tube_of(sample: Sample) -> dict[str, Any]:
    """Collect which tube of the definitions the channels are, or resemble."""
    from dataclasses import asdict

    from flowpheno.panel.recognition import load_recognition_limits, recognise
    from flowpheno.panel.tubes import builtin_tubes

    return asdict(recognise(sample.channels, builtin_tubes(), load_recognition_limits()))


def _print(facts: dict[str, Any]) -> None:
    from flowpheno.cli.tables import print_table
    from flowpheno.panel.recognition import Recognition

    spillover = facts["spillover"]
    rows = [
        ("file", f"{facts['name']}, {facts['version']}"),
        ("events", f"{facts['events']} x {len(facts['channels'])}, {facts['scale']} scale"),
        ("cytometer", facts["keywords"].get("$CYT", "not said")),
        (
            "spillover",
            "none"
            if spillover is None
            else f"{spillover['source']}, {len(spillover['detectors'])} detectors",
        ),
        ("compensated", "yes" if facts["compensated"] else "no"),
        ("tube", str(Recognition(**facts["tube"]))),
    ]
    for number, held in enumerate(facts["data_sets"], start=1):
        bits = "/".join(map(str, held["bits"]))
        text = f"{held['events']} x {held['parameters']}, {held['types']}{bits}"
        text += ", packed" if held["packed"] else ""
        text += f", bytes {held['byte_order']}"
        if held["analysis_keywords"]:
            text += f", {held['analysis_keywords']} keywords in ANALYSIS"
        if held["other_segments"]:
            text += f", {held['other_segments']} OTHER segment(s)"
        rows.append((f"data set {number}", text))
    if facts["damage"]:
        rows.append(("damage", facts["damage"]))
    if "sha256" in facts:
        rows.append(("sha256", facts["sha256"]))
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
