"""A decision and its words to an answer.

Theory: nothing is decided here. Every instance of the decision becomes one notice, held ones are repeated
among the reviews, and how long the answer may be kept follows from the law's calendar alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from compliance import answer
from compliance.content.facts import Content
from compliance.content.publisher import host_of
from compliance.engine.reasons import MOST_REASONS, reasons
from compliance.model.address_text import holds_address
from compliance.model.decision import Decision, Display, Instance, Reason
from compliance.model.designation import declared_id
from compliance.model.facts import Facts, FactValue, Members, OneOf
from compliance.model.rule import Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.truth import FALSE, TRUE, UNKNOWN
from compliance.notices.render import Rendered, Slot, render

MOST_SECONDS = 3600
"""An answer is never kept longer than an hour: a rule set may be corrected at any time."""
_WORDS = {TRUE: "in", FALSE: "out"}
_LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, once it was understood: the page, all facts, the place among them, and what to advise."""

    content: Content
    facts: Facts
    location: LocationSet
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was asked, on which law days, as of which day if one was given, and until when (UTC) they hold."""

    now: datetime
    days: LawDays
    as_of: date | None
    valid_until: datetime | None

    @property
    def day(self) -> date:
        """The day asked for, or today's in UTC."""
        return self.as_of or self.now.date()

    @property
    def max_age(self) -> int:
        """How many seconds the answer may be kept; a preview is not kept."""
        if self.as_of is not None:
            return 0
        left = MOST_SECONDS if self.valid_until is None else (self.valid_until - self.now).total_seconds()
        return max(0, min(MOST_SECONDS, int(left)))


def assemble(
    ruleset: Ruleset, question: Question, decision: Decision, moment: Moment, languages: Sequence[str]
) -> answer.Answer:
    """The answer to a question."""
    until = moment.valid_until
    notices = tuple(_notice(ruleset, question, each, moment, languages) for each in decision.instances)
    held = [each for each in decision.instances if each.display is Display.HOLD]
    key = _key(ruleset, question, moment, languages)
    return answer.Answer(
        notices=notices,
        reviews=tuple(
            answer.Review(
                id=each.notice.id, entity=each.entity, rules=each.rules[:MOST_REASONS], unknowns=each.unknowns
            )
            for each in held
        ),
        unknowns=decision.unknowns,
        stale=tuple(_stale(ruleset, each) for each in dict.fromkeys(map(declared_id, decision.stale))),
        advice=question.advice,
        location=_location(ruleset, question.location, moment.day),
        ruleset=answer.Digests(meaning=ruleset.meaning, source=ruleset.source),
        as_of=moment.day,
        preview=moment.as_of is not None,
        valid_until=None if until is None else until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        cache=answer.Cache(
            key=key[7:39],
            vary=("reader.location", "languages"),
            max_age=moment.max_age,
            surrogate_keys=_surrogate_keys(ruleset, question.facts, decision),
        ),
        decision=_digest([key, [[each.id, each.entity, each.status, each.display, each.text] for each in notices]]),
        not_applied=tuple(
            answer.NotApplied(rule=each.rule, notice=each.notice, because=each.because, changes_on=each.changes_on)
            for each in decision.not_applied
        ),
    )


def _notice(
    ruleset: Ruleset, question: Question, instance: Instance, moment: Moment, languages: Sequence[str]
) -> answer.Notice:
    notice = instance.notice
    words: Rendered = render(instance, languages, _slots(ruleset, question, instance))
    return answer.Notice(
        id=notice.id,
        entity=instance.entity,
        rules=instance.rules[:MOST_REASONS],
        rule_count=len(instance.rules),
        status=instance.status.value,
        display=instance.display.value,
        purpose=notice.purpose.value,
        severity=notice.severity.value,
        placement=notice.placement.value,
        group=notice.group,
        language=words.language,
        direction=words.direction,
        text=words.text,
        short=words.short,
        # what is held is not for the page: there is nothing that could be printed by mistake
        html="" if instance.display is Display.HOLD else words.html,
        link=notice.link,
        effects=tuple(answer.Effect(type="suppress", component=part) for part in notice.suppress),
        because=tuple(
            _because(ruleset.rules[each.rule], each) for each in reasons(instance, ruleset, question.facts, moment.days)
        ),
        unknowns=instance.unknowns,
        unresolved=words.unresolved,
        approximated=instance.approximated,
        reach=instance.by_reach,
    )


