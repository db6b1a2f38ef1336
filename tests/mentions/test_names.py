"""Names made ready: what is weaker than its file says, and why."""

from __future__ import annotations

import pytest

from compliance.mentions.inflection import Forms, Word
from compliance.mentions.names import AsWritten, Name, names_of
from compliance.mentions.scan import Scanner
from compliance.mentions.weakness import Why
from compliance.store import packaged_rules, read_rules
from tests.mentions.naming import Strength, alias, dictionary, entity, names, scanned


def made(*texts: str, language: str | None = "ru", strength: Strength = Strength.STRONG) -> list[Name]:
    return names_of([entity("one", *(alias(text, language, strength) for text in texts))], dictionary())


@pytest.mark.parametrize("strength", [Strength.STRONG, Strength.MEDIUM, Strength.WEAK, Strength.ACRONYM])
@pytest.mark.parametrize("text", ["Россия", "Germany", "Сполучені Штати", "Vereinigtes Königreich", "Côte d'Ivoire"])
def test_the_name_of_a_country_alone_never_means_an_entity(text: str, strength: Strength) -> None:
    (name,) = made(text, strength=strength)
    assert (name.strength, name.weakened) == (Strength.NEVER, "it is the name of a country")


def test_a_country_in_a_longer_name_changes_nothing() -> None:
    (name,) = made("Голоса России и Германии")
    assert (name.strength, name.weakness) == (Strength.STRONG, None)


def test_a_country_is_suppressed_in_every_case_with_the_reason_and_the_longer_name_is_found() -> None:
    land = entity("land", "Синяя Россия", "Россия")
    assert names("Это «Синяя Россия»", land) == ["land: Синяя Россия certain"]
    assert names("Так говорят в России", land) == []
    (out,) = scanned("Так говорят в России", land).suppressed
    assert (out.alias, out.because) == ("Россия", "it is the name of a country")


def test_forms_by_hand_of_what_never_counts_never_count() -> None:
    found = names_of([entity("one", alias("Россия", forms=["Россиюшка"]))], AsWritten())
    assert [name.strength for name in found] == [Strength.NEVER, Strength.NEVER]


@pytest.mark.parametrize(
    ("text", "kept", "why"),
    [
        ("Ромашка ООО", ("ромашка",), Why.DICTIONARY),
        ("Germany GmbH", ("germany",), Why.COUNTRY),
        ("XZ GmbH", ("xz",), Why.TOO_SHORT),
    ],
)
def test_what_is_left_without_a_legal_form_is_as_weak_as_it_is_by_itself(
    text: str, kept: tuple[str, ...], why: Why
) -> None:
    whole, short = made(text)
    assert (whole.strength, whole.weakness) == (Strength.STRONG, None)
    assert short.words == kept
    assert short.weakness is not None
    assert short.weakness.why is why


def test_a_name_that_others_have_in_another_language_is_shared() -> None:
    both = [entity("one", alias("Blue Herald", "en")), entity("two", alias("Blue Herald", "ru"))]
    assert [(name.strength, name.weakened) for name in names_of(both, dictionary())] == [
        (Strength.WEAK, "2 entities have it"),
        (Strength.WEAK, "2 entities have it"),
    ]


def test_a_name_that_an_entity_has_twice_is_its_own() -> None:
    (one, two) = names_of([entity("one", alias("Blue Herald", "en"), alias("Blue Herald", "de"))], dictionary())
    assert (one.weakness, two.weakness) == (None, None)


def test_that_others_have_it_is_said_of_a_name_that_is_weak_for_another_reason_too() -> None:
    both = [entity("one", "Новое утро"), entity("two", "Новое утро")]
    assert {name.weakness and name.weakness.why for name in names_of(both, dictionary())} == {Why.SHARED}


