"""Reports as values: what was asked, what was counted, and on which evidence that rests.

Theory: a report is tables of plain cells, so that JSON, CSV and a page for printing say the same. With it comes its
basis: the checkpoint of the log that it was made from, and what it cannot say. Counts of answers below the least are
in no record, so no report can tell them; it tells how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from compliance.audit.report_patterns import STATES, UNKNOWN, Wanted
from compliance.errors import Problem, RequestError, nearest
from compliance.model.period import parse_day
from compliance.model.territory import PLACES

Cell = str | int | tuple[str, ...] | None
REPORTS: Final[Mapping[str, str]] = {
    "decisions": "Which notices were due",
    "rulesets": "Which rule sets were in use",
    "coverage": "Which required notices were confirmed as shown",
    "unknowns": "Which facts are unknown",
}
"""The reports, with their titles."""
GROUPINGS: Final = ("rule", "notice", "entity", "place", "day", "content", "decision", "publisher", "ruleset")
PARAMETERS: Final = (
    "rule", "notice", "entity", "place", "content", "publisher", "status", "since", "until", "on", "ruleset", "by",
    "limit",
)  # fmt: skip
SUPPRESSED: Final = "not told: that there was one would tell of a reader"
"""How many counts were too small, where no record says it."""
LIMIT: Final = 10_000
MOST_ROWS: Final = 1_000_000
_MOST_CHARACTERS: Final = 2000


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a report is asked for. None leaves nothing out."""

    rule: str | None = None
    notice: str | None = None
    entity: str | None = None
    place: str | None = None
    """An ISO 3166 code, or `unknown`: readers of whom nobody knows the place."""
    content: str | None = None
    publisher: str | None = None
    status: str | None = None
    since: date | None = None
    """Answers of this day or later may rest on what is counted ..."""
    until: date | None = None
    """... and answers of this day or earlier."""
    ruleset: str | None = None
    """The digest of a rule set, or its beginning."""
    by: tuple[str, ...] = ()
    limit: int = LIMIT

    @property
    def wanted(self) -> Wanted:
        """Which notices it is about."""
        return Wanted(rule=self.rule, notice=self.notice, entity=self.entity, status=self.status)

    @property
    def filters(self) -> dict[str, str]:
        """What leaves something out, as it was understood."""
        names = [each for each in self.__struct_fields__ if each not in {"by", "limit"}]
        return {name: str(getattr(self, name)) for name in names if getattr(self, name) is not None}


class Outage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time in which evidence may be lacking, as the log says when recording went on."""

    day: date
    reason: str
    stopped_on: date | None = None
    missed: int | None = None


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a report rests on."""

    generated: date
    origin: str | None
    """The log; None before its first checkpoint."""
    size: int
    """How many leaves its checkpoint signs."""
    root: str | None
    """In base64, as the checkpoint has it."""
    counted: int
    """How many of them are in the report; the views may be behind."""
    unsealed: bool | None
    """Whether there are records that are durable and not in the log yet; None if that is not known."""
    rulesets: tuple[str, ...]
    """The digests of those that the report is about."""
    least: int
    """Counts of answers below it are not told ..."""
    suppressed: int | None
    """... and so many there were by records of former versions; None if none says it (`SUPPRESSED`)."""
    outages: tuple[Outage, ...]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column by its name for programs and its title for people."""

    name: str
    title: str


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a report."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0
    """How many rows more there are."""
    note: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report."""

    name: str
    title: str
    asked: Asked
    basis: Basis
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    """What has to be known to read it, the gravest first."""


def columns(*names: str, **titles: str) -> tuple[Column, ...]:
    """Columns by name; one without a title has its name."""
    return tuple(Column(name=name, title=titles.get(name, name.replace("_", " "))) for name in names)


def section(
    name: str,
    title: str,
    heads: Sequence[Column],
    rows: Iterable[tuple[Cell, ...]],
    *,
    limit: int,
    note: str | None = None,
) -> Section:
    """A table of at most so many rows."""
    found = tuple(rows)
    return Section(
        name=name, title=title, columns=tuple(heads), rows=found[:limit], left_out=max(0, len(found) - limit), note=note
    )


def more_rows(number: int) -> str:
    """That so many rows are left out, as the beginning of a sentence."""
    return "1 more row is" if number == 1 else f"{number:,} more rows are"


def as_data(report: Report) -> dict[str, Any]:
    """A report as JSON values."""
    basis = msgspec.to_builtins(report.basis)
    asked = {"filters": report.asked.filters, "by": list(report.asked.by), "limit": report.asked.limit}
    tables = {
        each.name: {
            "rows": [dict(zip((column.name for column in each.columns), row, strict=True)) for row in each.rows],
            "left_out": each.left_out,
            "note": each.note,
        }
        for each in report.sections
    }
    said = {"report": report.name, "title": report.title, **asked, "notes": list(report.notes), "basis": basis}
    return {**said, **tables}


