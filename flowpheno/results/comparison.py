"""Write a comparison: a table of the shifts, and everything as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flowpheno.results.codec import encode

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.comparison import Comparison


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Write ``shifts.csv`` and ``comparison.json``.

    Parameters
    ----------
    comparison : Comparison
        Of two time points.
    folder : Path
        Made if absent; files of these names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    comparison.table.to_csv(folder / "shifts.csv", index=False, lineterminator="\n")
    content = json.dumps(encode(comparison), indent=2, ensure_ascii=False)
    (folder / "comparison.json").write_text(content, encoding="utf-8")
