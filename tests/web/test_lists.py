"""What the rules rest on, as lists: filters that never show less than is meant, and declarations with their sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compliance.check import Checker
from compliance.geo import Databases
from compliance.store import Store
from compliance.web.app import create_app
from compliance.web.json_body import MOST_PROBLEMS
from tests.tiny import TINY, changed, written
from tests.web.asking import Asker, places, refused

LAND = """\
language: 1
territory: land
title: A land
members:
  - {code: UA-43, extent: whole, first_day: 2014-03-18, last_day: none}
  - {code: RU, extent: partly, first_day: 2020-01-01, last_day: 2020-12-31}
sources:
  - {title: An act}
owner: desk@example.org
review_by: 2030-01-01
"""


def asker_of(tmp_path: Path, files: dict[str, str]) -> Asker:
    store = Store(written(tmp_path / "rules", files))
    return Asker(create_app(Checker(store, Databases.open(()))))


@pytest.fixture
def tiny(tmp_path: Path) -> Asker:
    return asker_of(tmp_path, {**TINY, "land.yaml": LAND})


def got(asker: Asker, path: str, name: str) -> list[Any]:
    response = asker.send(None, "GET", path)
    assert response.status_code == 200, response.text
    current = asker.app.extensions["compliance"].checker.ruleset
    assert json.loads(response.data)["ruleset"] == {"meaning": current.meaning, "source": current.source}
    assert response.headers["Ruleset"] == current.meaning
    listed: list[Any] = json.loads(response.data)[name]
    return listed


def test_a_designation_is_told_as_the_claim_of_an_authority_with_its_source(tiny: Asker) -> None:
    (found,) = got(tiny, "/v1/designations", "designations")
    assert found["declared"] == "declared by An authority on 2021-01-01"
    assert found["claims"] == [
        {"milestone": "listed_on", "day": "2021-01-01", "source": "https://law.example/list", "confidence": "A"}
    ]
    assert (found["entity"], found["name"], found["register"]) == ("radio", "Radio", "x/list")
    assert found["effective"] == {"first_day": "2021-01-01", "last_day": None, "zone": None}
    assert found["certain"]


def test_the_first_thing_that_happened_is_when_it_was_declared(tmp_path: Path) -> None:
    edit = ("    last_day: none", "    decided_on: {day: 2020-12-01}\n    last_day: none")
    (found,) = got(asker_of(tmp_path, changed("list.yaml", edit)), "/v1/designations", "designations")
    assert found["declared"] == "declared by An authority on 2020-12-01"
    assert [each["milestone"] for each in found["claims"]] == ["decided_on", "listed_on"]


def test_a_designation_of_which_nobody_knows_whether_it_ended_is_not_certain(tmp_path: Path) -> None:
    doubtful = changed("list.yaml", ("last_day: none", "last_day: unknown"))
    del doubtful["warn.yaml"]
    (found,) = got(asker_of(tmp_path, doubtful), "/v1/designations?on=2025-01-01", "designations")
    assert not found["certain"]


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("/v1/designations?entity=radio", "designations", 1),
        ("/v1/designations?entity=paper", "designations", 0),
        ("/v1/designations?entity=paper&entity=radio", "designations", 1),
        ("/v1/designations?on=2020-12-31", "designations", 0),
        ("/v1/designations?on=2021-01-01&register=x/list", "designations", 1),
        ("/v1/rules?status=active", "rules", 1),
        ("/v1/rules?status=draft", "rules", 0),
        ("/v1/rules?on=2019-12-31", "rules", 0),
        ("/v1/rules?on=2020-01-01&notice=warn&purpose=reader-safety&severity=alert", "rules", 1),
        ("/v1/rules?fact=reader.location&register=x/list", "rules", 1),
        ("/v1/territories?territory=land", "territories", 1),
        ("/v1/territories?place=UA-43", "territories", 1),
        ("/v1/territories?place=UA", "territories", 1),
        ("/v1/territories?place=RU-MOW", "territories", 1),
        ("/v1/territories?place=RU&on=2021-01-01", "territories", 0),
        ("/v1/territories?place=FR", "territories", 0),
    ],
)
def test_a_filter_leaves_what_it_says(tiny: Asker, path: str, name: str, expected: int) -> None:
    assert len(got(tiny, path, name)) == expected


def test_a_territory_on_a_day_has_its_members_of_that_day(tiny: Asker) -> None:
    (always,), (later,) = (got(tiny, f"/v1/territories{query}", "territories") for query in ("", "?on=2021-01-01"))
    assert [each["code"] for each in always["members"]] == ["UA-43", "RU"]
    assert [each["code"] for each in later["members"]] == ["UA-43"]


def test_a_rule_names_the_facts_and_registers_that_it_asks_for(tiny: Asker) -> None:
    (rule,) = got(tiny, "/v1/rules", "rules")
    assert rule["facts"] == ["publisher.designated_as", "reader.location"]
    assert rule["registers"] == ["x/list"]
    assert rule["effective"] == {"first_day": "2020-01-01", "last_day": None, "zone": "Europe/Moscow"}


def test_a_slip_in_a_filter_is_an_error_and_no_empty_list(tiny: Asker) -> None:
    path = "/v1/designations?entity=raido&register=95.165.0.1&on=2021-02-30&entiti=radio"
    response = tiny.send(None, "GET", path)
    problem = refused(response, 400)
    assert places(problem) == [None, "register", "entity", "on"]
    assert [each.get("help") for each in problem["problems"]][0::2] == [
        "the nearest is `entity`",
        "the nearest is `radio`",
    ]
    assert "95.165" not in response.text
    assert places(refused(tiny.send(None, "GET", "/v1/territories?place=XYZ&place=UA"), 400)) == ["place", "place"]


def test_of_thousands_of_slips_only_so_many_are_looked_at(tiny: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """To find the nearest word takes time, and a target has room for tens of thousands."""
    asked: list[str] = []

    def nearest(word: str, known: object) -> None:
        asked.append(word)

    monkeypatch.setattr("compliance.web.query.nearest", nearest)
    for slip in ("x{}=1", "entity=x{}"):
        query = "&".join(slip.format(number) for number in range(5_000))
        assert places(refused(tiny.send(None, "GET", f"/v1/designations?{query}"), 400))
    assert len(asked) == 2 * MOST_PROBLEMS


def test_the_shipped_lists_say_who_declared_the_publisher_of_the_model_case(asker: Asker) -> None:
    listed = got(
        asker, "/v1/designations?entity=rfe-rl&register=ru/undesirable-organization&on=2024-02-20", "designations"
    )
    assert [each["effective"]["first_day"] for each in listed] == ["2024-02-20"]
    assert all(claim["source"] for claim in listed[0]["claims"])
