"""One notice of two rule sets, decided in both for every class of questions.

Theory: on a day on which the rules of a notice and its words mean the same in both sets, only people of whom
the sets differ can get something else. So the calendar is cut where anything turns, and what is decided are
the stretches on which the two sides are not alike, for everybody; and the others for these people only. Up
to 4,096 questions all are asked. Past it the questions that fit each rule best, and those that differ from
them in one or two facts; what is found is true all the same, but there may be more.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations, islice, product
from math import prod
from typing import Final

from compliance.content.facts import Written
from compliance.engine.reading import PLACE, Atom
from compliance.language.digest import canonical
from compliance.model.facts import FACTS, Kind
from compliance.model.rule import AnyOf, Block, Line, Rule
from compliance.model.truth import TRUE
from compliance.notices.wording import choose
from compliance.review.impact.bound import bound_dimensions, standing
from compliance.review.impact.classes import BOUND, HAS_NOT, PERHAPS, Choice, Dimension, Lines, dimensions, written
from compliance.review.impact.days import Stretch, cut
from compliance.review.impact.places import Places
from compliance.review.impact.sides import Asked, Result, differing
from compliance.review.impact.who import PUBLISHER, Onlookers, People, unlike
from compliance.review.impact.words import manner_of

MOST: Final = 4096
"""So many questions are asked of a notice; past it only some of them."""
MOST_AIMS: Final = 64
"""Past it the questions that fit so many rules and exceptions of each side are asked."""
MORE: Final = 3
"""How much a line counts that an aim is about."""
Chosen = tuple[tuple[Dimension, Choice], ...]


@dataclass(slots=True)
class Frame:
    """Questions that have the days, and perhaps a person, in common: one for each choice of the dimensions."""

    day: date
    dimensions: tuple[Dimension, ...]
    members: list[tuple[str, Stretch]]
    """The people (an empty name is everybody) and their days, for whom all is the same."""
    fixed: Chosen = ()
    relation: str = ""
    """What these people have to do with the page; empty for everybody."""

    @property
    def size(self) -> int:
        """How many questions there are."""
        return prod(len(each.choices) for each in self.dimensions)


@dataclass(frozen=True, slots=True)
class Cell:
    """A question that gets something else: what was chosen, whom it is about, before and after."""

    chosen: Chosen
    given: dict[str, Written]
    day: date
    entity: str
    before: Result
    after: Result


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a frame: the cells that differ, and whether all questions were asked."""

    frame: Frame
    cells: tuple[Cell, ...]
    is_whole: bool


