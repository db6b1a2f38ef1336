"""A line of a list, taken apart: names with their languages, abbreviations, legal forms, countries, slips."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.language.fields import KEBAB, LANGUAGE_TAG
from compliance.model.designation import Strength
from compliance.review.importing.letters import LONGEST_ID, latin, plain, repaired, slug, unreadable, without_quotes
from compliance.review.importing.names import bare, country_of, id_of, language, taken_apart

LINES = {
    "«Фонд реки» (The River Fund), США": "ru Фонд реки; en The River Fund | US",
    "The River Fund, Inc. (RIFU, «Фонд реки», «Речной фонд») (США)": (
        "en The River Fund, Inc.; en The River Fund; * RIFU; ru Фонд реки; ru Речной фонд | US"
    ),
    "Fluss Gesellschaft e.V. («Общество реки», «ОР») (ФРГ)": (
        "de Fluss Gesellschaft e.V.; de Fluss Gesellschaft; ru Общество реки; *~ ОР | DE"
    ),
    "River Watch, RWTC («Сеть наблюдателей»), Канада": "en River Watch; * RWTC; ru Сеть наблюдателей | CA",
    "River Watch Movement, River Watch (Канада)": "en River Watch Movement; en River Watch | CA",
    "Center for River, Lake and Sea Studies («Центр рек, озер и морей»)": (
        "en Center for River, Lake and Sea Studies; ru Центр рек, озер и морей | None"
    ),
    "University of Waterland, Delta (Waterland, the one, «Университет»)": (
        "en University of Waterland, Delta; en Waterland; en the one; ru~ Университет | None"
    ),
    "Radio One Two/Radio Two Three (ROT/RTT)": (
        "en Radio One Two/Radio Two Three; en Radio One Two; en Radio Two Three; * ROT/RTT | None"
    ),
    "Fond 19/29, z.s. (Чехия)": "cs Fond 19/29, z.s.; cs Fond 19/29 | CZ",
    "«Канадский фонд рек» или «Канадский фонд озер», Канада": "ru Канадский фонд рек; ru Канадский фонд озер | CA",
    "OR (Otkrytaya Reka) (с 08.11.2017 – HUMAN RIVER PROJECT MANAGEMENT)": (
        "en~ OR; en Otkrytaya Reka; en Human River Project Management | None"
    ),
    "Церковь рек, использующая также наименование «River Library» («Библиотека рек») (США)": (
        "ru Церковь рек; en River Library; ru Библиотека рек | US"
    ),
    "Центр рек, другое используемое наименование: «Центр «РЕКА»": "ru Центр рек; ru Центр РЕКА | None",
    "«Буддистское сообщество «Родники реки» (США)": "ru Буддистское сообщество Родники реки | US",
    "(«Медиа-фонд «Служба реки», «Служба реки») (Латвия)": "ru Медиа-фонд Служба реки; ru Служба реки | LV",
    'River House («Всемирный "Речной дом"»), Польша': "en River House; ru~ Всемирный Речной дом | PL",
    "River Limited liability company (SIA) «River Project» («Проект Река»)": (
        "en River Limited liability company SIA River Project; ru Проект Река | None"
    ),
    "Limited liability company (SIA) «River Project»": (
        "en Limited liability company SIA River Project; en River Project | None"
    ),
    "River Media gUG (haftungsbeschränkt), Германия": "de River Media gUG haftungsbeschränkt; de River Media | DE",
    "Громадська органiзацiя «Вiльна рiка» (Украина)": "uk Громадська організація Вільна ріка; uk~ Вільна ріка | UA",
    "Руско речно друштво (Республика Сербия)": "sr-Cyrl Руско речно друштво | RS",
    "медиакорпорация River Welle (Германия)": "ru медиакорпорация River Welle; en River Welle | DE",
    "Natur og Elv («Природа и река»), Королевство Дания.": "nb Natur og Elv; ru~ Природа и река | DK",
    "IStories fonds, Латвийская Республика": "lv IStories fonds | LV",
    "MTÜ SupportRiver, Эстония": "et MTÜ SupportRiver; et SupportRiver | EE",
    "INC -01 River («Река»)": "en INC -01 River; en 01 River; ru~ Река | None",
    "Ltd -7": "en Ltd -7 | None",
    "ККК - Stop Occupation of Rivers": "en ККК - Stop Occupation of Rivers; en Stop Occupation of Rivers | None",
}


def shown(line: str) -> str:
    parts = taken_apart(line)
    marks = {Strength.WEAK: "~"}
    names = [f"{name.language or '*'}{marks.get(name.strength, '')} {name.text}" for name in parts.names]
    return f"{'; '.join(names)} | {parts.country}"


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_taken_apart_into_names(line: str) -> None:
    assert shown(line) == LINES[line]


@pytest.mark.parametrize(
    ("line", "title", "id_"),
    [
        ("«Фонд реки» (The River Fund)", "The River Fund", "river-fund"),
        ("Stichting River Watch («Фонд реки»)", "River Watch", "river-watch"),
        ("Flussverein Öst e.V. («Общество»), ФРГ", "Flussverein Öst", "flussverein-ost"),
        ("«Россияне реки», Грузия", "Россияне реки", "rossiiane-reki"),
        ("RIVER OF THE WORLD FOUNDATION, INC", "River of the World Foundation", "river-of-the-world-foundation"),
        ("OR (Otkrytaya Reka)", "Otkrytaya Reka", "otkrytaya-reka"),
        ("XZ gGmbH, ФРГ", "XZ", "xz"),
    ],
)
def test_the_title_is_english_if_there_is_an_english_name(line: str, title: str, id_: str) -> None:
    parts = taken_apart(line)
    assert (parts.title, id_of(parts)) == (title, id_)


def test_a_name_that_may_be_ordinary_words_is_weak() -> None:
    """Whoever publishes under the name «Квартира» is not taken for an association of that name."""
    weak = [
        name.text
        for name in taken_apart("Quarteera e.V. («Квартира», «Мир всем», QUA, QUAR)").names
        if name.strength is Strength.WEAK
    ]
    assert weak == ["Квартира", "Мир всем", "QUA"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stichting «Bellingcat»", "BELLINGCAT Ltd."),
        ("The River & Lake Fund", "river and lake fund, inc"),
        ("Člověk v tísni, o.p.s.", "clovek v tisni"),
        ("Transpar\u0435ncy", "Transparency"),
        ("Фонд «Берёзы»", "фонд березы"),
        ("Громадська Спiлка «Рiка»", "Ріка"),
    ],
)
def test_names_are_the_same_but_for_case_marks_accents_and_legal_forms(one: str, other: str) -> None:
    assert bare(one) == bare(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Новая газета", "Новая газета Европа"), ("The", "A"), ("Inc", "Ltd"), ("й", "и")]
)
def test_other_names_are_other_names(one: str, other: str) -> None:
    assert bare(one) != bare(other)


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("Transpar\u0435ncy", "Transparency"),
        ("Громадська органiзацiя", "Громадська організація"),
        ("ГРОМАДСЬКА ОРГАНI3АЦIЯ", "ГРОМАДСЬКА ОРГАНІЗАЦІЯ"),
        ("\u04aceчen", "\u04aceчen"),
        ("Ҫeҫen", "Çeçen"),
        ("два  про\u00adбела\u200b ", "два пробела"),
        ("Artec 3D", "Artec 3D"),
        ("ВОТ", "ВОТ"),
    ],
)
def test_letters_of_two_scripts_in_a_word_are_mended_if_they_look_the_same(written: str, mended: str) -> None:
    assert repaired(written) == mended


def test_a_letter_that_nobody_can_read_is_noticed() -> None:
    assert unreadable("Associa\uf50dão") == "U+F50D"
    assert unreadable("Associação «Река»\u00ad") is None


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Ğalğay Søndag Łódź Straße Æon", "galgay-sondag-lodz-strasse-aeon"),
        ("Съезд щук Ёж", "sieezd-shchuk-ezh"),
        ("Ґанок Її Європи", "ganok-ii-ievropi"),
        ("The German Fund of the", "german-fund-of-the"),
        ("The", "the"),
        ("日本", ""),
        (" ".join(["Committee"] * 9), "-".join(["committee"] * 6)),
        (
            "Register of Damage Caused by the Aggression of a Federation and the",
            "register-of-damage-caused-by-the-aggression-of-a-federation",
        ),
    ],
)
def test_an_id_is_written_in_latin_and_cut_between_words(name: str, id_: str) -> None:
    assert slug(name) == id_


def test_a_country_is_known_by_its_names_only() -> None:
    assert country_of("Королевство Дания.") == "DK"
    assert country_of("«США»") == "US"
    assert country_of("Дания и Норвегия") is None


@pytest.mark.parametrize(
    ("text", "home", "tag"),
    [
        ("Association des Rivières", "FR", "fr"),
        ("Association for Rivers and Lakes", "FR", "en"),
        ("Kesä", "FI", "fi"),
        ("Truth Hounds", "UA", "en"),
        ("Μήνας", None, "und"),
        ("Центр прав людини", None, "uk"),
        ("Рух за волю", "UA", "ru"),
        ("Рідний край", None, "uk"),
        ("Роднае слоўка", None, "be"),
        ("Ініцыятыва", None, "be"),
        ("Беларускі дом", None, "be"),
        ("Новае жыццё ў Києві", None, "be"),
        ("Блакітная рака", None, "uk"),
        ("Блакітная рака", "BY", "be"),
        ("Їжачок і річка", "BY", "uk"),
        ("Центр прав человека", "UA", "ru"),
    ],
)
def test_the_language_follows_script_words_and_country(text: str, home: str | None, tag: str) -> None:
    assert language(text, home) == tag


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)
LINE = st.lists(
    st.one_of(
        TEXT,
        st.sampled_from(["«", "»", "(", ")", ", ", "/", "; ", " или ", '"', "Inc.", "США", "e.V.", "Фонд", "Fund"]),
    ),
    max_size=12,
).map("".join)


@given(LINE)
def test_any_line_gives_names_that_files_can_hold(line: str) -> None:
    parts = taken_apart(line)
    for name in parts.names:
        assert name.text == without_quotes(name.text).strip(" ,;:–—-")
        assert name.language is None or LANGUAGE_TAG.fullmatch(name.language)
        assert name.text.isprintable()
    assert len({(name.text.casefold()) for name in parts.names}) == len(parts.names)
    assert bool(parts.title) == bool(parts.names)
    id_ = id_of(parts)
    assert not id_ or (KEBAB.fullmatch(id_) and len(id_) <= LONGEST_ID)


WORDS = st.sampled_from(["River", "Общество", "Fluss", "Озера", "Watch", "Жизнь"])
SIGNS = st.sampled_from([" ", ", ", " («", "») (", "», «", " / ", "; ", " – ", " «", "» "])


@given(st.lists(st.tuples(WORDS, SIGNS), min_size=1, max_size=8))
def test_no_word_of_a_line_is_lost_whatever_signs_stand_between(pieces: list[tuple[str, str]]) -> None:
    said = " ".join(plain(name.text) for name in taken_apart("".join(map("".join, pieces))).names).split()
    assert {plain(word) for word, _ in pieces} <= set(said)


@given(TEXT)
def test_what_was_mended_is_not_mended_again(text: str) -> None:
    assert repaired(repaired(text)) == repaired(text)
    assert re.fullmatch(r"[a-z0-9 ]*", latin(text))
