"""Databases and overlays are exchanged while questions are answered: a good file takes over, a bad one never does."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

import pytest

from compliance.errors import DatabaseError, RulesError
from compliance.geo import Atlas, DatabaseStore, GeoFiles
from compliance.geo.knowledge import Knows
from compliance.geo.observation import Kind
from compliance.language.overlays import COLUMNS
from compliance.reader import Reader, where
from tests.geo.mmdb import Value
from tests.geo.sources import BUILT, DAY, Records, address, city, data, network, placed, spread, write
from tests.geo.test_database_file import flipped
from tests.web.process import SECONDS, eventually

LATER = BUILT + timedelta(days=7)
HEAD = ",".join(COLUMNS.known)
ATLAS = Atlas()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database of the service: everybody is in Poland."""
    return put(tmp_path / "own.mmdb", "PL")


def put(path: Path, country: str, built: date = BUILT, kind: str = "GeoLite2-City") -> Path:
    return placed(path, everywhere(country, built, kind))


@cache
def everywhere(country: str, built: date, kind: str) -> bytes:
    """A database that has everybody in one country; many tests begin with the same."""
    return data(spread("", city(country)), kind, built)


def opened(*databases: Path, overlays: tuple[Path, ...] = (), golden: Path | None = None) -> DatabaseStore:
    files = GeoFiles(tuple(map(str, databases)), tuple(map(str, overlays)), None if golden is None else str(golden))
    return DatabaseStore.open(files, lambda: ["held"])


def country(store: DatabaseStore, text: str = "1.2.3.4") -> str | None:
    """What the operator's own database names."""
    return store.current.observations(address(text), DAY)[-1].country


