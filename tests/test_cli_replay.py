"""`compliance replay`: what it prints of a log that is decided again, and the status that a pipeline sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from tests.replaying.logs import RULE, WARNING, Sealed, changed, rules_with, two_versions

GOOD, FINDINGS, UNUSABLE = 0, 1, 2


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return two_versions(tmp_path_factory.mktemp("sealed"), 24)


def run(data: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["replay", "--jobs", "1", "--data-dir", str(data), *map(str, arguments)])


def shown(result: Result, status: int) -> Any:
    assert (result.exit_code, result.stderr) == (status, "")
    return json.loads(result.stdout)


@pytest.mark.usefixtures("clean")
def test_a_log_that_comes_out_as_it_is_recorded_is_good(sealed: Sealed) -> None:
    result = run(sealed.directory.parent)
    said = "24 table(s) of 2 rule set(s): 24 the same, 0 finding(s)"
    assert (result.exit_code, result.stdout) == (GOOD, f"{said}\n")
    data = shown(run(sealed.directory.parent, "--json"), GOOD)
    assert (data["summary"], data["tables"], data["same"], data["findings"]) == (said, 24, 24, [])


@pytest.mark.usefixtures("clean")
def test_what_was_altered_is_said_with_its_leaf_its_page_and_both_sides(sealed: Sealed, tmp_path: Path) -> None:
    number, record = sealed.tables()[0]
    entry = changed(record, facts={**record.facts, "publisher": "example-daily"})
    sealed.with_leaf(number, entry, tmp_path / "evidence")
    result = run(tmp_path)
    assert result.exit_code == FINDINGS
    assert f"leaf {number}, {record.content}, recorded on 2026-09-01: differs" in result.stdout
    assert f"in `RU`, `UA-40`, `UA-43`: {WARNING}: recorded required, now none" in result.stdout
    (finding,) = shown(run(tmp_path, "--json"), FINDINGS)["findings"]
    assert (finding["what"], finding["leaf"], finding["content"]) == ("differs", number, record.content)
    assert {each["notice"] for each in finding["notices"]} >= {WARNING}


@pytest.mark.usefixtures("clean")
def test_other_rules_are_compared_with_what_is_recorded(sealed: Sealed, tmp_path: Path) -> None:
    other = rules_with(
        tmp_path / "other", (RULE, "please note that you could face", "please note that others may face")
    )
    result = run(sealed.directory.parent, "--with", other)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (FINDINGS, "Other words or places:")
    data = shown(run(sealed.directory.parent, "--with", other, "--json"), FINDINGS)
    assert {(each["kind"], each["notice"], *each["parts"]) for each in data["changes"]} == {
        ("words", WARNING, "text in en")
    }


@pytest.mark.usefixtures("clean")
def test_of_other_days_nothing_is_decided_and_that_is_said(sealed: Sealed) -> None:
    result = run(sealed.directory.parent, "--until", "2026-08-01")
    assert result.stdout.splitlines() == [
        "24 table(s) of other days were left out",
        "nothing was decided again: the log has no table of these days",
    ]


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--since", "yesterday"), "`yesterday` is not a calendar day: write it as YYYY-MM-DD"),
        (("--since", "2026-09-02", "--until", "2026-09-01"), "`2026-09-01` is before `2026-09-02`"),
        (("--with", "nowhere"), "`nowhere` is not there"),
    ],
)
def test_what_cannot_be_used_is_refused(sealed: Sealed, arguments: tuple[str, ...], message: str) -> None:
    result = run(sealed.directory.parent, *arguments)
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    assert message in result.stderr


@pytest.mark.usefixtures("clean")
def test_without_a_sealed_log_nothing_is_taken_for_good(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == UNUSABLE
    assert "holds no sealed log" in result.stderr
