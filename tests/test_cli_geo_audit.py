"""`compliance geo audit`: what of a database is certain, and what a reference places and we exclude."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from tests.geo.mmdb import mmdb
from tests.geo.sources import city, spread, write
from tests.tiny import written

GOOD, UNUSABLE = 0, 2
HALF = 112 << 24
"""Half of the addresses that `spread` fills."""
HELD = """\
language: 1
territory: held
title: Held
members:
  - {code: UA-14, extent: whole, first_day: 2020-01-01, last_day: none}
  - {code: UA-09, extent: whole, first_day: 2020-01-01, last_day: none}
sources:
  - {title: A map, confidence: B}
"""


@pytest.fixture(autouse=True)
def _set_up(clean: Path) -> None:
    """Rules with a territory in an empty directory, and two databases that differ in a half of IPv4."""
    written(clean / "rules")
    (clean / "rules" / "held.yaml").write_text(HELD, encoding="utf-8")
    write(Path("ours.mmdb"), spread("", city("PL", at=(52.2, 21.0))), "GeoLite2-City")
    held = city("UA", "14", at=(48.0, 37.8))
    halves = {f"{first}.0.0.0/8": city("PL", at=(52.2, 21.0)) if first < 112 else held for first in range(224)}
    write(Path("other.mmdb"), {**halves, "2000::/4": city("PL", at=(52.2, 21.0))}, "GeoLite2-City")


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["geo", "audit", *arguments, "--rules", "rules", "--as-of", "2026-03-01"])
    return done.exit_code, done.output


def said(*arguments: str) -> str:
    status, text = run(*arguments)
    assert status == GOOD, text
    return text


def told(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


def tables(text: str) -> dict[str, list[list[str]]]:
    """The rows of each table, in cells, by what stands above it."""
    found: dict[str, list[list[str]]] = {}
    for block in text.split("\nIPv")[1:]:
        head, *lines = block.splitlines()
        joined = [re.sub(r"([0-9]) +([0-9.]+%)", r"\1=\2", line) for line in lines if line and line[0] != " "]
        found[f"IPv{head}"] = [re.split(r" {2,}", line) for line in joined]
    return found


def test_addresses_and_networks_of_ipv6_are_counted_on_their_own() -> None:
    found = told("ours.mmdb")
    assert found["ipv4"]["unit"] == "addresses"
    assert found["ipv6"]["unit"] == "networks of /64"
    assert found["ipv4"]["country"]["PL"]["size"] == 223 << 24
    assert found["ipv6"]["country"]["PL"]["size"] == 1 << 60
    assert list(tables(said("ours.mmdb"))) == ["IPv4, in addresses", "IPv6, in networks of /64"]


def test_what_a_reference_places_and_we_exclude_is_counted_with_an_example() -> None:
    found = told("ours.mmdb", "--reference", "other.mmdb")["ipv4"]
    ukraine, held = found["country"]["UA"], found["territory"]["held"]
    assert (ukraine["size"], held["size"]) == (HALF, HALF)
    assert ukraine["excluded"] + ukraine["anywhere"] + ukraine["certain"] + ukraine["possible"] == HALF
    assert ukraine["excluded"] > 0
    assert held["excluded"] == ukraine["excluded"]
    assert re.search(r"^  excluded: [0-9.]+/8$", said("ours.mmdb", "--reference", "other.mmdb"), re.MULTILINE)


def test_a_registry_as_the_reference_is_taken_at_its_word() -> None:
    halves = {f"{first}.0.0.0/8": {"country_code": "PL" if first < 112 else "UA"} for first in range(224)}
    Path("registry.mmdb").write_bytes(mmdb({**halves, "2000::/4": {"country_code": "PL"}}, "country ipvAll"))
    held = told("ours.mmdb", "--reference", "registry.mmdb")["ipv4"]["territory"]["held"]
    assert held["size"] - held["added"] == HALF


@pytest.mark.parametrize("more", [(), ("--reference", "other.mmdb"), ("--reference", "other.mmdb", "--every", "3")])
def test_what_is_certain_possible_anywhere_and_excluded_adds_up(more: tuple[str, ...]) -> None:
    found = told("ours.mmdb", *more)
    for version in found.keys() & {"ipv4", "ipv6"}:
        for rows in (found[version]["country"], found[version].get("territory", {})):
            for tally in rows.values():
                parts = [tally[each] for each in ("certain", "possible", "anywhere", "excluded")]
                assert sum(parts) == tally["size"]
                assert tally["differ"] <= tally["size"]


def test_columns_never_touch_however_long_the_numbers_are() -> None:
    for rows in tables(said("ours.mmdb", "--reference", "other.mmdb")).values():
        heads = [row for row in rows if row[0] in {"country", "territory"}]
        assert heads
        assert {tuple(row[1:]) for row in heads} == {("all", "certain", "possible", "anywhere", "excluded", "differ")}
        assert {len(row) for row in rows} == {7}
        for row in rows:
            assert row in heads or all(re.fullmatch(r"[0-9,]+(=[0-9.]+%)?", cell) for cell in row[1:]), row


def test_held_against_itself_a_database_has_no_empty_columns_and_says_so() -> None:
    text = said("ours.mmdb")
    assert text.startswith("ours.mmdb, the database against itself: only what its labels leave open\n")
    assert {tuple(row[1:]) for row in tables(text)["IPv4, in addresses"] if row[0] == "country"} == {("all", "certain")}
    assert "against other.mmdb" in said("ours.mmdb", "--reference", "other.mmdb")
    assert said("--reference", "other.mmdb").startswith("the packaged ranges against other.mmdb\n")


def test_a_walk_with_steps_says_that_nothing_is_scaled_up() -> None:
    assert "not scaled up" not in said("ours.mmdb")
    assert "1 network of 7 only: numbers are not scaled up" in said("ours.mmdb", "--every", "7")
    assert told("ours.mmdb", "--every", "7")["ipv4"]["country"]["PL"]["size"] < HALF


def test_countries_and_territories_that_are_named_are_shown_alone_even_if_nothing_is_there() -> None:
    four = tables(said("ours.mmdb", "--reference", "other.mmdb", "--country", "ua", "--country", "RU"))
    assert [row[0] for row in four["IPv4, in addresses"]] == ["country", "UA", "RU"]
    assert four["IPv4, in addresses"][2][1] == "0"
    held = tables(said("ours.mmdb", "--reference", "other.mmdb", "--territory", "held"))
    assert [row[0] for row in held["IPv4, in addresses"]] == ["territory", "held"]


def test_what_is_no_country_and_no_territory_is_said_with_what_is_meant_all_at_once() -> None:
    status, text = run(
        "ours.mmdb", "--country", "Poland", "--country", "UA-14", "--country", "POL", "--territory", "heid"
    )
    assert status == UNUSABLE
    assert "`Poland` is not a country code: write the code `PL`" in text
    assert "`UA-14` is not a country code: it is a part of `UA`" in text
    assert "`POL` is not a country code: write `PL`" in text
    assert "`heid` is not a territory of the rules: the nearest is `held`" in text


PAGE = Path(__file__).parents[1] / "docs" / "api.md"


def test_the_page_explains_every_column_by_its_name() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("### `compliance geo audit`")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| ([a-z]+) \|", section.partition("| column |")[2].partition("| option |")[0], re.MULTILINE)
    heads = tables(said("ours.mmdb", "--reference", "other.mmdb"))["IPv4, in addresses"][0]
    assert rows == heads[1:]
