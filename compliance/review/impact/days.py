"""Stretches of days: the calendar cut at every day on which something begins or ends.

Theory: whatever is the same on all days of a stretch needs to be looked at on one of them only. Days are civil
days, the same in every zone, as in a scenario; what differs for the hours in which zones have different days
is told apart elsewhere (`compare`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from compliance.model.period import ONE_DAY


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` to `last`, both included; None is an open end."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        """Whether `day` is one of the days."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def day(self, near: date) -> date:
        """The day of the stretch that is nearest to `near`: it stands for all of them."""
        if self.first is not None and near < self.first:
            return self.first
        return self.last if self.last is not None and self.last < near else near

    def __str__(self) -> str:
        """The days in words; nothing where they are all days."""
        if self.first is None:
            return "" if self.last is None else f"until {self.last}"
        if self.last is None:
            return f"from {self.first}"
        return f"on {self.first}" if self.first == self.last else f"from {self.first} to {self.last}"


ALL_DAYS = Stretch()


def cut(edges: Iterable[date]) -> list[Stretch]:
    """The calendar in stretches, of which all but the first begin with an edge.

    >>> [str(each) for each in cut([date(2024, 2, 20)])]
    ['until 2024-02-19', 'from 2024-02-20']
    """
    found: list[Stretch] = []
    first: date | None = None
    for edge in sorted({edge for edge in edges if edge > date.min}):
        found.append(Stretch(first, edge - ONE_DAY))
        first = edge
    return [*found, Stretch(first)]


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same days in as few stretches as there can be, in their order."""
    found: list[Stretch] = []
    for each in sorted(set(stretches), key=_order):
        before = found[-1] if found else None
        if before is None or not _touches(before, each):
            found.append(each)
        elif before.last is not None and (each.last is None or before.last < each.last):
            found[-1] = Stretch(before.first, each.last)
    return tuple(found)


def _order(stretch: Stretch) -> tuple[date, date]:
    return stretch.first or date.min, stretch.last or date.max


def _touches(before: Stretch, after: Stretch) -> bool:
    """Whether no day lies between the two."""
    return before.last is None or after.first is None or after.first.toordinal() <= before.last.toordinal() + 1


def days_in_words(stretches: Iterable[Stretch]) -> str:
    """Some days in words; nothing where they are all days."""
    return " and ".join(str(each) for each in joined(stretches) if each != ALL_DAYS)
