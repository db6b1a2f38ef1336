"""What differs, in groups that a person can read: one change, for whom, when, under which conditions.

Theory: questions in which everything is known make the law visible, so they become exact boxes. Those in which
something is not known mostly follow from them and are many; they are told together, as what happens *in some
cases* where these facts are not known. Every group has a question that shows it, decided again on both sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import prod

from compliance.model.suite import RESULTS
from compliance.review.impact.boxes import boxes, hull
from compliance.review.impact.classes import Choice, Dimension
from compliance.review.impact.compare import Cell, Found
from compliance.review.impact.days import Stretch, joined
from compliance.review.impact.sides import NONE, REVIEW
from compliance.review.impact.words import Part, parts

EVERYBODY = ""


class Kind(StrEnum):
    """What becomes of a notice, the gravest first."""

    REMOVED = "removed"
    WEAKER = "weaker"
    WORDS = "words"
    STRONGER = "stronger"
    ADDED = "added"

    @classmethod
    def of(cls, before: str, after: str) -> Kind:
        """The kind of a change from one of the four words to another: what counts first is what readers see."""
        rank = RESULTS.index(after) - RESULTS.index(before)
        was_shown, is_shown = (word not in {NONE, REVIEW} for word in (before, after))
        if rank == 0:
            return cls.WORDS
        if rank < 0:
            return cls.REMOVED if was_shown and not is_shown else cls.WEAKER
        return cls.STRONGER if was_shown else cls.ADDED


GRAVITY = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Condition:
    """What holds of one dimension: one of some classes, or with `unclear` also that it is not known."""

    dimension: Dimension
    choices: tuple[Choice, ...]
    unclear: bool = False
    whole: bool = True
    """Whether it is so in whichever way it is not known: that a set has somebody perhaps, or that nobody knows it."""

    @property
    def key(self) -> Hashable:
        """Equal for conditions that say the same."""
        return self.dimension.name, frozenset(each.key for each in self.choices), self.unclear


@dataclass(frozen=True, slots=True)
class Group:
    """One change: from which word to which, or in which parts of what is said; for whom, when and where."""

    kind: Kind
    before: str
    after: str
    parts: tuple[Part, ...]
    who: Mapping[str, tuple[Stretch, ...]]
    """The days, for everybody or by the person that a page is of or speaks of."""
    relation: str
    """What the page has to do with that person: `publisher`, `content.mentions` ..."""
    conditions: tuple[Condition, ...]
    unclear: bool
    """Whether something is not known, of what the conditions say may not be known."""
    exact: bool
    """Whether it is so in all cases that the conditions describe; else in some."""
    example: Cell
    cells: tuple[Cell, ...] = field(repr=False)
    also: tuple[str, ...] = ()
    """Facts that need not be known for all of this (`folded`)."""

    @property
    def says(self) -> Hashable:
        """Equal for groups that say the same of the same people, days and pages."""
        what = self.before, self.after, self.parts, self.relation, tuple(each.key for each in self.conditions)
        return what, tuple(sorted(self.who.items())), self.unclear, self.exact


@dataclass(slots=True)
class _Gathered:
    who: dict[str, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    relation: str = ""
    conditions: tuple[Condition, ...] = ()
    cells: list[Cell] = field(default_factory=list)
    exact: bool = True


_Label = tuple[str, str, tuple[Part, ...]]


def groups(found: Iterable[Found], near: date, holds: Callable[[Cell], bool]) -> tuple[Group, ...]:
    """What was found in groups, the gravest first.

    Args:
        found: the cells that differ.
        near: of questions that show the same, one near this day is taken.
        holds: whether a cell differs also when it is decided again.
    """
    gathered: dict[Hashable, tuple[_Label, bool, _Gathered]] = {}
    for each in found:
        for label, unclear, conditions, cells, exact in _told(each):
            relation = each.frame.relation
            key = label, unclear, relation, tuple(one.key for one in conditions)
            group = gathered.setdefault(key, (label, unclear, _Gathered(relation=relation, conditions=conditions)))[2]
            group.cells += cells
            group.exact = group.exact and exact
            for name, stretch in each.frame.members:
                group.who[name].append(stretch)
    made = [_group(label, group, near, holds, unclear=unclear) for label, unclear, group in gathered.values()]
    return tuple(sorted(made, key=_order))


def _told(found: Found) -> Iterator[tuple[_Label, bool, tuple[Condition, ...], list[Cell], bool]]:
    """The boxes of a frame: for each change those in which all is known, and one of the others; whether it is exact.

    Where only some questions were asked, exact boxes would show which were, and not what changes.
    """
    dimensions = found.frame.dimensions
    alike: dict[tuple[_Label, bool], dict[tuple[str, ...], list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in found.cells:
        is_known = all(choice.known for _, choice in cell.chosen)
        alike[_label(cell), not is_known][_keys(cell)].append(cell)
    for (label, unclear), by_keys in alike.items():
        if not unclear and found.is_whole:
            for box in boxes(by_keys):
                inside = [each for keys, cells in by_keys.items() if _is_in(keys, box) for each in cells]
                yield label, False, _conditions(dimensions, box), inside, True
            continue
        around = hull(sorted(by_keys))
        is_exact = found.is_whole and len(by_keys) == _how_many_unclear(dimensions, around)
        cells = [each for cells in by_keys.values() for each in cells]
        yield label, unclear, _conditions(dimensions, around), cells, is_exact


def _label(cell: Cell) -> _Label:
    before, after = cell.before, cell.after
    said: tuple[Part, ...] = ()
    if before.word == after.word and before.said is not None and after.said is not None:
        said = parts(before.said, after.said)
    return before.word, after.word, said


def _how_many_unclear(dimensions: Sequence[Dimension], box: Sequence[frozenset[str]]) -> int:
    """How many questions of a box leave something open."""
    known = [
        sum(each.known and each.key in keys for each in dimension.choices)
        for dimension, keys in zip(dimensions, box, strict=True)
    ]
    return prod(map(len, box)) - prod(known)


def _keys(cell: Cell) -> tuple[str, ...]:
    return tuple(choice.key for _, choice in cell.chosen)


def _is_in(keys: Sequence[str], box: Sequence[frozenset[str]]) -> bool:
    return all(key in allowed for key, allowed in zip(keys, box, strict=True))


def _conditions(dimensions: Sequence[Dimension], box: Sequence[frozenset[str]]) -> tuple[Condition, ...]:
    """What a box asks of each dimension; nothing where any class will do."""
    found = []
    for dimension, keys in zip(dimensions, box, strict=True):
        known = tuple(each for each in dimension.choices if each.known and each.key in keys)
        open_ = [each.key in keys for each in dimension.choices if not each.known]
        if len(known) < sum(each.known for each in dimension.choices) or any(open_):
            found.append(Condition(dimension, known, any(open_), all(open_)))
    return tuple(found)


def _group(label: _Label, gathered: _Gathered, near: date, holds: Callable[[Cell], bool], *, unclear: bool) -> Group:
    before, after, said = label
    by_worth = sorted(
        gathered.cells, key=lambda cell: (abs((cell.day - near).days), len(str(cell.given)), str(cell.given))
    )
    example = next((cell for cell in by_worth if holds(cell)), None)
    if example is None:
        raise AssertionError("a difference is none when it is decided again")
    who = {name: joined(stretches) for name, stretches in sorted(gathered.who.items())}
    kind = Kind.of(before, after)
    about = gathered.relation, gathered.conditions, unclear, gathered.exact
    return Group(kind, before, after, said, who, *about, example, tuple(gathered.cells))


def _order(group: Group) -> tuple[int, bool, int, str]:
    return GRAVITY.index(group.kind), group.unclear, -RESULTS.index(group.before), str(group.example.given)


def folded(told: Sequence[Group]) -> list[Group]:
    """The groups, without those that only say of another one that it is so whether some facts are known or not."""
    certain = {_core(group): group for group in told if group.exact and not group.unclear}
    also: dict[Hashable, tuple[str, ...]] = {}
    for group in told:
        open_ = [each for each in group.conditions if each.unclear]
        if group.exact and group.unclear and _core(group) in certain and all(each.whole for each in open_):
            also[_core(group)] = tuple(dict.fromkeys(each.dimension.fact for each in open_))
    found = []
    for group in told:
        if group.exact and _core(group) in also:
            if not group.unclear:
                found.append(replace(group, also=also[_core(group)]))
        else:
            found.append(group)
    return found


def _core(group: Group) -> Hashable:
    """Equal for groups that say the same, but for what need not be known."""
    restricting = tuple(
        (each.dimension.name, frozenset(choice.key for choice in each.choices))
        for each in group.conditions
        if 0 < len(each.choices) < sum(choice.known for choice in each.dimension.choices)
    )
    what = group.before, group.after, group.parts, group.relation
    return what, tuple(sorted(group.who.items())), restricting
