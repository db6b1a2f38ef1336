"""What an import cannot write into a file as that stands is a fault that is told; the rest is added in place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import pytest

from compliance.model.designation import Milestone
from tests.review.importing import FILES, HEAD, LISTED, RADIO, applied, loaded, planned, rows

ENTITY: Final = "entities/radio.yaml"
REGISTER: Final = "registers/list.yaml"
NAMES: Final = "names:\n  en: [The Radio, Radio Ltd.]        # as it calls itself\n"
DAY: Final = '{day: 2021-01-01, source: "https://law.example/2", confidence: A}   # in the gazette\n'
MORE: Final = {
    "name": "The Radio (Wave Station)",
    "listed_on": "2021-01-01",
    "domains": ["wave.example"],
    "wikidata": "Q7",
}


def with_entity(text: str) -> Mapping[str, str]:
    return {**FILES, ENTITY: text}


@pytest.mark.parametrize(
    "names",
    [
        "names:\n  en: >-\n    The\n    Radio\n",
        "names:\n  en: The\n    Radio\n",
        "names:\n  en: {name: The Radio, strength: weak}\n",
    ],
    ids=["a block text", "a text on two lines", "one map"],
)
def test_an_entity_file_that_takes_no_additions_is_a_fault_and_stays_as_it_is(names: str) -> None:
    made = planned(rows(MORE), with_entity(RADIO.replace(NAMES, names)))
    (fault,) = made.left_out
    said = "add `Wave Station`, `wave.example`, `Q7` by hand"
    assert (fault.line, fault.what) == (1, "The Radio (Wave Station)")
    assert fault.reason == f"`{ENTITY}` takes no additions as it is written: {said}"
    assert fault.is_fault
    assert made.has_findings
    assert ENTITY not in made.files, "not even the host and the id, which alone would fit in"


def test_a_claim_that_takes_no_second_one_is_a_fault_and_the_entry_stays_as_it_is() -> None:
    indent = "\n      "
    block = f"{indent}day: 2021-01-01{indent}source: https://law.example/2{indent}confidence: A\n"
    files = {**FILES, REGISTER: (HEAD + LISTED).replace(f" {DAY}", block)}
    made = planned(rows(("The Radio", "2020-12-30")), files)
    (fault,) = made.left_out
    assert (fault.line, fault.what, fault.is_fault) == (1, "The Radio", True)
    assert fault.reason == "the list says 2020-12-30, the file 2021-01-01: add the claim by hand"
    assert made.has_findings
    assert made.files == {REGISTER: files[REGISTER].replace("2026-01-01", "2026-02-01").encode()}
    (entry,) = loaded(applied(files, made)).entries("x/list", "radio")
    assert [claim.day for claim in entry.claims[Milestone.LISTED_ON]] == [date(2021, 1, 1)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("identifiers: {isni: 'A, }'}   # one\n", "identifiers: {isni: 'A, }', wikidata: Q7}   # one\n"),
        ("identifiers:\n  isni: A   # one\n", "identifiers:\n  isni: A   # one\n  wikidata: Q7\n"),
    ],
    ids=["in brackets", "line by line"],
)
def test_an_id_joins_those_that_a_file_has_however_they_are_written(before: str, after: str) -> None:
    made = planned(rows({**MORE, "name": "The Radio", "domains": []}), with_entity(RADIO + before))
    assert made.files[ENTITY].decode() == RADIO + after


def test_a_file_that_is_one_map_in_brackets_stays_one() -> None:
    head = "{language: 1, entity: radio, title: The Radio, names: {en: [The Radio]}"
    files = with_entity(head + "}  # one line\n")
    made = planned(rows(MORE), files)
    names = head.replace("[The Radio]", "[The Radio, Wave Station]")
    expected = names + ", domains: [wave.example], identifiers: {wikidata: Q7}}  # one line\n"
    assert applied(files, made)[ENTITY] == expected


def test_a_language_joins_names_in_brackets() -> None:
    files = with_entity(RADIO.replace(NAMES, "names: {en: [The Radio]}  # one line\n"))
    made = planned(rows(("The Radio (Радио «Волна»)", "2021-01-01")), files)
    assert "names: {en: [The Radio], ru: [Радио Волна]}  # one line\n" in applied(files, made)[ENTITY]


def test_what_follows_a_block_text_begins_on_a_line_of_its_own() -> None:
    """Such a text ends with its line break, so that the next line begins where it ends."""
    names = "names:\n  en:\n    - |-\n      The Radio\nparent: holding\n"
    before = RADIO.replace(NAMES, "").replace("domains: [radio.example]\nparent: holding\n", names)
    files = with_entity(before)
    made = planned(rows(("The Radio (Wave Station)", "2021-01-01")), files)
    assert applied(files, made)[ENTITY] == before.replace("      The Radio\n", "      The Radio\n    - Wave Station\n")
