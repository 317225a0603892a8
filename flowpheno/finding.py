"""What a stage noticed: a value, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How a finding bears on the verdict."""

    NOTE = "note"
    WARNING = "warning"
    BLOCKING = "blocking"  # a negative cannot be given


class ReasonCode(StrEnum):
    """Why a verdict is what it is; the codes of every results table."""

    FLOW_NOT_PERFORMED = "FLOW_NOT_PERFORMED"
    TOO_FEW_EVENTS = "TOO_FEW_EVENTS"
    LOW_VIABILITY = "LOW_VIABILITY"
    DEAD_CELLS_NOT_EXCLUDED = "DEAD_CELLS_NOT_EXCLUDED"
    HEMODILUTED = "HEMODILUTED"
    MISSING_LINEAGE_MARKERS = "MISSING_LINEAGE_MARKERS"
    MISSING_DISCRIMINATORS = "MISSING_DISCRIMINATORS"
    NEG_CONTROL_TOO_SMALL = "NEG_CONTROL_TOO_SMALL"
    REF_SUBSTITUTED = "REF_SUBSTITUTED"
    COMP_SENSITIVE = "COMP_SENSITIVE"
    COMP_MATRIX_MISSING = "COMP_MATRIX_MISSING"
    COMP_ILL_CONDITIONED = "COMP_ILL_CONDITIONED"
    COMP_DOUBTFUL = "COMP_DOUBTFUL"
    TIME_INSTABILITY = "TIME_INSTABILITY"
    MARGIN_EXCESS = "MARGIN_EXCESS"
    DOUBLET_EXCESS = "DOUBLET_EXCESS"
    CLOTTED_OR_NECROTIC = "CLOTTED_OR_NECROTIC"
    SAMPLE_AGE_GT_72H = "SAMPLE_AGE_GT_72H"
    GATE_UNSAFE_AFTER_CD19_THERAPY = "GATE_UNSAFE_AFTER_CD19_THERAPY"
    CD19_MASKED = "CD19_MASKED"
    CD20_MASKED_RITUXIMAB = "CD20_MASKED_RITUXIMAB"
    CD22_MASKED_INOTUZUMAB = "CD22_MASKED_INOTUZUMAB"
    CD38_MASKED_DARATUMUMAB = "CD38_MASKED_DARATUMUMAB"
    PANEL_UNRECOGNISED = "PANEL_UNRECOGNISED"
    CHANNEL_UNMAPPED = "CHANNEL_UNMAPPED"
    CHANNEL_AMBIGUOUS = "CHANNEL_AMBIGUOUS"
    TEMPLATE_MISMATCH = "TEMPLATE_MISMATCH"
    REGENERATING_MARROW = "REGENERATING_MARROW"
    CLONALITY_NOT_ASSESSABLE = "CLONALITY_NOT_ASSESSABLE"
    DX_PHENOTYPE_MISSING = "DX_PHENOTYPE_MISSING"
    SOURCE_CONFLICT = "SOURCE_CONFLICT"
    SINGLE_SITE_NEGATIVE = "SINGLE_SITE_NEGATIVE"
    TISSUE_EVIDENCE_ONLY = "TISSUE_EVIDENCE_ONLY"
    MATURE_B_SURFACE_IG = "MATURE_B_SURFACE_IG"
    LINEAGE_FROM_HISTORY = "LINEAGE_FROM_HISTORY"
    NO_NORMAL_TEMPLATE = "NO_NORMAL_TEMPLATE"
    SCALE_RELATIVE = "SCALE_RELATIVE"
    QC_STEP_NOT_POSSIBLE = "QC_STEP_NOT_POSSIBLE"
    NON_B_BLASTS_PRESENT = "NON_B_BLASTS_PRESENT"
    MATURE_B_SUSPECTED = "MATURE_B_SUSPECTED"
    LOD_ABOVE_REQUIRED = "LOD_ABOVE_REQUIRED"
    MARKER_MISSING = "MARKER_MISSING"
    FLUOROCHROME_DIFFERS = "FLUOROCHROME_DIFFERS"
    ANCHOR_SHIFTED = "ANCHOR_SHIFTED"
    B_LINEAGE_NOT_GATED = "B_LINEAGE_NOT_GATED"
    FCS_REPAIRED = "FCS_REPAIRED"
    DUPLICATE_FILE = "DUPLICATE_FILE"
    METADATA_DERIVED = "METADATA_DERIVED"
    STEP_LOG = "STEP_LOG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a stage noticed.

    Attributes
    ----------
    code : ReasonCode
        Stable identifier.
    severity : Severity
        How it bears on the verdict.
    stage : str
        Module that noticed it, such as ``"qc.time"``.
    message : str
        One sentence for the report, with its numbers and units.
    value : float or None
        The number the message is about, in the unit the message names.
    """

    code: ReasonCode
    severity: Severity
    stage: str
    message: str
    value: float | None = None
