"""What panels/decision.yaml must say: quantities and blocking reasons of the specimen verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from flowpheno.finding import ReasonCode
from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Percent = Annotated[float, Field(ge=0, le=100)]


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
    blocking : tuple of ReasonCode
        Reasons that forbid a negative.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Annotated[str, Field(min_length=10)]
    confirm_percent: _Percent
    confirm_percent_known: _Percent
    non_b_percent: _Percent
    blocking: tuple[ReasonCode, ...]


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
