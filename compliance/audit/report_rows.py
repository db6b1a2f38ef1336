"""The rows of the views that a report is made from.

Theory: what a class says is said once for all its tables, so whatever leaves tables out by their days, rule sets or
publishers is asked of classes, which are few. Only who asks for pages looks at tables one by one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

from compliance.audit.canonical import canonical, parsed
from compliance.audit.report import Asked, InUse, Outage, in_use
from compliance.audit.report_patterns import HELD, POSSIBLE, REQUIRED, Pattern
from compliance.audit.views_rows import NO_CONTENT, content_id
from compliance.errors import Problem, RequestError

_MOST_PATTERNS: Final = 4_096
_CLASS: Final = {
    "day": "c.day",
    "ruleset": "c.ruleset",
    "publisher": "c.publisher",
    "content": "t.content",
    "decision": "t.leaf",
}
_FROM_DAYS: Final = "FROM daily AS c JOIN stretches AS s ON s.id = c.stretch"
_OF_DAYS: Final = frozenset({"day", "ruleset"})
_OF_PAGES: Final = frozenset({"content", "decision"})
_FROM: Final = "FROM classes AS c JOIN outcomes AS o ON o.leaf = c.outcome JOIN stretches AS s ON s.id = c.stretch"
_FROM_TABLES: Final = (
    "FROM tables AS t CROSS JOIN classes AS c ON c.id = t.class JOIN outcomes AS o ON o.leaf = c.outcome "
    "JOIN stretches AS s ON s.id = c.stretch"
)
_IS_OF_IT: Final = f"(r.content = t.content OR {NO_CONTENT} IN (r.content, t.content))"
"""A confirmation is of the page of its table, as far as both are known."""
_LAST: Final = (
    f"COALESCE((SELECT r.confirmed FROM rendered AS r WHERE r.of = t.leaf AND {_IS_OF_IT} "
    "ORDER BY r.leaf DESC LIMIT 1), -1)"
)
_RULESET: Final = "(SELECT said FROM rulesets WHERE id = ruleset)"
_STATES: Final = {
    REQUIRED: "status = 'required' AND display <> 'hold'",
    POSSIBLE: "status = 'possible' AND display <> 'hold'",
    HELD: "display = 'hold'",
}
_pattern = lru_cache(maxsize=_MOST_PATTERNS)(Pattern.read)
DECLARED, CALLED, UNNAMED = "declared", "called", "unnamed"
PUBLISHERS: Final = (UNNAMED, CALLED, DECLARED)
"""How a publisher is known: not at all, by a name that nobody declared, or as an entity."""
Row = tuple[Any, ...]


class Rows:
    """Asks the views of one moment."""

    def __init__(self, database: sqlite3.Connection, asked: Asked, reference: str | None = None) -> None:
        """Ask a database, in which a transaction was begun.

        Args:
            database: the views.
            asked: what leaves tables out.
            reference: the page that is asked for, as records name it.
        """
        self._database, self._asked, self._reference = database, asked, reference

    # -- tables -----------------------------------------------------------------------------------------

    def counted(self, by: Sequence[str]) -> list[tuple[Row, int, int]]:
        """How many tables there are of each pattern, within each group.

        Args:
            by: `day`, `ruleset`, `publisher`, `content` or `decision`, by which they are grouped.

        Returns:
            For each the numbers of the group, the number of the pattern, and how many.
        """
        names = [_CLASS[each] for each in by]
        is_of_pages = not _OF_PAGES.isdisjoint(by) or self._asked.content is not None
        number = "COUNT(*)" if is_of_pages else "SUM(c.tables)"
        groups = ", ".join([*names, "o.pattern"])
        source = _FROM_TABLES if is_of_pages else _FROM
        if self._is_of_shapes and set(by) <= _OF_DAYS:
            groups, source = groups.replace("o.pattern", "c.shape"), _FROM_DAYS
        sql = f"SELECT {groups}, {number} {source} WHERE {self._where} GROUP BY {groups}"
        return [(row[:-2], row[-2], row[-1]) for row in self._run(sql, self._values)]

    @property
    def _is_of_shapes(self) -> bool:
        """Whether what is asked for does not need to know whom notices are about, nor whose page it is."""
        asked = self._asked
        return asked.content is None and asked.publisher is None and asked.entity is None and "entity" not in asked.by

    def confirmed(self) -> list[tuple[int, int, int, int]]:
        """Outcome, pattern, what was confirmed last (-1 for nothing), and how many tables there are of that."""
        said = "-1"
        if self._one("SELECT EXISTS (SELECT 1 FROM rendered)"):
            said = _LAST
        sql = (
            f"SELECT c.outcome, o.pattern, {said} AS said, COUNT(*) {_FROM_TABLES} WHERE {self._where} GROUP BY 1, 2, 3"
        )
        return [(row[0], row[1], row[2], row[3]) for row in self._run(sql, self._values)]

    def pages(self) -> Iterator[tuple[int, int, int, int]]:
        """Leaf, outcome, day recorded, and what was confirmed last of each table; the latest first."""
        sql = f"SELECT t.leaf, c.outcome, c.day, {_LAST} {_FROM_TABLES} WHERE {self._where} ORDER BY t.leaf DESC"
        yield from self._run(sql, self._values)

    def leaves_of(self, content: int) -> list[int]:
        """The tables of a page, the oldest first."""
        sql = "SELECT leaf FROM tables WHERE content = ? ORDER BY leaf"
        return [leaf for (leaf,) in self._run(sql, [content])]

    def unplaced(self) -> list[int]:
        """The confirmations of tables that the log does not have, the latest first."""
        page = "WHERE content = :content" if self._asked.content is not None else ""
        return [leaf for (leaf,) in self._run(f"SELECT leaf FROM unplaced {page} ORDER BY leaf DESC", self._values)]

    def misplaced(self) -> list[int]:
        """The confirmations that are of another page than their table, the latest first."""
        if not self._one("SELECT EXISTS (SELECT 1 FROM rendered)"):
            return []
        sql = (
            f"SELECT r.leaf {_FROM_TABLES} JOIN rendered AS r ON r.of = t.leaf AND NOT {_IS_OF_IT} "
            f"WHERE {self._where} ORDER BY r.leaf DESC"
        )
        return [leaf for (leaf,) in self._run(sql, self._values)]

    @cached_property
    def _where(self) -> str:
        asked, parts = self._asked, ["1"]
        if asked.content is not None:
            parts.append("t.content = :content")
        if asked.until is not None:  # where the law day of some zone is the one before, it was recorded a day later
            parts.append("c.day <= :until + 1 AND s.first_day <= :until")
        if asked.since is not None:
            parts.append("s.last_day >= :since")
        parts.append("c.ruleset IN (SELECT value FROM json_each(:rulesets))")
        if asked.publisher is not None:
            parts.append("c.publisher IN (SELECT value FROM json_each(:publishers))")
        return " AND ".join(parts)

    @cached_property
    def _values(self) -> dict[str, object]:
        asked = self._asked
        publishers = [id_ for id_, said in self.publishers.items() if asked.publisher in publishers_in(said)]
        return {
            "content": content_id(self._reference),
            "since": _ordinal(asked.since),
            "until": _ordinal(asked.until),
            "rulesets": canonical(sorted(self.concerned)).decode(),
            "publishers": canonical(publishers).decode(),
        }

    # -- what tables share ------------------------------------------------------------------------------

    def patterns(self, numbers: Collection[int]) -> dict[int, Pattern]:
        """Patterns by their numbers."""
        sql = "SELECT id, said FROM patterns WHERE id IN (SELECT value FROM json_each(?))"
        found = self._run(sql, [canonical(sorted(set(numbers))).decode()])
        return {id_: _pattern(said) for id_, said in found}

    def confirmations(self, numbers: Collection[int]) -> dict[int, tuple[tuple[str, str | None, str, str], ...]]:
        """What was confirmed, by number: notice, entity, language, and digest of the words."""
        sql = "SELECT id, said FROM confirmed WHERE id IN (SELECT value FROM json_each(?))"
        found: dict[int, tuple[tuple[str, str | None, str, str], ...]] = {}
        for id_, said in self._run(sql, [canonical(sorted(set(numbers))).decode()]):
            listed: Any = parsed(said.encode())
            found[id_] = tuple((each[0], each[1] or None, each[2], each[3]) for each in listed)
        return found

    @cached_property
    def rulesets(self) -> dict[int, str]:
        """The digest of each rule set."""
        return dict(self._run("SELECT id, said FROM rulesets"))

    @cached_property
    def publishers(self) -> dict[int, str]:
        """What is known of each publisher, as records say it."""
        return dict(self._run("SELECT id, said FROM publishers"))

    @cached_property
    def announced(self) -> list[tuple[int, int, str, str, int, str]]:
        """Day, number, source, bundle, semantics and product of each rule set that was taken up."""
        sql = "SELECT day, ruleset, source, bundle, semantics, product FROM announced ORDER BY day, leaf"
        return list(self._run(sql))

    @cached_property
    def decided(self) -> dict[int, tuple[int, int, int]]:
        """For each rule set the first and the last day on which a table was recorded, and how many were."""
        sql = "SELECT ruleset, MIN(day), MAX(day), SUM(tables) FROM daily GROUP BY ruleset"
        return {row[0]: (row[1], row[2], row[3]) for row in self._run(sql)}

    @cached_property
    def in_use(self) -> dict[int, tuple[InUse, ...]]:
        """When each rule set was in use."""
        announced = [(row[0], row[1]) for row in self.announced]
        decided: dict[int, tuple[int, int]] = {}
        if self.rulesets.keys() - {ruleset for _, ruleset in announced}:
            decided = {ruleset: (first, last) for ruleset, (first, last, _) in self.decided.items()}
        return in_use(announced, decided)

    @cached_property
    def concerned(self) -> frozenset[int]:
        """The rule sets that are asked for and were in use on the days that are asked for.

        Raises:
            RequestError: one is asked for of which the log knows nothing.
        """
        asked = self._asked
        named = {id_ for id_, said in self.rulesets.items() if _begins(said, asked.ruleset)}
        if asked.ruleset is not None and not named:
            help_ = "`compliance report rulesets` lists those that were in use"
            raise RequestError([Problem("the log knows no such rule set", where="ruleset", help=help_)])
        since, until = _ordinal(asked.since), _ordinal(asked.until)
        return frozenset(id_ for id_ in named if any(each.meets(since, until) for each in self.in_use.get(id_, ())))

    # -- counts of answers ------------------------------------------------------------------------------

    def answers(self, by: Sequence[str], limit: int) -> tuple[list[Row], int]:
        """For each group, in order, how often a notice was due in answers, by each of `STATES`.

        Args:
            by: `day`, `ruleset`, `notice` or `place`, of which names are told.
            limit: how many groups are told.

        Returns:
            Those, and how many more there are.
        """
        groups = [_RULESET if each == "ruleset" else each for each in by]
        sums = [f"SUM(CASE WHEN {which} THEN count ELSE 0 END)" for which in self._states]
        source = f"FROM counts WHERE {self._counted} AND ({' OR '.join(self._states)})"
        values = {**self._counts, "limit": limit}
        if not by:
            return [row for row in self._run(f"SELECT {', '.join(sums)} {source}", values) if row[-1] is not None], 0
        # of a few days all is found by the day; else the order of the index is that in which it is told
        mark = "+" if self._asked.since is not None or self._asked.until is not None else ""
        source += f" GROUP BY {', '.join(mark + each for each in by)}"
        order = f"ORDER BY {', '.join(mark + each for each in groups)} LIMIT :limit"
        found = self._run(f"SELECT {', '.join([*groups, *sums])} {source} {order}", values)
        more = self._one(f"SELECT COUNT(*) FROM (SELECT 1 {source})", values) - limit if len(found) == limit else 0
        return _with_days(found, by), more

    @property
    def _states(self) -> list[str]:
        """What is counted under each of `STATES`."""
        asked = self._asked.status
        return [which if asked in {None, state} else "0" for state, which in _STATES.items()]

    @cached_property
    def suppressed(self) -> int | None:
        """How many counts were too small to be told, as former versions counted them; None if nobody did."""
        sql = f"SELECT COALESCE(SUM(cells), 0) FROM withheld WHERE {self._dated}"
        return int(self._run(sql, self._counts)[0][0]) or None

    def answered(self) -> dict[int, int]:
        """How many notices were due in answers under each rule set."""
        return dict(self._run("SELECT ruleset, SUM(count) FROM counts GROUP BY ruleset"))

    def least(self) -> int:
        """The least count that is told."""
        return int(self._one("SELECT value FROM meta WHERE name = 'least'"))

    @property
    def _dated(self) -> str:
        parts = ["ruleset IN (SELECT value FROM json_each(:rulesets))"]
        parts += ["day <= :until"] if self._asked.until is not None else []
        parts += ["day >= :since"] if self._asked.since is not None else []
        return " AND ".join(parts)

    @property
    def _counted(self) -> str:
        parts = [self._dated]
        parts += ["notice = :notice"] if self._asked.notice is not None else []
        parts += ["place = :place"] if self._asked.place is not None else []
        return " AND ".join(parts)

    @property
    def _counts(self) -> dict[str, object]:
        return {**self._values, "notice": self._asked.notice, "place": self._asked.place}

    # -- events -----------------------------------------------------------------------------------------

    def events(self, kind: str) -> list[tuple[date, Any]]:
        """What the log says of itself, by kind: the day, and the members of the record."""
        found = self._run("SELECT day, said FROM events WHERE kind = ? ORDER BY leaf", [kind])
        return [(date.fromordinal(day), parsed(said.encode())) for day, said in found]

    def outages(self) -> tuple[Outage, ...]:
        """When recording went on after it had stopped."""
        return tuple(
            Outage(
                day=day,
                reason=said["reason"],
                stopped_on=date.fromisoformat(said["stopped_on"]) if said.get("stopped_on") else None,
                missed=said.get("missed"),
            )
            for day, said in self.events("mode")
            if said.get("reason")
        )

    # -- what the log knows -----------------------------------------------------------------------------

    def has_page(self) -> bool:
        """Whether there is any table of the page that is asked for."""
        return bool(self._run("SELECT 1 FROM tables WHERE content = :content LIMIT 1", self._values))

    def all_patterns(self) -> Iterator[Pattern]:
        """Every pattern that the log has."""
        return (_pattern(said) for (said,) in self._run("SELECT said FROM patterns"))

    def counted_notices(self) -> set[str]:
        """The notices of which there are counts of answers."""
        return {notice for (notice,) in self._run("SELECT DISTINCT notice FROM counts")}

    def first_day(self) -> date | None:
        """The day of the first rule set or table of the log."""
        days = [row[0] for row in self.announced] + [first for first, _, _ in self.decided.values()]
        return date.fromordinal(min(days)) if days else None

    def size(self) -> int:
        """How many leaves the views have."""
        return int(self._one("SELECT value FROM meta WHERE name = 'size'"))

    def _one(self, sql: str, values: Mapping[str, object] | Sequence[object] = ()) -> Any:
        return self._run(sql, values)[0][0]

    def _run(self, sql: str, values: Mapping[str, object] | Sequence[object] = ()) -> list[Any]:
        return self._database.execute(sql, values).fetchall()


def publisher_in(said: str) -> str:
    """How the publisher is known of whom a record says this: one of `PUBLISHERS`."""
    if isinstance(parsed(said.encode()), list):
        return CALLED
    return DECLARED if publishers_in(said) else UNNAMED


def publishers_in(said: str) -> tuple[str, ...]:
    """The publishers that one may be of whom a record says this; of one that is not known, what it was called."""
    value: Any = parsed(said.encode())
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):  # see `views_rows.publisher_of`
        return (value[1],)
    found = value.get("one_of", ()) if isinstance(value, dict) else ()
    return tuple(found)


def _begins(said: str, asked: str | None) -> bool:
    return asked is None or said.startswith(asked) or said.removeprefix("sha256:").startswith(asked)


def _with_days(rows: list[Row], by: Sequence[str]) -> list[Row]:
    """Rows with days in place of their numbers, if they are grouped by days."""
    if "day" not in by:
        return rows
    at = by.index("day")
    days = {number: date.fromordinal(number).isoformat() for number in {row[at] for row in rows}}
    return [(*row[:at], days[row[at]], *row[at + 1 :]) for row in rows]


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()
