"""Natural persons that an operator imports: their files say so, and their names are found as those of people."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.mentions.names import names_of
from compliance.mentions.scan import Scanner
from compliance.model.designation import EntityKind, Strength
from compliance.review.importing.people import person_parts
from tests.mentions.naming import dictionary
from tests.review.importing import FILES, applied, listing, loaded, planned, rows
from tests.review.test_importing_lists import thing

NAME = "Синеоков Арсений Павлович"


def human(id_: str = "NK-7", **more: list[Any]) -> dict[str, Any]:
    born = {"birthDate": ["1990-05-06"], "birthPlace": ["Lugov"]}
    given: dict[str, Any] = {"name": [NAME], "listingDate": ["2024-01-02"], **born, **more}
    return thing("Person", id_, **given)


def imported(*people: dict[str, Any]) -> dict[str, str]:
    return applied(FILES, planned(rows(*people), allow_persons=True))


def test_a_person_of_a_stream_becomes_a_file_that_says_so_with_names_as_strong_as_they_are() -> None:
    after = imported(
        human(alias=["Arseny Sineokov", "Сеня"], weakAlias=["Арсений Синий"], previousName=["Лугов Арсений Павлович"])
    )
    (path,) = after.keys() - FILES.keys()
    assert "kind: person\n" in after[path]
    assert "1990" not in after[path]
    assert "Lugov" not in after[path]
    (entity,) = (each for each in loaded(after).entities.values() if each.kind is EntityKind.PERSON)
    assert {alias.name: (alias.language, alias.strength) for alias in entity.aliases} == {
        NAME: ("ru", Strength.STRONG),
        "Лугов Арсений Павлович": ("ru", Strength.STRONG),
        "Сеня": ("ru", Strength.WEAK),
        "Арсений Синий": ("ru", Strength.WEAK),
        "Arseny Sineokov": ("en", Strength.STRONG),
    }


def test_an_imported_person_is_found_in_texts_in_another_order_and_case() -> None:
    scanner = Scanner(names_of(loaded(imported(human())).entities.values(), dictionary()))
    found = scanner.scan("говорили с Арсением Синеоковым, потом с Синеоковым").mentions
    assert [(each.surface, each.verdict) for each in found] == [
        ("Арсением Синеоковым", "certain"),
        ("Синеоковым", "certain"),
    ]


def test_a_person_in_a_table_is_one_by_its_kind_or_its_patronymic() -> None:
    table = (
        "name,listed_on,kind\nСинеоков Арсений Павлович,2024-01-02,\nАнна Берг,2024-01-02,person\nФонд,2024-01-02,\n"
    )
    assert [row.is_person for row in listing(table, allow_persons=True).rows] == [True, True, False]


def test_namesakes_with_ids_of_their_own_are_two_and_neither_name_proves_either() -> None:
    after = imported(human(), human("NK-8"))
    people = [each for each in loaded(after).entities.values() if each.kind is EntityKind.PERSON]
    assert sorted(each.identifiers["opensanctions"] for each in people) == ["NK-7", "NK-8"]
    assert {alias.strength for each in people for alias in each.aliases} == {Strength.WEAK}


def test_a_namesake_who_comes_later_gets_a_file_of_their_own() -> None:
    before = imported(human())
    made = planned(rows(human(), human("NK-8")), before, allow_persons=True)
    assert [change.entity for change in made.changes if change.kind == "added"] == ["sineokov-arsenii-pavlovich-2"]


def test_the_same_person_again_is_no_change() -> None:
    assert planned(rows(human()), imported(human()), allow_persons=True).changes == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Синеоков Арсений Павлович (Сеня Синий)", ["Синеоков Арсений Павлович", "Сеня Синий"]),
        ("Синеоков Арсений Павлович, 06.05.1990 г.р., род. в Лугове", ["Синеоков Арсений Павлович"]),
        ("BEY-MURZA, Vladimir", ["BEY-MURZA, Vladimir"]),
        ("Анна Берг; Анна Ганцаг; анна берг", ["Анна Берг", "Анна Ганцаг"]),
        ("«Анна Берг»", ["Анна Берг"]),
        ("06.05.1990", []),
    ],
)
def test_a_line_holds_names_and_what_is_told_of_a_birth_is_none(line: str, names: list[str]) -> None:
    assert [name.text for name in person_parts(line).names] == names


def test_a_line_in_which_no_person_is_named_is_left_out() -> None:
    given = {"name": "06.05.1990", "listed_on": "2024-01-02", "kind": "person"}
    found = listing(rows(given, {**given, "name": "Анна Берг"}), allow_persons=True)
    assert [(each.line, each.reason, each.is_fault) for each in found.left_out] == [
        (1, "no name of a person is in it", True)
    ]
