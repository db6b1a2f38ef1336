"""Parts that answers share: nothing is said otherwise for their sake, and nobody can write into those of others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compliance.assemble import Moment, Question, assemble
from compliance.content.facts import Content, resolved
from compliance.engine.reading import PLACE
from compliance.engine.reasons import reasons, rests_on
from compliance.law_time import law_days
from compliance.model.facts import FACTS, Facts, unknown
from compliance.model.territory import LocationSet
from compliance.parts import Parts
from compliance.store import Snapshot, open_snapshot
from tests.examples import step
from tests.replaying.logs import ROOT

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SITUATIONS = ROOT / "tests" / "language" / "situations"
RULES = [ROOT / "rules", *sorted(each for each in SITUATIONS.iterdir() if each.is_dir())]
PLACES = (LocationSet.unknown(), LocationSet.of(["RU"]), LocationSet.of(["AU-VIC"]), LocationSet.of(["DE", "UA"]))
LANGUAGES = ((), ("ru-RU", "en"))


@cache
def snapshot(path: Path) -> Snapshot:
    return open_snapshot(path)


def scenarios(found: Snapshot) -> Iterator[tuple[Facts, date]]:
    for rule in found.ruleset.rules.values():
        for each in rule.scenarios:
            yield resolved(each.given, found.directory), each.date


def asked(found: Snapshot, facts: Facts, day: date, location: LocationSet, number: int) -> dict[str, Any]:
    """What `assemble` takes, for a page of a publisher that nobody declared."""
    url = f"https://one.example/{number}"
    question = Question(Content(url=url, publisher=f"Paper {number % 3}"), {**facts, PLACE: location}, location)
    days = law_days(found.ruleset, day, NOW)
    decision = found.index.decide(question.facts, days)
    return {"question": question, "decision": decision, "moment": Moment(NOW, days, day, None)}


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_an_answer_from_parts_of_others_is_the_one_that_is_made_alone(path: Path) -> None:
    found = snapshot(path)
    parts, number = Parts(found.ruleset), 0
    of = step(3) if path.name == "rules" else 1  # all places and languages take turns
    for facts, day in scenarios(found):
        for location in PLACES:
            for languages in LANGUAGES:
                number += 1
                if number % of:
                    continue
                given = asked(found, facts, day, location, number)
                alone = assemble(found.ruleset, **given, languages=languages)
                shared = [assemble(found.ruleset, **given, languages=languages, kept=parts) for _ in range(2)]
                assert [each.to_json() for each in shared] == [alone.to_json()] * 2


def test_reasons_follow_from_no_other_facts_than_are_named() -> None:
    found = snapshot(ROOT / "rules")
    seen = 0
    for facts, day in scenarios(found):
        days = law_days(found.ruleset, day, NOW)
        for instance in found.index.decide(facts, days).instances:
            named = frozenset[str]().union(*(rests_on(found.ruleset.rules[each]) for each in instance.rules))
            others = {name: unknown(name) for name in FACTS if name not in named}
            seen += len(others.keys() & facts.keys())
            said = reasons(instance, found.ruleset, facts, days)
            assert reasons(instance, found.ruleset, {**facts, **others}, days) == said
            without = {name: value for name, value in facts.items() if name in named}
            assert reasons(instance, found.ruleset, without, days) == said
    assert seen


def test_what_is_written_into_an_answer_is_in_no_other_one() -> None:
    path = next(each for each in RULES if _media(each))
    found = snapshot(path)
    parts = Parts(found.ruleset)
    for facts, day in scenarios(found):
        given = asked(found, facts, day, LocationSet.unknown(), 0)
        before = assemble(found.ruleset, **given, languages=(), kept=parts)
        said = before.to_json()
        before.location.territories["nowhere"] = "in"
        for notice in before.notices:
            notice.media.clear()
        assert assemble(found.ruleset, **given, languages=(), kept=parts).to_json() == said


def _media(path: Path) -> bool:
    return any(rule.notice.layout.media for rule in snapshot(path).ruleset.rules.values())
