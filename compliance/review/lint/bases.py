"""Checks of sources: how good they are, where they lead, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from compliance.errors import Span
from compliance.language.source import List
from compliance.model.designation import Milestone
from compliance.model.rule import Source, Status
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look

_WEAK: Final = frozenset({None, "C", "D"})
_HOME: Final = re.compile(r"https?://[^/?#]+/?(?:index\.[a-z]+)?", re.IGNORECASE)
_SEEMS_HOME: Final = re.compile(r"https?://[^/?#\s\"']+/?(?:index\.[a-z]+)?(?:[\"'\s,}]|$)", re.IGNORECASE)
"""Finds it in a text: most files have none, and need not be taken apart."""


def _weak_source(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        if rule.status is Status.ACTIVE and _is_weak(rule.legal_basis):
            message = f"`{rule.id}` is active and every source of it is graded C, D or not at all"
            span = look.rule_span(rule, "legal_basis")
            yield Found(message, "find a better source, or set `status: draft`", span)
    for name, register in look.ruleset.declared_registers.items():
        if _is_weak(register.legal_basis):
            message = f"the legal basis of the register `{name}` is graded C, D or not at all"
            span = look.files.span("register", name, "legal_basis")
            yield Found(message, "find the text of the act and grade it with `confidence`", span, Level.ADVICE)


def _is_weak(basis: tuple[Source, ...]) -> bool:
    return all(source.confidence in _WEAK for source in basis)


def _home_page_source(look: Look) -> Iterator[Found]:
    places = (
        *(("rule", rule.id, "legal_basis") for rule in look.rules),
        *(("register", name, key) for name in look.ruleset.declared_registers for key in ("legal_basis", "sources")),
        *(("entity", name, "sources") for name in look.ruleset.entities),
        *(("territory", name, "sources") for name in look.ruleset.territories),
    )
    for kind, name, key in places:
        if _SEEMS_HOME.search(look.files.text(kind, name)):
            for href, span in _hrefs(look, kind, name, key):
                if _HOME.fullmatch(href):
                    message = f"`{href}` is the home page of a site, not the act"
                    yield Found(message, "give the address at which a stranger finds the very text", span)


def _hrefs(look: Look, kind: str, name: str, key: str) -> Iterator[tuple[str, Span | None]]:
    items = look.files.node(kind, name, key)
    for number, _ in enumerate(items.items if isinstance(items, List) else ()):
        href = look.files.word(kind, name, key, number, "href")
        if href is not None:
            yield href, look.files.span(kind, name, key, number, "href")


def _disputed_date(look: Look) -> Iterator[Found]:
    for name, register in look.ruleset.declared_registers.items():
        for number, entry in enumerate(register.entries):
            for milestone, claims in entry.claims.items():
                days = list(dict.fromkeys(claim.day for claim in claims))
                if len(days) > 1:
                    yield _dispute(look, (name, entry.entity, number), milestone, days, arms=register.arms is milestone)


def _dispute(look: Look, where: tuple[str, str, int], milestone: Milestone, days: list[date], *, arms: bool) -> Found:
    register, entity, number = where
    others = ", ".join(str(day) for day in days[1:])
    message = f"sources disagree on `{milestone}` of `{entity}` in `{register}`: {days[0]} counts, others say {others}"
    help_ = "see that the first claim is the one to go by; it arms the effect" if arms else "it decides nothing yet"
    span = look.files.span("register", register, "entries", number, milestone)
    return Found(message, help_, span, Level.ADVICE if arms else Level.NOTE)


CHECKS: Final = (
    Check(
        "weak-source",
        Level.WARNING,
        "what an active rule rests on is graded C, D or not at all",
        "A notice says what a law demands. Nobody should be told so on the strength of a memory or a rumour.",
        _weak_source,
    ),
    Check(
        "home-page-source",
        Level.ADVICE,
        "the address of a source is a bare home page",
        "Whoever checks the rule has to search the site again, and cannot know that the same text is meant.",
        _home_page_source,
    ),
    Check(
        "disputed-date",
        Level.ADVICE,
        "the claims of a date disagree",
        "The first claim counts. On the days between two claims the answer hangs on which one was put first.",
        _disputed_date,
    ),
)
