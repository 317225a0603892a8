"""Files made to exhaust a reader, and what reading each takes in a process of its own.

``python -m tests.fuzz.bounded FOLDER`` prints for each how it was read, seconds, megabytes above
the start, and what became of it. The folder must be able to hold files with holes.
"""

from __future__ import annotations

import gzip
import os
import re
import resource
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowpheno.errors import FcsError
from flowpheno.fcs.reader import inspect_file, read_dataset
from flowpheno.reading.list_mode import read_fcs
from tests.fcs.fcs_bytes import build_fcs, build_header, build_text, describe, float_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VALUES = [[1.0, 2.0], [3.0, 4.0]]
GIGABYTE = 1 << 30
_LARGEST_OFFSET = 99_999_999
_TEXT_ROOM = 15_900_000  # TEXT is refused beyond 16,000,000 bytes
_MOST_PARAMETERS = 10_000
_PATIENCE = 60
_ANSWER = "answer.txt"


def _float_file(**keywords: str) -> bytes:
    return float_file(VALUES, **keywords)


def _text_file(text: bytes) -> bytes:
    """HEADER and a TEXT segment of these bytes; no DATA."""
    return build_header("FCS3.1", 58, 57 + len(text), 0, 0, 0, 0) + text


def _many_parameters(n_parameters: int, **each: str) -> bytes:
    """One event of many parameters; braces in a value are its number."""
    more: dict[str, Any] = {
        key.replace("n", str(k)): v.format(k)
        for k in range(1, n_parameters + 1)
        for key, v in each.items()
    }
    return build_fcs(
        describe(1, n_parameters, data_type="I", bits=16, **more), bytes(2 * n_parameters)
    )


def _many_datasets(n: int) -> bytes:
    one = _float_file(NEXTDATA="0000")
    return one.replace(b"0000", f"{len(one):04d}".encode(), 1) * n


def _long_supplement() -> bytes:
    return _float_file(BEGINSTEXT="400", ENDSTEXT=str(GIGABYTE + 399))


