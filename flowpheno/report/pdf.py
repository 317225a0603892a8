"""A page as PDF, by WeasyPrint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowpheno.errors import MissingPackageError

if TYPE_CHECKING:
    from pathlib import Path


def require_pdf() -> None:
    """Refuse before any work is done, if PDF cannot be written.

    Raises
    ------
    MissingPackageError
        If WeasyPrint, or the Pango library it needs, is not installed; names the extra.
    """
    _weasyprint()


def write_pdf(page: Path) -> Path:
    """Write a page that stands on disk as PDF beside it.

    Parameters
    ----------
    page : Path
        A page of ours, which holds all it shows.

    Returns
    -------
    Path
        The same name, ending in ``.pdf``; laid out by the style for print, A4, with the structure
        that a screen reader needs.

    Raises
    ------
    MissingPackageError
        If WeasyPrint is not installed.
    """
    weasyprint = _weasyprint()
    out = page.with_suffix(".pdf")
    within = weasyprint.URLFetcher(allowed_protocols=["data"])  # a page loads nothing
    document = weasyprint.HTML(string=page.read_text(encoding="utf-8"), url_fetcher=within)
    document.write_pdf(out, pdf_tags=True, presentational_hints=True)
    return out


def _weasyprint() -> Any:  # noqa: ANN401 - it is optional, and has no types where it is not
    try:
        import weasyprint  # noqa: PLC0415 - optional, slow to import
    except (ImportError, OSError) as error:  # OSError: Pango is a library of the system
        raise MissingPackageError(
            "PDF needs WeasyPrint and the Pango library: pip install 'flowpheno[pdf]', "
            "and libpango-1.0-0 of the system"
        ) from error
    return weasyprint
