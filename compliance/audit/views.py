"""The views of a log: an index and sums in SQLite, for reports and for workers that ask what is recorded.

Theory: the log is the evidence, the views are a copy of some of it in another order. They are never repaired: what
does not fit the log is made anew from it, beside the old file, and takes its place when it is whole. One connection
writes; whoever reads has connections of their own and is never in the way (WAL). SQLite may lose the last
transactions in a power cut, but not their order: then the views are behind, and go on from where they are.

Source: SQLite, "Write-Ahead Logging", "Database File Format" (1.3.3), and "How To Corrupt An SQLite Database File" (a
log of changes belongs to its file: both go away together, before another file has the name).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final, Self

from compliance.audit.disk import UNFINISHED
from compliance.audit.log_files import LogFiles
from compliance.audit.views_reading import DAMAGED, ViewsReader, has_schema, leaf_in
from compliance.audit.views_rows import SCHEMA_VERSION, Taking, made
from compliance.errors import EvidenceError

__all__ = ["VIEWS", "Views", "ViewsReader", "catch_up", "differences", "rebuild"]
VIEWS: Final = "views.sqlite"
"""The name of the file, in the directory of the evidence."""
AT_ONCE: Final = 8192
"""So many leaves are taken in within one transaction."""
_BESIDE: Final = ("-wal", "-shm", "-journal")
_SECONDS: Final = 10.0
_LEAST_SECONDS, _LEAVES_A_SECOND, _STEPS = 120.0, 500, 100_000
"""Comparing views takes far less; pages of a database that lead to each other may take for ever."""
_MODE, _WAL = 18, b"\x02\x02"
"""Where a database says in which mode it is read and written; said there, it needs no other file for it."""
_COMPARED: Final = (
    "SELECT key, leaf FROM keys",
    "SELECT leaf FROM erased",
    "SELECT leaf, said, day, source, bundle, semantics, product FROM announced JOIN rulesets ON ruleset = id",
    (
        "SELECT leaf, p.said, s.said FROM outcomes LEFT JOIN patterns AS p ON pattern = p.id "
        "LEFT JOIN patterns AS s ON shape = s.id"
    ),
    (
        "SELECT content, t.leaf, c.day, r.said, s.said, p.said, outcomes.leaf FROM tables AS t "
        "LEFT JOIN classes AS c ON class = c.id LEFT JOIN rulesets AS r ON c.ruleset = r.id "
        "LEFT JOIN stretches AS s ON c.stretch = s.id LEFT JOIN publishers AS p ON c.publisher = p.id "
        "LEFT JOIN outcomes ON c.outcome = outcomes.leaf"
    ),
    (
        "SELECT day, r.said, s.said, p.said, tables FROM daily LEFT JOIN rulesets AS r ON ruleset = r.id "
        "LEFT JOIN stretches AS s ON stretch = s.id LEFT JOIN patterns AS p ON shape = p.id"
    ),
    "SELECT said, first_day, last_day FROM stretches WHERE id IN (SELECT stretch FROM classes)",
    "SELECT c.tables, (SELECT COUNT(*) FROM tables WHERE class = c.id) AS n FROM classes AS c WHERE n <> c.tables",
    "SELECT of, leaf, day, content, said FROM rendered LEFT JOIN confirmed ON confirmed = id",
    "SELECT key, leaf, day, content, said FROM unplaced LEFT JOIN confirmed ON confirmed = id",
    "SELECT day, said, notice, place, status, display, least, count FROM counts LEFT JOIN rulesets ON ruleset = id",
    "SELECT day, said, cells FROM withheld LEFT JOIN rulesets ON ruleset = id",
    "SELECT leaf, kind, day, content, said FROM events",
)
"""All that the views say, whatever numbers they use for it."""
_WHAT: Final = (
    "keys", "erased leaves", "rule sets", "outcomes", "tables", "sums of days", "stretches", "classes", "confirmations",
    "confirmations without a table", "counts", "counts withheld", "events",
)  # fmt: skip


class Views:
    """The one connection that writes."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Use an open database; see `open`."""
        self._database = database

    @classmethod
    def open(cls, path: Path) -> Self:
        """The views at a path. Where there are none that can be used, they are empty.

        Raises:
            EvidenceError: the file can be neither read nor made.
        """
        try:
            database = _usable(path) or _empty(path)
        except (sqlite3.Error, OSError) as error:
            raise EvidenceError(f"`{path}` cannot be used: {str(error).lower()}") from error
        return cls(database)

    def size(self) -> int:
        """How many leaves were taken in."""
        return _number(self._database, "size")

    def leaf_of(self, key: str) -> int | None:
        """The number of the leaf with a key; None if no leaf that was taken in has it.

        Only a part of the key is compared: hold the whole of it against the leaf.

        Raises:
            EvidenceError: the views cannot be read.
        """
        try:
            return leaf_in(self._database, key)
        except DAMAGED as error:
            raise EvidenceError(f"the views cannot be read: {_why(error)}") from error

    def take(self, number: int, record: bytes) -> None:
        """Take the next leaf in.

        Raises:
            EvidenceError: see `take_all`.
        """
        self.take_all(number, (record,))

    def take_all(self, first: int, records: Iterable[bytes]) -> None:
        """Take leaves in, all or none; those that were already are passed over.

        Args:
            first: the number of the first of them.
            records: as `LogFiles.record` gives them; empty where the bytes were dropped.

        Raises:
            EvidenceError: leaves before them were not taken in, or the views cannot be written.
        """
        try:
            size = self.size()
            if first > size:
                raise EvidenceError(f"the views have {size} leaves, and cannot go on from {first}")
            _begun(self._database, lambda database: self._take(database, size, enumerate(records, first)))
        except DAMAGED as error:
            raise EvidenceError(f"the views cannot be written: {_why(error)}") from error

    def fits(self, log: LogFiles) -> bool:
        """Whether the log begins with what was taken in, as far as its size and one leaf tell.

        Raises:
            EvidenceError: the log cannot be read, or the views not just now, though they may be good.
        """
        try:
            mark, size = _number(self._database, "mark"), self.size()
            if _number(self._database, "is_stale") or not mark < size <= log.size():
                return False
            known = self._database.execute("SELECT value FROM meta WHERE name = 'mark_hash'").fetchone()
        except DAMAGED as error:
            if _is_busy(error):
                raise EvidenceError(f"the views cannot be read: {_why(error)}") from error
            return False
        data = b"" if mark < 0 else _record(log, log.entry(mark))
        return not data or known == (sha256(data).digest(),)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _take(self, database: sqlite3.Connection, size: int, records: Iterable[tuple[int, bytes]]) -> None:
        taking, mark = Taking(database), None
        for number, data in records:
            if number < size:
                continue
            taking.take(number, data)
            size = number + 1
            if data:
                mark = number, data
        _put(database, "size", size)
        if mark is not None:
            _put(database, "mark", mark[0])
            _put(database, "mark_hash", sha256(mark[1]).digest())


