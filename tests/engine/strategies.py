"""Small random rule sets and facts, dense in what is doubtful."""

from __future__ import annotations

from collections.abc import Mapping
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
NEAR = st.sampled_from([DAY + timedelta(days=days) for days in range(-3, 4)])
ALWAYS = Period()


def _ordered(first: date | None, last: date | None) -> Period:
    return Period(last, first) if first and last and last < first else Period(first, last)


PERIODS = st.just(ALWAYS) | st.builds(_ordered, st.none() | NEAR, st.none() | NEAR)
GAPPED = PERIODS | st.builds(lambda whole, gap: replace(whole, gaps=(gap,)), PERIODS, st.builds(_ordered, NEAR, NEAR))
"""Periods of which some are suspended for a while."""


@st.composite
def lines(draw: st.DrawFn, names: list[str]) -> Line:
    name = draw(st.sampled_from(names))
    if name == "content.date_published":
        return Line(name, period=draw(PERIODS))
    return Line(name, draw(st.frozensets(st.sampled_from(WORDS[name]), min_size=1, max_size=2)))


@st.composite
def blocks(draw: st.DrawFn, names: list[str]) -> Block:
    found: list[Line | AnyOf] = draw(st.lists(lines(names), min_size=1, max_size=2))
    if draw(st.integers(0, 4)) == 0:
        inner = st.lists(lines(names), min_size=1, max_size=2).map(lambda each: Block(tuple(each)))
        found.append(AnyOf(tuple(draw(st.lists(inner, min_size=1, max_size=2)))))
    return Block(tuple(found))


@st.composite
def rules(draw: st.DrawFn, number: int, notices: Mapping[str, Notice], answers: list[IfUnknown]) -> Rule:
    is_bound = draw(st.integers(0, 3)) == 0
    names = [*draw(st.lists(st.sampled_from(UNBOUND), min_size=1, max_size=2)), "reader.location"]
    names = [*names, "mention.designated_as"] if is_bound else names
    when, unless = draw(blocks(names)), draw(st.none() | blocks(names))
    policy = draw(st.fixed_dictionaries({}, optional=dict.fromkeys({*names, *RELATIONS}, st.sampled_from(answers))))
    return Rule(
        id=f"rule-{number}",
        title="",
        status=Status.DRAFT if draw(st.integers(0, 9)) == 0 else Status.ACTIVE,
        effective=draw(GAPPED),
        when=when,
        notice=notices[draw(st.sampled_from(NOTICES))],
        zone=draw(st.sampled_from(ZONES)),
        unless=() if unless is None else (unless,),
        for_each=draw(st.sampled_from(RELATIONS)) if is_bound else None,
        if_unknown=policy,
    )


@st.composite
def _notices(draw: st.DrawFn, *, supersede: bool) -> dict[str, Notice]:
    weaker = st.lists(st.sampled_from(NOTICES), max_size=2, unique=True).map(tuple) if supersede else st.just(())
    return {
        name: Notice(
            name,
            Purpose.READER_SAFETY,
            Severity.INFORM,
            Placement.FOOTER,
            {"en": name},
            conditional=True,
            reach=draw(st.sampled_from([Reach.WHERE_POSSIBLE, Reach.WHERE_POSSIBLE, Reach.EVERYWHERE])),
            supersedes=draw(weaker),
        )
        for name in NOTICES
    }


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    period = draw(PERIODS)
    first = period.first_day or DAY - timedelta(days=9)
    claims = {Milestone.LISTED_ON: (Claim(first),)}
    gaps = draw(st.just(()) | st.just(()) | st.builds(_ordered, NEAR, NEAR).map(lambda gap: (gap,)))
    return Entry(draw(st.sampled_from(ENTITIES)), claims, period.last_day, draw(st.integers(0, 3)) == 0, gaps)


@st.composite
def _registers(draw: st.DrawFn, name: str) -> Register:
    return Register(
        id=name,
        title="",
        authority="",
        entries=tuple(draw(st.lists(_entries(), max_size=2))),
        arms=Milestone.LISTED_ON,
        complete=draw(st.sampled_from([True, True, False])),
        retrieved_on=draw(NEAR),
        fresh_for=timedelta(days=draw(st.integers(0, 2))),
        zone=draw(st.none() | st.sampled_from(ZONES)),
    )


@st.composite
def _entities(draw: st.DrawFn) -> dict[str, Entity]:
    orders = st.none() | st.lists(st.sampled_from(["RU", "CZ"]), max_size=2, unique=True).map(tuple)
    parents = {"child": "one", "grandchild": "child"}
    excludes = st.sampled_from([(), (), ("child",), ("grandchild",)])
    stances = st.dictionaries(st.sampled_from(["RU", "CZ"]), st.sampled_from(Stance), max_size=2)
    return {
        name: Entity(
            name, name, answers_to=draw(orders), parent=parents.get(name), excludes=draw(excludes), stance=draw(stances)
        )
        for name in ENTITIES
    }


