"""What differs between two rule sets, and what a cache has to forget: from their definitions alone, in no time.

Theory: whoever keeps pages has to know which of them a new rule set may change. Asking every page is what `diff` does,
with examples; here it must be quick, and never too little. Where a rule asks for the same in the same cases and only
its words differ, the pages that it touches are those that show it, and they carry its key. Everything else (a new rule,
another condition, an entry in a register, a place in a territory, a name) may reach pages that carried nothing, so
then all pages of the old rule set have to go: each of them carries the key of the set itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from compliance.language.digest import canonical
from compliance.model.designation import Register, declared_id
from compliance.model.rule import Rule, Status
from compliance.model.ruleset import Ruleset

OF_WORDS: Final = frozenset(
    {"text", "text_if_possible", "short", "fixity", "link", "translations", "wordings", "rotation"}
)
"""The fields of a notice that change nothing but what is read there."""
OF_REASONS: Final = frozenset({"title", "legal_basis"})
"""The same of a rule."""


class How(StrEnum):
    """How a rule differs: it is there in one of the two only, it asks otherwise, or it says otherwise."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs. Ids stand in alphabetical order.

    `rules` are those that may fire in one of the two; `registers` name the entities whose entries differ, none where
    something else of the register does; `publishers` are the entities that some register says something else of.
    With `everything`, any page may be told something else.
    """

    rules: Mapping[str, How]
    registers: Mapping[str, tuple[str, ...]]
    entities: tuple[str, ...]
    territories: tuple[str, ...]
    publishers: tuple[str, ...]
    everything: bool


def changes(before: Ruleset, after: Ruleset) -> Changes:
    """What differs between a rule set and the one that follows it."""
    rules = dict(_rules(before, after))
    registers = dict(_registers(before.declared_registers, after.declared_registers))
    entities = tuple(_different(before.entities, after.entities))
    territories = tuple(_different(before.territories, after.territories))
    publishers = sorted({entity for named in registers.values() for entity in named})
    is_more = any(how is not How.WORDS for how in rules.values())
    return Changes(
        rules,
        registers,
        entities,
        territories,
        tuple(publishers),
        bool(is_more or registers or entities or territories),
    )


def surrogate_keys(meaning: str, found: Changes) -> tuple[str, ...]:
    """The keys under which a cache finds all pages that may be told something else.

    Args:
        meaning: the digest of the rule set by which they were told.
        found: what differs since.
    """
    if found.everything:
        return (ruleset_key(meaning),)
    return tuple(f"rule:{id_}" for id_ in found.rules)


def ruleset_key(meaning: str) -> str:
    """The key that every answer by a rule set carries; a cache that forgets it forgets all of them.

    >>> ruleset_key("sha256:8e44f0f76e2ef537617eb72c3f3e6b06211efa0676e03d793385c5d14619c4bd")
    'ruleset:8e44f0f76e2e'
    """
    return f"ruleset:{meaning[7:19]}"


def _rules(before: Ruleset, after: Ruleset) -> Iterator[tuple[str, How]]:
    old, new = _active(before), _active(after)
    for id_ in sorted(old.keys() | new.keys()):
        if id_ not in old:
            yield id_, How.ADDED
        elif id_ not in new:
            yield id_, How.REMOVED
        elif (one := canonical(old[id_])) != (other := canonical(new[id_])):
            yield id_, How.WORDS if _asks(one) == _asks(other) else How.CHANGED


def _active(ruleset: Ruleset) -> dict[str, Rule]:
    return {id_: rule for id_, rule in ruleset.rules.items() if rule.status is Status.ACTIVE}


def _asks(rule: Any) -> dict[str, Any]:
    """What a rule asks for and when, without what is read there."""
    notice = {name: value for name, value in rule["notice"].items() if name not in OF_WORDS}
    return {**{name: value for name, value in rule.items() if name not in OF_REASONS}, "notice": notice}


def _registers(before: Mapping[str, Register], after: Mapping[str, Register]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for id_ in _different(before, after, marks=True):
        sides = [_entries(side.get(id_)) for side in (before, after)]
        yield declared_id(id_), tuple(_different_values(*sides))


def _entries(register: Register | None) -> dict[str, list[object]]:
    """What a register says of each entity."""
    found: dict[str, list[object]] = {}
    for entry in () if register is None else register.entries:
        found.setdefault(entry.entity, []).append(canonical(entry))
    return found


def _different(before: Mapping[str, Any], after: Mapping[str, Any], *, marks: bool = False) -> list[str]:
    """The names of what stands in one of the two only, or means something else."""
    sides = [
        {name: [canonical(each), canonical(each.marks) if marks else None] for name, each in side.items()}
        for side in (before, after)
    ]
    return _different_values(*sides)


def _different_values(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
