"""What the views keep of each record: the schema, and the rows that a record becomes.

Theory: reports ask how many tables there were of a sort, by day, rule set and what was due where. Pages are many and
their sorts few: tables that agree in day, rule set, stretch, publisher and outcome are one *class*, with how many
there are. Of an outcome the *pattern* is kept, which is all of it but the words; many outcomes share one. Its
*shape* leaves out whom notices are about, too: there are few, and by them each day has its sums. Pages are
found by a part of the digest of their name: the names themselves stand in the log, and nowhere else. What is kept of
an erased leaf goes with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from typing import Final

import msgspec

from compliance.audit.canonical import canonical
from compliance.audit.leaf import VERSION
from compliance.audit.record import (
    AnyRecord,
    BodyRecord,
    CountersRecord,
    ErasureRecord,
    ModeRecord,
    OtherRecord,
    OutcomeRecord,
    RecordError,
    RenderedRecord,
    RulesetRecord,
    TableRecord,
    VerdictRecord,
    decode,
    key_of,
)
from compliance.audit.table import KEYED, Stretch

SCHEMA_VERSION: Final = 5
KEY_BYTES: Final = 16
"""So much is kept of a key: whoever finds a leaf by it can hold the whole key against the leaf."""
NO_CONTENT: Final = 0
ANY_PLACE: Final = "unknown"
"""Stands for the place in counts of readers of whom nobody knew it; codes of places come before it."""
NO_OUTCOME: Final = -1
"""Of tables whose outcome was erased before they were taken in."""
FIRST_DAY, LAST_DAY = 1, date.max.toordinal()

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE keys (key BLOB PRIMARY KEY, leaf INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE erased (leaf INTEGER PRIMARY KEY);
CREATE TABLE rulesets (id INTEGER PRIMARY KEY, said TEXT NOT NULL UNIQUE);
CREATE TABLE announced (leaf INTEGER PRIMARY KEY, ruleset INTEGER NOT NULL, day INTEGER NOT NULL,
    source TEXT NOT NULL, bundle TEXT NOT NULL, semantics INTEGER NOT NULL, product TEXT NOT NULL);
CREATE TABLE publishers (id INTEGER PRIMARY KEY, said TEXT NOT NULL UNIQUE);
CREATE TABLE stretches (id INTEGER PRIMARY KEY, said TEXT NOT NULL UNIQUE,
    first_day INTEGER NOT NULL, last_day INTEGER NOT NULL);
CREATE TABLE patterns (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, said TEXT NOT NULL);
CREATE TABLE outcomes (leaf INTEGER PRIMARY KEY, pattern INTEGER NOT NULL, shape INTEGER NOT NULL);
CREATE TABLE classes (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, ruleset INTEGER NOT NULL,
    stretch INTEGER NOT NULL, publisher INTEGER NOT NULL, outcome INTEGER NOT NULL, tables INTEGER NOT NULL,
    UNIQUE (day, ruleset, stretch, publisher, outcome));
CREATE TABLE daily (day INTEGER NOT NULL, ruleset INTEGER NOT NULL, stretch INTEGER NOT NULL, shape INTEGER NOT NULL,
    tables INTEGER NOT NULL, PRIMARY KEY (day, ruleset, stretch, shape)) WITHOUT ROWID;
CREATE TABLE tables (content INTEGER NOT NULL, leaf INTEGER NOT NULL, class INTEGER NOT NULL,
    PRIMARY KEY (content, leaf)) WITHOUT ROWID;
CREATE TABLE confirmed (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, said TEXT NOT NULL);
CREATE TABLE rendered (of INTEGER NOT NULL, leaf INTEGER NOT NULL, day INTEGER NOT NULL, content INTEGER NOT NULL,
    confirmed INTEGER NOT NULL, PRIMARY KEY (of, leaf)) WITHOUT ROWID;
CREATE TABLE unplaced (key BLOB NOT NULL, leaf INTEGER NOT NULL, day INTEGER NOT NULL, content INTEGER NOT NULL,
    confirmed INTEGER NOT NULL, PRIMARY KEY (key, leaf)) WITHOUT ROWID;
CREATE TABLE counts (day INTEGER NOT NULL, ruleset INTEGER NOT NULL, notice TEXT NOT NULL, place TEXT NOT NULL,
    status TEXT NOT NULL, display TEXT NOT NULL, least INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, ruleset, notice, place, status, display, least)) WITHOUT ROWID;
CREATE INDEX counts_by_notice ON counts (notice, place, day, count);
CREATE TABLE withheld (day INTEGER NOT NULL, ruleset INTEGER NOT NULL, cells INTEGER NOT NULL,
    PRIMARY KEY (day, ruleset)) WITHOUT ROWID;
CREATE TABLE events (leaf INTEGER PRIMARY KEY, kind TEXT NOT NULL, day INTEGER NOT NULL, content INTEGER NOT NULL,
    said TEXT NOT NULL);
"""


