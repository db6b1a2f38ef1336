"""Names that are written in another way than their file has them: found in their place, and no surer than they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.scan import Scanner
from tests.mentions.naming import Strength, alias, entity, names, scanned

LAMP = entity("lamp", alias("Bellafield", "en"), "Беллафилд")
GAZETTE = entity("gazette", "Вечерняя хроника Восток")
LANTERN = entity("lantern", alias("L'Lanterne", "fr"), alias("Fanal libéré", "fr"), alias("Fidélité", "fr"))
RIVER = entity("river", alias("РМК/ВРК", None, Strength.ACRONYM))
COAST = entity("coast", alias("ПБ", None, Strength.ACRONYM))
SIGNS = "it is written with other signs"


@pytest.mark.parametrize(
    "written",
    [
        "𝐁𝐞𝐥𝐥𝐚𝐟𝐢𝐞𝐥𝐝",
        "𝘉𝘦𝘭𝘭𝘢𝘧𝘪𝘦𝘭𝘥",
        "Ｂｅｌｌａｆｉｅｌｄ",
        "Ⓑⓔⓛⓛⓐⓕⓘⓔⓛⓓ",
        "🄱🄴🄻🄻🄰🄵🄸🄴🄻🄳",
        "Bellaﬁeld",
        "Be\xadllaﬁeld",
    ],
)
def test_letters_in_another_dress_are_the_letters_that_they_are(written: str) -> None:
    text = f"ﬁrst, {written} wrote; ﬃ."
    assert names(text, LAMP) == [f"lamp: {written} certain"]


def test_raised_letters_are_all_small_ones() -> None:
    assert names("ᴮᵉˡˡᵃᶠⁱᵉˡᵈ wrote", LAMP) == ["lamp: ᴮᵉˡˡᵃᶠⁱᵉˡᵈ possible"]


def test_a_raised_digit_is_no_part_of_a_name() -> None:
    assert names("Bellafield² wrote", LAMP) == names("Bellafield\xb9 wrote", LAMP) == []


@pytest.mark.parametrize("written", ["Вечерняя хроникa Воcток", "Вечерняя хроника Востоk"])
def test_latin_letters_with_dots_stand_for_cyrillic_ones(written: str) -> None:
    lake = entity("lake", "Озёрный вестник", alias("Країна", "uk"))
    assert names("Пишет Озëрный вестник, читає КРАÏНА", lake) == [
        "lake: Озëрный вестник certain",
        "lake: КРАÏНА certain",
    ]
    assert names(f"Пишет {written}", GAZETTE) == [f"gazette: {written} certain"]


@pytest.mark.parametrize("end", ["-\n", "\xad\n", "-\r\n", "\u2010\n  ", "- \n"])
def test_a_name_that_goes_on_in_the_next_line_is_possible(end: str) -> None:
    for text, holder in (
        (f"Пишет Белла{end}филд вчера. Молчат.", LAMP),
        (f"Пишет Вечерняя хро{end}ника Восток; ﬁn", GAZETTE),
    ):
        (found,) = scanned(text, holder).mentions
        assert text[found.start : found.end] == found.surface
        assert end in found.surface
        assert (found.verdict, found.lacks) == ("possible", "it goes on in the next line")
    assert names(f"Пишет Белла{end}филд. Беллафилд молчит.", LAMP) == [
        f"lamp: Белла{end}филд possible",
        "lamp: Беллафилд certain",
    ]


def test_words_of_two_lines_hide_no_name_that_stands_in_one_of_them() -> None:
    beacon = entity("beacon", "Маяковка")
    assert names("Пишет Маяковка-\nтам. Белла-\nфилд", beacon, LAMP) == [
        "beacon: Маяковка certain",
        "lamp: Белла-\nфилд possible",
    ]
    assert names("Белла -\nфилд, Белла-\n\nфилд, Белла- филд", LAMP) == []


@pytest.mark.parametrize("sign", ["#", "@"])
@pytest.mark.parametrize("written", ["ВечерняяХроникаВосток", "вечерняяхроникавосток", "ВЕЧЕРНЯЯХРОНИКАВОСТОК"])
def test_a_tag_of_all_words_of_a_name_is_possible(sign: str, written: str) -> None:
    (found,) = scanned(f"Читайте {sign}{written}, пока можно", GAZETTE).mentions
    assert (found.surface, found.verdict) == (written, "possible")
    assert found.lacks == "it is written as a tag or a handle"


def test_a_tag_with_lines_below_is_the_name_and_a_longer_word_is_none() -> None:
    assert names("#Вечерняя_хроника_Восток", GAZETTE) == ["gazette: Вечерняя_хроника_Восток certain"]
    assert names("#вечерняяхроникавостока ВечерняяХроникаВосток", GAZETTE) == []
    assert names("#Bellafield @bellafield", LAMP) == ["lamp: Bellafield certain", "lamp: bellafield possible"]


def test_a_word_that_is_found_as_it_is_is_found_in_a_tag_that_is_another_name() -> None:
    one, other = entity("one", "Вечерняя хроника"), entity("other", "ВечерняяХроника")
    assert names("#ВечерняяХроника", one, other) == [
        "one: ВечерняяХроника possible",
        "other: ВечерняяХроника certain",
    ]


@pytest.mark.parametrize(
    "written", ["РМК–ВРК", "РМК-ВРК", "РМК ВРК", "Р.М.К./В.Р.К.", "Р. М. К./В. Р. К.", "РМК\xad/ВРК"]
)
def test_an_acronym_with_other_signs_is_possible(written: str) -> None:
    (found,) = scanned(f"Сообщает {written} сегодня", RIVER).mentions
    assert (found.surface, found.verdict, found.lacks) == (written, "possible", SIGNS)
    assert names("р.м.к./в.р.к., рмк-врк", RIVER) == []


def test_a_short_name_in_capitals_may_be_an_acronym_whatever_it_is_filed_as() -> None:
    weak = entity("weak", alias("РМБ", strength=Strength.WEAK))
    assert names("сообщает Р.М.Б. сегодня, р.м.б. и р. м. б. нет", weak) == ["weak: Р.М.Б. possible"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("сообщает П.Б. сегодня", True),
        ("сообщает П. Б. сегодня", True),
        ("сообщает П.Б. Синеоков", False),
        ("сообщает Синеоков П.Б. сегодня", False),
        ("сообщает А.П.Б. сегодня", False),
        ("сообщает П.Б.Синеоков", False),
    ],
)
def test_what_may_be_the_initials_of_somebody_is_no_acronym(text: str, is_one: bool) -> None:
    assert [each.lacks for each in scanned(text, COAST).mentions] == [SIGNS] * is_one


def test_an_acronym_with_full_stops_hides_nobody_behind_it() -> None:
    person = entity("person", alias("П. Б. Синеоков", strength=Strength.MEDIUM))
    for text in ("пишет П.Б.Синеоков", "пишет П.Б. Синеоков", "пишет П. Б. Синеоков"):
        assert [each.partition(":")[0] for each in names(text, person, COAST)] == ["person"]


def test_capitals_without_accents_are_possible_and_one_word_in_small_letters_is_told() -> None:
    found = scanned("FIDELITE, Fidelite, Fanal libere, FANAL LIBERE, FIDÉLITÉ", LANTERN)
    assert [(each.surface, each.verdict) for each in found.mentions] == [
        ("FIDELITE", "certain"),
        ("Fanal libere", "certain"),
        ("FANAL LIBERE", "certain"),
        ("FIDÉLITÉ", "certain"),
    ]
    assert [each.because for each in found.suppressed] == ["it is written without accents"]
    alone = scanned("FIDELITE, Fanal libere", LANTERN).mentions
    assert [(each.verdict, each.lacks) for each in alone] == [("possible", "it is written without accents")] * 2
    assert names("Fanal libere", entity("strong", alias("Fanal Libéré", "fr"))) == ["strong: Fanal libere possible"]
    assert names("HOSTBLAEKK", entity("autumn", alias("Høstblækk", "da"))) == ["autumn: HOSTBLAEKK possible"]


def test_cyrillic_letters_keep_their_marks() -> None:
    assert names("РАИОН", entity("area", "Район")) == []


def test_a_name_with_an_apostrophe_hides_no_shorter_one_that_stands_where_it_does_not() -> None:
    other = entity("other", alias("Lanterne", "fr"))
    found = scanned("L'Lanterne écrit", LANTERN, other)
    assert [each.entity for each in found.mentions] == ["lantern"]
    assert [(each.entity, each.because) for each in found.suppressed] == [("other", "it is a part of `L'Lanterne`")]
    assert names("dell'Lanterne", LANTERN, other) == ["other: Lanterne certain"]
    assert names("l'Lanterne", LANTERN, other) == ["lantern: l'Lanterne possible", "other: Lanterne possible"]
    front = entity("front", alias("Lanterne", "fr")), entity("back", alias("Lanterne'bc", "fr"))
    assert names("Lanterne'bcd", *front) == ["front: Lanterne certain"]


PIECES = (
    *("Белла", "филд", "Беллафилд", "-\n", "\xad\n", "#", "@", "ﬁ", "𝐁", " ", ".", "\n", "Р.М.К.", "/", "В.Р.К.", "'"),
    *("вечерняяхроникавосток", "Вечерняя", "хроника", "Восток", "_", "ë", "FIDELITE", "L'Lanterne", "İ", "\u0301"),
)
ODD = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
FINDER = Scanner(names_of([LAMP, GAZETTE, LANTERN, RIVER, COAST], AsWritten()))


@given(ODD)
def test_whatever_is_found_stands_where_it_is_said_to(text: str) -> None:
    found = FINDER.scan(text)
    for each in found.mentions:
        assert text[each.start : each.end] == each.surface != ""
        assert each.surface[0].isalnum()
    for gone in found.suppressed:
        assert 0 <= gone.start < gone.end <= len(text)


@given(ODD, ODD)
def test_no_spelling_around_hides_a_name_in_a_paragraph_of_its_own(before: str, behind: str) -> None:
    text = f"{before}\n\nБеллафилд.\n\n{behind}"
    start = len(before) + 2
    assert any((each.entity, each.start) == ("lamp", start) for each in FINDER.scan(text).mentions)
