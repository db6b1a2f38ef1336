"""The whole directory of a large legal desk: rules, registers, entities, territories and suites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from compliance.model.period import ONE_DAY
from tests.bench.parts.desk_lists import Lists
from tests.bench.parts.desk_rules import Rule, due_facts, given_text, make_rules, piece_of, rule_text, shared_by_none
from tests.bench.parts.job import DAY

QUESTIONS: Final = 10
"""Of one suite."""
_PAGE: Final = {
    "content.kind": "article",
    "content.ai_generated": "none",
    "content.promotes": "nothing",
    "content.mentions": "nothing",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the desk is."""

    rules: int
    entries: int
    suites: int


def files_of(size: Size, *, is_changed: bool = False) -> Iterator[tuple[str, str]]:
    """Each file with its path, one after the other; `is_changed` has ten rules that differ."""
    lists, rules = Lists(size.entries), make_rules(size.rules, is_changed=is_changed)
    for rule in rules:
        yield f"rules/{rule.countries[0].code.lower()}/{rule.id}.yaml", rule_text(rule, lists)
    yield from lists.files()
    asked = shared_by_none(rules)
    for number in range(size.suites):
        yield f"tests/suite-{number:02}.yaml", _suite_text(number, asked[number :: size.suites][:QUESTIONS], lists)


def write(directory: Path, size: Size, *, is_changed: bool = False) -> None:
    """Write all files below a directory."""
    for path, text in files_of(size, is_changed=is_changed):
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _suite_text(number: int, rules: Sequence[Rule], lists: Lists) -> str:
    return (
        f"language: 1\nsuite: suite-{number:02}\ntitle: Pages of desk {number}\nas_of: {DAY}\nlanguages: [en]\n"
        f"owner: desk@example.org\n\nquestions:\n{''.join(_question(rule, lists) for rule in rules)}"
    )


def _question(rule: Rule, lists: Lists) -> str:
    """A page that the rule is about, on the day before it begins and later, read in three places."""
    facts = {**_PAGE, **due_facts(rule, lists)}
    here, publisher = facts.pop("reader.location"), facts.pop("publisher", lists.stranger(rule.number))
    host, day = f"{publisher}.example", rule.first_day + timedelta(days=30)
    return (
        f"  - name: what {rule.id} asks for\n    dates: [{rule.first_day - ONE_DAY}, {day}]\n"
        f'    content: {{publisher: {host}, url: "https://{host}/{rule.number}", language: en}}\n'
        f"    given: {given_text(facts)}\n"
        f"    places: [{here}, {rule.elsewhere}, unknown]\n    expect:\n"
        f"      {rule.first_day - ONE_DAY}: {{{rule.id}: none}}\n"
        f"      {day}:\n        {here}: {{{rule.id}: required}}\n        {rule.elsewhere}: {{{rule.id}: none}}\n"
        f"        unknown: {{{rule.id}: possible}}\n    because: reader.location unknown\n"
        f"    says: {{{rule.id}: {piece_of(rule)}}}\n"
    )
