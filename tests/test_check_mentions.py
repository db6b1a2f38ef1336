"""Texts in answers: whom they name is a fact, and stands in the answer with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final, Protocol

import pytest

from compliance import Answer, Checker, Content, Reader
from compliance.geo import Databases
from compliance.marking import marked
from compliance.store import Store
from tests.tiny import TINY, changed, written

RADIO: Final = TINY["radio.yaml"].replace("names: {en: [The Radio]}", "names: {en: [The Radio], ru: [Радио Маяковка]}")
MENTIONING: Final = changed(
    "warn.yaml",
    ("when:\n  publisher.", "for_each: content.mentions\nwhen:\n  mention."),
    ("  publisher.designated_as: review", "  mention.designated_as: show"),
    ("publisher.title", "mention.title"),
    ("{publisher: radio", "{content.mentions: [radio]"),
    also={"radio.yaml": RADIO},
)


class Ask(Protocol):
    """Asks about a page for a reader in Russia."""

    def __call__(
        self, text: str | None = None, language: str = "ru", headline: str | None = None, *, mentions: str | None = None
    ) -> Answer: ...


@pytest.fixture(scope="module")
def about(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    checker = Checker(Store(written(tmp_path_factory.mktemp("rules"), MENTIONING)), Databases())

    def ask(
        text: str | None = None, language: str = "ru", headline: str | None = None, *, mentions: str | None = None
    ) -> Answer:
        facts = {} if mentions is None else {"content.mentions": [mentions]}
        content = Content(publisher="paper", text=text, headline=headline, language=language, facts=facts)
        return checker.check(content, Reader(country="RU"), as_of=date(2026, 1, 15))

    return ask


def test_whom_a_text_names_is_decided_on_and_told_with_the_registers(about: Ask) -> None:
    answer = about("Слушали Радио Маяковку.")
    assert [(each.id, each.entity, each.status) for each in answer.notices] == [("warn", "radio", "required")]
    (mention,) = answer.mentions
    assert (mention.entity, mention.surface, mention.start, mention.end) == ("radio", "Радио Маяковку", 8, 22)
    (status,) = mention.statuses
    assert (status.register, status.first_day, status.certain) == ("x/list", date(2021, 1, 1), True)


def test_a_text_that_names_nobody_asks_for_nothing_and_a_headline_leaves_it_open(about: Ask) -> None:
    assert about("Ничего нового.").notices == ()
    assert [each.status for each in about(None, headline="Ничего нового").notices] == ["possible"]
    assert [each.status for each in about(None).notices] == ["possible"]


def test_in_a_language_whose_forms_nobody_knows_somebody_else_may_be_named(about: Ask) -> None:
    assert [each.status for each in about("Нічога новага.", "be").notices] == ["possible"]


def test_whoever_says_whom_a_page_mentions_is_believed_and_the_text_is_read_all_the_same(about: Ask) -> None:
    answer = about("Слушали Радио Маяковку.", mentions="paper")
    assert (answer.notices, [each.entity for each in answer.mentions]) == ((), ["radio"])


def test_where_mentions_stand_is_a_part_of_the_key(about: Ask) -> None:
    one, other = about("Радио Маяковка молчит"), about("Да, Радио Маяковка молчит")
    assert one.cache.key != other.cache.key
    assert one.cache.key == about("Радио Маяковка говорит").cache.key


@pytest.mark.parametrize("half", [chr(0xD800), chr(0xDC00), chr(0xDFFF) + chr(0xD800)])
def test_half_a_character_hides_nobody_and_every_answer_can_be_written_down(about: Ask, half: str) -> None:
    whole = about("Так сообщило «Радио  Маяковка» вчера.")
    (found,) = whole.mentions
    for text in (f"{half}Так сообщило «Радио  Маяковка»", f"Так сообщило «Радио{half}  Маяковка»{half}"):
        answer = about(text)
        (mention,) = answer.mentions
        assert (mention.entity, mention.verdict) == (found.entity, found.verdict)
        assert mention.surface == text[mention.start : mention.end].replace(half, "\ufffd" * len(half))
        assert [each.id for each in answer.notices] == [each.id for each in whole.notices] != []
        assert "Маяковка" in answer.to_json().decode()
    assert about(None, headline=f"{half}Радио Маяковка").mentions


def test_half_a_character_in_a_page_moves_no_place_and_is_a_sign_in_what_is_annotated(tmp_path: Path) -> None:
    checker = Checker(Store(written(tmp_path, MENTIONING)), Databases())
    page = "<p>\ud800Пишет Радио Маяковка \udc00</p>"
    found = marked(checker, Content(html=page, language="ru"), Reader(country="RU"), as_of=date(2026, 1, 15))
    (mention,) = found.answer.mentions
    assert page[mention.start : mention.end] == "Радио Маяковка"
    assert found.html is not None
    assert found.html.count("\ufffd") == 2
    assert b"\xef\xbf\xbd" in found.to_json()
