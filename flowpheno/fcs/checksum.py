"""The CRC that may stand behind the last segment."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from flowpheno.finding import Severity

if TYPE_CHECKING:
    from flowpheno.fcs.repair import Repairs
    from flowpheno.fcs.source import Source

CRC_BYTES = 8
_BLOCK = 1 << 20
_STARTS = (0, 0xFFFF)  # the standard names CCITT's polynomial, not its start value


def read_crc(source: Source, end: int) -> int | None:
    """Read the checksum of a data set.

    Parameters
    ----------
    source : Source
        The file.
    end : int
        First byte behind the last segment.

    Returns
    -------
    int or None
        None where none is written, which eight zeros say, or where other things stand.
    """
    written = source.read(end, CRC_BYTES).decode("latin-1").strip(" \0")
    if not written.isascii() or not written.isdigit():
        return None
    return int(written) or None


def crc_of(source: Source, begin: int, end: int, *, start: int = 0) -> int:
    """Compute the 16-bit CCITT checksum of some bytes.

    Parameters
    ----------
    source : Source
        The file.
    begin, end : int
        First byte, and first byte behind.
    start : int
        Start value of the register.

    Returns
    -------
    int
        0 to 65535; `start` for no bytes.
    """
    crc = start
    for first in range(begin, end, _BLOCK):
        crc = binascii.crc_hqx(source.read(first, min(_BLOCK, end - first)), crc)
    return crc


def check_crc(source: Source, begin: int, end: int, repairs: Repairs) -> None:
    """Compare the checksum with the bytes, where one is written.

    Parameters
    ----------
    source : Source
        The file.
    begin, end : int
        The data set: its first byte, and the first behind its last segment.
    repairs : Repairs
        Takes note of a checksum that differs.

    References
    ----------
    .. [1] Data File Standard for Flow Cytometry, version FCS 3.0, section 3.7 (CRC).
    """
    written = read_crc(source, end)
    if written is None:
        return
    computed = [crc_of(source, begin, end, start=start) for start in _STARTS]
    if written not in computed:
        problem = f"CRC is {written}, the bytes give {' or '.join(map(str, computed))}: damaged?"
        repairs.note(problem, segment="FILE", offset=end, value=written, severity=Severity.WARNING)
