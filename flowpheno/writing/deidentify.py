"""A sample without what could name a person, a place or a specimen.

What may stay is said by ``panels/deidentify.yaml``, an allow-list: what it does not name is
dropped, and a value that is free text is replaced by words of the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.panel.deidentify import Replacement, load_deidentify_rules
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.writing.keywords import own_keywords
from flowpheno.writing.names import cytometer_model, safe_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.marker import Vocabulary
    from flowpheno.panel.deidentify import DeidentifyRules
    from flowpheno.sample import Channel, Sample

_STAGE = "writing.deidentify"
NEW_NAME = "deidentified"
"""What a sample is called when nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deidentified:
    """A sample that names nobody, and what was done to get there.

    Attributes
    ----------
    sample : Sample
        Its findings are about scale and de-identification alone: others may quote names.
    dropped : tuple of str
        Keywords, not their values, that were left out; sorted.
    replaced : tuple of int
        Numbers, from 1, of the channels that got another detector or label.
    """

    sample: Sample
    dropped: tuple[str, ...]
    replaced: tuple[int, ...]


def deidentify(
    sample: Sample,
    rules: DeidentifyRules | None = None,
    *,
    vocabulary: Vocabulary | None = None,
    name: str = NEW_NAME,
) -> Deidentified:
    """Leave out or replace what could name a person, an operator, a place or a specimen.

    Parameters
    ----------
    sample : Sample
        As read; compensated and transformed before, if it is to be.
    rules : DeidentifyRules or None
        What stays; None for the rules that come with flowpheno.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str
        New name of the sample.

    Returns
    -------
    Deidentified
        The same events under the same markers. No hash of the file: it would lead back to it.
    """
    rules = rules or load_deidentify_rules()
    keywords = own_keywords(sample)
    channels = safe_names(sample.channels, rules, vocabulary or builtin_vocabulary())
    detectors = {
        old.detector: new.detector for old, new in zip(sample.channels, channels, strict=True)
    }
    kept, dropped = deidentify_keywords(keywords, rules, detectors=detectors, name=name)
    kept |= _names_of(channels, kept)
    spillover = sample.spillover
    if spillover is not None:  # its source may be the name of a file
        names = tuple(detectors[detector] for detector in spillover.detectors)
        spillover = replace(spillover, detectors=names, source="$SPILLOVER")
    replaced = tuple(
        n
        for n, (old, new) in enumerate(zip(sample.channels, channels, strict=True), start=1)
        if (old.detector, old.label) != (new.detector, new.label)
    )
    return Deidentified(
        sample=replace(
            sample,
            name=name,
            channels=channels,
            spillover=spillover,
            keywords=MappingProxyType(kept),
            findings=(
                *(f for f in sample.findings if f.code is ReasonCode.SCALE_RELATIVE),
                *_findings(dropped, replaced),
            ),
            origin=None,
        ),
        dropped=dropped,
        replaced=replaced,
    )


def deidentify_keywords(
    keywords: Mapping[str, str],
    rules: DeidentifyRules,
    *,
    detectors: Mapping[str, str],
    name: str = NEW_NAME,
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Sort keywords into what stays and what goes.

    Parameters
    ----------
    keywords : mapping of str to str
        Upper-case keywords, with the numbers of the sample's own columns.
    rules : DeidentifyRules
        What stays.
    detectors : mapping of str to str
        Detector to its new name.
    name : str
        New name of the sample.

    Returns
    -------
    dict of str to str
        Keywords that stay, and those with a new value; names of channels and matrices are not
        among them.
    tuple of str
        Keywords left out, sorted.
    """
    kept: dict[str, str] = {}
    dropped: list[str] = []
    for keyword, value in keywords.items():
        by = rules.replacement(keyword)
        if by in {Replacement.DETECTOR, Replacement.LABEL, Replacement.MATRIX}:
            continue  # the channels and the matrix of the sample say it
        new = _kept(keyword, value, rules) if by is None else None
        if by is Replacement.NAME:
            new = name
        elif by is Replacement.FILE:
            new = f"{name}.fcs"
        elif by is Replacement.CYTOMETER:
            new = cytometer_model(value, rules.cytometers)
        elif by is Replacement.TRIGGER:
            new = _trigger(value, detectors)
        if new is None:
            dropped.append(keyword)
        else:
            kept[keyword] = new
    return kept, tuple(sorted(dropped))


def _kept(keyword: str, value: str, rules: DeidentifyRules) -> str | None:
    """Give the value if it may stay."""
    return value if any(group.keeps(keyword, value) for group in rules.kept) else None


def _trigger(value: str, detectors: Mapping[str, str]) -> str | None:
    """Give detector and threshold of ``$TR``."""
    detector, _, threshold = value.rpartition(",")
    digits = threshold.strip().replace(".", "", 1)
    if detector not in detectors or not (digits.isascii() and digits.isdigit()):
        return None
    return f"{detectors[detector]},{threshold.strip()}"


def _names_of(channels: tuple[Channel, ...], kept: Mapping[str, str]) -> dict[str, str]:
    """Name the columns, where the keywords describe columns at all."""
    if "$PAR" not in kept:
        return {}
    names = {f"$P{n}N": channel.detector for n, channel in enumerate(channels, start=1)}
    labels = {f"$P{n}S": channel.label for n, channel in enumerate(channels, start=1)}
    return names | {keyword: label for keyword, label in labels.items() if label}


def _findings(dropped: tuple[str, ...], replaced: tuple[int, ...]) -> tuple[Finding, ...]:
    """Say what was done, without quoting what must not be read."""
    said = [(f"{len(dropped)} keywords left out", len(dropped))]
    if replaced:
        numbers = ", ".join(map(str, replaced))
        said.append((f"another detector or label for channel {numbers}", len(replaced)))
    return tuple(
        Finding(
            code=ReasonCode.METADATA_DERIVED,
            severity=Severity.NOTE,
            stage=_STAGE,
            message=f"de-identified: {message}",
            value=count,
        )
        for message, count in said
    )
