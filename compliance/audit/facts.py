"""Facts as they stand in records: nothing is lost, and a later version still reads them.

Theory: what is known of a fact is a set of possibilities, and each way of knowing has a form of its own. The
usual ones are short: a word for a value that is known, a list for a set that is known. That a fact may have any
value whatever is written as *unknown* and not spelled out, because later vocabularies may have more values.
How a place came to be known is left out: it decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from compliance.model.facts import FACTS, Facts, FactValue, Kind, Members, OneOf, unknown
from compliance.model.territory import LocationSet

Recorded = str | list[str] | dict[str, list[str] | bool]
"""What is known of one fact, as JSON."""
_UNKNOWN: Final = "unknown"


class FactsError(ValueError):
    """A record holds a fact in a form that this version cannot read."""


class _OneOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    one_of: list[str]
    other: bool = False


class _Members(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certain: list[str]
    perhaps: list[str] = []
    other: bool = False


class _Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    places: list[str]
    anywhere: bool = False


def recorded(facts: Facts) -> dict[str, Recorded]:
    """The facts as they stand in a record; the place of a reader, which never does, is left out."""
    return {name: recorded_value(name, value) for name, value in facts.items() if not name.startswith("reader.")}


def recorded_value(name: str, value: FactValue) -> Recorded:
    """What is known of one fact, as it stands in a record.

    >>> recorded_value("content.kind", OneOf(frozenset({"article"})))
    'article'
    """
    if isinstance(value, LocationSet):
        return _with({"places": sorted(value.places)}, anywhere=value.anywhere)
    if name in FACTS and value == unknown(name):
        return {_UNKNOWN: True}
    if isinstance(value, OneOf):
        if value.is_known:
            return next(iter(value.values))
        return _with({"one_of": sorted(value.values)}, other=value.other)
    if value.is_known:
        return sorted(value.certain)
    found: dict[str, list[str] | bool] = {"certain": sorted(value.certain)}
    if value.perhaps:
        found["perhaps"] = sorted(value.perhaps)
    return _with(found, other=value.other)


def _with(found: dict[str, list[str] | bool], **signs: bool) -> dict[str, list[str] | bool]:
    return found | {name: sign for name, sign in signs.items() if sign}


def facts_in(record: Mapping[str, object]) -> dict[str, FactValue]:
    """The facts that stand in a record. One that is no longer in the vocabulary, or not yet, is left out.

    Raises:
        FactsError: what stands there is not what is known of any fact.
    """
    return {name: value_in(name, value) for name, value in record.items() if name in FACTS}


def value_in(name: str, value: object) -> FactValue:
    """What is known of one fact of the vocabulary, as it stands in a record.

    Raises:
        FactsError: what stands there is not what is known of any fact.
    """
    spec = FACTS[name]
    kind = LocationSet if spec.kind is Kind.PLACE else Members if spec.many else OneOf
    try:
        found = _read(name, value)
    except (ValueError, TypeError):  # msgspec's errors are of these kinds
        found = None
    if not isinstance(found, kind):
        raise FactsError(f"what is recorded of `{name}` cannot be read")
    return found


def _read(name: str, value: object) -> FactValue | None:
    if isinstance(value, str):
        return OneOf(frozenset((value,)))
    if isinstance(value, list):
        return Members(frozenset(msgspec.convert(value, list[str])))
    if value == {_UNKNOWN: True}:
        return unknown(name)
    if not isinstance(value, Mapping):
        return None
    if "places" in value:
        where = msgspec.convert(value, _Places)
        return LocationSet(frozenset(where.places), where.anywhere)
    if "one_of" in value:
        one = msgspec.convert(value, _OneOf)
        return OneOf(frozenset(one.one_of), one.other)
    some = msgspec.convert(value, _Members)
    return Members(frozenset(some.certain), frozenset(some.perhaps), some.other)
