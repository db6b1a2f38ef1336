"""Reading a list: what cannot be read is refused or left out, each with its line and its reason."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import RequestError
from compliance.model.designation import Milestone, Strength
from compliance.review.importing.rows import Listing
from tests.review.importing import listing, reasons, rows

DAY = Milestone.LISTED_ON


def refused(data: bytes | str, form: str | None = None, **how: Any) -> tuple[str, str, int]:
    """The last problem with a list: message, help, line."""
    with pytest.raises(RequestError) as caught:
        listing(data, form, **how)
    problem = caught.value.problems[-1]
    assert problem.span is not None
    assert problem.help is not None
    return problem.message, problem.help, problem.span.line


# -- CSV -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_whatever_parts_its_cells(delimiter: str, mark: str, end: str) -> None:
    lines = [("name", "listed_on"), ("River Fund", "2024-01-02"), ('"Lake, Sea; Bay"', "03.04.2024"), ("", "")]
    found = listing(mark + end.join(delimiter.join(line) for line in lines) + end)
    assert [(row.line, row.name, row.days[DAY]) for row in found.rows] == [
        (2, "River Fund", date(2024, 1, 2)),
        (3, "Lake, Sea; Bay", date(2024, 4, 3)),
    ]
    assert reasons(found.left_out) == {4: "it has no name"}


def test_columns_are_known_by_many_names_and_others_are_mapped() -> None:
    table = "Наименование,Дата включения,dateOut\nРечной фонд,2024-01-02,2024-02-02\n"
    (row,) = listing(table).rows
    assert (row.name, row.days[DAY], row.last_day) == ("Речной фонд", date(2024, 1, 2), date(2024, 2, 2))
    table = "who,since,name\nРечной фонд,2024-01-02,ignored\n"
    found = listing(table, columns={"name": "who", "listed_on": "since"})
    assert [row.name for row in found.rows] == ["Речной фонд"]
    assert [(each.line, each.what, each.reason) for each in found.left_out] == [
        (1, "name", "this column is not imported")
    ]


def test_a_cell_may_hold_several_names_and_hosts() -> None:
    cells = "River Fund,2024-01-02,Lake Fund|«Фонд реки»,Sea Fund,Bay,RVF,r.example|https://l.example/x"
    table = f"name,listed_on,names,former_names,weak_names,acronyms,domains\n{cells}\n"
    (row,) = listing(table).rows
    names = {name.text: (name.language, name.strength) for name in row.parts.names}
    assert names["Фонд реки"] == ("ru", Strength.STRONG)
    assert names["Sea Fund"] == ("en", Strength.STRONG)
    assert names["Bay"] == ("en", Strength.WEAK)
    assert names["RVF"] == (None, Strength.ACRONYM)
    assert row.domains == ("r.example", "l.example")


def test_a_cell_may_run_over_lines_and_the_line_is_where_the_row_begins() -> None:
    found = listing('name,listed_on\n"River\nFund",2024-01-02\nLake Fund,2024-01-03\nSea Fund,x\n')
    assert [(row.line, row.name) for row in found.rows] == [(2, "River Fund"), (4, "Lake Fund")]
    assert list(reasons(found.left_out)) == [5]


@pytest.mark.parametrize(
    ("table", "message", "help_", "line"),
    [
        ("", "the list is empty", "it begins with a line of column names", 1),
        (
            "title,day\nx,2024-01-02\n",
            "no column is `listed_on`",
            "`--map listed_on=COLUMN`; the columns are: title, day",
            1,
        ),
        ("name,title,listed_on\nx,y,2024-01-02\n", "more than one column is `name`", "`--map name=COLUMN`", 1),
        ('name,listed_on\n"x,2024-01-02\n', "the CSV cannot be read", "is a quotation mark open?", 2),
        ("name,listed_on\n", "no row could be read", "`--format`", 1),
    ],
)
def test_a_table_that_is_none_is_refused(table: str, message: str, help_: str, line: int) -> None:
    found = refused(table)
    assert message in found[0]
    assert help_ in found[1]
    assert found[2] == line


def test_rows_that_are_torn_or_undated_are_no_sign_of_another_format() -> None:
    with pytest.raises(RequestError) as caught:
        listing("name,listed_on\nRiver Fund, Lake,2024-01-02\nSea Fund,soon\n")
    torn, undated, last = caught.value.problems
    assert torn.message.endswith("it has 3 cells, the header has 2: quotation marks around a text keep it in one cell")
    assert "`soon` is not a calendar day" in undated.message
    assert (last.message, last.help) == ("no row could be read", None)


def test_a_mapped_column_has_to_be_there() -> None:
    message, help_, _ = refused("nmae,listed_on\nx,2024-01-02\n", columns={"name": "name"})
    assert (message, help_) == ("there is no column `name` for `name`", "the nearest is `nmae`")


@pytest.mark.parametrize(
    ("data", "help_"),
    [
        (
            "name,listed_on\nРечной фонд,2024-01-02\n".encode("cp1251"),
            "it looks like CP1251: iconv -f cp1251 -t utf-8 list > utf-8.txt",
        ),
        ("name,listed_on\nFlußverein,2024-01-02\n".encode("latin-1"), "save it as UTF-8"),
        (
            "name,listed_on\nRiver,2024-01-02\n".encode("utf-16"),
            "convert it: iconv -f utf-16 -t utf-8 list > utf-8.txt",
        ),
    ],
)
def test_a_list_in_another_encoding_is_refused_with_what_to_do(data: bytes, help_: str) -> None:
    assert refused(data)[:2] == ("the list is not UTF-8", help_)


# -- rows ------------------------------------------------------------------------------------------------

GOOD = {"name": "River Fund", "listed_on": "2024-01-02"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": " "}, "it has no name"),
        ({"name": "США"}, "no name of an organisation is in it"),
        ({"name": "x" * 3000}, "its name has more than 2000 letters"),
        (
            {"listed_on": "2024-02-30"},
            "`2024-02-30` is not a calendar day: write `listed_on` as YYYY-MM-DD or DD.MM.YYYY",
        ),
        ({"listed_on": "2/1/2024"}, "`2/1/2024` is not a calendar day"),
        ({"listed_on": None}, "it has no `listed_on`, the date that starts the effect"),
        ({"last_day": "2023-01-01"}, "it was taken off on 2023-01-01, before it was listed on 2024-01-02"),
        ({"excluded": "perhaps"}, "`excluded` is `perhaps`: write true, false or a day"),
        ({"id": "Not An Id"}, "`Not An Id` is not an id"),
        ({"wikidata": "42"}, "`42` is no id of Wikidata: write it like `Q42`"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_as_a_fault(change: dict[str, Any], reason: str) -> None:
    found = listing(rows(GOOD, {**GOOD, **change}))
    assert [row.line for row in found.rows] == [1]
    (left,) = found.left_out
    assert (left.line, left.is_fault) == (2, True)
    assert left.reason.startswith(reason)


@pytest.mark.parametrize(
    "person",
    [
        {"name": "Иванова Мария Петровна"},
        {"name": "Петров-Водкин Кузьма Сергеевич"},
        {"name": "A. Nonymous", "kind": "person"},
        {"name": "A. Nonymous", "kind": "Физические лица"},
    ],
)
def test_a_natural_person_is_left_out_unless_persons_are_allowed(person: dict[str, str]) -> None:
    row = {**GOOD, **person}
    found = listing(rows(GOOD, row))
    assert [(each.line, each.reason, each.is_fault) for each in found.left_out] == [
        (2, "it is a natural person", False)
    ]
    assert len(listing(rows(GOOD, row), allow_persons=True).rows) == 2


def test_an_organisation_that_is_named_after_a_person_is_none() -> None:
    assert (
        len(
            listing(
                rows({**GOOD, "name": "Фонд Бориса Немцова за Свободу"}, {**GOOD, "name": "Радио Свобода Сегодня"})
            ).rows
        )
        == 2
    )


def test_what_is_said_twice_is_one_row() -> None:
    found = listing(rows(GOOD, {**GOOD, "name": "River  Fund"}, {**GOOD, "listed_on": "2024-01-03"}))
    assert [row.line for row in found.rows] == [1, 3]
    assert reasons(found.left_out) == {2: "line 1 says the same"}


def test_what_a_person_should_look_at_is_told_and_the_row_is_read() -> None:
    found = listing(rows({**GOOD, "name": "Associa\uf50dão"}, {**GOOD, "domains": ["not a host"]}))
    assert len(found.rows) == 2
    assert reasons(found.left_out) == {
        1: "a letter of its name cannot be read (U+F50D): correct its names by hand",
        2: "`not a host` is not a domain",
    }


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("someone/mirror", "https://github.com/someone/mirror"),
        ("https://x.example/y", "https://x.example/y"),
        (None, "https://d.example"),
    ],
)
def test_a_row_says_where_it_comes_from(written: str | None, source: str) -> None:
    (row,) = listing(rows({**GOOD, "copied_from": written}), source="https://d.example").rows
    assert row.source == source


# -- JSON lines ------------------------------------------------------------------------------------------


def test_lines_that_are_no_objects_are_left_out_and_keys_that_are_not_used_are_named() -> None:
    data = (
        rows({**GOOD, "inn": "7"})
        + b"{\n[1]\n\n"
        + b"[" * 5000
        + b"\n"
        + rows({**GOOD, "inn": "8", "name": "Lake Fund"})
    )
    found = listing(data)
    assert [row.line for row in found.rows] == [1, 6]
    assert reasons(found.left_out)[1] == "this key is not imported"
    assert reasons(found.left_out)[2].startswith("it is not JSON")
    assert reasons(found.left_out)[3] == "it is not an object"
    assert reasons(found.left_out)[5].startswith("it is not JSON")


# -- FollowTheMoney --------------------------------------------------------------------------------------


def thing(schema: str, id_: str, *, above: dict[str, Any] | None = None, **properties: list[Any]) -> dict[str, Any]:
    return {"id": id_, "schema": schema, "properties": properties, **(above or {})}


ORGANISATION = thing(
    "Organization",
    "NK-1",
    above={"caption": "River Fund", "referents": ["NK-0", "Q42"]},
    name=["River Fund", "Фонд реки"],
    alias=["Lake Fund"],
    weakAlias=["Bay"],
    previousName=["Sea Fund"],
    abbreviation=["RVF"],
    website=["https://www.river.example/"],
    country=["ru"],
    registrationNumber=["1027"],
    wikidataId=["Q42"],
    topics=["sanction"],
)
SANCTION = thing(
    "Sanction",
    "s-1",
    entity=["NK-1"],
    listingDate=["2024-01-02"],
    endDate=["2025-01-02"],
    sourceUrl=["https://s.example"],
)


def test_an_organisation_is_read_with_its_sanction_wherever_that_stands() -> None:
    inside = {**ORGANISATION, "properties": {**ORGANISATION["properties"], "sanctions": [SANCTION]}}
    readings = [listing(rows(*stream)) for stream in ([ORGANISATION, SANCTION], [SANCTION, ORGANISATION], [inside])]
    for found in readings:
        (row,) = found.rows
        assert found.left_out == ()
        assert (row.name, row.days[DAY], row.last_day) == ("River Fund", date(2024, 1, 2), date(2025, 1, 2))
        assert row.identifiers == {"wikidata": "Q42", "opensanctions": "NK-1", "registration-number": "1027"}
        assert (row.also_known_as, row.domains, row.source) == (
            ("NK-0", "Q42"),
            ("river.example",),
            "https://s.example",
        )
        names = {name.text: name.strength for name in row.parts.names}
        assert names.keys() == {"River Fund", "Фонд реки", "Lake Fund", "Sea Fund", "Bay", "RVF"}
        assert (names["Bay"], names["RVF"], names["Sea Fund"]) == (Strength.WEAK, Strength.ACRONYM, Strength.STRONG)


def test_everything_else_in_a_stream_is_left_out_by_name() -> None:
    stream = [
        ORGANISATION,
        SANCTION,
        thing("Person", "NK-2", name=["A. Nonymous"], topics=["sanction"]),
        thing("Address", "a-1", full=["Somewhere"]),
        thing("Sanction", "s-2", entity=["NK-9"], listingDate=["2024-01-02"]),
        thing("Company", "NK-3", name=["Lake Fund"]),
        thing("Company", "NK-4", name=["Sea Fund"], listingDate=["2024-01"]),
        {"id": "x"},
    ]
    found = listing(rows(*stream))
    assert [row.name for row in found.rows] == ["River Fund"]
    told = reasons(found.left_out)
    assert told.pop(7).startswith("`2024-01` is not a calendar day")
    assert told == {
        3: "it is a natural person",
        4: "a `Address` is no organisation",
        5: "it speaks of nobody in this stream",
        6: "no sanction says when it was listed: `listingDate` is missing",
        8: "it has no `schema` and `properties`",
    }
    assert {each.line for each in found.left_out if each.is_fault} == {6, 7, 8}


def test_persons_of_a_stream_are_read_where_they_are_allowed() -> None:
    person = thing("Person", "NK-2", name=["A. Nonymous"], listingDate=["2024-01-02"])
    assert [row.name for row in listing(rows(person), allow_persons=True).rows] == ["A. Nonymous"]


def test_two_sanctions_are_two_listings() -> None:
    again = thing("Sanction", "s-2", entity=["NK-1"], startDate=["2025-03-03"])
    assert [row.days[DAY] for row in listing(rows(ORGANISATION, SANCTION, again)).rows] == [
        date(2024, 1, 2),
        date(2025, 3, 3),
    ]


# -- any input -------------------------------------------------------------------------------------------

VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=2)
)
KEYS = st.sampled_from(
    ["name", "listed_on", "names", "excluded", "last_day", "domains", "kind", "id", "schema", "properties", "x"]
)


def read_or_refused(data: bytes | str, form: str | None = None) -> Listing | None:
    """What is read of a list; None if it is refused, which has to say why."""
    try:
        return listing(data, form)
    except RequestError as error:
        return None if error.problems else pytest.fail("it was refused without a reason")


@given(st.lists(st.dictionaries(KEYS, VALUE, max_size=5), max_size=4), st.sampled_from([None, "csv", "jsonl", "ftm"]))
def test_any_objects_are_read_or_refused_and_none_is_lost(items: list[dict[str, Any]], form: str | None) -> None:
    data = "".join(json.dumps(each) + "\n" for each in items)
    found = read_or_refused(data, form)
    if found is not None:
        lines = {row.line for row in found.rows} | {each.line for each in found.left_out}
        assert lines >= set(range(2 if form == "csv" else 1, len(items)))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = read_or_refused(data)
    assert found is None or found.rows or found.left_out


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_no_sign_but_a_line_end_makes_two_rows_of_one(sign: str) -> None:
    found = listing(f"name,listed_on\r\nLake Fund{sign}River Radio,2025-03-04\rSea Fund,2025-01-01\n", form="csv")
    assert [(row.line, row.parts.main) for row in found.rows][1:] == [(3, "Sea Fund")]
    assert len(found.rows) == 2
    assert found.rows[0].name.startswith("Lake Fund")


@pytest.mark.parametrize("sanctions", [None, 5, "x", {}, [None]])
def test_sanctions_of_another_kind_are_none(sanctions: object) -> None:
    entity = {
        "id": "a", "schema": "Organization", "caption": "Lake Fund",
        "properties": {"name": ["Lake Fund"], "sanctions": sanctions, "listingDate": ["2025-01-01"]},
    }  # fmt: skip
    found = listing(json.dumps(entity), form="ftm")
    assert len(found.rows) + len(found.left_out) == 1


def test_a_value_in_many_lists_is_read() -> None:
    found = listing('{"name": ' + "[" * 900 + '"Lake Fund"' + "]" * 900 + ', "listed_on": "2025-01-01"}', form="jsonl")
    assert [row.name for row in found.rows] == ["Lake Fund"]
