"""The words of every notice of a page: those of the law day, filled with what is known of the page.

Theory: the day is that of the first rule that asks, in its zone, for the wording and for the values in it
alike. So the words of an answer hold until the first day, in that zone, on which a wording, a turn or a
value may be another one; `changes` names these days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from compliance.model.decision import Instance
from compliance.model.notice import Notice, Whose
from compliance.model.period import Period, between
from compliance.model.ruleset import LawDays, Ruleset
from compliance.notices.render import Rendered, Slot, Slots, is_certain, render
from compliance.notices.wording import Chosen, choose

PUBLISHER_SLOT: Final = "{publisher.title}"


@dataclass(frozen=True, slots=True)
class Page:
    """What the words of a page rest on, besides the decision.

    `publisher` is an entity that is known for certain, `called` what the caller called it, and `item` what
    names the page among others; `turns` are those of notices whose words rotate by item, where they are known
    and the item is not.
    """

    ruleset: Ruleset
    days: LawDays
    languages: Sequence[str] = ()
    publisher: str | None = None
    called: str | None = None
    item: str = ""
    turns: Mapping[str, int] = field(default_factory=dict)

    def day(self, instance: Instance) -> date:
        """The law day of a notice."""
        return self.days[self.zone(instance)]

    def zone(self, instance: Instance) -> str:
        """The zone of the first rule that asks for a notice."""
        return self.ruleset.rules[instance.rules[0]].zone

    def choose(self, instance: Instance) -> Chosen:
        """The words of a notice on its law day."""
        notice = instance.notice
        turn = self.turns.get(notice.id)
        return choose(notice, self.day(instance), self.item, certain=is_certain(instance), turn=turn)


@dataclass(frozen=True, slots=True)
class Footnote:
    """What several instances of a notice say together, under one marker."""

    marker: str
    notice: str
    entities: tuple[str, ...]
    words: Rendered


def names_publisher(notice: Notice) -> bool:
    """Whether words of a notice may differ from one publisher to the next."""
    if any(each.of is Whose.PUBLISHER for each in notice.values.values()):
        return True
    return any(PUBLISHER_SLOT in text for words in notice.each_words() for text in words.values())


def speak(page: Page, instance: Instance, chosen: Chosen) -> Rendered:
    """The words of one notice."""
    return render(instance.notice, chosen, page.languages, _slots(page, instance, [instance]))


def footnotes(page: Page, instances: Sequence[Instance], marked: Sequence[str]) -> tuple[Footnote, ...]:
    """The footnote of each marker, in the order of the markers."""
    found = []
    for marker in sorted({mark for mark in marked if mark}, key=len):
        mine = [each for each, mark in zip(instances, marked, strict=True) if mark == marker]
        words = render(mine[0].notice, page.choose(mine[0]), page.languages, _slots(page, mine[0], mine), marker=marker)
        entities = tuple(each.entity for each in mine if each.entity is not None)
        found.append(Footnote(marker, mine[0].notice.id, entities, words))
    return tuple(found)


def turns(page: Page, instances: Sequence[Instance]) -> list[tuple[str, int | None]]:
    """For each notice whose words rotate by item, the turn of this page: that is no part of facts and days."""
    return [
        (each.notice.id, page.choose(each).turn)
        for each in instances
        if each.notice.rotation is not None and each.notice.rotation.start is None
    ]


def changes(page: Page, instances: Sequence[Instance]) -> Iterator[tuple[str, date]]:
    """A zone and a later day there, for each way in which words may come to differ by themselves."""
    for instance in instances:
        zone = page.zone(instance)
        if (turn := page.choose(instance).changes_on) is not None:
            yield zone, turn
        for slot in instance.notice.values.values():
            entity = page.publisher if slot.of is Whose.PUBLISHER else instance.entity
            for period in _periods(page.ruleset, entity, slot.value):
                if (turn := period.next_change(page.days[zone])) is not None:
                    yield zone, turn


def stretches(page: Page, instances: Sequence[Instance]) -> Iterator[tuple[str, Period]]:
    """A zone and days around the law day there, for each way in which words may differ on other days.

    On days that are in all of them the words are the same.
    """
    for instance in instances:
        zone, notice = page.zone(instance), instance.notice
        day = page.days[zone]
        if notice.rotation is not None and (chosen := page.choose(instance)).turn is not None:
            yield zone, chosen.period
        edges = {edge for wording in notice.wordings for edge in wording.period.edges()}
        for slot in notice.values.values():
            entity = page.publisher if slot.of is Whose.PUBLISHER else instance.entity
            edges |= {edge for period in _periods(page.ruleset, entity, slot.value) for edge in period.edges()}
        if edges:
            yield zone, between(sorted(edges), day)


def _periods(ruleset: Ruleset, entity: str | None, name: str) -> Iterator[Period]:
    """The days of all data of a name that the entity or a parent of it has."""
    known: set[str] = set()
    while entity is not None and entity not in known and (here := ruleset.entities.get(entity)) is not None:
        known.add(entity)
        yield from (each.period for each in here.values.get(name, ()))
        entity = here.parent


def _slots(page: Page, instance: Instance, together: Sequence[Instance]) -> Slots:
    """What fills the slots of an instance; `together` are those that share its words."""
    entities, day = page.ruleset.entities, page.day(instance)
    publisher = entities.get(page.publisher or "")
    mentions = []
    for each in together:
        mention = entities.get(each.entity or "")
        mentions.append(Slot(mention.title if mention else None, each.entity))
    filled: dict[str, Slot | tuple[Slot, ...]] = {
        "publisher.title": Slot(publisher.title if publisher else None, page.called),
        "mention.title": mentions[0],
        "mention.titles": tuple(mentions),
    }
    for name, slot in instance.notice.values.items():
        whose = page.publisher if slot.of is Whose.PUBLISHER else instance.entity
        value = None if whose is None else page.ruleset.value_on(whose, slot.value, day)
        filled[name] = Slot(value, type=slot.type)
    return filled
