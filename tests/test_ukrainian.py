"""The Ukrainian dictionary, an extra: asked in a process of its own, and missed by nobody who has it not."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymorphy3
import pytest

from compliance import ukrainian
from compliance.mentions.inflection import Word, russian
from compliance.ukrainian import UkrainianError, ask, installed, known, words_in
from tests.mentions.naming import alias, entity

has_dictionary = pytest.mark.skipif(
    installed() is None, reason='pymorphy3-dicts-uk (GPLv3) is not installed: pip install ".[uk]"'
)


def worker(tmp_path: Path, body: str) -> Sequence[str]:
    """A command that stands in for the worker; `words` are those that it is asked."""
    script = tmp_path / "worker.py"
    script.write_text(f"import json, sys, time\nwords = json.load(sys.stdin)\n{body}\n", encoding="utf-8")
    return (sys.executable, str(script))


def saying(answer: Any) -> str:
    return f"print({json.dumps(json.dumps(answer))})"


FINE = "print(json.dumps({'dictionary': 'a dictionary 1', 'forms': {each: [each + 'у'] for each in words}}))"


def test_words_are_asked_in_a_process_of_its_own_and_come_with_the_name_of_the_dictionary(tmp_path: Path) -> None:
    answer = ask({"сова", "стіл"}, worker(tmp_path, FINE))
    assert (answer.dictionary, answer.forms) == ("a dictionary 1", {"сова": ("совау",), "стіл": ("стілу",)})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("pass", "gave no table of forms"),
        ("print('{')", "gave no table of forms"),
        ("sys.stdout.buffer.write(b'\\xff')", "gave no table of forms"),
        (saying({"dictionary": "one", "forms": {"сова": 7}}), "gave no table of forms"),
        (saying({"dictionary": "one", "forms": {}}), "answered for other words than it was asked for"),
        ("time.sleep(60)", "did not answer within 0.5 s"),
    ],
)
def test_a_worker_that_fails_says_how(tmp_path: Path, body: str, why: str) -> None:
    with pytest.raises(UkrainianError, match=f"^{why}$"):
        ask({"сова"}, worker(tmp_path, body), patience=0.5 if "sleep" in body else 30)


def test_a_worker_that_cannot_be_started_says_so(tmp_path: Path) -> None:
    with pytest.raises(UkrainianError, match=r"^cannot be started \(no such file or directory\)$"):
        ask({"сова"}, [str(tmp_path / "nobody")])


def test_without_the_dictionary_or_without_words_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ukrainian, "ask", None)
    monkeypatch.setattr(ukrainian, "installed", lambda: None)
    assert known({"сова"}) == ({}, None)
    monkeypatch.setattr(ukrainian, "installed", lambda: "a dictionary 1")
    assert known(()) == ({}, None)


def test_a_dictionary_that_fails_leaves_the_rules_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(words: object) -> ukrainian.Answer:
        return ask({"сова"}, worker(tmp_path, "sys.exit(1)"))

    monkeypatch.setattr(ukrainian, "installed", lambda: "a dictionary 1")
    monkeypatch.setattr(ukrainian, "ask", failing)
    with caplog.at_level(logging.WARNING):
        assert known({"сова"}) == ({}, None)
    told = [record.getMessage() for record in caplog.records]
    assert told == ["the Ukrainian dictionary ended with status 1: names are declined by rules alone"]


def test_what_is_known_holds_the_word_itself_and_its_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = worker(tmp_path, FINE)
    monkeypatch.setattr(ukrainian, "installed", lambda: "a dictionary 1")
    monkeypatch.setattr(ukrainian, "ask", lambda words: ask(words, command))
    words, dictionary = known({"сова"})
    assert dictionary == "a dictionary 1"
    assert words == {"сова": Word(frozenset({"сова", "совау"}))}


def test_the_words_to_ask_are_those_of_ukrainian_names_and_of_what_stands_near_them() -> None:
    one = entity(
        "one", alias("Синя Сова TV", "uk", context=["мар'янівка"]), alias("Новая газета"), alias("Night", "uk")
    )
    assert words_in([one]) == {"синя", "сова", "мар'янівка"}


@has_dictionary
def test_the_dictionary_knows_cases_that_end_otherwise_than_rules_have_it() -> None:
    words, dictionary = known({"січ", "об'єднання", "яків"})
    assert dictionary == installed()
    assert "січчю" in words["січ"].forms
    assert {"об'єднанням", "об'єднанні"} <= words["об'єднання"].forms
    assert "якова" in words["яків"].forms


@has_dictionary
def test_the_russian_dictionary_is_as_before_when_the_ukrainian_one_was_asked() -> None:
    analyzer = pymorphy3.MorphAnalyzer(lang="ru")
    before = russian("новая", analyzer)
    assert known({"новий"})[1] is not None
    assert russian("новая", analyzer) == before
    assert str(analyzer.parse("новая")[0].tag) == "ADJF,Qual femn,sing,nomn"
