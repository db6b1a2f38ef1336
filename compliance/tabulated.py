"""One content under one rule set, for every place at once: the table that is kept as evidence.

Theory: what readers are shown follows from the rule set, the facts of the page, the law days and the place. A table
is all of it but the place, so it is made from the page alone, and nothing of a reader can come into it. All that
words rest on besides is recorded too, if only as what it comes to: the turn of a rotation, and not the page that it
follows from. So a table can be made once more from its record and the rule set, and compared. It holds for a stretch
of days: those around the law day on which nothing turns in the rule set, nor in the words of any of its notices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from compliance.assemble import Question, page_of, publisher_of
from compliance.audit.facts import recorded
from compliance.audit.leaf import NONCE_BYTES, VERSION, nonce_of
from compliance.audit.reference import reference_of
from compliance.audit.table import Days, OutcomeRecord, Stretch, TableRecord, Words
from compliance.content.facts import ANOTHER_PAGE
from compliance.content.mentioned import NOTHING
from compliance.engine.decide import SEMANTICS
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.engine.reading import PLACE
from compliance.engine.segment import Segment
from compliance.model.decision import Decision, Instance
from compliance.model.facts import Facts, FactValue, OneOf
from compliance.model.period import ALWAYS, Period
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.notices.spoken import Page, stretches, turns
from compliance.outcomes import Outline, outline_of

_PAGE: Final = "content.url"
_ANY_DAY: Final = date(2000, 1, 1)
"""A day for zones in which nothing ever turns: it does not matter which."""
MOST_KEPT: Final = 4096
"""The words of so many notices are kept while one table is made, where nobody keeps more."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a leaf has beside what it says: 16 random bytes, and the day (UTC) on which it is recorded."""

    nonce: bytes
    day: date


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A table as two records: that of the page, and its outcome, which has to be in the log first."""

    record: TableRecord
    outcome: OutcomeRecord


def table_of(
    index: Index,
    question: Question,
    days: LawDays,
    stamp: Stamp,
    *,
    scanner: str | None = None,
    parameters: Collection[str] = (),
    kept: Memo[Words] | None = None,
) -> Tabulated:
    """The table of a page. Of the reader in the question nothing is looked at.

    Args:
        index: the rule set.
        question: the page, and what is known of it.
        days: the law day in every zone of the rule set.
        stamp: what the leaf has besides.
        scanner: what looks through texts, and by which names and forms.
        parameters: those in the queries of its pages that tell them apart.
        kept: words of other tables under the same rule set, which are not worked out again.

    Raises:
        RecordError: the nonce is too short or too long.
    """
    ruleset = index.ruleset
    facts = _of_the_page(question.facts, ruleset)
    page = page_of(ruleset, question, days, ())
    is_known = ruleset.entities.get(page.publisher or "") is not None
    head = _Head(
        nonce=nonce_of(stamp.nonce),
        day=stamp.day,
        content=reference_of(question.content.url, parameters),
        called=None if is_known else page.called,
        facts=recorded(facts),
        scanner=None if question.looked == NOTHING else scanner,
    )
    return _made(_Basis(index, facts, page, kept), head)


def replayed(record: TableRecord, index: Index, kept: Memo[Words] | None = None) -> Tabulated:
    """The table made once more from its record alone, by this rule set, with the nonce and the day of the record.

    With the rule set of the record it is the same record. With another one it is what that would have said of the page
    on the first days for which the record holds.

    Args:
        record: what is in the log.
        index: the rule set.
        kept: words of other tables under the same rule set, which are not worked out again.

    Raises:
        RecordError: the facts of the record cannot be read.
    """
    head = _Head(record.nonce, record.day, record.content, record.called, record.facts, record.scanner, record.v)
    return _made(_again(record, index, kept), head)


def decided(record: TableRecord, index: Index, where: LocationSet) -> Decision:
    """The decision on the page of a table for a reader in any of several places, or in a piece of one.

    Raises:
        RecordError: the facts of the record cannot be read.
    """
    basis = _again(record, index, None)
    return index.decide({**basis.facts, PLACE: where}, basis.page.days)


def basis_of(record: TableRecord, index: Index) -> tuple[Facts, Page]:
    """What a table follows from, as far as its record says; raises as `decided` does."""
    basis = _again(record, index, None)
    return basis.facts, basis.page


@dataclass(frozen=True, slots=True)
class _Basis:
    """All that a table follows from."""

    index: Index
    facts: Facts
    page: Page
    kept: Memo[Words] | None


@dataclass(frozen=True, slots=True)
class _Head:
    """What a record of a table holds beside the table."""

    nonce: str
    day: date
    content: str | None
    called: str | None
    facts: Mapping[str, object]
    scanner: str | None
    version: int = VERSION


def _of_the_page(facts: Facts, ruleset: Ruleset) -> dict[str, FactValue]:
    """The facts without the reader's. An address that no rule names is that of any other page, and stays private."""
    found = {name: value for name, value in facts.items() if not name.startswith("reader.")}
    url = found.get(_PAGE)
    if isinstance(url, OneOf):
        asked = ruleset.words.get(_PAGE, frozenset())
        found[_PAGE] = replace(url, values=frozenset(each if each in asked else ANOTHER_PAGE for each in url.values))
    return found


