"""Random rule sets whose notices have words of every sort, and random pages and days to ask them about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from compliance.assemble import Question
from compliance.content.facts import Content
from compliance.model.designation import DatedValue
from compliance.model.facts import OneOf
from compliance.model.notice import (
    Every,
    Layout,
    Medium,
    Merge,
    Notice,
    Placement,
    Rotation,
    SlotType,
    ValueSlot,
    Whose,
    Wording,
    Words,
)
from compliance.model.period import Period
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from tests.engine.choices import Choices, chosen
from tests.engine.strategies import DAY, ZONES, Facts, facts, rulesets

SLOTS = ("", "{publisher.title}", "{mention.title}", "{mention.titles}", "{share}", "{owner}")
NEAR = tuple(DAY + timedelta(days=step) for step in range(-5, 6))


def _texts(choose: Choices, name: str) -> Words:
    tags = list(dict.fromkeys(choose.some(["ru", "en", "de-CH"], 1, 3)))
    return {tag: f"{name} {tag} {choose.of(SLOTS)} {choose.of(SLOTS)}" for tag in tags}


def _periods(choose: Choices) -> list[Period]:
    """One to three periods apart from each other, perhaps with days between them."""
    edges = sorted(set(choose.some(NEAR, 2, 6)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False)) or [(edges[0], edges[0])]
    found = [Period(first, last - timedelta(days=1) if last > first else last) for first, last in pairs]
    return [replace(found[0], first_day=None), *found[1:]] if choose.once_in(3) else found


def _with_words(choose: Choices, notice: Notice) -> Notice:
    name, sort = notice.id, choose.below(4)
    texts = [_texts(choose, f"{name}-{number}") for number in range(2 + choose.below(2))]
    changed: dict[str, Any] = {"text": texts[0]}
    if sort == 1:
        wordings = [
            Wording(each, text, text_if_possible=choose.of([{}, texts[0]]), short=choose.of([{}, {"en": "short"}]))
            for each, text in zip(_periods(choose), texts * 2, strict=False)
        ]
        changed = {"text": {}, "wordings": tuple(wordings)}
    elif sort > 1:
        every = Every.ITEM if sort == 2 else choose.of([Every.DAY, Every.WEEK, Every.MONTH])
        start = None if every is Every.ITEM else choose.of(NEAR)
        changed = {"text": {}, "rotation": Rotation(every, tuple(texts), start)}
    return replace(
        notice,
        **changed,
        conditional=choose.once_in(2),
        text_if_possible=choose.of([{}, _texts(choose, f"{name}-perhaps")]),
        short=choose.of([{}, {"en": "short {publisher.title}"}]),
        slots={"mention.title": {"en": "somebody"}},
        values={
            "share": ValueSlot(SlotType.PERCENT, "share", choose.of(tuple(Whose)), {"en": "no share"}),
            "owner": ValueSlot(SlotType.TEXT, "owner"),
        },
        merge=choose.of([Merge.EACH, Merge.FOOTNOTE]),
        layout=Layout(also=(Placement.TOP,), media={"web": Medium(placement=Placement.OVERLAY)}),
    )


def _with_values(choose: Choices, ruleset: Ruleset) -> Ruleset:
    notices = {name: _with_words(choose, notice) for name, notice in ruleset.notices.items()}
    rules = {id_: replace(rule, notice=notices[rule.notice.id]) for id_, rule in ruleset.rules.items()}
    entities = {}
    for id_, entity in ruleset.entities.items():
        shares = tuple(DatedValue(f"{number}.5", each) for number, each in enumerate(_periods(choose)))
        entities[id_] = replace(entity, values=choose.of([{}, {"share": shares}, {"owner": shares}]))
    return replace(ruleset, rules=rules, entities=entities, meaning="sha256:meaning", source="sha256:source")


def worded() -> st.SearchStrategy[Ruleset]:
    """Small rule sets with dated, rotating, conditional and shared words, and with data about entities."""
    choices = st.binary(min_size=200, max_size=200).map(Choices)
    return st.tuples(choices, rulesets()).map(lambda each: _with_values(*each))


def days() -> st.SearchStrategy[LawDays]:
    """Law days of one moment: in some zones it may be tomorrow already."""

    def at(step: int, ahead: int) -> LawDays:
        moscow, tokyo = ZONES
        day = DAY + timedelta(days=step)
        return {moscow: day, tokyo: day + timedelta(days=ahead)}

    return st.builds(at, st.integers(-6, 6), st.integers(0, 1))


def _content(choose: Choices) -> Content:
    return Content(
        url=choose.of([None, "https://one.example/a?x=1", "https://two.example/b", "page-7"]),
        publisher=choose.of([None, "Daily", "daily.example", "  Two \u00a0 words "]),
        headline=choose.of([None, "A headline", "Another"]),
    )


def _asked(content: Content, known: Facts, surface: str | None) -> Question:
    medium: Facts = {} if surface is None else {"content.surface": OneOf(frozenset({surface}))}
    return Question(content, {**known, **medium}, LocationSet.unknown())


def questions() -> st.SearchStrategy[Question]:
    """A page, and what is known of it; sometimes of the medium, too."""
    return st.builds(_asked, chosen(8, _content), facts(), st.sampled_from([None, "web", "print"]))
