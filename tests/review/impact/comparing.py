"""Two small rule sets, compared, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from compliance.review.impact.groups import Group
from compliance.review.impact.report import Impact, NoticeChange
from compliance.review.impact.sentences import sentence
from compliance.review.impact.tell import Told
from tests.tiny import TINY, changed, ruleset

NEAR = date(2026, 1, 15)
"""On this day the copy of the tiny register is fresh."""
SIMPLE = """\
language: 1
rule: RULE
title: A notice
status: active
owner: desk@example.org
review_by: 2030-01-01
legal_basis:
  - {title: An act, article: "1", href: "https://law.example/act", confidence: A}
effective: {first_day: 2020-01-01, last_day: none, timezone: Europe/Moscow}
when:
  CONDITIONS
notice:
  purpose: legal-duty
  severity: inform
  placement: top
  conditional: true
  text: {en: Mind this.}
scenarios:
  - {name: never, date: 2019-12-31, given: {content.kind: article}, expect: none}
"""


def simple(conditions: str, rule: str = "simple", *edits: tuple[str, str]) -> str:
    """A rule with these conditions (`; ` between them), edited."""
    text = SIMPLE.replace("RULE", rule).replace("CONDITIONS", conditions.replace("; ", "\n  "))
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def compared(old: Mapping[str, str], new: Mapping[str, str], near: date = NEAR) -> list[NoticeChange]:
    impact = Impact(ruleset(old), ruleset(new), near)
    return [change for task in impact.tasks() if (change := impact.run(task)) is not None]


def told(old: Mapping[str, str], new: Mapping[str, str], near: date = NEAR) -> Told:
    impact = Impact(ruleset(old), ruleset(new), near)
    found = [change for task in impact.tasks() if (change := impact.run(task)) is not None]
    return Told(found, (impact.new.ruleset, impact.old.ruleset), redrawn=impact.redrawn)


def sentences(
    old: Mapping[str, str], new: Mapping[str, str], *, unclear: bool = False, draft: bool = False
) -> list[str]:
    """What is said where all is known, or where something is not: the kind, and the sentence."""
    rulesets = ruleset(new), ruleset(old)
    return [
        f"{group.kind}: {sentence(group, change.places, rulesets)}"
        for change, group in groups(old, new)
        if group.unclear is unclear and change.draft is draft
    ]


def groups(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[NoticeChange, Group]]:
    for change in compared(old, new):
        for group in change.groups:
            yield change, group


def edited(*edits: tuple[str, str], file: str = "warn.yaml", also: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tiny rule set with one file edited."""
    return changed(file, *edits, also=also)


__all__ = ["NEAR", "TINY", "compared", "edited", "groups", "sentences", "simple", "told"]
