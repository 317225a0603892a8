"""What panels/decision.yaml must say: quantities and blocking reasons of the specimen verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.finding import ReasonCode
from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Percent = Annotated[float, Field(gt=0, le=100)]
_FORBID_A_NEGATIVE = frozenset(
    {
        ReasonCode.LOW_VIABILITY,
        ReasonCode.HEMODILUTED,
        ReasonCode.DEAD_CELLS_NOT_EXCLUDED,
        ReasonCode.TIME_INSTABILITY,
        ReasonCode.MISSING_DISCRIMINATORS,
        ReasonCode.COMP_SENSITIVE,
        ReasonCode.COMP_MATRIX_MISSING,
        ReasonCode.COMP_ILL_CONDITIONED,
        ReasonCode.COMP_DOUBTFUL,
        ReasonCode.COMP_CONTRADICTED,
        ReasonCode.GATE_UNSAFE_AFTER_CD19_THERAPY,
        ReasonCode.TEMPLATE_MISMATCH,
        ReasonCode.NO_NORMAL_TEMPLATE,
        ReasonCode.SCALE_RELATIVE,
        ReasonCode.NEG_CONTROL_TOO_SMALL,
        ReasonCode.CLOTTED_OR_NECROTIC,
        ReasonCode.B_LINEAGE_NOT_GATED,
        ReasonCode.CD19_WITHOUT_POPULATION,
        ReasonCode.TUBE_SWAP_SUSPECTED,
        ReasonCode.GATE_REMOVED_CANDIDATES,
        ReasonCode.GATE_BLASTS_UNSUPPORTED,
        ReasonCode.MODEL_DISAGREES,
    }
)
"""A laboratory may add reasons; with one of these a negative would not be one."""


class DecisionRules(BaseModel):
    """Quantities and blocking reasons of the specimen verdict.

    Attributes
    ----------
    reference : str
        Citation or tag.
    confirm_percent, confirm_percent_known : float
        Percent of the denominator from which an aberrant population is a leukaemia: without, and
        with, a known BCP-ALL.
    non_b_percent : float
        Percent from which blasts of another kind are called.
    suspicious_beside_share : float
        Suspicious B precursors below this share of blasts of another kind do not hide those.
    unproven : tuple of ReasonCode
        Reasons for which an aberrant population is suspicious only.
    few_unproven : tuple of ReasonCode
        Reasons for which an aberrant population below `confirm_percent_known` is suspicious only.
    blocking : tuple of ReasonCode
        Reasons that forbid a negative; more than those that come along, never fewer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Annotated[str, Field(min_length=10)]
    confirm_percent: _Percent
    confirm_percent_known: _Percent
    non_b_percent: _Percent
    suspicious_beside_share: Annotated[float, Field(ge=0, le=1)]
    unproven: tuple[ReasonCode, ...]
    few_unproven: tuple[ReasonCode, ...]
    blocking: tuple[ReasonCode, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.confirm_percent_known > self.confirm_percent:
            raise ValueError("confirm_percent_known <= confirm_percent is required")
        if lacking := sorted(_FORBID_A_NEGATIVE - set(self.blocking)):
            raise ValueError(f"blocking lacks {', '.join(lacking)}")
        return self


def load_decision_rules(directory: Path | None = None) -> DecisionRules:
    """Read the rules of the specimen verdict.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    DecisionRules
        The rules.

    Raises
    ------
    PanelError
        If the file is not such a definition.
    """
    return load_definition((directory or builtin_directory()) / "decision.yaml", DecisionRules)
