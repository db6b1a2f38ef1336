"""Tables as CSV and as YAML say the same, keep their places, and name everything that is wrong with their form."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import Problem
from compliance.language.source import Map, Text
from compliance.language.tables import Columns, read_table

COLUMNS = Columns("a row", ("name", "place", "note"), ("name", "place"))
words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
cells = st.lists(words, min_size=1, max_size=3).map(" ".join)


def read(text: str, path: str = "a.csv") -> tuple[list[dict[str, str]], list[Problem]]:
    rows, problems = read_table(path, text.encode(), COLUMNS)
    return [plain(row) for row in rows], problems


def plain(row: Map) -> dict[str, str]:
    return {key.text: value.text for key, value in row.entries if isinstance(value, Text)}


def told(text: str, path: str = "a.csv") -> list[str]:
    """Each problem with the words under its caret."""
    found = []
    for problem in read(text, path)[1]:
        assert problem.span is not None
        begins = problem.span.column - 1
        under = problem.span.text[begins : begins + problem.span.width]
        found.append(f"{problem.span.line}:{problem.span.column} {under}: {problem.message}")
    return found


def test_csv_and_yaml_say_the_same() -> None:
    in_csv = 'name,place,note\n# a comment\n\nRadio, UA ,"a, b ""c""" \n'
    in_yaml = "# a comment\n- {name: Radio, place: UA, note: 'a, b \"c\"'}\n"
    expected = [{"name": "Radio", "place": "UA", "note": 'a, b "c"'}]
    assert read(in_csv) == read(in_yaml, "a.YAML") == (expected, [])


@given(st.lists(st.tuples(cells, cells, cells), max_size=5), st.sampled_from(",;\t"))
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([COLUMNS.known, *rows])
    assert read(written.getvalue()) == ([dict(zip(COLUMNS.known, row, strict=True)) for row in rows], [])


def test_columns_may_stand_in_any_order_and_cells_may_be_empty() -> None:
    assert read("place;name\nUA;Radio\n;\nUA;\n") == ([{"name": "Radio", "place": "UA"}, {"place": "UA"}], [])


def test_a_value_of_norway_stays_what_was_written() -> None:
    assert read("- {name: NO, place: 12:30}\n", "a.yml")[0] == [{"name": "NO", "place": "12:30"}]


def test_each_value_knows_where_it_stands() -> None:
    rows, _ = read_table("a.csv", b'name,place\nRadio,  "UA"\n', COLUMNS)
    value = rows[0].get("place")
    assert isinstance(value, Text)
    assert (value.span.line, value.span.column, value.span.width) == (2, 9, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1 : the file is empty"]),
        ("# nothing\n", ["1:1 : the table has no header"]),
        ("nmae,place\nRadio,UA\n", ["1:1 nmae: unknown column `nmae`"]),
        ("name\nRadio\nTV\n", ["1:1 n: there is no column `place`"]),
        ("name,place,place\nRadio,UA,RU\n", ["1:12 place: there are two columns `place`"]),
        ("name,place\nRadio\n", ["2:1 R: the row has 1 cells, the header has 2"]),
        ("name,place\nRadio,UA,RU\n", ["2:1 R: the row has 3 cells, the header has 2"]),
        ('name,place\n"Radio,UA\n', ['2:1 "Radio: a quotation mark is not closed']),
        ('name,place\n"Ra"dio,UA\n', ['2:1 "Ra"dio: a quotation mark is not closed']),
    ],
)
def test_what_is_wrong_with_the_form_is_said_once_and_where(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: Radio\n", ["1:1 n: a row stands in a list"]),
        ("- Radio\n- {name: TV, place: UA}\n", ["1:3 Radio: a row is a map"]),
    ],
)
def test_a_yaml_table_is_a_list_of_maps(text: str, expected: list[str]) -> None:
    assert told(text, "a.yaml") == expected


def test_a_file_that_is_no_text_is_said_to_be_that() -> None:
    _, problems = read_table("a.csv", b"name,place\n\xff\xff,UA\n", COLUMNS)
    assert [(each.message, each.span.line if each.span else 0) for each in problems] == [("the file is not UTF-8", 2)]


@given(st.binary(max_size=60), st.sampled_from(["a.csv", "a.yaml"]))
def test_no_bytes_are_too_much_for_it(data: bytes, path: str) -> None:
    rows, problems = read_table(path, data, COLUMNS)
    assert problems or all(isinstance(row, Map) for row in rows)
