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
    from flowpheno import gates as gates
    from flowpheno import registry as registry
    from flowpheno.api import Classified as Classified
    from flowpheno.api import Cohort as Cohort
    from flowpheno.api import Evaluated as Evaluated
    from flowpheno.api import Gated as Gated
    from flowpheno.api import LearnedTemplate as LearnedTemplate
    from flowpheno.api import Populations as Populations
    from flowpheno.api import build_template as build_template
    from flowpheno.api import classify as classify
    from flowpheno.api import classify_directory as classify_directory
    from flowpheno.api import compare as compare
    from flowpheno.api import evaluate as evaluate
    from flowpheno.api import from_anndata as from_anndata
    from flowpheno.api import gate as gate
    from flowpheno.api import load_template as load_template
    from flowpheno.api import match_phenotypes as match_phenotypes
    from flowpheno.api import populations as populations
    from flowpheno.api import score as score
    from flowpheno.api import to_anndata as to_anndata
    from flowpheno.api import write_strategy as write_strategy
    from flowpheno.compensation import compensate as compensate
    from flowpheno.compensation import read_spillover_csv as read_spillover_csv
    from flowpheno.errors import FcsError as FcsError
    from flowpheno.errors import FlowphenoError as FlowphenoError
    from flowpheno.gates import Strategy as Strategy
    from flowpheno.panel.definitions import load_definitions as load_definitions
    from flowpheno.pipeline.gates import read_strategy as read_strategy
    from flowpheno.reading import IonCounts as IonCounts
    from flowpheno.reading import LogChannels as LogChannels
    from flowpheno.reading import Reader as Reader
    from flowpheno.reading import from_fcmeasurement as from_fcmeasurement
    from flowpheno.reading import from_fcsparser as from_fcsparser
    from flowpheno.reading import iterate_fcs as iterate_fcs
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
    from flowpheno.widget import gate_editor as gate_editor
    from flowpheno.writing import write_sample as write_sample

    __version__ = VERSION

_HOME = {
    "Classified": "flowpheno.api",
    "Cohort": "flowpheno.api",
    "Evaluated": "flowpheno.api",
    "Gated": "flowpheno.api",
    "LearnedTemplate": "flowpheno.api",
    "Populations": "flowpheno.api",
    "build_template": "flowpheno.api",
    "FcsError": "flowpheno.errors",
    "FlowphenoError": "flowpheno.errors",
    "IonCounts": "flowpheno.reading",
    "LogChannels": "flowpheno.reading",
    "Reader": "flowpheno.reading",
    "Sample": "flowpheno.sample",
    "Scale": "flowpheno.sample",
    "Specimen": "flowpheno.specimen",
    "SpecimenVerdict": "flowpheno.verdict",
    "Strategy": "flowpheno.gates",
    "Therapy": "flowpheno.specimen",
    "Verdict": "flowpheno.verdict",
    "classify": "flowpheno.api",
    "classify_directory": "flowpheno.api",
    "compare": "flowpheno.api",
    "compensate": "flowpheno.compensation",
    "evaluate": "flowpheno.api",
    "from_anndata": "flowpheno.api",
    "from_fcmeasurement": "flowpheno.reading",
    "from_fcsparser": "flowpheno.reading",
    "gate": "flowpheno.api",
    "gate_editor": "flowpheno.widget",
    "iterate_fcs": "flowpheno.reading",
    "load_definitions": "flowpheno.panel.definitions",
    "load_template": "flowpheno.api",
    "match_phenotypes": "flowpheno.api",
    "populations": "flowpheno.api",
    "read_fcs": "flowpheno.reading",
    "read_spillover_csv": "flowpheno.compensation",
    "read_strategy": "flowpheno.pipeline.gates",
    "sample_from_table": "flowpheno.reading",
    "score": "flowpheno.api",
    "to_anndata": "flowpheno.api",
    "write_sample": "flowpheno.writing",
    "write_strategy": "flowpheno.api",
}
_MODULES = (
    "errors",
    "gates",
    "registry",
    "transform",
)  # `transform` is a package that can be called

__all__ = [
    "Classified",
    "Cohort",
    "Evaluated",
    "FcsError",
    "FlowphenoError",
    "Gated",
    "IonCounts",
    "LearnedTemplate",
    "LogChannels",
    "Populations",
    "Reader",
    "Sample",
    "Scale",
    "Specimen",
    "SpecimenVerdict",
    "Strategy",
    "Therapy",
    "Verdict",
    "__version__",
    "build_template",
    "classify",
    "classify_directory",
    "compare",
    "compensate",
    "errors",
    "evaluate",
    "from_anndata",
    "from_fcmeasurement",
    "from_fcsparser",
    "gate",
    "gate_editor",
    "gates",
    "iterate_fcs",
    "load_definitions",
    "load_template",
    "match_phenotypes",
    "populations",
    "read_fcs",
    "read_spillover_csv",
    "read_strategy",
    "registry",
    "sample_from_table",
    "score",
    "to_anndata",
    "transform",
    "write_sample",
    "write_strategy",
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
    """List what a person may type; what the module is made of would hide it."""
    return list(__all__)
