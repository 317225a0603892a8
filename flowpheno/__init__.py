"""Flow-cytometry immunophenotype classifier for B-precursor ALL. Research use only.

    >>> import flowpheno as fp
    >>> fp.score("CD10+ CD19+ cyCD79a+ TdT+").egil.b
    4.5

Every name is imported when it is first used, so that ``import flowpheno`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowpheno import errors as errors
    from flowpheno.api import Classified as Classified
    from flowpheno.api import Cohort as Cohort
    from flowpheno.api import classify as classify
    from flowpheno.api import classify_directory as classify_directory
    from flowpheno.api import compare as compare
    from flowpheno.api import match_phenotypes as match_phenotypes
    from flowpheno.api import score as score
    from flowpheno.compensation import compensate as compensate
    from flowpheno.compensation import read_spillover_csv as read_spillover_csv
    from flowpheno.errors import FcsError as FcsError
    from flowpheno.errors import FlowphenoError as FlowphenoError
    from flowpheno.panel.definitions import load_definitions as load_definitions
    from flowpheno.reading import read_fcs as read_fcs
    from flowpheno.reading import sample_from_table as sample_from_table
    from flowpheno.sample import Sample as Sample
    from flowpheno.sample import Scale as Scale
    from flowpheno.specimen import Specimen as Specimen
    from flowpheno.specimen import Therapy as Therapy
    from flowpheno.transform import transform_sample as transform
    from flowpheno.verdict import SpecimenVerdict as SpecimenVerdict
    from flowpheno.verdict import Verdict as Verdict
    from flowpheno.version import VERSION

    __version__ = VERSION

_HOME = {
    "Classified": "flowpheno.api",
    "Cohort": "flowpheno.api",
    "FcsError": "flowpheno.errors",
    "FlowphenoError": "flowpheno.errors",
    "Sample": "flowpheno.sample",
    "Scale": "flowpheno.sample",
    "Specimen": "flowpheno.specimen",
    "SpecimenVerdict": "flowpheno.verdict",
    "Therapy": "flowpheno.specimen",
    "Verdict": "flowpheno.verdict",
    "classify": "flowpheno.api",
    "classify_directory": "flowpheno.api",
    "compare": "flowpheno.api",
    "compensate": "flowpheno.compensation",
    "load_definitions": "flowpheno.panel.definitions",
    "match_phenotypes": "flowpheno.api",
    "read_fcs": "flowpheno.reading",
    "read_spillover_csv": "flowpheno.compensation",
    "sample_from_table": "flowpheno.reading",
    "score": "flowpheno.api",
}
_MODULES = ("errors", "transform")  # `transform` is a package that can be called

__all__ = [
    "Classified",
    "Cohort",
    "FcsError",
    "FlowphenoError",
    "Sample",
    "Scale",
    "Specimen",
    "SpecimenVerdict",
    "Therapy",
    "Verdict",
    "__version__",
    "classify",
    "classify_directory",
    "compare",
    "compensate",
    "errors",
    "load_definitions",
    "match_phenotypes",
    "read_fcs",
    "read_spillover_csv",
    "sample_from_table",
    "score",
    "transform",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name == "__version__":
        return import_module("flowpheno.version").VERSION
    if name in _MODULES:
        return import_module(f"flowpheno.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'flowpheno' has no attribute {name!r}")
    if "IPython" in sys.modules:
        import_module("flowpheno.notebook").register()
    found: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
