"""Coverage-guided fuzzing of the reader with atheris.

``python -m tests.fuzz.fuzz_fcs -max_total_time=3600`` with the dependency groups *test* and
*fuzz* (Linux, Python 3.11). Options that libFuzzer knows are passed on; a folder named behind
them keeps the corpus from one run to the next, else it is left behind in a temporary one. The
contract is that of `tests.fuzz.contract`: an exception other than `FcsError`, a warning, more
than ten seconds or a gigabyte of memory end the run, and the file that did it is written to the
current folder. Real files join the corpus where FLOWPHENO_DATA names a folder of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from random import Random

DICTIONARY = Path(__file__).with_name("fcs.dict")
LARGEST = 1 << 15  # TEXT of most instruments and a few events
LIMITS = {"-timeout": "10", "-rss_limit_mb": "1024", "-max_len": str(LARGEST)}
STRUCTURED = 0.5
"""Share of the inputs that are damaged by what is known of FCS, not by chance alone."""


def write_seeds(folder: Path, data_dir: str | None) -> list[bytes]:
    """Write the files to start from."""
    from tests.fuzz.seeds import built_seeds, real_heads  # noqa: PLC0415 - instrumented by now

    heads = [raw for _, raw in real_heads(Path(data_dir), n_events=20)] if data_dir else []
    seeds = [*built_seeds().values(), *(raw for raw in heads if len(raw) <= LARGEST)]
    for number, raw in enumerate(seeds):
        (folder / f"seed_{number:03d}").write_bytes(raw)
    return seeds


def main() -> None:
    import atheris  # noqa: PLC0415 - optional, and before what it instruments

    with atheris.instrument_imports(include=["flowpheno"]):
        from tests.fuzz.contract import hold_to_contract  # noqa: PLC0415 - instrumented
    from tests.fuzz.mutations import mutate  # noqa: PLC0415 - beside it

    given = sys.argv[1:]
    folder = Path(tempfile.mkdtemp(prefix="corpus_"))
    seeds = write_seeds(folder, os.environ.get("FLOWPHENO_DATA"))
    hold_to_contract(seeds[0])  # what is built once is no memory of an input

    def damage(raw: bytes, largest: int, seed: int) -> bytes:
        rng = Random(seed)  # noqa: S311 - to damage files, not to keep secrets
        if rng.random() < STRUCTURED:
            return mutate(raw, seeds, rng)[:largest]
        return bytes(atheris.Mutate(raw, largest))

    limits = [f"{name}={value}" for name, value in LIMITS.items()]
    arguments = [sys.argv[0], f"-dict={DICTIONARY}", *limits, *given, str(folder)]
    atheris.Setup(arguments, hold_to_contract_silently(hold_to_contract), custom_mutator=damage)
    atheris.Fuzz()


def hold_to_contract_silently(check):
    """Give back nothing, as libFuzzer demands."""

    def check_one(raw: bytes) -> None:
        check(raw)

    return check_one


if __name__ == "__main__":
    main()
