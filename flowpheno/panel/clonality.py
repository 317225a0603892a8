"""What panels/clonality.yaml must say: when light chains show restriction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path


class ClonalityRules(BaseModel):
    """Light-chain ratios of reactive and of restricted B cells."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Annotated[str, Field(min_length=10)]
    minimum_events: Annotated[int, Field(gt=0)]
    surface_ig_percent: Annotated[float, Field(gt=0, le=100)]
    reactive_ratio: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
    restricted_ratio: Annotated[float, Field(gt=1)]
    restricted_percent: Annotated[float, Field(gt=50, le=100)]

    @model_validator(mode="after")
    def _reactive_is_inside(self) -> Self:
        low, high = self.reactive_ratio
        if not 1 / self.restricted_ratio <= low < high <= self.restricted_ratio:
            raise ValueError("reactive_ratio must rise and lie inside the restricted ratios")
        return self


def load_clonality_rules(directory: Path | None = None) -> ClonalityRules:
    """Read ``clonality.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    ClonalityRules
        The validated definition.

    Raises
    ------
    PanelError
        If the file is missing or does not say what it must.
    """
    return load_definition((directory or builtin_directory()) / "clonality.yaml", ClonalityRules)
