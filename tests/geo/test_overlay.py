"""What an overlay says of an address: all rows of it count, on their days, and nothing of them names the network."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import Span
from compliance.geo.address import parse_address
from compliance.geo.overlay import NOTHING_OVERLAID, Overlaid, Overlay
from compliance.model.overlay import OverlayRow
from compliance.model.period import ALWAYS, Period

DAY = date(2026, 3, 1)


def row(
    network: str | IPv4Network | IPv6Network | None,
    territory: str = "held",
    *,
    system: int | None = None,
    **more: object,
) -> OverlayRow:
    parsed = None if network is None else ip_network(network)
    values: dict[str, object] = {"period": ALWAYS, "source": "us", "span": Span("etc/nets.csv", 1, 1), **more}
    return OverlayRow(territory, network=parsed, system=system, **values)  # type: ignore[arg-type]


def said(rows: Sequence[OverlayRow], address: str, *systems: int, day: date = DAY) -> Overlaid:
    found = parse_address(address)
    assert found is not None
    return Overlay(rows).overlaid(found, day, systems)


def test_a_row_is_said_of_its_network_and_of_no_other() -> None:
    rows = [row("203.0.113.64/26"), row("2001:db8:7::/48")]
    for inside in ("203.0.113.64", "203.0.113.127", "::ffff:203.0.113.100", "2001:db8:7::", "2001:db8:7:ffff::1"):
        assert said(rows, inside).adds == ("held",)
    for outside in ("203.0.113.63", "203.0.113.128", "2001:db8:6:ffff::1", "2001:db8:8::", "192.0.2.1"):
        assert said(rows, outside) is NOTHING_OVERLAID


def test_all_rows_that_match_count_and_not_the_narrowest_alone() -> None:
    rows = [
        row("203.0.0.0/16", "PL"),
        row("203.0.113.7/32", "held"),
        row("0.0.0.0/0", "DE"),
        row("203.0.113.0/24", "PL"),
    ]
    assert said(rows, "203.0.113.7").adds == ("PL", "held", "DE")
    assert said(rows, "203.0.113.8").adds == ("PL", "DE")
    assert said(rows, "255.255.255.255").adds == ("DE",)
    assert said(rows, "2001:db8::1") is NOTHING_OVERLAID


def test_a_removal_is_kept_apart_from_what_is_added() -> None:
    rows = [row("203.0.113.0/24", "PL"), row("203.0.113.0/25", is_removal=True, reason="2026-01-31: office")]
    assert said(rows, "203.0.113.7") == Overlaid(("PL",), ("held",), ("nets.csv adds PL", "nets.csv removes held"))


def test_a_row_counts_on_its_days_only() -> None:
    rows = [row("203.0.113.0/24", period=Period(date(2026, 3, 1), date(2026, 3, 31)))]
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [bool(said(rows, "203.0.113.7", day=day).adds) for day in days] == [False, True, True, False]


def test_an_autonomous_system_is_whoever_announces_the_address() -> None:
    rows = [row(None, system=64500), row(None, "PL", system=64501)]
    assert Overlay(rows).names_systems
    assert not Overlay([row("203.0.113.0/24")]).names_systems
    assert said(rows, "203.0.113.7") is NOTHING_OVERLAID
    assert said(rows, "203.0.113.7", 64501).adds == ("PL",)
    assert said(rows, "2001:db8::7", 64500, 64501).adds == ("held", "PL")
    assert said(rows, "203.0.113.7", 64502) is NOTHING_OVERLAID


networks = st.builds(
    lambda number, prefix: ip_network((number >> (32 - prefix) << (32 - prefix), prefix)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)


def test_rows_of_a_wide_network_are_kept_once_however_many_narrow_ones_lie_in_it() -> None:
    """All of them still count, in the order of the files; kept for each narrow one, they would take 20 MB."""
    number = 1600
    wide = [row("9.0.0.0/8", f"w{each}") for each in range(number)]
    narrow = [row(f"9.1.{each // 256}.{each % 256}/32", f"n{each}") for each in range(number)]
    rows = [each for pair in zip(wide, narrow, strict=True) for each in pair]
    tracemalloc.start()
    overlay = Overlay(rows)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 2_000_000
    found = parse_address("9.1.0.7")
    assert found is not None
    assert list(overlay.matching(found)) == [each for each in rows if each.territory[0] == "w" or each is narrow[7]]


@given(st.lists(st.tuples(networks, st.sampled_from("abc")), max_size=12), st.data())
def test_a_look_up_finds_what_a_look_at_every_row_finds(
    named: list[tuple[IPv4Network, str]], data: st.DataObject
) -> None:
    edges = [int(edge) + step for network, _ in named for edge in (network[0], network[-1]) for step in (-1, 0, 1)]
    number = data.draw(st.sampled_from([*(each for each in edges if 0 <= each < 2**32), 0, 2**32 - 1]))
    rows = [row(network, name) for network, name in named]
    expected = [each for each in rows if IPv4Address(number) in (each.network or ())]
    found = parse_address(str(IPv4Address(number)))
    assert found is not None
    assert list(Overlay(rows).matching(found)) == expected
    assert said(rows, str(IPv4Address(number))).adds == tuple(dict.fromkeys(each.territory for each in expected))


def test_whose_system_cannot_be_looked_up_may_be_wherever_any_is_and_nothing_is_removed() -> None:
    rows = [
        row(None, "held", system=64500),
        row(None, "PL", system=64501, is_removal=True),
        row("203.0.113.0/24", "DE"),
    ]
    asked = parse_address("203.0.113.7")
    assert asked is not None
    found = Overlay(rows).overlaid(asked, DAY, None)
    assert (set(found.adds), found.removes) == ({"held", "DE"}, ())


def test_its_words_name_the_file_and_the_territory_and_no_network() -> None:
    overlay = Overlay(
        [row("203.0.113.0/24"), row(None, system=64500, is_removal=True, reason="2026-01-31: 203.0.113.0")]
    )
    address = parse_address("203.0.113.7")
    assert address is not None
    found = overlay.overlaid(address, DAY, [64500])
    assert found.basis == ("nets.csv adds held", "nets.csv removes held")
    assert "203.0.113" not in repr(found) + repr(overlay.rows)
