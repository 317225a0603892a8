"""Write simulated tubes as FCS, the truth beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.fcs.writer import write_fcs

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.simulation.tube import SimulatedTube


def write_simulated(path: Path, simulated: SimulatedTube) -> Path:
    """Write a simulated tube as FCS 3.1, and its labels as Parquet next to it.

    The keyword ``FLOWPHENO SIMULATED`` is ``TRUE``, so that a result can say what its input was.

    Parameters
    ----------
    path : Path
        FCS file to write; an existing one is replaced.
    simulated : SimulatedTube
        The tube.

    Returns
    -------
    Path
        The Parquet file, ``<stem>.labels.parquet``: columns ``label``, ``origin``,
        ``maturation`` (null where an event is no hematogone) and ``clogged``, a row for each
        event, in file order.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed here only
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    sample = simulated.sample
    write_fcs(
        path,
        sample.events,
        detectors=[channel.detector for channel in sample.channels],
        labels=[channel.label for channel in sample.channels],
        ranges=[channel.range for channel in sample.channels],
        spillover=sample.spillover,
        keywords=sample.keywords,
    )
    table = pa.table(
        {
            "label": pa.array(simulated.labels).dictionary_encode(),
            "origin": pa.array(simulated.origin).dictionary_encode(),
            "maturation": pa.array(simulated.maturation, from_pandas=True),
            "clogged": pa.array(simulated.clogged),
        }
    )
    labels = path.with_suffix(".labels.parquet")
    pq.write_table(table, labels)
    return labels
