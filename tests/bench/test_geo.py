"""The geo benchmark: its own arithmetic, on worlds and databases that are small enough to count by hand."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from compliance.geo.database_file import open_file
from compliance.geo.embedded import CountryRanges, Piece, Source, pack, unpack
from compliance.geo.in_memory import Found
from compliance.model.territory import Territory
from compliance.store import read_rules
from tests.bench import geo
from tests.bench.parts import geo_fetch, geo_tables, geo_walk, geo_zone
from tests.bench.parts.geo_fetch import FetchError, Package, fetched
from tests.bench.parts.geo_speed import BARE, ONE, Passes, Starting
from tests.bench.parts.geo_walk import Judge, Share, Walk, cuts, walked
from tests.bench.parts.geo_zone import FRONT, VOVCHANSK, YUNAKIVKA, Zone
from tests.geo.mmdb import Value
from tests.geo.sources import data

DAY = date(2026, 3, 1)
SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
PAGE = "# Benchmarks\n\n<!-- geo -->\nold\n<!-- end of geo -->\n"


def world(*arcs: list[list[int]], rings: list[list[int]]) -> dict[str, Any]:
    """A topology of one country in whole degrees from 30 east and 40 north."""
    shape = {"type": "MultiPolygon", "properties": {"name": "Russia"}, "arcs": [[ring] for ring in rings]}
    return {
        "transform": {"scale": [1, 1], "translate": [30, 40]},
        "arcs": list(arcs),
        "objects": {"countries": {"geometries": [shape]}},
    }


CRIMEA = [[3, 4], [2, 0], [0, 2], [-2, 0], [0, -2]]
"""A square from 33 to 35 east and 44 to 46 north, by steps."""


# -- the zone ---------------------------------------------------------------------------------------------


def test_arcs_are_summed_up_joined_and_taken_backwards() -> None:
    one, other = [[0, 0], [2, 0], [0, 2]], [[0, 0], [0, 2], [2, 0]]
    (ring,) = geo_zone.rings_of(world(one, other, rings=[[0, ~1]]), "Russia")
    assert ring == [(30, 40), (32, 40), (32, 42), (30, 42), (30, 40)]


@pytest.mark.parametrize(
    ("spot", "is_in", "km"),
    [((2, 1), True, 111.2), ((5, 1), False, 111.2), ((-1, 1), False, 111.2), ((2, 5), False, 111.2)],
)
def test_a_point_is_on_its_side_of_a_square(spot: tuple[float, float], is_in: bool, km: float) -> None:
    assert geo_zone.is_in(spot, pairwise(SQUARE)) is is_in
    assert geo_zone.distance_km(spot, SQUARE) == pytest.approx(km, rel=0.005)


def test_every_named_settlement_is_on_its_side_of_the_drawn_line() -> None:
    zone = Zone(world(CRIMEA, rings=[[0]]))
    for held, held_spot, free, free_spot in (*FRONT, *VOVCHANSK, *YUNAKIVKA):
        assert zone.holds(*held_spot), held
        assert not zone.holds(*free_spot), free


def test_russia_and_what_is_far_away_are_not_in_the_zone_and_the_shore_is() -> None:
    border = [[8, 4], [3, 0], [0, 6], [-3, 0], [0, -6]]  # from 38 to 41 east
    zone = Zone(world(CRIMEA, border, rings=[[0], [1]]))
    assert zone.holds(34.0, 45.0)
    assert zone.holds(32.97, 45.0)
    assert not zone.holds(32.95, 45.0)
    assert not zone.holds(38.2, 48.5)
    assert not zone.holds(-34.0, 45.0)


# -- shares -----------------------------------------------------------------------------------------------


def packed(v4: list[Piece], v6: list[Piece]) -> CountryRanges:
    source = Source("one", "2026-02-20", "none", "none", "https://example.org")
    other = Source("other", "2026-02-20", "none", "none", "https://example.org")
    return unpack(pack((source, other), v4, v6))


RANGES = packed(
    [Piece(0, None, None), Piece(1 << 24, "RU", "RU"), Piece(3 << 23, "DE", "DE"), Piece(2 << 24, "UA", "DE")],
    [Piece(0, None, None), Piece(0x2000 << 48, "RU", "RU")],
)


def countries(cut: geo_walk.Cut) -> list[tuple[int, str | None, str | None]]:
    return [(size, RANGES.countries[one], RANGES.countries[other]) for size, (one, other) in cut.parts]


def test_networks_are_cut_where_the_ranges_change_their_mind() -> None:
    found = [Found(4, 1 << 24, 9, {}), Found(4, 3 << 23, 10, {}), Found(4, 0, 6, {})]
    one, other = cuts(found[:2], RANGES, 4)
    assert countries(one) == [(1 << 23, "RU", "RU")]
    assert countries(other) == [(1 << 22, "DE", "DE")]
    (whole,) = cuts(found[2:], RANGES, 4)
    assert countries(whole) == [
        (1 << 24, None, None), (1 << 23, "RU", "RU"), (1 << 23, "DE", "DE"), (2 << 24, "UA", "DE"),
    ]  # fmt: skip


def test_networks_of_ipv6_count_in_64_bits() -> None:
    wide, narrow = cuts([Found(6, 0x2000 << 112, 32, {}), Found(6, 0x2001 << 112, 128, {})], RANGES, 6)
    assert countries(wide) == [(1 << 32, "RU", "RU")]
    assert countries(narrow) == [(1, "RU", "RU")]


def test_shares_count_addresses_and_networks() -> None:
    share = Share()
    share.add([(6, False), (2, True)])
    share.add([(8, False)])
    assert (share.by_address, share.by_network) == (2 / 16, 1 / 2)
    assert Share().by_address is Share().by_network is None


def test_a_walk_counts_who_is_excluded_and_who_gets_the_notice(tmp_path: Path) -> None:
    territories: dict[str, Territory] = dict(read_rules(geo.RULES).territories)
    held: Value = {"country_code": "UA", "city": "Town", "latitude": 47.1, "longitude": 37.5}
    free: Value = {"country_code": "UA", "city": "Town", "latitude": 50.45, "longitude": 30.5}
    annexed: Value = {"country_code": "RU", "city": "Town", "latitude": 45.0, "longitude": 34.0}
    records: dict[str, Value] = {
        "1.0.0.0/9": held,
        "1.128.0.0/9": free,
        "2.0.0.0/8": annexed,
        "9.0.0.0/8": {"country_code": "DE"},
    }
    path = tmp_path / "city.mmdb"
    path.write_bytes(data(records, "city ipv4", ip_version=4))
    judge = Judge(RANGES, territories.values(), geo.TERRITORY, DAY)
    told: list[str] = []
    walk = walked(open_file(path), RANGES, Zone(world(CRIMEA, rings=[[0]])), judge, DAY, told.append)
    whole, half = 1 << 24, 1 << 23
    assert walk.excluded["UA"] == Share(2, whole, 1, half)  # two German registrations; Russian ones may be held parts
    assert walk.excluded["RU"] == Share(1, whole, 0, 0)  # the registries differ
    assert walk.instead == {"UA": Counter({"DE": half})}
    in_zone = {policy: share.hit_addresses for policy, share in walk.zone.items()}
    assert in_zone == {
        geo_walk.BY_LABEL: whole,
        geo_walk.REGISTRIES: whole + half,
        geo_walk.CITY: whole + half,
        geo_walk.BOTH: whole + half,
    }
    assert walk.rest[geo_walk.CITY] == Share(1, half, 0, 0)
    assert walk.rest[geo_walk.BY_LABEL].addresses == half
    assert "of about" in told[0]


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "-"), (0.0, "0 %"), (1.0, "100 %"), (0.99999, "> 99.99 %"), (0.00001, "< 0.01 %"), (0.02057, "2.06 %")],
)
def test_what_is_not_quite_all_or_nothing_is_never_written_so(share: float | None, text: str) -> None:
    assert geo_tables.percent(share) == text


def test_one_reader_without_the_notice_is_one_too_many() -> None:
    walk = Walk()
    for share in (*walk.zone.values(), *walk.rest.values()):
        share.add([(10**6, True)])
    assert geo_tables.zone_figures({"IPv4": walk}, is_full=True)[0].is_kept is True
    assert geo_tables.zone_figures({"IPv4": walk}, is_full=True)[1].is_kept is False
    walk.zone[geo_walk.BOTH].add([(1, False)])
    missed, *_ = geo_tables.zone_figures({"IPv4": walk}, is_full=True)
    assert (missed.measured, missed.is_kept) == ("> 99.99 %", False)


# -- fetching and writing ---------------------------------------------------------------------------------


def npm(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program that stands in for npm."""
    program = directory / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))


