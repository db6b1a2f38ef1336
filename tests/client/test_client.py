"""A client gives notices, whatever the service does, and soon."""

from __future__ import annotations

import asyncio
import email.utils
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import Checker, ConfigError, Content, Reader, client
from compliance.answer import Answer
from compliance.blocks import STAND_IN
from compliance.client import AsyncClient, Client, Told
from compliance.client.exchange import MOST_SECONDS, Exchange, Reply, retry_after
from compliance.web.app import create_app
from tests.client.service import NAME, PAGE, Scripted, dead, drips, hangs_up, says, scripted, serving
from tests.test_architecture import imported
from tests.warm import PROGRAM, run

RUSSIA = {"location": {"country": "RU"}}
ADDRESS = "95.165.0.1"
WRONG: Mapping[str, Any] = {
    "no JSON": says(200, b"<html>welcome</html>"),
    "JSON of somebody else": says(200, b'{"notices": []}'),
    "nothing": says(200, b""),
    "a list": says(200, b"[]"),
    "no text": says(200, b"\xff\xfe"),
    "too much": says(200, b" " * (9 * 1024 * 1024)),
    "a deep one": says(200, b"[" * 100_000),
    "a redirect": says(302, Location="http://127.0.0.1:1/"),
    "no such page": says(404, b"<html>no</html>"),
    "no permission": says(401, b'{"detail": "send a key"}'),
    "an error": says(500, b"Traceback"),
    "an error for a while": says(503, Retry_After="1000"),
    "too many": says(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"),
    "it hangs up": hangs_up,
    "no HTTP": drips(b"hello\r\n\r\n", 0),
    "half an answer": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", 0),
}


class Waiting:
    """A client of either kind, used alike."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def check(self, url: str, *questions: Any, key: str | None = None, **settings: Any) -> list[Told]:
        """What each question gets, from one client."""
        asked = [each if isinstance(each, tuple) else (each, None) for each in questions]
        settings = {"verify": False, **settings}  # reading all authorities takes longer than asking
        if self.kind == "sync":
            with Client(url, key, **settings) as asking:
                return [asking.check(content, reader) for content, reader in asked]

        async def ask() -> list[Told]:
            async with AsyncClient(url, key, **settings) as asking:
                return [await asking.check(content, reader) for content, reader in asked]

        return asyncio.run(ask())


@pytest.fixture(params=["sync", "async"])
def waiting(request: pytest.FixtureRequest) -> Waiting:
    return Waiting(request.param)


@pytest.fixture(scope="module")
def url(checker: Checker) -> Iterator[str]:
    with serving(create_app(checker)) as served:
        yield served


@pytest.fixture(scope="module")
def anywhere(checker: Checker) -> bytes:
    """What the service says of any page of the publisher."""
    return checker.check(Content(publisher="rferl.org")).to_json()


@pytest.fixture(scope="module")
def table(anywhere: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "notices.json"
    path.write_bytes(anywhere)
    return path


def is_conditional(told: Told) -> None:
    """That a fallback has the notices of the publisher for any reader."""
    assert told.is_fallback
    assert [(each.status, each.display) for each in told.shown] == [("possible", "show")]
    assert NAME in told.html()
    assert "If you are in Russia" in told.halves.behind


# -- the real service -------------------------------------------------------------------------------


def test_an_answer_is_that_of_the_service(checker: Checker, url: str, waiting: Waiting) -> None:
    (told,) = waiting.check(url, (PAGE, RUSSIA))
    page = Content(publisher="rferl.org", facts={"content.kind": "article"})
    assert told.answer is not None
    assert told.because is None
    wanted = checker.check(page, Reader(country="RU"))
    assert told.answer.notices == wanted.notices
    assert [each.status for each in told.shown] == ["required"]
    assert NAME in told.html()


def test_where_nothing_is_due_nothing_is_printed(url: str, waiting: Waiting) -> None:
    (told,) = waiting.check(url, (PAGE, {"location": {"country": "US"}}))
    assert (told.is_fallback, told.shown, told.html(), told.halves.before) == (False, (), "", "")


def test_a_refused_question_says_what_is_wrong_and_has_notices(url: str, waiting: Waiting, table: Path) -> None:
    bad = {**PAGE, "knd": "article"}
    first, second = waiting.check(url, bad, PAGE, table=table)
    is_conditional(first)
    assert first.problems == ("content: unknown field `knd`",)
    assert not second.is_fallback  # a refusal is no reason to leave it alone


# -- services that are dead or wrong ----------------------------------------------------------------


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_service_yields_the_conditional_notices(waiting: Waiting, case: str, table: Path) -> None:
    with scripted(WRONG[case]) as script:
        start = time.monotonic()
        (told,) = waiting.check(script.url, (PAGE, {"address": ADDRESS}), table=table, retries=1, timeout=0.25)
        assert time.monotonic() - start < 2
    is_conditional(told)
    assert ADDRESS not in str(told)
    assert len(script.asked) == (2 if case == "an error" else 1)


@pytest.mark.parametrize("case", WRONG)
def test_without_a_table_it_is_said_that_nobody_knows(waiting: Waiting, case: str) -> None:
    with scripted(WRONG[case]) as script:
        (told,) = waiting.check(script.url, PAGE, retries=0, timeout=0.25)
    assert told.answer is None
    assert told.html() == told.halves.before == STAND_IN
    assert [each.display for each in told.shown] == ["show"]


@pytest.mark.parametrize("content", [{}, {"url": 7}, {"url": "http://[::1"}, {"publisher": " "}, {"publisher": ["x"]}])
def test_a_page_of_nobody_has_notices_too(waiting: Waiting, content: Any) -> None:
    (told,) = waiting.check(dead(), content, retries=0)
    assert told.shown
    assert told.html() == STAND_IN


@pytest.mark.parametrize("where", ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"])
def test_a_byte_now_and_then_keeps_nobody_waiting(waiting: Waiting, where: str, table: Path) -> None:
    def reply(handler: Any) -> None:
        handler.wfile.write(where.encode())
        drips(b"X" * 100)(handler)

    with scripted(reply) as script:
        start = time.monotonic()
        (told,) = waiting.check(script.url, PAGE, timeout=0.3, table=table)
        assert 0.2 < time.monotonic() - start < 0.8
    is_conditional(told)


def test_a_dead_service_is_asked_again_and_then_left_alone(
    waiting: Waiting, table: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = time.monotonic()
    with caplog.at_level(logging.WARNING, "compliance.client"):
        first, second = waiting.check(dead(), (PAGE, {"address": ADDRESS}), PAGE, table=table, pause=30)
    assert time.monotonic() - start < 1
    assert first.because == "the service cannot be reached"
    assert second.because == "the service did not answer lately"
    for told in (first, second):
        is_conditional(told)
    assert len(caplog.records) == 1
    assert ADDRESS not in caplog.text


def test_an_error_and_too_many_are_asked_again(waiting: Waiting, anywhere: bytes) -> None:
    for status in (429, 500, 504):
        with scripted(says(status), says(200, anywhere)) as script:
            (told,) = waiting.check(script.url, PAGE, key="ck_x_y")
        assert not told.is_fallback
        assert {each[0]["authorization"] for each in script.asked} == {"Bearer ck_x_y"}


def test_it_waits_as_long_as_the_service_wants(anywhere: bytes) -> None:
    with scripted(says(503, Retry_After="1"), says(200, anywhere)) as script:
        start = time.monotonic()
        (told,) = Waiting("sync").check(script.url, PAGE, timeout=5)
        assert time.monotonic() - start >= 1
    assert not told.is_fallback


def test_a_wait_that_is_too_long_is_kept_for_the_next_question(waiting: Waiting, table: Path) -> None:
    with scripted(says(429, Retry_After="30")) as script:
        told = waiting.check(script.url, PAGE, PAGE, PAGE, timeout=5, table=table, pause=0)
    assert len(script.asked) == 1
    for each in told:
        is_conditional(each)


def test_what_the_service_last_gave_is_used_when_it_is_dead(
    waiting: Waiting, checker: Checker, anywhere: bytes
) -> None:
    nowhere = checker.check(Content(publisher="rferl.org"), Reader(country="US")).to_json()
    with scripted(says(200, nowhere), says(200, anywhere), says(500)) as script:
        good, bad = waiting.check(script.url, (PAGE, {"address": ADDRESS}), PAGE, retries=0)
    assert (good.is_fallback, good.shown) == (False, ())
    is_conditional(bad)
    assert [each[1].get("reader") for each in script.asked] == [{"address": ADDRESS}, None, None]
    assert script.asked[1][1] == {"content": {"publisher": "rferl.org"}, "languages": []}


def test_an_answer_for_some_places_is_never_a_fallback(waiting: Waiting, checker: Checker) -> None:
    there = checker.check(Content(publisher="rferl.org"), Reader(country="RU")).to_json()
    with scripted(says(200, there), says(200, there), says(500)) as script:
        _, bad = waiting.check(script.url, PAGE, PAGE, retries=0)
    assert bad.html() == STAND_IN


def test_the_publisher_is_asked_about_once_in_a_while_only(waiting: Waiting, anywhere: bytes) -> None:
    with scripted(says(200, anywhere)) as script:
        waiting.check(script.url, *[PAGE] * 5)
    assert len(script.asked) == 6


def test_a_failure_to_learn_harms_no_answer(waiting: Waiting, anywhere: bytes) -> None:
    with scripted(says(200, anywhere), says(500), says(200, anywhere)) as script:
        both = waiting.check(script.url, PAGE, PAGE)
    assert [each.is_fallback for each in both] == [False, False]


def test_a_later_service_may_say_more(waiting: Waiting, anywhere: bytes) -> None:
    with scripted(says(200, anywhere.replace(b'{"notices"', b'{"more":[{"x":1}],"notices"', 1))) as script:
        (told,) = waiting.check(script.url, PAGE)
    assert told.answer == Told(answer=told.answer).answer
    assert not told.is_fallback


# -- tables -----------------------------------------------------------------------------------------


def test_each_publisher_may_have_a_table_of_its_own(waiting: Waiting, table: Path) -> None:
    by_name = {"rferl.org": table}
    ours, by_host, other = waiting.check(
        dead(), PAGE, {"url": "https://rferl.org/a"}, {"publisher": "other.example"}, table=by_name, retries=0
    )
    is_conditional(ours)
    is_conditional(by_host)
    assert other.html() == STAND_IN


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", "<p>"])
def test_a_table_that_is_none_is_refused_at_the_start(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "table.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    for kind in (Client, AsyncClient):
        with pytest.raises(ConfigError, match="compliance check --publisher NAME --json"):
            kind(dead(), table=path)


def test_a_table_is_what_the_command_prints(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    done = run([PROGRAM, "check", "--publisher", "rferl.org", "--json"], cwd=tmp_path)
    path.write_text(done.stdout, encoding="utf-8")
    is_conditional(Waiting("sync").check(dead(), PAGE, table=path, retries=0)[0])


def test_a_table_for_readers_in_one_place_is_refused(checker: Checker, tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_bytes(checker.check(Content(publisher="rferl.org"), Reader(country="US")).to_json())
    with pytest.raises(ConfigError, match="in some places only"):
        Client(dead(), table=path)


# -- how long, and what is sent -----------------------------------------------------------------------


def test_a_question_that_is_no_json_is_the_callers_mistake(waiting: Waiting) -> None:
    with pytest.raises(TypeError):
        waiting.check(dead(), {"url": object()})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, 0), ("0", 0), ("7", 7), ("9" * 5000, MOST_SECONDS), ("-1", 0), ("soon", 0), ("١", 0), ("", 0), ("1.5", 0)],
)
def test_retry_after_is_read_and_bounded(value: str | None, seconds: float) -> None:
    assert retry_after(value) == seconds


def test_retry_after_may_be_a_date() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert 20 < retry_after(email.utils.formatdate(time.time() + 30, usegmt=True)) <= 30


@given(
    st.lists(st.tuples(st.floats(0, 3), st.sampled_from([429, 500, 503]), st.sampled_from([None, "1", "9"]))),
    st.integers(0, 5),
    st.floats(0.01, 5),
)
def test_no_exchange_asks_more_often_or_waits_longer_than_it_may(
    steps: list[tuple[float, int, str | None]], retries: int, seconds: float
) -> None:
    now = 0.0
    exchange = Exchange(seconds, retries, clock=lambda: now)
    tries = 0
    for took, status, wait in steps:
        if (pause := exchange.pause()) is None:
            break
        tries += 1
        now += pause
        assert now < seconds
        now += took
        assert exchange.judge(Reply(status, wait, b"")) is None
    assert tries <= retries + 1


def test_the_answer_of_a_client_has_the_type_of_a_checkers(url: str, waiting: Waiting) -> None:
    (told,) = waiting.check(url, PAGE)
    assert isinstance(told.answer, Answer)


def test_a_client_knows_answers_and_blocks_and_nothing_else_of_the_package() -> None:
    directory = Path(client.__file__).parent
    used = {name for path in directory.glob("*.py") for name in imported(path) if name.startswith("compliance")}
    assert {name for name in used if not name.startswith("compliance.client")} == {
        "compliance.answer", "compliance.blocks", "compliance.errors",
    }  # fmt: skip


def test_nothing_of_the_environment_is_used(waiting: Waiting, anywhere: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", dead())
    monkeypatch.setenv("ALL_PROXY", dead())
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted(says(200, anywhere)) as script:
        (told,) = waiting.check(script.url, PAGE)
    assert not told.is_fallback
    assert isinstance(script, Scripted)
