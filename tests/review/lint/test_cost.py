"""The cost of lint grows with the rule set, never with its square: what is counted is work, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from compliance.review.lint import lint
from tests.review.lint.clean import CLEAN, DAY
from tests.tiny import ruleset


def rules(count: int) -> dict[str, str]:
    """Rules that share a notice, and differ in one word or not at all in what they ask first."""
    second = (
        "\n".join(line for line in CLEAN["warn.yaml"].partition("notice:\n")[0].splitlines())
        + "\nnotice: {ref: warn}\n"
    )
    scenarios = CLEAN["warn.yaml"][CLEAN["warn.yaml"].index("scenarios:") :]
    files = dict(CLEAN)
    for number in range(count):
        text = second.replace("rule: warn", f"rule: warn-{number}")
        files[f"{number}.yaml"] = text.replace("RU\n", f"RU\n  content.promotes: word{number * 7919}\n", 1) + scenarios
    return files


def entries(count: int) -> dict[str, str]:
    """A register with many entries, each entity with a name and two entries of its own."""
    files, rows = dict(CLEAN), []
    for number in range(count):
        files[f"e{number}.yaml"] = f"language: 1\nentity: e{number}\ntitle: E\nnames: {{en: [Name {number}]}}\n"
        rows.append(f"  - {{entity: e{number}, listed_on: {{day: 2021-01-01}}, last_day: 2021-12-31}}\n")
        rows.append(f"  - {{entity: e{number}, listed_on: {{day: 2022-01-01}}, last_day: none}}\n")
    files["list.yaml"] += "".join(rows)
    return files


def exclusions(count: int) -> dict[str, str]:
    """An entity with many children that nobody declared."""
    children = ", ".join(f"child-{number}" for number in range(count))
    return {**CLEAN, "parent.yaml": f"language: 1\nentity: parent\ntitle: P\nexcludes: [{children}]\n"}


def slots(count: int) -> dict[str, str]:
    """Rules with a notice each, whose words have days that leave some out and show data that half of a list has."""
    files, scenarios = entries(count), CLEAN["warn.yaml"][CLEAN["warn.yaml"].index("scenarios:") :]
    data = 'values: {loss: [{value: "7", first_day: none, last_day: none}]}\nidentifiers: {wikidta: Q42}\n'
    for number in range(count):
        files[f"e{number}.yaml"] += data if number % 2 else ""
        above = CLEAN["warn.yaml"].partition("notice:\n")[0].replace("rule: warn", f"rule: warn-{number}")
        words = f'{{en: "{{loss}} of {number}.", ru: "{{loss}}."}}'
        notice = f"""\
notice:
  purpose: legal-duty
  placement: footer
  conditional: true
  slots: {{loss: {{type: number, value: loss}}}}
  wordings:
    - {{first_day: none, last_day: 2024-06-30, text: {words}}}
    - {{first_day: 2024-08-01, last_day: 2025-06-30, text: {words}}}
"""
        files[f"{number}.yaml"] = above + notice + scenarios
    return files


def calls(files: dict[str, str]) -> int:
    """How many functions a look at the files calls."""
    loaded, read = ruleset(files), {path: text.encode() for path, text in files.items()}
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    lint(loaded, DAY, read)  # what is remembered between looks is not counted
    sys.setprofile(count)
    try:
        lint(loaded, DAY, read)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize(("made", "count"), [(rules, 25), (entries, 25), (exclusions, 25), (slots, 15)])
def test_four_times_the_rules_or_entries_cost_four_times_the_work(
    made: Callable[[int], dict[str, str]], count: int
) -> None:
    few, many = calls(made(count)), calls(made(4 * count))
    assert many < 4.5 * few
