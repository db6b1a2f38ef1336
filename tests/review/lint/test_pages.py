"""Every check has a page whose examples are tried: what it says to avoid is found, what it prefers is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from compliance.review.lint import CHECKS, Finding
from tests.review.lint.clean import ids

PAGES: Final = Path(__file__).parents[3] / "docs" / "lint"
INDEX: Final = PAGES / "README.md"
_TABLE = re.compile(r"(?<=<!-- checks -->\n).*?(?=<!-- end of checks -->)", re.DOTALL)
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def indexed(page: str) -> str:
    """The index with its table made again: `python -m tests.review.lint.test_pages` writes it."""
    rows = [f"| [{each.id}]({each.id}.md) | {each.level} | {each.title} |" for each in CHECKS.values()]
    table = "\n".join(["| id | severity | what it finds |", "|---|---|---|", *rows, ""])
    return _TABLE.sub(lambda _: table, page)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """What stands under a heading of a page."""
    return page(name).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_index_names_every_check_and_nothing_else() -> None:
    text = INDEX.read_text(encoding="utf-8")
    assert indexed(text) == text
    assert {path.stem for path in PAGES.glob("*.md")} == CHECKS.keys() | {"README"}


@pytest.mark.parametrize("name", CHECKS)
def test_a_page_says_what_the_check_says(name: str) -> None:
    check, text = CHECKS[name], page(name)
    assert text.startswith(f"# {name}\n\n**{check.level.capitalize()}**: {check.title}.\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Avoid", "Prefer", "Why"]
    assert check.why in section(name, "Why")
    assert Finding(name, check.level, "", "").page == f"docs/lint/{name}.md"
    assert [link for link in _LINK.findall(text) if "://" not in link and not (PAGES / link).is_file()] == []


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_page_says_to_avoid_is_found_and_what_it_prefers_is_not(name: str) -> None:
    avoid, prefer = (_BLOCK.findall(section(name, heading)) for heading in ("Avoid", "Prefer"))
    assert avoid
    assert prefer
    assert name in ids(*avoid)
    assert name not in ids(*prefer)


@pytest.mark.parametrize("name", sorted(CHECKS.keys() - {"stale-register"}))
def test_what_a_page_prefers_is_without_any_grave_finding(name: str) -> None:
    """Who follows the advice of one page must not be sent to the next one."""
    blocks = _BLOCK.findall(section(name, "Prefer"))
    assert {each for each in ids(*blocks) if CHECKS[each].level.is_grave} == set()


if __name__ == "__main__":
    INDEX.write_text(indexed(INDEX.read_text(encoding="utf-8")), encoding="utf-8")
