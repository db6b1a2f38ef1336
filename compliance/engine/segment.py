"""A rule set on days that it cannot tell apart: where questions are answered.

Theory: three ways, tried in this order. A rule whose lines are all answered by their keys is read off. Rules
with an open line are judged in worlds, by the plain evaluator, once for all questions that look alike to
them; where all that asks is one rule with one line for each fact, its only world is named at once. Where
several buckets hold rules of one notice, these are judged together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Final

from compliance.engine import worlds
from compliance.engine.changes import Change, earliest
from compliance.engine.decide import Found, gather, instance
from compliance.engine.memo import Memo
from compliance.engine.postings import FEW, Bucket, Prepared, Ready, Shape
from compliance.engine.reading import PLACE, UNNAMED, Atom, Reading, with_binding
from compliance.engine.reasons import stale_registers
from compliance.engine.sight import MOST_KEPT, Sight
from compliance.engine.standing import FIRES, GONE, NOT_NOW, OPEN, by_keys, by_lines
from compliance.engine.table import UNKNOWN_CLASS, Table, zone_class
from compliance.engine.views import View
from compliance.engine.zones import Zones
from compliance.model.decision import Decision, Display, Instance, NoticeStatus
from compliance.model.facts import Facts, Members, unknown
from compliance.model.rule import IfUnknown
from compliance.model.ruleset import LawDays
from compliance.model.territory import PLACES, LocationSet
from compliance.model.truth import FALSE, UNKNOWN

_numbers = count()
_NO_DECISION: Final = Decision()
MOST_TABLES: Final = 256
"""So many tables are kept: of pages between which some rule tells."""
MOST_MADE: Final = 1024

Part = tuple[str, Hashable, Found | None, tuple[Ready, ...]]
"""A notice, what its part stands for in a joint result, its instance, and the rules that may ask for it."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What comes of a bucket: for each notice its part, and the calendar."""

    parts: tuple[Part, ...]
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Question:
    """What was asked, and what was found so far for one bound entity."""

    facts: Facts
    views: Mapping[str, View]
    bound: str | None = None
    is_sure: bool = True
    """Whether the bound entity is in its set for certain."""
    parts: list[Part] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class Segment:
    """Answers questions of one stretch of days. What it keeps is bounded, and can be dropped at any time."""

    def __init__(self, prepared: Prepared, days: LawDays) -> None:
        self.number = next(_numbers)
        self.ruleset = prepared.ruleset
        self.asked = prepared.asked
        self.days = days
        self._page_shapes = prepared.page_shapes
        self._bound_shapes = prepared.bound_shapes
        self._page_rules, self._bound_rules = prepared.page_rules, prepared.bound_rules
        self._sight = Sight(prepared, days)
        self._same: Memo[_Result] = Memo(MOST_KEPT)
        self._results: Memo[_Result] = Memo(MOST_KEPT)
        self._joint: Memo[tuple[Found | None]] = Memo(MOST_KEPT)
        self._tables: Memo[Table] = Memo(MOST_TABLES)
        self.made: Memo[Any] = Memo(MOST_MADE)
        """What others make of its tables, which goes when it goes."""

    @cached_property
    def zones(self) -> Zones:
        """The places of the world as far as rules can tell them apart on these days; worked out when asked for."""
        return Zones.of(self._sight.places)

    def decide(self, facts: Facts) -> Decision:
        """The decision on these days."""
        return self._decided(facts, self._sight.views(facts))

    def table(self, facts: Facts) -> Table:
        """The decisions on a page, for a reader of unknown place and in each zone, whatever place is in the facts.

        It is the same object for pages of which no rule can tell one from the other.
        """
        page = {**facts, PLACE: unknown(PLACE)}
        views = self._sight.views(page)
        key = self._likeness(page, views)
        found = self._tables.get(key)
        if found is None:
            rows: dict[tuple[str, ...], Decision] = {(UNKNOWN_CLASS,): self._decided(page, views)}
            for row, where, seen in self._standing:
                rows[row] = self._decided({**page, PLACE: where}, {**views, **seen})
            found = self._tables.put(key, Table((PLACE,), self.zones, {}, rows))
        return found

    @cached_property
    def _standing(self) -> tuple[tuple[tuple[str], LocationSet, Mapping[str, View]], ...]:
        """For each zone its row, a place that stands for it, and the view of that where some rule asks for places."""
        found: list[tuple[tuple[str], LocationSet, Mapping[str, View]]] = []
        for number, places in enumerate(self.zones.places):
            where = LocationSet.of(places[:1])
            view = self._sight.views({PLACE: where}).get(PLACE)
            found.append(((zone_class(number),), where, {} if view is None else {PLACE: view}))
        return tuple(found)

    def _likeness(self, facts: Facts, views: Mapping[str, View]) -> Hashable:
        """Equal for pages of which no rule can tell one from the other."""
        bound = {
            (name, fact, name in value.certain, rules.likeness(self._sight.about(name, facts, views)))
            for name, holders in self._bound_by(facts).items()
            for fact, value in holders
            for rules in (self._bound_rules[fact],)
        }
        return self._page_rules.likeness(views), frozenset(bound)

    def _decided(self, facts: Facts, views: Mapping[str, View]) -> Decision:
        """The decision on what is seen."""
        question = _Question(facts, views)
        self._look(self._page_shapes, question)
        found = self._joined(question)
        changes = question.changes
        for bound, holders in self._bound_by(facts).items() if self._bound_shapes else ():
            about = _Question(facts, self._sight.about(bound, facts, views), bound)
            sure = []
            for fact, value in holders:
                about.is_sure = bound in value.certain
                sure.append(about.is_sure)
                self._look(self._bound_shapes[fact], about)
            about.is_sure = all(sure)
            found += self._joined(about)
            changes += about.changes
        if not found:
            return Decision(changes=earliest(changes)) if changes else _NO_DECISION
        if len(found) > 1:
            found.sort(key=_place_in_order)
        return gather(self.ruleset, found, earliest(changes))

    def _bound_by(self, facts: Facts) -> dict[str, list[tuple[str, Members]]]:
        """The entities that rules may bind, each with the facts that hold it or may hold it."""
        found: dict[str, list[tuple[str, Members]]] = defaultdict(list)
        for fact in self._bound_shapes:
            value = facts.get(fact, unknown(fact))
            if isinstance(value, Members):
                for bound in value.named(UNNAMED):
                    found[bound].append((fact, value))
        return found

    # -- finding rules ------------------------------------------------------------------------------

    def _look(self, shapes: Iterable[Shape], question: _Question) -> None:
        """Look at the rules that concern a question, shape by shape."""
        views = question.views
        for shape in shapes:
            few = shape.few(views)
            if few is not None and (not few or self._read_off(few, question)):
                continue
            bucket = shape.find(views)
            if bucket is None or (few is None and len(bucket.rules) <= FEW and self._read_off(bucket.rules, question)):
                continue
            result = self._result(bucket, question)
            question.parts += result.parts
            question.changes += result.changes

    def _read_off(self, rules: Iterable[Ready], question: _Question) -> bool:
        """Whether the keys alone answered all lines of some rules; if so, what came of it is noted."""
        if not question.is_sure:
            return False
        views, hits = question.views, []
        changes: list[Change] = []
        for ready in rules:
            stands = by_keys(ready, views)
            if stands == GONE:
                continue
            if not ready.is_plain:
                return False
            if self._is_in_effect(ready, views, changes):
                if stands == OPEN:
                    return False
                if stands == FIRES:
                    hits.append(ready)
        question.changes += changes
        question.parts += [(ready.notice, ready, ready.required, (ready,)) for ready in hits]
        return True

    def _is_in_effect(self, ready: Ready, views: Mapping[str, View], changes: list[Change]) -> bool:
        """Whether a rule that concerns the question is in effect; when that or what it asks may change is noted."""
        zone = ready.zone
        day = self.days[zone]
        if ready.gapped is not None:
            if (change := ready.gapped.next_change(day)) is not None:
                changes.append((zone, change))
            if day not in ready.gapped:
                return False
        elif not ready.first_day <= day <= ready.last_day:
            if ready.begins is not None and day < ready.begins:
                changes.append((zone, ready.begins))
            return False
        elif ready.ends is not None:
            changes.append((zone, ready.ends))
        for fact, key in ready.moves:
            view = self._sight.unknown[fact] if ready.everywhere and fact == PLACE else views[fact]
            changes += view.changes.get(key, ())
        return True

    # -- judging in worlds --------------------------------------------------------------------------

    def _result(self, bucket: Bucket, question: _Question) -> _Result:
        """What comes of a bucket, worked out once for all questions that look alike to it."""
        views, about = question.views, (question.bound, question.is_sure)
        marks = [views[fact].mark for fact in bucket.facts]
        same = None if None in marks else (bucket.number, about, *marks)
        found = None if same is None else self._same.get(same)
        if found is None:
            key = (bucket.signature(views), about)
            found = self._results.get(key)
            if found is None:
                found = self._results.put(key, self._judged(bucket, question, key))
            if same is not None:
                self._same.put(same, found)
        return found

    def _judged(self, bucket: Bucket, question: _Question, key: Hashable) -> _Result:
        changes: list[Change] = []
        asking: dict[str, list[Ready]] = defaultdict(list)
        in_doubt: set[str] = set()
        reading = Reading(self.ruleset, question.facts, self.days, question.bound or None)
        for ready in bucket.rules:
            is_keyed = ready.is_plain and question.is_sure
            stands = by_keys(ready, question.views) if is_keyed else by_lines(ready, question.views, reading)
            if stands != GONE and self._is_in_effect(ready, question.views, changes) and stands != NOT_NOW:
                asking[ready.notice].append(ready)
                if stands != FIRES:
                    in_doubt.add(ready.notice)
        parts = [
            (
                notice,
                key,
                self._instance(rules, question, reading) if notice in in_doubt else _required(rules, question),
                tuple(rules),
            )
            for notice, rules in asking.items()
        ]
        return _Result(tuple(parts), earliest(changes))

    def _instance(self, rules: Sequence[Ready], question: _Question, reading: Reading) -> Found | None:
        """The instance of a notice, as the plain evaluator finds it."""
        bound = question.bound
        if PLACE in question.views and question.views[PLACE] is self._sight.unknown[PLACE]:
            found = _anywhere(rules, question)
            if found is not None:
                return found
        if len(rules) == 1 and _has_one_world(rules[0], question):
            return _alone(rules[0], question, reading)
        return instance(rules[0].rule.notice, [with_binding(ready.rule, bound) for ready in rules], reading, bound)

    def _joined(self, question: _Question) -> list[Found]:
        """One instance for each notice of which some part was found."""
        parts = question.parts
        if len(parts) == 1:
            found = self._of_parts(parts, question)
            return [] if found is None else [found]
        by_notice: dict[str, list[Part]] = {}
        for part in parts:
            by_notice.setdefault(part[0], []).append(part)
        every = [self._of_parts(each, question) for each in by_notice.values()]
        return [found for found in every if found is not None]

    def _of_parts(self, parts: Sequence[Part], question: _Question) -> Found | None:
        """The instance of a notice from all that was found of it."""
        notice, stands_for, found, _ = parts[0]
        if len(parts) == 1 and (question.bound is None or not isinstance(stands_for, Ready)):
            return found
        key = (notice, question.bound, *(part[1] for part in parts))
        kept = self._joint.get(key)
        if kept is None:
            rules = tuple(sorted({ready for part in parts for ready in part[3]}, key=lambda ready: ready.rule.id))
            is_settled = all(isinstance(part[1], Ready) for part in parts)
            reading = Reading(self.ruleset, question.facts, self.days, question.bound or None)
            joint = _required(rules, question) if is_settled else self._instance(rules, question, reading)
            kept = self._joint.put(key, (joint,))
        return kept[0]


