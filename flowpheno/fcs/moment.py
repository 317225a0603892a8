"""Date and time as TEXT keywords spell them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
        start=1,
    )
}
_DATE = re.compile(r"([0-9]{1,2})-([A-Z]{3})-([0-9]{4})", re.ASCII)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,2})?(?::[0-9]{1,3})?", re.ASCII)


def moment(on: str, at: str) -> datetime | None:
    """Read a date and a time as FCS 3.0 and 3.1 spell them.

    Parameters
    ----------
    on : str
        As in ``$DATE``, such as ``"02-MAR-2020"``.
    at : str
        As in ``$BTIM``, such as ``"23:59:30"``; sixtieths of a second (FCS 3.0) are left out.

    Returns
    -------
    datetime or None
        Local time without a zone; None for what cannot be read, and for years of two digits.

    Examples
    --------
    >>> moment("02-MAR-2020", "23:59:30.50").isoformat()
    '2020-03-02T23:59:30.500000'
    """
    day, hour = _DATE.fullmatch(on.strip().upper()), _TIME.fullmatch(at.strip())
    if day is None or hour is None or day[2] not in _MONTHS:
        return None
    hundredths = float(hour[4] or 0)
    try:
        return datetime(  # noqa: DTZ001 - the file does not say where it was made
            int(day[3]),
            _MONTHS[day[2]],
            int(day[1]),
            int(hour[1]),
            int(hour[2]),
            int(hour[3]),
            round(hundredths * 1_000_000),
        )
    except ValueError:  # the 31st of February
        return None


def acquired(keywords: Mapping[str, str]) -> datetime | None:
    """Read when the acquisition began.

    Parameters
    ----------
    keywords : mapping of str to str
        Upper-case keywords.

    Returns
    -------
    datetime or None
        ``$BEGINDATETIME`` (FCS 3.2), else ``$DATE`` with ``$BTIM``, or with midnight if that is
        not there; None where nothing can be read.
    """
    try:
        return datetime.fromisoformat(keywords.get("$BEGINDATETIME", "").strip())
    except ValueError:
        pass
    date = keywords.get("$DATE", "")
    return moment(date, keywords.get("$BTIM", "")) or moment(date, "00:00:00")
