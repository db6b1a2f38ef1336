"""The conformance suites, put to the engine in each of the ways in which it answers.

Theory: the suites are data that any engine can be asked; `README.md` says how to read them. What stands in
them was worked out from `docs/semantics.md`. Where they and an engine differ, one of the three is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from compliance.content.facts import facts_from
from compliance.content.publisher import Directory
from compliance.engine import postings, reading, segment, worlds
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.language.load import load
from compliance.law_time import first_instant, law_days
from compliance.model.decision import Decision
from compliance.model.facts import Facts
from compliance.model.ruleset import LawDays, Ruleset
from compliance.review.scenarios import run
from compliance.store import known_zones

HERE: Final = Path(__file__).resolve().parent
SEMANTICS: Final = HERE.parent.parent / "docs" / "semantics.md"
HEAD: Final = (HERE / "rule-head.txt").read_text(encoding="utf-8").splitlines()
ZONES: Final = known_zones()
LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
FEWEST_CASES: Final = 150
DEFAULTS: Final[Mapping[str, str | list[str]]] = {
    "entity": "null", "display": "show", "unknowns": [], "approximated": "false", "reach": "false",
}  # fmt: skip
SUITE_KEYS: Final = frozenset({"about", "day", "files", "rules", "cases"})

Answer = Mapping[str, Any]
Way = Callable[[Facts, LawDays], Decision]


@dataclass(frozen=True, eq=False)
class Suite:
    """One file of cases, and the rule files that they share."""

    name: str
    about: str
    day: str
    cases: Sequence[Mapping[str, Any]]
    files: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Case:
    """One question and its answer."""

    suite: Suite
    name: str
    expect: Sequence[Mapping[str, Any]]
    given: Mapping[str, str | list[str]] = field(default_factory=dict)
    use: tuple[str, ...] | None = None
    day: str | None = None
    days: Mapping[str, str] | None = None
    at: str | None = None
    changes: Mapping[str, str] | None = None
    valid_until: str | None = None
    stale: Sequence[str] = ()
    superseded: Sequence[Mapping[str, str]] = ()
    exactly: Sequence[Mapping[str, Any]] | None = None

    @property
    def ruleset(self) -> Ruleset:
        return ruleset_of(self.suite, self.use)

    @property
    def facts(self) -> Facts:
        rules = self.ruleset
        return facts_from(self.given, Directory.of(rules.entities.values(), rules.registers))

    @property
    def law_days(self) -> LawDays:
        if self.at is not None:
            return law_days(self.ruleset, None, datetime.fromisoformat(self.at))
        if self.days is not None:
            return {zone: date.fromisoformat(day) for zone, day in self.days.items()}
        return dict.fromkeys(self.ruleset.zones, date.fromisoformat(self.day or self.suite.day))


def rule_file(name: str, own: str) -> str:
    """A rule in full: its id, the lines of the head that it does not write itself, and its own lines."""
    keys = {line.partition(":")[0] for line in own.splitlines()}
    head = [line for line in HEAD if line.partition(":")[0] not in keys]
    return "\n".join([f"rule: {name}", *head, own])


@cache
def ruleset_of(suite: Suite, use: tuple[str, ...] | None) -> Ruleset:
    """The rule set of all rules of a suite, or of those that a case uses."""
    written = {f"rules/{name}.yaml": rule_file(name, suite.rules[name]) for name in use or suite.rules}
    return load({path: text.encode() for path, text in {**suite.files, **written}.items()}, ZONES)


@cache
def index_of(suite: Suite, use: tuple[str, ...] | None, way: str) -> Index:
    """One index for all cases that use the same rules and go one way: they meet what others left in it."""
    return Index(ruleset_of(suite, use))


def read(path: Path) -> Suite:
    """A suite; everything in it is text."""
    tree = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - makes texts only
    assert tree.keys() <= SUITE_KEYS, path.name
    return Suite(path.stem, **tree)


def case_of(suite: Suite, written: Mapping[str, Any]) -> Case:
    use = written.get("use")
    return Case(suite, **{**written, "use": None if use is None else tuple(use)})


SUITES: Final = [read(path) for path in sorted(HERE.glob("*.yaml"))]
CASES: Final = [case_of(suite, written) for suite in SUITES for written in suite.cases]


def label(case: Case) -> str:
    return f"{case.suite.name}: {case.name}"


# -- expected and found, in one form ----------------------------------------------------------------


def in_order(instances: Sequence[Answer]) -> list[Answer]:
    return sorted(instances, key=lambda each: (each["notice"], each["entity"], str(each["unknowns"])))


def expected(case: Case, instances: Sequence[Mapping[str, Any]]) -> Answer:
    whole = [{**DEFAULTS, **instance} for instance in instances]
    for instance in whole:
        assert instance.keys() - {"rules"} == {"notice", "status", *DEFAULTS}, "a key is missing, or unknown"
    return {
        "instances": in_order(whole),
        "unknowns": sorted({fact for instance in whole for fact in instance["unknowns"]}),
        "stale": list(case.stale),
        "superseded": sorted((each["rule"], each["notice"]) for each in case.superseded),
        "changes": case.changes,
        "valid_until": case.valid_until,
    }


def found(case: Case, decision: Decision, instances: Sequence[Mapping[str, Any]]) -> Answer:
    """What the engine answers, as far as the case compares it."""
    has_rules = {(each["notice"], each.get("entity", "null")) for each in instances if "rules" in each}
    whole: list[Answer] = []
    for each in decision.instances:
        entity = each.entity or "null"
        answer: dict[str, Any] = {
            "notice": each.notice.id,
            "entity": entity,
            "status": each.status.value,
            "display": each.display.value,
            "unknowns": list(each.unknowns),
            "approximated": str(each.approximated).lower(),
            "reach": str(each.by_reach).lower(),
        }
        whole.append(answer | ({"rules": list(each.rules)} if (each.notice.id, entity) in has_rules else {}))
    until = first_instant(decision)
    said_until = "none" if until is None else until.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "instances": in_order(whole),
        "unknowns": list(decision.unknowns),
        "stale": list(decision.stale),
        "superseded": sorted((each.rule, each.notice) for each in decision.not_applied),
        "changes": None if case.changes is None else {zone: day.isoformat() for zone, day in decision.changes},
        "valid_until": None if case.valid_until is None else said_until,
    }


def ways(case: Case) -> Iterator[tuple[str, Way]]:
    """The ways in which the engine answers, the plain one first."""
    rules = case.ruleset
    index = Index(rules)
    yield "plain", lambda facts, days: decide(rules, facts, days)
    yield "index, cold", index.decide
    yield "index, warm", index.decide
    yield "index, asked by other cases", index_of(case.suite, case.use, "fast").decide
    with pytest.MonkeyPatch.context() as patch:
        for module in (postings, segment):
            patch.setattr(module, "FEW", 0)
        slow = Index(rules)
        yield "slow path, cold", slow.decide
        yield "slow path, warm", slow.decide
        yield "slow path, asked by other cases", index_of(case.suite, case.use, "slow").decide


@pytest.mark.parametrize("case", CASES, ids=label)
def test_the_engine_answers_a_case_as_the_page_says(case: Case) -> None:
    facts, days, answer = case.facts, case.law_days, expected(case, case.expect)
    for name, way in ways(case):
        assert found(case, way(facts, days), case.expect) == answer, name


@pytest.mark.parametrize("case", [case for case in CASES if case.exactly is not None], ids=label)
def test_what_is_approximated_has_the_answer_that_is_said_to_be_exact(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "MOST_WORLDS", 1 << 20)
    monkeypatch.setattr(reading, "MOST_FREE_KEYS", 20)
    exactly = case.exactly or ()
    answer = decide(case.ruleset, case.facts, case.law_days)
    assert found(case, answer, exactly) == expected(case, exactly)


# -- the suites themselves --------------------------------------------------------------------------


def test_every_suite_that_the_page_names_is_there_and_no_other() -> None:
    named = set(re.findall(r"^Suite: `([a-z-]+)`\.$", SEMANTICS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {suite.name for suite in SUITES} == named


def test_there_are_many_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= FEWEST_CASES
    assert [name for name, times in Counter(case.name for case in CASES).items() if times > 1] == []


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_rule_of_a_suite_is_used_and_passes_its_scenarios(suite: Suite) -> None:
    """All rules of a suite load together, too."""
    cases = [case for case in CASES if case.suite is suite]
    assert suite.about
    assert set(suite.rules) == {rule for case in cases for rule in case.use or suite.rules}
    assert [each.problem for each in run(ruleset_of(suite, None)) if each.problem is not None] == []
