"""Persons: every way in which texts write their names, in every case, and nobody else. All of them are invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.declension import Gender, Part, declined
from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.persons import BOTH, Known, genders_of, persons, ways
from compliance.mentions.scan import Scanner
from compliance.mentions.weakness import Why
from compliance.model.designation import Alias, Entity, EntityKind
from tests.mentions.naming import Strength, alias, dictionary, entity, names, scanned

PEOPLE: Final = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in (Path(__file__).parent / "people.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
BEY: Final = "Бей-Мурза Владимир Тихонович"


def person(*aliases: Alias | str, name: str = "one", language: str = "ru") -> Entity:
    own = (each if isinstance(each, Alias) else alias(each, language) for each in aliases)
    return replace(entity(name, *own), kind=EntityKind.PERSON)


def missed(rows: list[tuple[str, ...]], inflector: AsWritten | None = None) -> list[str]:
    """The forms that are not found as certain mentions."""
    found = []
    for language, name, *forms in rows:
        scanner = Scanner(names_of([person(name, language=language)], inflector or dictionary()))
        for form in forms:
            mentions = scanner.scan(f"об этом {form} не знает").mentions
            if [(each.surface, each.verdict) for each in mentions] != [(form, "certain")]:
                found.append(f"{name}: {form}")
    return found


@pytest.mark.parametrize("row", PEOPLE, ids=lambda row: row[1])
def test_every_case_of_a_name_is_found_in_the_order_of_a_text_though_the_file_has_that_of_a_register(
    row: tuple[str, ...],
) -> None:
    assert len(row) == 7
    assert missed([row]) == []


def test_rules_alone_lose_next_to_nothing_where_no_dictionary_is_at_hand() -> None:
    assert len(PEOPLE) > 60
    assert len(missed(PEOPLE, AsWritten())) <= len(PEOPLE) * 5 * 0.01


@pytest.mark.parametrize("row", [row for row in PEOPLE if len(row[2].split()) == 2], ids=lambda row: row[1])
def test_every_case_is_found_in_the_order_of_a_register_too(row: tuple[str, ...]) -> None:
    turned = (" ".join(reversed(form.split())) for form in row[2:])
    assert missed([(*row[:2], *turned)]) == []


@pytest.mark.parametrize(
    "form",
    [
        "В. Т. Бей-Мурзой", "В.Т. Бей-Мурзы", "В.Т.Бей-Мурза", "Бей-Мурзе В. Т", "Бей-Мурзу В.Т", "В. Бей-Мурзе",
        "Владимиром Тихоновичем Бей-Мурзой", "Бей-Мурзе Владимиру Тихоновичу", "Бей-Мурзу Владимира",
    ],
)  # fmt: skip
def test_initials_and_the_whole_name_are_certain_in_both_orders(form: str) -> None:
    assert names(f"суд над {form}. Вот и всё", person(BEY)) == [f"one: {form} certain"]


def test_initials_are_medium_and_the_full_name_is_as_strong_as_its_file_says() -> None:
    for said, lesser in (("strong", "medium"), ("medium", "medium"), ("weak", "weak")):
        one = person(alias(BEY, strength=Strength(said)))
        full, short = (
            scanned(f"суд над {each}", one).mentions[0] for each in ("Владимиром Бей-Мурзой", "В. Т. Бей-Мурзой")
        )
        assert (full.strength, short.strength) == (said, lesser)


def test_the_surname_alone_counts_where_the_full_name_stands_and_is_possible_elsewhere() -> None:
    assert names("Бей-Мурзу увели", person(BEY)) == ["one: Бей-Мурзу possible"]
    text = "Владимир Бей-Мурза пришёл. Бей-Мурзу увели"
    assert names(text, person(BEY)) == ["one: Владимир Бей-Мурза certain", "one: Бей-Мурзу certain"]


def test_a_weak_name_gives_no_surname() -> None:
    assert names("Бей-Мурзу увели", person(alias(BEY, strength=Strength.WEAK))) == []


def test_a_man_is_not_a_woman_of_the_same_surname() -> None:
    her = person("Шварцен Анна Рудольфовна")
    assert names("Анна Шварцен пела. Потом Шварцена увели", her) == ["one: Анна Шварцен certain"]
    assert names("говорили с А. Р. Шварценом", her) == []
    his = person("Шварцен Пётр Рудольфович")
    assert names("говорили с П. Р. Шварценом", his) == ["one: П. Р. Шварценом certain"]


def test_an_initial_that_is_a_word_is_certain_only_where_no_sentence_begins() -> None:
    one = person(BEY)
    assert names("В Бей-Мурзе живёт надежда", one) == ["one: В Бей-Мурзе possible"]
    assert names("так сказал В. Бей-Мурза", one) == ["one: В. Бей-Мурза certain"]
    assert names("в Бей-Мурзе живёт надежда", one) == ["one: Бей-Мурзе possible"]
    assert names("В. Бей-Мурза молчит", one) == ["one: В. Бей-Мурза certain"]
    assert scanned("В Бей-Мурзе живёт надежда", one).mentions[0].lacks == (
        "its initial is a word, too, and nothing else speaks for it"
    )
    (name,) = (each for each in names_of([one], dictionary()) if each.words == ("в", "бей", "мурза"))
    assert (name.strength, name.weakness and name.weakness.why) == (Strength.WEAK, Why.INITIAL)
    assert all(each.words != ("бей", "мурза", "в") for each in names_of([one], dictionary()))


def test_namesakes_share_their_names_and_keep_what_tells_them_apart() -> None:
    both = person("Синеоков Арсений Павлович"), person("Синеоков Арсений Львович", name="two")
    assert names("пришёл Арсений Львович Синеоков", *both) == ["two: Арсений Львович Синеоков certain"]
    for text in ("видели Арсения Синеокова", "видели «Арсения Синеокова»", "видели А. Синеокова"):
        found = [each for each in scanned(text, *both).mentions if each.strength is Strength.WEAK]
        assert {(each.entity, each.verdict, each.lacks) for each in found} == {
            (who, "possible", "2 entities have it, and nothing else speaks for it") for who in ("one", "two")
        }
    assert {name.strength for name in names_of(both, dictionary()) if name.words == ("арсений", "синеоков")} == {
        Strength.WEAK
    }


def test_words_of_the_dictionary_are_no_weaker_as_the_name_of_a_person() -> None:
    assert names("Река Весна пришла", person("Река Весна")) == ["one: Река Весна certain"]
    assert names("Река Весна пришла", entity("one", "Река Весна")) == ["one: Река Весна possible"]


def test_what_follows_a_surname_is_no_legal_form() -> None:
    assert names("Иван пришёл", person("Иван Ко")) == []


def test_what_was_written_by_hand_stays_as_it_is() -> None:
    one = person(alias(BEY, forms=["Володя Бей"], not_forms=["Владимир Бей-Мурза-младший"]))
    assert names("пришёл Володя Бей", one) == ["one: Володя Бей certain"]
    assert names("пришёл Владимир Бей-Мурза-младший", one) == []


def test_one_word_is_declined_as_the_gender_of_the_other_names_shows() -> None:
    her = person("Шварцен Анна Рудольфовна", "Замятуша", alias("Шварцен", strength=Strength.SURNAME))
    assert names("пела с Замятушей", her) == ["one: Замятушей certain"]
    assert names("Анна Шварцен и Шварценом", her) == ["one: Анна Шварцен certain"]


@pytest.mark.parametrize(
    ("text", "surname", "given"),
    [
        ("Владимир Тихонович Бей-Мурза", "бей мурза", "владимир"),
        ("Дедусич Роман Аркадьевич", "дедусич", "роман"),
        ("Роман Аркадьевич Дедусич", "дедусич", "роман"),
        ("Роман Дедусич", "дедусич", "роман"),
        ("Бей-Мурза, Владимир", "бей мурза", "владимир"),
        ("Берг Анна Мария", "берг", "анна мария"),
        ("Анна Мария Берг", "берг", "анна мария"),
        ("Мария фон Штерн", "фон штерн", "мария"),
        ("фон Штерн Мария", "фон штерн", "мария"),
        ("Зульфанов Мухтабар", "зульфанов", "мухтабар"),
        ("Мухтабар Зульфанов", "зульфанов", "мухтабар"),
        ("Ян Во", "во", "ян"),
        ("Vladimir Tikhonovich Bey-Murza", "bey murza", "vladimir"),
        ("BEY-MURZA, Vladimir T.", "bey murza", "vladimir"),
        ("В. Т. Бей-Мурза", "бей мурза", "в"),
        ("Бей-Мурза В.Т.", "бей мурза", "в"),
        ("Владимир Т. Бей-Мурза", "бей мурза", "владимир"),
        ("Алимбаев Тимур Рашид оглы", "алимбаев", "тимур"),
    ],
)
def test_the_parts_of_a_name_are_told_apart(text: str, surname: str, given: str) -> None:
    (found,) = persons(text)
    parts = [" ".join(word for token in part for word in token.words) for part in (found.surname, found.given)]
    assert parts == [surname, given]


def test_of_two_given_names_either_may_be_the_surname() -> None:
    one = person("Ким Виктор")
    for text in ("с Виктором Кимом", "с Кимом Виктором"):
        assert [each.rpartition(" ")[2] for each in names(text, one)] == ["certain"]
    assert [each.strength for each in scanned("это Д. Ким и К. Виктор", one).mentions] == ["surname", "weak"]


@pytest.mark.parametrize("text", ["", "Один", "...", "А Б В", "один два три четыре пять шесть семь", ", Анна"])
def test_what_is_no_name_of_several_words_is_not_taken_apart(text: str) -> None:
    assert persons(text) == ()


def test_names_that_show_different_genders_show_none() -> None:
    assert genders_of(["Анна Берг"]) == (Gender.FEMININE,)
    assert genders_of(["Анна Берг", "Пётр Берг"]) == genders_of(["Саша Берг"]) == BOTH


def test_a_latin_name_is_found_in_both_orders_by_initials_and_in_its_genitive() -> None:
    one = person("Vladimir Bey-Murza", language="en")
    text = "friends of V. Bey-Murza, or of Bey-Murza Vladimir: Vladimir Bey-Murza's wife"
    assert names(text, one) == [
        "one: V. Bey-Murza certain",
        "one: Bey-Murza Vladimir certain",
        "one: Vladimir Bey-Murza certain",
    ]


@pytest.mark.parametrize(
    ("word", "part", "gender", "has", "lacks"),
    [
        ("шевченко", Part.SURNAME, Gender.MASCULINE, set(), {"шевченка"}),
        ("белых", Part.SURNAME, Gender.MASCULINE, set(), {"белыха"}),
        ("шварцен", Part.SURNAME, Gender.FEMININE, set(), {"шварцена"}),
        ("королев", Part.SURNAME, Gender.MASCULINE, {"королева", "королевым"}, set()),
        ("заяц", Part.SURNAME, Gender.MASCULINE, {"зайца", "заяца"}, set()),
        ("дюма", Part.SURNAME, Gender.MASCULINE, {"дюма"}, set()),
    ],
)
def test_surnames_decline_as_their_ending_and_gender_say(
    word: str, part: Part, gender: Gender, has: set[str], lacks: set[str]
) -> None:
    forms = declined(word, part, [gender], "ru")
    assert {word, *has} <= forms
    assert not lacks & forms


@given(
    st.lists(st.text("абвгийыьюяоекнчхщІіїґ'-. ", min_size=1, max_size=9), min_size=1, max_size=5),
    st.sampled_from(["ru", "uk", "en", ""]),
    st.sampled_from(list(Strength)),
)
def test_every_way_has_a_form_for_each_word_and_its_own_word_among_them(
    pieces: list[str], language: str, strength: Strength
) -> None:
    for way in ways(" ".join(pieces), strength, Known(language, lambda word: frozenset({word}))):
        assert len(way.words) == len(way.slots) == len(way.capitals) > 0
        assert all(word in slot for word, slot in zip(way.words, way.slots, strict=True))


@pytest.mark.parametrize("language", ["ru", "uk", "be", "en", None])
@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Синеоков Арсений Павлович", ("Арсением Синеоковым", "Арсенію Синеокову", "Синеоковим")),
        ("Дзвонар Остап Миколайович", ("Остапа Дзвонаря", "Остапові Дзвонару", "Остапом Дзвонаром")),
        ("Ручьёвская Агния Глебовна", ("Агнии Ручьёвской", "Агнией Ручьёвской")),
    ],
)
def test_a_person_is_found_in_the_cases_of_russian_and_of_ukrainian_texts(
    name: str, forms: tuple[str, ...], language: str | None
) -> None:
    one = person(Alias(name, language))
    for form in forms:
        assert names(f"об этом {form} не знает", one), form


@pytest.mark.parametrize("language", ["ru", "uk", "be", None])
@pytest.mark.parametrize(
    ("name", "text"),
    [("Синеокова Ольга Львовна", "Ольга Синеоков"), ("Шварцен Анна Рудольфовна", "Анну Шварцена"),
     ("Мудрик Оксана Петрівна", "Оксани Мудрика")],
)  # fmt: skip
def test_a_woman_is_not_found_by_the_cases_of_a_man_in_either_language(
    name: str, text: str, language: str | None
) -> None:
    assert [each for each in names(f"об этом {text} не знает", person(Alias(name, language))) if text in each] == []


def test_a_latin_name_of_a_person_takes_the_genitive() -> None:
    assert names("Das ist Jack Harboroughs Anwalt", person("Harborough Jack", language="en")) == [
        "one: Jack Harboroughs certain"
    ]
