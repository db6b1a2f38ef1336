"""Checks of what belongs together: exclusions of nobody, and files that nothing uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from compliance.model.designation import declared_id
from compliance.model.facts import FACTS, Kind
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look


def _undeclared_exclusion(look: Look) -> Iterator[Found]:
    for name, entity in look.ruleset.entities.items():
        unknown = [other for other in entity.excludes if other not in look.ruleset.entities]
        if unknown:
            spans = look.files.spans_of_texts("entity", name, "excludes")
            for other in unknown:
                message = f"`{name}` excludes `{other}`, which nobody declared"
                yield Found(message, f"add an entity file for `{other}`, with its parent", spans.get(other))


# -- what nothing uses ----------------------------------------------------------------------------------


def _orphan(look: Look) -> Iterator[Found]:
    ruleset, asked = look.ruleset, _asked(look)
    overlaid = {row.territory for row in look.overlays}
    for name in ruleset.territories:
        if name not in asked[Kind.PLACE] | overlaid:
            yield Found(f"no rule asks for the territory `{name}`", _OR_OVERLAY, look.files.span("territory", name))
    copied = {register.copy_of for register in ruleset.registers.values()}
    for name in ruleset.declared_registers:
        if name not in asked[Kind.STATUS] | copied:
            yield Found(f"no rule asks for the register `{name}`", _OR, look.files.span("register", name))
    related = {each for entity in ruleset.entities.values() for each in (entity.parent, *entity.excludes)}
    listed = {entry.entity for register in ruleset.registers.values() for entry in register.entries}
    for name, entity in ruleset.entities.items():
        if not entity.domains and name not in asked[Kind.ENTITY] | related | listed and entity.parent is None:
            message = f"nothing uses the entity `{name}`: it has no domain and stands in no register and no rule"
            yield Found(message, "give it its `domains` if it publishes, or delete it", look.files.span("entity", name))


_OR: Final = "delete it, or write the rule that it was made for"
_OR_OVERLAY: Final = f"{_OR}; if an overlay names it, name that one with `--overlay`"


def _asked(look: Look) -> dict[Kind, set[str]]:
    """What the lines of all rules ask for, by kind; variants of registers as what they are variants of."""
    asked: dict[Kind, set[str]] = defaultdict(set)
    for rule in look.ruleset.rules.values():
        for line in rule.each_line():
            asked[FACTS[line.fact].kind] |= {declared_id(value) for value in line.values}
    return asked


CHECKS: Final = (
    Check(
        "undeclared-exclusion",
        Level.WARNING,
        "an entity excludes a child that nobody declared",
        "A slip in the name of the child, and the designation of the parent reaches it after all.",
        _undeclared_exclusion,
    ),
    Check(
        "orphan",
        Level.ADVICE,
        "nothing uses an entity, a register or a territory",
        "Somebody keeps it up to date for nothing, or the rule that should ask for it names another one.",
        _orphan,
    ),
)
