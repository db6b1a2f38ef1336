"""Publishers and mentioned entities of whom the two rule sets know something else.

Theory: what rules see of an entity is which registers list it, and which orders it answers to, on a day. As long
as both sides see the same, the entity is like any that somebody says so of, and needs no look of its own. What
is left are those of whom the sides differ: a new entry or domain, another date, a fresher copy. They are looked
at one by one, on the days on which the sides differ, and only once for all that look alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from compliance.engine.reading import Atom, Reading
from compliance.language.digest import canonical
from compliance.model.designation import Register, declared_id
from compliance.model.facts import FACTS, Kind, Members, OneOf
from compliance.model.notice import Notice, ValueSlot, Whose
from compliance.model.period import ONE_DAY
from compliance.model.ruleset import Ruleset
from compliance.model.truth import UNKNOWN, Truth
from compliance.review.impact.classes import DERIVED, Lines
from compliance.review.impact.days import Stretch, cut
from compliance.review.impact.sides import Asked, Side

PUBLISHER = "publisher"
OF_MENTION = "mention.designated_as"


Truths = tuple[tuple[tuple[str, str, str], Truth], ...]
"""What a side knows of somebody: for each derived fact, value and zone, whether it holds."""


@dataclass(frozen=True, slots=True)
class View:
    """Whom a side takes somebody for, as far as rules name them; what words say of them; and what follows."""

    who: Hashable
    says: Hashable
    truths: Truths


@dataclass(frozen=True, slots=True)
class Seen:
    """What the two sides see of somebody on a day."""

    old: View
    new: View

    @property
    def key(self) -> Hashable:
        """Equal for people of whom both sides see the same, except for their names and data, which fill slots."""
        return self.old.who, self.old.truths, self.new.who, self.new.truths, self.old.says == self.new.says

    @property
    def alike(self) -> bool:
        """Whether somebody could say the same of an entity to both sides: one truth for each register and order."""
        one, other = self.old, self.new
        if one.who != other.who or not (one.says is None or other.says is None or one.says == other.says):
            return False
        found: dict[tuple[str, str], set[Truth]] = defaultdict(set)
        for view in (one, other):
            open_ = [(fact, value) for (fact, value, _), truth in view.truths if truth is UNKNOWN]
            if len(set(open_)) < len(open_):
                return False  # what nobody knows in two zones is two unknowns, and what somebody says is one
            for (fact, value, _), truth in view.truths:
                found[fact, declared_id(value)].add(truth)
        return all(len(each) == 1 for each in found.values())


class People:
    """Who is who on both sides, and of whom anything differs."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self._touched: dict[Hashable, frozenset[str]] = {}
        self.seen: dict[Hashable, Seen] = {}
        """What was seen of somebody, kept for notices that look at the same."""

    @property
    def rulesets(self) -> tuple[Ruleset, Ruleset]:
        """The old and the new rule set."""
        return self.old.ruleset, self.new.ruleset

    @cached_property
    def changed(self) -> frozenset[str]:
        """Entities whose files differ, and those that have something from them."""
        old, new = (ruleset.entities for ruleset in self.rulesets)
        own = {
            name
            for name in old.keys() | new.keys()
            if name not in old or name not in new or canonical(old[name]) != canonical(new[name])
        }
        return self.with_heirs(own)

    @cached_property
    def clues(self) -> tuple[str, ...]:
        """Domains, names and ids that mean somebody else now, also perhaps, one for each way in which they do."""
        one, other = self.old.directory, self.new.directory
        hosts = {
            host for host in one.domains.keys() | other.domains.keys() if one.identify(host) != other.identify(host)
        }
        names = {
            name
            for name in one.names.keys() | other.names.keys()
            if one.names.get(name) != other.names.get(name) and one.identify(name) != other.identify(name)
        }
        names |= {
            name for name in one.hints.keys() | other.hints.keys() if one.hints.get(name) != other.hints.get(name)
        }
        found: dict[Hashable, str] = {}
        for clue in (*sorted(one.ids ^ other.ids), *sorted(hosts), *sorted(names)):
            meant = one.identify(clue), other.identify(clue), one.hints.get(clue), other.hints.get(clue)
            found.setdefault(meant, clue)
        return tuple(found.values())

    def plain(self, listed: Iterable[str]) -> frozenset[str]:
        """Somebody whom both sides know, who did not change, and has no designation from those who are listed."""
        busy = self.with_heirs(listed) | self.changed
        known = self.old.ruleset.entities.keys() & self.new.ruleset.entities.keys()
        return frozenset({min(known - busy)}) if known - busy else frozenset()

    def listed(self, keys: tuple[frozenset[tuple[str, str]], ...]) -> frozenset[str]:
        """Everybody in some registers: for each side those that are asked, each with the zone of the rule."""
        asked = zip(self.rulesets, keys, strict=True)
        copies = [ruleset.registers[name] for ruleset, mine in asked for name in {name for name, _ in mine}]
        return frozenset(entry.entity for copy in copies for entry in copy.entries)

    @cached_property
    def _heirs(self) -> Mapping[str, frozenset[str]]:
        """For each entity those that it passes its designations on to."""
        found: dict[str, set[str]] = defaultdict(set)
        for ruleset in self.rulesets:
            for name, entity in ruleset.entities.items():
                if entity.parent is not None:
                    for above in ruleset.lineage(name)[1:]:
                        found[above].add(name)
        return {name: frozenset(heirs) for name, heirs in found.items()}

    def with_heirs(self, names: Iterable[str]) -> frozenset[str]:
        """Some entities, and all that have their designations."""
        found = set(names)
        return frozenset(found.union(*(self._heirs.get(name, ()) for name in found)))

    def below(self, names: Collection[str]) -> frozenset[str]:
        """Everybody with one of some entities above, who may have data from it; exclusions do not matter for that."""
        found: set[str] = set()
        for ruleset in self.rulesets:
            todo = set(names)
            while todo:
                todo = {name for name, each in ruleset.entities.items() if each.parent in todo} - found
                found |= todo
        return frozenset(found)

    def touched(self, keys: tuple[frozenset[tuple[str, str]], ...]) -> frozenset[str]:
        """Entities of which registers may say something else now.

        Args:
            keys: for each side the registers that are asked, each with the zone of the rule.
        """
        if keys not in self._touched:
            self._touched[keys] = frozenset(self._look(keys))
        return self._touched[keys]

    def _look(self, keys: tuple[frozenset[tuple[str, str]], ...]) -> Iterator[str]:
        by_name: dict[str, list[set[tuple[str, str]]]] = defaultdict(lambda: [set(), set()])
        for number, asked in enumerate(keys):
            for register, zone in asked:
                own = self.rulesets[number].registers[register].zone
                by_name[declared_id(register)][number].add((register, own or zone))
        for olds, news in by_name.values():
            copies = [
                [ruleset.registers[name] for name, _ in sorted(asked)]
                for ruleset, asked in zip(self.rulesets, (olds, news), strict=True)
            ]
            if len(olds) > 1 or len(news) > 1 or (olds and news and not _is_same(olds, news, copies)):
                # also who is not in this one, as each of them stands in the others that are asked
                listed = self.listed(keys)
                yield from self.with_heirs(listed) | self.plain(listed)
            elif olds and news:
                yield from self.with_heirs(_with_other_entries(copies[0][0], copies[1][0]))


