"""A ledger in a file of the system, which has no name, is nowhere near the evidence, and is gone with the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from compliance.audit.ledger import Entry

_MOST_WAITING: Final = 10_000
_MOST_KNOWN: Final = 100_000


class FileLedger:
    """A ledger of which little is in memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file that only this connection has
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE has (what TEXT, name BLOB, leaf INTEGER)",
            "CREATE TABLE needs (what TEXT, name BLOB, leaf INTEGER, before INTEGER)",
            "BEGIN",
        ):
            self._database.execute(statement)
        self._has: list[Entry] = []
        self._needs: list[tuple[str, bytes, int, bool]] = []
        self._once = lru_cache(maxsize=_MOST_KNOWN)(self._need)

    def close(self) -> None:
        """Let go of all."""
        self._database.close()

    def has(self, what: str, name: bytes, leaf: int) -> None:
        """It is there."""
        self._has.append(Entry(what, name, leaf))
        if len(self._has) >= _MOST_WAITING:
            self._write()

    def needs(self, what: str, name: bytes, leaf: int, *, before: bool = False) -> None:
        """It has to be there; before this leaf, if that is said."""
        if before:  # what is before one leaf is before all later ones
            self._first = leaf
            self._once(what, name)
        else:
            self._needs.append((what, name, leaf, False))
        if len(self._needs) >= _MOST_WAITING:
            self._write()

    def _need(self, what: str, name: bytes) -> None:
        self._needs.append((what, name, self._first, True))

    def twice(self) -> Iterator[tuple[Entry, int]]:
        """What is there more than once, each again, and in which leaf first."""
        self._join()
        rows = self._database.execute(
            "SELECT has.what, has.name, has.leaf, first.leaf FROM has JOIN ("
            "  SELECT what, name, min(leaf) AS leaf FROM has WHERE leaf >= 0 GROUP BY what, name HAVING count(*) > 1"
            ") AS first ON first.what = has.what AND first.name = has.name AND first.leaf < has.leaf "
            "ORDER BY has.leaf"
        )
        return ((Entry(what, name, leaf), first) for what, name, leaf, first in rows)

    def lacking(self) -> Iterator[Entry]:
        """What is needed and not there, each once."""
        self._join()
        rows = self._database.execute(
            "SELECT what, name, min(leaf) FROM needs WHERE NOT EXISTS ("
            "  SELECT 1 FROM has WHERE has.what = needs.what AND has.name = needs.name"
            "  AND (NOT needs.before OR has.leaf < needs.leaf)"
            ") GROUP BY what, name ORDER BY 3"
        )
        return (Entry(*row) for row in rows)

    def unneeded(self, what: str) -> Iterator[bytes]:
        """What is there and nobody needs."""
        self._join()
        rows = self._database.execute(
            "SELECT DISTINCT name FROM has WHERE what = ? AND name NOT IN (SELECT name FROM needs WHERE what = ?)",
            (what, what),
        )
        return (name for (name,) in rows)

    def _join(self) -> None:
        self._write()
        self._database.execute("CREATE INDEX IF NOT EXISTS has_name ON has (name, what, leaf)")

    def _write(self) -> None:
        self._database.executemany("INSERT INTO has VALUES (?, ?, ?)", self._has)
        self._database.executemany("INSERT INTO needs VALUES (?, ?, ?, ?)", self._needs)
        self._has.clear()
        self._needs.clear()
