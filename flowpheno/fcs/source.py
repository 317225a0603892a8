"""The bytes of a file: plain or gzipped, opened once, never read beyond their end."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from flowpheno.errors import FcsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_MAXIMUM_EXPANDED = 4 << 30
_MAXIMUM_RATIO = 200  # events compress two- to thirtyfold; deflate allows 1032
_SMALL = 64 << 20  # below it the ratio does not matter


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes that can be read from any place.

    Attributes
    ----------
    file : binary file
        Seekable.
    size : int
        Its length in bytes.
    descriptor : int or None
        Of the operating system; None for bytes in memory.
    """

    file: IO[bytes]
    size: int
    descriptor: int | None = None

    @property
    def is_shared(self) -> bool:
        """Whether several threads may read at once."""
        return self.descriptor is not None and hasattr(os, "preadv")

    def read(self, begin: int, length: int) -> bytes:
        """Read bytes.

        Parameters
        ----------
        begin, length : int
            From where, how many.

        Returns
        -------
        bytes
            Fewer, or none, where the file ends before.
        """
        if begin < 0 or begin >= self.size or length <= 0:
            return b""
        self.file.seek(begin)
        return self.file.read(min(length, self.size - begin))

    def read_into(self, array: npt.NDArray[Any], begin: int) -> None:
        """Fill an array with bytes of the file, without a copy between.

        Parameters
        ----------
        array : ndarray
            C-contiguous and writable.
        begin : int
            From where.

        Raises
        ------
        FcsError
            If the file holds fewer bytes.
        """
        if array.nbytes == 0:
            return
        view = array.data.cast("B")
        filled = 0
        while filled < len(view):
            count = self._read_some(view[filled:], begin + filled)
            if not count:
                problem = f"{len(view)} bytes expected, {filled} present"
                raise FcsError(problem, segment="DATA", offset=begin + filled)
            filled += count

    def _read_some(self, view: memoryview, begin: int) -> int:
        """Read into memory what one call gives, 0 at the end."""
        if self.descriptor is not None and hasattr(os, "preadv"):
            return os.preadv(self.descriptor, [view], begin)
        self.file.seek(begin)
        return self.file.readinto(view) or 0  # type: ignore[attr-defined]  # IO lacks it


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a file; a gzipped one, known by its first bytes, is expanded in memory.

    Parameters
    ----------
    path : Path
        A regular file.

    Yields
    ------
    Source
        Its bytes, expanded.

    Raises
    ------
    FcsError
        If it cannot be opened or read, is no regular file, or expands beyond all measure.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FcsError("not a regular file", segment="FILE", offset=0)
        with path.open("rb") as file:
            yield _source(file, os.fstat(file.fileno()).st_size, file.fileno())
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise FcsError(problem, segment="FILE", offset=0) from error


def bytes_source(raw: bytes) -> Source:
    """Read from memory what could have been a file.

    Parameters
    ----------
    raw : bytes
        Content of a file, gzipped or not.

    Returns
    -------
    Source
        Its bytes, expanded.

    Raises
    ------
    FcsError
        If it cannot be expanded.
    """
    return _source(io.BytesIO(raw), len(raw))


def _source(file: IO[bytes], size: int, descriptor: int | None = None) -> Source:
    """Look at the first bytes, expand if need be."""
    magic = file.read(len(_GZIP))
    file.seek(0)
    if magic != _GZIP:
        return Source(file, size, descriptor)
    expanded = _expand(file, size)
    return Source(expanded, expanded.seek(0, io.SEEK_END))


def _expand(file: IO[bytes], size: int) -> io.BytesIO:
    """Expand block by block, so that a bomb is noticed before it fills the memory."""
    limit = min(_MAXIMUM_EXPANDED, max(_SMALL, size * _MAXIMUM_RATIO))
    expanded = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            while block := packed.read(_BLOCK):
                expanded.write(block)
                if expanded.tell() > limit:
                    problem = f"gzip expands beyond {limit} bytes from {size}"
                    raise FcsError(problem, segment="FILE", offset=0)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        problem = f"gzip is damaged behind {expanded.tell()} expanded bytes: {error}"
        raise FcsError(problem, segment="FILE", offset=size) from error
    return expanded