def _is_same(olds: set[tuple[str, str]], news: set[tuple[str, str]], copies: list[list[Register]]) -> bool:
    """Whether the sides ask one register by one date in one zone, and the copies differ at most in their entries."""
    one, other = copies[0][0], copies[1][0]
    return olds == news and _head(one) == _head(other)


def _head(copy: Register) -> Hashable:
    return copy.arms, copy.complete, copy.fresh_until, copy.zone


def _with_other_entries(one: Register, other: Register) -> set[str]:
    found: list[dict[str, list[object]]] = []
    for copy in (one, other):
        entries: dict[str, list[object]] = defaultdict(list)
        for each in copy.entries:
            entries[each.entity].append(canonical(each))
        found.append(entries)
    return {name for name in found[0].keys() | found[1].keys() if found[0].get(name) != found[1].get(name)}


@dataclass(frozen=True)
class Onlookers:
    """How the rules of a notice see publishers (`PUBLISHER`) or mentioned entities (a relation), on both sides."""

    people: People
    old: Asked
    new: Asked
    lines: Lines
    fact: str

    @property
    def derived(self) -> tuple[str, ...]:
        """The facts that follow from who it is and that the rules ask."""
        wanted = DERIVED if self.fact == PUBLISHER else (OF_MENTION,)
        return tuple(fact for fact in wanted if fact in self.lines.atoms)

    @cached_property
    def slots(self) -> tuple[bool, frozenset[str]]:
        """Whether the words name them, and which data about them is in the words."""
        notices = [side.words for side in (self.old, self.new) if side.words is not None]
        texts = [text for notice in notices for words in notice.each_words() for text in words.values()]
        named = any(f"{{{self.whose.value}." in text for text in texts)
        return named, frozenset(slot.value for notice in notices for slot in self._data_of(notice).values())

    @property
    def whose(self) -> Whose:
        """Whose title and data in words are theirs."""
        return Whose.PUBLISHER if self.fact == PUBLISHER else Whose.MENTION

    def _data_of(self, notice: Notice) -> Mapping[str, ValueSlot]:
        """The slots of a notice that data about them fills."""
        return {name: slot for name, slot in notice.values.items() if slot.of is self.whose}

    @cached_property
    def with_other_data(self) -> frozenset[str]:
        """Everybody whose data fills other slots now than before, or fills them as something else."""
        one, other = (side.words for side in (self.old, self.new))
        if one is None or other is None or self._data_of(one) == self._data_of(other):
            return frozenset()
        wanted = self.slots[1]
        mine = {
            name
            for ruleset in self.people.rulesets
            for name, entity in ruleset.entities.items()
            if wanted & entity.values.keys()
        }
        return self.people.below(mine).union(mine)

    @property
    def matters(self) -> bool:
        """Whether it can matter who it is."""
        return bool(self.derived or self.lines.named(self.fact) or self.slots[0] or self.slots[1])

    @cached_property
    def keys(self) -> tuple[frozenset[tuple[str, str]], ...]:
        """For each side the registers that are asked, each with the zone of the rule."""
        facts = [fact for fact in self.derived if FACTS[fact].kind is Kind.STATUS]
        return tuple(
            frozenset(
                (value, atom.zone) for fact in facts for atom in self.lines.atoms[fact][side] for value in atom.values
            )
            for side in (0, 1)
        )

    @cached_property
    def is_in_two_zones(self) -> bool:
        """Whether a register is asked on the days of two zones: unknown, it is then two unknowns."""
        for keys, ruleset in zip(self.keys, self.people.rulesets, strict=True):
            zones = {(register, ruleset.registers[register].zone or zone) for register, zone in keys}
            if len({register for register, _ in zones}) < len(zones):
                return True
        return False

    def candidates(self) -> list[str]:
        """Whoever may look otherwise now, by id, domain or name."""
        if not self.matters:
            return []
        found = {*self.people.changed, *self.people.clues, *self.people.touched(self.keys), *self.with_other_data}
        return sorted(found)

    def edges(self, clue: str) -> set[date]:
        """The days on which anything that is known of somebody begins or ends."""
        found: set[date] = set()
        for side, keys in zip((self.old, self.new), self.keys, strict=True):
            ruleset = side.side.ruleset
            meant = side.side.directory.resolve_members(Members(frozenset({clue})))
            for name in {member for entity in meant.certain | meant.perhaps for member in ruleset.lineage(entity)}:
                for register, _ in keys:
                    copy = ruleset.registers[register]
                    found |= {edge for entry in ruleset.entries(register, name) for edge in copy.period(entry).edges()}
                data = ruleset.entities[name].values if name in ruleset.entities else {}
                found |= {
                    edge for value in self.slots[1] for each in data.get(value, ()) for edge in each.period.edges()
                }
            fresh = [ruleset.registers[register].fresh_until for register, _ in keys]
            found |= {day + ONE_DAY for day in fresh if day < date.max}
        return found

    def seen(self, clue: str, day: date) -> Seen:
        """What both sides see of somebody on a day."""
        key = (*self._alike, clue, day)
        found = self.people.seen.get(key)
        if found is None:
            found = self.people.seen[key] = Seen(self._view(self.old, 0, clue, day), self._view(self.new, 1, clue, day))
        return found

    @cached_property
    def _alike(self) -> tuple[Hashable, ...]:
        """Equal for notices that look at the same of everybody."""
        orders = tuple(self.lines.named(fact) for fact in self.derived if FACTS[fact].kind is Kind.ORDER)
        has_words = self.old.words is not None, self.new.words is not None
        return self.fact, self.derived, self.keys, orders, self.lines.named(self.fact), self.slots, has_words

    def _view(self, side: Asked, number: int, clue: str, day: date) -> View:
        named = self.lines.named(self.fact)
        if self.fact == PUBLISHER:
            value = side.side.directory.resolve(OneOf(frozenset({clue})))
            alone = next(iter(value.values)) if value.is_known else None
            reading = side.reading({PUBLISHER: value}, day)
            who: Hashable = named and (value.values & named, bool(value.other or value.values - named))
        else:
            related = side.side.directory.resolve_members(Members(frozenset({clue})))
            alone = next(iter(related.certain), None)
            reading = Reading(side.alone, {}, side.side.law_days(day), bound=alone)
            perhaps = {name: self._truths(number, replace(reading, bound=name)) for name in sorted(related.perhaps)}
            who = related.certain & named, tuple(perhaps.items())
        return View(who, self._says(side, alone, day), self._truths(number, reading))

    def _truths(self, number: int, reading: Reading) -> Truths:
        """What the registers and orders that one side asks say of whom a question speaks of."""
        registers, truths = reading.ruleset.registers, {}
        for fact in self.derived:
            for atom in self.lines.atoms[fact][number]:
                for asked in atom.values:
                    zone = registers[asked].zone or atom.zone if FACTS[fact].kind is Kind.STATUS else ""
                    truths[fact, asked, zone] = reading.truth(Atom(fact, frozenset({asked}), None, atom.zone))
        return tuple(sorted(truths.items(), key=lambda item: item[0]))

    def _says(self, side: Asked, alone: str | None, day: date) -> Hashable:
        """What words say of somebody; None where the notice has no words on this side."""
        if side.words is None:
            return None
        ruleset = side.side.ruleset
        entity = ruleset.entities.get(alone or "")
        title = entity.title if entity is not None and self.slots[0] else None
        slots = self._data_of(side.words).items() if entity is not None else ()
        data = [(name, slot.type, ruleset.value_on(alone or "", slot.value, day)) for name, slot in slots]
        return title, tuple(each for each in data if each[2] is not None)


def unlike(
    group: Sequence[Onlookers], common: Iterable[date], near: date
) -> Iterator[tuple[str, Stretch, tuple[Seen, ...]]]:
    """Everybody who is like nobody of whom the sides see the same, the days on which that is so, and what they see.

    Args:
        group: how the rules see them in each of some relations, or as publishers.
        common: the days on which anything else begins or ends.
        near: the day to look at where several are alike.
    """
    shared = set(common)
    for clue in sorted({clue for each in group for clue in each.candidates()}):
        for stretch in cut(shared.union(*(each.edges(clue) for each in group))):
            seen = tuple(each.seen(clue, stretch.day(near)) for each in group)
            if not all(each.alike for each in seen):
                yield clue, stretch, seen
