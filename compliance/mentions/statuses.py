"""What registers say of those whom a text names, on a day.

Theory: names are looked for without a day, so that what was found may be kept; designations have days, so they are
joined afterwards. "Declared by X on D" is repeated, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from compliance.model.ruleset import Ruleset
from compliance.model.truth import FALSE, TRUE


@dataclass(frozen=True, slots=True)
class Listing:
    """That an entity stands in a register on a day, or may."""

    register: str
    title: str
    authority: str
    since: date | None
    """The day from which it has its effect; None where it may be listed, and nobody can tell."""
    is_certain: bool


def listings(ruleset: Ruleset, entity: str, day: date) -> Iterator[Listing]:
    """The registers that name an entity or a parent whose designation reaches it, where they hold on `day`."""
    for name, register in sorted(ruleset.registers.items()):
        entries = [entry for member in ruleset.lineage(entity) for entry in ruleset.entries(name, member)]
        truth = FALSE if register.is_variant or not entries else ruleset.designated(entity, name, day)
        if truth is not FALSE:
            days = [period.first_day for entry in entries if day in (period := register.period(entry))]
            yield Listing(
                name, register.title, register.authority, min(filter(None, days), default=None), truth is TRUE
            )
