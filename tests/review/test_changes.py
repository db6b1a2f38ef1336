"""What a cache has to forget when rules change: never too little."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.facts import facts_from
from compliance.content.publisher import Directory
from compliance.engine.decide import decide
from compliance.model.ruleset import Ruleset
from compliance.review.changes import OF_REASONS, OF_WORDS, How, changes, ruleset_key, surrogate_keys
from tests.tiny import TINY, changed, ruleset

BEFORE = ruleset()
WARN = "warn.yaml"
SECOND = TINY[WARN].replace("rule: warn", "rule: other").replace("reader.location: RU", "reader.location: BY")


def after(file: str, *edits: tuple[str, str]) -> Ruleset:
    return ruleset(changed(file, *edits))


WORDS = {
    "text": (WARN, ("is on the list.", "stands on the list.")),
    "conditional text": (WARN, ("take care.", "take great care.")),
    "short": (WARN, (": listed", ": on the list")),
    "title": (WARN, ("title: A warning", "title: The warning")),
    "legal basis": (WARN, ("title: An act, article", "title: The act, article")),
    "another language": (
        WARN,
        ('    ru: "{publisher.title} в списке."', '    ru: "{publisher.title} в списке."\n    de: "Gelistet."'),
    ),
}
MORE = {
    "condition": (WARN, ("reader.location: RU\nif_unknown", "reader.location: [RU, BY]\nif_unknown")),
    "day": (WARN, ("first_day: 2020-01-01", "first_day: 2019-01-01")),
    "zone": (WARN, ("timezone: Europe/Moscow", "timezone: Europe/Minsk")),
    "unknown": (WARN, ("publisher.designated_as: review", "publisher.designated_as: show")),
    "purpose": (WARN, ("purpose: reader-safety", "purpose: legal-duty")),
    "placement": (WARN, ("placement: footer", "placement: top")),
    "name": ("radio.yaml", ("The Radio", "Their Radio")),
    "domain": ("paper.yaml", ("paper.example", "paper2.example")),
    "freshness": ("list.yaml", ("fresh_for: 30 days", "fresh_for: 60 days")),
    "entry": ("list.yaml", ("day: 2021-01-01", "day: 2022-01-01")),
}


def test_nothing_differs_between_a_rule_set_and_itself() -> None:
    found = changes(BEFORE, ruleset())
    assert (found.rules, found.registers, found.everything) == ({}, {}, False)
    assert surrogate_keys(BEFORE.meaning, found) == ()


@pytest.mark.parametrize("name", WORDS)
def test_pages_that_show_a_rule_go_where_only_its_words_differ(name: str) -> None:
    file, edit = WORDS[name]
    found = changes(BEFORE, after(file, edit))
    assert (found.rules, found.everything) == ({"warn": How.WORDS}, False)
    assert surrogate_keys(BEFORE.meaning, found) == ("rule:warn",)


@pytest.mark.parametrize("name", MORE)
def test_every_page_goes_where_anything_else_differs(name: str) -> None:
    file, edit = MORE[name]
    found = changes(BEFORE, after(file, edit))
    assert found.everything
    assert surrogate_keys(BEFORE.meaning, found) == (ruleset_key(BEFORE.meaning),)


@pytest.mark.parametrize("is_added", [True, False])
def test_every_page_goes_where_a_rule_comes_or_goes(is_added: bool) -> None:
    other = ruleset({**TINY, "other.yaml": SECOND})
    found = changes(BEFORE, other) if is_added else changes(other, BEFORE)
    assert found.rules == {"other": How.ADDED if is_added else How.REMOVED}
    assert found.everything


def test_a_draft_touches_no_page_until_it_is_active() -> None:
    draft = ruleset({**TINY, "other.yaml": SECOND.replace("status: active", "status: draft")})
    assert not changes(BEFORE, draft).everything
    assert changes(draft, ruleset({**TINY, "other.yaml": SECOND})).rules == {"other": How.ADDED}


def test_whoever_a_register_says_something_else_of_is_named() -> None:
    more = """    last_day: none
  - entity: paper
    listed_on: {day: 2022-01-01, source: "https://law.example/list", confidence: A}
    last_day: none"""
    found = changes(BEFORE, after("list.yaml", ("    last_day: none", more)))
    assert (found.registers, found.publishers) == ({"x/list": ("paper",)}, ("paper",))


def test_what_is_not_meant_differs_in_nothing() -> None:
    found = changes(
        BEFORE,
        after(WARN, ("owner: desk@example.org", "owner: other@example.org"), ("status: active", "status: active # so")),
    )
    assert not found.rules


def test_no_field_of_a_notice_or_rule_is_taken_for_words_that_the_engine_reads() -> None:
    """A field that is named here and gone from the model would hide that it is called otherwise now."""
    notice = BEFORE.rules["warn"].notice
    assert {each for each in OF_WORDS if not hasattr(notice, each)} == set()
    assert {each for each in OF_REASONS if not hasattr(BEFORE.rules["warn"], each)} == set()


@given(
    edits=st.lists(
        st.sampled_from(sorted({**WORDS, **MORE}.items())), min_size=1, max_size=4, unique_by=lambda each: each[0]
    ),
    publisher=st.sampled_from(["radio", "paper", "paper2.example", "unknown"]),
    place=st.sampled_from(["RU", "BY", "US", "unknown"]),
    shift=st.integers(-900, 900),
)
def test_a_page_that_keeps_its_keys_is_decided_as_before(
    edits: list[tuple[str, tuple[str, tuple[str, str]]]], publisher: str, place: str, shift: int
) -> None:
    files = dict(TINY)
    for _, (file, (old, new)) in edits:
        files[file] = files[file].replace(old, new)
    later, day = ruleset(files), date(2022, 1, 1) + timedelta(days=shift)
    keys = set(surrogate_keys(BEFORE.meaning, changes(BEFORE, later)))
    outcomes = []
    for side in (BEFORE, later):
        facts = facts_from({"publisher": publisher, "reader.location": place}, Directory.of(side.entities.values()))
        decision = decide(side, facts, dict.fromkeys(side.zones, day))
        outcomes.append([replace(each, notice=None) for each in decision.instances])  # type: ignore[arg-type]
        carried = {ruleset_key(BEFORE.meaning), *(f"rule:{rule}" for each in decision.instances for rule in each.rules)}
        if side is BEFORE and keys & carried:
            return
    assert outcomes[0] == outcomes[1]
