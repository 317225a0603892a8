"""What verdicts and reason codes mean, in the words of ``panels/verdicts.yaml``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from flowpheno.finding import ReasonCode
from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Sentence = Annotated[str, StringConstraints(min_length=10, strip_whitespace=True)]


class Tone(StrEnum):
    """Which mark stands beside a verdict."""

    POSITIVE = "positive"
    SUSPICIOUS = "suspicious"
    NEGATIVE = "negative"
    OPEN = "open"


class VerdictText(BaseModel):
    """How one verdict is put.

    Attributes
    ----------
    title : str
        The verdict in a few words.
    tone : Tone
        Which mark stands beside it.
    meaning : str
        What it says and what it does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    tone: Tone
    meaning: _Sentence


class VerdictTexts(BaseModel):
    """The words of a report.

    Attributes
    ----------
    reference : str
        Sources.
    research_use : str
        Printed on every page.
    single_site : str
        Printed with every negative.
    verdicts : dict of str to VerdictText
        Verdicts on a specimen, by code.
    clonality : dict of str to str
        What is said of the word monoclonal.
    cases : dict of str to VerdictText
        Verdicts on a case.
    comparisons : dict of str to VerdictText
        What became of a phenotype.
    flags : dict of str to str
        Flags beside the verdict on a case.
    reasons : dict of ReasonCode to str
        Every reason code, explained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: _Sentence
    research_use: _Sentence
    single_site: _Sentence
    verdicts: dict[str, VerdictText]
    clonality: dict[str, _Sentence]
    cases: dict[str, VerdictText]
    comparisons: dict[str, VerdictText]
    flags: dict[str, _Sentence]
    reasons: dict[ReasonCode, _Sentence]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [code for code in ReasonCode if code not in self.reasons]
        if missing:
            raise ValueError(f"not explained: {', '.join(missing)}")
        return self


def load_verdict_texts(directory: Path | None = None) -> VerdictTexts:
    """Read the words of a report.

    Parameters
    ----------
    directory : Path, optional
        Folder of definitions; the one that comes with flowpheno if not given, or if it does not
        hold ``verdicts.yaml``.

    Returns
    -------
    VerdictTexts
        All of them; none is missing.

    Raises
    ------
    PanelError
        If the file is not such a definition, or leaves a code unexplained.
    """
    path = (directory or builtin_directory()) / "verdicts.yaml"
    return load_definition(
        path if path.is_file() else builtin_directory() / "verdicts.yaml", VerdictTexts
    )
