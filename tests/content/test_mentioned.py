"""Text as a fact: whom a page mentions, who may be mentioned, and when nobody can tell who else is."""

from __future__ import annotations

import pytest

from compliance.content.facts import Content
from compliance.content.mentioned import parts_of, with_mentions
from compliance.mentions.scan import Scanned
from compliance.model.facts import FactValue, Members, OneOf
from tests.mentions.naming import Strength, alias, entity, scanned

BEACON = entity("beacon", "Радио Маяковка")
UNION = entity("union", alias("Вереск", strength=Strength.WEAK))
TEXT = "Слушали Радио Маяковку. Вереск собрался."


def mentions(language: str | None = "ru", **parts: str) -> FactValue:
    facts: dict[str, FactValue] = {} if language is None else {"content.language": OneOf(frozenset({language}))}
    found = scanned(next(iter(parts.values())), BEACON, UNION)
    return with_mentions(facts, parts, found)["content.mentions"]


def test_certain_mentions_are_members_and_possible_ones_may_be() -> None:
    assert mentions(text=TEXT) == Members(frozenset({"beacon"}), frozenset({"union"}))


def test_a_headline_alone_leaves_the_rest_unknown() -> None:
    assert mentions(headline=TEXT) == Members(frozenset({"beacon"}), frozenset({"union"}), other=True)


@pytest.mark.parametrize(
    ("language", "is_open"), [("ru", False), ("en-GB", False), ("be", True), ("kk", True), ("pl", True)]
)
def test_in_a_language_whose_forms_nobody_knows_the_rest_is_unknown(language: str, is_open: bool) -> None:
    assert mentions(language, text=TEXT) == Members(frozenset({"beacon"}), frozenset({"union"}), other=is_open)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("Слушали Радио Маяковку.", False),
        ("Слухали радіо, їхні слова ґречні", False),
        ("Слухалі радыё, і кожны ўспомніў", True),
        ("Słuchali radia, każdy się śmiał", True),
        ("Радио туралы әңгіме қызық", True),
        ("Wir hörten das Radio, süß und groß", False),
        ("רדיו", True),
        ("ラジオを聞いた", True),
    ],
)
def test_without_a_language_its_letters_tell_whether_forms_are_known(text: str, is_open: bool) -> None:
    value = mentions(None, text=text)
    assert isinstance(value, Members)
    assert value.other is is_open


def test_what_was_said_outright_is_believed() -> None:
    said: dict[str, FactValue] = {"content.mentions": Members(frozenset({"paper"}))}
    assert with_mentions(said, {"text": TEXT}, scanned(TEXT, BEACON)) == said


def test_without_a_text_nothing_is_concluded() -> None:
    assert parts_of(Content(headline=" ", text="")) == {}
    assert with_mentions({}, {}, Scanned()) == {}
