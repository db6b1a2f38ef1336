"""Suspensions: days inside a period on which what it speaks of has no effect."""

from __future__ import annotations

from compliance.language.fields import Fields
from compliance.language.keys import names
from compliance.language.source import Text
from compliance.model.period import Period

_DAYS = ("first_day", "last_day")


def gaps(fields: Fields, key: str, whole: Period) -> tuple[Period, ...]:
    """The suspensions under `key`, each inside the period and none touching another, earliest first."""
    found: list[Period] = []
    for item in fields.maps(key):
        inner = Fields(item, "a suspension", fields.to, names("suspension"))
        problems = len(fields.to.problems)
        gap = inner.period()
        is_read = len(fields.to.problems) == problems and all(isinstance(item.get(key), Text) for key in _DAYS)
        inner.text("source")
        inner.text("note")
        last = gap.last_day or whole.last_day
        if not is_read:
            continue
        if gap.first_day is None:
            fields.to.fail(item.span, "a suspension begins on a day", "write the first day, not `none`")
        elif gap.first_day not in whole or (last is not None and last not in whole):
            fields.to.fail(item.span, "the suspension is not inside the days of effect", "give days between those")
        elif found and (found[-1].last_day is None or gap.first_day <= found[-1].last_day):
            fields.to.fail(item.span, "the suspensions overlap or are not in order", "put the earliest first")
        else:
            found.append(gap)
    return tuple(found)