@dataclass
class Comparison:
    """A notice on both sides."""

    people: People
    old: Asked
    new: Asked
    near: date
    exhaustive: bool = True
    _parts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Lines:
        """What the rules of both sides ask."""
        return Lines.of(self.old, self.new)

    @cached_property
    def onlookers(self) -> tuple[Onlookers, ...]:
        """How the rules see publishers, and those that they bind."""
        facts = (PUBLISHER, *self.lines.relations)
        return tuple(Onlookers(self.people, self.old, self.new, self.lines, fact) for fact in facts)

    @cached_property
    def _relations(self) -> tuple[Onlookers, ...]:
        """How the rules see those that they bind."""
        return tuple(each for each in self.onlookers if each.fact != PUBLISHER)

    @cached_property
    def edges(self) -> list[date]:
        """The days on which a rule, a territory or a wording begins or ends, on either side."""
        found: set[date] = set()
        for side in (self.old, self.new):
            ruleset = side.side.ruleset
            found |= {edge for rule in side.rules for edge in rule.effective.edges()}
            for name in self.lines.named(PLACE) & ruleset.territories.keys():
                found |= {edge for each in ruleset.territories[name].members for edge in each.period.edges()}
            for wording in side.words.wordings if side.words is not None else ():
                found |= set(wording.period.edges())
        return sorted(edge for edge in found if edge > date.min)

    def run(self) -> list[Found]:
        """Every frame in which something differs."""
        frames = self._frames()
        if not frames:
            self.exhaustive = True  # nothing that has a say differs
            return []
        is_same = self.old.side.ruleset == self.new.side.ruleset
        self.exhaustive = self.exhaustive and (is_same or self.places is None or self.places.is_whole)
        if sum(frame.size for frame in frames) <= MOST:
            asked = [self._ask(frame, self._all(frame), is_whole=True) for frame in frames]
            return [found for found in asked if found.cells]
        self.exhaustive = False
        share = max(MOST // len(frames), 1)
        asked = []
        for frame in frames:
            is_whole = frame.size <= share
            questions = self._all(frame) if is_whole else islice(self._some(frame), share)
            asked.append(self._ask(frame, questions, is_whole=is_whole))
        return [found for found in asked if found.cells]

    # -- which questions ----------------------------------------------------------------------------

    def _frames(self) -> list[Frame]:
        by_meaning: dict[Hashable, list[Stretch]] = defaultdict(list)
        for stretch in cut(self.edges):
            old, new = self._meaning(stretch.day(self.near))
            if old != new:
                by_meaning[old, new].append(stretch)
        others = self._unlike()
        nearest = [sorted(stretches, key=self._distance) for stretches in by_meaning.values()]
        firsts = (*(each[0] for each in nearest), *(members[0][1] for members in others.values()))
        days = [stretch.day(self.near) for stretch in firsts]
        if not days:
            return []
        asked = dimensions(self.old, self.new, self.lines, days, self.places)
        frames = []
        for stretches in nearest:
            day = stretches[0].day(self.near)
            bound = bound_dimensions(self._relations, stretches, self.near)
            frames.append(Frame(day, (*asked, *bound), [("", each) for each in stretches]))
        for (relation, _), members in others.items():
            clue, stretch = members[0]
            frames.append(self._frame_of(relation, clue, stretch.day(self.near), asked, members))
        return frames

    def _distance(self, stretch: Stretch) -> int:
        """How many days a stretch is away."""
        return abs((stretch.day(self.near) - self.near).days)

    def _unlike(self) -> dict[tuple[str, Hashable], list[tuple[str, Stretch]]]:
        """Those of whom the sides see something else, with the days; together where all else is the same, too."""
        found: dict[tuple[str, Hashable], list[tuple[str, Stretch]]] = defaultdict(list)
        for group in (self.onlookers[:1], self._relations):
            relation = " or ".join(each.fact for each in group)
            for clue, stretch, seen in unlike(group, self.edges, self.near):
                old, new = self._meaning(stretch.day(self.near))
                if old != new or any(each.old != each.new for each in seen):
                    key = tuple(each.key for each in seen), old, new
                    found[relation, key].append((clue, stretch))
        # publishers and mentioned entities are looked at one without the other
        self.exhaustive = self.exhaustive and len({relation for relation, _ in found}) < 2
        self.exhaustive = self.exhaustive and not any(each.is_in_two_zones for each in self.onlookers)
        return found

    def _frame_of(
        self, relation: str, clue: str, day: date, asked: Sequence[Dimension], members: list[tuple[str, Stretch]]
    ) -> Frame:
        """The questions about somebody in particular."""
        if relation == PUBLISHER:
            others = [each for each in asked if not each.fact.startswith(PUBLISHER)]
            fixed = ((Dimension(PUBLISHER, (), BOUND), Choice(clue, (clue,))),)
            bound = bound_dimensions(self._relations, [Stretch(day, day)], day)
            return Frame(day, (*others, *bound), members, fixed, relation)
        choices = standing(clue)
        if len(self._relations) == 1:  # who is in none is nobody
            choices = tuple(each for each in choices if each.items == (clue,) or each.key == PERHAPS)
        bound = [Dimension(each.fact, choices, BOUND) for each in self._relations]
        return Frame(day, (*asked, *bound), members, (), relation)

    def place_classes(self, day: date) -> Dimension | None:
        """The classes of places on a day; None where no rule asks for a place."""
        asked = dimensions(self.old, self.new, self.lines, [day], self.places)
        return next((each for each in asked if each.fact == PLACE), None)

    @cached_property
    def places(self) -> Places | None:
        """The places that the rules name; None where they name none."""
        named = self.lines.named(PLACE)
        if not named:
            return None
        both = [side.side.ruleset.territories for side in (self.old, self.new)]
        members = [
            (name, member)
            for territories in both
            for name in sorted(named & territories.keys())
            for member in territories[name].members
        ]
        return Places(named - both[0].keys() - both[1].keys() | {member.code for _, member in members}, members)

    def _meaning(self, day: date) -> tuple[Hashable, Hashable]:
        """What each side means on a day, but for people: equal if it is the same."""
        place = bisect_right(self.edges, day)
        if place not in self._meanings:
            self._meanings[place] = self._meaning_of(self.old, day), self._meaning_of(self.new, day)
        return self._meanings[place]

    @cached_property
    def _meanings(self) -> dict[int, tuple[Hashable, Hashable]]:
        return {}

    def _meaning_of(self, side: Asked, day: date) -> Hashable:
        reading = side.reading({}, day)
        rules = []
        for rule in side.rules:
            if day in rule.effective:
                places = [Atom.of(line, rule.zone) for line in rule.each_line() if line.fact == PLACE]
                registers = {value for line in rule.each_line() for value in line.values if _is_status(line)}
                zones = tuple((name, side.alone.registers[name].zone or rule.zone) for name in sorted(registers))
                targets = tuple(tuple(sorted(reading.targets(atom).items())) for atom in places)
                rules.append((deciding(rule), targets, zones))
        return tuple(sorted(rules)), side.below, _wording(side, day)

    # -- what they get ------------------------------------------------------------------------------

    @staticmethod
    def _all(frame: Frame) -> Iterator[Chosen]:
        for choices in product(*(each.choices for each in frame.dimensions)):
            yield tuple(zip(frame.dimensions, choices, strict=True))

    def _some(self, frame: Frame) -> Iterator[Chosen]:
        """The questions that fit each rule best, also with an exception, and those unlike them in one or two things."""
        seen: set[tuple[str, ...]] = set()
        bases = [[self._fitting(side, aim, each, frame.day) for each in frame.dimensions] for side, aim in self._aims]
        for changed in range(3):
            for base in bases:
                for places in combinations(range(len(base)), changed):
                    for choices in product(*(frame.dimensions[place].choices for place in places)):
                        chosen = list(base)
                        for place, choice in zip(places, choices, strict=True):
                            chosen[place] = choice
                        key = tuple(choice.key for choice in chosen)
                        if key not in seen:
                            seen.add(key)
                            yield tuple(zip(frame.dimensions, chosen, strict=True))

    @cached_property
    def _aims(self) -> list[tuple[Asked, Aim]]:
        """What is aimed at on each side, first what the other side does not have: so a change is not left out."""
        texts = [{deciding(rule) for rule in side.own} for side in (self.old, self.new)]
        every = [[(rule, aim) for rule in side.own for aim in aims(rule)] for side in (self.old, self.new)]
        found = []
        for side, mine, others, known in (
            (self.old, every[0], every[1], texts[1]),
            (self.new, every[1], every[0], texts[0]),
        ):
            there = {_about(aim) for _, aim in others}
            first = sorted(mine, key=lambda each: (deciding(each[0]) in known, _about(each[1]) in there))
            found += [(side, aim) for _, aim in first[:MOST_AIMS]]
        return found

    @staticmethod
    def _fitting(side: Asked, aim: Aim, dimension: Dimension, day: date) -> Choice:
        """The choice that comes nearest to what is aimed at."""

        def score(choice: Choice) -> int:
            given = written(((dimension, choice),)) or {}
            reading = side.reading(side.side.read(given), day)
            mine = ((atom, worth) for atom, worth in aim if atom.fact == dimension.fact)
            return sum(worth for atom, worth in mine if reading.truth(atom) is TRUE)

        if dimension.about == BOUND:
            return next((each for each in dimension.choices if each.key != HAS_NOT), dimension.choices[0])
        return max(dimension.choices, key=score)

    def _ask(self, frame: Frame, questions: Iterator[Chosen], *, is_whole: bool) -> Found:
        cells = []
        for chosen in questions:
            whole = (*frame.fixed, *chosen)
            given = written(whole)
            if given is None:
                continue
            day = max((choice.day for _, choice in chosen if choice.day is not None), default=frame.day)
            old = self.old.results(self.old.side.read(given), day)
            new = self.new.results(self.new.side.read(given), day)
            cells += [Cell(chosen, given, day, entity, before, after) for entity, before, after in differing(old, new)]
        return Found(frame, tuple(cells), is_whole)


Aim = tuple[tuple[Atom, int], ...]
"""Lines that should hold, or with a negative number should not, and how much each counts."""


def aims(rule: Rule) -> Iterator[Aim]:
    """That the rule fires; that each of its exceptions holds where it would; that it fires by each of its blocks."""

    def atoms(block: Block, worth: int) -> dict[Atom, int]:
        return {Atom.of(line, rule.zone): worth for line in block.each_line()}

    fires: dict[Atom, int] = {}
    for block in rule.unless:
        fires |= atoms(block, -1)
    fires |= atoms(rule.when, 1)
    yield tuple(fires.items())
    for block in (*rule.unless, *(each for line in rule.when.lines if isinstance(line, AnyOf) for each in line.blocks)):
        yield tuple((fires | atoms(block, MORE)).items())


def _about(aim: Aim) -> frozenset[Atom]:
    """The exception or block that is aimed at; none where it is the rule itself."""
    return frozenset(atom for atom, worth in aim if worth == MORE)


def _is_status(line: Line) -> bool:
    return FACTS[line.fact].kind is Kind.STATUS


def deciding(rule: Rule) -> str:
    """Everything of a rule that decides while it is in effect."""
    notice = rule.notice
    parts = (rule.when, rule.unless, rule.for_each, rule.if_unknown, rule.zone, notice.id, notice.reach)
    return json.dumps([canonical(each) for each in (*parts, notice.supersedes, notice.conditional)])


def _wording(side: Asked, day: date) -> Hashable:
    """Everything that is said by the notice on a day."""
    notice = side.words
    if notice is None:
        return None
    chosen = [choose(notice, day, "", certain=certain) for certain in (True, False)]
    words = [(each.text, each.short, each.fixity) for each in chosen]
    said = [words, notice.rotation, notice.slots, notice.values, notice.conditional]
    return json.dumps(
        [canonical(each) if not isinstance(each, list) else [canonical(one) for one in each] for each in said]
    ) + json.dumps(manner_of(notice))
