"""Names made ready once, and contents that come again."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NoReturn

import msgspec
import pytest

from compliance import dictionary
from compliance.content.facts import Content
from compliance.content.mentioned import Looked, with_mentions
from compliance.content.publisher import Directory
from compliance.dictionary import MOST_FOUND, Dictionary, Names, made_by, table_of
from compliance.forms_cache import FormsCache
from compliance.mentions.aware import AwareScanner
from compliance.mentions.inflection import RULES, RUSSIAN, Forms, Word
from compliance.mentions.table import Table
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

    def counted(one: Ruleset, *more: Any) -> AwareScanner:
        found.append(one)
        return make(one, *more)

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
    def broken(one: Ruleset, *_: object) -> AwareScanner:
        raise OSError("no dictionary at Радио Маяковка")

    monkeypatch.setattr(dictionary, "scanner_of", broken)
    names, directory = Names(rules), Directory.of(rules.entities.values(), rules.registers)
    found = names.look(Content(text="Слушали Радио Маяковку"), directory)
    assert with_mentions({}, found) == {}
    assert [record.getMessage() for record in caplog.records] == ["a content was not looked through: OSError"]


# -- forms that were worked out before ----------------------------------------------------------------------

SAID = Content(text="Жили с Радио Маяковкой")


class Refusing:
    """Stands for a dictionary that is not there."""

    def parse(self, word: str) -> NoReturn:
        raise ModuleNotFoundError(word)

    def word_is_known(self, word: str) -> NoReturn:
        raise ModuleNotFoundError(word)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Forms]:
    """What is known of words in a process that begins anew: nothing; on demand, without a dictionary."""
    analyzer = dictionary.forms().analyzer

    def begin(*, has_dictionary: bool = True) -> Forms:
        known = Forms(analyzer if has_dictionary else Refusing())
        monkeypatch.setattr(dictionary, "forms", lambda: known)
        return known

    return begin


def looked(rules: Ruleset, *more: Any) -> Looked:
    return Names(rules, *more).look(SAID, Directory.of(rules.entities.values(), rules.registers))


def without(table: Table, word: str) -> Table:
    words = {name: each for name, each in table.words[RUSSIAN].items() if name != word}
    return Table(table.made_by, {RUSSIAN: words})


@pytest.mark.parametrize(
    ("is_on", "frozen", "asked"),
    [
        (True, 0, ["disable", "freeze", "unfreeze", "enable"]),
        (False, 0, ["disable", "freeze", "unfreeze"]),
        (True, 7, ["disable", "enable"]),
    ],
)
def test_making_ready_leaves_the_search_for_cycles_and_what_others_froze_as_they_were(
    rules: Ruleset, monkeypatch: pytest.MonkeyPatch, *, is_on: bool, frozen: int, asked: list[str]
) -> None:
    said: list[str] = []
    fake = SimpleNamespace(isenabled=lambda: is_on, get_freeze_count=lambda: frozen)
    for name in ("disable", "freeze", "unfreeze", "enable"):
        setattr(fake, name, partial(said.append, name))
    monkeypatch.setattr(dictionary, "gc", fake)
    dictionary.made_ready(rules.entities.values(), rules, dictionary.forms())
    assert said == asked


def test_with_the_forms_that_came_with_the_rules_nobody_asks_the_dictionary(
    rules: Ruleset, fresh: Callable[..., Forms]
) -> None:
    shipped, wanted = table_of(rules), looked(rules)
    known = fresh(has_dictionary=False)
    assert looked(rules, shipped) == wanted
    assert len(wanted.mentions) == 1
    assert known.known == {}


def test_forms_are_worked_out_for_the_words_of_the_names_and_no_others(rules: Ruleset) -> None:
    assert set(table_of(rules).words[RUSSIAN]) == {"радио", "маяковка"}


@pytest.mark.parametrize("word", ["радио", "маяковка"])
def test_a_word_that_came_without_forms_is_asked_of_the_dictionary(
    rules: Ruleset, fresh: Callable[..., Forms], word: str
) -> None:
    shipped, wanted = without(table_of(rules), word), looked(rules)
    assert looked(rules, shipped) == wanted
    fresh(has_dictionary=False)
    assert with_mentions({}, looked(rules, shipped)) == {}  # nobody knows


def test_forms_by_other_rules_are_worked_out_again_and_the_log_says_so(
    rules: Ruleset, fresh: Callable[..., Forms], caplog: pytest.LogCaptureFixture
) -> None:
    bare = Table(made_by(), {RUSSIAN: {name: Word(frozenset({name})) for name in ("радио", "маяковка")}})
    assert looked(rules, bare).mentions == ()  # so it counts if it is by these rules; no rule for endings gives `-кой`
    for version in (RULES - 1, RULES + 1):
        other = Table(msgspec.structs.replace(bare.made_by, rules=version), bare.words)
        assert looked(rules, other) == looked(rules)
    assert [record.getMessage() for record in caplog.records] == [
        "the word forms in the bundle are by other rules, and are worked out here: build it again"
    ] * 2


def test_what_a_former_start_worked_out_is_not_asked_again(
    rules: Ruleset, fresh: Callable[..., Forms], tmp_path: Path
) -> None:
    cache = FormsCache(tmp_path)
    fresh()
    wanted = looked(rules, None, cache)
    assert cache.read(made_by()) == table_of(rules)
    fresh(has_dictionary=False)
    written = cache.path.stat().st_mtime_ns
    assert looked(rules, None, cache) == wanted
    assert cache.path.stat().st_mtime_ns == written


def test_a_new_word_is_asked_and_kept_beside_the_others(
    rules: Ruleset, fresh: Callable[..., Forms], tmp_path: Path
) -> None:
    cache = FormsCache(tmp_path)
    fresh()
    looked(rules, None, cache)
    more = ruleset({**TINY, "radio.yaml": RADIO.replace("Радио Маяковка", "Радио Волна")})
    fresh()
    looked(more, None, cache)
    kept = cache.read(made_by())
    assert kept is not None
    assert set(kept.words[RUSSIAN]) == {"радио", "маяковка", "волна"}


def test_forms_that_came_with_the_rules_are_not_kept(rules: Ruleset, tmp_path: Path) -> None:
    looked(rules, table_of(rules), FormsCache(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_dictionary_is_opened_with_the_first_word_and_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    load = importlib.import_module

    def counted(name: str, *more: Any) -> Any:
        opened.append(name)
        return load(name, *more)

    monkeypatch.setattr(importlib, "import_module", counted)
    words = Dictionary()
    assert opened == []
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(words.word_is_known, ["газета"] * 8))
    assert opened.count("pymorphy3") == 1


def test_the_table_of_a_rule_set_has_the_words_of_its_marks(rules: Ruleset) -> None:
    """Else serving a bundle would open the dictionary for them."""
    mark = "marks: [{language: ru, phrases: [опасный вещатель]}]\nentries:\n"
    marking = ruleset({**TINY, "radio.yaml": RADIO, "list.yaml": TINY["list.yaml"].replace("entries:\n", mark)})
    more = set(table_of(marking).words[RUSSIAN]) - set(table_of(rules).words[RUSSIAN])
    assert more == {"опасный", "вещатель"}


# -- Ukrainian ------------------------------------------------------------------------------------------

UKRAINIAN_RADIO = TINY["radio.yaml"].replace("names: {en: [The Radio]}", "names: {uk: [Синя Сова]}")
OWL: Final = {"сова": Word(frozenset({"сова", "совищем"})), "синя": Word(frozenset({"синя"}))}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The words that a Ukrainian dictionary, which is there, was asked."""
    found: list[set[str]] = []

    def known(words: Collection[str]) -> tuple[Mapping[str, Word], str | None]:
        found.append(set(words))
        return {word: OWL[word] for word in words}, "a dictionary 1"

    monkeypatch.setattr(dictionary, "known_in_ukrainian", known)
    monkeypatch.setattr(dictionary, "installed", lambda: "a dictionary 1")
    return found


