"""Short ways to load rule texts and to look at what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from compliance.errors import Problem, RulesError
from compliance.language.load import load
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from compliance.store import known_zones
from tests.tiny import TINY, changed

ZONES: Final = known_zones()
Files = Mapping[str, str | bytes]


def loaded(files: Files) -> Ruleset:
    return load({name: each.encode() if isinstance(each, str) else each for name, each in files.items()}, ZONES)


def problems(files: Files) -> tuple[Problem, ...]:
    """Every problem of the files; none if they load."""
    try:
        loaded(files)
    except RulesError as error:
        return error.problems
    return ()


def messages(files: Files) -> list[str]:
    return [problem.message for problem in problems(files)]


def warn(*edits: tuple[str, str], also: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tiny rule set, with texts of its one rule replaced."""
    return changed("warn.yaml", *edits, also=also)


def rule(*edits: tuple[str, str], also: Mapping[str, str] | None = None) -> Rule:
    """The one rule of the tiny rule set, with texts replaced."""
    return loaded(warn(*edits, also=also)).rules["warn"]


def conditions(*lines: str) -> tuple[str, str]:
    """The edit that puts other lines into `when`; what is unknown is then not mentioned."""
    old = TINY["warn.yaml"]
    block = old[old.index("when:\n") : old.index("notice:\n")]
    return block, "".join(f"{line}\n" for line in ("when:", *(f"  {line}" for line in lines)))


def given(*facts: str) -> tuple[str, str]:
    """The edit that gives other facts in the first scenario."""
    return "{publisher: radio, reader.location: RU}", "{" + ", ".join(facts) + "}"
