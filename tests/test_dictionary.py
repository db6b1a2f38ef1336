"""Names made ready once, and contents that come again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from compliance import dictionary
from compliance.content.facts import Content
from compliance.content.mentioned import with_mentions
from compliance.content.publisher import Directory
from compliance.dictionary import MOST_FOUND, Names
from compliance.mentions.scan import Scanner
from compliance.model.ruleset import Ruleset
from tests.tiny import TINY, ruleset

RADIO = TINY["radio.yaml"].replace("names: {en: [The Radio]}", "names: {en: [The Radio], ru: [Радио Маяковка]}")


@pytest.fixture
def rules() -> Ruleset:
    return ruleset({**TINY, "radio.yaml": RADIO})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Ruleset]:
    """The rule sets for which a scanner was made."""
    found: list[Ruleset] = []
    make = dictionary.scanner_of

    def counted(one: Ruleset) -> Scanner:
        found.append(one)
        return make(one)

    monkeypatch.setattr(dictionary, "scanner_of", counted)
    return found


def test_nothing_is_made_ready_before_a_text_comes_and_then_once_for_all_threads(
    rules: Ruleset, made: list[Ruleset]
) -> None:
    names, directory = Names(rules), Directory.of(rules.entities.values(), rules.registers)
    names.look(Content(publisher="radio.example"), directory)
    assert (made, names.is_ready) == ([], False)
    with ThreadPoolExecutor(4) as pool:
        texts = [Content(text=f"Слушали Радио Маяковку {number}") for number in range(8)]
        found = list(pool.map(lambda content: names.look(content, directory), texts))
    assert len(made) == 1
    assert all(len(each.mentions) == 1 for each in found)


def test_a_content_that_comes_again_is_not_read_again(rules: Ruleset) -> None:
    names, directory = Names(rules), Directory.of(rules.entities.values(), rules.registers)
    once = names.look(Content(text="Слушали Радио Маяковку"), directory)
    assert names.look(Content(text="Слушали Радио Маяковку", publisher="x"), directory) is once
    assert names.look(Content(headline="Слушали Радио Маяковку"), directory) is not once


def test_a_page_of_nothing_but_names_is_read_and_not_kept(rules: Ruleset) -> None:
    names, directory = Names(rules), Directory.of(rules.entities.values(), rules.registers)
    content = Content(text="Радио Маяковка. " * (MOST_FOUND + 1))
    once = names.look(content, directory)
    assert len(once.mentions) == MOST_FOUND + 1
    assert names.look(content, directory) is not once


def test_if_something_fails_whom_a_page_mentions_is_unknown_and_the_log_says_nothing_of_the_text(
    rules: Ruleset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(one: Ruleset) -> Scanner:
        raise OSError("no dictionary at Радио Маяковка")

    monkeypatch.setattr(dictionary, "scanner_of", broken)
    names, directory = Names(rules), Directory.of(rules.entities.values(), rules.registers)
    found = names.look(Content(text="Слушали Радио Маяковку"), directory)
    assert with_mentions({}, found) == {}
    assert [record.getMessage() for record in caplog.records] == ["a content was not looked through: OSError"]
