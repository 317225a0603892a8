"""Write the pages: a batch, its specimens, a case, a comparison."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.panel.verdicts import Tone, load_verdict_texts
from flowpheno.report.case_pictures import case_pictures
from flowpheno.report.describe import describe, score_rows
from flowpheno.report.page import data_uri, format_shift, png_of, render
from flowpheno.results import Run, read_results
from flowpheno.results.names import file_stems
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.case import CaseVerdict
    from flowpheno.comparison import Comparison
    from flowpheno.panel.verdicts import VerdictTexts
    from flowpheno.phenotype import Phenotype
    from flowpheno.plotdata import Plot
    from flowpheno.results import PopulationCount, SpecimenResult, TubeResult

_DEEPEST = 5  # indentations of the style sheet
_ON_PAGE = frozenset({"blasts", "hematogones", "B_mature", "T", "gran"})
"""Populations whose markers a page shows; tables hold those of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as a page holds it.

    Attributes
    ----------
    source : str
        Data URI.
    description : str
        What it shows, for those who do not see it.
    caption : str
        One line below it.
    broad : bool
        Whether it takes a whole row.
    """

    source: str
    description: str
    caption: str
    broad: bool


def write_report(
    run: Run | Path,
    out: Path,
    *,
    definitions: Path | None = None,
    earlier: Mapping[tuple[str, str], tuple[str, str]] | None = None,
) -> Path:
    """Write the pages of a run to ``out/report``.

    Parameters
    ----------
    run : Run or Path
        A run, or the folder its results were written to.
    out : Path
        Folder, made if absent; pages of the same names are replaced.
    definitions : Path, optional
        Folder of definitions with the words of the report; the one that comes with flowpheno if
        not given.
    earlier : mapping of tuple to tuple, optional
        Patient and specimen, to a sentence on the patient's earlier specimens and the page that
        compares them (empty if there is none).

    Returns
    -------
    Path
        ``index.html``.

    Raises
    ------
    ResultsError
        If the folder holds no results.
    PanelError
        If ``verdicts.yaml`` cannot be used.
    """
    if isinstance(run, Path):
        run = read_results(run)
    texts = load_verdict_texts(definitions)
    folder = out / "report"
    folder.mkdir(parents=True, exist_ok=True)
    stems = file_stems((s.patient, s.specimen) for s in run.specimens)
    links = [f"{stem}.html" for stem in stems]
    for specimen, link in zip(run.specimens, links, strict=True):
        remark = (earlier or {}).get((specimen.patient, specimen.specimen))
        _write(folder / link, specimen_page(specimen, run, texts, earlier=remark))
    return _write(folder / "index.html", index_page(run, links, texts))


def index_page(run: Run, links: list[str], texts: VerdictTexts) -> str:
    """Render the table of a batch.

    Parameters
    ----------
    run : Run
        What was found.
    links : list of str
        Page of each specimen.
    texts : VerdictTexts
        Meanings and sentences.

    Returns
    -------
    str
        The page.
    """
    counted = Counter(s.verdict.verdict for s in run.specimens)
    return render(
        "index.html",
        texts,
        simulated=run.simulated,
        run=run,
        rows=list(zip(run.specimens, links, strict=True)),
        summary=[(v, counted[v]) for v in SpecimenVerdict if counted[v]],
        codes=sorted({code for s in run.specimens for code in s.verdict.reasons}),
    )


def specimen_page(
    specimen: SpecimenResult,
    run: Run,
    texts: VerdictTexts,
    *,
    earlier: tuple[str, str] | None = None,
) -> str:
    """Render the page of a specimen: the verdict first, then why, then what limits it.

    Parameters
    ----------
    specimen : SpecimenResult
        What was found in it.
    run : Run
        The run it belongs to.
    texts : VerdictTexts
        Meanings and sentences.

    earlier : tuple of str or None
        A sentence on the patient's earlier specimens, and the page that compares them.

    Returns
    -------
    str
        The page.
    """
    return render(
        "specimen.html",
        texts,
        simulated=run.simulated,
        run=run,
        result=specimen,
        earlier=earlier,
        limitations=_limitations(specimen, texts),
        scores=score_rows(specimen.scores),
        has_phenotypes=any(t.phenotypes for t in specimen.tubes),
        described=[(t, *_on_page(t)) for t in specimen.tubes],
        pictures=[(t, [_picture(p) for p in t.plots]) for t in specimen.tubes],
        hierarchies=[(t, _hierarchy(t)) for t in specimen.tubes],
    )


def write_case_page(
    case: CaseVerdict, path: Path, *, simulated: bool = False, definitions: Path | None = None
) -> Path:
    """Write the page of a case: its verdict, what can be said, its time line.

    Parameters
    ----------
    case : CaseVerdict
        The case.
    path : Path
        The page; its folder is made if absent.
    simulated : bool
        Whether the specimens are simulated.
    definitions : Path, optional
        Folder of definitions with the words of the report.

    Returns
    -------
    Path
        The page.
    """
    texts = load_verdict_texts(definitions)
    said = list(case.sentences)
    negative = any(row.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR for row in case.timeline)
    if negative and not any(texts.single_site in sentence for sentence in said):
        said.append(texts.single_site)
    page = render(
        "case.html",
        texts,
        simulated=simulated,
        case=case,
        said=said,
        pictures=case_pictures(case, texts),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, page)


def write_comparison_page(
    comparison: Comparison,
    path: Path,
    *,
    names: tuple[str, str],
    simulated: bool = False,
    definitions: Path | None = None,
) -> Path:
    """Write the page of a comparison: what was kept, lost and gained, and what it may mean.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    path : Path
        The page; its folder is made if absent.
    names : (str, str)
        Diagnosis and relapse, as the page calls them.
    simulated : bool
        Whether the specimens are simulated.
    definitions : Path, optional
        Folder of definitions with the words of the report.

    Returns
    -------
    Path
        The page.
    """
    from flowpheno.report.shifts import draw_shifts  # noqa: PLC0415 - matplotlib is slow to load

    known = [shift for shift in comparison.shifts if not math.isnan(shift.delta_log10)]
    picture = None
    if known:
        caption = "Shift of each marker in log10 with its 95 % interval."
        words = ", ".join(f"{s.marker} {format_shift(s.delta_log10)}" for s in known)
        source = data_uri(png_of(draw_shifts(known)))
        picture = Picture(source=source, description=words, caption=caption, broad=True)
    page = render(
        "comparison.html",
        load_verdict_texts(definitions),
        simulated=simulated,
        comparison=comparison,
        earlier=names[0],
        later=names[1],
        picture=picture,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, page)


def _limitations(specimen: SpecimenResult, texts: VerdictTexts) -> list[str]:
    """Tell the limits of a verdict; a negative never goes without the sentence on sites."""
    said = list(specimen.verdict.limitations)
    negative = texts.verdicts[specimen.verdict.verdict].tone is Tone.NEGATIVE
    if negative and texts.single_site not in said:
        said.insert(0, texts.single_site)
    return said


def _picture(plot: Plot) -> Picture:
    from flowpheno.report.figures import draw  # noqa: PLC0415 - matplotlib is slow to load

    description = describe(plot)
    return Picture(
        source=data_uri(png_of(draw(plot))),
        description=description.long,
        caption=description.short,
        broad=description.broad,
    )


def _on_page(tube: TubeResult) -> tuple[list[Phenotype], list[str]]:
    """Divide the phenotypes into those a page shows and the names of the others."""
    names = [p.population for p in tube.phenotypes]
    candidate = "blasts" if "blasts" in names else "B_precursors"
    kept = _ON_PAGE | {candidate, *names[:1]}  # the first is what was judged
    return (
        [p for p in tube.phenotypes if p.population in kept],
        [name for name in names if name not in kept],
    )


def _hierarchy(tube: TubeResult) -> list[tuple[int, PopulationCount]]:
    """Give each population its depth below the root."""
    depths: dict[str, int] = {}
    for population in tube.populations:
        depths[population.name] = min(depths.get(population.parent, -1) + 1, _DEEPEST)
    return [(depths[p.name], p) for p in tube.populations]


def _write(path: Path, page: str) -> Path:
    path.write_text(page, encoding="utf-8", newline="\n", errors="backslashreplace")
    return path
