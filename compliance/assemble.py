"""A decision and its words to an answer.

Theory: nothing is decided here. Every instance of the decision becomes one notice, held ones are repeated
among the reviews, and how long the answer may be kept follows from the law's calendar alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from compliance import answer
from compliance.content.facts import Content
from compliance.content.mentioned import NOTHING, Looked
from compliance.content.mentioned import places as mention_places
from compliance.content.publisher import host_of
from compliance.engine.reasons import MOST_REASONS, reasons
from compliance.mentions.scan import Mention, Suppressed
from compliance.mentions.statuses import listings
from compliance.model.address_text import holds_address
from compliance.model.decision import Decision, Display, Instance, NotApplied, Reason
from compliance.model.designation import declared_id
from compliance.model.facts import Facts, FactValue, Members, OneOf
from compliance.model.notice import Corner, Medium, Notice, Placement
from compliance.model.rule import Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.truth import FALSE, TRUE, UNKNOWN
from compliance.model.web_address import canonical_url
from compliance.notices.page import Collision, Conflict, conflicts, corners, first_places, markers, media, places
from compliance.notices.render import Rendered
from compliance.notices.spoken import Footnote, Page, footnotes, speak, turns
from compliance.notices.wording import Chosen

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
    looked: Looked = NOTHING
    """What was found in its texts."""


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


def page_of(ruleset: Ruleset, question: Question, days: LawDays, languages: Sequence[str]) -> Page:
    """What the words of an answer rest on, besides the decision."""
    content = question.content
    item = content.url or f"{content.publisher or ''}\n{content.headline or ''}"
    return Page(
        ruleset=ruleset,
        days=days,
        languages=languages,
        publisher=publisher_of(question.facts),
        called=_called(content),
        item=canonical_url(item) or item,
    )


def assemble(
    ruleset: Ruleset, question: Question, decision: Decision, moment: Moment, languages: Sequence[str]
) -> answer.Answer:
    """The answer to a question."""
    until, instances = moment.valid_until, decision.instances
    page = page_of(ruleset, question, moment.days, languages)
    marked, where = markers(instances), [places(each, question.facts) for each in instances]
    given_corners, crowded = corners(instances, where, marked)
    notices = tuple(
        _notice(question, each, page, _Place(at, corner, marker))
        for each, at, corner, marker in zip(instances, where, given_corners, marked, strict=True)
    )
    key = _key(page, question, moment, turns(page, instances))
    return answer.Answer(
        notices=notices,
        reviews=tuple(_review(each) for each in instances if each.display is Display.HOLD),
        unknowns=decision.unknowns,
        stale=tuple(_stale(ruleset, each) for each in dict.fromkeys(map(declared_id, decision.stale))),
        advice=question.advice,
        location=location_of(ruleset, question.location, moment.day),
        ruleset=answer.Digests(meaning=ruleset.meaning, source=ruleset.source),
        as_of=moment.day,
        preview=moment.as_of is not None,
        valid_until=None if until is None else until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        cache=_cache(ruleset, question.facts, decision, moment, key),
        decision=_digest([key, [[each.id, each.entity, each.status, each.display, each.text] for each in notices]]),
        not_applied=tuple(_not_applied(each) for each in decision.not_applied),
        footnotes=tuple(_footnote(each) for each in footnotes(page, instances, marked)),
        collisions=tuple(_collision(each) for each in (*crowded, *first_places(instances, where))),
        conflicts=tuple(_conflict(each) for each in conflicts(instances)),
        mentions=tuple(_mentions(question.looked, ruleset, moment.day)),
    )


def mentions_of(ruleset: Ruleset, looked: Looked, day: date) -> answer.Mentions:
    """Whom the texts of a page name, with what registers say on a day, and what was passed over."""
    return answer.Mentions(
        mentions=tuple(_mentions(looked, ruleset, day)),
        suppressed=tuple(_suppressed(looked)),
        ruleset=answer.Digests(meaning=ruleset.meaning, source=ruleset.source),
        as_of=day,
    )


def _suppressed(looked: Looked) -> Iterator[answer.Suppressed]:
    for each in looked.suppressed:
        if isinstance(gone := each.what, Suppressed):
            start, end = each.span or (None, None)
            yield answer.Suppressed(
                entity=gone.entity, surface=each.surface, start=start, end=end, field=gone.field, because=gone.because
            )


def _mentions(looked: Looked, ruleset: Ruleset, day: date) -> Iterator[answer.Mention]:
    for each in looked.mentions:
        if isinstance(found := each.what, Mention):
            start, end = each.span or (None, None)
            yield answer.Mention(
                entity=found.entity,
                surface=each.surface,
                start=start,
                end=end,
                field=found.field,
                strength=found.strength.value,
                verdict=found.verdict.value,
                evidence=found.evidence,
                lacks=found.lacks or None,
                statuses=tuple(_statuses(ruleset, found.entity, day)),
                marked=found.marked,
            )


def _statuses(ruleset: Ruleset, entity: str, day: date) -> Iterator[answer.Status]:
    for each in listings(ruleset, entity, day):
        yield answer.Status(
            register=each.register,
            title=each.title,
            authority=each.authority,
            first_day=each.since,
            certain=each.is_certain,
        )


def _cache(ruleset: Ruleset, facts: Facts, decision: Decision, moment: Moment, key: str) -> answer.Cache:
    return answer.Cache(
        key=key[7:39],
        vary=("reader.location", "languages"),
        max_age=moment.max_age,
        surrogate_keys=_surrogate_keys(ruleset, facts, decision),
    )


def _not_applied(absent: NotApplied) -> answer.NotApplied:
    return answer.NotApplied(
        rule=absent.rule, notice=absent.notice, because=absent.because, changes_on=absent.changes_on
    )


def _collision(collision: Collision) -> answer.Collision:
    return answer.Collision(type=collision.type, at=collision.at, notices=collision.notices)


def _conflict(conflict: Conflict) -> answer.Conflict:
    return answer.Conflict(notices=conflict.notices, rules=conflict.rules, status=conflict.status.value)


def _review(instance: Instance) -> answer.Review:
    return answer.Review(
        id=instance.notice.id,
        entity=instance.entity,
        rules=instance.rules[:MOST_REASONS],
        unknowns=instance.unknowns,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one notice stands among the others of its page."""

    placements: tuple[Placement, ...]
    corner: Corner | None
    marker: str


