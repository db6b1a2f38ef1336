"""A decision and its words to an answer.

Theory: nothing is decided here. Every instance of the decision becomes one notice, held ones are repeated
among the reviews, and how long the answer may be kept follows from the law's calendar alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from compliance import answer
from compliance.content.facts import Content
from compliance.content.mentioned import NOTHING, Found, Looked
from compliance.content.mentioned import places as mention_places
from compliance.content.publisher import host_of
from compliance.engine.reasons import MOST_REASONS
from compliance.mentions.scan import Mention, Suppressed, Verdict
from compliance.model.address_text import holds_address
from compliance.model.decision import Decision, Display, Instance, NotApplied
from compliance.model.designation import declared_id
from compliance.model.facts import Facts, FactValue, Members, OneOf
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.web_address import canonical_url
from compliance.notices.page import Collision, Conflict, conflicts, corners, first_places, markers, places
from compliance.notices.spoken import Footnote, Page, footnotes, turns
from compliance.parts import Parts, Place

MOST_SECONDS = 3600
"""An answer is never kept longer than an hour: a rule set may be corrected at any time."""
MOST_LISTED: Final = 1000
"""So many mentions of a page are listed, besides the first of each entity: nobody reads more, and a page may have tens
of thousands."""
_LONGEST_NAME = 1000
_T = TypeVar("_T")
_encoded: Final = json.JSONEncoder(separators=(",", ":")).encode


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
    ruleset: Ruleset,
    question: Question,
    decision: Decision,
    moment: Moment,
    languages: Sequence[str],
    kept: Parts | None = None,
) -> answer.Answer:
    """The answer to a question; `kept` are parts of other answers of the same rule set, which are not made again."""
    parts = Parts(ruleset, 0) if kept is None else kept
    until, instances = moment.valid_until, decision.instances
    page = page_of(ruleset, question, moment.days, languages)
    marked, where = markers(instances), [places(each, question.facts) for each in instances]
    given_corners, crowded = corners(instances, where, marked)
    spots = map(Place, where, given_corners, marked)
    said = [parts.said(each, page, question.facts, spot) for each, spot in zip(instances, spots, strict=True)]
    key = _key(page, question, moment, turns(page, instances))
    listed, not_listed = listed_of("mentions", question.looked.mentions, said_of)
    return answer.Answer(
        notices=tuple([each.notice for each in said]),
        reviews=tuple(_review(each) for each in instances if each.display is Display.HOLD),
        unknowns=decision.unknowns,
        stale=tuple(_stale(ruleset, decision, moment.day)),
        advice=question.advice,
        location=_location(parts, question.location, moment.day),
        ruleset=answer.Digests(meaning=ruleset.meaning, source=ruleset.source),
        as_of=moment.day,
        preview=moment.as_of is not None,
        valid_until=None if until is None else until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        cache=_cache(ruleset, question.facts, decision, moment, key),
        decision=_digest(f'["{key}",[{",".join([each.digested for each in said])}]]'),
        not_applied=tuple(_not_applied(each) for each in decision.not_applied),
        footnotes=tuple(_footnote(each) for each in footnotes(page, instances, marked)),
        collisions=tuple(_collision(each) for each in (*crowded, *first_places(instances, where))),
        conflicts=tuple(_conflict(each) for each in conflicts(instances)),
        mentions=tuple([mention_of(each, parts, moment.day) for each in listed]),
        not_listed=tuple(not_listed),
    )


def mentions_of(ruleset: Ruleset, looked: Looked, day: date, most: int | None = MOST_LISTED) -> answer.Mentions:
    """Whom the texts of a page name, with what registers say on a day, and what was passed over.

    Args:
        ruleset: of which the names are.
        looked: what is in the texts.
        day: the day for which registers are asked.
        most: so many mentions are listed at least if there are as many, and so much of what was passed over; None
            for all.
    """
    parts = Parts(ruleset)
    mentions, more = listed_of("mentions", looked.mentions, said_of, most)
    suppressed, more_suppressed = listed_of("suppressed", looked.suppressed, said_of, most)
    return answer.Mentions(
        mentions=tuple([mention_of(each, parts, day) for each in mentions]),
        suppressed=tuple([_suppressed(each) for each in suppressed]),
        ruleset=answer.Digests(meaning=ruleset.meaning, source=ruleset.source),
        as_of=day,
        not_listed=(*more, *more_suppressed),
    )


def listed_of(
    name: str, every: Sequence[_T], said_of: Callable[[_T], tuple[str, object]], most: int | None = MOST_LISTED
) -> tuple[Sequence[_T], Sequence[answer.NotListed]]:
    """The first of what belongs into a list, and whatever says something new; with how many others there are.

    Args:
        name: of the list.
        every: what belongs into it.
        said_of: what each says: of which entity, and what.
        most: so many are the first; None for all.
    """
    if most is None or len(every) <= most:
        return every, ()
    listed, more = list(every[:most]), Counter[str]()
    seen = set(map(said_of, listed))
    for each in every[most:]:
        if (said := said_of(each)) in seen:
            more[said[0]] += 1
        else:
            seen.add(said)
            listed.append(each)
    because = f"only the first {most:,} are listed, and of every entity at least one"
    return listed, [answer.NotListed(of=name, entity=each, count=more[each], because=because) for each in sorted(more)]


def said_of(found: Found) -> tuple[str, Verdict | None]:
    """Whom a mention names, and how surely; None for what was passed over."""
    return found.what.entity, found.what.verdict if isinstance(found.what, Mention) else None


def _suppressed(found: Found) -> answer.Suppressed:
    start, end = found.span or (None, None)
    gone = found.what
    because = gone.because if isinstance(gone, Suppressed) else ""
    return answer.Suppressed(
        entity=gone.entity, surface=found.surface, start=start, end=end, field=gone.field, because=because
    )


def mention_of(found: Found, parts: Parts, day: date) -> answer.Mention:
    """A mention as answers tell it."""
    what = found.what
    if not isinstance(what, Mention):
        raise TypeError("what was passed over is no mention")
    start, end = found.span or (None, None)
    return answer.Mention(
        entity=what.entity,
        surface=found.surface,
        start=start,
        end=end,
        field=what.field,
        strength=what.strength.value,
        verdict=what.verdict.value,
        evidence=what.evidence,
        lacks=what.lacks or None,
        statuses=parts.statuses(what.entity, day),
        marked=what.marked,
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


def _stale(ruleset: Ruleset, decision: Decision, day: date) -> Iterator[answer.Stale]:
    """The rules, if they are too old on a day, and the copies of registers whose age mattered."""
    if ruleset.signed_on is not None and ruleset.fresh_until is not None and day > ruleset.fresh_until:
        yield answer.Stale(register=None, retrieved_on=ruleset.signed_on, fresh_until=ruleset.fresh_until)
    for register in dict.fromkeys(map(declared_id, decision.stale)):
        copy = ruleset.registers[register]
        yield answer.Stale(register=register, retrieved_on=copy.retrieved_on, fresh_until=copy.fresh_until)


def location_of(ruleset: Ruleset, location: LocationSet, day: date) -> answer.Location:
    """Where the reader may be on a day, as an answer says it."""
    return _location(Parts(ruleset, 0), location, day)


def _location(parts: Parts, location: LocationSet, day: date) -> answer.Location:
    return answer.Location(
        places=tuple(sorted(location.codes)),
        anywhere=location.anywhere,
        territories=parts.territories(location, day),
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
    rest = [publisher, list(page.languages), days, moment.as_of is not None]
    where = mention_places(question.looked)
    ends = [*rest, by_item, where] if by_item or where else rest
    return _digest(f"[{_encoded(page.ruleset.meaning)},{_facts_key(question.facts)},{_encoded(ends)[1:]}")


def _facts_key(facts: Facts) -> str:
    """The facts in one canonical form, as JSON; how a place came to be known is no part of it."""
    return f"[{','.join([_fact_key(name, facts[name]) for name in sorted(facts)])}]"


def _fact_key(name: str, value: FactValue) -> str:
    if isinstance(value, OneOf):
        said, is_open = _list(value.values), value.other
    elif isinstance(value, Members):
        said, is_open = f"{_list(value.certain)},{_list(value.perhaps)}", value.other
    else:
        # places that were only named decide nothing: all readers of unknown place share one answer
        said, is_open = "[]" if value.anywhere else _list(value.places), value.anywhere
    return f"[{_encoded(name)},[{said},{'true' if is_open else 'false'}]]"


def _list(words: Iterable[str]) -> str:
    return f"[{','.join(map(_encoded, sorted(words)))}]"


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
