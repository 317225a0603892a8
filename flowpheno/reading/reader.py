"""Which program parses a list-mode file."""

from __future__ import annotations

from enum import StrEnum


class Reader(StrEnum):
    """The parser of a list-mode file."""

    FLOWPHENO = "flowpheno"  # this package's own; needs nothing else
    FCSPARSER = "fcsparser"  # the package of that name, extra `fcsparser`; to compare with
