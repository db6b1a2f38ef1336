"""Checks of places: codes that people confuse, parts that a code leaves out, and places that are listed twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from compliance.errors import Span
from compliance.model.facts import FACTS, Kind
from compliance.model.iso3166 import ALIASES, PARTS
from compliance.model.rule import Line, Rule
from compliance.model.territory import PLACES, Extent, LocationSet, lineage, place
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import PLACE, Look, few, meet

LEFT_OUT: Final = PARTS | {"GB": "GG GI IM JE"}
"""Countries, and places with codes of their own that are often taken for parts of them."""
CONFUSED: Final = {"RU-KR": ("Karelia", "Crimea is `UA-43`, and many sources call it `RU-CR`")}
"""Codes that stand for another place than many authors think, with what they are and what is meant."""
NO_LANGUAGES: Final = {
    "ua": "uk", "cz": "cs", "jp": "ja", "gr": "el", "cn": "zh", "dk": "da", "by": "be", "rs": "sr", "kz": "kk",
    "al": "sq", "at": "de", "us": "en", "gb": "en", "vn": "vi", "ir": "fa", "il": "he", "ge": "ka",
}  # fmt: skip
"""Codes of countries that stand for no language, and the language that is meant."""
_NUMERIC: Final = re.compile(r"[A-Z]{2}-[0-9]+")
_UNION: Final = "EU"


def _trap_code(look: Look) -> Iterator[Found]:
    for rule, line in look.place_lines():
        codes = sorted(line.values & PLACES)
        for code in filter(_may_be_a_trap, codes):
            yield from _confused(code, look.files.span_of_value(line, code))
        yield from _twice(look, rule, line, codes)
    for name, territory in look.ruleset.territories.items():
        yield from _name_like_a_code(look, name)
        for number, member in enumerate(territory.members):
            if _may_be_a_trap(member.code):
                yield from _confused(member.code, look.member_span(name, number))
    for rule in look.rules:
        yield from _languages(look, rule)


def _may_be_a_trap(code: str) -> bool:
    return code in CONFUSED or _NUMERIC.fullmatch(code) is not None


def _confused(code: str, span: Span | None) -> Iterator[Found]:
    if code in CONFUSED:
        place_, meant = CONFUSED[code]
        yield Found(f"`{code}` is {place_}", f"{meant}; if {place_} is meant, say so in an ignore comment", span)
    elif _NUMERIC.fullmatch(code) and span is not None and not _is_explained(span):
        message = f"the region `{code}` is a number, and other lists number regions differently"
        yield Found(message, "say in a comment behind it which place is meant", span, Level.ADVICE)


def _is_explained(span: Span) -> bool:
    """Whether words stand behind the code: a comment or a note."""
    return re.search(r"\s#|\bnote:", span.text[span.column - 1 :]) is not None


def _twice(look: Look, rule: Rule, line: Line, codes: list[str]) -> Iterator[Found]:
    """Places that the line asks for already, by a coarser code or a territory."""
    for code in codes:
        wider = [each for each in lineage(code)[1:] if each in line.values]
        if wider:
            message = f"`{code}` lies in `{wider[0]}`, which is listed too"
            yield Found(message, "keep the one that is meant", look.files.span_of_value(line, code), Level.ADVICE)
    for territory in look.territories_of(line):
        members = [member for member in territory.members if meet(member.period, rule.effective)]
        whole = {member.code for member in members if member.extent is Extent.WHOLE}
        for code in codes:
            if not whole.isdisjoint(lineage(code)):
                message = f"`{code}` is a member of `{territory.id}`, which is listed too"
                help_ = "leave it out, unless it is meant on days on which it is no member"
                yield Found(message, help_, look.files.span_of_value(line, code), Level.NOTE)
        if members and all(not line.values.isdisjoint(lineage(member.code)) for member in members):
            message = f"`{territory.id}` adds nothing: every member of it lies in a code that is listed"
            span = look.files.span_of_value(line, territory.id)
            yield Found(message, "leave the territory out, or the code that is too wide", span)


def _name_like_a_code(look: Look, name: str) -> Iterator[Found]:
    if name == _UNION or (place(name) is None and not re.fullmatch(r"[A-Za-z]{2}", name)):
        return
    code = place(name)
    meant = f"callers mean `{code}` by it" if code else "it looks like the code of a country"
    was = "an old or reserved code" if name.upper() in ALIASES else "no code of a country"
    message = f"the territory `{name}` has a name that is {was}: {meant}"
    yield Found(message, "give the territory a longer name", look.files.span("territory", name))


def _languages(look: Look, rule: Rule) -> Iterator[Found]:
    for line in rule.each_line():
        for tag in sorted(line.values) if FACTS[line.fact].kind is Kind.LANGUAGE else ():
            if (meant := _language(tag)) is not None:
                yield _no_language(tag, meant, look.files.span_of_value(line, tag))
    for tag in dict.fromkeys(tag for words in rule.notice.each_words() for tag in words):
        if (meant := _language(tag)) is not None:
            span = look.files.span_of_key("rule", rule.id, tag, "notice") or look.rule_span(rule, "notice")
            yield _no_language(tag, meant, span)


def _language(tag: str) -> str | None:
    """The language that is meant by the code of a country."""
    return NO_LANGUAGES.get(tag.partition("-")[0])


def _no_language(tag: str, meant: str, span: Span | None) -> Found:
    return Found(f"`{tag}` is the code of a country, not of a language", f"write `{meant}`", span)


# -- parts ----------------------------------------------------------------------------------------------


def _parts_left_out(look: Look) -> Iterator[Found]:
    for rule, line in look.place_lines():
        listed = line.values | {each.code for territory in look.territories_of(line) for each in territory.members}
        asked = _asked_by_scenarios(rule)
        for country in sorted(line.values & LEFT_OUT.keys()):
            missing = [part for part in LEFT_OUT[country].split() if part not in listed]
            if missing and asked.isdisjoint(missing):
                span = look.files.span_of_value(line, country)
                found = _left_out(f"`{rule.id}` names `{country}`", country, missing, span)
                yield replace(found, help=f"{found.help}, or ask for one of them in a scenario")
    for name, territory in look.ruleset.territories.items():
        members = {member.code for member in territory.members}
        for number, member in enumerate(territory.members):
            missing = [part for part in LEFT_OUT.get(member.code, "").split() if part not in members]
            if missing:
                span = look.member_span(name, number)
                yield _left_out(f"`{member.code}` is a member of `{name}`", member.code, missing, span)


def _left_out(what: str, country: str, missing: list[str], span: Span | None) -> Found:
    message = f"{what}, which does not include {', '.join(missing)}"
    if country == "GB":
        help_ = "they are no parts of it, and are often taken for such: add those that the law reaches"
    else:
        help_ = "they have country codes of their own: add those that the law reaches"
    return Found(message, help_, span)


def _asked_by_scenarios(rule: Rule) -> frozenset[str]:
    """Every code that a scenario asks for: its author has thought of it."""
    given = [scenario.given.get(PLACE) for scenario in rule.scenarios]
    return frozenset(code for each in given if isinstance(each, LocationSet) for code in each.codes)


def _partly_as_whole(look: Look) -> Iterator[Found]:
    for rule, line in look.place_lines():
        for territory in look.territories_of(line):
            partly = {
                member.code
                for member in territory.members
                if member.extent is Extent.PARTLY and meet(member.period, rule.effective)
            }
            for code in sorted(line.values & PLACES):
                held = sorted(each for each in partly if code in lineage(each))
                if held:
                    message = f"`{code}` is listed whole, and `{territory.id}` holds {_held(code, held)} only partly"
                    help_ = "leave the code out: with it, readers outside of the territory get the notice as well"
                    yield Found(message, help_, look.files.span_of_value(line, code))


def _held(code: str, held: list[str]) -> str:
    return "it" if held == [code] else few(held)


CHECKS: Final = (
    Check(
        "trap-code",
        Level.WARNING,
        "a code may stand for something else than its author thinks, or is listed twice",
        "A code that is valid is never refused. The notice then goes to readers in Karelia and not in Crimea.",
        _trap_code,
    ),
    Check(
        "parts-left-out",
        Level.WARNING,
        "a state is listed and places with codes of their own are not decided on",
        "The code of a country does not include them: FR is not Réunion. Forgotten, their readers get no notice.",
        _parts_left_out,
    ),
    Check(
        "partly-as-whole",
        Level.WARNING,
        "a rule lists a code whole that a territory beside it holds only partly",
        "The whole code wins: readers in the other part of it are told that a law reaches them which does not.",
        _partly_as_whole,
    ),
)
