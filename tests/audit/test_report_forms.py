"""Reports as values with commas, as a page and as lines: nothing is lost, and nothing of it is obeyed."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.report import Asked, Basis, Cell, Outage, Report, as_data, columns, section
from compliance.audit.report_charts import MOST_BARS, Bar, chart
from compliance.audit.report_csv import as_csv
from compliance.audit.report_page import POLICY, STYLE, as_page
from compliance.audit.report_text import as_text

HOSTILE = '"><script>alert(1)</script>&<img src=x onerror=y>\u202e'
BASIS = Basis(
    generated=date(2026, 9, 9),
    origin="evidence.example/desk",
    size=1234,
    root="cm9vdA==",
    counted=1200,
    unsealed=True,
    rulesets=("sha256:aa",),
    least=10,
    suppressed=7,
    outages=(Outage(day=date(2026, 3, 1), reason="the disk is full"),),
)
cells = st.none() | st.integers(0, 10**9) | st.text(max_size=8) | st.lists(st.text(max_size=4), max_size=2).map(tuple)


def report(rows: Sequence[tuple[Cell, ...]], asked: Asked | None = None, left_out: int = 0) -> Report:
    due = section(
        "due", "Notices due", columns("notice", "place", "required", "held"), rows, limit=len(rows) - left_out
    )
    totals = section("totals", "In all", columns("what", "number"), [("tables", 3)], limit=1, note="about `this`")
    asked = asked or Asked(by=("notice", "place"))
    return Report(name="decisions", title="Which notices were due", asked=asked, basis=BASIS, sections=(due, totals))


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


class Page(HTMLParser):
    """The elements of a page, and its words."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == "rect" or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


# -- values with commas ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=4))
def test_every_line_has_the_same_columns_and_every_cell_is_read_back(rows: list[tuple[Cell, ...]]) -> None:
    found = lines(as_csv(report(rows)))
    assert {len(line) for line in found} == {len(found[0])}
    due = [line[1:5] for line in found if line[0] == "due"]
    for line, row in zip(due, rows, strict=True):
        for text, cell in zip(line, row, strict=True):
            written = "" if cell is None else "; ".join(cell) if isinstance(cell, tuple) else str(cell)
            assert text in {written, f"'{written}"}


@given(cells)
def test_no_cell_is_a_formula(cell: Cell) -> None:
    [line] = [line for line in lines(as_csv(report([(cell, "RU", 1, 2)]))) if line[0] == "due"]
    assert not line[1].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", " =1", "\uff1d1", "\uff20x"])
def test_what_begins_like_a_formula_is_marked_as_text(text: str) -> None:
    found = lines(as_csv(report([(text, "RU", 1, 2)])))
    assert [line[1] for line in found if line[0] == "due"] == [f"'{text}"]


def test_lines_end_as_the_standard_says_and_the_basis_comes_last() -> None:
    data = as_csv(report([("a,b", 'say "it"', 1, None)], left_out=0))
    assert data.count(b"\r\n") == data.count(b"\n")
    assert b'"a,b","say ""it""",1,,' in data
    basis = {line[-2]: line[-1] for line in lines(data) if line[0] == "basis"}
    assert basis["root"] == "cm9vdA=="
    assert (basis["size"], basis["counted"], basis["least"], basis["suppressed"]) == ("1234", "1200", "10", "7")
    assert (basis["unsealed"], basis["rulesets"]) == ("yes", "sha256:aa")
    assert "the disk is full" in basis["outages"]


def test_rows_that_are_left_out_are_said_in_every_form() -> None:
    found = report([("a", "RU", 1, 0), ("b", "RU", 1, 0)], left_out=1)
    assert [each for each in lines(as_csv(found))[2] if each] == ["due", "rows left out", "1"]
    assert "1 more row is not shown" in Page(as_page(found)).words
    assert "  1 more row is not shown" in as_text(found)
    rows = [("a", "RU", 1, 0)] * 3
    assert "  2 more rows are not shown" in as_text(report(rows, left_out=2))


def test_notes_of_a_report_and_of_its_tables_are_in_every_form() -> None:
    found = msgspec.structs.replace(report([("a", "RU", 1, 0)]), notes=("the log has no page `x\u202e`",))
    said = [(line[0], line[-2], line[-1]) for line in lines(as_csv(found)) if line[-2] == "note"]
    assert said == [("totals", "note", "about `this`"), ("report", "note", "the log has no page `x\u202e`")]
    assert list(as_text(found))[1].startswith("note: the log has no page")
    assert "The log has no page" in Page(as_page(found)).words
    assert "\u202e" not in "".join(as_text(found))
    assert as_data(found)["notes"] == list(found.notes)


