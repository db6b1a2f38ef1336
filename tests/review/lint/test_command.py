"""`compliance lint` as people and code hosts run it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.cli import desk, main
from compliance.review.lint import CHECKS
from tests.review.lint.clean import CLEAN, in_rule, with_parts
from tests.tiny import written

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
BAD = with_parts(
    in_rule(
        "review_by: 2025-12-31",
        "effective: {first_day: 2020-01-01, last_day: 2026-02-01, timezone: Europe/Moscow}",
        "status: active  # lint: ignore ended because of nothing",
    ),
    "# in an entity\nreview_by: 2025-01-01  # lint: ignore review-is-due because it is closed\n",
)


@pytest.fixture(autouse=True)
def _clean(clean: Path) -> None:
    """Every command runs in an empty directory without settings."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lint", "rules", "--as-of", "2026-01-15", *arguments])


def data(*arguments: str, status: int = FINDINGS) -> Any:
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (status, "")
    return json.loads(result.stdout)


def test_a_rule_set_without_findings_is_good(clean: Path) -> None:
    written(clean / "rules", CLEAN)
    result = run()
    assert (result.exit_code, result.stdout) == (GOOD, "0 finding(s)\n")
    assert run("--strict").exit_code == GOOD


def test_findings_are_shown_with_their_line_their_page_and_a_count(clean: Path) -> None:
    written(clean / "rules", BAD)
    result = run()
    assert result.exit_code == FINDINGS
    assert (
        "warning[review-is-due]: `warn` was to be reviewed by 2025-12-31\n  --> rules/warn.yaml:6:12\n" in result.stdout
    )
    assert (
        "more about each: docs/lint/date-cliff.md, docs/lint/ignore-without-finding.md, docs/lint/review-is-due.md"
        in result.stdout
    )
    assert result.stdout.endswith("3 finding(s): 1 warning, 2 advice; 1 set aside by comments\n")


def test_advice_alone_is_good_unless_it_is_strict(clean: Path) -> None:
    written(clean / "rules", BAD)
    assert run("--ignore", "review-is-due").exit_code == GOOD
    assert run("--ignore", "review-is-due", "--strict").exit_code == FINDINGS


def test_ids_are_chosen_and_left_out(clean: Path) -> None:
    written(clean / "rules", BAD)

    def ids(*arguments: str, status: int = GOOD) -> list[str]:
        return sorted(each["id"] for each in data("--json", *arguments, status=status)["findings"])

    assert ids("--select", "date-cliff") == ["date-cliff"]
    assert ids("--select", "date-cliff, review-is-due", status=FINDINGS) == ["date-cliff", "review-is-due"]
    assert ids("--select", "date-cliff", "--select", "ended") == ["date-cliff"]
    assert ids("--ignore", "review-is-due,date-cliff") == ["ignore-without-finding"]
    assert ids("--select", "date-cliff", "--ignore", "date-cliff") == []


def test_an_id_that_there_is_not_is_refused_with_the_nearest(clean: Path) -> None:
    written(clean / "rules", CLEAN)
    for option in ("--select", "--ignore"):
        result = run(option, "date-clif")
        assert (result.exit_code, result.stdout) == (UNUSABLE, "")
        assert "no check has the id `date-clif`; the nearest is `date-cliff`" in result.stderr


def test_json_has_every_finding_and_what_was_set_aside_and_why(clean: Path) -> None:
    written(clean / "rules", BAD)
    found = data("--json")
    assert found["as_of"] == "2026-01-15"
    assert found["counts"] == {"error": 0, "warning": 1, "advice": 2, "note": 0}
    first = next(each for each in found["findings"] if each["id"] == "review-is-due")
    assert first["severity"] == "warning"
    assert first["page"] == "docs/lint/review-is-due.md"
    assert {key: first["span"][key] for key in ("path", "line", "column", "width")} == {
        "path": "rules/warn.yaml", "line": 6, "column": 12, "width": 10,
    }  # fmt: skip
    (aside,) = found["ignored"]
    assert (aside["id"], aside["because"], aside["span"]["path"]) == (
        "review-is-due",
        "it is closed",
        "rules/radio.yaml",
    )


