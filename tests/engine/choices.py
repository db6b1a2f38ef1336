"""Hundreds of small choices out of one draw of Hypothesis.

Each draw takes Hypothesis some ten microseconds and a small rule set is hundreds of choices: to draw one took
fifty times as long as to decide a question on it. So bytes are drawn once, and each choice takes the next of them.
What is simplest comes first in whatever is chosen from: bytes shrink to zeros, and zeros choose the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """Chooses by the bytes that it was given; when they are used up, always the first."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)

    def below(self, number: int) -> int:
        """A number from 0 to one less than `number`, which is 256 at most."""
        return next(self._data, 0) % number

    def once_in(self, number: int) -> bool:
        return self.below(number) == number - 1

    def of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def some(self, options: Sequence[T], least: int, most: int) -> list[T]:
        """So many of the options; one may be there twice."""
        return self.made(lambda: self.of(options), least, most)

    def made(self, make: Callable[[], T], least: int, most: int) -> list[T]:
        return [make() for _ in range(least + self.below(most - least + 1))]

    def maybe(self, make: Callable[[], T]) -> T | None:
        """None half of the time."""
        return make() if self.once_in(2) else None


def chosen(most: int, make: Callable[[Choices], T]) -> st.SearchStrategy[T]:
    """What `make` makes with so many choices."""
    return st.binary(min_size=most, max_size=most).map(lambda data: make(Choices(data)))
