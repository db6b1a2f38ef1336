"""What readers in every place are told, out of a table of decisions: notices with the digests of their words, by place.

Theory: which places are alike, and which notices they have, follows from the table alone; that is its *outline*, made
once for all pages that no rule tells apart. Words follow from it and from what words rest on: the law days, whose page
it is, the turn of a rotation, and the surface for where a notice stands. Pages that are alike in these are told the
same. Things that several rows share stand once, and rows name them by number, in the order in which rows come to them.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Generic, Self, TypeVar

from compliance.audit.table import Footnote, OutcomeRecord, Row, Shown, Words
from compliance.engine.memo import Memo
from compliance.engine.partial import tabulate
from compliance.engine.reasons import MOST_REASONS
from compliance.engine.segment import Segment
from compliance.engine.table import UNKNOWN_CLASS, Table, zone_class
from compliance.engine.zones import Zones
from compliance.model.decision import Instance
from compliance.model.facts import Facts
from compliance.model.ruleset import Ruleset
from compliance.notices.page import markers, places
from compliance.notices.render import Rendered, is_certain
from compliance.notices.spoken import Page, footnotes, names_publisher, speak

_SURFACE: Final = "content.surface"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Group:
    """What places that are alike have: the numbers of notices, and where that differs from what is around it."""

    notices: tuple[int, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """What of a table is the same for all pages that no rule tells apart."""

    instances: tuple[Instance, ...]
    """Every notice that is due anywhere, once."""
    rows: tuple[_Group, ...]
    """The first is for readers of whom nobody knows the place."""
    elsewhere: int
    """The number of the row of most countries."""
    zones: tuple[str, ...]
    """The zones of time on whose law days words depend."""
    turning: tuple[Instance, ...]
    """Those whose words take turns."""
    naming: frozenset[str]
    """The notices whose words may name the publisher."""

    @classmethod
    def of(cls, table: Table, ruleset: Ruleset) -> Self:
        """The outline of a table that leaves the place open."""
        instances: _Numbered[Instance] = _Numbered()
        rows: _Numbered[tuple[int, ...]] = _Numbered()

        def row(name: str) -> int:
            due = table.rows[name,].instances
            notices = tuple(instances.number(_likeness(each), each) for each in due)
            return rows.number(notices, notices)

        row(UNKNOWN_CLASS)
        row_of = [row(zone_class(number)) for number in range(len(table.zones.places))]
        elsewhere, where = _places(table.zones, row_of)
        return cls(
            instances=tuple(instances.found),
            rows=tuple(_Group(notices, tuple(where[number])) for number, notices in enumerate(rows.found)),
            elsewhere=elsewhere,
            zones=tuple(sorted({ruleset.rules[each.rules[0]].zone for each in instances.found})),
            turning=tuple(each for each in instances.found if each.notice.rotation is not None),
            naming=frozenset(each.notice.id for each in instances.found if names_publisher(each.notice)),
        )

    def likeness(self, page: Page, facts: Facts) -> tuple[Hashable, ...]:
        """Equal for pages with this outline that are told the same."""
        days = tuple([page.days[zone] for zone in self.zones])
        turns = tuple([page.choose(each).turn for each in self.turning])
        return _publisher(page) if self.naming else None, facts.get(_SURFACE), days, turns

    def outcome(
        self, page: Page, facts: Facts, kept: Memo[Words], *, nonce: str, day: date, version: int
    ) -> OutcomeRecord:
        """What is told on a page, in a leaf with this nonce, day and version.

        Args:
            page: what its words rest on.
            facts: what is known of it.
            kept: words of other pages under the same rule set, which are not worked out again.
            nonce: 16 bytes in hexadecimal digits.
            day: on which it is recorded (UTC).
            version: of the members of the leaf.
        """
        sheet = _Sheet(page, facts, kept, self.naming)
        notices: list[Shown] = []
        rows = []
        for row in self.rows:
            due = [self.instances[number] for number in row.notices]
            notices += [
                sheet.shown(each) for number, each in zip(row.notices, due, strict=True) if number >= len(notices)
            ]
            notes = tuple(sheet.footnotes_of(due))
            rows.append(Row(notices=row.notices, footnotes=notes, places=row.places))
        return OutcomeRecord(
            v=version,
            nonce=nonce,
            day=day,
            words=tuple(sheet.words.found),
            notices=tuple(notices),
            footnotes=tuple(sheet.footnotes.found),
            rows=tuple(rows),
            elsewhere=self.elsewhere,
            unknown=0,
        )


def outline_of(segment: Segment, facts: Facts) -> Outline:
    """The outline of the table of a page on the days of a segment, made once for pages that no rule tells apart."""
    table = tabulate(segment, facts)
    found: Outline | None = segment.made.get(table)
    return segment.made.put(table, Outline.of(table, segment.ruleset)) if found is None else found


def _publisher(page: Page) -> Hashable:
    """What words may say of whose page it is."""
    return page.publisher, page.called


def _likeness(instance: Instance) -> Hashable:
    """Equal for instances that are shown alike on one page."""
    return (
        instance.notice.id,
        instance.entity,
        instance.status,
        instance.display,
        instance.rules,
        instance.unknowns,
        instance.approximated,
        instance.by_reach,
    )


def _places(zones: Zones, row_of: Sequence[int]) -> tuple[int, dict[int, list[str]]]:
    """The row of most countries, and for each row the places whose row is not that of the place around them."""
    countries = Counter(row_of[zone] for _, zone, above in zones.borders if above is None)
    elsewhere = max(countries, key=lambda row: (countries[row], -row))
    found = defaultdict[int, list[str]](list)
    for place, zone, above in zones.borders:
        if row_of[zone] != (elsewhere if above is None else row_of[above]):
            found[row_of[zone]].append(place)
    return elsewhere, found


class _Numbered(Generic[T]):
    """Things that are shared, by number."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self.found: list[T] = []

    def number(self, key: Hashable, thing: T) -> int:
        """The number of a thing, or of one that came with the same key before."""
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            self.found.append(thing)
        return self._numbers[key]


