"""`compliance geo`: places explained step by step, databases tried, and renewed whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.language.overlays import COLUMNS
from tests.geo.sources import city, data, network, spread, write
from tests.geo.test_database_file import flipped
from tests.terminal import on_a_terminal
from tests.tiny import TINY, written

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
TODAY = date(2026, 3, 1)
NEW = TODAY - timedelta(days=3)
HEAD = ",".join(COLUMNS.known)
HELD = """\
language: 1
territory: held
title: Held
members:
  - {code: UA-14, extent: partly, area: line, first_day: 2020-01-01, last_day: none}
labelled_as: [RU]
areas:
  - id: line
    margin_km: 5
    source: our own drawing
    geometry: {type: Polygon, coordinates: [[[37, 47], [39, 47], [39, 49], [37, 49], [37, 47]]]}
sources:
  - {title: A map, confidence: B}
"""


@pytest.fixture(autouse=True)
def _set_up(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules with a territory and a database in an empty directory, on a day of our own."""
    written(clean / "rules")
    (clean / "rules" / "held.yaml").write_text(HELD, encoding="utf-8")
    put("PL")
    configure()
    for module in ("geo_where", "geo_check"):
        monkeypatch.setattr(f"compliance.cli.{module}.today", lambda: TODAY)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    monkeypatch.setattr("compliance.check._now", lambda: noon)


def put(country: str, built: date = NEW - timedelta(days=7), path: str = "own.mmdb") -> Path:
    return write(Path(path), spread("", city(country)), "GeoLite2-City", built)


def configure(**more: object) -> None:
    settings: dict[str, object] = {"rules_dir": "rules", "geo_databases": ["own.mmdb"], **more}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    Path("compliance.toml").write_text("\n".join(lines), encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["geo", *arguments])


def said(*arguments: str, status: int = GOOD) -> str:
    result = run(*arguments)
    assert result.exit_code == status, result.output
    return result.output


def told(*arguments: str, status: int = GOOD) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


# -- where ----------------------------------------------------------------------------------------------


def test_every_step_from_an_address_to_a_place_is_shown() -> None:
    write(Path("own.mmdb"), spread("", city("UA", "14", at=(48.0, 38.0))), "GeoLite2-City", NEW)
    Path("nets.csv").write_text(f'{HEAD}\n95.0.0.0/8,,UA-43,none,none,,"our lines"', encoding="utf-8")
    text = said("where", "::ffff:95.165.0.17", "--as-of", "2026-03-01")
    assert text.splitlines()[0] == "address 95.165.0.17, the address in `::ffff:95.165.0.17`"
    assert "iptoasn (registration, built on 2026-06-" in text
    assert "own (location, built on 2026-02-26, 3 days old, fresh)\n  has: {" in text
    assert '"names":{"en":"Town"}' in text
    assert re.search(r"\n  says: UA, UA-14, within [0-9]+ km of 48, 38\n  inside: held\.line\n", text)
    assert "\nthe reader is in RU, UA-14\n" in text
    assert "\n  because: own locates it; registered in RU\n" in text
    assert "\n  maybe: held" in text


def test_the_same_is_told_as_data() -> None:
    write(Path("own.mmdb"), spread("", city("UA", "14", at=(48.0, 38.0))), "GeoLite2-City", NEW)
    found = told("where", "95.165.0.17", "--as-of", "2026-03-01")
    assert found["looked_up"] == {"address": "95.165.0.17", "is_public": True}
    assert [each["name"] for each in found["sources"]] == ["iptoasn", "IPFire", "own"]
    own = found["sources"][2]
    assert (own["type"], own["build"], own["age_days"], own["state"]) == ("location", "2026-02-26", 3, "fresh")
    assert own["record"]["city"] == {"names": {"en": "Town"}}
    assert own["observation"].pop("radius_km") >= 20
    expected = {"country": "UA", "subdivision": "UA-14", "point": [48.0, 38.0], "time_zone": None}
    assert own["observation"] == {**expected, "flags": []}
    assert own["areas"] == {"held.line": "inside"}
    assert "UA-14/+held.line" in found["pieces"]
    assert found["location"]["places"] == ["RU", "UA-14"]
    assert found["location"]["territories"] == {"held": "maybe"}