def overlay(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    return path


def added(network: str = "1.2.3.0/24") -> str:
    return f"{network},,held,none,none,add,us,"


# -- exchanging -----------------------------------------------------------------------------------------


def test_a_newer_file_takes_the_place_of_the_one_in_use(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = opened(path)
    before = store.current
    put(path, "DE", LATER)
    assert country(store) == "PL"
    with caplog.at_level(logging.INFO):
        assert store.reload()
    assert (country(store), store.reloads, store.failures) == ("DE", 1, 0)
    assert before.observations(address("1.2.3.4"), DAY)[-1].country == "PL", "whoever asks with the old set goes on"
    assert f"database own exchanged: built on {LATER}, sha256 " in caplog.text


def test_a_file_that_did_not_change_is_left_alone(path: Path) -> None:
    store = opened(path)
    before = store.current
    assert store.reload()
    path.touch()
    assert store.reload()
    assert store.reload(force=True)
    assert store.current is before
    assert store.reloads == 0


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda good: good[: len(good) // 2], "is damaged or is no MMDB file"),
    "cut at the end": (lambda good: good[:-40], "is damaged or is no MMDB file"),
    "bits flipped": (lambda good: flipped(good, len(good) // 50, 7), "damaged"),
    "empty": (lambda _: b"", "is empty"),
    "no database": (lambda _: b"<html>Sorry</html>" * 100, "is damaged or is no MMDB file"),
    "another type": (
        lambda _: data(spread("", network(64500)), "GeoLite2-ASN", LATER),
        "names no countries and no regions",
    ),
    "countries only": (lambda _: data(spread("DE"), "Test", LATER), "names no regions, which the one in use does"),
    "one version only": (
        lambda _: data(spread("", city("DE")), "city ipv4", LATER),
        "covers no IPv6, which the one in use does",
    ),
    "an older one": (
        lambda _: data(spread("", city("DE")), "GeoLite2-City", BUILT - timedelta(days=1)),
        f"was built on {BUILT - timedelta(days=1)}, before the one in use ({BUILT})",
    ),
    "a small one": (lambda _: data({"1.0.0.0/8": city("DE")}, "GeoLite2-City", LATER), "less than half as large"),
    "many silent": (
        lambda _: data(
            {f"1.{n}.0.0/16": city("DE") for n in range(256)} | {"2.0.0.0/8": city("DE")}, "GeoLite2-City", LATER
        ),
        "has a country for ",
    ),
}


@pytest.mark.parametrize("harm", BAD)
def test_a_bad_file_is_refused_with_a_reason_and_the_one_in_use_stays(
    path: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(path)
    before = store.current
    spoil, message = BAD[harm]
    path.write_bytes(spoil(path.read_bytes()))
    assert not store.reload()
    assert store.current is before
    assert country(store) == "PL"
    (described,) = [each for each in store.describe(DAY) if each["name"] == "own"]
    assert message in str(described["problem"])
    assert str(described["problem"]).startswith("a newer file is not in use: ")
    assert described["date"] == BUILT.isoformat()
    assert message in caplog.text
    assert store.failures == 1

    put(path, "DE", LATER)
    assert store.reload()
    assert (country(store), store.problems) == ("DE", {})
    assert all(each["problem"] is None for each in store.describe(DAY))


def test_a_file_that_is_gone_leaves_the_one_in_use(path: Path) -> None:
    store = opened(path)
    path.unlink()
    assert not store.reload()
    assert country(store) == "PL"
    assert "does not exist" in store.problems["own"]
    put(path, "PL")
    assert store.reload()


def test_an_older_file_is_taken_when_that_is_forced(path: Path) -> None:
    store = opened(path)
    put(path, "DE", BUILT - timedelta(days=30))
    assert not store.reload()
    assert store.reload(force=True)
    assert country(store) == "DE"


def in_a_town(country: str) -> dict[str, Value]:
    """A registration file in which one record has a city, so that it looks like one that locates."""
    return {**spread(country), "9.0.0.0/8": {"country_code": country, "city": "Town"}}


def test_a_file_that_would_change_its_kind_is_refused_however_new_it_is(tmp_path: Path) -> None:
    """What locates excludes places alone, what says where a network is registered does not."""
    path = write(tmp_path / "mine.mmdb", spread("DE"), "Own-Country")
    store = opened(path)
    before = store.current
    write(path, in_a_town("DE"), "Own-Country", LATER)
    assert not store.reload()
    assert store.current is before
    assert store.problems["mine"] == (
        f"`{path}` is taken for `location` and the one in use for `registration`: say which it is behind its path, "
        "`mine.mmdb=location`: restart the service to use it all the same"
    )
    write(path, spread("DE"), "GeoLite2-Country", LATER)
    assert not store.reload(), "the name of a maker who locates is no reason either"
    write(path, spread("DE"), "Own-Country", LATER)
    assert store.reload()

    other = write(tmp_path / "other.mmdb", spread("DE"), "GeoLite2-Country")
    store = opened(other)
    write(other, spread("DE"), "Own-Country", LATER)
    assert not store.reload()
    assert "is taken for `registration` and the one in use for `location`" in store.problems["other"]


@pytest.mark.parametrize("kind", Kind)
def test_a_file_whose_kind_the_operator_says_keeps_it(tmp_path: Path, kind: Kind) -> None:
    path = write(tmp_path / "mine.mmdb", spread("DE"), "Own-Country")
    store = DatabaseStore.open(GeoFiles((f"{path}={kind}",)), list)
    write(path, in_a_town("DE"), "Own-Country", LATER)
    assert store.reload()
    (own,) = store.current.own
    assert (own.about.kind, own.about.build) == (kind, LATER)


def test_each_file_is_judged_alone(path: Path, tmp_path: Path) -> None:
    other = put(tmp_path / "other.mmdb", "FR")
    store = opened(path, other)
    put(path, "DE", LATER)
    other.write_bytes(b"")
    assert not store.reload()
    assert [each.country for each in store.current.observations(address("1.2.3.4"), DAY)[-2:]] == ["DE", "FR"]
    assert list(store.problems) == ["other"]


def test_whatever_goes_wrong_the_one_in_use_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("1.2.3.4")

    store = opened(path)
    put(path, "DE", LATER)
    monkeypatch.setattr("compliance.geo.database_store.open_file", fail)
    assert not store.reload()
    assert store.problems == {"own": "something went wrong here, not in the file: KeyError"}
    assert country(store) == "PL"


def test_a_file_that_is_written_while_it_is_read_is_not_taken(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    put(path, "DE", LATER)
    good = store._opened

    def slow(name: str) -> object:
        found = good(name)
        os.utime(path, ns=(1, 1))
        return found

    monkeypatch.setattr(store, "_opened", slow)
    assert not store.reload()
    assert "changed while it was read" in store.problems["own"]
    monkeypatch.setattr(store, "_opened", good)
    assert store.reload()
    assert country(store) == "DE"


# -- at the start ---------------------------------------------------------------------------------------


def test_every_file_that_cannot_be_used_keeps_the_service_from_starting(path: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.mmdb").touch()
    with pytest.raises(DatabaseError) as raised:
        opened(path, tmp_path / "nowhere.mmdb", tmp_path / "empty.mmdb")
    assert str(raised.value) == f"`{tmp_path}/nowhere.mmdb` does not exist; `{tmp_path}/empty.mmdb` is empty"


def test_two_files_of_one_name_are_told_apart_by_their_directories(tmp_path: Path) -> None:
    (tmp_path / "v4").mkdir()
    (tmp_path / "v6").mkdir()
    paths = [put(tmp_path / each / "city.mmdb", "PL", kind=f"city ip{each}") for each in ("v4", "v6")]
    assert [file.name for file in opened(*paths).current.own] == ["v4/city", "v6/city"]
    with pytest.raises(DatabaseError, match="needs a name of its own"):
        opened(paths[0], paths[0])


# -- golden look-ups ------------------------------------------------------------------------------------


def golden(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["address,country,subdivision,database", *rows, ""]), encoding="utf-8")
    return path


def test_a_file_that_fails_a_golden_look_up_is_not_used(path: Path, tmp_path: Path) -> None:
    table = golden(tmp_path / "golden.csv", "1.2.3.4,PL,,", "2000::7,PL,,own")
    store = opened(path, golden=table)
    put(path, "DE", LATER)
    assert not store.reload()
    assert store.problems["own"] == f"{table}:2:1: `own` names `DE` for the address of this row, not `PL`; and 1 more"
    assert country(store) == "PL"
    with pytest.raises(RulesError) as raised:
        opened(path, golden=table)
    assert len(raised.value.problems) == 2
    assert "1.2.3.4" not in str(raised.value)

    golden(table, "1.2.3.4,DE,,")
    assert store.reload(), "mending the table is enough"
    assert country(store) == "DE"


def test_a_golden_look_up_may_ask_for_a_region_and_of_one_database(path: Path, tmp_path: Path) -> None:
    write(path, spread("", city("UA", "14")), "GeoLite2-City")
    registry = write(tmp_path / "registry.mmdb", spread("RU"))
    table = golden(tmp_path / "golden.csv", "1.2.3.4,UA,UA-14,", "1.2.3.4,RU,,registry", "1.2.3.4,UA,,own")
    assert opened(path, registry, golden=table).current.own
    golden(table, "1.2.3.4,UA,UA-43,own")
    with pytest.raises(RulesError, match="`own` names `UA-14` for the address of this row, not `UA-43`"):
        opened(path, registry, golden=table)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1.2.3,PL,,", "this is not an address"),
        ("10.2.3.4,PL,,", "this is not a public address"),
        ("1.2.3.4,Poland,,", "unknown place `Poland`"),
        ("1.2.3.4,PL,UA-43,", "`UA-43` is no part of `PL`"),
        ("1.2.3.4,PL,,onw", "no database is called `onw`"),
        ("1.2.3.4,UA,UA-43,registry", "no database can answer this row"),
    ],
)
def test_a_golden_look_up_with_a_slip_is_a_problem_and_never_passed_over(
    path: Path, tmp_path: Path, row: str, message: str
) -> None:
    registry = write(tmp_path / "registry.mmdb", spread("PL"))
    with pytest.raises(RulesError) as raised:
        opened(path, registry, golden=golden(tmp_path / "golden.csv", row))
    (problem,) = raised.value.problems
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("country,address", "9.8.7.6,PL"),
        ("country,address", "9.8.7,PL"),
        ("country,address", "2a00:9876::1,PL"),
        ("country,address", "9-8-7-6,PL"),
        ("country,address", "9 8 7 6,PL"),
        ("country,address", "`9.8.7.6`9.8.7.6,PL"),
        ("country,address", "151521030,PL"),
        ("country,address", "0x09080706,PL"),
        ("address,country,subdivision", "1.2.3.4,PL,9.8.7.6"),
        ("address,country,database", "1.2.3.4,PL,9.8.7.6"),
        ("address,country", "9.8.7.6"),
        ("address,country", "9.8.7.6.5,PL"),
        ("address,country", '"9.8.7.6,PL'),
        ("9.8.7.6,country", "1.2.3.4,PL"),
        ("9.8.7.6,PL", "9.8.7.5,PL"),
        ("address;country", "9.8.7.6,PL"),
    ],
)
def test_no_problem_of_a_golden_look_up_shows_an_address_wherever_it_was_written(
    path: Path, tmp_path: Path, head: str, row: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = golden(tmp_path / "golden.csv", "1.2.3.4,PL,,")
    store = opened(path, golden=table)
    table.write_text(f"{head}\n{row}\n", encoding="utf-8")
    put(path, "PL", LATER)
    store.reload()
    with pytest.raises(RulesError) as raised:
        opened(path, golden=table)
    said = f"{raised.value} {raised.value.problems!r} {store.problems} {caplog.text}"
    kept = said.replace(str(tmp_path), "")
    for trace in ("9.8", "9-8", "9 8", "9876", "1515", "0908"):
        assert trace not in kept
    assert {each.span.line for each in raised.value.problems if each.span} <= {1, 2}


def test_of_other_slips_in_golden_look_ups_the_words_are_shown(path: Path, tmp_path: Path) -> None:
    table = golden(tmp_path / "golden.yaml")
    for text, message in (
        ("- {address: 1.2.3.4, country: Poland}", "unknown place `Poland`"),
        ("- {address: 1.2.3.4, country: PL, database: onw}", "no database is called `onw`"),
        ("- {address: 1.2.3.4, country: PL, regoin: PL-14}", "regoin"),
        ("- {address: 1.2.3.4, country: PL, subdivision: UA-43}", "`UA-43` is no part of `PL`"),
    ):
        table.write_text(text, encoding="utf-8")
        with pytest.raises(RulesError) as raised:
            opened(path, golden=table)
        assert message in str(raised.value)
        assert "1.2.3.4" not in str(raised.value)


# -- overlays -------------------------------------------------------------------------------------------


def adds(store: DatabaseStore, text: str = "1.2.3.4") -> tuple[str, ...]:
    return store.current.overlaid(address(text), DAY).adds


def test_overlays_are_read_with_the_databases_and_again_when_they_change(path: Path, tmp_path: Path) -> None:
    one, two = overlay(tmp_path / "one.csv", added()), overlay(tmp_path / "two.csv", added("9.0.0.0/8"))
    store = opened(path, overlays=(one, two))
    assert (adds(store), adds(store, "9.1.1.1"), adds(store, "8.1.1.1")) == (("held",), ("held",), ())
    overlay(one, added("8.0.0.0/8"))
    assert store.reload()
    assert (adds(store), adds(store, "9.1.1.1"), adds(store, "8.1.1.1")) == ((), ("held",), ("held",))
    assert country(store) == "PL"


def test_an_overlay_with_a_problem_leaves_all_of_them_as_they_were(path: Path, tmp_path: Path) -> None:
    one, two = overlay(tmp_path / "one.csv", added()), overlay(tmp_path / "two.csv", added("9.0.0.0/8"))
    store = opened(path, overlays=(one, two))
    overlay(one)
    overlay(two, "9.0.0.0/8,,hled,none,none,add,us,", "x,,held,none,none,add,us,")
    assert not store.reload()
    assert adds(store) == ("held",)
    rows = [each for each in store.describe(DAY) if each["type"] == "overlay"]
    assert [(each["name"], each["rows"], each["removals"]) for each in rows] == [("one.csv", 1, 0), ("two.csv", 1, 0)]
    assert {each["problem"] for each in rows} == {f"{two}:2:12: unknown territory `hled`; and 1 more"}
    with pytest.raises(RulesError) as raised:
        opened(path, overlays=(one, two))
    assert len(raised.value.problems) == 2


def test_an_overlay_that_is_not_there_keeps_the_service_from_starting(path: Path, tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"nowhere\.csv` cannot be read: no such file or directory"):
        opened(path, overlays=(tmp_path / "nowhere.csv",))


def test_an_overlay_is_read_again_when_the_rules_have_other_territories(path: Path, tmp_path: Path) -> None:
    known = ["held"]
    files = GeoFiles((str(path),), (str(overlay(tmp_path / "one.csv", added())),))
    store = DatabaseStore.open(files, lambda: known)
    known[:] = ["taken"]
    assert not store.reload()
    assert "unknown territory `held`" in store.problems["the overlays"]
    assert adds(store) == ("held",)
    known[:] = ["held"]
    assert store.reload()


def test_a_row_about_an_autonomous_system_needs_a_database_that_knows_them(path: Path, tmp_path: Path) -> None:
    table = overlay(tmp_path / "one.csv", ",AS64500,held,none,none,add,us,")
    with pytest.raises(RulesError, match="no database names autonomous systems, so this row would never count"):
        opened(path, overlays=(table,))
    asn = write(tmp_path / "asn.mmdb", spread("", network(64500)), "GeoLite2-ASN")
    store = opened(path, asn, overlays=(table,))
    assert Knows.SYSTEMS in store.current.own[1].about.knows
    assert adds(store) == ("held",)


# -- watching -------------------------------------------------------------------------------------------


@pytest.fixture
def watched(path: Path) -> Iterator[DatabaseStore]:
    store = opened(path)
    stop = store.watch(0.02, lambda: DAY)
    yield store
    stop()


def test_a_change_is_seen_by_looking(watched: DatabaseStore, path: Path) -> None:
    put(path, "DE", LATER)
    assert eventually(lambda: country(watched) == "DE")
    path.write_bytes(b"")
    assert eventually(lambda: bool(watched.problems))
    assert country(watched) == "DE"
    put(path, "FR", LATER + timedelta(days=7))
    assert eventually(lambda: country(watched) == "FR" and not watched.problems)


def test_a_change_is_seen_on_request(path: Path) -> None:
    store = opened(path)
    stop = store.watch(0, lambda: DAY)
    put(path, "DE", LATER)
    store.request_reload()
    assert eventually(lambda: country(store) == "DE")
    stop()


def test_a_database_that_grows_old_is_named_in_the_log_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = opened(path)
    for days in (44, 45, 46, 47, 90, 91, 92):
        store.warn_of_age(BUILT + timedelta(days=days))
    assert [each.getMessage() for each in caplog.records] == [
        "database own is 46 days old (ageing): renew it",
        "database own is 91 days old (stale): renew it",
    ]
    put(path, "DE", BUILT + timedelta(days=92))
    store.reload()
    store.warn_of_age(BUILT + timedelta(days=93))
    assert len(caplog.records) == 2


def test_twenty_exchanges_under_load_give_no_error_and_no_wrong_answer(path: Path) -> None:
    countries = ("AQ", "BV")  # which no registry names
    put(path, countries[0])
    store = opened(path)
    failures: list[str] = []
    answers: set[str] = set()
    is_over = threading.Event()

    def ask() -> None:
        number = 0
        while not is_over.is_set():
            time.sleep(0.0005)  # so that the others come to their turn
            number, current = number + 1, store.current
            expected = countries[(current.own[0].about.build - BUILT).days % 2]
            text = f"{number % 90 + 11}.{number % 60}.3.4"  # all of them public
            try:
                found = where(Reader(address=text), current, ATLAS, DAY)
            except Exception as error:  # noqa: BLE001 - whatever it is, the question failed
                failures.append(repr(error))
                return
            answers.update(found.places & set(countries))
            if found.anywhere or found.places & set(countries) != {expected}:
                failures.append(f"{expected}: {found}")

    def is_asked_of(country: str) -> bool:
        return country in answers or bool(failures)

    made = [data(spread("", city(countries[n % 2])), "GeoLite2-City", BUILT + timedelta(days=n)) for n in range(21)]
    threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for swap in range(1, 21):
            path.write_bytes(made[swap])
            assert store.reload()
            path.write_bytes(b"\x00" * 1000)  # in place, under the feet of whoever maps it
            assert not store.reload()
            os.truncate(path, 0)
            assert eventually(partial(is_asked_of, countries[swap % 2]))
            answers.clear()
    finally:
        is_over.set()
    for thread in threads:
        thread.join(SECONDS)
    assert failures == []
    assert (store.reloads, store.failures) == (20, 20)


def test_a_record_of_a_city_is_of_nobody_in_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    records: Records = city("UA", "14", at=(48.123, 38.321))
    write(path, spread("", records), "GeoLite2-City")
    store = opened(path)
    with caplog.at_level(logging.DEBUG):
        where(Reader(address="95.165.0.17"), store.current, ATLAS, DAY)
        path.write_bytes(b"95.165.0.17")
        store.reload()
    assert not any(trace in caplog.text for trace in ("95.165", "Town", "48.1", "38.3"))