# -- from a record --------------------------------------------------------------------------------------


def _again(record: TableRecord, index: Index, kept: Memo[Words] | None) -> _Basis:
    """What a table followed from, as far as its record says."""
    facts, ruleset = record.known_facts(), index.ruleset
    if record.ruleset != ruleset.meaning:
        facts = _asked_anew(facts, record.content, ruleset)
    page = Page(
        ruleset=ruleset,
        days={zone: _day(record.stretch, zone) for zone in ruleset.zones},
        publisher=publisher_of(facts),
        called=record.called,
        item=record.content or "",
        turns=record.turns,
    )
    return _Basis(index, facts, page, kept)


def _day(stretch: Stretch, zone: str) -> date:
    """A day of a stretch in a zone of time."""
    days = stretch.zones.get(zone, stretch)
    return days.first_day or days.last_day or _ANY_DAY


def _asked_anew(facts: dict[str, FactValue], content: str | None, ruleset: Ruleset) -> dict[str, FactValue]:
    """The facts for other rules, which may name pages that those of the record did not."""
    url = facts.get(_PAGE)
    if not isinstance(url, OneOf) or ANOTHER_PAGE not in url.values:
        return facts
    if content is None or content != reference_of(content):
        return {name: value for name, value in facts.items() if name != _PAGE}
    named = {each for each in ruleset.words.get(_PAGE, ()) if reference_of(each) == content}
    return {**facts, _PAGE: replace(url, values=url.values | named)}


@dataclass(frozen=True, slots=True)
class _Told:
    """What pages of which the same is told have in common: the outcome in some leaf, and for how long it holds."""

    outcome: OutcomeRecord
    stretch: Stretch


# -- making one -----------------------------------------------------------------------------------------


def _made(basis: _Basis, head: _Head) -> Tabulated:
    """The table that follows from something."""
    page = basis.page
    segment = basis.index.segment(page.days)
    outline = outline_of(segment, basis.facts)
    told = _told(basis, segment, outline, head)
    record = TableRecord(
        v=head.version,
        nonce=head.nonce,
        day=head.day,
        content=head.content,
        called=head.called,
        facts=dict(head.facts),
        scanner=head.scanner,
        ruleset=page.ruleset.meaning,
        source=page.ruleset.source,
        semantics=SEMANTICS,
        stretch=told.stretch,
        turns={notice: turn for notice, turn in turns(page, outline.turning) if turn is not None},
        outcome=told.outcome.key,
    )
    # its nonce follows from that of the record of the page, and not the other way round
    nonce = hashlib.sha256(bytes.fromhex(head.nonce)).digest()[:NONCE_BYTES]
    return Tabulated(record, told.outcome.again(nonce.hex(), head.day))


def _told(basis: _Basis, segment: Segment, outline: Outline, head: _Head) -> _Told:
    """What readers are told, worked out once for all pages that look alike to the rules and to the words."""
    page, facts = basis.page, basis.facts
    key = (outline, head.version, *outline.likeness(page, facts))
    found: _Told | None = segment.made.get(key)
    if found is None:
        kept = Memo[Words](MOST_KEPT) if basis.kept is None else basis.kept
        outcome = outline.outcome(page, facts, kept, nonce=head.nonce, day=head.day, version=head.version)
        found = segment.made.put(key, _Told(outcome, _stretch(basis.index, page, outline.instances)))
    return found


def _stretch(index: Index, page: Page, instances: Sequence[Instance]) -> Stretch:
    """The days around the law days on which the table is the same."""
    found = index.stretch(page.days)
    for zone, days in stretches(page, instances):
        found[zone] = _common(found.get(zone, ALWAYS), days)
    first = max((each.first_day for each in found.values() if each.first_day), default=None)
    last = min((each.last_day for each in found.values() if each.last_day), default=None)
    if first is None or last is None or first <= last:
        return Stretch(first_day=first, last_day=last)
    zones = {zone: Days(first_day=each.first_day, last_day=each.last_day) for zone, each in sorted(found.items())}
    return Stretch(zones=zones)


def _common(one: Period, other: Period) -> Period:
    """The days of two stretches around one day."""
    firsts = [each.first_day for each in (one, other) if each.first_day]
    lasts = [each.last_day for each in (one, other) if each.last_day]
    return Period(max(firsts, default=None), min(lasts, default=None))
