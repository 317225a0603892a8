"""Store every specimen of a run that has a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.registry.pseudonym import is_pseudonym
from flowpheno.registry.store import store
from flowpheno.registry.values import Provenance, StoredRun

if TYPE_CHECKING:
    from flowpheno.registry.connection import Registry
    from flowpheno.registry.values import Signature
    from flowpheno.results import Run

_LAST = "\N{DELETE}"  # behind every date


def store_run(registry: Registry, run: Run, signature: Signature) -> StoredRun:
    """Store every specimen of a run that has a patient.

    Parameters
    ----------
    registry : Registry
        Open.
    run : Run
        What was found.
    signature : Signature
        By whom, and why if something is replaced.

    Returns
    -------
    StoredRun
        What was stored, and what could not be; earliest specimens were stored first.

    Raises
    ------
    RegistryError
        If the database complains; what was stored before stays.
    """
    provenance = Provenance.of(run)
    named = [s for s in run.specimens if s.patient]
    usable = [s for s in named if is_pseudonym(s.patient)]
    usable.sort(key=lambda s: (s.date or _LAST, s.specimen))
    return StoredRun(
        stored=tuple(store(registry, s, provenance, signature) for s in usable),
        without_patient=tuple(s.specimen for s in run.specimens if not s.patient),
        refused=tuple(f"{s.specimen} ({s.patient})" for s in named if not is_pseudonym(s.patient)),
    )
