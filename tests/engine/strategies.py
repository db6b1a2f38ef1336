"""Small random rule sets and facts, dense in what is doubtful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from compliance.model.designation import Claim, Entity, Entry, Milestone, Register, Stance
from compliance.model.facts import FactValue, Members, OneOf, unknown
from compliance.model.period import Period
from compliance.model.rule import (
    AnyOf,
    Block,
    IfUnknown,
    Line,
    Notice,
    Placement,
    Purpose,
    Reach,
    Rule,
    Severity,
    Status,
)
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, LocationSet, Member, Territory, lineage, piece
from tests.engine.choices import Choices, chosen

Facts = dict[str, FactValue]
DAY = date(2024, 6, 1)
ZONES = ("Europe/Moscow", "Asia/Tokyo")
DAYS = {"Europe/Moscow": DAY, "Asia/Tokyo": DAY + timedelta(days=1)}
PLACES = ("UA", "UA-43", "UA-14", "RU", "GB-ENG", "GB-LND")
TERRITORIES = ("zone-a", "zone-b")
AREA = "drawn"
REGISTERS = ("aa/listed", "bb/listed")
ENTITIES = ("one", "two", "child", "grandchild")
NOTICES = ("n1", "n2", "n3")
WORDS: dict[str, tuple[str, ...]] = {
    "publisher": ENTITIES[:2],
    "publisher.designated_as": REGISTERS,
    "publisher.answers_to": ("RU", "CZ"),
    "publisher.complies_with": ("RU", "CZ"),
    "content.url": ("https://one.example/a", "https://one.example/b"),
    "content.quotes": ENTITIES[:2],
    "content.kind": ("article", "comment"),
    "content.promotes": ("gambling", "alcohol"),
    "content.ai_generated": ("none", "partly", "fully"),
    "content.language": ("ru", "ru-UA"),
    "content.mentions": ENTITIES[:2],
    "content.date_published": (),
    "mention.designated_as": REGISTERS,
    "reader.location": (*PLACES, *TERRITORIES, *TERRITORIES),
}
RELATIONS = ("content.mentions", "content.quotes")
UNBOUND = [name for name in WORDS if name != "mention.designated_as"]
NEAR = tuple(DAY + timedelta(days=days) for days in (0, 1, -1, 2, -2, 3, -3))
ALWAYS = Period()


def _ordered(first: date | None, last: date | None) -> Period:
    return Period(last, first) if first and last and last < first else Period(first, last)


def _period(choose: Choices) -> Period:
    near = [choose.maybe(lambda: choose.of(NEAR)) for _ in range(2)] if choose.once_in(2) else (None, None)
    return _ordered(*near)


def _with_gap(choose: Choices) -> Period:
    """A period, which in one of three cases is suspended for a while."""
    whole = _period(choose)
    return replace(whole, gaps=(_gap(choose),)) if choose.once_in(3) else whole


def _gap(choose: Choices) -> Period:
    return _ordered(choose.of(NEAR), choose.of(NEAR))


def _line(choose: Choices, names: Sequence[str]) -> Line:
    name = choose.of(names)
    if name == "content.date_published":
        return Line(name, period=_period(choose))
    return Line(name, frozenset(choose.some(WORDS[name], 1, 2)))


def _block(choose: Choices, names: Sequence[str]) -> Block:
    def line() -> Line:
        return _line(choose, names)

    found: list[Line | AnyOf] = [*choose.made(line, 1, 2)]
    if choose.once_in(5):
        found.append(AnyOf(tuple(choose.made(lambda: Block(tuple(choose.made(line, 1, 2))), 1, 2))))
    return Block(tuple(found))


def _rule(choose: Choices, number: int, notices: Mapping[str, Notice], answers: Sequence[IfUnknown]) -> Rule:
    is_bound = choose.once_in(4)
    names = [*choose.some(UNBOUND, 1, 2), "reader.location", *(["mention.designated_as"] if is_bound else [])]
    unless = choose.maybe(lambda: _block(choose, names))
    return Rule(
        id=f"rule-{number}",
        title="",
        status=Status.DRAFT if choose.once_in(10) else Status.ACTIVE,
        effective=_with_gap(choose),
        when=_block(choose, names),
        notice=notices[choose.of(NOTICES)],
        zone=choose.of(ZONES),
        unless=() if unless is None else (unless,),
        for_each=choose.of(RELATIONS) if is_bound else None,
        if_unknown={name: choose.of(answers) for name in dict.fromkeys((*names, *RELATIONS)) if choose.once_in(2)},
    )


def _notice(choose: Choices, name: str, *, supersede: bool) -> Notice:
    return Notice(
        name,
        Purpose.READER_SAFETY,
        Severity.INFORM,
        Placement.FOOTER,
        {"en": name},
        conditional=True,
        reach=choose.of([Reach.WHERE_POSSIBLE, Reach.WHERE_POSSIBLE, Reach.EVERYWHERE]),
        supersedes=tuple(dict.fromkeys(choose.some(NOTICES, 0, 2))) if supersede else (),
    )


def _entry(choose: Choices) -> Entry:
    period = _period(choose)
    claims = {Milestone.LISTED_ON: (Claim(period.first_day or DAY - timedelta(days=9)),)}
    gaps = (_gap(choose),) if choose.once_in(3) else ()
    return Entry(choose.of(ENTITIES), claims, period.last_day, choose.once_in(4), gaps)


def _register(choose: Choices, name: str) -> Register:
    return Register(
        id=name,
        title="",
        authority="",
        entries=tuple(choose.made(lambda: _entry(choose), 0, 2)),
        arms=Milestone.LISTED_ON,
        complete=not choose.once_in(3),
        retrieved_on=choose.of(NEAR),
        fresh_for=timedelta(days=choose.below(3)),
        zone=choose.maybe(lambda: choose.of(ZONES)),
    )


def _entity(choose: Choices, name: str) -> Entity:
    orders = choose.maybe(lambda: tuple(dict.fromkeys(choose.some(["RU", "CZ"], 0, 2))))
    return Entity(
        name,
        name,
        answers_to=orders,
        parent={"child": "one", "grandchild": "child"}.get(name),
        excludes=choose.of([(), (), ("child",), ("grandchild",)]),
        stance={country: choose.of(tuple(Stance)) for country in choose.some(["RU", "CZ"], 0, 2)},
    )


def _member(choose: Choices) -> Member:
    return Member(choose.of(PLACES), choose.of(tuple(Extent)), _period(choose), choose.of([None, None, AREA]))


def _territory(choose: Choices, name: str) -> Territory:
    members = choose.made(lambda: _member(choose), 1, 2)
    return Territory(name, "", tuple(members), choose.maybe(lambda: choose.of(ZONES)))


def rulesets(*, skip: bool = True, supersede: bool = True) -> st.SearchStrategy[Ruleset]:
    answers = tuple(IfUnknown) if skip else (IfUnknown.SHOW, IfUnknown.REVIEW)

    def ruleset(choose: Choices) -> Ruleset:
        notices = {name: _notice(choose, name, supersede=supersede) for name in NOTICES}
        numbers = range(1 + choose.below(3))
        return Ruleset(
            rules={f"rule-{number}": _rule(choose, number, notices, answers) for number in numbers},
            entities={name: _entity(choose, name) for name in ENTITIES},
            registers={name: _register(choose, name) for name in REGISTERS},
            territories={name: _territory(choose, name) for name in TERRITORIES},
        )

    return chosen(256, ruleset)


def _members(choose: Choices, words: Sequence[str]) -> Members:
    certain, perhaps = (frozenset(choose.some(words, 0, 2)) for _ in range(2))
    return Members(certain, perhaps - certain, choose.once_in(2))


def _one_of(choose: Choices, words: Sequence[str], *, is_open: bool) -> OneOf:
    return OneOf(frozenset(choose.some(words, 1, 2)), is_open and choose.once_in(5))


def _place(choose: Choices) -> str:
    """A code, or a piece of it that lies in some territories or areas and not in others."""
    names = [(), (), (TERRITORIES[0],), (AREA,), (TERRITORIES[1], AREA)]
    return piece(choose.of([*PLACES, "UA-30", "FR"]), choose.of(names), choose.of(names))


def _location(choose: Choices) -> LocationSet:
    return LocationSet(frozenset(choose.made(lambda: _place(choose), 1, 2)), choose.once_in(5))


SETS: dict[str, tuple[str, ...]] = {
    "publisher.designated_as": REGISTERS,
    "publisher.answers_to": ("RU", "CZ", "US"),
    "publisher.complies_with": ("RU", "CZ", "US"),
    "content.quotes": (*ENTITIES, "undeclared"),
    "content.promotes": ("gambling", "alcohol", "medicine"),
    "content.mentions": (*ENTITIES, "undeclared"),
}
SINGLE: dict[str, tuple[str, ...]] = {
    "publisher": (*ENTITIES, "undeclared"),
    "content.url": ("https://one.example/a", "https://one.example/b", "https://one.example/c"),
    "content.kind": ("article", "comment", "page"),
    "content.ai_generated": ("none", "partly", "fully"),
    "content.language": ("ru", "ru-UA", "ru-RU", "en"),
    "content.date_published": tuple((DAY + timedelta(days=n)).isoformat() for n in range(-4, 5)),
}
OPEN = ("publisher", "content.url", "content.language")
"""Facts that may have a value beside all that are named."""
DERIVED = ("publisher.designated_as", "publisher.answers_to", "publisher.complies_with")


def _value(choose: Choices, name: str) -> FactValue:
    if name == "reader.location":
        return _location(choose)
    if name in SETS:
        return _members(choose, SETS[name])
    return _one_of(choose, SINGLE[name], is_open=name in OPEN)


def _known(choose: Choices) -> Facts:
    names = (*SETS, *SINGLE, "reader.location")
    return {name: _value(choose, name) for name in names if choose.below(5) > (3 if name in DERIVED else 1)}


def facts() -> st.SearchStrategy[Facts]:
    """What is known of some facts; derived ones are seldom given, so that registers are read."""
    return chosen(80, _known)


def less_and_more() -> st.SearchStrategy[tuple[Facts, Facts]]:
    """The same question, first with less known: facts hidden, or with more values that they may have."""

    def both(choose: Choices) -> tuple[Facts, Facts]:
        known = _known(choose)
        return {name: _wider(choose, name, value) for name, value in known.items()}, known

    return chosen(112, both)


def _wider(choose: Choices, name: str, value: FactValue) -> FactValue:
    hidden = unknown(name)
    if isinstance(value, LocationSet):
        coarse = LocationSet(frozenset(lineage(code)[-1] for code in value.places), anywhere=value.anywhere)
        unmarked = LocationSet(value.codes, anywhere=value.anywhere)
        more = [value | LocationSet.of([code]) for code in ("RU", "UA-14")]
        return choose.of([value, hidden, coarse, unmarked, *more])
    if isinstance(value, Members):
        doubtful = Members(frozenset(), value.certain | value.perhaps, value.other)
        return choose.of([value, hidden, doubtful, Members(value.certain, value.perhaps, other=True)])
    other = _one_of(choose, SINGLE[name], is_open=name in OPEN)
    either = OneOf(value.values | other.values, value.other or other.other)
    return choose.of([value, hidden, either, either])