def test_what_never_counts_does_not_begin_to_where_others_have_it_as_an_acronym() -> None:
    acronyms = [entity(name, alias("XZ", None, Strength.ACRONYM)) for name in ("one", "two")]
    found = names_of([*acronyms, entity("three", alias("XZ", "en"))], dictionary())
    assert [name.strength for name in found] == [Strength.ACRONYM, Strength.ACRONYM, Strength.NEVER]


def test_every_shipped_name_is_found_as_its_file_has_it() -> None:
    rules = read_rules(packaged_rules())
    scanner = Scanner(names_of(rules.entities.values(), dictionary()))
    missed = [
        (one.id, text)
        for one in rules.entities.values()
        for each in one.aliases
        for text in (each.name, *each.forms)
        if each.may_mean_it and one.id not in {found.entity for found in scanner.scan(f"Вчера, {text}, стало").mentions}
    ]
    assert missed == []


@pytest.mark.parametrize("ending", ["’ом", "’у", "'s", "’nin", "'"])
def test_an_ending_behind_an_apostrophe_hides_no_name(ending: str) -> None:
    one = entity("one", alias("Cinderpost", "en"), alias("Harbour Cinderpost", "en"))
    assert names(f"Писал Cinderpost{ending} вчера", one) == ["one: Cinderpost certain"]
    assert names(f"Писал Harbour Cinderpost{ending} вчера", one) == ["one: Harbour Cinderpost certain"]


def test_a_name_with_an_apostrophe_hides_no_shorter_one() -> None:
    both = entity("one", alias("Women's Harbour Fund", "en")), entity("two", alias("Women", "en"))
    assert names("A Women's choice", *both) == ["two: Women certain"]


@pytest.mark.parametrize("language", ["en", "ru", "de", "pl", None])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Cinderpost", "Das zeigen Cinderposts Recherchen"),
        ("Cinderpost", "Cinderpost's redactie, Cinderpost’s journalist"),
        ("The Harbour Herald", "The Harbour Heralds reporter skrev"),
        ("Voices", "Voices’ Bericht"),
        ("Foxx Lux", "Det skriver Foxx Lux' journalist"),
        ("Freie Welle", "ein Bericht der Freien Welle"),
        ("Deutsche Möwe", "mit der Deutschen Möwe"),
        ("Stille Möwe", "mit der Stillen Möwe"),
        ("Neuer Kanal", "am Ufer des Neuen Kanals"),
        ("Politisches Ufer", "im Politischen Ufer, das Politische Ufer"),
        ("Halkın Lambası", "HALKIN LAMBASI'nın, Halkın Lambası"),
        ("Große Möwe", "GROSSE MÖWE sendet"),
        ("Insula", "İNSULA'nın, INSULA, İnsula"),
        ("Meduzza", "l'enquête d'Meduzza, dell’Meduzza, d’Meduzza"),
        ("Herold", "Les journalistes d'Herold"),
    ],
)
def test_a_latin_name_is_found_with_the_endings_of_other_languages(name: str, text: str, language: str | None) -> None:
    found = scanned(text, entity("one", alias(name, language)))
    assert len(found.mentions) == text.count(",") + 1
    assert {each.verdict for each in found.mentions} == {"certain"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Deutscher Leuchtturmdienst", "des Deutschen Leuchtturmdienstes"),
        ("Freies Moorhaus", "des Freien Moorhauses"),
        ("Moorbote", "im Moorboten"),
        ("Freunde Rudolfs", "mit den Freunden Rudolfs"),
        ("Segler Rudolfs", "mit den Seglern Rudolfs"),
        ("Freies Bündnis", "des Freien Bündnisses"),
        ("Zentrum für die Neue Ebbe", "des Zentrums für die Neue Ebbe"),
    ],
)
def test_a_german_name_declines(name: str, text: str) -> None:
    assert names(f"Sie sprach {text} vor", entity("one", alias(name, "de")))[0].endswith("certain")