def _place_in_order(found: Found) -> tuple[str, bool, str]:
    """Where the plain evaluator puts an instance: by notice, that of the page first."""
    return found.instance.notice.id, found.bound is not None, found.bound or ""


def _required(rules: Sequence[Ready], question: _Question) -> Found:
    """The instance of a notice for which every one of some rules fires."""
    ids = tuple(ready.rule.id for ready in rules)
    notice = rules[0].rule.notice
    required = Instance(notice, question.bound or None, NoticeStatus.REQUIRED, Display.SHOW, ids)
    return Found(required, bound=question.bound)


def _has_one_world(ready: Ready, question: _Question) -> bool:
    """Whether a rule fires in one world at most: it has nothing but lines, each on another fact.

    Such a line is true or false, so that there are two classes of each open fact.
    """
    is_conjunction = ready.is_plain and question.is_sure and len(set(ready.facts)) == len(ready.facts)
    return is_conjunction and 1 << len(ready.facts) <= worlds.MOST_WORLDS


def _alone(ready: Ready, question: _Question, reading: Reading) -> Found | None:
    """The instance of a notice for which one such rule, in effect, asks; what the worlds would say, without them.

    It fires where every open line holds. So nothing helps where one of them is on a fact to skip, what is to be
    reviewed holds the notice back, and each open fact alone can change the result.
    """
    rule, opened = ready.rule, []
    for line in rule.when.each_line():
        if ready.keys[ready.facts.index(line.fact)].isdisjoint(question.views[line.fact].sure):
            truth = reading.truth(Atom.of(line, rule.zone))
            if truth is FALSE:
                return None
            if truth is UNKNOWN:
                opened.append(line.fact)
    if not opened:
        return _required([ready], question)
    answers = {rule.policy(fact) for fact in opened}
    if IfUnknown.SKIP in answers:
        return None
    display = Display.HOLD if IfUnknown.REVIEW in answers else Display.SHOW
    unknowns, bound = tuple(sorted(opened)), question.bound
    possible = Instance(rule.notice, bound or None, NoticeStatus.POSSIBLE, display, (rule.id,), unknowns)
    return Found(possible, frozenset(stale_registers(rule, reading)), bound)


