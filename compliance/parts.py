"""Parts that the answers of one rule set share, each made once: notices with their words and reasons, and places.

Theory: what a notice says follows from its instance, the law days, the language that is read, whose page it is if the
words name that, the surface, and the facts that its rules ask for. All of that is the key of a notice, so pages and
readers that are alike to it share one, and none who are not. Whatever is kept is bounded and can be dropped at any
time; what could be written to is handed out as a copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any, Final

import msgspec

from compliance import answer
from compliance.engine.memo import Memo
from compliance.engine.reasons import MOST_REASONS, reasons, rests_on
from compliance.mentions.statuses import Listing, listings
from compliance.model.decision import Display, Instance, Reason
from compliance.model.facts import Facts
from compliance.model.notice import Corner, Medium, Notice, Placement
from compliance.model.rule import Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.truth import FALSE, TRUE
from compliance.notices.locale import lookup
from compliance.notices.page import media
from compliance.notices.render import Rendered, is_certain
from compliance.notices.spoken import Page, names_publisher, speak
from compliance.notices.wording import Chosen

MOST_KEPT: Final = 4096
"""So many notices are kept, and as many reasons, places and statuses: some 20 MB of the shipped rules."""
_MOST_DAYS: Final = 64
_WORDS: Final = {TRUE: "in", FALSE: "out"}
MAYBE: Final = "maybe"
_numbers = count()
_encoded: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Place:
    """Where one notice stands among the others of its page."""

    placements: tuple[Placement, ...]
    corner: Corner | None
    marker: str


@dataclass(frozen=True, slots=True)
class Said:
    """A notice of an answer, and what the digest of the answer is made of."""

    notice: answer.Notice
    digested: str

    @classmethod
    def of(cls, notice: answer.Notice) -> Said:
        """A notice, with as much of it as is shown, as JSON."""
        shown = [notice.id, notice.entity, notice.status, notice.display, notice.text]
        return cls(notice, _encoded(shown))


class Parts:
    """Makes parts of answers by one rule set, and keeps some of them. Threads may share it."""

    def __init__(self, ruleset: Ruleset, most: int = MOST_KEPT) -> None:
        """Keep at most so many of each sort; 0 keeps none."""
        self.ruleset = ruleset
        self._said: Memo[Said] = Memo(most)
        self._because: Memo[tuple[answer.Because, ...]] = Memo(most)
        self._territories: Memo[dict[str, str]] = Memo(most)
        self._statuses: Memo[tuple[answer.Status, ...]] = Memo(most)
        self._words: Memo[Chosen] = Memo(most)
        self._days: Memo[int] = Memo(min(most, _MOST_DAYS))
        self._asked: Memo[tuple[str, ...]] = Memo(most)
        self._of_publisher: Memo[bool] = Memo(most)

    def said(self, instance: Instance, page: Page, facts: Facts, place: Place) -> Said:
        """One notice of a page with its words, its reasons and its place."""
        days = self._number(page.days)
        known = tuple([facts.get(name) for name in self._facts_of(instance.rules)])
        notice = instance.notice
        whose = (page.publisher, page.called) if self._names_publisher(notice) else None
        alike: Hashable = (
            *(days, notice.id, instance.entity, instance.status, instance.display, instance.rules, instance.unknowns),
            *(instance.approximated, instance.by_reach, known, whose, facts.get("content.surface")),
            *(place.placements, place.corner, place.marker),
        )
        chosen = self._chosen(instance, page)
        key = (alike, chosen.turn, lookup(page.languages, list(chosen.text)))
        found = self._said.get(key)
        if found is None:
            words, because = speak(page, instance, chosen), self._reasons(instance, facts, page.days, (days, known))
            made = _notice(instance, words, _wording(chosen, words), because, _placed(instance, facts, place))
            found = self._said.put(key, Said.of(made))
        if not found.notice.media:
            return found
        return Said(msgspec.structs.replace(found.notice, media=dict(found.notice.media)), found.digested)

    def territories(self, location: LocationSet, day: date) -> dict[str, str]:
        """For each territory whether a reader is in it on a day: in, out or maybe."""
        key = (None if location.anywhere else location.places, day)
        found = self._territories.get(key)
        if found is None:
            found = self._territories.put(key, _territories(self.ruleset, location, day))
        return dict(found)

    def statuses(self, entity: str, day: date) -> tuple[answer.Status, ...]:
        """What registers say of an entity on a day."""
        found = self._statuses.get((entity, day))
        if found is None:
            found = self._statuses.put((entity, day), tuple(map(_status, listings(self.ruleset, entity, day))))
        return found

    def _number(self, days: LawDays) -> int:
        """A number for these law days, which no other ones ever have."""
        key = frozenset(days.items())
        found = self._days.get(key)
        return self._days.put(key, next(_numbers)) if found is None else found

    def _facts_of(self, rules: tuple[str, ...]) -> tuple[str, ...]:
        """The facts that the reasons of rules follow from."""
        found = self._asked.get(rules)
        if found is None:
            named = [rests_on(self.ruleset.rules[each]) for each in rules[:MOST_REASONS]]
            found = self._asked.put(rules, tuple(sorted(frozenset[str]().union(*named))))
        return found

    def _names_publisher(self, notice: Notice) -> bool:
        """Whether words of a notice may differ from one publisher to the next."""
        found = self._of_publisher.get(notice.id)
        if found is None:
            found = self._of_publisher.put(notice.id, names_publisher(notice))
        return found

    def _chosen(self, instance: Instance, page: Page) -> Chosen:
        """The words of a notice on its law day; those that take turns are looked up anew each time."""
        if instance.notice.rotation is not None:
            return page.choose(instance)
        key = (instance.notice.id, page.day(instance), is_certain(instance))
        found = self._words.get(key)
        return self._words.put(key, page.choose(instance)) if found is None else found

    def _reasons(
        self, instance: Instance, facts: Facts, days: LawDays, alike: tuple[Hashable, ...]
    ) -> tuple[answer.Because, ...]:
        key = (instance.rules, instance.entity, instance.by_reach, *alike)
        found = self._because.get(key)
        if found is None:
            every = reasons(instance, self.ruleset, facts, days)
            found = self._because.put(key, tuple(_because(self.ruleset.rules[each.rule], each) for each in every))
        return found


def _territories(ruleset: Ruleset, location: LocationSet, day: date) -> dict[str, str]:
    if location.anywhere:
        return dict.fromkeys(ruleset.territories, MAYBE)
    found = {}
    for name, territory in ruleset.territories.items():
        truths = {territory.contains(code, day) for code in location.places}
        found[name] = _WORDS.get(truths.pop(), MAYBE) if len(truths) == 1 else MAYBE
    return found


def _status(listing: Listing) -> answer.Status:
    return answer.Status(
        register=listing.register,
        title=listing.title,
        authority=listing.authority,
        first_day=listing.since,
        certain=listing.is_certain,
    )


def _notice(
    instance: Instance,
    words: Rendered,
    wording: answer.Wording,
    because: tuple[answer.Because, ...],
    placed: Mapping[str, Any],
) -> answer.Notice:
    notice = instance.notice
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
        group=notice.group,
        language=words.language,
        direction=words.direction,
        text=words.text,
        short=words.short,
        # what is held is not for the page: there is nothing that could be printed by mistake
        html="" if instance.display is Display.HOLD else words.html,
        link=notice.link,
        effects=_effects(notice),
        because=because,
        unknowns=instance.unknowns,
        unresolved=words.unresolved,
        approximated=instance.approximated,
        reach=instance.by_reach,
        rank=notice.rank,
        wording=wording,
        translation=None if state is None else state.value,
        short_form=notice.short_form.value,
        **placed,
    )


def _placed(instance: Instance, facts: Facts, place: Place) -> dict[str, Any]:
    """The members of a notice that say where it stands, and what it has to be like there."""
    return {
        "placement": place.placements[0].value,
        "placements": tuple(each.value for each in place.placements),
        "nothing_before": instance.notice.layout.nothing_before,
        "corner": None if place.corner is None else place.corner.value,
        "media": {surface: _medium(each) for surface, each in media(instance, facts).items()},
        "marker": place.marker or None,
    }


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
