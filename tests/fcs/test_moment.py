"""When a file was acquired, as its keywords say it."""

import pytest

from flowpheno.fcs.moment import acquired


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"$DATE": "02-Mar-2020", "$BTIM": "09:42:05"}, "2020-03-02T09:42:05"),
        ({"$DATE": "02-MAR-2020"}, "2020-03-02T00:00:00"),
        ({"$DATE": "02-MAR-2020", "$BTIM": "noon"}, "2020-03-02T00:00:00"),
        ({"$BEGINDATETIME": "2021-01-02T03:04:05", "$DATE": "02-MAR-2020"}, "2021-01-02T03:04:05"),
        ({"$BEGINDATETIME": "yesterday", "$DATE": "02-MAR-2020"}, "2020-03-02T00:00:00"),
    ],
)
def test_a_moment_is_read(keywords, expected):
    assert acquired(keywords).isoformat() == expected


@pytest.mark.parametrize("date", ["", "31-FEB-2020", "02-MAR-20", "2020-03-02", "02-XYZ-2020"])
def test_what_is_no_date_is_none(date):
    assert acquired({"$DATE": date, "$BTIM": "09:42:05"}) is None
