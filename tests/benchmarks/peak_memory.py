"""Peak memory of one read in a process of its own: ``python -m ... READER KIND PATH``."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def status(field: str) -> int:
    """A field of the process status in bytes."""
    written = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(rf"^{field}:\s+(\d+) kB", written, re.MULTILINE)
    return int(kilobytes) * 1024


def main(reader: str, kind: str, small: str, path: str) -> None:
    """Print by how many bytes memory rises at most; a small file goes first, for the imports."""
    from tests.benchmarks.big_files import KINDS  # noqa: PLC0415 - part of what is measured from
    from tests.benchmarks.readers import READERS  # noqa: PLC0415 - likewise

    read = KINDS[kind].read_plainly if reader == "numpy.fromfile" else READERS[reader]
    if reader != "numpy.fromfile":
        READERS[reader](Path(small))
    before = status("VmRSS")
    events = read(Path(path))
    assert len(events)
    print(status("VmHWM") - before)  # noqa: T201 - its answer


if __name__ == "__main__":
    main(*sys.argv[1:])
