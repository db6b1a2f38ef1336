"""Checks of conditions: rules that can never fire, words that speak of persons, and words that look like a slip."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from compliance.model.facts import FACTS, Kind
from compliance.model.period import Period
from compliance.model.rule import AnyOf, Block, IfUnknown, Line, Rule, Status
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.logic import dead, has_no_day, implies
from compliance.review.lint.look import Look, meet
from compliance.review.lint.word_lists import PERSONAL

SHORTEST: Final = 5
"""Words with fewer letters are near one another by chance."""


# -- rules that never fire ------------------------------------------------------------------------------


def _never_applies(look: Look) -> Iterator[Found]:
    spans = _EntrySpans(look)
    for rule in look.rules:
        yield from _no_day(look, rule)
        yield from _contradictions(look, rule)
        yield from _all_excepted(rule)
        for line in rule.when.each_line():
            yield from _nobody(look, rule, line, spans)


def _no_day(look: Look, rule: Rule) -> Iterator[Found]:
    if has_no_day(rule.effective):
        message = f"`{rule.id}` can never apply: no day is left in `effective`"
        yield Found(message, "shorten what is suspended, or set `status: retired`", look.rule_span(rule, "effective"))


def _contradictions(look: Look, rule: Rule) -> Iterator[Found]:
    def codes(value: str) -> frozenset[str]:
        territory = look.ruleset.territories.get(value)
        return frozenset({value} if territory is None else {member.code for member in territory.members})

    if (pair := dead(rule.when, codes)) is not None:
        message = f"`{rule.id}` can never apply: two lines on `{pair[0].fact}` exclude each other"
        yield Found(message, "put the values on one line, if any of them is enough", pair[1].span)
        return
    lines = tuple(line for line in rule.when.lines if isinstance(line, Line))
    choices = (block for each in rule.when.lines if isinstance(each, AnyOf) for block in each.blocks)
    for block, above in (*((choice, lines) for choice in choices), *((block, ()) for block in rule.unless)):
        if (pair := dead(block, codes, above)) is not None:
            message = f"a block of `{rule.id}` can never hold: two lines on `{pair[0].fact}` exclude each other"
            yield Found(message, "leave the block out, or correct one of the lines", pair[1].span)


def _all_excepted(rule: Rule) -> Iterator[Found]:
    for block in rule.unless:
        if block.lines and implies(rule.when, block):
            message = f"`{rule.id}` can never apply: an exception holds wherever its conditions do"
            span = next((line.span for line in block.each_line()), rule.span)
            yield Found(message, "narrow the exception", span)


class _EntrySpans:
    """For each register, whether any entry has effect on a day of a period, without a look at each entry."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._of: dict[str, tuple[list[date], list[date]]] = {}

    def meets(self, register: str, period: Period) -> bool:
        """Whether an entry has effect on a day of `period`."""
        if register not in self._of:
            copy = self._look.ruleset.registers[register]
            periods = map(copy.period, copy.entries)
            days = sorted((each.first_day or date.min, each.last_day or date.max) for each in periods)
            latest, last = list[date](), date.min
            for _, end in days:
                last = max(last, end)
                latest.append(last)
            self._of[register] = ([begin for begin, _ in days], latest)
        begins, latest = self._of[register]
        count = bisect_right(begins, period.last_day or date.max)
        return count > 0 and latest[count - 1] >= (period.first_day or date.min)


def _nobody(look: Look, rule: Rule, line: Line, spans: _EntrySpans) -> Iterator[Found]:
    """Registers and territories that hold nobody and nothing while the rule is in effect."""
    kind = FACTS[line.fact].kind
    for value in sorted(line.values) if kind in {Kind.STATUS, Kind.PLACE} else ():
        if kind is Kind.STATUS and not spans.meets(value, rule.effective):
            message = f"no entry of `{value}` has effect on a day of `{rule.id}`"
            yield Found(message, "see whether days or register are wrong", look.files.span_of_value(line, value))
        territory = look.ruleset.territories.get(value) if kind is Kind.PLACE else None
        if territory is not None and not any(meet(member.period, rule.effective) for member in territory.members):
            message = f"`{value}` has no member on any day of `{rule.id}`"
            yield Found(message, "see whether days or territory are wrong", look.files.span_of_value(line, value))


# -- words ----------------------------------------------------------------------------------------------


def _open_words(look: Look) -> Iterator[tuple[Rule, Line, str]]:
    for rule in look.rules:
        for line in rule.each_line():
            spec = FACTS[line.fact]
            if spec.kind is Kind.WORD and spec.domain is None:
                for word in sorted(line.values):
                    yield rule, line, word


