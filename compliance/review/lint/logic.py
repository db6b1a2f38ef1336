"""What follows from conditions alone: which lines hold together, and which conditions another one implies.

Theory: everything here errs on the side of silence. Lines *exclude* each other only if no value and no place on
any day satisfies both; a block *implies* another only if that can be read off line by line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from compliance.model.facts import FACTS, Kind
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import AnyOf, Block, Line
from compliance.model.territory import PLACES, lineage
from compliance.review.lint.look import meet

Codes = Callable[[str], frozenset[str]]
"""The codes that a place or a named territory may stand for, on any day."""


def exclude(one: Line, other: Line, codes: Codes) -> bool:
    """Whether two lines on one fact can never hold together."""
    if one.fact != other.fact or FACTS[one.fact].many:
        return False  # a set may hold a value for each of them
    kind = FACTS[one.fact].kind
    if kind is Kind.DAY:
        return not meet(one.period or ALWAYS, other.period or ALWAYS)
    if kind is Kind.LANGUAGE:
        return not any(_is_finer(a, b) or _is_finer(b, a) for a in one.values for b in other.values)
    if kind is Kind.PLACE:
        return _are_apart(_all(one, codes), _all(other, codes))
    return one.values.isdisjoint(other.values)


def _is_finer(tag: str, other: str) -> bool:
    return tag == other or tag.startswith(f"{other}-")


def _all(line: Line, codes: Codes) -> frozenset[str]:
    return frozenset(code for value in line.values for code in codes(value))


def _are_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether no code of one lies in a code of the other."""
    above = {outer for code in one for outer in lineage(code)}
    beyond = {outer for code in other for outer in lineage(code)}
    return above.isdisjoint(other) and beyond.isdisjoint(one)


def dead(block: Block, codes: Codes, above: tuple[Line, ...] = ()) -> tuple[Line, Line] | None:
    """Two lines for which the block can never hold, or None; `above` are lines that have to hold as well."""
    by_fact: dict[str, list[Line]] = {}
    for line in (*above, *(each for each in block.lines if isinstance(each, Line))):
        for earlier in by_fact.setdefault(line.fact, []):
            if exclude(earlier, line, codes):
                return earlier, line
        by_fact[line.fact].append(line)
    lines = tuple(line for found in by_fact.values() for line in found)
    for choice in block.lines:
        if isinstance(choice, AnyOf):
            pairs = [dead(each, codes, lines) for each in choice.blocks]
            if all(pairs):
                return next(pair for pair in pairs if pair)
    return None


def implies(one: Block, other: Block) -> bool:
    """Whether `other` holds wherever `one` does, as far as can be read off."""
    return all(_implies_part(one, part) for part in other.lines)


def _implies_part(block: Block, part: Line | AnyOf) -> bool:
    if isinstance(part, AnyOf) and any(implies(block, choice) for choice in part.blocks):
        return True
    for own in block.lines:
        if isinstance(own, AnyOf):
            if all(_implies_part(choice, part) for choice in own.blocks):
                return True
        elif isinstance(part, Line) and line_implies(own, part):
            return True
    return False


def line_implies(one: Line, other: Line) -> bool:
    """Whether `other` holds wherever `one` does."""
    if one.fact != other.fact:
        return False
    return all(not set(wider(one.fact, value)).isdisjoint(other.values) for value in one.values) and (
        one.period is None or holds(other.period or ALWAYS, one.period)
    )


def wider(fact: str, value: str) -> tuple[str, ...]:
    """A value and everything that a line may ask for instead, so that it holds for the value."""
    kind = FACTS[fact].kind
    if kind is Kind.PLACE:
        return lineage(value) if value in PLACES else (value,)
    if kind is Kind.LANGUAGE:
        parts = value.split("-")
        return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return (value,)


def holds(outer: Period, inner: Period) -> bool:
    """Whether every day of `inner` lies in `outer`; a gap of `outer` has to be one of `inner`, too."""
    begins = outer.first_day is None or (inner.first_day is not None and outer.first_day <= inner.first_day)
    ends = outer.last_day is None or (inner.last_day is not None and inner.last_day <= outer.last_day)
    gaps = all(any(holds(own, gap) for own in inner.gaps) for gap in outer.gaps if meet(gap, inner))
    return begins and ends and gaps


def has_no_day(period: Period) -> bool:
    """Whether no day is in it: it ends before it begins, or all of it is suspended."""
    if period.is_empty or not period.gaps or period.edges():
        return period.is_empty
    return (period.first_day or period.last_day or date.min) not in period