@pytest.mark.parametrize("language", ["sv", "nb", "da"])
def test_definite_endings_belong_to_northern_names_alone(language: str) -> None:
    text = "Det skriver Norsk Fyrforeningen"
    assert names(text, entity("one", alias("Norsk Fyrforening", language)))
    assert not names(text, entity("one", alias("Norsk Fyrforening", "en")))


@pytest.mark.parametrize(
    ("name", "text"),
    [("Der Moorwart", "Nach Angaben des Moorwarts"), ("Le Phare", "selon un journaliste du Phare"),
     ("Il Faro", "i giornalisti del Faro"), ("O Farol", "a redação do Farol"), ("El Faro", "la redacción del Faro")],
)  # fmt: skip
def test_an_article_that_a_preposition_or_a_case_changes_hides_no_name(name: str, text: str) -> None:
    assert len(names(text, entity("one", alias(name, "en")))) == 1


@pytest.mark.parametrize("ending", ["e", "er", "s of", "n"])
def test_an_english_name_does_not_lose_letters_as_if_it_were_german(ending: str) -> None:
    assert names(f"They went Inside{ending.replace('er', '')} it", entity("one", alias("Insider", "en"))) == []


CASES = [
    ("Полынька", "ru", ("Полыньці", "Полынькою", "Полынькой", "Полыньку")),
    ("Маяк", "ru", ("Маякові", "Маяком", "Маяку", "Маяке")),
    ("Репортер", "ru", ("Репортерові", "Репортері", "Репортером", "Репортера")),
    ("Тиха Гавань", "uk", ("Тихої Гавані", "Тихою Гаванью", "Тихій Гавані")),
    ("Незалежна Хвиля", "uk", ("Незалежной Хвиле", "Незалежною Хвилею", "Незалежну Хвилю")),
    ("Річка", "uk", ("Річці", "Річкой", "Річке", "Річкою")),
    ("Джерела", "uk", ("Джерел", "Джерелам")),
    ("Поріг", "uk", ("Порозі", "Порогу")),
    ("Новини", "uk", ("Новин", "Новинам", "Новинах")),
    ("Маяк", None, ("Маякові", "Маяком", "Маяке")),
    ("Маяк", "be", ("Маякові", "Маяком", "Маяке")),
    ("Маяк", "en", ("Маякові", "Маяком", "Маяке")),
]


@pytest.mark.parametrize(
    ("name", "language", "form"), [(name, language, form) for name, language, forms in CASES for form in forms]
)
def test_a_cyrillic_name_has_the_forms_of_russian_and_of_ukrainian(name: str, language: str | None, form: str) -> None:
    assert names(f"Вчора «{form}» та ін.", entity("one", alias(name, language))) == [f"one: {form} certain"]


def test_an_acronym_has_the_genitive_of_a_name_and_no_other_form() -> None:
    one = entity("one", alias("XQW", None, Strength.ACRONYM))
    assert names("Det skriver XQWs reporter, XQW's", one) == ["one: XQWs certain", "one: XQW certain"]
    assert names("XQWS und xqws", one) == []


def test_what_registers_write_beside_names_is_told_in_its_own_language_alone() -> None:
    assert dictionary().slots(["agent"], "en") == (frozenset({"agent"}),)


def test_a_form_that_was_written_by_hand_takes_the_genitive_too() -> None:
    one = entity("one", alias("Norsk Fyrkomité", "en", forms=["Norske Fyrkomiteen"]))
    assert names("Det skriver Norske Fyrkomiteens leder", one) == ["one: Norske Fyrkomiteens certain"]


def test_what_a_dictionary_said_of_a_word_counts_in_texts_of_every_language() -> None:
    known = {"uk": {"хвиля": Word(frozenset({"хвиля", "хвилечка"}))}}
    (forms,) = Forms(dictionary().analyzer, known).everywhere(["хвиля"], "uk-UA")
    assert {"хвиля", "хвилечка", "хвилі"} <= forms
