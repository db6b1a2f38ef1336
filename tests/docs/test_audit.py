"""docs/audit.md explains every finding, with the words that the findings have themselves, and every kind of records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from compliance.audit.finding import KINDS, Grade
from compliance.audit.record import AnyRecord, BodyRecord

PAGE = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
TITLES = {Grade.DAMAGE: "Damage", Grade.LEFTOVER: "Leftovers of a crash", Grade.NOTE: "Notes"}


def rows(title: str) -> list[tuple[str, str, str]]:
    """The rows of the table under a heading."""
    section = PAGE.split(f"### {title}\n")[1].split("\n#")[0]
    return re.findall(r"^\| `([\w-]+)` \| (.*?) \| (.*?) \|$", section, re.MULTILINE)


def test_every_finding_is_explained_as_it_explains_itself() -> None:
    for grade, title in TITLES.items():
        assert rows(title) == [(name, kind.meaning, kind.help) for name, kind in KINDS.items() if kind.grade is grade]


def test_every_kind_of_records_is_explained() -> None:
    section = PAGE.split("## What is recorded")[1].split("\n## ")[0]
    kinds = {str(each.__struct_config__.tag) for each in get_args(AnyRecord) if each is not BodyRecord}
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == kinds