def catch_up(log: LogFiles, progress: Callable[[int], None] = lambda _: None) -> int:
    """How many leaves the views of a log have, once they have all; they are made anew if they do not fit.

    Args:
        log: the log, beside whose files the views are.
        progress: is told how many leaves were taken in since it was last told.

    Raises:
        EvidenceError: the log cannot be read, or the views not be written.
    """
    views = Views.open(log.directory / VIEWS)
    with contextlib.closing(views):
        if views.fits(log):
            _fill(views, log, log.size(), progress)
            return views.size()
    return rebuild(log, progress)


def rebuild(log: LogFiles, progress: Callable[[int], None] = lambda _: None) -> int:
    """How many leaves the views have that were now made anew; until they are whole the old ones stay.

    Raises:
        EvidenceError: the log cannot be read, or the views not be written.
    """
    path = log.directory / VIEWS
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}{UNFINISHED}")  # whoever verifies knows such names
    try:
        database = _connected(new)
        with contextlib.closing(database):
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")  # a file that is not whole is never used
            _begun(database, made)
            views = Views(database)
            _fill(views, log, log.size(), progress)
            size = views.size()
            database.execute("VACUUM")
        with open(new, "r+b") as file:
            file.seek(_MODE)
            file.write(_WAL)
        _removed(path)
        os.rename(new, path)
    except BaseException as error:
        _removed(new)
        if not isinstance(error, sqlite3.Error | OSError):
            raise
        raise EvidenceError(f"`{path}` cannot be made anew: {str(error).lower()}") from error
    return size


def differences(log: LogFiles) -> list[str]:
    """In what the views of a log differ from what they would be if they were made anew; nothing is written.

    Views that are behind are compared as of what they have; where there are none, nothing differs.

    Raises:
        EvidenceError: the log cannot be read.
    """
    path = log.directory / VIEWS
    is_still = not _is_written(path)
    told = _compared(ViewsReader(path, is_still=is_still), log)
    return _compared(ViewsReader(path), log) if is_still and _is_written(path) else told


