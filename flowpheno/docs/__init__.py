"""Pages of the documentation site, made from what is said elsewhere.

How-to pages are the sections of the README, clinical rules are those of ``panels/``, commands are
those of the command line, tutorials are the notebooks; a sentence is written once.
"""

from __future__ import annotations

from flowpheno.docs.site import write_site

__all__ = ["write_site"]
