"""Date and time of acquisition, as FCS 3.1 and as FCS 3.2 spell them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from flowpheno.fcs.moment import moment

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    begin = moment(keywords.get("$DATE", ""), keywords.get("$BTIM", ""))
    end = moment(keywords.get("$DATE", ""), keywords.get("$ETIM", ""))
    if begin is not None and end is not None and end < begin:
        end = end + timedelta(days=1) if end.date() < date.max else None
    found = {"$BEGINDATETIME": begin, "$ENDDATETIME": end}
    return {
        keyword: when.isoformat(timespec="milliseconds" if when.microsecond else "seconds")
        for keyword, when in found.items()
        if when is not None and not keywords.get(keyword)
    }
