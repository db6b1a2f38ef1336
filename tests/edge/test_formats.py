"""Formats of tables: nginx reads back whatever was written, and the same table is always the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.edge import formats
from compliance.edge.formats import before, key, nginx_name, quoted, site_of, value
from compliance.edge.table import Basis, Classes, EdgeTable, Row, table_of
from compliance.model.territory import LocationSet
from compliance.model.web_address import canonical_url

UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
BASIS = Basis("sha256:meaning", "sha256:source", date(2026, 11, 29), preview=False, valid_until=UNTIL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def read(word: str) -> str:
    """What nginx makes of a word in double quotes, as `ngx_conf_read_token` does."""
    assert word[0] == '"'
    found, position = "", 1
    while word[position] != '"':
        if word[position] == "\\" and word[position + 1] in ESCAPES:
            position += 1
            found += ESCAPES[word[position]]
        else:
            found += word[position]
            if word[position] == "\\":  # it protects what follows from ending the word
                position += 1
                found += word[position]
        position += 1
    assert position == len(word) - 1, "the word ends before its end"
    return found


def tabled(*names: str, until: datetime | None = UNTIL) -> EdgeTable:
    classes = Classes({"UA": 1, "UA-43": 2}, (LocationSet.unknown(), LocationSet.of(["UA"]), LocationSet.of(["UA-43"])))
    rows = [Row(name, ("perhaps", f"in UA {name}", "there")) for name in names]
    sites = [Row(site, ("site", "site", "site")) for site in sorted({site_of(each) for each in names} - {""})]
    late = {site.name: f"late {site.name}" for site in sites}
    basis = replace(BASIS, valid_until=until)
    return table_of(classes, rows, [*sites, Row("", ("", "", ""))], basis, {**late, "": "late"}, "any")


def config(table: EdgeTable) -> str:
    return formats.to_nginx(table)[formats.CONFIG].decode("utf-8", "surrogateescape")


def lines(text: str, block: str) -> Iterator[str]:
    """The lines of a block of a configuration."""
    assert text.count(f"\n{block} {{\n") == 1
    yield from text.partition(f"\n{block} {{\n")[2].partition("\n}")[0].split("\n")


@given(words)
@example("\"\\'$ {};#\n\r\t")
@example("\\")
def test_nginx_reads_back_every_word_that_was_quoted(word: str) -> None:
    assert read(quoted(word)) == word
    assert "\n" not in quoted(word)


@given(words)
@example("default")
@example("~^a$")
@example("\\default")
@example("include")
def test_a_key_of_a_map_is_the_text_and_nothing_else(word: str) -> None:
    found = read(key(word))
    assert not found.startswith("~")
    assert found not in {"default", "hostnames", "include", "volatile"}
    assert found.removeprefix("\\") == word


@given(words)
@example("$remote_addr")
@example("a${b}$")
def test_a_value_of_a_map_holds_no_variable_but_the_one_for_a_dollar(word: str) -> None:
    found = read(value(word))
    assert found.replace("${compliance_dollar}", "") == found.replace("${compliance_dollar}", "").replace("$", "")
    assert found.replace("${compliance_dollar}", "$") == word


paths = st.text("aA/%2Ff5cC0?#.é \\~$\"';{}|&=+", max_size=12).map("https://example.org/".__add__)


@given(paths, paths)
@example("https://example.org/a%2Fb", "https://example.org/a/b")
@example("https://example.org/a%3Fb", "https://example.org/a?b")
@example("https://example.org/a%2541", "https://example.org/aA")
def test_two_pages_have_never_one_name_at_nginx(one: str, other: str) -> None:
    pages = [canonical_url(each) for each in (one, other)]
    names = [None if each is None else nginx_name(each) for each in pages]
    assert pages[0] == pages[1] or None in names or names[0] != names[1]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/a/", "example.org/a"),
        ("https://example.org/%D1%8F%20b", "example.org/я b"),
        ("https://example.org/%FF", "example.org/\udcff"),
        ("https://example.org/a?x=%20", "example.org/a?x=%20"),
        ("https://example.org/a%2Fb", None),
        ("https://example.org/a%0Ab", None),
        ("https://example.org/a%3Fb", None),
    ],
)
def test_a_name_is_the_path_as_nginx_has_it(url: str, name: str | None) -> None:
    page = canonical_url(url)
    assert page is not None
    assert nginx_name(page) == name


@given(st.integers(10**9, 10**10 - 1), st.integers(-(10**9), 10**9))
@example(10**9, 0)
@example(10**9, -1)
def test_a_table_is_over_at_the_very_second_at_which_it_ends(end: int, step: int) -> None:
    pattern = before(datetime.fromtimestamp(0, UTC) + timedelta(seconds=end))
    now = max(0, min(end + step, 10**10 - 1))
    told = f"{now:010d}.{end % 1000:03d}"
    assert bool(re.search(pattern, told)) == (now < end)


def test_pages_that_differ_in_capitals_alone_are_told_apart_by_regular_expressions() -> None:
    text = config(tabled("https://example.org/a.b", "https://example.org/A.b", "https://example.org/c"))
    found = [line.strip() for line in lines(text, "map $compliance_page $compliance_spelled")]
    assert found == [
        'default "";',
        '"~^example\\\\.org\\\\/A\\\\.b\\\\z" "example.org/A.b|1";',
        '"~^example\\\\.org\\\\/a\\\\.b\\\\z" "example.org/a.b|0";',
        '"example.org/c" "example.org/c|2";',
    ]


def test_the_head_says_what_it_rests_on_and_until_when() -> None:
    head = config(tabled("page-1")).partition("\n\n")[0].split("\n")
    assert all(line.startswith("#") for line in head)
    assert "# ruleset: sha256:meaning" in head
    assert "# valid until: 2027-01-01T00:00:00Z" in head
    assert "# as of: 2026-11-29" in head
    assert "# valid until: no change is foreseen" in config(tabled("page-1", until=None)).split("\n")


def test_a_table_that_never_ends_asks_for_no_time() -> None:
    assert "$msec" in config(tabled("page-1"))
    assert "$msec" not in config(tabled("page-1", until=None))


def test_the_same_table_is_the_same_bytes_in_whatever_order_its_pages_come() -> None:
    names = [f"https://example.org/{number}" for number in range(20)]
    for kind in ("json", "nginx"):
        first = formats.files_of(kind, tabled(*names))
        assert dict(first) == dict(formats.files_of(kind, tabled(*names)))
    told = json.loads(formats.to_json(tabled(*names)))
    turned = json.loads(formats.to_json(tabled(*reversed(names))))
    assert list(told["pages"]) == list(turned["pages"])
    assert told["fragments"] == turned["fragments"]


def test_json_has_all_that_is_needed_to_look_a_page_up() -> None:
    table = tabled("https://example.org/a", "page-1")
    told = json.loads(formats.to_json(table))
    for name in ("https://example.org/a", "page-1"):
        for code in ("UA", "UA-43", "XX"):
            zone = told["places"].get(code, 0)
            assert told["fragments"][told["rows"][told["pages"][name]][zone]] == table.find(
                name, "", table.zone(*_header(code))
            )
    assert told["valid_until"] == "2027-01-01T00:00:00Z"
    assert told["table"] == table.digest


def _header(code: str) -> tuple[str, str]:
    country, _, region = code.partition("-")
    return country, region


def test_fragments_are_written_before_what_leads_to_them() -> None:
    names = list(formats.to_nginx(tabled("page-1")))
    assert names[-1] == formats.CONFIG
    assert names.index("fallback.html") < names.index(formats.HASHES)
    assert len([name for name in names if name.startswith("fragments/")]) == 5
