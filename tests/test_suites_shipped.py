"""The suites that ship with the rules hold, reach every installation, and change nothing that is served."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from compliance import Checker, Content, Reader, RulesError
from compliance.assemble import Moment, Question, assemble
from compliance.cli.testing import texts_of
from compliance.language.suite import load_suites
from compliance.model.suite import Suite
from compliance.model.territory import LocationSet
from compliance.review.coverage import Coverage, percent
from compliance.review.scenarios import run
from compliance.review.suites import Decided, Suites, Texts
from compliance.rule_files import fingerprint
from compliance.store import Store, packaged_rules, read_rules, read_suites
from tests.docs.blocks import shown_files
from tests.tiny import TINY, ruleset, written

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "ru-undesirable-organization-reader-risk"
SUITE = "language: 1\nsuite: a\ntitle: A\nas_of: 2021-06-01\nquestions:\n  - {name: x, given: {}, expect: none}\n"


@pytest.fixture(scope="module")
def shipped(checker: Checker) -> tuple[Suite, ...]:
    return read_suites(ROOT / "rules", checker.ruleset)


def test_every_shipped_suite_holds(checker: Checker, shipped: tuple[Suite, ...]) -> None:
    outcomes = list(Suites(checker.ruleset, shipped, texts_of).run())
    assert [str(problem) for outcome in outcomes for problem in outcome.problems] == []
    assert len(outcomes) > 100
    assert {outcome.suite for outcome in outcomes} == {suite.name for suite in shipped}


def test_the_words_that_a_case_reads_are_those_of_the_answer_to_its_page(
    checker: Checker, shipped: tuple[Suite, ...]
) -> None:
    seen: list[tuple[Decided, Texts]] = []

    def watch(decided: Decided) -> Texts:
        seen.append((decided, texts_of(decided)))
        return seen[-1][1]

    list(Suites(checker.ruleset, shipped, watch).run())
    assert any(texts for _, texts in seen)
    for decided, texts in seen:
        asked = decided.page.question
        place = decided.facts.get("reader.location")
        location = place if isinstance(place, LocationSet) else LocationSet.unknown()
        moment = Moment(datetime.combine(decided.day, time(), UTC), decided.days, decided.day, None)
        question = Question(decided.page.content, decided.facts, location)
        answer = assemble(decided.ruleset, question, decided.decision, moment, asked.languages)
        read = [notice for notice in answer.notices if notice.id in {*asked.says, *asked.says_not}]
        assert [(notice, text) for notice in texts for text in texts[notice]] == [(each.id, each.text) for each in read]


def test_the_model_case_is_asked_on_days_before_and_after_the_listing_in_every_kind_of_place(
    shipped: tuple[Suite, ...],
) -> None:
    suite = next(suite for suite in shipped if suite.name == "rfe-rl-readers")
    asked = {(str(case.day), case.place): case.expected for _, case in suite.each_case()}
    for day in ("2024-02-20", "2024-02-21"):
        assert asked[day, "RU"].notices == asked[day, "UA-43"].notices == {NOTICE: "required"}
        assert asked[day, "UA-14"].notices == asked[day, "UA"].notices == {NOTICE: "possible"}
        assert asked[day, "unknown"].notices[NOTICE] == "possible"
        assert asked[day, "US"].strongest == asked[day, "UA-30"].strongest == "none"
    assert asked["2024-02-19", "RU"].strongest == "none"


def test_examples_and_suites_together_leave_little_untried(checker: Checker, shipped: tuple[Suite, ...]) -> None:
    coverage = Coverage(checker.ruleset)
    list(run(checker.ruleset, coverage))
    list(Suites(checker.ruleset, shipped, texts_of).run(coverage=coverage))
    assert percent(coverage.rules()) >= 85
    assert {each.rule: each.percent for each in coverage.rules()}[NOTICE] == 100


def test_suites_go_wherever_the_rules_go() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"]["rules"] == "compliance/packaged_rules"
    assert "/rules" in build["targets"]["sdist"]["include"]
    assert not [key for target in (build, *build["targets"].values()) for key in target if key.startswith("exclude")]
    assert len(list((packaged_rules() / "tests").glob("*.yaml"))) >= 3


# -- what is served ------------------------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path / "rules")


def test_suites_are_no_part_of_the_rules_nor_of_their_digests(rules: Path) -> None:
    before = read_rules(rules)
    written(rules, {"tests/a.yaml": SUITE, "ru/tests/deep/b.yml": "{ broken", "tests/c.yaml": "- x"})
    after = read_rules(rules)
    assert (after.meaning, after.source) == (before.meaning, before.source)
    assert after.rules.keys() == before.rules.keys()


def test_the_shipped_rules_are_the_same_without_their_suites(checker: Checker, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("tests"))
    bare = read_rules(tmp_path / "rules")
    assert (bare.meaning, bare.source) == (checker.ruleset.meaning, checker.ruleset.source)


def test_a_directory_called_tests_may_itself_hold_rules(tmp_path: Path) -> None:
    rules = written(tmp_path / "tests", {**TINY, "tests/a.yaml": SUITE})
    assert read_rules(rules).rules
    assert [suite.name for suite in read_suites(rules, ruleset())] == ["a"]


def test_a_service_neither_reads_suites_nor_reloads_when_they_change(rules: Path) -> None:
    opened = Store(rules)
    before = fingerprint(rules)
    written(rules, {"tests/a.yaml": "{ broken"})
    assert fingerprint(rules) == before
    assert opened.reload()
    assert (opened.failure, opened.reloads) == (None, 0)
    answer = Checker.open(rules).check(Content(publisher="radio"), Reader(country="RU"))
    assert [notice.id for notice in answer.notices] == ["warn"]


def test_a_rule_that_is_put_among_the_suites_is_a_problem_and_never_a_rule_less(rules: Path) -> None:
    opened = Store(rules)
    before = fingerprint(rules)
    written(rules, {"tests/warn.yaml": TINY["warn.yaml"]})
    (rules / "warn.yaml").unlink()
    assert not opened.reload()
    assert opened.failure is not None
    assert "rule files under `tests/` are not loaded" in str(opened.failure)
    assert list(opened.current.ruleset.rules) == ["warn"]
    assert fingerprint(rules) != before
    (rules / "tests" / "warn.yaml").rename(rules / "warn.yaml")
    assert opened.reload()
    assert opened.failure is None


def test_a_rule_among_the_suites_is_seen_to_come_and_to_go(rules: Path) -> None:
    written(rules, {"tests/a.yaml": SUITE})
    before = fingerprint(rules)
    written(rules, {"tests/a.yaml": TINY["warn.yaml"]})
    assert fingerprint(rules) != before
    with pytest.raises(RulesError, match="are not loaded"):
        read_rules(rules)
    written(rules, {"tests/a.yaml": SUITE + "# as before\n"})
    assert fingerprint(rules) == before
    assert read_rules(rules).rules


def test_a_link_from_among_the_suites_to_rules_hides_no_rule(rules: Path) -> None:
    written(rules / "zz", {"late.yaml": "language: 1\nentity: late\ntitle: Late\n"})
    (rules / "a").mkdir()
    (rules / "a" / "tests").symlink_to(rules / "zz")
    with pytest.raises(RulesError, match="are not loaded"):
        read_rules(rules)
    (rules / "a" / "tests").unlink()
    assert "late" in read_rules(rules).entities


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("nowhere"), lambda path: path.symlink_to(path.name)])
def test_a_suite_that_cannot_be_read_is_named_by_the_one_command_that_reads_it(
    rules: Path, make: Callable[[Path], object]
) -> None:
    (rules / "tests").mkdir()
    make(rules / "tests" / "a.yaml")
    assert read_rules(rules).rules
    with pytest.raises(RulesError, match=r"tests/a\.yaml` cannot be read: "):
        read_suites(rules, ruleset())


# -- the documentation ---------------------------------------------------------------------------------------


def test_the_suite_that_the_documentation_shows_holds_for_the_rules_that_it_shows() -> None:
    shown = dict(shown_files((ROOT / "docs" / "language.md").read_text(encoding="utf-8")))
    files = {path: text for path, text in shown.items() if not path.startswith(("tests/", "my-rules/"))}
    suites = {path: text.encode() for path, text in shown.items() if path.startswith("tests/")}
    assert len(suites) == 1
    rules = ruleset(files)
    outcomes = list(Suites(rules, load_suites(suites, rules), texts_of).run())
    assert [str(problem) for outcome in outcomes for problem in outcome.problems] == []
    assert len(outcomes) == 11
