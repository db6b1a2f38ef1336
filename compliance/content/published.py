"""When a page was published: from what a publishing system writes to the days that it may have been.

Theory: a law asks for a day, and one moment is two or three days, by zone. Which zone the law means, nobody
here knows; so a moment is every day that it is in some civil zone, and a time without an offset may lie on
the day before or after the one that is written. A day without a time is that day: somebody chose it.

Source: ISO 8601-1, as RFC 3339 and schema.org use it; civil zones run from UTC-12 to UTC+14.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from compliance.model.period import parse_day

PUBLISHED_HELP: Final = "write it as YYYY-MM-DD, or with a time like 2024-02-20T10:00:00+03:00"
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9-]{10})[Tt ](?P<hour>[01][0-9]|2[0-3])(:?(?P<minute>[0-5][0-9])(:?[0-5][0-9]([.,][0-9]+)?)?)?"
    r"(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3])(:?(?P<minutes>[0-5][0-9]))?)?"
)
_HOUR, _DAY = 60, 24 * 60
_WEST, _EAST = -12 * _HOUR, 14 * _HOUR


def days_of(text: str) -> tuple[str, ...]:
    """The days on which something written as published at `text` may have been; none if it cannot be read.

    >>> days_of("2024-02-20"), days_of("2024-02-20T15:00:00+03:00")
    (('2024-02-20',), ('2024-02-20', '2024-02-21'))
    """
    if parse_day(text) is not None:
        return (text,)
    found = _MOMENT.fullmatch(text)
    day = None if found is None else parse_day(found["day"])
    if found is None or day is None:
        return ()
    written = day.toordinal()
    first, last = written - 1, written + 1
    if found["offset"] is not None:
        ahead = int(f"{found['sign'] or ''}1") * (int(found["hours"] or 0) * _HOUR + int(found["minutes"] or 0))
        moment = written * _DAY + int(found["hour"]) * _HOUR + int(found["minute"] or 0) - ahead
        # the day that is written is among them, even where no zone has the offset
        first, last = min(written, (moment + _WEST) // _DAY), max(written, (moment + _EAST) // _DAY)
    days = range(max(1, first), min(last, date.max.toordinal()) + 1)
    return tuple(date.fromordinal(each).isoformat() for each in days)
