"""Write the pages: a batch, its specimens, a case, a comparison."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from flowpheno.matching import Outcome
from flowpheno.panel.mrd import load_mrd_rules
from flowpheno.panel.verdicts import Tone, load_verdict_texts
from flowpheno.report.case_pictures import case_pictures
from flowpheno.report.comparison_pictures import comparison_pictures
from flowpheno.report.describe import score_rows
from flowpheno.report.identity import report_id
from flowpheno.report.page import render
from flowpheno.report.pdf import write_pdf
from flowpheno.report.pictures import tube_pictures
from flowpheno.results import Run, read_results
from flowpheno.results.names import file_stems
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.case import CaseVerdict
    from flowpheno.comparison import Comparison
    from flowpheno.finding import ReasonCode
    from flowpheno.panel.verdicts import VerdictTexts
    from flowpheno.phenotype import Phenotype
    from flowpheno.results import PopulationCount, SpecimenResult, TubeResult

_MANY = 3  # specimens
_DEEPEST = 5  # indentations of the style sheet
_OUTCOMES = (Outcome.MATCH, Outcome.UNDETERMINED, Outcome.NO_MATCH)
_ON_PAGE = frozenset({"blasts", "hematogones", "B_mature", "T", "gran"})
"""Populations whose markers a page shows; tables hold those of all."""


def write_report(
    run: Run | Path,
    out: Path,
    *,
    definitions: Path | None = None,
    earlier: Mapping[tuple[str, str], tuple[str, str]] | None = None,
    pdf: bool = False,
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
    pdf : bool
        Whether each page is written as PDF beside it too.

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
    MissingPackageError
        If PDF was asked for and WeasyPrint is not installed.
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
        _write(folder / link, specimen_page(specimen, run, texts, earlier=remark), pdf=pdf)
    return _write(folder / "index.html", index_page(run, links, texts), pdf=pdf)


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
    shared = _shared_reasons(run)
    return render(
        "index.html",
        texts,
        simulated=run.simulated,
        run=run,
        rows=list(zip(run.specimens, links, strict=True)),
        summary=[(v, counted[v]) for v in SpecimenVerdict if counted[v]],
        shared=sorted(shared),
        rest=[[c for c in s.verdict.reasons if c not in shared] for s in run.specimens],
        codes=sorted({code for s in run.specimens for code in s.verdict.reasons}),
    )


def _shared_reasons(run: Run) -> frozenset[ReasonCode]:
    """Find the reasons of every specimen, which a table of many need not repeat."""
    sets = [frozenset(specimen.verdict.reasons) for specimen in run.specimens]
    return frozenset.intersection(*sets) if len(sets) >= _MANY else frozenset()


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
    described = [(tube, *_on_page(tube)) for tube in specimen.tubes]
    return render(
        "specimen.html",
        texts,
        simulated=run.simulated,
        run=run,
        result=specimen,
        report_id=report_id(specimen, run),
        earlier=earlier,
        limitations=_limitations(specimen, texts),
        scores=score_rows(specimen.scores),
        matches=sorted(specimen.matches, key=lambda match: _OUTCOMES.index(match.outcome)),
        has_phenotypes=any(t.phenotypes for t in specimen.tubes),
        described=described,
        pictures=[(tube, tube_pictures(tube)) for tube in specimen.tubes],
        hierarchies=[(t, _hierarchy(t)) for t in specimen.tubes],
    )


def write_case_page(
    case: CaseVerdict,
    path: Path,
    *,
    simulated: bool = False,
    definitions: Path | None = None,
    pdf: bool = False,
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
    pdf : bool
        Whether it is written as PDF beside it too.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    MissingPackageError
        If PDF was asked for and WeasyPrint is not installed.
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
        pictures=case_pictures(
            case, texts, threshold=load_mrd_rules(definitions).terminology.threshold_percent
        ),
        links=_specimen_pages(case, path),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, page, pdf=pdf)


def write_comparison_page(
    comparison: Comparison,
    path: Path,
    *,
    names: tuple[str, str],
    simulated: bool = False,
    definitions: Path | None = None,
    pdf: bool = False,
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
    pdf : bool
        Whether it is written as PDF beside it too.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    MissingPackageError
        If PDF was asked for and WeasyPrint is not installed.
    """
    page = render(
        "comparison.html",
        load_verdict_texts(definitions),
        simulated=simulated,
        comparison=comparison,
        earlier=names[0],
        later=names[1],
        pictures=comparison_pictures(comparison, names),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, page, pdf=pdf)


def _specimen_pages(case: CaseVerdict, path: Path) -> dict[str, str]:
    """Find the pages of specimens that a case wrote beside its own."""
    folder = path.parent.parent / "specimens"
    pages = {
        row.specimen: folder / row.specimen / "report" / "index.html" for row in case.timeline
    }
    return {
        name: f"../specimens/{quote(name)}/report/index.html"
        for name, page in pages.items()
        if Path(name).name == name and page.is_file()
    }


def _limitations(specimen: SpecimenResult, texts: VerdictTexts) -> list[str]:
    """Tell the limits of a verdict; a negative never goes without the sentence on sites."""
    said = list(specimen.verdict.limitations)
    negative = texts.verdicts[specimen.verdict.verdict].tone is Tone.NEGATIVE
    if negative and texts.single_site not in said:
        said.insert(0, texts.single_site)
    return said


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


def _write(path: Path, page: str, *, pdf: bool) -> Path:
    path.write_text(page, encoding="utf-8", newline="\n", errors="backslashreplace")
    if pdf:
        write_pdf(path)
    return path