def test_no_day_that_is_asked_for_makes_a_database_young_again() -> None:
    write(Path("own.mmdb"), spread("", city("UA", "14", at=(48.0, 38.0))), "GeoLite2-City", TODAY - timedelta(days=91))
    for day, days in ((TODAY - timedelta(days=60), 91), (TODAY, 91), (TODAY + timedelta(days=9), 100)):
        found = told("where", "95.165.0.17", "--as-of", day.isoformat())
        own = found["sources"][2]
        assert (own["age_days"], own["state"], own["observation"]["flags"]) == (days, "stale", ["stale"])
        assert "own is older than 90 days: its regions do not count" in found["location"]["basis"]


def test_no_terminal_obeys_what_a_record_holds() -> None:
    name = "a\x1b[31m\x9b31m\x7f\u202eb\nthe reader is in PL"
    write(Path("own.mmdb"), spread("", {**city("UA"), "city": {"names": {"en": name}}}), "GeoLite2-City", NEW)
    text = said("where", "95.165.0.17")
    assert all(line.isprintable() for line in text.splitlines())
    assert "the reader is in PL" not in text.splitlines()
    assert told("where", "95.165.0.17")["sources"][-1]["record"]["city"]["names"]["en"] == name
    assert all(each.isprintable() or each == "\n" for each in run("where", "95.165.0.17", "--json").stdout)


