"""`compliance test`: what it asks, what it prints, and what build servers read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.cli.junit import Tried, junit
from compliance.errors import Problem
from tests.terminal import on_a_terminal
from tests.tiny import TINY, written

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
SUITE = """\
language: 1
suite: readers
title: Readers
as_of: 2021-06-01
languages: [en]
questions:
  - name: place by place
    given: {publisher: radio}
    places: [RU, US, unknown]
    expect: {RU: {warn: required}, US: none, unknown: {warn: possible}}
    says: {warn: If you are in Russia}
  - name: a publisher that nobody declared
    content: {publisher: nobody.example}
    reader: {country: RU}
    expect: {warn: review}
"""
WRONG = SUITE.replace("US: none", "US: {warn: required}")
RIGHT = SUITE.replace("    says: {warn: If you are in Russia}\n", "")


@pytest.fixture(autouse=True)
def rules(clean: Path) -> Path:
    """A rule directory with a suite, in a working directory of its own."""
    return written(clean / "rules", {**TINY, "tests/readers.yaml": RIGHT})


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["test", *(str(each) for each in arguments)])


def shown(result: Result, status: int = GOOD) -> Any:
    assert (result.exit_code, result.stderr) == (status, "")
    return json.loads(result.stdout)


def refused(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    return result.stderr


def test_scenarios_and_suites_are_asked_and_counted_by_file() -> None:
    result = run("rules")
    assert result.exit_code == GOOD
    assert result.output.splitlines() == [
        "rules/warn.yaml: 3 case(s), 0 failed",
        "rules/tests/readers.yaml: 4 case(s), 0 failed",
        "3 scenario(s) of 1 rule(s), 4 case(s) of 1 suite(s), 0 failed",
    ]


def test_a_case_that_fails_is_shown_with_its_place_what_came_out_and_why(rules: Path) -> None:
    written(rules, {"tests/readers.yaml": WRONG})
    result = run("rules")
    assert result.exit_code == FINDINGS
    first = "question `place by place (RU)` does not read `If you are in Russia` in `warn`"
    assert result.output.splitlines()[:4] == [
        f"error: {first}",
        "  --> rules/tests/readers.yaml:7:5",
        "   7 |   - name: place by place",
        "           ^",
    ]
    assert "expects required of `warn`, and the rules say none" in result.output
    assert "  help: `reader.location` is not `RU`\n" in result.output
    assert "rules/tests/readers.yaml: 4 case(s), 2 failed\n" in result.output
    assert result.output.endswith("4 case(s) of 1 suite(s), 2 failed\n")


def test_every_outcome_is_given_as_data(rules: Path) -> None:
    written(rules, {"tests/readers.yaml": WRONG})
    data = shown(run("rules", "--json"), FINDINGS)
    assert [each["found"] for each in data["scenarios"]] == ["required", "none", "possible"]
    assert {each["rule"] for each in data["scenarios"]} == {"warn"}
    failed = [each for each in data["suites"] if each["problems"]]
    assert [(each["suite"], each["case"]) for each in failed] == [
        ("readers", "place by place (RU)"),
        ("readers", "place by place (US)"),
    ]
    assert (failed[1]["expected"], failed[1]["found"]) == ("warn: required", "warn: none")
    assert (failed[1]["file"], failed[1]["line"]) == ("rules/tests/readers.yaml", 7)
    assert (data["failed"], data["files"][1]["failed"]) == (2, 2)
    assert "coverage" not in data


def test_a_suite_may_stand_anywhere_and_takes_the_place_of_those_among_the_rules(clean: Path) -> None:
    written(clean, {"mine.yaml": RIGHT.replace("suite: readers", "suite: mine")})
    data = shown(run("rules", "--suite", "mine.yaml", "--json"))
    assert {each["suite"] for each in data["suites"]} == {"mine"}
    assert len(data["scenarios"]) == 3
    assert "`nowhere.yaml` cannot be read: no such file or directory" in refused("rules", "--suite", "nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "scenarios", "cases"),
    [("UNKNOWN)", 0, 1), ("readers", 0, 4), ("warn", 3, 0), ("elsewhere", 1, 0), ("tests/", 0, 4), ("place", 1, 3)],
)
def test_only_cases_with_a_text_in_their_file_id_or_name_are_asked(text: str, scenarios: int, cases: int) -> None:
    data = shown(run("rules", "-k", text, "--json"))
    assert (len(data["scenarios"]), len(data["suites"])) == (scenarios, cases)


def test_a_text_that_no_case_has_is_an_error_and_not_a_good_run() -> None:
    assert "no case has `nothing` in its file, id or name" in refused("rules", "-k", "nothing")


def test_suites_are_asked_as_of_another_day_and_scenarios_are_not() -> None:
    data = shown(run("rules", "--as-of", "2020-12-31", "--json"), FINDINGS)
    assert [each["found"] for each in data["suites"]][:3] == ["warn: none", "none", "warn: none"]
    assert [each["found"] for each in data["scenarios"]] == ["required", "none", "possible"]
    assert "`soon` is not a calendar day: write it as YYYY-MM-DD" in refused("rules", "--as-of", "soon")


def test_coverage_names_what_was_never_tried_and_the_threshold_decides() -> None:
    lines = run("rules", "--coverage").output.splitlines()
    assert lines[2:] == [
        " 90 %  warn (7 case(s))",
        "       `publisher.designated_as` was never false",
        " 90 %  in all: 9 of 10",
        "3 scenario(s) of 1 rule(s), 4 case(s) of 1 suite(s), 0 failed",
    ]
    enough, more = run("rules", "--threshold", "90"), run("rules", "--threshold", "91")
    assert (enough.exit_code, more.exit_code) == (GOOD, FINDINGS)
    assert "warn (7" not in more.output
    assert "error: less than 91 % is covered\n" in more.output
    assert run("rules", "--threshold", "101").exit_code == UNUSABLE


def test_coverage_is_given_as_data() -> None:
    covered = shown(run("rules", "--threshold", "91", "--json"), FINDINGS)["coverage"]
    assert (covered["percent"], covered["tried"], covered["total"]) == (90, 9, 10)
    (rule,) = covered["rules"]
    assert (rule["rule"], rule["percent"], rule["cases"], rule["missing"]) == ("warn", 90, 7, [])
    assert rule["lines"][0] == {"fact": "publisher.designated_as", "asks_for": "`x/list`", "missing": ["false"]}


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        (RIGHT.replace("expect: {warn: review}", "expect: {wran: review}"), "unknown notice `wran`"),
        (RIGHT.replace("nobody.example", "nobody.example, date_published: soon"), "this is no day"),
        ("{", "`{` is not closed"),
    ],
)
def test_a_suite_that_cannot_be_read_is_refused_with_every_problem(rules: Path, suite: str, message: str) -> None:
    written(
        rules,
        {"tests/readers.yaml": suite, "tests/more.yml": "- x\n" if "wran" in suite else RIGHT.replace("readers", "m")},
    )
    stderr = refused("rules")
    assert message in stderr
    assert "--> rules/tests/readers.yaml:" in stderr
    assert ("--> rules/tests/more.yml:1:1" in stderr) is ("wran" in suite)


def test_a_rule_file_among_the_suites_is_refused_by_every_command(rules: Path) -> None:
    written(rules, {"tests/more.yaml": TINY["warn.yaml"]})
    for command in ("test", "lint"):
        result = CliRunner().invoke(main, [command, "rules"])
        assert result.exit_code == UNUSABLE
        assert "error: rule files under `tests/` are not loaded\n  --> rules/tests/more.yaml:2:1\n" in result.stderr


def test_a_suite_among_the_rules_is_refused_by_every_command(rules: Path) -> None:
    written(rules, {"readers.yaml": RIGHT})
    for command in ("test", "lint"):
        result = CliRunner().invoke(main, [command, "rules"])
        assert result.exit_code == UNUSABLE
        assert "error: a suite is not loaded with the rules\n  --> rules/readers.yaml:2:1\n" in result.stderr
        assert "help: move it into a folder `tests`" in result.stderr


# -- the report of build servers ----------------------------------------------------------------------------


def report(clean: Path, *arguments: str) -> ET.Element:
    result = run("rules", "--junit", str(clean / "report.xml"), *arguments)
    assert result.exit_code in {GOOD, FINDINGS}
    data = (clean / "report.xml").read_bytes()
    assert data.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<testsuites ")
    return ET.fromstring(data)  # noqa: S314 - our own file


def test_a_report_has_a_suite_for_each_file_and_a_case_for_each_case(clean: Path, rules: Path) -> None:
    written(rules, {"tests/readers.yaml": WRONG})
    root = report(clean)
    assert (root.tag, root.attrib["tests"], root.attrib["failures"]) == ("testsuites", "7", "2")
    suites = root.findall("testsuite")
    assert [suite.attrib["name"] for suite in suites] == ["rules/warn.yaml", "rules/tests/readers.yaml"]
    for suite in suites:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert {"errors", "skipped", "time"} <= suite.attrib.keys()
        names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
        assert len(set(names)) == len(names)
        assert all(case.attrib["file"] == suite.attrib["name"] for case in cases)
        assert all(int(case.attrib["line"]) > 0 for case in cases)
    failure = suites[1].find("testcase[@name='place by place (US)']/failure")
    assert failure is not None
    assert failure.attrib["message"].endswith("expects required of `warn`, and the rules say none")
    assert failure.text is not None
    assert failure.text.startswith("expected warn: required\nfound warn: none\n\nerror: question")
    assert "--> rules/tests/readers.yaml:7:5" in failure.text


def test_equal_results_are_equal_reports(clean: Path) -> None:
    report(clean)
    first = (clean / "report.xml").read_bytes()
    report(clean)
    assert (clean / "report.xml").read_bytes() == first


def test_a_report_holds_whatever_stands_in_names_and_messages() -> None:
    nasty = '<a href="x">&\'\x00\x08\ud800\ufffe \u202e日本 ]]>'
    case = Tried(nasty, 1, "owner", nasty, nasty, nasty, (Problem(nasty, None, nasty),))
    root = ET.fromstring(junit([case]))  # noqa: S314 - our own file
    found = root.find("testsuite/testcase")
    assert found is not None
    assert found.attrib["name"] == '<a href="x">&\'\ufffd\ufffd\ufffd\ufffd \u202e日本 ]]>'
    failure = found.find("failure")
    assert failure is not None
    assert "]]>" in (failure.text or "")


def test_a_report_that_cannot_be_written_is_an_error(clean: Path) -> None:
    assert f"`{clean}` cannot be written: is a directory" in refused("rules", "--junit", clean)


# -- a terminal ---------------------------------------------------------------------------------------------

DAYS = ", ".join(f"2021-{month:02d}-{day:02d}" for month in range(2, 13) for day in range(1, 29))
LONG = RIGHT.split("  - name: a publisher")[0].replace("    places:", f"    dates: [{DAYS}]\n    places:")


def test_a_long_run_shows_on_a_terminal_how_far_it_is_and_a_short_one_or_a_pipe_nothing(clean: Path) -> None:
    written(clean / "long", {**TINY, "tests/long.yaml": LONG})
    out, bar = on_a_terminal(clean, "test", "long")
    assert re.search(r"asking .*100%", bar)
    assert out.endswith("924 case(s) of 1 suite(s), 0 failed\n")
    assert on_a_terminal(clean, "test", "rules")[1] == ""
    assert run("long").stderr == ""