def _personal_facts(look: Look) -> Iterator[Found]:
    for rule, line, word in _open_words(look):
        told = sorted(PERSONAL & set(re.split(r"[^a-z]+", word)))
        if told:
            message = f"`{word}` in `{line.fact}` of `{rule.id}` may speak of the reader's person"
            help_ = 'put it in the words of the notice ("If you hold ..."); what the content is about may stay'
            yield Found(message, help_, look.files.span_of_value(line, word))


def _unused_word(look: Look) -> Iterator[Found]:
    used: dict[tuple[str, str], list[tuple[Rule, Line]]] = defaultdict(list)
    for rule, line, word in _open_words(look):
        used[line.fact, word].append((rule, line))
    near: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact, word in used:
        for shorter in shortened(word):
            near[fact, shorter].add(word)
    for (fact, word), places in used.items():
        rule, line = places[0]
        if len({each.id for each, _ in places}) == 1 and len(word) >= SHORTEST:
            others = {other for shorter in shortened(word) for other in near[fact, shorter]} - {word}
            known = max(sorted(others), key=lambda other: len(used[fact, other]), default=None)
            if known is not None:
                message = f"only `{rule.id}` asks `{fact}` for `{word}`, which is near `{known}`"
                help_ = "if it is a slip, correct it: whoever sends facts has agreed on one of them"
                yield Found(message, help_, look.files.span_of_value(line, word))


def shortened(word: str) -> set[str]:
    """The word, and the word without each of its letters: two words that share one are one slip apart."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


# -- what is not known, and what is not tried -----------------------------------------------------------


def _skips_unknown(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        for fact, answer in rule.if_unknown.items():
            if answer is IfUnknown.SKIP:
                message = f"`{rule.id}` says nothing when `{fact}` is not known: {rule.skip_reasons.get(fact)}"
                yield Found(message, "make sure that the reason still holds", look.rule_span(rule, "if_unknown", fact))


def _untried(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        expected = {scenario.expect for scenario in rule.scenarios}
        for word, meaning in (("required", "in which it fires"), ("none", "in which it stays silent")):
            if word not in expected:
                message, help_ = f"`{rule.id}` has no scenario {meaning}", f"add one with `expect: {word}`"
                yield Found(message, help_, look.rule_span(rule, "scenarios"))
        if not expected & {"possible", "review"}:
            message = f"`{rule.id}` has no scenario in which a fact is not known"
            yield Found(message, "add one with a fact that is `unknown`", look.rule_span(rule, "scenarios"))


def _stance_missing(look: Look) -> Iterator[Found]:
    asking: dict[str, str] = {}
    for rule in look.rules:
        for order in _orders(rule.when) if rule.status is Status.ACTIVE else ():
            asking.setdefault(order, rule.id)
    for name, entity in look.ruleset.entities.items():
        for order in entity.answers_to or ():
            if order in asking and order not in entity.stance:
                message = f"`{name}` answers to `{order}` and has no stance on it, and `{asking[order]}` asks for that"
                help_ = (
                    f"write `stance: {{{order}: comply}}`, or `decline` or `legal_hold`: it is the publisher's decision"
                )
                yield Found(message, help_, look.files.span("entity", name, "answers_to"))


_ORDERS: Final = frozenset({"publisher.answers_to", "publisher.complies_with"})


def _orders(block: Block) -> Iterable[str]:
    return sorted({value for line in block.each_line() if line.fact in _ORDERS for value in line.values})


CHECKS: Final = (
    Check(
        "never-applies",
        Level.ERROR,
        "a rule, a block or a line can never hold",
        "The file looks as if readers were warned, and no reader ever is.",
        _never_applies,
    ),
    Check(
        "personal-facts",
        Level.WARNING,
        "a word that a rule asks for may speak of the reader's person",
        "Passport, citizenship or religion of a reader are never asked, sent or kept. They belong in the words.",
        _personal_facts,
    ),
    Check(
        "unused-word",
        Level.WARNING,
        "a word of an open vocabulary is used once and is near another one",
        "Open words are not checked. With a slip in one, the rule waits for a word that nobody sends.",
        _unused_word,
    ),
    Check(
        "skips-unknown",
        Level.ADVICE,
        "a rule says nothing when a fact is not known",
        "This is the only way in which a notice can be missed on purpose, so the reasons are listed.",
        _skips_unknown,
    ),
    Check(
        "untried",
        Level.WARNING,
        "no scenario tries whether a rule fires, is silent, or meets something unknown",
        "A scenario is repeated at every load. What none of them tries may break without anybody noticing.",
        _untried,
    ),
    Check(
        "stance-missing",
        Level.ADVICE,
        "a publisher answers to a legal order that a rule asks for, and has no stance on record",
        "Whether to label others on the order of a state is the publisher's decision, not that of a default.",
        _stance_missing,
    ),
)
