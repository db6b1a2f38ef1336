"""A table of decisions: a row for every class of the facts that were left open.

Theory: an open fact has as many *classes* as rules can tell values apart. To look the class of a reader's place up is
the same as to decide with that place, so a table is kept and asked, and is one object for all pages that are alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from compliance.engine.changes import Change, earliest
from compliance.engine.views import Keys
from compliance.engine.zones import Zones
from compliance.model.decision import Decision
from compliance.model.facts import Facts, FactValue, OneOf, unknown
from compliance.model.territory import LocationSet

UNKNOWN_CLASS: Final = "unknown"
"""The class of a fact that nobody knows; for the place, of a reader who may be anywhere."""
OTHER_CLASS: Final = "other"
"""The class of the values that no rule names."""


class NotTabulatedError(ValueError):
    """A fact has no finite classes, or a table would be too large; the message says which."""


@dataclass(frozen=True, eq=False)
class Table:
    """The decisions on some facts, for every class of the facts that were left open."""

    open_facts: tuple[str, ...]
    zones: Zones
    named: Mapping[str, Keys]
    """For each open fact other than the place, the values that are classes of their own."""
    rows: Mapping[tuple[str, ...], Decision]
    """By the class of each open fact: `zone 7`, `value article`, `other`, `unknown`."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """For each zone of time the first day on which some row may differ."""
        return earliest(change for decision in self.rows.values() for change in decision.changes)

    def find(self, facts: Facts) -> Decision:
        """The decision on these values of the open facts; one that is left out is unknown.

        Raises:
            NotTabulatedError: a fact has one of several values, or the place is a piece of a code; the table
                has rows for single ones.
        """
        return self.rows[tuple(self._class_of(fact, facts.get(fact)) for fact in self.open_facts)]

    def _class_of(self, fact: str, value: FactValue | None) -> str:
        if value is None or value == unknown(fact):
            return UNKNOWN_CLASS
        if isinstance(value, LocationSet) and (value.anywhere or len(value.places) == 1):
            if value.anywhere:
                return UNKNOWN_CLASS
            number = self.zones.of_place.get(next(iter(value.places)))
            if number is None:
                raise NotTabulatedError("a table has a row for each code of ISO 3166, not for pieces of them")
            return zone_class(number)
        if isinstance(value, OneOf) and value.is_known:
            word = next(iter(value.values))
            return f"value {word}" if word in self.named[fact] else OTHER_CLASS
        if isinstance(value, OneOf) and value.other and not value.values:
            return UNKNOWN_CLASS
        raise NotTabulatedError(f"`{fact}` has one of several values, and a table has a row for each single one")


def zone_class(number: int) -> str:
    """The class of the places in a zone."""
    return f"zone {number}"
