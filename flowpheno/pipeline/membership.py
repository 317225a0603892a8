"""Membership of every event, in file order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from flowpheno.pipeline.tube import TubeAnalysis


def membership_table(tube: TubeAnalysis, *, other: bool) -> pd.DataFrame:
    """Make the event table of a tube.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    other : bool
        Whether the blasts of the verdict are those outside the B lineage.

    Returns
    -------
    DataFrame
        One row an event: ``population`` (most specific), a boolean column for each quality step
        and population, ``blasts``, ``aberrancy_score`` (NaN where it was not scored), and with a
        learned model ``blast_probability`` (NaN where it says nothing).
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    gated = tube.gated
    columns = {f"qc_{name}": mask for name, mask in tube.control.masks.items()}
    columns["nucleated"] = gated.nucleated
    columns |= {name: population.mask for name, population in gated.populations.items()}
    columns["non_B_blasts"] = tube.non_b.mask
    columns["blasts"] = tube.non_b.mask if other else tube.detection.blasts
    drawn = {population.name: population.mask for population in tube.others}
    codes = np.zeros(tube.raw.n_events, np.int16)
    names = ["excluded"]
    # views of the cells as they are drawn on scatter name no cell
    views = {p.name for p in gated.populations.values() if p.parent == "all"}
    views = {n for n in views if (columns[n] & gated.nucleated).any()}
    order = [n for n in columns if not n.startswith("qc_") and n not in views]
    for name in sorted(order, key=lambda n: -int(np.count_nonzero(columns[n]))):
        codes[columns[name]] = len(names)  # smaller populations last: the most specific wins
        names.append(name)
    codes[columns["blasts"]] = names.index("blasts")
    table = {
        "population": pd.Categorical.from_codes(codes, categories=pd.Index(names)),
        **columns,
        **drawn,
    }
    table["aberrancy_score"] = tube.detection.score
    if tube.learned is not None:
        table["blast_probability"] = tube.learned.probability
    return pd.DataFrame(table)