def _because(rule: Rule, reason: Reason) -> answer.Because:
    return answer.Because(
        rule=rule.id,
        title=rule.title,
        status=reason.status.value,
        facts=tuple(
            answer.Ground(fact=each.fact, asks_for=each.asks_for, truth=each.truth.name.lower(), detail=each.detail)
            for each in reason.grounds
        ),
        legal_basis=tuple(
            answer.LegalBasis(title=each.title, article=each.article, href=each.href, confidence=each.confidence)
            for each in rule.legal_basis
        ),
    )


def _slots(ruleset: Ruleset, question: Question, instance: Instance) -> dict[str, Slot]:
    publisher = ruleset.entities.get(_publisher(question.facts) or "")
    mention = ruleset.entities.get(instance.entity or "")
    return {
        "publisher.title": Slot(publisher.title if publisher else None, _called(question.content)),
        "mention.title": Slot(mention.title if mention else None, instance.entity),
    }


def _called(content: Content) -> str | None:
    """What the caller called the publisher; nothing that holds an address."""
    name = (content.publisher or "").strip()
    if not name or "/" in name:
        name = host_of(name or content.url or "") or name
    if not name or len(name) > _LONGEST_NAME or "//" in name:
        return None
    is_a_name = any(each.isalpha() for each in name)  # a number may be an address too
    return name if is_a_name and not holds_address(name) else None


def _publisher(facts: Facts) -> str | None:
    """The publisher's entity, if it is known for certain."""
    value = facts.get("publisher")
    return next(iter(value.values)) if isinstance(value, OneOf) and value.is_known else None


def _stale(ruleset: Ruleset, register: str) -> answer.Stale:
    copy = ruleset.registers[register]
    return answer.Stale(register=register, retrieved_on=copy.retrieved_on, fresh_until=copy.fresh_until)


def _location(ruleset: Ruleset, location: LocationSet, day: date) -> answer.Location:
    territories = {}
    for name, territory in ruleset.territories.items():
        truths = {territory.contains(code, day) for code in location.places}
        truth = truths.pop() if len(truths) == 1 and not location.anywhere else UNKNOWN
        territories[name] = _WORDS.get(truth, "maybe")
    return answer.Location(
        places=tuple(sorted(location.places)),
        anywhere=location.anywhere,
        territories=territories,
        basis=location.basis,
    )


def _surrogate_keys(ruleset: Ruleset, facts: Facts, decision: Decision) -> tuple[str, ...]:
    """What a cache is told to forget when a rule set changes: the set, the publisher, the rules."""
    publisher = _publisher(facts)
    rules = {rule for instance in decision.instances for rule in instance.rules}
    keys = [f"ruleset:{ruleset.meaning[7:19]}", *(f"rule:{rule}" for rule in sorted(rules))]
    return tuple([*keys, f"publisher:{publisher}"] if publisher else keys)


def _key(ruleset: Ruleset, question: Question, moment: Moment, languages: Sequence[str]) -> str:
    """The digest of everything that the notices and their words rest on; two questions with one key are one."""
    publisher = None if _publisher(question.facts) else _called(question.content)
    days = sorted((zone, day.isoformat()) for zone, day in moment.days.items())
    is_preview = moment.as_of is not None
    return _digest([ruleset.meaning, _facts_key(question.facts), publisher, list(languages), days, is_preview])


def _facts_key(facts: Facts) -> list[object]:
    """The facts in one canonical form; how a place came to be known is no part of it."""
    return [[name, _value_key(facts[name])] for name in sorted(facts)]


def _value_key(value: FactValue) -> list[object]:
    if isinstance(value, OneOf):
        return [sorted(value.values), value.other]
    if isinstance(value, Members):
        return [sorted(value.certain), sorted(value.perhaps), value.other]
    # places that were only named decide nothing: all readers of unknown place share one answer
    return [[] if value.anywhere else sorted(value.places), value.anywhere]


def _digest(value: object) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
