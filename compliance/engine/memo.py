"""A bounded memory for what was worked out: it forgets what was not asked for lately.

Theory: two generations. What is put in or asked for is young; when the young are half of what may be kept,
they become old and the old ones are forgotten. So what is asked for stays, nothing is ever counted or
sorted, and each step is a single operation of a dictionary, which threads may share. Two threads that
put in at once may at worst forget something early.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """Values by key, never more than `most` of them; with `most` 0 it keeps nothing."""

    __slots__ = ("_half", "_old", "_young", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._half = (most + 1) // 2
        self._young: dict[Hashable, Value] = {}
        self._old: dict[Hashable, Value] = {}

    def get(self, key: Hashable) -> Value | None:
        """What was put in under the key, or None if that was nothing or is forgotten."""
        found = self._young.get(key)
        if found is None and self._old:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Hashable, value: Value) -> Value:
        """The value, kept."""
        if self._half:
            if len(self._young) >= self._half:
                self._old, self._young = self._young, {}
            self._young[key] = value
        return value

    def __len__(self) -> int:
        """How many values are kept."""
        return len(self._young.keys() | self._old.keys())
