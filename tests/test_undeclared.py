"""Whoever prints notices is told of each publisher that nobody declared, once; readers of the pages are not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.test import Client as Browser

from compliance import Checker, Content
from compliance.blocks import NOTHING
from compliance.cli import main
from compliance.client import Told
from compliance.content.facts import DECLARE_ONCE
from compliance.middleware import WsgiNotices
from compliance.undeclared import EVENT, MOST_SHOWN, MOST_TOLD, Undeclared, shown, undeclared
from compliance.web.app import create_app
from tests.client.service import NAME
from tests.edge.world import WORLD
from tests.middleware.sites import RUSSIA, flask_site
from tests.tiny import written
from tests.web.asking import Asker

Warned = Callable[[], list[tuple[str, dict[str, str]]]]


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Warned:
    """The messages and facts of the event, as far as the log has come."""
    caplog.set_level(logging.WARNING)

    def found() -> list[tuple[str, dict[str, str]]]:
        ours = [each for each in caplog.records if getattr(each, "event", "") == EVENT]
        return [(each.getMessage(), each.__dict__["facts"]) for each in ours]

    return found


# -- what is told ----------------------------------------------------------------------------------------


def telling() -> tuple[Undeclared, list[str]]:
    told: list[str] = []
    return Undeclared(lambda message, _: told.append(message)), told


def test_each_publisher_is_told_of_once_and_again_with_other_rules() -> None:
    look, told = telling()
    for ruleset in ("one", "one", "two"):
        look.look("a.example", ruleset)
        look.look("b.example", ruleset)
        look.look(None, ruleset)
    assert ["a.example" in each for each in told] == [True, False, True, False]


def test_so_many_are_told_of_and_then_that_there_are_more() -> None:
    look, told = telling()
    for number in range(10 * MOST_TOLD):
        look.look(f"{number}.example", "rules")
    assert len(told) == MOST_TOLD + 1
    assert told[-1].startswith(f"more than {MOST_TOLD} publishers")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (RUSSIA, "(withheld)"),
        (f"reader at {RUSSIA}", "reader at (withheld)"),
        ("two\nlines\x1b[2J", "two lines\ufffd[2J"),
        ("a `b`", "a 'b'"),
        ("x" * 10_000, "x" * MOST_SHOWN),
    ],
)
def test_what_a_caller_calls_a_publisher_is_told_without_addresses_on_one_line_and_short(said: str, told: str) -> None:
    assert shown(said) == told


@pytest.mark.parametrize(
    ("publisher", "url", "told"),
    [
        (" My Daily ", "https://rferl.org/a", "My Daily"),
        (None, "https://user@www.my-daily.example:8000/a?b", "www.my-daily.example"),
        ("", "https://my-daily.example", "my-daily.example"),
        (None, None, ""),
        (5, 7, ""),
    ],
)
def test_a_publisher_is_called_what_was_said_else_the_host_of_the_page(
    publisher: object, url: object, told: str
) -> None:
    assert undeclared([DECLARE_ONCE], publisher, url) == told
    assert undeclared([], publisher, url) is None


# -- the middleware --------------------------------------------------------------------------------------


def test_a_site_is_told_at_once_of_a_slip_in_its_publisher_with_the_name_that_was_meant(
    checker: Checker, warned: Warned
) -> None:
    site = Browser(WsgiNotices(flask_site(), checker, publisher="rferl.rog"))
    [(message, facts)] = warned()
    assert facts == {"publisher": "rferl.rog"}
    assert "nobody declared the publisher `rferl.rog`" in message
    assert "the nearest is `rferl.org`" in message
    assert '<div class="notices">' not in site.get("/page", headers={"Accept": "text/html"}).text
    assert len(warned()) == 1


def test_a_declared_publisher_is_not_warned_of(checker: Checker, warned: Warned) -> None:
    site = Browser(WsgiNotices(flask_site(), checker, publisher="rferl.org"))
    assert NAME in site.get("/page").text
    assert warned() == []


def test_whoever_says_how_a_publisher_is_designated_is_not_warned(checker: Checker, warned: Warned) -> None:
    page = {"publisher": "my-daily.example", "facts": {"publisher.designated_as": []}}
    Browser(WsgiNotices(flask_site(), checker, publisher="my-daily.example", page=lambda _: page)).get("/page")
    assert warned() == []


def test_a_site_whose_function_names_no_publisher_is_told_so(checker: Checker, warned: Warned) -> None:
    site = Browser(WsgiNotices(flask_site(), checker, page=lambda _: {"facts": {"content.kind": "article"}}))
    for _ in range(2):
        site.get("/page")
    [(message, facts)] = warned()
    assert (message.partition(",")[0], facts) == ("pages name no publisher", {})


def test_a_site_that_names_nobody_is_told_of_its_own_host(checker: Checker, warned: Warned) -> None:
    Browser(WsgiNotices(flask_site(), checker)).get("/page", base_url="https://my-daily.example")
    assert [facts for _, facts in warned()] == [{"publisher": "my-daily.example"}]


class Answers:
    """A client whose service answers, as a checker does, or is down and has a former answer."""

    def __init__(self, checker: Checker, *, is_fallback: bool) -> None:
        self._checker, self._is_fallback = checker, is_fallback

    def check(self, content: Any, *_: object, **__: object) -> Any:
        because = "it is down" if self._is_fallback else None
        return Told(answer=self._checker.check(Content(**content)), because=because)


@pytest.mark.parametrize(("is_fallback", "count"), [(False, 1), (True, 0)])
def test_what_a_client_says_is_heeded_too(checker: Checker, warned: Warned, *, is_fallback: bool, count: int) -> None:
    site = Browser(WsgiNotices(flask_site(), Answers(checker, is_fallback=is_fallback), publisher="my-daily.example"))
    for _ in range(2):
        site.get("/page")
    assert len(warned()) == count


# -- the service -----------------------------------------------------------------------------------------


def test_the_service_tells_its_log_and_nothing_else_of_an_undeclared_publisher(
    checker: Checker, warned: Warned
) -> None:
    asker = Asker(create_app(checker))
    responses = [asker.send(None, "GET", "/v1/fragment?publisher=rferl.rog") for _ in range(2)]
    assert [facts for _, facts in warned()] == [{"publisher": "rferl.rog"}]
    for each in responses:
        assert each.get_data(as_text=True) == NOTHING
        assert not any("rferl.rog" in value or "declare" in value for _, value in each.headers)


def test_a_caller_who_calls_publishers_by_addresses_brings_none_into_the_log(checker: Checker, warned: Warned) -> None:
    asker = Asker(create_app(checker))
    asker.send(None, "GET", f"/v1/fragment?publisher={RUSSIA}")
    asker.send(None, "GET", f"/v1/fragment?url=https://{RUSSIA}/a")
    assert warned()
    assert RUSSIA not in repr(warned())


def test_a_declared_publisher_of_a_fragment_is_not_warned_of(checker: Checker, warned: Warned) -> None:
    Asker(create_app(checker)).send(None, "GET", "/v1/fragment?publisher=rferl.org")
    assert warned() == []


# -- tables ----------------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs `compliance table` on a declared publisher and, three times, on one with a slip."""
    written(tmp_path / "rules", WORLD)
    monkeypatch.chdir(tmp_path)
    names = ["radio", "radoi", "radoi", "radoi"]
    pages = [{"content": {"url": f"https://a.example/{at}", "publisher": name}} for at, name in enumerate(names)]
    Path("pages.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in pages), encoding="utf-8")
    return lambda *more: CliRunner().invoke(main, ["table", "pages.jsonl", "--rules", "rules", *more])


@pytest.mark.parametrize("more", [(), ("--format", "json"), ("--format", "nginx", "--output", "edge")])
def test_tables_warn_once_on_standard_error(table: Callable[..., Any], more: tuple[str, ...]) -> None:
    told = table(*more)
    assert told.exit_code == 0
    [line] = told.stderr.splitlines()
    assert line.startswith("warning: nobody declared the publisher `radoi`")
    assert "warning" not in told.stdout


def test_a_table_as_json_has_the_warning_in_it(table: Callable[..., Any]) -> None:
    told = table("--format", "nginx", "--output", "edge", "--json")
    [warning] = json.loads(told.stdout)["warnings"]
    assert "`radoi`" in warning
    assert told.stderr == ""


def test_tables_of_single_pages_as_json_have_it_where_it_comes_up_first(table: Callable[..., Any]) -> None:
    told = table("--json")
    found, rest, decoder = [], told.stdout.strip(), json.JSONDecoder()
    while rest:
        each, end = decoder.raw_decode(rest)
        found.append(len(each.get("warnings", ())))
        rest = rest[end:].strip()
    assert (found, told.stderr) == ([0, 1, 0, 0], "")


def test_one_page_alone_is_warned_of_and_refused_as_before(table: Callable[..., Any]) -> None:
    Path("pages.jsonl").write_text('{"content": {"publisher": "radoi"}}', encoding="utf-8")
    assert "`radoi`" in table().stderr
    Path("pages.jsonl").write_text('{"content": {"facts": {"content.knd": "x"}}}', encoding="utf-8")
    assert table().exit_code == 2
