"""A file appears whole under its name, or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING

from flowpheno.errors import WritingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole_file(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a temporary place to write to; it takes the name when everything is written.

    Parameters
    ----------
    path : Path
        The file that is to be; its folder exists.
    overwrite : bool
        Whether it may replace an existing file.

    Yields
    ------
    Path
        A hidden file of the same folder, removed if anything goes wrong.

    Raises
    ------
    WritingError
        If the file exists and may not be replaced.
    """
    if path.is_dir():
        raise WritingError(f"{path} is a folder")
    if not overwrite and os.path.lexists(path):
        raise WritingError(f"{path} exists already")
    # short, so that a long name does not become too long
    temporary = path.with_name(f".flowpheno-{os.getpid()}-{get_ident()}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