def as_json_text(value: object) -> bytes:
    """A value as JSON, also if it has half a letter, which callers may have sent and UTF-8 does not have."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value)).encode()


# -- what was asked ---------------------------------------------------------------------------------------


def asked_of(given: Mapping[str, Sequence[str]]) -> Asked:
    """What somebody asks for, in words of a query or of options.

    Raises:
        RequestError: with everything that cannot be understood.
    """
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name, values in given.items():
        if name not in PARAMETERS:
            problems.append(Problem("no report has this parameter", where=_shown(name), help=nearest(name, PARAMETERS)))
        elif name != "by" and len(values) != 1:
            problems.append(Problem("this is given more than once", where=name))
        elif any(not value.strip() or len(value) > _MOST_CHARACTERS for value in values):
            problems.append(Problem("this is empty, or too long", where=name, help="leave it out for all"))
        else:
            texts[name] = ",".join(value.strip() for value in values)
    asked = _read(texts, problems)
    if problems:
        raise RequestError(problems)
    return asked


def _read(texts: dict[str, str], problems: list[Problem]) -> Asked:
    found: dict[str, Any] = {each: texts[each] for each in _AS_IT_IS if each in texts}
    for name, known in (("status", STATES), ("by", GROUPINGS)):
        words = [word.strip() for word in texts.get(name, "").split(",") if word.strip()]
        for word in words:
            if word not in known:
                help_ = nearest(word, known) or f"there are: {', '.join(known)}"
                problems.append(Problem(f"this is no `{name}` of a report", where=name, help=help_))
        if words:
            found[name] = tuple(dict.fromkeys(words)) if name == "by" else words[0]
    found |= _days(texts, problems)
    if "place" in texts:
        found["place"] = _place(texts["place"], problems)
    if "limit" in texts:
        found["limit"] = _limit(texts["limit"], problems)
    return Asked(**found)


def _days(texts: dict[str, str], problems: list[Problem]) -> dict[str, date]:
    found: dict[str, date] = {}
    for name in ("since", "until", "on"):
        if name not in texts:
            continue
        day = parse_day(texts[name])
        if day is None:
            problems.append(Problem("this is not a calendar day", where=name, help="write it as YYYY-MM-DD"))
        else:
            found |= {"since": day, "until": day} if name == "on" else {name: day}
    if "on" in texts and {"since", "until"} & texts.keys():
        problems.append(Problem("`on` is one day, and `since` and `until` are several", where="on"))
    if "since" in found and "until" in found and found["until"] < found["since"]:
        problems.append(Problem("this is before `since`", where="until"))
    return found


_AS_IT_IS: Final = ("rule", "notice", "entity", "content", "publisher", "ruleset")


def _place(text: str, problems: list[Problem]) -> str:
    place = text if text == UNKNOWN else text.upper()
    if place != UNKNOWN and place not in PLACES:
        help_ = f"write an ISO 3166 code, such as `DE` or `RU-MOW`, or `{UNKNOWN}`"
        problems.append(Problem("this is no place", where="place", help=nearest(place, PLACES, 0.8) or help_))
    return place


def _limit(text: str, problems: list[Problem]) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 8
    if not is_number or not 1 <= int(text) <= MOST_ROWS:
        problems.append(Problem(f"this is no number from 1 to {MOST_ROWS}", where="limit"))
        return LIMIT
    return int(text)


def _shown(name: str) -> str | None:
    return name if name.isascii() and name.replace("_", "").isalpha() and len(name) < 40 else None


def names_pages(name: str, asked: Asked) -> bool:
    """Whether a report tells of single pages: by their names, or by how it answers to the name of one."""
    return name == "coverage" or asked.content is not None or not _OF_PAGES.isdisjoint(asked.by)


_OF_PAGES: Final = frozenset({"content", "decision"})


# -- rule sets in use -------------------------------------------------------------------------------------


class InUse(msgspec.Struct, frozen=True):
    """Days on which a rule set was in use, both included; without a last one it is still."""

    first: int
    last: int | None

    def meets(self, since: int | None, until: int | None) -> bool:
        """Whether it was on one of these days."""
        return (until is None or self.first <= until) and (since is None or self.last is None or self.last >= since)


def in_use(
    announced: Iterable[tuple[int, int]], decided: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[InUse, ...]]:
    """When each rule set was in use, as far as the log tells.

    A rule set is in use from the day on which a process takes it up until the day on which another is taken up, that
    day included. Within a day the log has no order: of several that are taken up on it each may be the last.

    Args:
        announced: day and number of each rule set that was taken up.
        decided: for each rule set the first and the last day on which something was decided by it.
    """
    days: dict[int, set[int]] = {}
    for day, ruleset in announced:
        days.setdefault(day, set()).add(ruleset)
    for ruleset, (first, _) in decided.items():  # one that nobody announced began when it was first used
        if not any(ruleset in found for found in days.values()):
            days.setdefault(first, set()).add(ruleset)
    spans: dict[int, list[InUse]] = {}
    for day in sorted(days):
        for ruleset in days[day]:
            last = min((other for other in days if other > day and days[other] - {ruleset}), default=None)
            found = spans.setdefault(ruleset, [])
            before = found[-1] if found else None
            if before is not None and (before.last is None or before.last >= day):
                found[-1] = InUse(before.first, last)
            else:
                found.append(InUse(day, last))
    return {ruleset: tuple(found) for ruleset, found in spans.items()}
