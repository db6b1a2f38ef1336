"""Readers of the views: any number of threads and processes, which are never in the writer's way.

Theory: workers ask for each page that is new to them whether its table is recorded. What they get from views that
are behind, or from none, is that it is not; then it is recorded once more, and sealing drops it. So whatever is wrong
with the views, a reader gets an answer, and never an error. The file may be exchanged by another at any time: each
look compares which file it is, and what was read of one while it was exchanged is not used.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import stat
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from compliance.audit.views_rows import SCHEMA_VERSION, key_part, made

_MOST_IDLE: Final = 16
_SECONDS: Final = 1.0
_SCHEMA_OF: Final = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
_File = tuple[int, int]

DAMAGED: Final = (sqlite3.Error, ValueError, LookupError, TypeError, OverflowError)
"""What comes of reading views that say something impossible; the module cannot even read some messages of SQLite."""


def _close(idle: deque[tuple[_File, sqlite3.Connection]]) -> None:
    """Close connections that nobody uses."""
    while idle:
        with contextlib.suppress(IndexError):
            idle.pop()[1].close()


class ViewsReader:
    """Reads the views at a path. Threads may share it."""

    def __init__(self, path: Path, *, is_still: bool = False) -> None:
        """Nothing is opened yet.

        Args:
            path: where the views are.
            is_still: whether nobody writes them meanwhile; then nothing is made beside them either.
        """
        self.path = path
        self._mode = "mode=ro&immutable=1" if is_still else "mode=ro"
        self._idle: deque[tuple[_File, sqlite3.Connection]] = deque()
        # Where nobody lets go of the file: since Python 3.13 a connection warns that is left open. `__del__` would come
        # too late for one that is part of a circle, since the connections may be ended before it.
        weakref.finalize(self, _close, self._idle)

    def leaf_of(self, key: str) -> int | None:
        """The number of the leaf with the key of a table, outcome or confirmation; None if none is known.

        Only a part of the key is compared: hold the whole of it against the leaf where it matters.
        """
        with self.connection() as database:
            if database is None:
                return None
            try:
                return leaf_in(database, key)
            except DAMAGED:
                return None

    def size(self) -> int:
        """How many leaves the views have; 0 without any."""
        with self.connection() as database:
            if database is None:
                return 0
            try:
                return int(database.execute("SELECT value FROM meta WHERE name = 'size'").fetchone()[0])
            except DAMAGED:
                return 0

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection | None]:
        """A connection that reads, for one thread at a time; None if there are no views that can be read."""
        taken = self._taken()
        try:
            yield None if taken is None else taken[1]
        except BaseException:
            if taken is not None:
                taken[1].close()
            raise
        if taken is None:
            return
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(taken)
        else:
            taken[1].close()

    def close(self) -> None:
        """Let go of the file."""
        _close(self._idle)

    def _taken(self) -> tuple[_File, sqlite3.Connection] | None:
        """A connection to the file that is there now."""
        file = self._file()
        while self._idle:
            try:
                found = self._idle.pop()
            except IndexError:
                break
            if found[0] == file:
                return found
            found[1].close()
        return None if file is None else self._opened(file)

    def _opened(self, file: _File) -> tuple[_File, sqlite3.Connection] | None:
        try:
            database = sqlite3.connect(
                f"file:{quote(str(self.path.absolute()))}?{self._mode}",
                uri=True,
                timeout=_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error:
            return None
        is_usable = False
        try:
            # what belongs to the file is opened by this first look: it was the same before and after, or is not used
            is_usable = has_schema(database) and _is_of_this_version(database) and self._file() == file
        except DAMAGED:
            return None
        finally:
            if not is_usable:
                database.close()
        return (file, database) if is_usable else None

    def _file(self) -> _File | None:
        """Which file it is, as the system tells files apart."""
        try:
            found = os.lstat(self.path)
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):  # a link leads elsewhere, and a pipe has no end
            return None
        return found.st_dev, found.st_ino


def has_schema(database: sqlite3.Connection) -> bool:
    """Whether a database has the tables of views, and nothing else: what is named like one may be an endless query.

    Raises:
        DAMAGED: it cannot be read.
    """
    return sorted(database.execute(_SCHEMA_OF)) == _known_schema()


def _is_of_this_version(database: sqlite3.Connection) -> bool:
    found: tuple[object, ...] | None = database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    return found == (SCHEMA_VERSION,)


@functools.cache
def _known_schema() -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        made(database)
        return sorted(database.execute(_SCHEMA_OF))


def leaf_in(database: sqlite3.Connection, key: str) -> int | None:
    """The number of the leaf with a key.

    Raises:
        DAMAGED: the views cannot be read.
    """
    row = database.execute("SELECT leaf FROM keys WHERE key = ?", (key_part(key),)).fetchone()
    return None if row is None else int(row[0])
