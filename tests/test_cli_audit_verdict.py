"""`compliance audit verdict`: what a reviewer found is in the log, and is what facts can say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compliance.audit.disk import Disk
from compliance.audit.record import VerdictRecord, decode
from compliance.audit.segment_file import read_directory
from compliance.cli import main
from tests.tiny import written

PAGE = ("--url", "https://www.example.org/a?session=1")


@pytest.fixture(autouse=True)
def _set_up(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty directory, and no settings but for few rules."""
    monkeypatch.setenv("COMPLIANCE_RULES_DIR", str(written(clean / "rules")))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "verdict", *arguments])


def test_a_verdict_is_durable_when_the_command_ends() -> None:
    done = run(
        *PAGE, "--fact", "content.ai_generated=fully", "--by", "photo desk", "--reason", "the agency said so", "--json"
    )
    assert done.exit_code == 0, done.output
    (found,) = (
        each
        for record in read_directory(Disk(), Path("data/evidence/segments")).records
        if isinstance(each := decode(record), VerdictRecord)
    )
    assert (found.content, found.by, found.reason) == ("https://example.org/a", "photo desk", "the agency said so")
    assert json.loads(done.output)["facts"] == found.facts == {"content.ai_generated": "fully"}


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ("content.ai_generated=perhaps-so", "content.ai_generated"),
        ("content.nonsense=1", "content.nonsense"),
        ("reader.location=RU", "`reader.location` is no fact of a page"),
        ("no fact at all", "is not a fact: write it as NAME=VALUE"),
    ],
)
def test_what_facts_cannot_say_is_refused_and_leaves_nothing(fact: str, message: str) -> None:
    done = run(*PAGE, "--fact", fact, "--by", "photo desk")
    assert done.exit_code == 2
    assert message in done.output
    assert not Path("data").exists()


def test_somebody_has_to_answer_for_it() -> None:
    done = run(*PAGE, "--fact", "content.ai_generated=fully", "--by", " ")
    assert done.exit_code == 2
    assert "a role or a desk" in done.output


def test_a_disk_that_takes_nothing_is_said_so() -> None:
    Path("data").write_text("no directory", encoding="utf-8")
    done = run(*PAGE, "--fact", "content.ai_generated=fully", "--by", "photo desk")
    assert done.exit_code == 2
    assert "this was not recorded" in done.output