def content_id(reference: str | None) -> int:
    """The number by which the views know a page; that of no name is 0."""
    if reference is None:
        return NO_CONTENT
    return int.from_bytes(_digest(reference.encode("utf-8", "surrogatepass"))[:8], "big", signed=True) or 1


def key_part(key: str) -> bytes:
    """What the views keep of a key."""
    return bytes.fromhex(key)[:KEY_BYTES]


def pattern_of(outcome: OutcomeRecord) -> bytes:
    """All of an outcome but its words, in canonical form; see `report_patterns.Pattern`."""
    notices = [
        [each.id, each.entity, each.status, each.display, list(each.rules), list(each.unknowns)]
        for each in outcome.notices
    ]
    rows = [[list(row.places), list(row.notices)] for row in outcome.rows]
    return canonical({"elsewhere": outcome.elsewhere, "notices": notices, "rows": rows, "unknown": outcome.unknown})


def shape_of(outcome: OutcomeRecord) -> bytes:
    """The same without whom notices are about: those that then are alike are one."""
    parts = [
        [each.id, None, each.status, each.display, list(each.rules), list(each.unknowns)] for each in outcome.notices
    ]
    notices = sorted({canonical(each): each for each in parts}.items())
    number = {said: at for at, (said, _) in enumerate(notices)}
    of_notice = [number[canonical(each)] for each in parts]
    rows = [[list(row.places), sorted({of_notice[at] for at in row.notices})] for row in outcome.rows]
    return canonical(
        {
            "elsewhere": outcome.elsewhere,
            "notices": [each for _, each in notices],
            "rows": rows,
            "unknown": outcome.unknown,
        }
    )


def publisher_of(record: TableRecord) -> str:
    """What is known of the publisher of a page, and what it was called if it is not known; see `report_rows`."""
    known = record.facts.get("publisher")
    return canonical(known if record.called is None else [known, record.called]).decode()


