"""What changed since a rule set that a caller knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.store import MOST_FORMER
from compliance.web.app import create_app
from tests.tiny import TINY, changed, written
from tests.web.asking import Asker, refused

WORDS = changed("warn.yaml", ("take care.", "take great care."))
ENTRY = changed("list.yaml", ("day: 2021-01-01", "day: 2021-01-02"))


class Desk:
    """A service whose rules are edited."""

    def __init__(self, path: Path) -> None:
        self.path = written(path, TINY)
        self.checker = Checker.open(self.path)
        self.asker = Asker(create_app(self.checker))

    @property
    def meaning(self) -> str:
        return self.checker.ruleset.meaning

    def edit(self, files: dict[str, str]) -> None:
        written(self.path, files)
        assert self.checker.store.reload()

    def since(self, digest: str) -> Any:
        response = self.asker.send(None, "GET", f"/v1/changes?since={digest}")
        assert response.status_code == 200
        assert response.headers["Ruleset"] == self.meaning
        return response.json


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_since_the_rules_in_use_nothing_changed(desk: Desk) -> None:
    told = desk.since(desk.meaning)
    assert (told["known"], told["everything"], told["surrogate_keys"]) == (True, False, [])


@pytest.mark.parametrize("short", [19, 40, 71])
def test_of_other_words_the_pages_that_show_them_go(desk: Desk, short: int) -> None:
    before = desk.meaning
    desk.edit(WORDS)
    told = desk.since(before[:short])
    assert told["since"] == before
    assert told["ruleset"] == desk.meaning
    assert told["rules"] == [{"id": "warn", "change": "words"}]
    assert (told["everything"], told["surrogate_keys"]) == (False, ["rule:warn"])


def test_the_keys_to_forget_are_those_that_answers_carried(desk: Desk) -> None:
    body = {"content": {"publisher": "radio.example"}, "reader": {"location": {"country": "RU"}}}
    carried: Any = desk.asker.check(body).json
    before = desk.meaning
    for files in (WORDS, ENTRY):
        desk.edit(files)
        assert set(desk.since(before)["surrogate_keys"]) & set(carried["cache"]["surrogate_keys"])


def test_of_an_entry_the_register_and_whoever_stands_there_are_named(desk: Desk) -> None:
    before = desk.meaning
    desk.edit(ENTRY)
    told = desk.since(before)
    assert told["registers"] == [{"id": "x/list", "entities": ["radio"]}]
    assert (told["publishers"], told["everything"]) == (["radio"], True)


def test_of_rules_that_nobody_remembers_everything_may_be_another(desk: Desk) -> None:
    told = desk.since("0" * 64)
    assert (told["known"], told["everything"]) == (False, True)
    assert told["surrogate_keys"] == ["ruleset:000000000000"]


def test_several_rule_sets_back_is_told_too_up_to_a_number(desk: Desk) -> None:
    first = desk.meaning
    for number in range(MOST_FORMER):
        desk.edit(changed("warn.yaml", ("take care.", f"take care {number}.")))
    assert desk.since(first)["known"]
    desk.edit(WORDS)
    assert not desk.since(first)["known"]
    assert len(desk.checker.store.former) == MOST_FORMER


def test_rules_that_came_back_are_those_in_use(desk: Desk) -> None:
    before = desk.meaning
    desk.edit(WORDS)
    desk.edit(dict(TINY))
    assert (desk.since(before)["known"], desk.since(before)["surrogate_keys"]) == (True, [])


def test_rules_that_could_not_be_loaded_changed_nothing(desk: Desk) -> None:
    before = desk.meaning
    written(desk.path, {"warn.yaml": "nonsense"})
    assert not desk.checker.store.reload()
    assert desk.since(before)["surrogate_keys"] == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?since=",
        "?since=abc",
        "?since=sha256:",
        f"?since={'g' * 64}",
        f"?since={'0' * 65}",
        f"?since=A{'0' * 63}",
        f"?since={'0' * 64}&since={'1' * 64}",
        f"?since={'0' * 64}&until=1",
        f"?sine={'0' * 64}",
    ],
)
def test_what_is_no_digest_is_refused(desk: Desk, query: str) -> None:
    refused(desk.asker.send(None, "GET", f"/v1/changes{query}"), 400)
