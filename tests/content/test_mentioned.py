"""Text as a fact: whom a page mentions, who may be mentioned, and when nobody can tell who else is."""

from __future__ import annotations

from typing import Final

import pytest

from compliance.content.facts import Content, facts_of
from compliance.content.mentioned import NOTHING, Looked, digest_of, filled, look, with_mentions
from compliance.content.publisher import Directory
from compliance.mentions.names import names_of
from compliance.mentions.scan import Scanner
from compliance.model.designation import Entity
from compliance.model.facts import FactValue, Members, OneOf
from tests.mentions.naming import Strength, alias, dictionary, entity

BEACON = entity("beacon", "Радио Маяковка")
UNION = entity("union", alias("Вереск", strength=Strength.WEAK))
SITE = Entity("site", "Site", domains=("site.example",))
TEXT = "Слушали Радио Маяковку. Вереск собрался."
PAGE = """<html lang="ru"><head><title>Вереск</title>
<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-02-20", "inLanguage": "ru",
 "publisher": {"name": "site.example"}}</script></head>
<body><p>Слушали Радио <b>Мая&shy;ковку</b>, <a href="https://www.site.example/a">и не только</a>.</p></body></html>"""


def looked(**given: str) -> Looked:
    scanner = Scanner(names_of([BEACON, UNION, SITE], dictionary()))
    return look(Content(**given), Directory.of([BEACON, UNION, SITE], {}), scanner.scan_fields)  # type: ignore[arg-type]


def mentions(language: str | None = "ru", **given: str) -> FactValue:
    facts: dict[str, FactValue] = {} if language is None else {"content.language": OneOf(frozenset({language}))}
    return with_mentions(facts, looked(**given))["content.mentions"]


def test_certain_mentions_are_members_and_possible_ones_may_be() -> None:
    assert mentions(text=TEXT) == Members(frozenset({"beacon"}), frozenset({"union"}))


def test_a_headline_alone_leaves_the_rest_unknown() -> None:
    assert mentions(headline=TEXT) == Members(frozenset({"beacon"}), frozenset({"union"}), other=True)


@pytest.mark.parametrize(
    ("language", "is_open"), [("ru", False), ("en-GB", False), ("be", True), ("kk", True), ("pl", True)]
)
def test_in_a_language_whose_forms_nobody_knows_the_rest_is_unknown(language: str, is_open: bool) -> None:
    assert mentions(language, text=TEXT) == Members(frozenset({"beacon"}), frozenset({"union"}), other=is_open)


LONG: Final = (
    "Вчера вечером слушали Радио Маяковку, и на этот раз все было так, как они и сказали: музыка, новости и то, что "
    "было до них. Но уже через час из окна не было видно ни улицы, ни реки."
)
FINNISH: Final = (
    "Eilen illalla kuunneltiin radiota, ja kaikki oli niin kuin he olivat sanoneet. Mutta sen jälkeen ei ole ollut "
    "mitään uutta, ja nyt vain odotetaan, mitä he vielä sanovat."
)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        (LONG, False),
        ("Слушали Радио Маяковку.", True),
        ("Wir hörten das Radio", True),
        (FINNISH, True),
        (f"{LONG}\n{FINNISH}\n{LONG}", True),
        ("Слухалі радыё, і кожны ўспомніў", True),
        ("Słuchali radia, każdy się śmiał", True),
        ("Радио туралы әңгіме қызық", True),
        ("רדיו", True),
        ("ラジオを聞いた", True),
    ],
)
def test_without_a_language_the_words_have_to_show_one_whose_forms_are_known(text: str, is_open: bool) -> None:
    value = mentions(None, text=text)
    assert isinstance(value, Members)
    assert value.other is is_open


@pytest.mark.parametrize("language", ["en", "ru", "sv-FI"])
@pytest.mark.parametrize(
    "text", [FINNISH, f"{LONG}\n{FINNISH}", "Näin kertoi Maiakovkan toimittaja, joka ei ole nyt täällä"]
)
def test_the_words_count_whatever_the_page_is_said_to_be_in(language: str, text: str) -> None:
    value = mentions(language, text=text)
    assert isinstance(value, Members)
    assert value.other


def test_a_headline_in_another_language_counts_too() -> None:
    value = mentions("ru", text=LONG, headline="Näin kertoi toimittaja, joka ei ole nyt täällä")
    assert value == Members(frozenset({"beacon"}), other=True)


