"""The README is true beyond its code blocks, and short."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from compliance import Checker
from compliance.web.wire import read_check

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTICE = "ru-undesirable-organization-reader-risk"
READERS = re.findall(r"^\| ([^|]+) \| `(\{[^|]*\})` \| `?(\w+)`?[^|]*\|$", README, re.MULTILINE)


@pytest.mark.parametrize(("name", "reader", "status"), READERS, ids=[name for name, _, _ in READERS])
def test_each_reader_of_the_table_gets_the_answer_that_it_says(
    checker: Checker, name: str, reader: str, status: str
) -> None:
    asked = {"content": {"publisher": "rferl.org"}, "reader": json.loads(reader), "as_of": "2024-02-21"}
    question = read_check(msgspec.json.encode(asked), None)
    answer = checker.check(question.content, question.reader, as_of=date(2024, 2, 21))
    found = {notice.status: notice.display for notice in answer.notices if notice.id == NOTICE}
    assert found == ({} if status == "absent" else {status: "show"})
    assert ("reader.location" in answer.unknowns) == (status == "possible")


def test_the_table_has_three_readers() -> None:
    assert [status for _, _, status in READERS] == ["required", "absent", "possible"]


def test_every_make_command_is_a_target() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)
    assert named == ["run", "test"]
    assert set(named) <= set(targets)


def test_the_readme_is_read_in_five_minutes() -> None:
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    assert len(prose.split()) < 750
    assert len(README.split()) < 1200