def test_the_clock_is_asked_only_when_no_day_is_given(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(clean / "rules", CLEAN)
    monkeypatch.setattr(desk, "today", lambda: date(2026, 1, 31))
    result = CliRunner().invoke(main, ["lint", "rules", "--json"])
    assert json.loads(result.stdout)["as_of"] == "2026-01-31"
    assert json.loads(run("--json").stdout)["as_of"] == "2026-01-15"


def test_a_day_that_is_none_and_two_formats_are_refused(clean: Path) -> None:
    written(clean / "rules", CLEAN)
    result = CliRunner().invoke(main, ["lint", "rules", "--as-of", "soon"])
    assert (result.exit_code, "`soon` is not a calendar day: write it as YYYY-MM-DD" in result.stderr) == (
        UNUSABLE,
        True,
    )
    result = run("--json", "--sarif")
    assert result.exit_code == UNUSABLE
    assert "`--json` and `--sarif` are two formats: choose one" in result.stdout + result.stderr


# -- SARIF ----------------------------------------------------------------------------------------------


def test_sarif_has_the_parts_that_a_code_host_needs(clean: Path) -> None:
    """The properties that GitHub requires or shows, with the types of the schema of SARIF 2.1.0."""
    written(clean / "rules", BAD)
    log = data("--sarif")
    assert (log["version"], log["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-schema-2.1.0.json")
    (each_run,) = log["runs"]
    driver = each_run["tool"]["driver"]
    assert driver["name"] == "compliance lint"
    assert each_run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in driver["rules"]] == list(CHECKS)
    for rule in driver["rules"]:
        assert {type(rule[key]["text"]) for key in ("shortDescription", "fullDescription", "help")} == {str}
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
        assert rule["properties"]["problem.severity"] in {"error", "warning", "recommendation"}
    assert len(each_run["results"]) == 4
    for result in each_run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"note", "warning", "error"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("rules/")
        region = place["region"]
        assert region["startLine"] == region["endLine"] >= 1
        assert 1 <= region["startColumn"] < region["endColumn"]
        assert all(isinstance(value, str) and value for value in result["partialFingerprints"].values())


def test_sarif_marks_what_a_comment_sets_aside(clean: Path) -> None:
    written(clean / "rules", BAD)
    results = data("--sarif")["runs"][0]["results"]
    suppressed = [each for each in results if "suppressions" in each]
    assert [each["ruleId"] for each in suppressed] == ["review-is-due"]
    (suppression,) = suppressed[0]["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "it is closed")


def test_equal_findings_have_equal_fingerprints_also_when_lines_move(clean: Path) -> None:
    written(clean / "rules", BAD)
    before = data("--sarif")["runs"][0]["results"]
    written(clean / "rules", {**BAD, "warn.yaml": "# a remark\n" + BAD["warn.yaml"]})
    after = data("--sarif")["runs"][0]["results"]
    assert [each["partialFingerprints"] for each in before] == [each["partialFingerprints"] for each in after]
    assert before != after
    assert len({each["partialFingerprints"]["finding/v1"] for each in before}) == len(before)


def test_a_path_with_spaces_is_a_good_address(clean: Path) -> None:
    written(clean / "my rules", BAD)
    result = CliRunner().invoke(main, ["lint", "my rules", "--as-of", "2026-01-15", "--sarif"])
    places = [each["locations"][0]["physicalLocation"] for each in json.loads(result.stdout)["runs"][0]["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"my%20rules/warn.yaml", "my%20rules/radio.yaml"}
    absolute = CliRunner().invoke(main, ["lint", "/nowhere at all", "--sarif"])
    assert absolute.exit_code == UNUSABLE