class Taking:
    """Takes records into the views, within a transaction of whoever made it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take records in, to views in which a transaction was begun."""
        self._database = database
        self._known: dict[tuple[str, object], int] = {}

    def take(self, number: int, data: bytes) -> None:
        """Take the record of a leaf in. What cannot be read is passed over: to find that is for `verify`."""
        if not data:
            self._run("INSERT OR IGNORE INTO erased VALUES (?)", number)
            return
        try:
            record = decode(data)
            kind = str(record.__struct_config__.tag)
            key = _key(record, data) if kind in KEYED else None
        except RecordError:
            return
        if key is not None:
            taken = self._run("INSERT OR IGNORE INTO keys VALUES (?, ?)", key_part(key), number)
            if not taken.rowcount:  # the log has it already, which is a finding of `verify`: the first one counts
                return
        self._take(number, record, key)

    def _take(self, number: int, record: AnyRecord | OtherRecord, key: str | None) -> None:
        match record:
            case TableRecord():
                self._table(number, record, key or "")
            case OutcomeRecord():
                pattern = self._digested("patterns", pattern_of(record))
                shape = self._digested("patterns", shape_of(record))
                self._run("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", number, pattern, shape)
            case RenderedRecord():
                self._rendered(number, record)
            case RulesetRecord():
                values = (record.source, record.bundle, record.semantics, record.product)
                ruleset = self._interned("rulesets", record.ruleset)
                sql = "INSERT OR REPLACE INTO announced VALUES (?, ?, ?, ?, ?, ?, ?)"
                self._run(sql, number, ruleset, record.day.toordinal(), *values)
            case CountersRecord():
                self._counters(record)
            case ErasureRecord():
                self._forget(record.leaves)
                self._event(number, record, NO_CONTENT)
            case ModeRecord():
                self._event(number, record, NO_CONTENT)
            case VerdictRecord():
                self._event(number, record, content_id(record.content))
            case BodyRecord() | OtherRecord():
                pass
            case _:  # single decisions are not rolled up: only operators without reader risk have them
                pass

    # -- kinds of records -------------------------------------------------------------------------------

    def _table(self, number: int, record: TableRecord, key: str) -> None:
        outcome = self._leaf("outcome", key_part(record.outcome))
        values = (
            record.day.toordinal(),
            self._interned("rulesets", record.ruleset),
            self._stretch(record.stretch),
            self._interned("publishers", publisher_of(record)),
            NO_OUTCOME if outcome is None else outcome,
        )
        self._run("INSERT INTO tables VALUES (?, ?, ?)", content_id(record.content), number, self._class(values))
        if outcome is not None:
            sql = "INSERT INTO daily VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET tables = tables + 1"
            self._run(sql, *values[:3], self._shape(outcome))
        where = "FROM unplaced WHERE key = ?"
        if self._has_unplaced() and self._run(f"SELECT 1 {where}", key_part(key)).fetchone():
            self._run(f"INSERT INTO rendered SELECT ?, leaf, day, content, confirmed {where}", number, key_part(key))
            self._run(f"DELETE {where}", key_part(key))

    def _class(self, values: tuple[int, ...]) -> int:
        """The class with these values, in which there is one table more now."""
        known = self._known.get(("classes", values))
        if known is not None:
            self._run("UPDATE classes SET tables = tables + 1 WHERE id = ?", known)
            return known
        sql = (
            "INSERT INTO classes (day, ruleset, stretch, publisher, outcome, tables) VALUES (?, ?, ?, ?, ?, 1) "
            "ON CONFLICT DO UPDATE SET tables = tables + 1 RETURNING id"
        )
        found = int(self._run(sql, *values).fetchone()[0])
        self._known["classes", values] = found
        return found

    def _rendered(self, number: int, record: RenderedRecord) -> None:
        said = sorted([each.id, each.entity or "", each.language, each.text] for each in record.notices)
        confirmed = self._digested("confirmed", canonical(said))
        values = (number, record.day.toordinal(), content_id(record.content), confirmed)
        table = self._leaf("", key_part(record.table))
        if table is None:
            self._run("INSERT OR REPLACE INTO unplaced VALUES (?, ?, ?, ?, ?)", key_part(record.table), *values)
            self._known["unplaced", ""] = 1
        else:
            self._run("INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?, ?)", table, *values)

    def _counters(self, record: CountersRecord) -> None:
        day, ruleset = record.counted_on.toordinal(), self._interned("rulesets", record.ruleset)
        sql = (
            "INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET count = count + excluded.count"
        )
        for each in record.counts:
            values = (each.notice, each.place or ANY_PLACE, each.status, each.display, record.least, each.count)
            self._run(sql, day, ruleset, *values)
        sql = "INSERT INTO withheld VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET cells = cells + excluded.cells"
        self._run(sql, day, ruleset, record.withheld)
        sql = "INSERT INTO meta VALUES ('least', ?) ON CONFLICT DO UPDATE SET value = MAX(value, excluded.value)"
        self._run(sql, record.least)

    def _event(self, number: int, record: ModeRecord | ErasureRecord | VerdictRecord, content: int) -> None:
        kind, said = str(record.__struct_config__.tag), msgspec.to_builtins(record)
        kept = {name: said[name] for name in said if name not in {"nonce", "day", "v", "content", "facts", "hashes"}}
        values = (number, kind, record.day.toordinal(), content, canonical(kept).decode())
        self._run("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)", *values)

    # -- erasure ----------------------------------------------------------------------------------------

    def _forget(self, numbers: Sequence[int]) -> None:
        """Forget leaves. Where they are in sums, the views no longer fit, and are made anew by whoever asks."""
        these, given = "leaf IN (SELECT value FROM json_each(?))", canonical(list(numbers)).decode()
        done = {leaf for (leaf,) in self._run(f"SELECT leaf FROM erased WHERE {these}", given)}
        found: set[int] = set()
        for leaf, class_ in self._run(f"SELECT leaf, class FROM tables WHERE {these}", given).fetchall():
            self._less_daily("c.id = ?", class_, "1")
            self._run("UPDATE classes SET tables = tables - 1 WHERE id = ?", class_)
            sql = (
                "SELECT keys.key, r.leaf, r.day, r.content, r.confirmed FROM rendered AS r, keys "
                "WHERE r.of = ? AND keys.leaf = ?"
            )
            self._run(f"INSERT OR REPLACE INTO unplaced {sql}", leaf, leaf)
            self._run("DELETE FROM rendered WHERE of = ?", leaf)
            found.add(leaf)
        for (leaf,) in self._run(f"SELECT leaf FROM outcomes WHERE {these}", given).fetchall():
            self._less_daily("c.outcome = ?", leaf, "c.tables")
        for each in ("classes", "daily"):
            self._run(f"DELETE FROM {each} WHERE tables = 0")
        for table in ("tables", "outcomes", "rendered", "unplaced", "announced", "events", "keys"):
            gone = self._run(f"DELETE FROM {table} WHERE {these} RETURNING leaf", given).fetchall()
            found.update(leaf for (leaf,) in gone)
        self._known.clear()
        for number in numbers:
            self._run("INSERT OR IGNORE INTO erased VALUES (?)", number)
        if set(numbers) - done - found:
            self._run("INSERT OR REPLACE INTO meta VALUES ('is_stale', 1)")

    def _less_daily(self, which: str, number: int, tables: str) -> None:
        """Take tables of some classes out of the sums of their days."""
        sql = (
            f"SELECT {tables}, c.day, c.ruleset, c.stretch, o.shape FROM classes AS c "
            f"JOIN outcomes AS o ON o.leaf = c.outcome WHERE {which}"
        )
        for values in self._run(sql, number).fetchall():
            where = "day = ? AND ruleset = ? AND stretch = ? AND shape = ?"
            self._run(f"UPDATE daily SET tables = tables - ? WHERE {where}", *values)

    # -- what many rows share ---------------------------------------------------------------------------

    def _interned(self, table: str, said: str) -> int:
        """The number of a text."""
        return self._shared(table, said, (said,), f"INSERT INTO {table} (said) VALUES (?)", "said")

    def _digested(self, table: str, said: bytes) -> int:
        """The number of a long text."""
        digest = _digest(said)[:KEY_BYTES]
        sql = f"INSERT INTO {table} (digest, said) VALUES (?, ?)"
        return self._shared(table, digest, (digest, said.decode()), sql, "digest")

    def _stretch(self, stretch: Stretch) -> int:
        """The number of a stretch. Its days are those on which it may hold in any zone."""
        said = canonical(msgspec.to_builtins(stretch)).decode()
        parts = stretch.zones.values() or (stretch,)
        first = min(each.first_day.toordinal() if each.first_day else FIRST_DAY for each in parts)
        last = max(each.last_day.toordinal() if each.last_day else LAST_DAY for each in parts)
        sql = "INSERT INTO stretches (said, first_day, last_day) VALUES (?, ?, ?)"
        return self._shared("stretches", said, (said, first, last), sql, "said")

    def _shared(self, table: str, name: object, values: tuple[object, ...], sql: str, column: str) -> int:
        known = self._known.get((table, name))
        if known is None:
            row = self._run(f"SELECT id FROM {table} WHERE {column} = ?", name).fetchone()
            row = row or self._run(f"{sql} RETURNING id", *values).fetchone()
            self._known[table, name] = known = int(row[0])
        return known

    def _leaf(self, kind: str, part: bytes) -> int | None:
        """The leaf with a key; those of outcomes are remembered, since many tables name one."""
        known = self._known.get((kind, part)) if kind else None
        if known is None:
            row = self._run("SELECT leaf FROM keys WHERE key = ?", part).fetchone()
            if row is None:
                return None
            known = int(row[0])
            if kind:
                self._known[kind, part] = known
        return known

    def _shape(self, outcome: int) -> int:
        """The number of the shape of an outcome, by its leaf."""
        known = self._known.get(("shape", outcome))
        if known is None:
            row = self._run("SELECT shape FROM outcomes WHERE leaf = ?", outcome).fetchone()
            self._known["shape", outcome] = known = int(row[0])
        return known

    def _has_unplaced(self) -> bool:
        known = self._known.get(("unplaced", ""))
        if known is None:
            row = self._run("SELECT EXISTS (SELECT 1 FROM unplaced)").fetchone()
            self._known["unplaced", ""] = known = int(row[0])
        return bool(known)

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._database.execute(sql, values)


def _key(record: AnyRecord | OtherRecord, data: bytes) -> str:
    """The key of a record that has one; of this version's, sooner."""
    if isinstance(record, TableRecord | OutcomeRecord | RenderedRecord) and record.v <= VERSION:
        return record.key
    return key_of(data)


def made(database: sqlite3.Connection) -> None:
    """Make the tables of the views."""
    for each in SCHEMA.split(";"):  # a script would end the transaction
        database.execute(each)
    database.executemany("INSERT INTO meta VALUES (?, ?)", initial())


def initial() -> Iterable[tuple[str, object]]:
    """What stands in `meta` before anything was taken in."""
    return [("version", SCHEMA_VERSION), ("size", 0), ("is_stale", 0), ("mark", -1), ("mark_hash", b""), ("least", 0)]


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()
