"""Two rule sets compared: every notice that may have changed, and what changed in its decisions and words.

Theory: a notice can only have changed if its rules, the territories and registers that they name, or somebody
whom they can see has. All others are passed over at once, so that the cost follows the change and not the
rule sets. A draft never fires: what it would change is worked out as if it did, and told apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from compliance.content.mentioned import LINKS, MENTIONS
from compliance.engine.decide import decide
from compliance.engine.reading import PLACE
from compliance.language.digest import canonical
from compliance.model.rule import Rule, Status
from compliance.model.ruleset import Ruleset
from compliance.review.impact.compare import Cell, Comparison
from compliance.review.impact.drawn import Redrawn, redrawn
from compliance.review.impact.groups import Group, groups
from compliance.review.impact.places import Places
from compliance.review.impact.sides import Asked, Side
from compliance.review.impact.who import People
from compliance.review.results import strongest


@dataclass(frozen=True, slots=True)
class Moved:
    """Something whose days are now counted in another time zone: `what` it is, `name`, and the two zones."""

    what: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """What changed in one notice; with `draft`, what would change if its drafts were active."""

    notice: str
    title: str
    added: tuple[str, ...]
    """Rules that ask for it now and did not, by id ..."""
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    groups: tuple[Group, ...]
    moved: tuple[Moved, ...] = ()
    exhaustive: bool = True
    draft: bool = False
    places: Places | None = None
    """The places that its rules name."""

    @property
    def differs(self) -> bool:
        """Whether any decision or word differs."""
        return bool(self.groups or self.moved)


@dataclass(frozen=True, slots=True)
class Task:
    """A notice to compare, as its rules are or as if drafts were active."""

    notice: str
    draft: bool = False


class Impact:
    """Two rule sets, ready to be compared notice by notice."""

    def __init__(self, old: Ruleset, new: Ruleset, near: date) -> None:
        """Read who is who.

        Args:
            old: before.
            new: after.
            near: of days that are alike, the nearest to this one is shown.
        """
        self.near = near
        self.old, self.new = Side.of(old), Side.of(new)
        self._told: dict[str, NoticeChange] = {}

    @cached_property
    def _sides(self) -> Mapping[bool, tuple[Side, Side]]:
        return {False: (self.old, self.new), True: (self.old.with_drafts(), self.new.with_drafts())}

    @cached_property
    def _people(self) -> Mapping[bool, People]:
        return {draft: People(*sides) for draft, sides in self._sides.items()}

    @cached_property
    def redrawn(self) -> tuple[Redrawn, ...]:
        """What finds readers to be in other places now, beside what changes for readers in a given place."""
        return tuple(redrawn(self.old.ruleset, self.new.ruleset))

    def tasks(self) -> list[Task]:
        """Every notice that may have changed, then those that drafts may change."""
        if self.old.ruleset.meaning == self.new.ruleset.meaning != "":
            return []
        old, new = self.old.ruleset.rules_of_notice, self.new.ruleset.rules_of_notice
        active = [Task(name) for name in sorted(old.keys() | new.keys()) if self._may_differ(name)]
        drafts = {
            rule.notice.id
            for side in (self.old, self.new)
            for rule in side.ruleset.rules.values()
            if rule.status is Status.DRAFT
        }
        return active + [Task(name, draft=True) for name in sorted(drafts) if self._rules_differ(name, draft=True)]

    def in_texts(self) -> list[Task]:
        """The other notices of which texts may decide otherwise, as names differ: whom a page mentions, or links to.

        No question shows that, for in a question it is said whom the page mentions.
        """
        if self.old.ruleset.entities == self.new.ruleset.entities:
            return []
        told = {task.notice for task in self.tasks()}
        names = self.old.ruleset.rules_of_notice.keys() | self.new.ruleset.rules_of_notice.keys()
        every = [Task(name) for name in sorted(names - told)]
        return [task for task in every if _asks_texts(self.comparison(task))]

    def run(self, task: Task) -> NoticeChange | None:
        """What changed in a notice; None where not even a rule of it did, and all was compared.

        Drafts come after all else: what is told already is not told again.
        """
        comparison = self.comparison(task)
        old, new = comparison.old, comparison.new
        found = comparison.run()
        told = groups(found, self.near, lambda cell: _holds(comparison, cell))
        if task.draft and task.notice in self._told:
            known = {each.says for each in self._told[task.notice].groups}
            told = tuple(each for each in told if each.says not in known)
        change = NoticeChange(
            task.notice,
            _title(new) or _title(old),
            *_rules(old, new),
            told,
            () if task.draft else tuple(_moved(comparison)),
            comparison.exhaustive,
            task.draft,
            comparison.places,
        )
        if not task.draft:
            self._told[task.notice] = change
        if task.draft and not change.differs:
            return None
        is_news = change.differs or change.added or change.removed or change.changed or not change.exhaustive
        return change if is_news else None

    def comparison(self, task: Task) -> Comparison:
        """A notice on both sides, ready to be asked."""
        old, new = self._sides[task.draft]
        return Comparison(self._people[task.draft], old.asked(task.notice), new.asked(task.notice), self.near)

    def _may_differ(self, notice: str) -> bool:
        """Whether anything that has a say in a notice differs."""
        if self._rules_differ(notice, draft=False):
            return True
        comparison = self.comparison(Task(notice))
        if comparison.lines.named(PLACE) & self._territories:
            return True
        return any(each.candidates() for each in comparison.onlookers) or any(_moved(comparison))

    def _rules_differ(self, notice: str, *, draft: bool) -> bool:
        """Whether any rule that has a say in a notice differs."""
        old, new = (side.asked(notice) for side in self._sides[draft])
        return old.below != new.below or sorted(map(_text, old.rules)) != sorted(map(_text, new.rules))

    @cached_property
    def _territories(self) -> frozenset[str]:
        """Territories that differ, or are on one side only."""
        old, new = self.old.ruleset.territories, self.new.ruleset.territories
        return frozenset(
            name
            for name in old.keys() | new.keys()
            if name not in old or name not in new or canonical(old[name]) != canonical(new[name])
        )


def _holds(comparison: Comparison, cell: Cell) -> bool:
    """Whether a cell comes out as it says when it is decided again."""
    for side, result in ((comparison.old, cell.before), (comparison.new, cell.after)):
        decision = decide(side.alone, side.side.read(cell.given), side.side.law_days(cell.day))
        mine = [
            each for each in decision.instances if each.notice.id == side.notice and (each.entity or "") == cell.entity
        ]
        if strongest(mine) != result.word:
            return False
    return True


def _asks_texts(comparison: Comparison) -> bool:
    """Whether the rules of a notice ask for what is found in texts."""
    lines = comparison.lines
    return not {MENTIONS, LINKS}.isdisjoint((*lines.atoms, *lines.relations))


def _text(rule: Rule) -> str:
    return json.dumps(canonical(rule), ensure_ascii=False)


def _title(asked: Asked) -> str:
    return asked.own[0].title if asked.own else ""


def _rules(old: Asked, new: Asked) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The rules of a notice that are there now, that are gone, and that differ."""
    before, after = ({rule.id: rule for rule in side.own} for side in (old, new))
    both = before.keys() & after.keys()
    return (
        tuple(sorted(after.keys() - both)),
        tuple(sorted(before.keys() - both)),
        tuple(sorted(name for name in both if _text(before[name]) != _text(after[name]))),
    )


def _moved(comparison: Comparison) -> Iterator[Moved]:
    """What is counted in another zone now: it begins and ends some hours earlier or later."""
    before, after = ({rule.id: rule for rule in side.own} for side in (comparison.old, comparison.new))
    for name in sorted(before.keys() & after.keys()):
        if before[name].zone != after[name].zone:
            yield Moved("rule", name, before[name].zone, after[name].zone)
    one, other = comparison.old.side.ruleset, comparison.new.side.ruleset
    registers = {name for each in comparison.onlookers for keys in each.keys for name, _ in keys}
    for what, names, olds, news in (
        ("register", registers, one.registers, other.registers),
        ("territory", comparison.lines.named(PLACE), one.territories, other.territories),
    ):
        for name in sorted(names & olds.keys() & news.keys()):
            zones = [str(side[name].zone or "that of the rule") for side in (olds, news)]
            if zones[0] != zones[1]:
                yield Moved(what, name, *zones)