@dataclass(slots=True)
class _Sheet:
    """What rows share, while they are made."""

    page: Page
    facts: Facts
    kept: Memo[Words]
    naming: frozenset[str]
    words: _Numbered[Words] = field(default_factory=_Numbered)
    footnotes: _Numbered[Footnote] = field(default_factory=_Numbered)

    def shown(self, instance: Instance) -> Shown:
        """A notice as it is shown."""
        rules = instance.rules
        return Shown(
            id=instance.notice.id,
            entity=instance.entity,
            status=instance.status.value,
            display=instance.display.value,
            placements=tuple(each.value for each in places(instance, self.facts)),
            words=self._words(instance),
            rules=rules[:MOST_REASONS],
            rule_count=len(rules) if len(rules) > MOST_REASONS else None,
            unknowns=instance.unknowns,
            approximated=instance.approximated,
            reach=instance.by_reach,
        )

    def _words(self, instance: Instance) -> int:
        """The number of the words of a notice, worked out once for all pages that look alike to them."""
        page, notice = self.page, instance.notice
        turn = page.choose(instance).turn if notice.rotation is not None else None
        publisher = _publisher(page) if notice.id in self.naming else None
        alike = (notice.id, instance.entity, is_certain(instance), page.day(instance), publisher, turn)
        found = self.kept.get(alike)
        if found is None:
            chosen = page.choose(instance)
            said = [speak(_in(page, tag), instance, chosen) for tag in chosen.text]
            found = self.kept.put(alike, _digests(said))
        return self._number(found)

    def _number(self, words: Words) -> int:
        key = (words.default, *words.text.items(), None, *words.short.items())
        return self.words.number(key, words)

    def footnotes_of(self, instances: Sequence[Instance]) -> Iterator[int]:
        """The numbers of the footnotes of a row."""
        marked = markers(instances)
        if not any(marked):
            return
        tags = {tag: None for each in instances for tag in self.page.choose(each).text}
        said = [footnotes(each, instances, marked) for each in (self.page, *(_in(self.page, tag) for tag in tags))]
        for notes in zip(*said, strict=True):
            words = self._number(_digests([each.words for each in notes]))
            yield self._footnote(Footnote(id=notes[0].notice, entities=notes[0].entities, words=words))

    def _footnote(self, note: Footnote) -> int:
        return self.footnotes.number((note.id, note.entities, note.words), note)


def _in(page: Page, tag: str) -> Page:
    """A page for somebody who reads one language."""
    return replace(page, languages=(tag,))


def _digests(words: Sequence[Rendered]) -> Words:
    """The digests of words; the first are those of the default language."""
    return Words(
        default=words[0].language,
        text={each.language: _digest(each.text) for each in words},
        short={each.language: _digest(each.short) for each in words if each.short != each.text},
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
