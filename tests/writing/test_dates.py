from __future__ import annotations

import pytest

from flowpheno.writing.dates import date_keywords


@pytest.mark.parametrize(
    ("date", "begin", "end", "expected"),
    [
        ("02-Mar-2020", "09:42:05", "09:50:15", ("2020-03-02T09:42:05", "2020-03-02T09:50:15")),
        ("31-DEC-2019", "23:59:59", "00:00:01", ("2019-12-31T23:59:59", "2020-01-01T00:00:01")),
        ("02-MAR-2020", "09:42:05.25", "", ("2020-03-02T09:42:05.250", None)),
        ("02-MAR-2020", "09:42:05:30", "", ("2020-03-02T09:42:05", None)),
        ("31-FEB-2020", "09:42:05", "", (None, None)),
        ("02-MAR-20", "09:42:05", "", (None, None)),
        ("02-XYZ-2020", "09:42:05", "", (None, None)),
        ("02-MAR-2020", "25:00:00", "noon", (None, None)),
        ("31-DEC-9999", "23:00:00", "01:00:00", ("9999-12-31T23:00:00", None)),
        ("", "", "", (None, None)),
    ],
)
def test_dates(date, begin, end, expected):
    found = date_keywords({"$DATE": date, "$BTIM": begin, "$ETIM": end})
    assert (found.get("$BEGINDATETIME"), found.get("$ENDDATETIME")) == expected


def test_what_is_written_already_stays():
    keywords = {"$DATE": "02-MAR-2020", "$BTIM": "09:42:05", "$BEGINDATETIME": "2020-03-02T09:42Z"}
    assert date_keywords(keywords) == {}
