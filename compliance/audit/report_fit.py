"""Whether views are those of a log, as far as a report can ask without reading all of it.

Theory: views are a copy, so what they say is true only if the log says it. To hold all of them against the log is for
`compliance verify`, which takes as long as making them anew. Here is asked what costs little: how many leaves they
have, what the last of these is, and whether their sums agree with each other. Whoever alters views with care passes
that, so every report says that no more was asked (`NOT_COMPARED`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from compliance.audit.log_files import LogFiles
from compliance.audit.views_reading import DAMAGED
from compliance.errors import EvidenceError

NOT_COMPARED: Final = (
    "the numbers are from the index, which was not compared with the log leaf by leaf: `compliance verify` does that"
)
NO_VIEWS: Final = "there are no views to report from: seal the log, or run `compliance audit rebuild`"
_ANEW: Final = "run `compliance verify`, then `compliance audit rebuild`"
_SUMS: Final = (
    ("SELECT COALESCE(SUM(tables), 0) FROM classes", "SELECT COUNT(*) FROM tables"),
    (
        "SELECT COALESCE(SUM(tables), 0) FROM daily",
        "SELECT COALESCE(SUM(c.tables), 0) FROM classes AS c JOIN outcomes AS o ON o.leaf = c.outcome",
    ),
)


@contextmanager
def reading_views() -> Iterator[None]:
    """Whatever fails because views are damaged is said as that.

    Raises:
        EvidenceError: they are.
    """
    try:
        yield
    except DAMAGED as error:
        raise EvidenceError(f"the views are damaged: {_ANEW}") from error


def state_of(path: Path) -> tuple[tuple[int, ...], ...]:
    """What changes when somebody writes into views: the same for views that were not touched meanwhile."""
    found: list[tuple[int, ...]] = []
    for each in (path, path.with_name(f"{path.name}-wal")):
        try:
            seen = each.stat()
        except OSError:
            found.append(())
        else:
            found.append((seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return tuple(found)


def require_fit(database: sqlite3.Connection, log: LogFiles, *, are_sums_sound: bool = False) -> None:
    """Hold views against their log.

    Args:
        database: the views.
        log: the log.
        are_sums_sound: whether their sums were seen to agree, and nobody has written since.

    Raises:
        EvidenceError: they do not fit it.
    """
    meta = dict(database.execute("SELECT name, value FROM meta").fetchall())
    size, leaves = int(meta["size"]), log.size()
    if meta["is_stale"]:
        raise EvidenceError("the views do not fit the log, since leaves were erased: run `compliance audit rebuild`")
    if size > leaves:
        why = f"they have {size} leaves, and the log has {leaves}: it was cut back, or they are of another log"
        raise EvidenceError(f"the views do not fit the log: {why}; {_ANEW}")
    if not _has_mark(meta, size, log):
        raise EvidenceError(f"the views do not fit the log: they were made of other leaves; {_ANEW}")
    if not are_sums_sound and any(_one(database, one) != _one(database, other) for one, other in _SUMS):
        raise EvidenceError(f"the views do not fit the log: their sums contradict each other; {_ANEW}")


def _has_mark(meta: dict[str, Any], size: int, log: LogFiles) -> bool:
    """Whether the log has the last leaf that they have; nobody can say so of one that was erased since."""
    mark = int(meta["mark"])
    if mark < 0:
        return True
    if mark >= size:
        return False
    entry = log.entry(mark)
    try:
        record = log.record(entry)
    except EvidenceError:  # one that stands beside the log and is gone there
        record = entry
    return not record or sha256(record).digest() == meta["mark_hash"]


def _one(database: sqlite3.Connection, sql: str) -> Any:
    return database.execute(sql).fetchone()[0]