def _is_written(path: Path) -> bool:
    """Whether a log of changes is beside views: somebody has them open, or did not close them."""
    return os.path.lexists(f"{path}-wal")


def _compared(reader: ViewsReader, log: LogFiles) -> list[str]:
    with contextlib.closing(reader), reader.connection() as found:
        if found is None:
            return ["they cannot be read"] if os.path.lexists(reader.path) else []
        end = monotonic() + max(_LEAST_SECONDS, log.size() / _LEAVES_A_SECOND)
        found.set_progress_handler(lambda: monotonic() > end, _STEPS)
        found.execute("BEGIN")  # one state, whatever is taken in meanwhile
        try:
            return _differences(found, log)
        except DAMAGED:
            return ["they are damaged"]
        finally:
            found.set_progress_handler(None, 0)
            found.execute("ROLLBACK")


def _differences(found: sqlite3.Connection, log: LogFiles) -> list[str]:
    size = _number(found, "size")
    if size > log.size():
        return [f"they have {size} leaves, and the log has {log.size()}"]
    if _number(found, "is_stale"):  # they say so themselves, and are made anew
        return []
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as fresh:  # a file without a name
        _begun(fresh, made)
        _fill(Views(fresh), log, size, lambda _: None)
        pairs = zip(_WHAT, _COMPARED, strict=True)
        return [f"the {what} are not those of the log" for what, sql in pairs if not _agree(found, fresh, sql)]


def _agree(found: sqlite3.Connection, fresh: sqlite3.Connection, sql: str) -> bool:
    return _sum(found, sql) == _sum(fresh, sql)


def _sum(database: sqlite3.Connection, sql: str) -> tuple[int, int]:
    """How many rows there are, and the sum of their hashes: the same in any order, and in any memory."""
    count = total = 0
    for row in database.execute(sql):
        count += 1
        total += int.from_bytes(sha256(repr(row).encode("utf-8", "backslashreplace")).digest())
    return count, total


def _fill(views: Views, log: LogFiles, end: int, progress: Callable[[int], None]) -> None:
    entries = log.entries(views.size(), end)
    while batch := list(islice(entries, AT_ONCE)):
        views.take_all(batch[0][0], (_record(log, entry) for _, entry in batch))
        progress(len(batch))


def _record(log: LogFiles, entry: bytes) -> bytes:
    """The record in a leaf. One that should stand beside the log and is gone is not the business of the views."""
    try:
        return log.record(entry)
    except EvidenceError:
        return entry


# -- the database -----------------------------------------------------------------------------------------


def _connected(path: Path) -> sqlite3.Connection:
    """A connection that writes; the file is for its owner only."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
    os.close(descriptor)
    if not is_file:
        raise OSError(f"`{path}` is no file")
    return sqlite3.connect(path, timeout=_SECONDS, isolation_level=None, check_same_thread=False)


def _usable(path: Path) -> sqlite3.Connection | None:
    """A connection to views of this version, now in the right mode; None if these are none."""
    database = _connected(path)
    try:
        if has_schema(database):
            _in_mode(database)
            if _number(database, "version") == SCHEMA_VERSION:
                return database
    except DAMAGED as error:
        if _is_busy(error):
            database.close()
            raise
    database.close()
    return None


def _empty(path: Path) -> sqlite3.Connection:
    """A connection to new views, instead of what is there."""
    _removed(path)
    database = _connected(path)
    try:
        _in_mode(database)
        _begun(database, made)
    except BaseException:
        database.close()
        raise
    return database


def _in_mode(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")


def _is_busy(error: BaseException) -> bool:
    """Whether the file may be good and just cannot be had: then it is left alone."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_CANTOPEN"))


def _why(error: BaseException) -> str:
    """What is wrong with views, in words of SQLite if they are its own."""
    return str(error).lower() if isinstance(error, sqlite3.Error) else "they are damaged"


def _begun(database: sqlite3.Connection, work: Callable[[sqlite3.Connection], None]) -> None:
    """Do something within one transaction."""
    database.execute("BEGIN IMMEDIATE")
    try:
        work(database)
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _removed(path: Path) -> None:
    """Take a database away, first the file and then what belongs to it: a new one must not find that."""
    for name in (path, *(path.with_name(path.name + each) for each in _BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _number(database: sqlite3.Connection, name: str) -> int:
    row = database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return -1 if row is None else int(row[0])


def _put(database: sqlite3.Connection, name: str, value: object) -> None:
    database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
