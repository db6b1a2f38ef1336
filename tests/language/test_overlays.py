"""Overlays as text: whom a row is about, what it adds or removes, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import Problem
from compliance.language.overlaps import shared
from compliance.language.overlays import COLUMNS, read_overlay
from compliance.model.overlay import OverlayRow
from compliance.model.period import Period

HEAD = ",".join(COLUMNS.known)
KNOWN = ("held", "EU")
GOOD = {
    "network": "203.0.113.0/24",
    "territory": "held",
    "first_day": "2024-01-31",
    "last_day": "none",
    "source": "our own lines",
}


def line(**cells: str) -> str:
    """A good row with some cells replaced; an empty one is not there."""
    row = GOOD | cells
    return ",".join(row.get(name, "") for name in COLUMNS.known)


def read(*lines: str) -> tuple[tuple[OverlayRow, ...], list[Problem]]:
    return read_overlay("nets.csv", "\n".join((HEAD, *lines)).encode(), KNOWN)


def one(**cells: str) -> OverlayRow:
    (row,), problems = read(line(**cells))
    assert problems == []
    return row


def told(*lines: str) -> list[str]:
    return [f"{each.message}; {each.help}" for each in read(*lines)[1]]


def test_a_row_says_whom_it_is_about_where_on_which_days_and_who_says_so() -> None:
    row = one(last_day="2024-12-31")
    assert (row.network, row.system, row.territory) == (ip_network("203.0.113.0/24"), None, "held")
    assert (row.period, row.source) == (Period(date(2024, 1, 31), date(2024, 12, 31)), "our own lines")
    assert (row.is_removal, row.reason) == (False, None)
    assert (row.span.path, row.span.line, row.span.column) == ("nets.csv", 2, 1)


def test_a_row_may_name_an_autonomous_system_and_a_code() -> None:
    for text in ("AS64500", "as64500", "64500"):
        row = one(network="", asn=text, territory="UA-43")
        assert (row.network, row.system, row.territory) == (None, 64500, "UA-43")


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("2001:db8::7", "2001:db8::7/128"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),  # addresses are looked up by the IPv4 address in them
        ("::/0", "::/0"),
    ],
)
def test_networks_are_of_either_version_and_in_their_canonical_form(text: str, network: str) -> None:
    assert one(network=text).network == ip_network(network)


def test_a_removal_has_a_reason_with_a_day_in_it() -> None:
    row = one(action="remove", reason="2026-01-31: our office; the provider moved it")
    assert row.is_removal
    assert row.reason == "2026-01-31: our office; the provider moved it"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"network": "203.0.113.0"[:-2]}, "`203.0.113` is not a network; write it like `203.0.113.0/24` or"),
        ({"network": "203.0.113.0/33"}, "`203.0.113.0/33` is not a network"),
        ({"network": "203.0.113.0/255.255.255.0"}, "`203.0.113.0/255.255.255.0` is not a network"),
        ({"network": "fe80::1%eth0"}, "`fe80::1%eth0` is not a network"),
        ({"network": "203.0.113.7/24"}, "`203.0.113.7/24` begins in the middle of a network; write `203.0.113.0/24`"),
        ({"network": "2002:cb00:7100::/40"}, "addresses of 6to4 and NAT64 are looked up by the IPv4 address in them"),
        ({"network": "64:ff9b::cb00:7100/120"}, "addresses of 6to4 and NAT64 are looked up by the IPv4"),
        ({"network": "", "asn": "AS0"}, "`AS0` is not an autonomous system; write it like `AS64500`"),
        ({"network": "", "asn": "4294967296"}, "`4294967296` is not an autonomous system"),
        ({"asn": "AS64500"}, "a row has `network` or `asn`, not both; write two rows"),
        ({"territory": "heldd"}, "unknown territory `heldd`; the nearest is `held`"),
        ({"territory": "UK"}, "unknown territory `UK`; write `GB`"),
        ({"territory": "XQ"}, "unknown territory `XQ`; use an ISO 3166 code"),
        ({"territory": "MY-99"}, "unknown territory `MY-99`; the parts of `MY` are: MY-01"),
        (
            {"territory": "my-moscow"},
            "unknown territory `my-moscow`; no territory of these rules is called so; they are: EU, held; is",
        ),
        ({"territory": ""}, "a row of an overlay needs `territory`; add `territory:`"),
        ({"first_day": ""}, "a row of an overlay needs `first_day`"),
        ({"last_day": "31.12.2024"}, "`31.12.2024` is not a calendar day; write `2024-12-31`"),
        ({"last_day": "2024-01-30"}, "the last day is before the first day"),
        ({"source": ""}, "a row of an overlay needs `source`"),
        ({"action": "delete"}, "unknown action `delete`; use one of: add, remove"),
        ({"action": "remove"}, "a row of an overlay needs `reason`"),
        ({"action": "remove", "reason": "our office"}, "the reason of a removal names no day; write the day on which"),
        ({"action": "remove", "reason": "2026-02-30: office"}, "the reason of a removal names no day"),
        (
            {"action": "remove", "reason": "2026-01-31: x", "territory": "UA-43"},
            "`UA-43` is a code, and only territories can be removed; the territories are: EU, held",
        ),
        (
            {"action": "remove", "reason": "2026-01-31: x", "network": "0.0.0.0/0"},
            "`0.0.0.0/0` is too wide to be taken out of a territory; name the networks",
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_one_problem(cells: dict[str, str], expected: str) -> None:
    (problem,) = told(line(**cells))
    assert problem.startswith(expected)


def test_all_problems_are_said_at_once_in_the_order_of_the_file() -> None:
    wrong = line(network="x", territory="y", source="", last_day="z")
    problems = read(line(source=""), wrong)[1]
    assert [(each.span.line, each.span.column) for each in problems if each.span] == [
        (2, 1),
        (3, 1),
        (3, 1),
        (3, 4),
        (3, 17),
    ]


def test_a_table_that_is_about_nobody_says_so_once() -> None:
    rows, problems = read_overlay(
        "a.csv", b"territory,first_day,last_day,source\nheld,none,none,x\nEU,none,none,x\n", KNOWN
    )
    assert (rows, [each.message for each in problems]) == ((), ["no row has a `network` or an `asn`"])


def test_what_is_added_and_removed_for_one_network_on_one_day_is_refused() -> None:
    removal = {"action": "remove", "reason": "2026-01-31: x"}
    (problem,) = told(line(), line(**removal))
    assert problem == "`held` is added here and removed elsewhere from 2024-01-31 on; keep the row that holds"
    assert told(line(last_day="2024-12-31"), line(first_day="2025-01-01", **removal)) == []
    assert told(line(), line(network="203.0.113.7", **removal)) == []
    assert told(line(), line(territory="EU", **removal)) == []


days = st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 12))
periods = st.lists(st.tuples(days, days), max_size=6)


def dated(spans: Sequence[tuple[date | None, date | None]], **cells: str) -> list[str]:
    return [line(first_day=str(first or "none"), last_day=str(last or "none"), **cells) for first, last in spans]


@given(periods, periods)
def test_each_row_that_adds_on_a_day_of_a_removal_is_refused_and_no_other(
    added: list[tuple[date | None, date | None]], removed: list[tuple[date | None, date | None]]
) -> None:
    rows, problems = read(*dated(added), *dated(removed, action="remove", reason="2026-01-31: x"))
    window = [date(2023, 12, 31) + timedelta(days=each) for each in range(14)]
    away = {day for row in rows if row.is_removal for day in window if day in row.period}
    expected = [row.span.line for row in rows if not row.is_removal and any(day in row.period for day in away)]
    told = [each for each in problems if "removed elsewhere" in each.message]
    assert [each.span.line for each in told if each.span] == expected


def test_rows_of_one_network_are_compared_with_few_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(one: Period, other: Period) -> Period:
        nonlocal compared
        compared += 1
        return shared(one, other)

    monkeypatch.setattr("compliance.language.overlays.shared", counted)
    first = date(2024, 1, 1)
    odd, even = ([(day := first + timedelta(days=2 * n + k), day) for n in range(200)] for k in (0, 1))
    rows, problems = read(*dated(odd), *dated(even, action="remove", reason="2026-01-31: x"))
    assert (len(rows), problems) == (400, [])
    assert 0 < compared <= 400


def test_a_network_of_a_row_does_not_show_in_its_repr() -> None:
    assert "203.0.113" not in repr(one())
    assert "64500" not in repr(one(network="", asn="AS64500"))