def _characters(n: int) -> bytes:
    keywords = describe(n // 2, 1, data_type="A", P1B="*")
    return build_fcs(keywords, b"1 " * (n // 2))


def _packed(n_parameters: int, n_events: int) -> bytes:
    keywords = describe(n_events, n_parameters, data_type="I", bits=10)
    return build_fcs(keywords, bytes(-(-n_events * n_parameters * 10 // 8)))


def _large(n_parameters: int) -> bytes:
    """HEADER and TEXT of a file of two gigabytes; the rest is a hole."""
    n_events = 2 * GIGABYTE // (4 * n_parameters)
    more: dict[str, Any] = {
        "BEGINDATA": "4096",
        "ENDDATA": str(4095 + 4 * n_parameters * n_events),
    }
    keywords = describe(n_events, n_parameters, **more)
    return build_fcs(keywords, b"", text_data=None, header_data=(0, 0))


def _bomb() -> bytes:
    return gzip.compress(float_file(VALUES, behind=bytes(60 << 20)), compresslevel=9)


def _all_delimiters(n: int) -> bytes:
    return _text_file(b"|" * n)


def _words(n: int) -> bytes:
    text = build_text(describe(2, 2)) + b"".join(b"%x|1|" % k for k in range(n // 2))
    return _text_file(text)


_SMALL: Mapping[str, Callable[[], bytes]] = {
    "offsets beyond the file": partial(
        float_file, VALUES, header_data=(90_000_000, _LARGEST_OFFSET), text_data=None
    ),
    "offsets of twenty digits": partial(
        _float_file,
        BEGINDATA="9" * 19,
        ENDDATA="9" * 20,
        BEGINANALYSIS="9" * 19,
        ENDANALYSIS="9" * 20,
    ),
    "$TOT of 10^18": partial(_float_file, TOT=str(10**18)),
    "$TOT of 10^20, delimited": lambda: build_fcs(
        describe(1, 1, data_type="A", P1B="*", TOT="9" * 20), b"1"
    ),
    "$PAR of 10^9": partial(_float_file, PAR=str(10**9)),
    "widths of zero": partial(_float_file, DATATYPE="I", P1B="0", P2B="0"),
    "DATA over TEXT": partial(float_file, VALUES, header_data=(58, 100), text_data=None),
    "ANALYSIS over TEXT": partial(_float_file, BEGINANALYSIS="58", ENDANALYSIS="250"),
    "supplemental TEXT over DATA": partial(_float_file, BEGINSTEXT="280", ENDSTEXT="300"),
    "only delimiters": partial(_all_delimiters, _TEXT_ROOM),
    "as many delimiters as are read": partial(_all_delimiters, 999_000),
    "as many keywords as are read": partial(_words, 990_000),
    "one name of 15 MB": partial(_float_file, P1N="A" * _TEXT_ROOM, P1S="CD10"),
    "one label of 15 MB": partial(_float_file, P1S="cd10 " * (_TEXT_ROOM // 5)),
    "one number of 15 MB": partial(_float_file, P1R="9" * _TEXT_ROOM),
    "an amplifier of 15 MB": partial(_float_file, P1E="4," * (_TEXT_ROOM // 2)),
    "a byte order of 15 MB": partial(_float_file, BYTEORD="1," * (_TEXT_ROOM // 2)),
    "a matrix of 15 MB": partial(_float_file, SPILLOVER="512," + "1," * (_TEXT_ROOM // 2)),
    "a matrix of 512 x 512": partial(
        _many_parameters,
        512,
        SPILLOVER="512," + ",".join(f"FL{k}-A" for k in range(1, 513)) + ",1" * 512 * 512,
    ),
    "thousands of names that are unknown": partial(
        _many_parameters,
        _MOST_PARAMETERS,
        PnN="x{}yzzy qwert",
        PnS="Qu{}ux-PE-Cz7 zzanti-XD{}"[:21],
    ),
    "thousands of names of 80 letters": partial(
        _many_parameters, 4000, PnN="{:A<80}", PnS="{:B<79}"
    ),
    "thousands of amplifiers": partial(
        _many_parameters, _MOST_PARAMETERS, PnE="4.{},1", PnR="65536"
    ),
    "as many data sets as are read": partial(_many_datasets, 1024),
    "more data sets than are read": partial(_many_datasets, 5000),
    "a data set before the first": partial(_float_file, NEXTDATA="-278"),
    "characters": partial(_characters, 8_000_000),
    "packed bits": partial(_packed, 1000, 2000),
    "gzip that expands": _bomb,
}
_SPARSE: Mapping[str, tuple[Callable[[], bytes], int]] = {
    "TEXT of 100 MB": (
        lambda: build_header("FCS3.1", 58, _LARGEST_OFFSET, 0, 0, 0, 0) + b"|",
        2 * GIGABYTE,
    ),
    "supplemental TEXT of 1 GB": (_long_supplement, 2 * GIGABYTE),
    "two gigabytes": (partial(_large, 20), 2 * GIGABYTE + 4096),
}
READINGS: Mapping[str, Callable[[Path], Any]] = {
    "inspect": inspect_file,
    "sample": read_fcs,
    "some events": partial(read_dataset, events=slice(10_000_000, 10_001_000)),
    "each thousandth of many events": partial(read_dataset, events=slice(0, 2_000_000, 1000)),
    "one channel of a few events": partial(
        read_dataset, channels=["FL7-A"], events=slice(0, 1_000_000)
    ),
}
CASES = (
    *((name, "sample") for name in _SMALL),
    *((name, "inspect") for name in ("as many keywords as are read", *_SPARSE)),
    ("TEXT of 100 MB", "sample"),
    ("supplemental TEXT of 1 GB", "sample"),
    *(("two gigabytes", reading) for reading in list(READINGS)[2:]),
)
"""Files, and how each is read."""


def write(name: str, folder: Path) -> Path:
    """Write a file that exhausts; most of a large one is a hole."""
    path = folder / "file.fcs"
    if name in _SMALL:
        path.write_bytes(_SMALL[name]())
        return path
    build, size = _SPARSE[name]
    with path.open("wb") as file:
        file.write(build())
        os.truncate(file.fileno(), size)
    return path


def measure(reading: str, path: Path) -> str:
    """Read in a process of its own: a copy of this one, in which all is imported."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        signal.alarm(_PATIENCE)
        os._exit(_read(reading, path))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    answer = path.with_name(_ANSWER)
    if status or not answer.exists():
        return f"ended with status {status}"
    return answer.read_text(encoding="utf-8")


def _read(reading: str, path: Path) -> int:
    """Read, and leave seconds, megabytes and the outcome beside the file."""
    before, begin = _resident(), time.perf_counter()
    try:
        READINGS[reading](path)
        outcome = "read"
    except FcsError as error:
        outcome = f"refused: {error}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said
        outcome = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - begin
    rise = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    answer = f"{seconds:.3f} {rise / 1e6:.1f} {outcome[:150]}"
    path.with_name(_ANSWER).write_text(answer, encoding="utf-8")
    return 0


def _resident() -> int:
    """Memory in use now, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


def main(folder: str) -> None:
    """Print a line for each case; a small file is read first, for the imports."""
    small = Path(folder) / "small.fcs"
    small.write_bytes(_float_file())
    read_fcs(small)
    for name, reading in CASES:
        path = write(name, Path(folder))
        path.with_name(_ANSWER).unlink(missing_ok=True)
        print(f"{name}\t{reading}\t{measure(reading, path)}")  # noqa: T201 - its answer
        path.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