def test_a_package_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Package("@example/data", "1.0.0")
    npm(tmp_path, monkeypatch, 'mkdir package && echo "$5" > package/file && tar czf a.tgz package && rm -r package')
    place = fetched(made, tmp_path / "cache")
    assert (place / "file").read_text("ascii") == "@example/data@1.0.0\n"
    npm(tmp_path, monkeypatch, "exit 1")
    assert fetched(made, tmp_path / "cache") == place
    assert [each.name for each in (tmp_path / "cache").iterdir()] == ["example-data-1.0.0"]


@pytest.mark.parametrize("script", ["echo no network >&2; exit 1", "true"])
def test_what_cannot_be_fetched_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    npm(tmp_path, monkeypatch, script)
    with pytest.raises(FetchError, match=r"no network|no archive"):
        fetched(Package("@example/data", "1.0.0"), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_without_npm_the_rest_is_measured_and_the_page_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(geo, "ROUNDS", 1)
    monkeypatch.setattr(geo, "PER_PASS", 10)
    assert geo.main(["--write", "--cache", str(tmp_path / "cache")], page) == 1
    told = capsys.readouterr().out
    assert "the packaged ranges alone" in told
    assert "NOT MEASURED" in told
    assert "npm, which is not installed" in told
    assert page.read_text("utf-8") == PAGE


def test_it_writes_its_own_part_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE, encoding="utf-8")
    walk = Walk(excluded={"UA": Share(4, 100, 1, 3)}, instead={"UA": Counter({"DE": 3})})
    speed = {BARE: Passes([2.0, 2.0], [1.0, 1.0]), ONE: Passes([6.0, 10.0], [4.0, 4.0])}
    started = Starting(0.1, {"own": (1.5, 10**6)}, {"countries.bin": 10**6})
    found = geo.Run(speed, started, {"IPv4": walk, "IPv6": walk}, DAY)
    monkeypatch.setattr(geo, "run", lambda *_, **__: found)
    assert geo.main(["--write"], page) == 0
    text = page.read_text("utf-8")
    assert "{" not in text
    assert "| UA | 3.000 % | 25.00 % | DE 3.00 % |" in text
    assert "| one database | 8.0 | 4.0 | 4.0x |" in text
    assert geo_fetch.CITY.spec in text
    assert text.startswith("# Benchmarks\n\n<!-- geo -->\n## Where the reader is\n")