def test_an_overlay_is_shown_with_its_line_and_reason() -> None:
    rows = [
        "95.165.0.0/24,,held,none,none,,our lines,",
        "95.165.0.16/28,,held,none,none,remove,a letter,2026-01-31: moved",
        "9.0.0.0/8,,held,none,none,,our lines,",
    ]
    Path("nets.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    configure(geo_overlays=["nets.csv"])
    text = said("where", "95.165.0.17")
    assert "overlay nets.csv:2: adds held for 95.165.0.0/24 (our lines)\n" in text
    assert "overlay nets.csv:3: removes held for 95.165.0.16/28 (a letter): 2026-01-31: moved\n" in text
    assert "  maybe: held" in text, "what one row adds no other one removes"
    (first, second) = told("where", "95.165.0.17")["overlays"]
    assert (first["action"], second["action"], second["reason"]) == ("add", "remove", "2026-01-31: moved")


def test_a_request_is_shown_from_its_peer_and_headers_on() -> None:
    configure(trusted_proxies=["192.0.2.1"], client_address="x-forwarded-for", cdn="cloudflare")
    headers = ["--header", "X-Forwarded-For: 8.8.8.8, 95.165.0.17", "--header", "CF-IPCountry: DE"]
    text = said("where", "--peer", "192.0.2.1", *headers)
    assert "  value 1 from the right, `95.165.0.17`, is where the reader has to be\n" in text
    assert "address 95.165.0.17\n" in text
    assert 'cloudflare (location)\n  has: {"country":"DE"}\n  says: DE\n' in text
    assert "8.8.8.8" not in text
    spoofed = said("where", "--peer", "192.0.2.9", *headers)
    assert "  the peer, `192.0.2.9`, is no trusted proxy: no header counts\n" in spoofed
    assert "the reader may be anywhere" in spoofed
    assert "cloudflare" not in spoofed


def test_a_place_that_a_caller_names_is_shown_as_that() -> None:
    assert "the reader is in UA\n  because: place given\n  maybe: held" in said("where", "--country", "UA")
    assert "  in: held" not in said("where", "--country", "PL")


def test_a_file_that_says_nothing_of_places_is_shown_as_that() -> None:
    write(Path("asn.mmdb"), spread("", network(64500)), "GeoLite2-ASN")
    configure(geo_databases=["own.mmdb", "asn.mmdb"])
    text = said("where", "95.165.0.17")
    assert '"autonomous_system_number":64500' in text
    assert "\n  says nothing of places\n" in text


def test_an_address_that_nobody_can_know_is_named_so() -> None:
    assert said("where", "10.1.2.3").startswith("address 10.1.2.3: not public, no database knows it\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give an address, or `--peer` with the headers of a request"),
        (["95.165.0"], "`95.165.0` is not an IP address"),
        (["95.165.0.17", "--country", "UA"], "keep one: ADDRESS, `--peer` with `--header`, or `--country`"),
        (["--header", "X-Forwarded-For: 1.1.1.1"], "a header counts by who connected: give `--peer` too"),
        (["--peer", "192.0.2.1", "--header", "X-Forwarded-For"], "`X-Forwarded-For` is not a header"),
        (["--country", "Ukraine"], "this is not a country code"),
        (["95.165.0.17", "--as-of", "1.3.2026"], "`1.3.2026` is not a calendar day"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(arguments: Sequence[str], message: str) -> None:
    assert message in said("where", *arguments, status=UNUSABLE)


# -- check ----------------------------------------------------------------------------------------------


def test_a_good_database_is_described() -> None:
    digest = hashlib.sha256(Path("own.mmdb").read_bytes()).hexdigest()
    text = said("check")
    assert text == (
        "own.mmdb\n  GeoLite2-City: location, knows countries and regions, IPv4 and IPv6\n"
        f"  built on 2026-02-19, 10 days old, fresh; sha256 {digest}\n"
        f"  224 networks in {Path('own.mmdb').stat().st_size:,} bytes, 100.0% of them with a country\n"
    )
    (found,) = told("check", "own.mmdb")["databases"]
    assert (found["knows"], found["state"], found["survey"]) == (
        ["countries", "regions"],
        "fresh",
        {"networks": 224, "named": 224, "unreadable": 0},
    )


def test_everything_that_is_wrong_is_said_and_is_a_finding() -> None:
    Path("cut.mmdb").write_bytes(Path("own.mmdb").read_bytes()[:-100])
    put("PL", TODAY - timedelta(days=91), "old.mmdb")
    put("PL", TODAY - timedelta(days=46), "ageing.mmdb")
    text = said("check", "cut.mmdb", "old.mmdb", "own.mmdb", "nowhere.mmdb", status=FINDINGS)
    assert "cut.mmdb\n  error: `cut.mmdb` is damaged or is no MMDB file\n" in text
    assert "  error: it is 91 days old: its regions do not count, renew it\n" in text
    assert "  error: `nowhere.mmdb` does not exist\n" in text
    assert "  warning: it is 46 days old: renew it\n" in said("check", "ageing.mmdb")


def damaged_inside() -> bytes:
    """A database with a record that cannot be read, where no sample meets it: those are of the first and of others."""
    records = {f"{first}.{second}.0.0/16": city("PL") for first in range(1, 9) for second in range(256)}
    records |= {"9.9.9.0/24": {"country_code": "PL", "city": "Damaged"}, "2000::/4": city("PL")}
    whole = data(records, "GeoLite2-City", NEW)
    at = whole.index(b"Damaged")
    return whole[:at] + b"\xff" + whole[at + 1 :]


def test_damage_that_no_sample_meets_is_found_all_the_same() -> None:
    Path("own.mmdb").write_bytes(damaged_inside())
    assert "`own.mmdb` is damaged or is no MMDB file" in said("check", status=FINDINGS)
    assert "`own.mmdb` is damaged or is no MMDB file" in said("where", "1.2.3.4", status=UNUSABLE)


def test_countries_that_there_are_not_are_counted() -> None:
    records = {**spread("PL"), "9.9.9.0/24": {"country_code": "Q9"}}
    write(Path("own.mmdb"), records, "Test", NEW)
    assert "  warning: 1 network(s) name a country that there is not\n" in said("check")


def golden(*rows: str, head: str = "address,country") -> str:
    Path("golden.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    return "golden.csv"


def test_golden_look_ups_are_asked() -> None:
    assert "  1 golden look-up(s) asked\n" in said("check", "--golden", golden("95.165.0.17,PL"))
    configure(geo_golden=golden("95.165.0.17,PL", "9.9.9.9,DE"))
    text = said("check", status=FINDINGS)
    assert "  error: golden.csv:3: `own` names `PL` for the address of this row, not `DE`\n" in text
    assert "9.9.9.9" not in text


def two_of_one_name() -> None:
    """Two databases whose files are called alike, and golden look-ups that name each as a service does."""
    for each in ("a", "b"):
        Path(each).mkdir()
        put("PL", path=f"{each}/city.mmdb")
    table = golden("95.165.0.17,PL,a/city", "95.165.0.17,PL,b/city", head="address,country,database")
    configure(geo_databases=["a/city.mmdb", "b/city.mmdb"], geo_golden=table)


def test_golden_look_ups_name_a_database_as_a_service_does() -> None:
    two_of_one_name()
    assert said("check").count("  1 golden look-up(s) asked\n") == 2
    put("DE", path="a/city.mmdb")
    expected = "  error: golden.csv:2: `a/city` names `DE` for the address of this row, not `PL`\n"
    for arguments in (["check"], ["check", "a/city.mmdb"]):
        assert expected in said(*arguments, status=FINDINGS)
    assert "error" not in said("check", "b/city.mmdb")


def test_a_slip_in_the_name_of_a_database_is_a_problem_of_the_look_ups() -> None:
    configure(geo_golden=golden("95.165.0.17,PL,onw", head="address,country,database"))
    for arguments in (["check"], ["check", "own.mmdb"]):
        text = said(*arguments, status=FINDINGS)
        assert "error: no database is called `onw`\n  --> golden.csv:2:1\n  help: the nearest is `own`\n" in text
    (problem,) = told("check", status=FINDINGS)["golden"]["problems"]
    assert problem["message"] == "no database is called `onw`"


def test_a_look_up_that_no_database_answers_is_a_problem_where_all_are_tried() -> None:
    write(Path("own.mmdb"), spread("PL"), "Test-Country", NEW)
    configure(geo_golden=golden("95.165.0.17,PL,PL-14", head="address,country,subdivision"))
    assert "error: no database can answer this row\n" in said("check", status=FINDINGS)
    assert "no database can answer" not in said("check", "own.mmdb"), "another one may"
    Path("own.mmdb").write_bytes(b"")
    assert "no database can answer" not in said("check", status=FINDINGS), "nobody knows what it would say"


def test_the_configured_overlays_are_read_too() -> None:
    Path("nets.csv").write_text(f"{HEAD}\n9.0.0.0/8,,held,none,none,,us,\n", encoding="utf-8")
    configure(geo_overlays=["nets.csv"])
    assert said("check").endswith("\noverlays: 1 row(s), 0 of them removals\n")
    Path("nets.csv").write_text(f"{HEAD}\n9.0.0.0/8,,hled,none,none,,us,\n", encoding="utf-8")
    assert "  --> nets.csv:2:12\n" in said("check", status=FINDINGS)
    assert "overlays" not in said("check", "own.mmdb")


def test_how_far_the_reading_is_shows_on_a_terminal_only(clean: Path) -> None:
    out, shown = on_a_terminal(clean, "geo", "check", status=FINDINGS)  # which is old by now
    assert "reading own" in shown
    assert "100%" in shown
    assert out.startswith("own.mmdb\n")
    assert "reading" not in said("check")


def test_without_any_database_that_is_said() -> None:
    configure(geo_databases=[])
    assert said("check") == "no database or overlay is configured: the ranges in the package are asked alone\n"


# -- update ---------------------------------------------------------------------------------------------


def country() -> str:
    """What the database in place names."""
    found: str = told("where", "95.165.0.17")["sources"][-1]["observation"]["country"]
    return found


def left() -> set[str]:
    """The files beside the database."""
    return {path.name for path in Path().iterdir()} - {"rules", "compliance.toml", "bin"}


def test_a_file_takes_the_place_of_the_configured_database() -> None:
    new = put("DE", NEW, "new.mmdb")
    Path("own.mmdb").chmod(0o640)
    digest = hashlib.sha256(new.read_bytes()).hexdigest()
    assert said("update", "new.mmdb") == f"own.mmdb: now built on {NEW}, sha256 {digest}\n"
    assert country() == "DE"
    assert Path("own.mmdb").stat().st_mode & 0o777 == 0o640
    assert (
        said("update", "new.mmdb", "--sha256", digest.upper()) == f"own.mmdb: already built on {NEW}, sha256 {digest}\n"
    )
    assert left() == {"own.mmdb", "new.mmdb"}


def test_a_packed_file_is_unpacked() -> None:
    new = data(spread("", city("DE")), "GeoLite2-City", NEW)
    packed = gzip.compress(new)
    Path("new.mmdb.gz").write_bytes(packed)
    for digest in (hashlib.sha256(new).hexdigest(), hashlib.sha256(packed).hexdigest()):
        assert f"built on {NEW}" in said("update", "new.mmdb.gz", "--sha256", digest)
    assert country() == "DE"
    Path("cut.mmdb.gz").write_bytes(packed[:-20])
    assert "is packed with gzip, and damaged or cut short" in said("update", "cut.mmdb.gz", status=UNUSABLE)
    assert left() == {"own.mmdb", "new.mmdb.gz", "cut.mmdb.gz"}


def test_the_database_to_replace_has_the_name_of_the_new_one_or_is_named() -> None:
    Path("new").mkdir()
    put("FR", path="other.mmdb")
    configure(geo_databases=["own.mmdb", "other.mmdb"])
    put("DE", NEW, "new/other.mmdb")
    assert said("update", "new/other.mmdb").startswith("other.mmdb: now")
    assert "several databases are configured" in said("update", str(put("DE", NEW, "x.mmdb")), status=UNUSABLE)
    assert said("update", "x.mmdb", "--to", "third.mmdb").startswith("third.mmdb: now")
    configure(geo_databases=[])
    assert "no database is configured: say with `--to`" in said("update", "x.mmdb", status=UNUSABLE)


def test_a_hash_beside_the_database_is_renewed_with_it() -> None:
    beside = Path("own.mmdb.sha256")
    beside.write_text(hashlib.sha256(Path("own.mmdb").read_bytes()).hexdigest(), encoding="ascii")
    said("update", str(put("DE", NEW, "new.mmdb")))
    assert country() == "DE"
    assert (
        beside.read_text(encoding="ascii") == f"{hashlib.sha256(Path('own.mmdb').read_bytes()).hexdigest()}  own.mmdb\n"
    )


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "the new `own.mmdb` is empty"),
    "cut": (
        lambda: data(spread("", city("DE")), "GeoLite2-City", NEW)[:-100],
        "the new `own.mmdb` is damaged or is no MMDB file",
    ),
    "flipped": (
        lambda: flipped(data(spread("", city("DE")), "GeoLite2-City", NEW), 400, 1),
        "the new `own.mmdb` is damaged",
    ),
    "older": (lambda: data(spread("", city("DE")), "GeoLite2-City", NEW - timedelta(days=30)), "before the one in use"),
    "another type": (
        lambda: data(spread("", network(1)), "GeoLite2-ASN", NEW),
        "the new `own.mmdb` names no countries",
    ),
    "damaged inside": (damaged_inside, "the new `own.mmdb` is damaged or is no MMDB file"),
    "a page": (lambda: b"<html>not found</html>", "the new `own.mmdb` is damaged or is no MMDB file"),
    "wrong by the golden look-ups": (
        lambda: data(spread("", city("FR")), "GeoLite2-City", NEW),
        "names `FR` for the address",
    ),
}


@pytest.mark.parametrize("harm", BAD)
def test_a_bad_file_never_takes_the_place_and_leaves_nothing_behind(harm: str) -> None:
    configure(geo_golden=golden("95.165.0.17,PL"))
    if harm != "wrong by the golden look-ups":
        configure()
    make, message = BAD[harm]
    Path("new.mmdb").write_bytes(make())
    before = left()
    assert message in said("update", "new.mmdb", status=UNUSABLE)
    assert country() == "PL"
    assert left() == before


def test_a_new_database_answers_the_look_ups_that_name_it_as_a_service_does() -> None:
    two_of_one_name()
    put("DE", NEW, "new.mmdb")
    text = said("update", "new.mmdb", "--to", "a/city.mmdb", status=UNUSABLE)
    assert "`a/city` names `DE` for the address of this row, not `PL`" in text
    put("PL", NEW, "new.mmdb")
    assert said("update", "new.mmdb", "--to", "a/city.mmdb").startswith("a/city.mmdb: now built on")


def test_a_slip_in_a_look_up_lets_no_database_in() -> None:
    before = Path("own.mmdb").read_bytes()
    put("DE", NEW, "new.mmdb")
    configure(geo_golden=golden("95.165.0.17,PL,onw", head="address,country,database"))
    for more in ([], ["--force"]):
        assert "no database is called `onw`" in said("update", "new.mmdb", *more, status=UNUSABLE)
    assert "no database is called `onw`" in said("update", "https://192.0.2.1/own.mmdb", status=UNUSABLE)
    assert Path("own.mmdb").read_bytes() == before
    configure(geo_golden=golden("95.165.0.17,PL,PL-14", head="address,country,subdivision"))
    write(Path("new.mmdb"), spread("PL"), "GeoLite2-Country", NEW)
    assert "no database can answer this row" in said("update", "new.mmdb", "--force", status=UNUSABLE)


def test_what_would_change_its_kind_is_not_put_in_place_unless_the_kind_is_said() -> None:
    write(Path("mine.mmdb"), spread("PL"), "Own-Country", NEW - timedelta(days=7))
    write(Path("new.mmdb"), {**spread("PL"), "9.0.0.0/8": {"country_code": "PL", "city": "Town"}}, "Own-Country", NEW)
    configure(geo_databases=["mine.mmdb"])
    assert "the new `mine.mmdb` is taken for `location` and the one" in said("update", "new.mmdb", status=UNUSABLE)
    configure(geo_databases=["mine.mmdb=registration"])
    assert f"built on {NEW}" in said("update", "new.mmdb")


def test_what_is_older_is_taken_when_that_is_forced() -> None:
    put("DE", NEW - timedelta(days=30), "new.mmdb")
    assert "`--force` takes it all the same" in said("update", "new.mmdb", status=UNUSABLE)
    said("update", "new.mmdb", "--force")
    assert country() == "DE"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.mmdb"], "`nowhere.mmdb` cannot be read: no such file or directory"),
        (["rules"], "`rules` cannot be read: is a directory"),
        (["own.mmdb", "--sha256", "abc"], "`--sha256` takes 64 hexadecimal digits"),
        (["own.mmdb", "--sha256", "0" * 64], "`own.mmdb` has another SHA-256: "),
        (["own.mmdb", "--to", "nowhere/own.mmdb"], "nothing can be written beside `nowhere/own.mmdb`: no such file"),
        (["http://geo.example/own.mmdb"], "`http://geo.example` is not safe: databases are fetched by https only"),
        (["ftp://geo.example/own.mmdb"], "`ftp://geo.example` is not safe"),
        (["--to", "own.mmdb"], "`--to` and `--sha256` are about a SOURCE: give one"),
    ],
)
def test_an_update_that_cannot_be_made_is_refused(arguments: Sequence[str], message: str) -> None:
    before = left()
    assert message in said("update", *arguments, status=UNUSABLE)
    assert left() == before


