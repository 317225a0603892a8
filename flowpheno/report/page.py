"""What every page has: the template environment, number formats, the content security policy."""

from __future__ import annotations

import base64
import hashlib
import io
import math
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from flowpheno.report.palette import colour_of, plain_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from flowpheno.panel.verdicts import VerdictTexts

_NONE = "\N{EN DASH}"
_COLOURS = 256
_DPI = 200  # crisp in print: a plot is about 60 mm wide there


def render(template: str, texts: VerdictTexts, *, simulated: bool, **content: object) -> str:
    """Render a page.

    Parameters
    ----------
    template : str
        File in ``templates/``.
    texts : VerdictTexts
        Meanings and sentences.
    simulated : bool
        Whether the banner is shown.
    **content : object
        What the template shows; everything is escaped.

    Returns
    -------
    str
        A page that loads nothing: its style, script and pictures are inside it, and its policy
        allows no others.
    """
    style, script = _asset("style.css"), _asset("table.js")
    page: str = (
        _environment()
        .get_template(template)
        .render(
            texts=texts,
            simulated=simulated,
            style=style,
            script=script,
            policy=_policy(style, script),
            **content,
        )
    )
    return page


def format_percent(value: float | None) -> str:
    """Write a percentage with as many digits as it has meaning.

    Parameters
    ----------
    value : float or None
        0 to 100.

    Returns
    -------
    str
        Without the sign; a dash for NaN or None.

    Examples
    --------
    >>> format_percent(43.2109), format_percent(0.00123)
    ('43.2', '0.00123')
    """
    if value is None or math.isnan(value):
        return _NONE
    if value >= 10 or value == 0:  # noqa: PLR2004 - digits
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def format_number(value: float | None, digits: int = 3) -> str:
    """Write a measured number.

    Parameters
    ----------
    value : float or None
        Any unit.
    digits : int
        Significant digits.

    Returns
    -------
    str
        With thousands separated; a dash for NaN or None.

    Examples
    --------
    >>> format_number(12345.6), format_number(0.2)
    ('12,346', '0.2')
    """
    if value is None or math.isnan(value):
        return _NONE
    if abs(value) >= 10**digits:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def format_shift(value: float | None) -> str:
    """Write a shift in log10 with its sign.

    Parameters
    ----------
    value : float or None
        In log10.

    Returns
    -------
    str
        Such as ``"+0.54"``; a dash for NaN or None.
    """
    if value is None or math.isnan(value):
        return _NONE
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def png_of(figure: Figure) -> bytes:
    """Render a figure.

    Parameters
    ----------
    figure : Figure
        Any figure.

    Returns
    -------
    bytes
        A PNG without time stamp, the same for the same figure.
    """
    from PIL import Image  # noqa: PLC0415 - start-up

    raw, buffer = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="rgba", dpi=_DPI)
    size = tuple(int(side * _DPI) for side in figure.get_size_inches())
    picture = Image.frombytes("RGBA", (size[0], size[1]), raw.getvalue()).convert("RGB")
    # a palette makes a page a third as large; no colour moves by more than the eye would see
    picture = picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    picture.save(buffer, format="PNG", dpi=(_DPI, _DPI))
    return buffer.getvalue()


def data_uri(picture: bytes) -> str:
    """Put a PNG into a page.

    Parameters
    ----------
    picture : bytes
        A PNG.

    Returns
    -------
    str
        For the ``src`` of an image.
    """
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flowpheno.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "percent": format_percent,
        "number": format_number,
        "shift": format_shift,
        "plain": plain_name,
        "colour": colour_of,
    }
    environment.filters.update(filters)
    return environment


@cache
def _asset(name: str) -> str:
    return (files("flowpheno.report") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Allow exactly the style and script of this page, pictures within it, and nothing else."""
    hashes = (base64.b64encode(hashlib.sha256(t.encode()).digest()) for t in (style, script))
    style_hash, script_hash = (f"'sha256-{digest.decode('ascii')}'" for digest in hashes)
    return (
        f"default-src 'none'; img-src data:; style-src {style_hash}; script-src {script_hash}; "
        "base-uri 'none'; form-action 'none'"
    )