def _anywhere(rules: Sequence[Ready], question: _Question) -> Found | None:
    """The instance of a notice for a reader who may be anywhere, if nothing else about it is open.

    Then it is due in the places that the rules name and nowhere else: possible, and the place is all that it
    hangs on. None where that cannot be said so simply, or where there are so many places that the plain
    evaluator would not count them.
    """
    if not question.is_sure or not all(ready.is_plain and _hangs_on_place(ready, question.views) for ready in rules):
        return None
    asked = frozenset[str]().union(*(ready.keys[ready.facts.index(PLACE)] for ready in rules))
    territories = asked - PLACES
    if (len(asked) - len(territories) + 1) << len(territories) > worlds.MOST_WORLDS:
        return None
    answers = {ready.rule.policy(PLACE) for ready in rules}
    if IfUnknown.SKIP in answers:
        return None
    display = Display.SHOW if IfUnknown.SHOW in answers else Display.HOLD
    ids = tuple(ready.rule.id for ready in rules)
    notice, bound = rules[0].rule.notice, question.bound
    possible = Instance(notice, bound or None, NoticeStatus.POSSIBLE, display, ids, (PLACE,))
    return Found(possible, bound=bound)


def _hangs_on_place(ready: Ready, views: Mapping[str, View]) -> bool:
    """Whether a rule names a code of a place on one line, and all its other lines hold."""
    if ready.facts.count(PLACE) != 1:
        return False
    return all(
        not keys.isdisjoint(PLACES) if fact == PLACE else not keys.isdisjoint(views[fact].sure)
        for fact, keys in zip(ready.facts, ready.keys, strict=True)
    )
