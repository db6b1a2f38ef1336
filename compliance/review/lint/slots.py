"""Checks of slots: whether those whom a rule names have the data that its notice shows.

Theory: a notice is never dropped for want of data, so nobody notices that readers get a stand-in. Whom a rule names
is read off its lines on publishers and registers; a rule without such a line may be about anybody, and then those
count who have such data on any day. The day is that of the look, or the nearest one on which the rule applies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Final

from compliance.errors import nearest
from compliance.model.facts import FACTS, Kind
from compliance.model.notice import Notice, Whose
from compliance.model.period import Period
from compliance.model.rule import AnyOf, Block, Line, Rule
from compliance.model.ruleset import Ruleset
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look, few

_NAMING: Final = {
    Whose.PUBLISHER: frozenset({"publisher", "publisher.designated_as"}),
    Whose.MENTION: frozenset({"mention.designated_as"}),
}
"""The facts by which a rule names those whose data a slot shows."""


def _missing_value(look: Look) -> Iterator[Found]:
    data = _Data(look.ruleset)
    asking: dict[tuple[str, str, date, frozenset[str] | None], list[Rule]] = defaultdict(list)
    for rule in look.rules:
        day = _nearest_day(rule.effective, look.day)
        for name in _shown(rule.notice):
            asking[rule.notice.id, name, day, data.named(rule.when, rule.notice.values[name].of, day)].append(rule)
    for (notice, name, day, named), rules in asking.items():
        slot = rules[0].notice.values[name]
        said = data.lack(slot.value, day, named, few([rule.id for rule in rules]))
        if said is not None:
            instead = f"until then readers get {'the words under `missing`' if slot.missing else '`…`'}"
            span = look.rule_span(look.written_in(rules[0]), "notice", "slots", name, "value")
            level = Level.ADVICE if slot.missing else None
            yield Found(f"`{{{name}}}` of the notice `{notice}` {said[0]}", f"{said[1]}; {instead}", span, level)


def _shown(notice: Notice) -> Iterator[str]:
    """The slots for data that stand in the words of a notice."""
    texts = [text for words in notice.each_words() for text in words.values()]
    return (name for name in notice.values if any(f"{{{name}}}" in text for text in texts))


def _nearest_day(period: Period, day: date) -> date:
    """The day, or the first or last one of the period, if it lies outside."""
    return max(period.first_day or day, min(period.last_day or day, day))


class _Data:
    """Who has which data, and whom the lines of rules name. What many rules ask is worked out once."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._having: dict[str, set[str]] = defaultdict(set)
        for entity in ruleset.entities.values():
            for name in entity.values:
                self._having[name].add(entity.id)
        self._listed: dict[tuple[str, date], frozenset[str]] = {}
        self._lacking: dict[tuple[str, date, frozenset[str]], list[str]] = {}

    def lack(self, name: str, day: date, named: frozenset[str] | None, rules: str) -> tuple[str, str] | None:
        """What is said of those that are named and have no such data on the day, and help; None if all have it."""
        meant = frozenset(self._having.get(name, ())) if named is None else named
        lacking = self._without(name, day, meant)
        if not lacking and (named is not None or meant):
            return None
        if len(lacking) == len(meant) and not any(self._ever_has(each, name) for each in meant):
            who = "" if named is None else f" that {rules} can name"
            known = nearest(name, self._having.keys() - {name})
            return f"shows `{name}`, which no entity{who} has", known or "write it under `values` of the entity"
        who = f" that have `{name}`" if named is None else f" that {rules} can name"
        said = f"has no value on {day} for {len(lacking)} of {len(meant)} entities{who}: {few(lacking)}"
        return said, "write the value of that day under `values` of each"

    def _without(self, name: str, day: date, meant: frozenset[str]) -> list[str]:
        key = (name, day, meant)
        if key not in self._lacking:
            self._lacking[key] = sorted(each for each in meant if self._ruleset.value_on(each, name, day) is None)
        return self._lacking[key]

    def _ever_has(self, entity: str, name: str) -> bool:
        """Whether it has such data on any day, itself or from a parent."""
        here, seen = self._ruleset.entities.get(entity), set[str]()
        while here is not None and here.id not in seen:
            if name in here.values:
                return True
            seen.add(here.id)
            here = self._ruleset.entities.get(here.parent or "")
        return False

    def named(self, block: Block, whose: Whose, day: date) -> frozenset[str] | None:
        """Those of whom a slot can speak where the block holds; None where that may be anybody."""
        found: frozenset[str] | None = None
        for part in block.lines:
            here = self._of_choice(part, whose, day) if isinstance(part, AnyOf) else self._of_line(part, whose, day)
            if here is not None:
                found = here if found is None else found & here
        return found

    def _of_choice(self, choice: AnyOf, whose: Whose, day: date) -> frozenset[str] | None:
        found = [self.named(block, whose, day) for block in choice.blocks]
        sets = [each for each in found if each is not None]
        return frozenset[str]().union(*sets) if len(sets) == len(found) else None

    def _of_line(self, line: Line, whose: Whose, day: date) -> frozenset[str] | None:
        if line.fact not in _NAMING[whose]:
            return None
        if FACTS[line.fact].kind is Kind.ENTITY:
            return line.values
        listed = [self._on_list(name, day) for name in sorted(line.values)]
        return listed[0] if len(listed) == 1 else frozenset[str]().union(*listed)

    def _on_list(self, name: str, day: date) -> frozenset[str]:
        """Those whose entry in a register has not ended before the day."""
        if (name, day) not in self._listed:
            register = self._ruleset.registers[name]
            lasting = (each.entity for each in register.entries if each.last_day is None or each.last_day >= day)
            self._listed[name, day] = frozenset(lasting)
        return self._listed[name, day]


CHECKS: Final = (
    Check(
        "missing-value",
        Level.WARNING,
        "data that a notice shows is missing for those whom its rule can name",
        "The notice is shown all the same, and says `…` or the words under `missing` where the law wants a number.",
        _missing_value,
    ),
)
