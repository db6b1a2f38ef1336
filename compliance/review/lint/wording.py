"""Checks of words: what is said where the place is not known, in which languages, to whom, and on which days.

Theory: a notice is never dropped for want of words. On a day that is left out a neighbour's words are shown, and
nobody notices that they are not those of the law. Which words that are is asked of the room that chooses them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from compliance.language.overlaps import in_words, shared
from compliance.model.notice import Notice, Purpose, Reach, Wording, Words
from compliance.model.period import ONE_DAY, Period
from compliance.model.rule import Rule
from compliance.notices.wording import choose
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.languages import LANGUAGES
from compliance.review.lint.look import Look, few

BEHIND_VPNS: Final = {
    "BY": "resolution 6/8 of 19 February 2015 of the Operational and Analytical Centre: means to hide are blocked",
    "CN": "notice of January 2017 of the Ministry of Industry and Information Technology: only licensed VPNs",
    "RU": "Federal Law 276-FZ of 29 July 2017: VPNs must not open what is blocked",
}
"""Countries that block pages and act against VPNs, and the act: many readers of blocked pages come through one."""
_WRITTEN: Final = {"nb": "no", "nn": "no"}


def _missing_possible_text(look: Look) -> Iterator[Found]:
    seen: set[str] = set()
    for rule in look.rules:
        if rule.notice.conditional or rule.notice.id in seen:
            continue
        seen.add(rule.notice.id)
        for wording in rule.notice.all_wordings:
            for message, help_ in _about_conditional_words(rule.notice.id, wording):
                yield Found(message, help_, look.rule_span(look.written_in(rule), "notice", "text_if_possible"))


def _about_conditional_words(notice: str, wording: Wording) -> Iterator[tuple[str, str]]:
    missing = [tag for tag in wording.text if tag not in wording.text_if_possible]
    if missing:
        message = f"the notice `{notice}` has no `text_if_possible` in {few(missing)}"
        yield message, "translate it: these readers get the first language instead"
    same = [tag for tag in wording.text if wording.text[tag] == wording.text_if_possible.get(tag)]
    if same:
        message = f"the notice `{notice}` says the same where the place is not known, in {few(same)}"
        yield message, "say `If you are in ...` in it, or write `conditional: true` if the text says so already"


def _missing_translation(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        wanted: dict[str, list[str]] = {}
        for country in sorted({code.partition("-")[0] for code in look.places_of(rule)}):
            for tag in LANGUAGES.get(country, "").split():
                wanted.setdefault(tag, []).append(country)
        for wording in rule.notice.all_wordings:
            missing = [tag for tag in wanted if tag not in _languages(wording.text)]
            if missing:
                message = f"`{rule.id}` has no words in {few(missing, 30)}, official where it applies"
                help_ = "translate the text, or say in an ignore comment why these readers can do without"
                yield Found(message, help_, look.rule_span(rule, "notice", "text"))
                break


def _languages(words: Words) -> set[str]:
    first = {tag.partition("-")[0] for tag in words}
    return first | {_WRITTEN[tag] for tag in first & _WRITTEN.keys()}


def _no_reach(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        notice = rule.notice
        if notice.purpose is Purpose.READER_SAFETY and notice.reach is not Reach.EVERYWHERE:
            hidden = sorted(look.places_of(rule) & BEHIND_VPNS.keys())
            if hidden:
                message = f"`{rule.id}` warns readers in {few(hidden)}, many of whom come through a VPN"
                help_ = "write `reach: everywhere`, if the words say whom they are meant for"
                yield Found(message, help_, look.rule_span(rule, "notice", "reach"))


# -- days without words ---------------------------------------------------------------------------------


def _gapped_wordings(look: Look) -> Iterator[Found]:
    asking: dict[tuple[str, Period], list[Rule]] = defaultdict(list)
    for rule in look.rules:
        for days in _without_words(rule):
            asking[rule.notice.id, days].append(rule)
    for (name, days), rules in asking.items():
        wording, is_earlier = _shown(rules[0].notice, days)
        ask = f"{few([rule.id for rule in rules])} {'asks' if len(rules) == 1 else 'ask'} for it"
        shown = f"ended on {wording.period.last_day}" if is_earlier else f"begin on {wording.period.first_day}"
        message = f"the notice `{name}` has no words {in_words(days)}, when {ask}: those that {shown} are shown"
        span = look.wording_span(look.written_in(rules[0]), wording, "last_day" if is_earlier else "first_day")
        level = Level.ADVICE if days.last_day is not None and days.last_day < look.day else None
        yield Found(message, "move one of the days, or add the words of these days", span, level)


def _shown(notice: Notice, days: Period) -> tuple[Wording, bool]:
    """The wording that readers get on days without one, and whether it is an earlier one."""
    day = days.first_day or date.min
    chosen = choose(notice, day, "", certain=True).period
    wording = next(each for each in notice.wordings if each.period == chosen)
    return wording, chosen.first_day is None or chosen.first_day < day


def _without_words(rule: Rule) -> Iterator[Period]:
    """The days on which a rule asks for its notice, and none of its words is meant for them."""
    if rule.notice.wordings:
        worded = (wording.period for wording in rule.notice.wordings)
        for free in _beside((*worded, *rule.effective.gaps)):
            if not (days := shared(free, rule.effective)).is_empty:
                yield days


def _beside(periods: Iterable[Period]) -> Iterator[Period]:
    """The days that lie in none of the periods, the earliest first."""
    free: date | None = None
    for period in sorted(periods, key=lambda each: each.first_day or date.min):
        if period.first_day is not None and period.first_day > (free or date.min):
            yield Period(free, period.first_day - ONE_DAY)
        if period.last_day is None or period.last_day == date.max:
            return
        free = max(free or date.min, period.last_day + ONE_DAY)
    yield Period(free, None)


CHECKS: Final = (
    Check(
        "missing-possible-text",
        Level.WARNING,
        "the words for readers whose place is not known are missing in a language, or say nothing else",
        "Such a reader is told `you are in Russia` as a fact, or reads it in a language that is not his.",
        _missing_possible_text,
    ),
    Check(
        "missing-translation",
        Level.ADVICE,
        "an official language of a place where the rule applies is missing",
        "A warning that its reader cannot read warns nobody.",
        _missing_translation,
    ),
    Check(
        "no-reach",
        Level.ADVICE,
        "a warning for the reader's safety stops at places whose readers use VPNs",
        "Through a VPN a reader at risk seems to be somewhere else, and gets no warning at all.",
        _no_reach,
    ),
    Check(
        "gapped-wordings",
        Level.WARNING,
        "a notice is asked for on days for which it has no words",
        "Readers get the words of other days, and nobody notices: those of an old law, or of one that is not in force.",
        _gapped_wordings,
    ),
)