# -- a page ------------------------------------------------------------------------------------------------

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "section", "div", "table", "thead",
    "tbody", "tr", "th", "td", "bdi", "code", "dl", "dt", "dd", "svg", "rect", "text",
}  # fmt: skip


@given(st.lists(st.tuples(cells, cells, st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=4))
def test_whatever_stands_in_a_cell_the_page_has_only_our_elements(rows: list[tuple[Cell, ...]]) -> None:
    page = Page(as_page(report(rows)))
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert page.open == []


def test_names_from_pages_are_words_and_nothing_else() -> None:
    asked = Asked(notice=HOSTILE, by=("notice", "place"))
    page = Page(as_page(report([(HOSTILE, HOSTILE, 5, 1), ("b", "RU", 4, 0)], asked)))
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert page.words.count(HOSTILE) >= 3


def test_a_page_needs_nothing_from_elsewhere() -> None:
    text = as_page(report([("a", "RU", 5, 1), ("b", "RU", 4, 0)])).decode()
    assert re.findall(r"\s(?:src|href|style|on\w+)\s*=", text) == []
    assert "url(" not in text
    assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"http://www.w3.org/2000/svg"}


def test_the_policy_lets_the_style_of_the_page_in_and_nothing_else() -> None:
    text = as_page(report([("a", "RU", 5, 1)])).decode()
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style == STYLE
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in POLICY
    assert "default-src 'none'" in POLICY


def test_every_name_has_a_direction_of_its_own() -> None:
    text = as_page(report([("راديو", "RU", 5, 1), ("b", "RU", 4, 0)])).decode()
    assert "<td><bdi>راديو</bdi></td>" in text
    assert "\u2068راديو · RU\u2069" in text


def test_a_chart_has_words_for_those_who_do_not_see_it_and_a_table_beside_it() -> None:
    page = Page(as_page(report([("a", "RU", 5, 1), ("b", "RU", 4, 0)])))
    tags = [tag for tag, _ in page.elements]
    [picture] = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert picture["role"] == "img"
    assert "The numbers are in the table that follows" in (picture["aria-label"] or "")
    assert tags.index("svg") < tags.index("table")
    assert all(attributes.get("scope") == "col" for tag, attributes in page.elements if tag == "th")
    assert dict(page.elements)["html"] == {"lang": "en"}


def test_where_there_is_nothing_it_is_said() -> None:
    found = report([])
    assert "There is nothing to show." in Page(as_page(found)).words
    assert "  nothing" in list(as_text(found))
    assert chart("x", [("tables", "tables")], [Bar("a", (0,))]) == ""


def test_a_chart_of_many_bars_says_how_many_it_leaves_out() -> None:
    bars = [Bar(f"bar {number}", (number + 1,)) for number in range(MOST_BARS + 5)]
    found = chart("x", [("tables", "tables")], bars, left_out=2)
    assert found.count("<rect") == MOST_BARS
    assert "7 more are in the table" in found


@given(
    st.text("ab", max_size=4),
    st.lists(st.text("ab", min_size=1, max_size=60), min_size=2, max_size=6, unique=True),
    st.text("ab", max_size=40),
)
def test_bars_that_differ_never_read_the_same(before: str, names: list[str], behind: str) -> None:
    labels = [f"{before * 10}{name}{behind}" for name in names]
    found = chart("x", [("tables", "tables")], [Bar(label, (1,)) for label in labels])
    drawn = re.findall(r'<text class="word label"[^>]*>(?:<title>(.*?)</title>)?\u2068(.*?)\u2069', found)
    assert len({short for _, short in drawn}) == len(labels)
    assert [whole or short for whole, short in drawn] == labels


def test_that_nobody_says_how_many_counts_were_too_small_is_said_in_every_form() -> None:
    found = report([("a", "RU", 5, 1)])
    found = msgspec.structs.replace(found, basis=msgspec.structs.replace(BASIS, suppressed=None))
    words = "not told: that there was one would tell of a reader"
    assert words in Page(as_page(found)).words
    assert f"suppressed: {words}" in as_text(found)
    assert words in as_csv(found).decode()
    assert as_data(found)["basis"]["suppressed"] is None


def test_half_a_letter_from_a_caller_breaks_no_form() -> None:
    found = report([("half \ud800", "RU", 5, 1)])
    assert b"half ?" in as_csv(found)
    assert b"half ?" in as_page(found)


# -- lines -------------------------------------------------------------------------------------------------


def test_a_terminal_obeys_nothing_in_a_report() -> None:
    text = "\n".join(as_text(report([("\x1b[31mred\u202e", "RU", 1, 0)], Asked(notice="\x1b]0;x\x07"))))
    assert "\x1b" not in text
    assert "\u202e" not in text