def test_forms_of_a_ukrainian_dictionary_are_joined_with_those_of_rules_and_shipped_with_its_name(
    fresh: Callable[..., Forms], asked: list[set[str]]
) -> None:
    fresh()
    owl = ruleset({**TINY, "radio.yaml": UKRAINIAN_RADIO})
    table = table_of(owl)
    assert asked == [{"синя", "сова"}]
    assert table.made_by.dictionary.endswith(", a dictionary 1")
    for text in ("Бачили Синя Совищем", "Бачили Синю Сову"):
        found = Names(owl, table).ready().scan(text)
        assert [each.verdict for each in found.mentions] == ["certain"]
    assert len(asked) == 1


def test_a_start_asks_for_ukrainian_words_once_and_the_next_one_reads_them(
    fresh: Callable[..., Forms], asked: list[set[str]], tmp_path: Path
) -> None:
    owl = ruleset({**TINY, "radio.yaml": UKRAINIAN_RADIO})
    for _ in range(2):
        fresh()
        found = Names(owl, None, FormsCache(tmp_path)).ready().scan("Бачили Синя Совищем")
        assert len(found.mentions) == 1
    assert len(asked) == 1


def test_what_was_worked_out_without_a_dictionary_that_failed_is_not_kept(
    fresh: Callable[..., Forms], asked: list[set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionary, "known_in_ukrainian", lambda _: ({}, None))
    owl = ruleset({**TINY, "radio.yaml": UKRAINIAN_RADIO})
    fresh()
    assert len(Names(owl, None, FormsCache(tmp_path)).ready().scan("Бачили Синю Сову").mentions) == 1
    assert list(tmp_path.iterdir()) == []
    assert "a dictionary 1" not in table_of(owl).made_by.dictionary


def test_rules_without_ukrainian_names_ask_no_ukrainian_dictionary(
    rules: Ruleset, fresh: Callable[..., Forms], asked: list[set[str]]
) -> None:
    fresh()
    assert "a dictionary 1" not in table_of(rules).made_by.dictionary
    assert asked == []
