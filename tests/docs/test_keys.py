"""The tables of docs/language.md are those from which files are read; docs/schema.json is made of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from compliance.language.json_schema import schema
from compliance.language.keys import KEYS, table

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
SCHEMA = PAGE.with_name("schema.json")
TABLE = re.compile(r"(?<=<!-- keys of: )([\w-]+) -->\n(.*?)(?=<!-- end of keys -->)", re.DOTALL)


def rewritten(page: str) -> str:
    """The page with every table made again: `python -m tests.docs.test_keys` writes it, and the schema."""
    return TABLE.sub(lambda found: f"{found[1]} -->\n{table(found[1])}", page)


def test_every_table_of_keys_is_the_one_from_which_files_are_read() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page


@pytest.mark.parametrize("section", KEYS)
def test_every_map_that_has_keys_has_a_table(section: str) -> None:
    assert f"<!-- keys of: {section} -->" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("section", KEYS)
def test_no_key_of_a_map_is_listed_twice(section: str) -> None:
    names = [key.name for key in KEYS[section]]
    assert len(set(names)) == len(names)
    assert all(key.meaning and key.values and key.required for key in KEYS[section])


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
