"""Three-valued truth: a fact may be true, false or not known.

Theory: Kleene's strong logic. Order the values FALSE < UNKNOWN < TRUE; then "and" is the minimum, "or"
the maximum, and "not" turns the order round. Settling an UNKNOWN never flips a result that was already
TRUE or FALSE, which is why an unknown fact can be carried through a rule without losing a notice.
UNKNOWN refuses `bool()`: code that asks `if truth:` would silently read unknown as no.

Source: S. C. Kleene, Introduction to Metamathematics (1952), section 64.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Truth(Enum):
    """TRUE, FALSE or UNKNOWN, with `&`, `|` and `~`."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def __and__(self, other: Truth) -> Truth:
        """The lesser of the two."""
        return self if self.value <= other.value else other

    def __or__(self, other: Truth) -> Truth:
        """The greater of the two."""
        return self if self.value >= other.value else other

    def __invert__(self) -> Truth:
        """TRUE for FALSE, FALSE for TRUE, UNKNOWN for UNKNOWN."""
        return Truth(2 - self.value)

    def __bool__(self) -> NoReturn:
        """Never returns: compare with `is TRUE` or `is FALSE` instead.

        Raises:
            TypeError: always; even TRUE and FALSE refuse, so that the slip is found at its first run.
        """
        msg = "a three-valued truth has no bool: compare it with `is TRUE` or `is not FALSE`"
        raise TypeError(msg)

    __hash__ = object.__hash__  # there is one of each, and the hash of `Enum` is slow

    @property
    def possible(self) -> bool:
        """Whether it may be true: everything but FALSE."""
        return self is not Truth.FALSE


FALSE = Truth.FALSE
UNKNOWN = Truth.UNKNOWN
TRUE = Truth.TRUE


def all_of(truths: Iterable[Truth]) -> Truth:
    """The conjunction; TRUE when there is nothing to hold."""
    result = TRUE
    for truth in truths:
        result &= truth
        if result is FALSE:
            break
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """The disjunction; FALSE when there is nothing that could hold."""
    result = FALSE
    for truth in truths:
        result |= truth
        if result is TRUE:
            break
    return result
