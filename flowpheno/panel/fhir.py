"""What panels/fhir.yaml must say: verified codes of the hospital export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Name = Annotated[str, Field(min_length=1)]


class VerifiedCode(BaseModel):
    """A code of a public code system.

    Attributes
    ----------
    system, code, display : str
        As FHIR calls them.
    source : str
        Where it was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Annotated[str, Field(pattern=r"^https?://")]
    code: _Name
    display: _Name
    source: Annotated[str, Field(min_length=10)]


class FhirCodes(BaseModel):
    """Codes of the hospital export; what is missing goes out as text.

    Attributes
    ----------
    reference : str
        Sources.
    codes : dict of str to VerifiedCode
        What is meant, to its code.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Annotated[str, Field(min_length=10)]
    codes: dict[str, VerifiedCode]


def load_fhir_codes(directory: Path | None = None) -> FhirCodes:
    """Read ``fhir.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    FhirCodes
        The validated definition.

    Raises
    ------
    PanelError
        If the file is missing or does not say what it must.
    """
    return load_definition((directory or builtin_directory()) / "fhir.yaml", FhirCodes)
