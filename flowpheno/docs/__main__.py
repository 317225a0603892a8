"""``python -m flowpheno.docs OUT``: write the pages and their ``mkdocs.yml`` to a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from flowpheno.docs.site import write_site

if __name__ == "__main__":
    write_site(Path(sys.argv[1]), Path(__file__).parents[2])
