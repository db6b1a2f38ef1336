"""Which of the records that wait go into the log, and in which order.

Theory: a table is recorded when somebody asks for a page for the first time, so the order of tables would tell in
which order pages were read. A batch is shuffled, and of two records with one key it is chance which one stays. Only
what others name comes before those: a rule set before the outcomes and tables that follow from it, an outcome before
its tables, and a table before what was shown of it. What has a key has one leaf; what has none is sealed each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, MutableSequence
from typing import Any, Final, NamedTuple

import msgspec

from compliance.audit.leaf import RecordError
from compliance.audit.record import key_of

KEPT: Final = frozenset({"erasure", "mode", "outcome", "ruleset"})
"""Kinds that are never erased: none is about a page, and without them nobody can tell what is lacking."""
ERASURE: Final = "erasure"
_PLACES: Final = {"outcome": 1, "table": 2}
_BODY: Final = "body"
_FIRST: Final = 0
_LAST: Final = 3
_BEFORE_OUTCOMES: Final = frozenset({"ruleset", "mode", "counters", "erasure", "verdict"})


class Waiting(NamedTuple):
    """A record that waits: its leaf, and what that says or stands for; None if that is not to be had."""

    leaf: bytes
    record: bytes | None


class Batch(NamedTuple):
    """What goes into the log next, in this order; the keys among it, and how many records are there already."""

    leaves: tuple[bytes, ...]
    keys: tuple[str, ...]
    dropped: int


class _Kind(msgspec.Struct):
    kind: str
    of: Any = None


def batch_of(
    waiting: Iterable[Waiting],
    known: Callable[[Collection[str]], Collection[str]],
    shuffle: Callable[[MutableSequence[Any]], None],
) -> Batch:
    """The leaves that follow in the log.

    Args:
        waiting: all that is acknowledged and not sealed.
        known: says which of some keys are in the log.
        shuffle: brings a list into an order of chance.
    """
    items = [(_place(each.record), key_in(each.record), each.leaf) for each in waiting]
    shuffle(items)
    items.sort(key=lambda item: item[0])
    there = set(known({key for _, key, _ in items if key is not None}))
    leaves, keys = [], []
    for _, key, leaf in items:
        if key is not None:
            if key in there:
                continue
            there.add(key)
            keys.append(key)
        leaves.append(leaf)
    return Batch(tuple(leaves), tuple(keys), len(items) - len(leaves))


def key_in(record: bytes | None) -> str | None:
    """The key of a record; None if it has none, or is no record."""
    try:
        return key_of(record) if record else None
    except RecordError:
        return None


def kind_in(data: bytes | None) -> str | None:
    """The kind of a record, or of the one that it stands for; None if it says none."""
    try:
        found = msgspec.json.decode(data or b"", type=_Kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return str(found.of) if found.kind == _BODY else found.kind


def _place(record: bytes | None) -> int:
    """The lower, the earlier. What cannot be read names something, perhaps."""
    kind = kind_in(record)
    return _LAST if kind is None else _FIRST if kind in _BEFORE_OUTCOMES else _PLACES.get(kind, _LAST)
