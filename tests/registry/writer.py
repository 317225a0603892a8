"""A program that stores specimens one by one, and says on stdout which are confirmed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from flowpheno.registry import Provenance, Signature, open_registry, store
from flowpheno.results import read_results
from tests.invented import run_of


def write(place: str, worker: str, n: int, folder: str = "") -> None:
    """Store n specimens of one patient, copies of one result."""
    run = read_results(Path(folder)) if folder else run_of("marrow")
    made, signature = Provenance.of(run), Signature(who=worker)
    with open_registry(place) as registry:
        for number in range(n):
            name = f"{worker}-{number}"
            result = replace(run.specimens[0], specimen=name, patient=worker)
            tubes = tuple(replace(t, sha256=f"{name}-{t.name}") for t in result.tubes)
            store(registry, replace(result, tubes=tubes), made, signature)
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