# -- update: from the web -------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    """Serves a database, whole or not, and redirects."""

    content = b""
    seen: ClassVar[list[str | None]] = []
    length = ""
    elsewhere = "http://geo.example/own.mmdb?key=secret"

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization"))
        if self.path.startswith("/gone"):
            self.send_error(404, "no such thing: 95.165.0.17")
        elif self.path.startswith("/elsewhere"):
            self._redirect(self.elsewhere)
        elif self.path.startswith("/moved"):
            self._redirect("/own.mmdb")
        else:
            self.send_response(200)
            length = len(self.content) + (100 if "cut" in self.path else 0)
            self.send_header("Content-Length", self.length or str(length))
            self.end_headers()
            self.wfile.write(self.content)

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a server on this machine that has a newer database."""
    _Handler.content = data(spread("", city("DE")), "GeoLite2-City", NEW)
    _Handler.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("length", ["\xb2", "9" * 5000, "-1", "1e3", "1, 1"])
def test_a_length_that_is_no_number_is_told(site: str, length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Handler, "length", length)
    before = Path("own.mmdb").read_bytes()
    assert "says of its length what is no number of bytes" in said("update", f"{site}/own.mmdb", status=UNUSABLE)
    assert Path("own.mmdb").read_bytes() == before
    assert left() == {"own.mmdb"}


@pytest.mark.parametrize("source", ["https://[x", "https://[x]/own.mmdb", "https://key@[::1", "https://\u2100.com/a"])
def test_what_is_no_web_address_is_told(source: str) -> None:
    assert said("update", source, status=UNUSABLE) == "error: `https://...` is not a web address\n"
    assert left() == {"own.mmdb"}


@pytest.mark.parametrize("elsewhere", ["https://[x", "http://geo\x1b[2J.example/"])
def test_a_server_that_leads_to_no_address_is_told(site: str, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Handler, "elsewhere", elsewhere)
    text = said("update", f"{site}/elsewhere", status=UNUSABLE)
    assert text.startswith("error: `http://")
    assert text.rstrip("\n").isprintable()


def test_a_database_is_fetched_from_an_address(site: str) -> None:
    assert said("update", f"{site}/own.mmdb?key=secret").startswith(f"own.mmdb: now built on {NEW}")
    assert country() == "DE"
    assert left() == {"own.mmdb"}


def test_keys_in_an_address_are_sent_once_and_never_shown(site: str) -> None:
    address = site.replace("//", "//me:s%40cret@")
    assert said("update", f"{address}/moved?key=secret", "--to", "own.mmdb").startswith("own.mmdb: now")
    assert _Handler.seen == ["Basic bWU6c0BjcmV0", None], "not sent on to where it is redirected"
    for path in ("gone", "cut", "elsewhere"):
        text = said("update", f"{address}/{path}?key=secret", "--to", "own.mmdb", status=UNUSABLE)
        assert not any(secret in text for secret in ("secret", "cret@", "me:"))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone", "` answers with status 404"),
        ("cut", "` broke off"),
        ("elsewhere", "`http://geo.example` is not safe: databases are fetched by https only"),
    ],
)
def test_a_download_that_fails_leaves_the_old_database_and_nothing_else(site: str, path: str, message: str) -> None:
    text = said("update", f"{site}/{path}", "--to", "own.mmdb", status=UNUSABLE)
    assert message in text
    assert "95.165" not in text
    assert country() == "PL"
    assert left() == {"own.mmdb"}


def test_a_server_that_is_not_there_is_said_to_be_that() -> None:
    text = said("update", "http://127.0.0.1:9/own.mmdb", status=UNUSABLE)
    assert "`http://127.0.0.1` cannot be reached: connection refused" in text


# -- update: by geoipupdate -----------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program on the path that stands for geoipupdate; `$2` is its directory."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def make(script: str) -> None:
        path = folder / "geoipupdate"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    return make


def test_geoipupdate_brings_databases_that_are_tried_before_they_are_used(
    program: Callable[[str], None], clean: Path
) -> None:
    put("FR", path="other.mmdb")
    configure(geo_databases=["own.mmdb", "other.mmdb"])
    put("DE", NEW, "new.mmdb")
    program(f'test "$1" = -d && test "$4" = my.conf && cp {clean}/new.mmdb "$2/own.mmdb" && : > "$2/other.mmdb"')
    text = said("update", "--geoipupdate-config", "my.conf", status=FINDINGS)
    assert f"own.mmdb: now built on {NEW}" in text
    assert "other.mmdb: the old one stays: the new `other.mmdb` is empty" in text
    (own, other) = told("update", "--geoipupdate-config", "my.conf", status=FINDINGS)["databases"]
    assert (own["is_new"], own["problem"]) == (False, None)
    assert other["problem"] == "the new `other.mmdb` is empty"
    assert left() == {"own.mmdb", "other.mmdb", "new.mmdb"}


def test_geoipupdate_sees_what_is_there_and_may_bring_nothing_new(program: Callable[[str], None]) -> None:
    program('cmp "$2/own.mmdb" own.mmdb')
    assert said("update").startswith("own.mmdb: already built on")


def test_a_place_that_cannot_be_looked_at_keeps_no_other_from_being_renewed(program: Callable[[str], None]) -> None:
    configure(geo_databases=[f"{'x' * 300}.mmdb", "own.mmdb"])
    program('cmp "$2/own.mmdb" own.mmdb')
    assert said("update").startswith("own.mmdb: already built on")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'no account' >&2; exit 3", "`geoipupdate` failed with status 3: no account"),
        ('rm "$2/own.mmdb"; : > "$2/x.mmdb"', "`geoipupdate` brought no database that is configured: it has x.mmdb"),
    ],
)
def test_what_goes_wrong_with_geoipupdate_is_said(program: Callable[[str], None], script: str, message: str) -> None:
    program(script)
    assert message in said("update", status=UNUSABLE)


def test_without_geoipupdate_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "`geoipupdate` is not installed: install it, or give a file or an https address" in said(
        "update", status=UNUSABLE
    )


# -- all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["where", "check", "update", "audit"])
def test_every_command_of_the_group_takes_json_and_explains_itself(name: str) -> None:
    text = said(name, "-h")
    assert "--json" in text
    assert len(text.splitlines()) > 8


def test_overlays_are_tried_with_the_territories_of_the_settings_that_are_named(tmp_path: Path) -> None:
    territory = (
        "language: 1\nterritory: our-part\ntitle: Ours\nmembers:\n"
        "  - {code: UA-14, extent: partly, first_day: 2020-01-01, last_day: none}\n"
        "sources:\n  - {title: A map}\n"
    )
    rules = written(tmp_path / "rules", {**TINY, "our-part.yaml": territory})
    rows = tmp_path / "rows.csv"
    rows.write_text(f"{HEAD}\n9.0.0.0/8,,our-part,none,none,,us,\n", encoding="utf-8")
    settings = tmp_path / "service.toml"
    settings.write_text(f'rules_dir = "{rules}"\ngeo_overlays = ["{rows}"]\n', encoding="utf-8")
    assert said("check", "--config", str(settings)).endswith("overlays: 1 row(s), 0 of them removals\n")
