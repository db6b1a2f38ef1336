"""Slips that the parser notices, told at the sign that is wrong and not where the parser gave up."""

from __future__ import annotations

import pytest

from compliance.errors import RulesError
from compliance.language.load import load
from compliance.store import known_zones


def refused(text: str) -> str:
    """All that is said of a file."""
    with pytest.raises(RulesError) as raised:
        load({"a.yaml": text.encode()}, known_zones())
    return str(raised.value)


def alone(message: str, line: int, picture: str, caret: str, help_: str, column: int) -> str:
    """A message that is the only one."""
    place = f"  --> a.yaml:{line}:{column}\n   {line} | {picture}\n       {caret}\n"
    return f"error: {message}\n{place}  help: {help_}\n\n1 problem(s); nothing was loaded"


@pytest.mark.parametrize("above", ["rule: a", "rule: [a, b]", "rule:\n- a"], ids=["a map", "a closed list", "a list"])
@pytest.mark.parametrize("bracket", ["]", "}"])
def test_a_bracket_alone_on_its_line_that_closes_nothing_is_no_slip_of_indentation(above: str, bracket: str) -> None:
    line, help_ = 3 + above.count("\n"), "delete it, or add the bracket that it closes"
    expected = alone(f"`{bracket}` closes nothing", line, bracket, "^", help_, 1)
    assert refused(f"language: 1\n{above}\n{bracket}\n") == expected


@pytest.mark.parametrize("blank", ["", "\n"], ids=["next to it", "over a blank line"])
def test_a_line_without_a_colon_is_named_and_not_the_sound_one_below_it(blank: str) -> None:
    for first, below in (("rule one", "language: 1"), ("title", "language: 1")):
        expected = alone("this line has no `: `", 1, first, "^" * len(first), "write it as `key: value`", 1)
        assert refused(f"{first}\n{blank}{below}\n") == expected


@pytest.mark.parametrize("directive", ["%YAML 3.0", "%YAML one", "%OTHER one", "%"])
def test_a_directive_that_the_parser_does_not_know_is_told_like_one_that_it_knows(directive: str) -> None:
    message = "directives are not part of the rule language"
    expected = alone(message, 1, directive, "^", "delete the line", 1)
    assert refused(f"{directive}\n---\nlanguage: 1\n") == expected
