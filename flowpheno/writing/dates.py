"""Date and time of acquisition, as FCS 3.1 and as FCS 3.2 spell them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
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


def date_keywords(keywords: Mapping[str, str]) -> dict[str, str]:
    """Spell ``$DATE``, ``$BTIM`` and ``$ETIM`` as FCS 3.2 does.

    Parameters
    ----------
    keywords : mapping of str to str
        Upper-case keywords.

    Returns
    -------
    dict of str to str
        ``$BEGINDATETIME`` and ``$ENDDATETIME`` where they are not written but follow: local time
        without a zone, since FCS 3.1 has none. A run that ends at an earlier hour than it began
        ended the day after. Empty for what cannot be read, and for years of two digits.

    Examples
    --------
    >>> date_keywords({"$DATE": "02-MAR-2020", "$BTIM": "23:59:30", "$ETIM": "00:01:00"})
    {'$BEGINDATETIME': '2020-03-02T23:59:30', '$ENDDATETIME': '2020-03-03T00:01:00'}
    """
    begin = _moment(keywords.get("$DATE", ""), keywords.get("$BTIM", ""))
    end = _moment(keywords.get("$DATE", ""), keywords.get("$ETIM", ""))
    if begin is not None and end is not None and end < begin:
        end = end + timedelta(days=1) if end.date() < date.max else None
    found = {"$BEGINDATETIME": begin, "$ENDDATETIME": end}
    return {
        keyword: moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
        for keyword, moment in found.items()
        if moment is not None and not keywords.get(keyword)
    }


def _moment(on: str, at: str) -> datetime | None:
    """Local time; sixtieths of a second (FCS 3.0) are left out."""
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