def _notice(question: Question, instance: Instance, page: Page, place: _Place) -> answer.Notice:
    notice, ruleset, chosen = instance.notice, page.ruleset, page.choose(instance)
    words = speak(page, instance, chosen)
    state = notice.translations.get(words.language)
    return answer.Notice(
        id=notice.id,
        entity=instance.entity,
        rules=instance.rules[:MOST_REASONS],
        rule_count=len(instance.rules),
        status=instance.status.value,
        display=instance.display.value,
        purpose=notice.purpose.value,
        severity=notice.severity.value,
        placement=place.placements[0].value,
        group=notice.group,
        language=words.language,
        direction=words.direction,
        text=words.text,
        short=words.short,
        # what is held is not for the page: there is nothing that could be printed by mistake
        html="" if instance.display is Display.HOLD else words.html,
        link=notice.link,
        effects=_effects(notice),
        because=tuple(
            _because(ruleset.rules[each.rule], each) for each in reasons(instance, ruleset, question.facts, page.days)
        ),
        unknowns=instance.unknowns,
        unresolved=words.unresolved,
        approximated=instance.approximated,
        reach=instance.by_reach,
        rank=notice.rank,
        wording=_wording(chosen, words),
        translation=None if state is None else state.value,
        short_form=notice.short_form.value,
        placements=tuple(each.value for each in place.placements),
        nothing_before=notice.layout.nothing_before,
        corner=None if place.corner is None else place.corner.value,
        media={surface: _medium(each) for surface, each in media(instance, question.facts).items()},
        marker=place.marker or None,
    )


