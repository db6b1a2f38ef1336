"""A rule set without any finding on `DAY`, and ways to put other parts into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from compliance.review.lint import Finding, Report, lint
from tests.tiny import TINY, changed, ruleset

DAY: Final = date(2026, 1, 15)
"""Before the review date, and while the register is fresh."""
_GRADED = TINY["list.yaml"].replace(
    "{title: An act}", '{title: An act, href: "https://law.example/act", confidence: A}'
)
CLEAN: Final = changed(
    "warn.yaml",
    ("  placement: footer\n", "  placement: footer\n  reach: everywhere\n"),
    ("if_unknown:\n  publisher.designated_as: review\n", ""),
    also={"list.yaml": _GRADED},
)
FILES: Final = {"rule": "warn.yaml", "entity": "radio.yaml", "register": "list.yaml"}
_WHERE = re.compile(r"# in an? (rule|entity|register)(?:, on 2026-01-15)?\n")
_KEY = re.compile(r"([a-z_]+):")


def parts(text: str) -> dict[str, str]:
    """What stands under each key at the top of a file, by key, with the comments above it."""
    found: dict[str, str] = {}
    key, above = "", ""
    for line in text.splitlines(keepends=True):
        if (begun := _KEY.match(line)) is not None:
            key = begun[1]
            found[key], above = above + line, ""
        elif line.startswith("#") or not line.strip():
            above += line
        else:
            found[key] += above + line
            above = ""
    return found if not above else {**found, key: found[key] + above}


def with_parts(*blocks: str, files: Mapping[str, str] = CLEAN) -> dict[str, str]:
    """The rule set with parts of its files replaced or added: a block says of which, or is a file of its own."""
    found = dict(files)
    for number, block in enumerate(blocks):
        where = _WHERE.match(block)
        if where is None:
            found[f"more-{number}.yaml"] = block
        else:
            name = FILES[where[1]]
            found[name] = "".join((parts(found[name]) | parts(block[where.end() :])).values())
    return found


def in_rule(*lines: str) -> str:
    """A block of a rule."""
    return "\n".join(("# in a rule", *lines, ""))


def report(files: Mapping[str, str] = CLEAN, day: date = DAY) -> Report:
    """What is found in the files; one that is a list is an overlay."""
    data = {path: text.encode() for path, text in files.items()}
    overlays = {path for path, text in files.items() if text.startswith("- ")}
    rules = {path: text for path, text in files.items() if path not in overlays}
    return lint(ruleset(rules), day, {path: data[path] for path in rules}, {path: data[path] for path in overlays})


def findings(*blocks: str, day: date = DAY) -> tuple[Finding, ...]:
    """What is found in the clean rule set with these parts."""
    return report(with_parts(*blocks), day).findings


def only(*blocks: str, id_: str = "", day: date = DAY) -> Finding:
    """The one finding, of this check where one is named."""
    (finding,) = (each for each in findings(*blocks, day=day) if id_ in {"", each.id})
    return finding


def ids(*blocks: str, day: date = DAY) -> set[str]:
    return {finding.id for finding in findings(*blocks, day=day)}


def pointed_at(finding: Finding) -> str:
    """The words under the caret."""
    assert finding.span is not None
    begins = finding.span.column - 1
    return finding.span.text[begins : begins + finding.span.width]


def entry(*more: str) -> str:
    """A block that gives the register one entry, with further keys."""
    said = ", ".join(("entity: radio", "listed_on: {day: 2021-01-01}", *more, "last_day: none"))
    return f"# in a register\nentries:\n  - {{{said}}}\n"


def territory(*members: str, name: str = "lands", more: str = "") -> str:
    """A block that declares a territory."""
    items = "".join(f"  - {{{member}}}\n" for member in members)
    return f"language: 1\nterritory: {name}\ntitle: Lands\nmembers:\n{items}sources:\n  - {{title: A map}}\n{more}"


def when(*lines: str) -> str:
    """A block that gives the rule other conditions."""
    return in_rule("when:", *(f"  {line}" for line in lines))


ALWAYS: Final = "first_day: none, last_day: none"
