"""Where the reader of a check is: on every law day of the moment, from databases that are as old as they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from compliance import Checker, Content, Reader
from compliance.geo import Databases
from compliance.geo.database_file import open_file
from compliance.geo.overlay import Overlay
from compliance.store import Store
from tests.geo.sources import city, network, spread, write
from tests.geo.test_overlay import row
from tests.tiny import TINY, written

DAY = date(2026, 3, 1)
LATE = datetime(2026, 3, 1, 22, tzinfo=UTC)
"""In Moscow it is tomorrow already, and in New York still today."""
READER = Reader(address="1.2.3.4")
HELD = """\
language: 1
territory: held
title: Held
timezone: ZONE
members:
  - {code: UA-14, extent: partly, first_day: 2020-01-01, last_day: 2026-03-01}
  - {code: UA-63, extent: partly, first_day: 2026-03-02, last_day: none}
labelled_as: [RU]
sources:
  - {title: A map, confidence: B}
"""
OLDER = "older than 90 days"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock; what is put in its place is the time."""
    clock = [LATE]
    monkeypatch.setattr("compliance.check._now", lambda: clock[0])
    return clock


def asked(tmp_path: Path, databases: Databases, zone: str = "Europe/Moscow") -> Checker:
    return Checker(Store(written(tmp_path / "rules", {**TINY, "held.yaml": HELD.replace("ZONE", zone)})), databases)


def labelled(tmp_path: Path, country: str, part: str | None = None, built: date = DAY) -> Databases:
    record = {"country_code": country} if part is None else city(country, part)
    kind = "GeoLite2-Country" if part is None else "GeoLite2-City"
    return Databases(None, [open_file(write(tmp_path / "own.mmdb", spread("", record), kind, built))])


# -- days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "hour", "held"),
    [
        ("Europe/Moscow", 20, {"UA-14"}),
        ("Europe/Moscow", 22, {"UA-63"}),
        ("America/New_York", 22, {"UA-14", "UA-63"}),
    ],
)
def test_a_place_is_that_of_every_law_day_and_not_of_the_day_in_utc(
    tmp_path: Path, now: list[datetime], zone: str, hour: int, held: set[str]
) -> None:
    checker = asked(tmp_path, labelled(tmp_path, "RU"), zone)
    now[0] = LATE.replace(hour=hour)
    assert checker.locate(READER).codes == {"RU", *held}
    assert {each.partition("/")[0] for each in checker.check(Content(), READER).location.places} == {"RU", *held}


def test_a_day_that_is_asked_for_is_the_only_one(tmp_path: Path) -> None:
    checker = asked(tmp_path, labelled(tmp_path, "RU"), "America/New_York")
    assert checker.locate(READER, as_of=DAY).codes == {"RU", "UA-14"}
    assert checker.locate(READER, as_of=DAY + timedelta(days=1)).codes == {"RU", "UA-63"}


def test_without_a_zone_the_day_in_utc_counts(tmp_path: Path) -> None:
    files = {"held.yaml": HELD.replace("timezone: ZONE\n", "")}
    checker = Checker(Store(written(tmp_path / "rules", files)), labelled(tmp_path, "RU"))
    assert not checker.ruleset.zones
    assert checker.locate(READER).codes == {"RU", "UA-14"}


# -- age --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("built", "as_of", "is_old"),
    [
        (DAY - timedelta(days=90), None, False),
        (DAY - timedelta(days=91), None, True),
        (DAY - timedelta(days=91), DAY - timedelta(days=30), True),
        (DAY - timedelta(days=91), date.min, True),
        (DAY - timedelta(days=90), DAY - timedelta(days=30), False),
        (DAY - timedelta(days=90), DAY + timedelta(days=1), True),
    ],
)
def test_no_day_that_is_asked_for_makes_a_database_young_again(
    tmp_path: Path, built: date, as_of: date | None, is_old: bool
) -> None:
    checker = asked(tmp_path, labelled(tmp_path, "UA", "30", built))
    found = checker.locate(READER, as_of=as_of)
    assert found.places == ({"UA"} if is_old else {"UA-30"})
    assert any(OLDER in words for words in found.basis) is is_old
    assert any(OLDER in words for words in checker.check(Content(), READER, as_of=as_of).location.basis) is is_old


def test_a_system_that_an_old_database_names_takes_no_place_away_on_an_earlier_day(tmp_path: Path) -> None:
    own = labelled(tmp_path, "UA", "14").own
    old = write(tmp_path / "asn.mmdb", spread("", network(64500)), "GeoLite2-ASN", DAY - timedelta(days=91))
    removal = row(None, system=64500, is_removal=True, reason="2026-01-31: office")
    checker = asked(tmp_path, Databases(None, (*own, open_file(old)), Overlay([removal])))
    assert checker.locate(READER, as_of=DAY - timedelta(days=30)).places == {"UA-14"}
