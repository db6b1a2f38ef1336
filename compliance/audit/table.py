"""Tables: what readers everywhere are shown on a page, under one rule set and for a stretch of days.

Theory: a table says, for every place in the world and for readers of whom nobody knows the place, which notices a
page has, and the digests of their words. It is the same whoever reads: that a page is in the log does not say that
somebody read it. Most pages of a publisher have the same notices. So a table is two records: what is known of the
page, and the *outcome*, which many tables name by its key. The *key* is the digest of all that a record says, without
nonce, day, and the bytes of the rule files, which may change without any meaning changing.

Source: SHA-256, FIPS 180-4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final, Self

import msgspec

from compliance.audit.canonical import canonical
from compliance.audit.facts import FactsError, facts_in
from compliance.audit.leaf import Count, Hex, Part, Record, RecordError, members_of, spelt, written
from compliance.model.facts import FactValue
from compliance.model.territory import PLACES, lineage

_TABLE: Final = "table"
_OUTCOME: Final = "outcome"
RENDERED: Final = "rendered"
NOT_IN_KEY: Final = frozenset({"nonce", "day", "source"})
KEYED: Final = frozenset({_TABLE, _OUTCOME, RENDERED})
"""The kinds of record of which the log has each but once."""


class Days(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Law days from a first to a last, both included; None is an open end."""

    first_day: date | None = None
    last_day: date | None = None


class Stretch(Days, frozen=True, kw_only=True, omit_defaults=True):
    """The law days for which a table holds, in every zone of time.

    In the hours when a change has come in some zones and not yet in others there are no such days; then `zones`
    says which they are in each zone for which anything ever changes.
    """

    zones: dict[str, Days] = msgspec.field(default_factory=dict)


class Words(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The words of a notice: for each language the SHA-256 of its text in UTF-8, with all slots filled."""

    default: str
    """The language of those whose languages it does not have."""
    text: dict[str, Hex]
    short: dict[str, Hex] = msgspec.field(default_factory=dict)
    """The same of the short words, where they are others."""


class Shown(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A notice for an entity, with up to twenty of the rules that ask for it, and the number of its words."""

    id: str
    status: str
    display: str
    placements: tuple[str, ...]
    words: Count
    rules: tuple[str, ...]
    entity: str | None = None
    rule_count: int | None = None
    """How many rules ask for it, if they are more."""
    unknowns: tuple[str, ...] = ()
    approximated: bool = False
    reach: bool = False


class Footnote(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What several notices of a page say together, and the number of its words."""

    id: str
    entities: tuple[str, ...]
    words: Count


class Row(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What readers in some places are shown: numbers of notices and footnotes, in the order of the page."""

    notices: tuple[Count, ...]
    footnotes: tuple[Count, ...] = ()
    places: tuple[str, ...] = ()
    """Where it counts: in these places and in what lies in them, but for what stands in another row."""


class TableRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag=_TABLE, dict=True):
    """What was known of a page, under which rule set, and what came of it on a stretch of days."""

    content: str | None = None
    """The page, as `reference_of` names it."""
    called: str | None = None
    """What the caller called a publisher that is not known."""
    facts: dict[str, Any]
    """What was known of the page; see `audit.facts`."""
    scanner: str | None = None
    """What looked through its texts, if there were any."""
    ruleset: str
    """The digest of what the rules mean ..."""
    source: str
    """... and that of the bytes they were read from."""
    semantics: int
    """By which meaning of rules it was decided (`engine.decide.SEMANTICS`)."""
    stretch: Stretch
    turns: dict[str, int] = msgspec.field(default_factory=dict)
    """For each notice whose words rotate by item the turn of this page, from 1."""
    outcome: Hex
    """The key of the outcome."""

    @cached_property
    def key(self) -> str:
        """The key; for a record of a later version, ask `key_of` its bytes."""
        return _key(written(self, NOT_IN_KEY))

    @property
    def facts_digest(self) -> str:
        """The SHA-256 of the facts in canonical form: the same for versions of a page that are decided alike."""
        return hashlib.sha256(canonical(self.facts)).hexdigest()

    def known_facts(self) -> dict[str, FactValue]:
        """The facts, as the engine takes them.

        Raises:
            RecordError: they cannot be read.
        """
        try:
            return facts_in(self.facts)
        except FactsError as error:
            raise RecordError(str(error)) from error


class OutcomeRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag=_OUTCOME, dict=True):
    """Which notices pages have in every place. It says of no page that it is one of them."""

    words: tuple[Words, ...] = ()
    notices: tuple[Shown, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    rows: tuple[Row, ...]
    elsewhere: Count
    """The number of the row of all places that stand in none ..."""
    unknown: Count
    """... and of readers of whom nobody knows where they are."""

    def __post_init__(self) -> None:
        """Refuse numbers of what is not there.

        Raises:
            RecordError: a number is too large.
        """
        words = [each.words for each in self.notices] + [each.words for each in self.footnotes]
        notices = [number for row in self.rows for number in row.notices]
        notes = [number for row in self.rows for number in row.footnotes]
        numbered = (
            ([self.elsewhere, self.unknown], self.rows),
            (words, self.words),
            (notices, self.notices),
            (notes, self.footnotes),
        )
        if any(number >= len(among) for numbers, among in numbered for number in numbers):
            raise RecordError("an outcome names something by a number that it does not have")

    @cached_property
    def key(self) -> str:
        """The key; for a record of a later version, ask `key_of` its bytes."""
        return _key(written(self, NOT_IN_KEY))

    def again(self, nonce: str, day: date) -> Self:
        """The same in another leaf, whose key is this one, and is not worked out once more."""
        found = msgspec.structs.replace(self, nonce=nonce, day=day)
        vars(found)["key"] = self.key
        return found

    def row(self, place: str | None) -> Row:
        """What a reader in a place is shown; None is a reader of whom nobody knows the place.

        Args:
            place: an ISO 3166 code as this product writes it.

        Raises:
            KeyError: it is no such code. For a piece of one, or for several places, decide again.
        """
        if place is None:
            return self.rows[self.unknown]
        if place not in PLACES:
            raise KeyError(place)
        found = (self._row_of[code] for code in lineage(place) if code in self._row_of)
        return self.rows[next(found, self.elsewhere)]

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {place: number for number, row in enumerate(self.rows) for place in row.places}

    def shown(self, row: Row) -> tuple[Shown, ...]:
        """The notices of a row."""
        return tuple(self.notices[number] for number in row.notices)


def key_of(data: bytes) -> str:
    """The key of the table, outcome or confirmation in a leaf, also of one that a later version wrote.

    Raises:
        RecordError: it holds none of them.
    """
    members = members_of(data)
    if members["kind"] not in KEYED:
        raise RecordError("only tables, outcomes and confirmations have keys")
    said = {name: value for name, value in members.items() if name not in NOT_IN_KEY}
    return _key(spelt(said) if data.isascii() else canonical(said))


def _key(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()
