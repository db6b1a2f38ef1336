"""Periods of law: days from a first to a last, both included, in a named zone.

Theory: a law begins and ends with whole days of its own country, so a period holds calendar days, never
instants; the zone only says whose days they are. Either end may be open. What is suspended for a while is a
period with a gap, and that is another thing than two periods or none. Comparing a day with a period needs
no clock: the day is an argument (`law day`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first_day` to `last_day`, both included; None is an open end.

    `zone` is an IANA name, or None where the rule that refers to the period lends its own. The days of `gaps`
    do not belong to it; gaps have neither zones nor gaps.
    """

    first_day: date | None = None
    last_day: date | None = None
    zone: str | None = None
    gaps: tuple[Period, ...] = ()

    def __contains__(self, day: date) -> bool:
        """Whether `day` is one of the period's days.

        >>> date(2024, 2, 20) in Period(date(2024, 2, 20), None)
        True
        """
        if (self.first_day is not None and day < self.first_day) or (self.last_day is not None and self.last_day < day):
            return False
        return not self.gaps or not any(day in gap for gap in self.gaps)

    def gap_on(self, day: date) -> Period | None:
        """The gap that `day` lies in, or None."""
        return next((gap for gap in self.gaps if day in gap), None)

    @property
    def is_empty(self) -> bool:
        """Whether no day is in it: it ends before it begins."""
        return self.first_day is not None and self.last_day is not None and self.last_day < self.first_day

    def next_change(self, day: date) -> date | None:
        """The first day after `day` on which membership differs from the day before it, or None.

        >>> Period(date(2024, 2, 20), None).next_change(date(2024, 2, 19))
        datetime.date(2024, 2, 20)
        """
        if self.is_empty:
            return None
        if self.gaps:
            return next((edge for edge in self.edges() if day < edge), None)
        if self.first_day is not None and day < self.first_day:
            return self.first_day
        if self.last_day is not None and day <= self.last_day and self.last_day < date.max:
            return self.last_day + ONE_DAY
        return None

    def edges(self) -> list[date]:
        """The days on which membership differs from the day before, sorted."""
        if self.is_empty:
            return []
        after = self.last_day + ONE_DAY if self.last_day is not None and self.last_day < date.max else None
        own = [day for day in (self.first_day, after) if day is not None]
        if not self.gaps:
            return own
        turns = {*own, *(day for gap in self.gaps for day in gap.edges())}
        return sorted(day for day in turns if (day in self) != (day > date.min and day - ONE_DAY in self))


ALWAYS = Period()


def between(edges: Sequence[date], day: date) -> Period:
    """The days around `day` on which nothing turns.

    >>> between([date(2024, 2, 20), date(2024, 5, 1)], date(2024, 3, 8)).last_day
    datetime.date(2024, 4, 30)

    Args:
        edges: sorted days on each of which something differs from the day before.
        day: any day.
    """
    after = bisect_right(edges, day)
    return Period(edges[after - 1] if after else None, edges[after] - ONE_DAY if after < len(edges) else None)


def parse_day(text: str) -> date | None:
    """The calendar day written as `YYYY-MM-DD`, or None if `text` is not exactly one.

    >>> parse_day("2024-02-30") is None
    True
    """
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    if not (text[:4] + text[5:7] + text[8:]).isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:]))
    except ValueError:
        return None
