"""`arms` of a rule: for this rule, another date of a register starts the effect.

Theory: laws disagree about which date counts (the decision, its announcement, the entry in the list), so a
register has one by default and a rule may choose another. The choice becomes a *variant* of the register,
with the same entries and an id that says what it is, and the lines of the rule ask for that. To the engine
it is a register like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from compliance.errors import nearest
from compliance.language.fields import Arming, Collector, Fields
from compliance.language.source import Text
from compliance.model.designation import Milestone, Register
from compliance.model.facts import FACTS, Kind
from compliance.model.rule import AnyOf, Block, Line, Rule

MOST_NAMED = 3
"""So many entries are named where several lack a date."""


def arms(fields: Fields, rule: Text | None, asked: Iterable[Block], *, may_ask_more: bool) -> None:
    """Note what a rule says under `arms` about registers that its lines (`asked`) ask for."""
    node = fields.map_of("arms")
    registers = {value for block in asked for line in block.each_line() if _is_status(line) for value in line.values}
    for name, value in node.entries if node else ():
        text = fields.as_text(value, f"`{name.text}`")
        milestone = None if text is None else fields.choice(text, Milestone, "milestone")
        if name.text not in registers:
            if not may_ask_more:
                _fail_not_asked(name, registers, fields.to)
        elif rule is not None and text is not None and milestone is not None:
            fields.to.armings.append(Arming(rule.text, name.text, milestone, text.span))


def _fail_not_asked(name: Text, registers: set[str], to: Collector) -> None:
    asked = f"it asks for: {', '.join(f'`{each}`' for each in sorted(registers))}" if registers else None
    help_ = nearest(name.text, registers) or asked or "leave `arms` out, or ask for the register"
    to.fail(name.span, f"`arms` names `{name.text}`, and no line of the rule asks for it", help_)


def linked(
    rules: Mapping[str, Rule], registers: Mapping[str, Register], to: Collector
) -> tuple[dict[str, Rule], dict[str, Register]]:
    """The rules with lines that ask for variants, and all registers with the variants among them, by id.

    Args:
        rules: by id.
        registers: as declared; one that could not be read is not there, and a problem already.
        to: knows which variants are wanted; takes an entry that does not have the date which is.
    """
    found, variants = dict(registers), dict[str, dict[str, str]]()
    for wanted in to.armings:
        register = registers.get(wanted.register)
        if register is not None and _is_complete(register, wanted, to):
            variant = register.armed_by(wanted.milestone)
            found[variant.id] = variant
            variants.setdefault(wanted.rule, {})[register.id] = variant.id
    armed = {name: _asking(rule, variants[name]) if name in variants else rule for name, rule in rules.items()}
    return armed, dict(sorted(found.items()))


def _is_complete(register: Register, wanted: Arming, to: Collector) -> bool:
    """Whether every entry has the date that is wanted; a problem where the rule wants it if not."""
    missing = [entry.entity for entry in register.entries if wanted.milestone not in entry.claims]
    if missing:
        named = ", ".join(f"`{each}`" for each in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        message = f"not every entry of `{register.id}` has `{wanted.milestone}`: {named}{more}"
        help_ = f"add `{wanted.milestone}: {{day: ..., source: ...}}` to each, or leave the register out of `arms`"
        to.fail(wanted.span, message, help_)
        return False
    variant = register.armed_by(wanted.milestone)
    ended = [entry.entity for entry in register.entries if variant.period(entry).is_empty]
    if ended:
        message = f"the entry of `{ended[0]}` in `{register.id}` ends before its `{wanted.milestone}`"
        to.fail(wanted.span, message, "correct one of the two days, or leave the register out of `arms`")
    return not ended


def _asking(rule: Rule, variants: Mapping[str, str]) -> Rule:
    """The rule with other registers in its lines."""
    return replace(
        rule, when=_block(rule.when, variants), unless=tuple(_block(block, variants) for block in rule.unless)
    )


def _block(block: Block, variants: Mapping[str, str]) -> Block:
    return Block(
        tuple(
            AnyOf(tuple(_block(each, variants) for each in line.blocks))
            if isinstance(line, AnyOf)
            else _line(line, variants)
            for line in block.lines
        )
    )


def _line(line: Line, variants: Mapping[str, str]) -> Line:
    if not _is_status(line):
        return line
    return replace(line, values=frozenset(variants.get(value, value) for value in line.values))


def _is_status(line: Line) -> bool:
    return FACTS[line.fact].kind is Kind.STATUS
