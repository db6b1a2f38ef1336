"""Instants to law days and back: which civil day it is where a law holds, and when the next one begins.

Theory: a law takes effect on a civil day in its own zone. One instant is many days at once, so a question is asked
on a day for each zone that the rule set names; a given day is that day in all of them. Nothing here asks the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from compliance.model.decision import Decision
from compliance.model.period import ONE_DAY
from compliance.model.ruleset import LawDays, Ruleset

LAST: Final = datetime.max.replace(tzinfo=UTC)
"""Stands for an instant that the calendar has no day for."""


def law_days(ruleset: Ruleset, as_of: date | None, now: datetime) -> LawDays:
    """The law day in every zone of the rule set: `as_of` itself if it is given, else that of the instant `now`."""
    if as_of is not None:
        return dict.fromkeys(ruleset.zones, as_of)
    return {zone: now.astimezone(_zone(zone)).date() for zone in ruleset.zones}


def next_midnight(days: LawDays) -> datetime:
    """The first instant (UTC) at which the day is over in one of the zones; `LAST` where there is none."""
    return min((begins(day + ONE_DAY, zone) for zone, day in days.items()), default=LAST)


def first_instant(decision: Decision, turns: Iterable[tuple[str, date]] = ()) -> datetime | None:
    """The first instant (UTC) at which the decision, or its words with their `turns`, may differ.

    None if neither the law nor a wording foresees a change.
    """
    instants = [begins(day, zone) for zone, day in (*decision.changes, *turns)]
    return min((each for each in instants if each < LAST), default=None)


def grows_old(ruleset: Ruleset, day: date) -> datetime | None:
    """The first instant (UTC) at which signed rules are stale that are not on a day; None if there is none."""
    last = ruleset.fresh_until
    return begins(last + ONE_DAY, "UTC") if last is not None and day <= last < date.max else None


def begins(day: date, zone: str) -> datetime:
    """The instant (UTC) at which a day begins in a zone; `LAST` at the end of the calendar."""
    try:
        return datetime.combine(day, time(), _zone(zone)).astimezone(UTC)
    except OverflowError:
        return LAST  # nobody will ask again


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