_MEMBERS = st.builds(
    Member, st.sampled_from(PLACES), st.sampled_from(Extent), PERIODS, st.sampled_from([None, None, AREA])
)


@st.composite
def rulesets(draw: st.DrawFn, *, skip: bool = True, supersede: bool = True) -> Ruleset:
    answers = list(IfUnknown) if skip else [IfUnknown.SHOW, IfUnknown.REVIEW]
    notices = draw(_notices(supersede=supersede))
    return Ruleset(
        rules={f"rule-{n}": draw(rules(n, notices, answers)) for n in range(draw(st.integers(1, 3)))},
        entities=draw(_entities()),
        registers={name: draw(_registers(name)) for name in REGISTERS},
        territories={
            name: Territory(
                name,
                "",
                tuple(draw(st.lists(_MEMBERS, min_size=1, max_size=2))),
                draw(st.none() | st.sampled_from(ZONES)),
            )
            for name in TERRITORIES
        },
    )


def _members(*words: str) -> st.SearchStrategy[FactValue]:
    some = st.frozensets(st.sampled_from(words), max_size=2)
    return st.builds(lambda sure, may, other: Members(sure, may - sure, other), some, some, st.booleans())


def _one_of(*words: str, is_open: bool = False) -> st.SearchStrategy[FactValue]:
    some = st.frozensets(st.sampled_from(words), min_size=1, max_size=2)
    return st.builds(OneOf, some, st.integers(0, 4).map(lambda n: is_open and n == 0))


def places() -> st.SearchStrategy[str]:
    """Codes, and pieces of them that lie in some territories or areas and not in others."""
    codes = st.sampled_from([*PLACES, "UA-30", "FR"])
    names = st.sampled_from([(), (), (TERRITORIES[0],), (AREA,), (TERRITORIES[1], AREA)])
    return st.builds(piece, codes, names, names)


SOURCES: dict[str, st.SearchStrategy[FactValue]] = {
    "publisher": _one_of(*ENTITIES, "undeclared", is_open=True),
    "publisher.designated_as": _members(*REGISTERS),
    "publisher.answers_to": _members("RU", "CZ", "US"),
    "publisher.complies_with": _members("RU", "CZ", "US"),
    "content.url": _one_of("https://one.example/a", "https://one.example/b", "https://one.example/c", is_open=True),
    "content.quotes": _members(*ENTITIES, "undeclared"),
    "content.kind": _one_of("article", "comment", "page"),
    "content.promotes": _members("gambling", "alcohol", "medicine"),
    "content.ai_generated": _one_of("none", "partly", "fully"),
    "content.language": _one_of("ru", "ru-UA", "ru-RU", "en", is_open=True),
    "content.mentions": _members(*ENTITIES, "undeclared"),
    "content.date_published": _one_of(*((DAY + timedelta(days=n)).isoformat() for n in range(-4, 5))),
    "reader.location": st.builds(
        LocationSet,
        st.frozensets(places(), min_size=1, max_size=2),
        st.integers(0, 4).map(lambda n: n == 0),
    ),
}
DERIVED = ("publisher.designated_as", "publisher.answers_to", "publisher.complies_with")


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """What is known of some facts; derived ones are seldom given, so that registers are read."""
    chosen = [name for name in SOURCES if draw(st.integers(0, 4 if name in DERIVED else 1)) == 0]
    return {name: draw(SOURCES[name]) for name in chosen}


@st.composite
def widened(draw: st.DrawFn, known: Facts) -> Facts:
    """The same question with less known: facts hidden, or with more values that they may have."""
    return {name: draw(_wider(name, value)) for name, value in known.items()}


def _wider(name: str, value: FactValue) -> st.SearchStrategy[FactValue]:
    hidden = unknown(name)
    if isinstance(value, LocationSet):
        coarse = LocationSet(frozenset(lineage(code)[-1] for code in value.places), anywhere=value.anywhere)
        unmarked = LocationSet(value.codes, anywhere=value.anywhere)
        return st.sampled_from(
            [value, hidden, coarse, unmarked, value | LocationSet.of(["RU"]), value | LocationSet.of(["UA-14"])]
        )
    if isinstance(value, Members):
        doubtful = Members(frozenset(), value.certain | value.perhaps, value.other)
        more = Members(value.certain, value.perhaps, other=True)
        return st.sampled_from([value, hidden, doubtful, more])
    return SOURCES[name].map(lambda other: _either(value, other)) | st.sampled_from([value, hidden])


def _either(one: OneOf, other: FactValue) -> OneOf:
    assert isinstance(other, OneOf)
    return OneOf(one.values | other.values, one.other or other.other)