def _wording(chosen: Chosen, words: Rendered) -> answer.Wording:
    return answer.Wording(
        first_day=chosen.period.first_day,
        last_day=chosen.period.last_day,
        fixity=chosen.fixity.value,
        digest=f"sha256:{hashlib.sha256(words.written.encode()).hexdigest()}",
        gap=chosen.gap,
        turn=chosen.turn,
    )


def _medium(medium: Medium) -> answer.Medium:
    return answer.Medium(
        min_seconds=medium.min_seconds,
        min_area_percent=medium.min_area_percent,
        min_font_ratio=medium.min_font_ratio,
        contrast=medium.contrast,
        placement=None if medium.placement is None else medium.placement.value,
    )


def _effects(notice: Notice) -> tuple[answer.Effect, ...]:
    effects = notice.effects
    found = [answer.Effect(type="suppress", component=part) for part in effects.suppress]
    found += [answer.Effect(type="withhold")] if effects.withhold else []
    found += [answer.Effect(type="mark")] if effects.mark else []
    found += [answer.Effect(type="metadata", key=key, value=value) for key, value in effects.metadata.items()]
    found += [answer.Effect(type="editorial_task", task=effects.editorial_task)] if effects.editorial_task else []
    return tuple(found)


def _footnote(footnote: Footnote) -> answer.Footnote:
    words = footnote.words
    return answer.Footnote(
        marker=footnote.marker,
        id=footnote.notice,
        entities=footnote.entities,
        language=words.language,
        direction=words.direction,
        text=words.text,
        html=words.html,
        unresolved=words.unresolved,
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


def _called(content: Content) -> str | None:
    """What the caller called the publisher; nothing that holds an address."""
    name = (content.publisher or "").strip()
    if not name or "/" in name:
        name = host_of(name or content.url or "") or name
    if not name or len(name) > _LONGEST_NAME or "//" in name:
        return None
    is_a_name = any(each.isalpha() for each in name)  # a number may be an address too
    return name if is_a_name and "@" not in name and not holds_address(name) else None


def publisher_of(facts: Facts) -> str | None:
    """The publisher's entity, if it is known for certain."""
    value = facts.get("publisher")
    return next(iter(value.values)) if isinstance(value, OneOf) and value.is_known else None


def _stale(ruleset: Ruleset, register: str) -> answer.Stale:
    copy = ruleset.registers[register]
    return answer.Stale(register=register, retrieved_on=copy.retrieved_on, fresh_until=copy.fresh_until)


def location_of(ruleset: Ruleset, location: LocationSet, day: date) -> answer.Location:
    """Where the reader may be on a day, as an answer says it."""
    territories = {}
    for name, territory in ruleset.territories.items():
        truths = {territory.contains(code, day) for code in location.places}
        truth = truths.pop() if len(truths) == 1 and not location.anywhere else UNKNOWN
        territories[name] = _WORDS.get(truth, "maybe")
    return answer.Location(
        places=tuple(sorted(location.codes)),
        anywhere=location.anywhere,
        territories=territories,
        basis=location.basis,
    )


def _surrogate_keys(ruleset: Ruleset, facts: Facts, decision: Decision) -> tuple[str, ...]:
    """What a cache is told to forget when a rule set changes: the set, the publisher, the rules."""
    publisher = publisher_of(facts)
    rules = {rule for instance in decision.instances for rule in instance.rules}
    keys = [f"ruleset:{ruleset.meaning[7:19]}", *(f"rule:{rule}" for rule in sorted(rules))]
    return tuple([*keys, f"publisher:{publisher}"] if publisher else keys)


def _key(page: Page, question: Question, moment: Moment, by_item: Sequence[object]) -> str:
    """The digest of everything that the notices and their words rest on; two questions with one key are one."""
    publisher = None if page.publisher else page.called
    days = sorted((zone, day.isoformat()) for zone, day in moment.days.items())
    is_preview = moment.as_of is not None
    parts = [page.ruleset.meaning, _facts_key(question.facts), publisher, list(page.languages), days, is_preview]
    where = mention_places(question.looked)
    return _digest([*parts, by_item, where] if by_item or where else parts)


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
