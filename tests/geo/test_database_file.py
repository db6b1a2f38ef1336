"""One file of an operator: what it is follows from what it holds, and what is damaged is refused with its name."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from compliance.errors import DatabaseError
from compliance.geo.database_file import Age, age_of, asked_for, open_file
from compliance.geo.knowledge import Knows
from compliance.geo.locate import locate
from compliance.geo.observation import Flag, Kind
from tests.geo.mmdb import Value
from tests.geo.sources import BUILT, DAY, Records, address, city, data, network, spread, write

COUNTRIES, REGIONS, ANONYMITY, SYSTEMS = Knows.COUNTRIES, Knows.REGIONS, Knows.ANONYMITY, Knows.SYSTEMS
TRAITS: Value = {"is_anycast": True, "autonomous_system_number": 64500}
KINDS: Mapping[str, tuple[str, Records, Kind, set[Knows]]] = {
    "GeoLite2-City": ("GeoLite2-City", city("UA", "14"), Kind.LOCATION, {COUNTRIES, REGIONS}),
    "GeoIP2-Enterprise": (
        "GeoIP2-Enterprise",
        city("UA", "14", traits=TRAITS),
        Kind.LOCATION,
        {COUNTRIES, REGIONS, ANONYMITY, SYSTEMS},
    ),
    "GeoLite2-Country": ("GeoLite2-Country", {"country": {"iso_code": "UA"}}, Kind.LOCATION, {COUNTRIES}),
    "GeoLite2-ASN": ("GeoLite2-ASN", network(64500), Kind.REGISTRATION, {SYSTEMS}),
    "GeoIP2-Anonymous-IP": (
        "GeoIP2-Anonymous-IP",
        {"is_anonymous": True, "is_tor_exit_node": True},
        Kind.LOCATION,
        {ANONYMITY},
    ),
    "dbip-city-ipv4": (
        "city ipv4",
        {"country_code": "UA", "state1": "Donetsk", "city": "Town", "latitude": 48.0, "longitude": 38.0},
        Kind.LOCATION,
        {COUNTRIES, REGIONS},
    ),
    "iptoasn-country": ("country ipvAll", {"country_code": "UA"}, Kind.REGISTRATION, {COUNTRIES}),
    "dbip-country-ipv6": ("country ipv6", {"country_code": "UA"}, Kind.LOCATION, {COUNTRIES}),
    "routeviews-asn": ("asn ipvAll", network(64500), Kind.REGISTRATION, {SYSTEMS}),
    "ipinfo_lite": (
        "ipinfo generic_lite.mmdb",
        {"country_code": "UA", "country": "Ukraine", "continent": "Europe", "asn": "AS64500"},
        Kind.LOCATION,
        {COUNTRIES, SYSTEMS},
    ),
    "location": (
        "ipinfo standard_location.mmdb",
        {"country": "UA", "region": "Donetsk", "city": "Town", "lat": "48.0", "lng": "38.0", "timezone": "Europe/Kyiv"},
        Kind.LOCATION,
        {COUNTRIES, REGIONS},
    ),
    "privacy": ("ipinfo standard_privacy.mmdb", {"vpn": "true", "tor": "", "hosting": ""}, Kind.LOCATION, {ANONYMITY}),
    "privacy-new": (
        "ipinfo privacy.mmdb",
        {"is_vpn": True, "is_tor": True, "is_hosting": True},
        Kind.LOCATION,
        {ANONYMITY},
    ),
    "mine": ("My-Own", {"country_code": "UA"}, Kind.REGISTRATION, {COUNTRIES}),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_a_file_is_follows_from_its_maker_and_from_what_it_holds(tmp_path: Path, name: str) -> None:
    kind, record, expected, knows = KINDS[name]
    found = open_file(write(tmp_path / f"{name}.mmdb", spread("", record), kind)).about
    assert (found.name, found.type, found.build) == (name, kind, BUILT)
    assert (found.kind, set(found.knows)) == (expected, knows)


@pytest.mark.parametrize(
    ("kind", "ip_version", "versions"),
    [
        ("city ipv4", 6, (4,)),
        ("city ipv6", 6, (6,)),
        ("country ipvAll", 6, (4, 6)),
        ("Test", 4, (4,)),
        ("Test", 6, (4, 6)),
    ],
)
def test_a_file_of_one_ip_version_is_not_asked_for_the_other(
    tmp_path: Path, kind: str, ip_version: int, versions: tuple[int, ...]
) -> None:
    records = {network: record for network, record in spread("UA").items() if ip_version == 6 or ":" not in network}
    assert open_file(write(tmp_path / "a.mmdb", records, kind, ip_version=ip_version)).about.versions == versions


def test_an_operator_may_say_what_a_file_knows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mmdb", spread("", city("UA", "14")), "GeoLite2-City")
    registry = open_file(path, Kind.REGISTRATION)
    assert (registry.about.kind, set(registry.about.knows)) == (Kind.REGISTRATION, {COUNTRIES})
    said = registry.observation(address("1.2.3.4"), DAY)
    assert (said.country, said.subdivision, said.point) == ("UA", None, None)
    assert open_file(write(tmp_path / "b.mmdb", spread("UA")), Kind.LOCATION).about.kind is Kind.LOCATION


def test_the_kind_stands_behind_the_path(tmp_path: Path) -> None:
    assert asked_for("a/b.mmdb") == (Path("a/b.mmdb"), None)
    assert asked_for("a/b.mmdb=registration") == (Path("a/b.mmdb"), Kind.REGISTRATION)
    assert asked_for("a=b/c.mmdb=location") == (Path("a=b/c.mmdb"), Kind.LOCATION)
    assert asked_for("a=b/c.mmdb") == (Path("a=b/c.mmdb"), None)
    odd = tmp_path / "a=location"
    odd.touch()
    assert asked_for(str(odd)) == (odd, None)
    with pytest.raises(
        DatabaseError, match=r"`b.mmdb=locations` ends in no kind of database; the nearest is `location`"
    ):
        asked_for("b.mmdb=locations")


def test_what_was_read_stays_whatever_happens_to_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mmdb", spread("", city("UA", "14")), "GeoLite2-City")
    opened = open_file(path)
    os.truncate(path, 10)
    assert opened.observation(address("1.2.3.4"), DAY).subdivision == "UA-14"
    path.write_bytes(b"\xff" * 100_000)
    path.unlink()
    assert opened.observation(address("9.2.3.4"), DAY).subdivision == "UA-14"
    assert opened.failed == 0


# -- what is refused ------------------------------------------------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(DatabaseError) as raised:
        open_file(path)
    assert str(path) in str(raised.value)
    return str(raised.value).replace(str(path), "a.mmdb")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "`a.mmdb` is empty"),
        (b"\n", "`a.mmdb` is damaged or is no MMDB file"),
        (b"network,country\n1.2.3.0/24,UA\n" * 100, "`a.mmdb` is damaged or is no MMDB file"),
        (gzip.compress(data(spread("UA")), mtime=0), "`a.mmdb` is compressed: unpack it with `gunzip`"),
        (data({"1.0.0.0/8": "UA"}), "`a.mmdb` names neither countries, nor anonymous networks, nor autonomous systems"),
        (
            data({"1.0.0.0/8": {"connection_type": "Cellular"}}, "GeoIP2-Connection-Type"),
            "of type `GeoIP2-Connection-Type`",
        ),
        (data({}), "`a.mmdb` names neither countries"),
        (data(spread("Q9")), "`a.mmdb` names neither countries"),
        (data(spread("UA") | {f"{n}.0.0.0/8": {"country_code": "Q9"} for n in range(1, 30)}), "a.mmdb` is damaged: "),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.mmdb"
    path.write_bytes(content)
    assert message in refused(path)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "b.mmdb") == f"`{tmp_path / 'b.mmdb'}` does not exist".replace(
        str(tmp_path / "b.mmdb"), "a.mmdb"
    )
    assert refused(tmp_path).endswith("is no file")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "a.mmdb", spread("", city("UA", "14")), "GeoLite2-City")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refused(path) == "`a.mmdb` is damaged or is no MMDB file"


def flipped(content: bytes, count: int, seed: int) -> bytes:
    spoiled, chance = bytearray(content), random.Random(seed)  # noqa: S311
    for _ in range(count):
        at = chance.randrange(len(spoiled))
        spoiled[at] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def test_flipped_bits_never_kill_the_process_and_are_mostly_seen(tmp_path: Path) -> None:
    """What stays readable cannot be seen in the file itself: for that there are a hash and golden look-ups."""
    names = ["UA", "RU", "DE", "FR", "PL", "KZ"]
    records = {f"{n}.{m}.0.0/16": city(names[n % 6], at=(n / 5, m)) for n in range(1, 60) for m in range(0, 250, 50)}
    content, path, seen = data(records, "GeoLite2-City"), tmp_path / "a.mmdb", 0
    for seed in range(60):
        path.write_bytes(flipped(content, len(content) // 50, seed))
        try:
            opened = open_file(path)
            for first in range(1, 224):
                opened.observation(address(f"{first}.50.2.3"), DAY)
        except DatabaseError:
            seen += 1
    assert seen == 60


def test_a_hash_beside_the_file_shows_every_change_of_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mmdb", spread("UA"))
    content, beside = path.read_bytes(), tmp_path / "a.mmdb.sha256"
    digest = hashlib.sha256(content).hexdigest()
    beside.write_text(f"{digest.upper()}  a.mmdb\n", encoding="ascii")
    assert open_file(path).about.sha256 == digest
    path.write_bytes(flipped(content, 1, 1))
    assert re.search(r"is not the file that `a.mmdb.sha256` names: its SHA-256 is [0-9a-f]{64}$", refused(path))
    beside.write_text("a.mmdb", encoding="ascii")
    with pytest.raises(DatabaseError, match=r"a.mmdb.sha256` does not begin with a SHA-256"):
        open_file(path)


# -- look-ups -------------------------------------------------------------------------------------------


def test_a_look_up_says_what_the_record_says_and_silence_where_there_is_none(tmp_path: Path) -> None:
    opened = open_file(write(tmp_path / "a.mmdb", {"1.2.0.0/16": city("UA", "14")}, "GeoLite2-City"))
    said = opened.observation(address("1.2.3.4"), DAY)
    assert (said.source, said.kind, said.country, said.subdivision) == ("a", Kind.LOCATION, "UA", "UA-14")
    assert said.point is not None
    assert opened.observation(address("::ffff:1.2.3.4"), DAY) is said, "one record, read once"
    assert opened.observation(address("1.3.3.4"), DAY).is_silent


def test_a_large_number_in_a_record_is_no_trouble(tmp_path: Path) -> None:
    for large in (2**63, 2**100):
        opened = open_file(write(tmp_path / "a.mmdb", spread("", {"country_code": "UA", "mask": large})))
        assert opened.observation(address("1.2.3.4"), DAY).country == "UA"
        assert opened.survey().named == 224
        assert opened.failed == 0


def test_a_look_up_that_fails_is_no_silence_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_file(write(tmp_path / "a.mmdb", {**spread("UA"), "9.9.9.0/24": {"country_code": "PL", "x": 1}}))

    def fail(*_: object) -> None:
        raise ValueError("9.9.9.9 cannot be read")

    monkeypatch.setattr("compliance.geo.database_file.observed", fail)
    assert opened.observation(address("9.9.9.9"), DAY).flags == {Flag.NOT_KNOWN}
    assert opened.failed == 1


def test_a_failing_look_up_of_a_system_is_told_without_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_file(write(tmp_path / "a.mmdb", spread("", network(64500))))

    def fail(*_: object) -> None:
        raise ValueError("9.9.9.9 cannot be read")

    monkeypatch.setattr("compliance.geo.database_file.system_of", fail)
    with pytest.raises(DatabaseError, match="a look-up in `a` failed") as error:
        opened.system(address("9.9.9.9"))
    assert error.value.__context__ is None


def test_an_autonomous_system_is_found_wherever_its_maker_writes_it(tmp_path: Path) -> None:
    records: dict[str, Value] = {
        "1.0.0.0/8": network(64500),
        "2.0.0.0/8": {"asn": "AS64501"},
        "3.0.0.0/8": {"traits": {"autonomous_system_number": 64502}},
        "4.0.0.0/8": {"asn": "none"},
    }
    opened = open_file(write(tmp_path / "a.mmdb", records))
    assert [opened.system(address(f"{n}.2.3.4")) for n in range(1, 6)] == [64500, 64501, 64502, None, None]


# -- age ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "age"),
    [(-10, Age.FRESH), (0, Age.FRESH), (45, Age.FRESH), (46, Age.AGEING), (90, Age.AGEING), (91, Age.STALE)],
)
def test_a_file_ages_from_46_days_on_and_is_stale_from_91_on(tmp_path: Path, days: int, age: Age) -> None:
    day = BUILT + timedelta(days=days)
    assert age_of(BUILT, day) is age
    opened = open_file(write(tmp_path / "a.mmdb", spread("", city("UA", "14")), "GeoLite2-City"))
    said = opened.observation(address("1.2.3.4"), day)
    assert (Flag.STALE in said.flags) is (age is Age.STALE)
    assert (said.country, said.subdivision) == ("UA", "UA-14")  # it may still add a place, and settles nothing
    assert locate([said]).places == ({"UA"} if age is Age.STALE else {"UA-14"})


def test_a_file_says_on_each_day_what_it_says_on_that_day(tmp_path: Path) -> None:
    """What was worked out for one day is not taken for another one."""
    opened = open_file(write(tmp_path / "a.mmdb", spread("", city("UA", "14")), "GeoLite2-City"))
    days = (DAY, BUILT + timedelta(days=91), DAY)
    assert [Flag.STALE in opened.observation(address("1.2.3.4"), day).flags for day in days] == [False, True, False]


def test_nothing_of_a_file_shows_in_its_repr(tmp_path: Path) -> None:
    opened = open_file(write(tmp_path / "a.mmdb", spread("", city("UA")), "GeoLite2-City"))
    assert repr(opened) == "DatabaseFile('a')"
    assert "Town" not in repr(opened.evidence_of(address("1.2.3.4")))
