"""What leaves have and what they need, written down until all are known.

Theory: whether something is there twice, or is lacking, is known only at the end, and a log may have any number of
leaves. So both sides are taken as they come, and joined once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

NOWHERE: Final = -1
"""Stands for the number of a leaf where there is none."""


class Entry(NamedTuple):
    """What is there or is needed: of which sort, its name, and the number of the leaf that says so."""

    what: str
    name: bytes
    leaf: int


class Ledger(Protocol):
    """Takes what is there and what is needed, in the order of leaves."""

    def has(self, what: str, name: bytes, leaf: int) -> None:
        """It is there."""

    def needs(self, what: str, name: bytes, leaf: int, *, before: bool = False) -> None:
        """It has to be there; before this leaf, if that is said."""

    def twice(self) -> Iterator[tuple[Entry, int]]:
        """What is there more than once, each again, and in which leaf first; blobs and what has no leaf aside."""

    def lacking(self) -> Iterator[Entry]:
        """What is needed and not there, each once."""

    def unneeded(self, what: str) -> Iterator[bytes]:
        """What is there and nobody needs."""
