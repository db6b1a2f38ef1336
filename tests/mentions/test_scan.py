"""Names in text: found in every form and spelling, with the longest one first, and nothing dropped in silence."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.scan import Scanner, Verdict
from tests.mentions.naming import Strength, alias, entity, names, scanned

BEACON: Final = entity(
    "beacon", "Радио Маяковка", alias("Beacon Radio", "en"), alias("РМК/BRC", None, Strength.ACRONYM)
)
GAZETTE: Final = entity("gazette", "Вечерняя хроника")
GAZETTE_EAST: Final = entity("gazette-east", "Вечерняя хроника Восток")
FUND: Final = entity("fund", "Фонд поддержки речной печати")
UNION: Final = entity("union", alias("Вереск", strength=Strength.WEAK, context=["союз", "писателей"]))


@pytest.mark.parametrize(
    "form", ["Радио Маяковка", "Радио Маяковки", "Радио Маяковке", "Радио Маяковку", "Радио Маяковкой"]
)
def test_a_name_is_found_in_every_case(form: str) -> None:
    assert names(f"Как сообщили {form} вчера, всё спокойно.", BEACON) == [f"beacon: {form} certain"]


@pytest.mark.parametrize(
    "written",
    [
        "Радио\xa0Маяковка",
        "Радио «Маяковка",
        "Радио\nМаяковка",
        "Радио — Маяковка",
        "Радио-Маяковка",
        "Радио.Маяковка",
        "Ра\xadдио Мая\u200bковка",
        "Рaдиo Мaякoвкa",
        "Ра́дио Маяко́вка",
        "РАДИО МАЯКОВКА",
        "Радио  Маяковка",
        "Радио\n          Маяковка",
        "Рaдио Маякoвкa",
        "РМК / BRC",
    ],
)
def test_a_name_is_found_however_it_is_set(written: str) -> None:
    assert names(f"Слушали {written} весь день", BEACON) == [f"beacon: {written} certain"]


def test_a_full_stop_is_a_part_of_a_name_behind_an_initial_and_inside_quotation_marks() -> None:
    person = entity("person", alias("В. Ключников", strength=Strength.MEDIUM))
    assert names("Так сказал В. Ключников вчера", person) == ["person: В. Ключников certain"]
    assert names("Издание «Радио. Маяковка» молчит", BEACON) == ["beacon: Радио. Маяковка certain"]
    assert names("Слушали Радио. Маяковка молчит", BEACON) == []


@pytest.mark.parametrize("form", ["Простору", "Простором", "Простір"])
def test_ukrainian_vowels_give_way_in_other_cases(form: str) -> None:
    assert names(f"Слухали радіо «{form}»", entity("open", alias("Простір", "uk"))) == [f"open: {form} certain"]


def test_a_short_acronym_counts_as_it_is_written_and_small_it_is_a_word() -> None:
    short = entity("short", alias("DW", None, Strength.ACRONYM))
    found = scanned("DW meldet, dw nicht, Dw auch nicht", short)
    assert [each.surface for each in found.mentions] == ["DW"]
    assert [each.because for each in found.suppressed] == ["it is not written exactly so"]


@pytest.mark.parametrize(
    "text",
    [
        "Мы слушали Радио. Маяковка уехала домой.",
        "Мы слушали Радио\n\nМаяковка уехала домой.",
        "Список: Радио, Маяковка",
        "Радио!Маяковка",
        "Радио (Маяковка)",
        "Радиомаяковка",
        "Радио и Маяковка",
        "Радио - - - - - Маяковка",
    ],
)
def test_words_that_are_apart_are_no_name(text: str) -> None:
    assert names(text, BEACON) == []


def test_the_longest_name_counts_and_the_shorter_one_is_told_as_a_part_of_it() -> None:
    text = "Редактор «Вечерней хроники Восток» ушёл, а «Вечерняя хроника» молчит."
    found = scanned(text, GAZETTE, GAZETTE_EAST)
    assert [(each.entity, each.verdict) for each in found.mentions] == [
        ("gazette-east", Verdict.CERTAIN),
        ("gazette", Verdict.CERTAIN),
    ]
    (part,) = found.suppressed
    assert (part.entity, part.because) == ("gazette", "it is a part of `Вечерняя хроника Восток`")
    assert text[part.start : part.end] == "Вечерней хроники"


def test_what_only_looks_like_a_longer_name_hides_nobody_else() -> None:
    house = entity("house", not_names={"ru": ("Дом Радио Маяковка",)})
    league = entity("league", alias("ДОМ РАДИО МАЯКОВКА", None, Strength.ACRONYM))
    weak = entity("weak", alias("дом Радио Маяковка Вереск", strength=Strength.WEAK))
    for other in (house, league):
        assert names("Это Дом Радио Маяковка, и всё", BEACON, other) == ["beacon: Радио Маяковка certain"]
    assert "beacon: Радио Маяковка possible" in names("Дом Радио Маяковка Вереск открыт", BEACON, weak)


def test_a_longer_name_that_may_be_meant_leaves_the_shorter_one_possible_and_of_the_same_entity_certain() -> None:
    longer = alias("Радио Маяковка Вереск", strength=Strength.WEAK)
    text = "Радио Маяковка Вереск собралась"
    assert names(text, BEACON, entity("other", longer)) == [
        "beacon: Радио Маяковка possible",
        "other: Радио Маяковка Вереск possible",
    ]
    both = entity("beacon", "Радио Маяковка", longer)
    assert "beacon: Радио Маяковка certain" in names(text, both)


def test_what_never_means_an_entity_hides_its_own_names_in_it() -> None:
    beacon = entity("beacon", "Радио Маяковка", not_names={"ru": ("улица Радио Маяковка",)})
    assert names("На улице Радио Маяковка тихо", beacon) == []


def test_of_two_names_at_one_place_the_one_that_speaks_best_counts() -> None:
    both = entity("both", alias("ДОМ", None, Strength.ACRONYM), alias("Дом", strength=Strength.WEAK))
    assert names("Выставку открыл «Дом» вчера", both) == ["both: Дом certain"]
    assert names("Сообщает ДОМ вчера", both) == ["both: ДОМ certain"]


def test_forms_need_not_agree() -> None:
    assert names("Читайте «Вечернюю хронику Восток»", GAZETTE_EAST) == ["gazette-east: Вечернюю хронику Восток certain"]


def test_what_depends_on_a_noun_stays_and_the_noun_declines() -> None:
    assert names("Счета Фонда поддержки речной печати закрыты", FUND) == ["fund: Фонда поддержки речной печати certain"]


def test_an_acronym_counts_only_as_it_is_written() -> None:
    found = scanned("РМК/BRC сообщает; Рмк/BRC молчит", BEACON)
    assert [each.surface for each in found.mentions] == ["РМК/BRC"]
    assert [each.because for each in found.suppressed] == ["it is not written exactly so"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Книгу издал «Вереск» в мае", Verdict.CERTAIN),
        ("Союз Вереск собрался в мае", Verdict.CERTAIN),
        ("В союзе писателей Вереск не видели", Verdict.CERTAIN),
        ("Вереск собрался в мае", Verdict.POSSIBLE),
    ],
)
def test_a_weak_name_needs_quotation_marks_or_its_context(text: str, verdict: Verdict) -> None:
    (found,) = scanned(text, UNION).mentions
    assert found.verdict is verdict
    assert bool(found.lacks) is (verdict is Verdict.POSSIBLE)


def test_a_weak_name_in_small_letters_is_a_word_and_is_told_as_suppressed() -> None:
    found = scanned("На холме цвёл вереск.", UNION)
    assert found.mentions == ()
    assert [each.because for each in found.suppressed] == ["it lacks a capital letter"]


def test_a_link_to_the_entity_speaks_for_a_weak_name() -> None:
    assert names("Вереск собрался", UNION, linked=["union"]) == ["union: Вереск certain"]


def test_a_weak_name_beside_a_strong_one_of_the_same_entity_is_certain() -> None:
    both = entity("both", "Издательство Луговая тетрадь", alias("Тетрадь", strength=Strength.WEAK))
    text = "Издательство Луговая тетрадь закрыто. Позже Тетрадь открылась."
    assert names(text, both) == ["both: Издательство Луговая тетрадь certain", "both: Тетрадь certain"]


def test_a_surname_counts_where_the_full_name_stands() -> None:
    person = entity("person", "Арсений Ключников", alias("Ключников", strength=Strength.SURNAME))
    assert names("Ключников уехал", person) == ["person: Ключников possible"]
    text = "Арсений Ключников уехал. Ключникова не видели."
    assert names(text, person) == ["person: Арсений Ключников certain", "person: Ключникова certain"]


def test_a_name_of_common_words_needs_a_sign_that_it_is_a_name() -> None:
    times = entity("times", "Новое утро")
    assert names("Новое утро началось с дождя.", times) == ["times: Новое утро possible"]
    assert names("Издание Новое утро закрыто", times) == ["times: Новое утро possible"]
    assert names("Журналисты издания Новое утро уехали", times) == ["times: Новое утро certain"]
    assert names("В «Новом утре» пишут", times) == ["times: Новом утре certain"]
    assert names("наступило новое утро", times) == []


def test_a_name_that_two_entities_have_is_never_certain_by_itself() -> None:
    one, other = entity("one", "Лига Заречья"), entity("other", "Лига Заречья")
    found = names("Лига Заречья собралась", one, other)
    assert found == ["one: Лига Заречья possible", "other: Лига Заречья possible"]


def test_what_only_looks_like_a_form_is_suppressed() -> None:
    beacon = entity("beacon", alias("Маяковка", not_forms=["Маяковку"]), not_names={"ru": ("улица Маяковка",)})
    found = scanned("Слушали Маяковку. На улице Маяковка тихо.", beacon)
    assert found.mentions == ()
    assert {each.because for each in found.suppressed} >= {"it never means the entity"}


def test_fields_speak_for_one_another() -> None:
    both = entity("both", "Издательство Луговая тетрадь", alias("Тетрадь", strength=Strength.WEAK))
    scanner = Scanner(names_of([both], AsWritten()))
    found = scanner.scan_fields({"title": "Тетрадь закрыта", "body": "Издательство Луговая тетрадь"})
    assert [(each.field, each.verdict) for each in found.mentions] == [
        ("body", Verdict.CERTAIN),
        ("title", Verdict.CERTAIN),
    ]


WORDS: Final = st.sampled_from(
    ["Радио", "радио", "Маяковка", "Маяковки", "Вечерняя", "хроника", "Восток", "Вереск", "вереск", "союз", "и",
     "\xad", "\u0301", "́", "a", "«", "»", ".", "\n", "\n\n", " ", "-", "İ", "😀", "'", "РМК/BRC", "ß"]
)  # fmt: skip


@given(st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=25).map("".join))
def test_every_place_lies_in_the_text_and_holds_the_surface(text: str) -> None:
    found = scanned(text, BEACON, GAZETTE, GAZETTE_EAST, FUND, UNION)
    for each in found.mentions:
        assert 0 <= each.start < each.end <= len(text)
        assert text[each.start : each.end] == each.surface
    for gone in found.suppressed:
        assert 0 <= gone.start < gone.end <= len(text)
        assert gone.because


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_text_around_never_hides_a_name(before: list[str], behind: list[str]) -> None:
    """Whatever stands around it in sentences of its own, a name is a mention, or told as suppressed."""
    text = f"{''.join(before)}.\n\nРадио Маяковка.\n\n{''.join(behind)}"
    start = text.index(".\n\nРадио Маяковка.\n\n") + 3
    found = scanned(text, BEACON, GAZETTE, GAZETTE_EAST, UNION)
    assert any((each.entity, each.start) == ("beacon", start) for each in found.mentions)


def test_of_a_weak_name_that_two_entities_have_quotation_marks_tell_nothing() -> None:
    weak = alias("Листопад", strength=Strength.WEAK)
    both = entity("one", weak), entity("two", weak, alias("Издательство Листопад и дети"))
    found = scanned("Писал журнал «Листопад».", *both).mentions
    assert [(each.entity, each.verdict) for each in found] == [("one", Verdict.POSSIBLE), ("two", Verdict.POSSIBLE)]
    assert {each.lacks for each in found} == {"2 entities have it, and nothing else speaks for it"}
    assert names("Писал журнал «Листопад».", both[0]) == ["one: Листопад certain"]


def test_an_acronym_that_two_entities_have_is_certain_only_where_something_tells_whose_it_is() -> None:
    short = alias("ПКР", None, Strength.ACRONYM)
    both = entity("one", short, "Палата красных речных островов"), entity("two", short)
    found = scanned("ПКР молчит.", *both).mentions
    assert [(each.entity, each.verdict, each.lacks) for each in found] == [
        ("one", Verdict.POSSIBLE, "2 entities have it, and nothing else speaks for it"),
        ("two", Verdict.POSSIBLE, "2 entities have it, and nothing else speaks for it"),
    ]
    assert names("Палата красных речных островов и ПКР.", *both) == [
        "one: Палата красных речных островов certain",
        "one: ПКР certain",
        "two: ПКР possible",
    ]
    assert names("ПКР молчит.", *both, linked=["two"]) == ["one: ПКР possible", "two: ПКР certain"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Журналисты радио «Маяковка» молчат.", ["beacon: радио «Маяковка certain"]),
        ("Слушали радио Маяковка.", ["beacon: радио Маяковка possible"]),
        (
            "Слушали радио Маяковка. Радио Маяковка молчит.",
            ["beacon: радио Маяковка certain", "beacon: Радио Маяковка certain"],
        ),
        ("Слушали радио маяковка.", ["beacon: радио маяковка possible"]),
        ("Писала вечерняя «Хроника».", ["gazette: вечерняя «Хроника certain"]),
        ("Писала «вечерняя хроника».", []),
    ],
)
def test_the_first_word_of_a_name_may_be_small_where_the_others_have_their_capitals(
    text: str, wanted: list[str]
) -> None:
    gazette = entity("gazette", alias("Вечерняя Хроника", strength=Strength.WEAK))
    assert names(text, BEACON, gazette) == wanted


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        *(("Писал Александр ", ""), ("С Сергеем Петровичем ", ""), ("Роман А. И. ", ""), ("Мария ", ""), ("А.", "")),
        *(("Говорил ", " Игорь"), ("Wrote Oliver ", ""), ("Ольгой Сергеевной ", ""), ("", " А. И.")),
    ],
)
def test_a_surname_beside_the_name_of_somebody_else_is_never_certain(before: str, behind: str) -> None:
    person = entity("one", "Пантелеймон Златоверхов", alias("Златоверхов", strength=Strength.SURNAME))
    text = f"{before}Златоверхов{behind}. Позже вышел Пантелеймон Златоверхов."
    first, *_ = scanned(text, person).mentions
    assert (first.verdict, first.lacks) == (Verdict.POSSIBLE, "another name stands beside it")


@pytest.mark.parametrize("before", ["Вчера ", "Писатель ", "", "Mr ", "Сказал он. "])
def test_a_surname_beside_another_word_is_certain_where_the_full_name_stands(before: str) -> None:
    person = entity("one", "Пантелеймон Златоверхов", alias("Златоверхов", strength=Strength.SURNAME))
    first, *_ = scanned(f"{before}Златоверхов молчал. Вышел Пантелеймон Златоверхов.", person).mentions
    assert first.verdict is Verdict.CERTAIN


def test_a_word_of_a_context_may_have_an_apostrophe() -> None:
    talking = entity("talking", alias("Вереск", "uk", strength=Strength.WEAK, context=["інтерв'ю"]))
    assert names("Вийшло інтерв\u2019ю, яке взяв Вереск.", talking) == ["talking: Вереск certain"]
    assert names("Вийшло інтервью, яке взяв Вереск.", talking) == ["talking: Вереск possible"]


@pytest.mark.parametrize(
    ("text", "verdict"), [("Вереск Европа", "certain"), ("Вереск европа", "possible"), ("вереск Европа", "possible")]
)
def test_each_word_of_a_name_has_its_capital_letter(text: str, verdict: str) -> None:
    (mention,) = scanned(f"Так пишет {text} сегодня.", entity("heather", "Вереск Европа")).mentions
    assert mention.verdict == verdict


def test_of_two_names_that_say_as_much_the_one_that_is_declared_first_is_told() -> None:
    twice = entity("twice", alias("Вереск Европа"), alias("ВЕРЕСК ЕВРОПА", forms=["Вереск Европа"]))
    assert [each.alias for each in scanned("Пишет Вереск Европа.", twice).mentions] == ["Вереск Европа"]


def test_a_capital_letter_in_a_circle_is_one() -> None:
    assert names("Пишет Ⓥeresk.", entity("heather", alias("Veresk", "en"))) == ["heather: Ⓥeresk certain"]