def test_what_was_said_outright_is_believed() -> None:
    said: dict[str, FactValue] = {"content.mentions": Members(frozenset({"paper"}))}
    assert with_mentions(said, looked(text=TEXT)) == said


def test_without_a_text_nothing_is_concluded() -> None:
    assert digest_of(Content(headline=" ", text="")) is None
    assert with_mentions({}, NOTHING) == {}
    assert digest_of(Content(headline="a", text="b")) != digest_of(Content(text="ab"))


def test_of_a_page_every_place_is_in_its_source_and_what_it_links_to_is_known() -> None:
    found = looked(html=PAGE)
    assert found.links == Members(frozenset({"site"}))
    by_entity = {each.what.entity: each for each in found.mentions}
    (start, end) = by_entity["beacon"].span or (0, 0)
    assert PAGE[start:end].startswith("Радио <b>Мая&shy;ковку")
    assert by_entity["union"].what.field == "html.title"
    facts = with_mentions({}, found)
    assert facts["content.mentions"] == Members(frozenset({"beacon"}), frozenset({"union"}), other=True)
    in_russian = with_mentions({"content.language": OneOf(frozenset({"ru"}))}, found)
    assert in_russian["content.mentions"] == Members(frozenset({"beacon"}), frozenset({"union"}))
    assert facts["content.links_to"] == Members(frozenset({"site"}))


def test_what_a_page_says_of_itself_counts_where_the_caller_is_silent() -> None:
    content = filled(Content(html=PAGE), looked(html=PAGE))
    assert (content.language, content.date_published, content.publisher) == ("ru", "2024-02-20", "site.example")
    told = Content(html=PAGE, language="en", date_published="2020-01-01", url="https://other.example/a")
    assert filled(told, looked(html=PAGE)) == told


def test_what_a_page_says_in_two_ways_is_not_taken() -> None:
    page = PAGE.replace("<title>", '<meta property="article:published_time" content="2024-03-01"><title>').replace(
        '"inLanguage": "ru"', '"inLanguage": "uk"'
    )
    content = filled(Content(html=page), looked(html=page))
    assert (content.language, content.date_published) == (None, None)


@pytest.mark.parametrize("written", ["Русский", "russian language", "ru;en", "x", "!", "en-US-x-very-long-thing"])
def test_what_a_page_writes_in_place_of_a_language_is_no_mistake_of_the_caller(written: str) -> None:
    page = PAGE.replace('lang="ru"', f'lang="{written}"').replace('"inLanguage": "ru",', "")
    content = filled(Content(html=page), looked(html=page))
    assert content.language is None
    assert facts_of(content, Directory.of([BEACON, UNION, SITE], {}))


@pytest.mark.parametrize("written", ["ru", "ru_RU", "zh-Hans-CN", "es-419"])
def test_a_language_of_a_page_is_taken_as_it_is_written(written: str) -> None:
    page = PAGE.replace('lang="ru"', f'lang="{written}"').replace('"inLanguage": "ru",', "")
    content = filled(Content(html=page), looked(html=page))
    assert content.language == written
    assert "content.language" in facts_of(content, Directory.of([BEACON, UNION, SITE], {}))


def test_a_page_that_no_parser_was_asked_about_leaves_the_rest_unknown() -> None:
    deep = "<div>" * 90_000 + "Слушали Радио Маяковку"
    found = looked(html=deep)
    assert (found.is_whole, found.links) == (False, None)
    assert with_mentions({}, found)["content.mentions"] == Members(frozenset({"beacon"}), other=True)


def test_the_letters_count_whatever_the_page_is_said_to_be_in() -> None:
    value = mentions("en", text="Слухалі радыё, і кожны ўспомніў, як ўсё было")
    assert value == Members(other=True)


def test_whose_an_undeclared_site_is_nobody_knows() -> None:
    page = PAGE.replace("</body>", '<a href="https://nobody-declared.example/">a</a></body>')
    assert looked(html=page).links == Members(frozenset({"site"}), other=True)


def test_a_site_of_several_entities_may_be_that_of_each() -> None:
    other = Entity("other", "Other", domains=("site.example",))
    directory = Directory.of([SITE, other], {})
    found = look(Content(html=PAGE), directory, Scanner(names_of([BEACON], dictionary())).scan_fields)
    assert found.links == Members(perhaps=frozenset({"other", "site"}))
