"""What fcsparser gives, to samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flowpheno.exchange.tables import dataset_from_tables
from flowpheno.reading.list_mode import sample_of_dataset
from flowpheno.reading.scale import relative_scale_finding
from flowpheno.sample import Sample, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from flowpheno.marker import Vocabulary


def from_fcsparser(
    meta: Mapping[str, Any],
    frame: pd.DataFrame,
    *,
    vocabulary: Vocabulary | None = None,
    name: str = "table",
) -> Sample:
    """Make a sample of what ``fcsparser.parse`` gives.

    Parameters
    ----------
    meta : mapping
        Keywords, with or without ``reformat_meta``.
    frame : DataFrame
        Values as fcsparser gives them: nothing transformed by hand. Columns may be left out,
        added or in another order, rows too.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str
        What to call the sample; no keyword is used for it.

    Returns
    -------
    Sample
        Linear events: logarithmic amplifiers are undone as ``$PnE`` says. What
        `Sample.to_fcsparser` gave comes back to the bit, compensated or not.

    Raises
    ------
    TableError
        If the keywords describe no list-mode data, or a column cannot be understood.
    """
    dataset = dataset_from_tables(meta, frame)
    return sample_of_dataset(dataset, vocabulary=vocabulary, name=name)


def as_relative(sample: Sample) -> Sample:
    """Say that the values of a sample are ranks only.

    Parameters
    ----------
    sample : Sample
        Any.

    Returns
    -------
    Sample
        The same events on a relative scale, with the finding that goes with it.
    """
    if sample.scale is Scale.RELATIVE:
        return sample
    findings = (*sample.findings, relative_scale_finding())
    return replace(sample, scale=Scale.RELATIVE, findings=findings)
