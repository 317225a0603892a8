"""What a report is called, so that two printed pages can be told apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowpheno.results import Run, SpecimenResult

_LENGTH = 12  # hexadecimal digits: one in 2**48


def report_id(specimen: SpecimenResult, run: Run) -> str:
    """Name the report on a specimen.

    Parameters
    ----------
    specimen : SpecimenResult
        What was found in it.
    run : Run
        The run it belongs to.

    Returns
    -------
    str
        Twelve hexadecimal digits that change with the input files, the definitions, the program,
        the time of the run and the verdict, and say nothing of the patient.
    """
    parts = [
        run.version,
        run.generated,
        specimen.verdict.verdict.value,
        *sorted(tube.sha256 for tube in specimen.tubes),
        *(f"{name}={digest}" for name, digest in sorted(run.definitions.items())),
    ]
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_LENGTH]
