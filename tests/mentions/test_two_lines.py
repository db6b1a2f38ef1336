"""A name that goes on in the next line is found, denied and mended there; one of signs alone harms no other."""

from __future__ import annotations

import pytest

from compliance.model.designation import Alias, Entity, EntityKind
from tests.mentions.naming import alias, entity, names, scanned

RADIO = entity("beacon", "Радио Маяковка")
PLUS = entity("beacon", "Радио Маяковка", not_names={"ru": ("Радио Маяковка Плюс",)})


@pytest.mark.parametrize("first", ["Радио Мая-", "Pадио Мая-", "Рaдио Мaя-"], ids=["Cyrillic", "Latin P", "Latin a"])
def test_letters_of_two_alphabets_hide_no_name_that_goes_on_in_the_next_line(first: str) -> None:
    assert names(f"на {first}\nковка вчера", RADIO) == [f"beacon: {first}\nковка possible"]


def test_what_a_longer_name_over_two_lines_denies_is_told_as_denied() -> None:
    found = scanned("на Радио Мая-\nковка Плюс вчера", PLUS)
    assert found.mentions == ()
    assert [(each.alias, each.because) for each in found.suppressed] == [
        ("Радио Маяковка Плюс", "it never means the entity"),
        ("Радио Маяковка", "it is a part of what never means the entity"),
    ]


@pytest.mark.parametrize("signs", ["«»", "—", "!!!"])
@pytest.mark.parametrize("is_person", [False, True], ids=["an organisation", "a person"])
def test_a_name_of_signs_alone_finds_nothing_and_takes_no_other_name_along(signs: str, *, is_person: bool) -> None:
    of_signs: Alias = alias(signs)
    given = alias("Вера Лесная") if is_person else alias("Радио Маяковка")
    one = (
        Entity("one", "one", (of_signs, given), {}, kind=EntityKind.PERSON)
        if is_person
        else entity("one", of_signs, given)
    )
    text = f"{signs} сказала {given.name} {signs}"
    assert names(text, one) == [f"one: {given.name} certain"]
