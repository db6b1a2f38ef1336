"""Rules from an address: fetched once, asked for again by their validators, kept for a start without network."""

from __future__ import annotations

import contextlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.errors import Problem, RulesError
from compliance.signed import fetching
from compliance.signed.fetching import Address
from compliance.signed.rules import SignedRules, fetched_in
from compliance.store import Store
from tests.node import until
from tests.signed.building import FRESH, KEY, TODAY, built
from tests.tiny import changed

RENAMED = {**FRESH, "radio.yaml": changed("radio.yaml", ("title: Radio", "title: The New Radio"))["radio.yaml"]}
REACH = "see that `rules_url` can be reached from here"


@dataclass
class Web:
    """A server of one file, which remembers how it was asked."""

    server: ThreadingHTTPServer
    body: bytes = b""
    validators: dict[str, str] = field(default_factory=dict)
    status: int = 200
    location: str | None = None
    length: int | None = None
    asked: list[dict[str, str | None]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/signed.bundle?token=secret"

    def gives(self, path: Path, **validators: str) -> None:
        self.body, self.status, self.location = path.read_bytes(), 200, None
        self.validators = {name.replace("_", "-"): value for name, value in validators.items()}

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        names = ("If-None-Match", "If-Modified-Since")
        self.asked.append({name: handler.headers[name] for name in names})
        same = [self.asked[-1][name] for name in names if self.asked[-1][name] is not None]
        is_same = bool(same) and same[0] in self.validators.values()
        moved = self.location is not None and "moved" not in handler.path
        status = 302 if moved else 304 if is_same and self.status == 200 else self.status
        self.sent.append(status)
        handler.send_response(status)
        if moved and self.location is not None:
            handler.send_header("Location", self.location)
        body = self.body if status == 200 else b""
        for name, value in self.validators.items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("Content-Length", str(self.length or len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.answer(self)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Web(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def rules_at(web: Web, directory: Path) -> SignedRules:
    return SignedRules((KEY.public.vkey,), str(directory / "data"), url=web.url)


def opened(web: Web, directory: Path, today: date = TODAY) -> Store:
    return rules_at(web, directory).opened(0, None, lambda: today)


def title(store: Store) -> str:
    return store.current.ruleset.entities["radio"].title


def served(store: Store) -> None:
    """Have it said that these rules were served."""
    store.watch(0)()


def problem(call: Callable[[], object]) -> Problem:
    with pytest.raises(RulesError) as raised:
        call()
    return raised.value.problems[0]


def address(web: Web, directory: Path, seen: list[bytes] | None = None) -> Address:
    tried: list[bytes] = [] if seen is None else seen
    return Address(web.url, directory / "fetched.bundle", lambda data, _: tried.append(data))


def test_a_service_starts_on_what_it_fetches(web: Web, tmp_path: Path) -> None:
    web.gives(built(tmp_path / "a.bundle"))
    assert Checker.open(rules_at(web, tmp_path)).ruleset.entities["radio"].title == "Radio"
    assert fetched_in(str(tmp_path / "data")).read_bytes() == web.body


@pytest.mark.parametrize(
    ("validators", "sent"),
    [
        ({"ETag": '"1"', "Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"}, {"If-None-Match": '"1"'}),
        ({"ETag": 'W/"1"'}, {"If-None-Match": 'W/"1"'}),
        (
            {"Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"},
            {"If-Modified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"},
        ),
    ],
)
def test_a_server_is_asked_by_the_validator_that_it_gave_and_sends_nothing_again(
    web: Web, tmp_path: Path, validators: dict[str, str], sent: dict[str, str]
) -> None:
    web.body, web.validators, seen = b"the rules", validators, list[bytes]()
    first = address(web, tmp_path, seen)
    assert (first.fetch(), first.fetch(), address(web, tmp_path, seen).fetch()) == (True, False, False)
    assert web.sent == [200, 304, 304]
    assert web.asked[0] == {"If-None-Match": None, "If-Modified-Since": None}
    assert [{name: value for name, value in each.items() if value} for each in web.asked[1:]] == [sent, sent]
    assert seen == [b"the rules"]


def test_without_a_validator_the_same_bytes_are_no_other_bundle(web: Web, tmp_path: Path) -> None:
    web.body, seen = b"the rules", list[bytes]()
    assert [address(web, tmp_path, seen).fetch() for _ in range(2)] == [True, False]
    assert (web.sent, seen) == ([200, 200], [b"the rules"])


def test_another_bundle_takes_the_place_of_the_one_that_was_fetched(web: Web, tmp_path: Path) -> None:
    first = address(web, tmp_path)
    web.body, web.validators = b"old", {"ETag": '"1"'}
    first.fetch()
    web.body, web.validators = b"new", {"ETag": '"2"'}
    assert first.fetch()
    assert first.path.read_bytes() == b"new"
    assert not first.fetch()
    assert web.sent == [200, 200, 304]


@pytest.mark.parametrize("file", ["fetched.bundle", "fetched.json"])
@pytest.mark.parametrize("harm", ["altered", "gone"])
def test_what_is_not_what_was_fetched_is_fetched_again(web: Web, tmp_path: Path, file: str, harm: str) -> None:
    web.body, web.validators = b"the rules", {"ETag": '"1"'}
    address(web, tmp_path).fetch()
    (tmp_path / file).write_bytes(b"{}") if harm == "altered" else (tmp_path / file).unlink()
    assert address(web, tmp_path).fetch()
    assert web.sent == [200, 200]
    assert (tmp_path / "fetched.bundle").read_bytes() == b"the rules"


def test_a_validator_of_another_address_is_not_sent(web: Web, tmp_path: Path) -> None:
    web.body, web.validators = b"the rules", {"ETag": '"1"'}
    address(web, tmp_path).fetch()
    Address(f"http://{web.host}/other", tmp_path / "fetched.bundle", lambda *_: None).fetch()
    assert web.asked[1]["If-None-Match"] is None


def test_a_bundle_that_is_refused_leaves_the_last_good_one_where_it_is(web: Web, tmp_path: Path) -> None:
    def refuse(data: bytes, shown: str) -> None:
        raise RulesError([Problem(f"`{shown}` has {len(data)} bytes")])

    web.body = b"good"
    address(web, tmp_path).fetch()
    web.body = b"bad"
    found = problem(Address(web.url, tmp_path / "fetched.bundle", refuse).fetch)
    assert found.message == f"`http://{web.host}` has 3 bytes"
    assert (tmp_path / "fetched.bundle").read_bytes() == b"good"


@pytest.mark.parametrize("status", [404, 403, 500, 503, 204, 304])
def test_any_other_answer_is_told_without_the_secret_in_the_address(web: Web, tmp_path: Path, status: int) -> None:
    web.status = status
    found = problem(address(web, tmp_path).fetch)
    said = {204: "it answered 204", 304: "it answered 304, and nothing was fetched before"}.get(status)
    message = f"the rules at `http://{web.host}` (`rules_url`) cannot be fetched: {said or f'it answered {status}'}"
    assert found == Problem(message, help=REACH)
    assert not (tmp_path / "fetched.bundle").exists()


def test_a_server_may_send_to_another_path_and_to_no_other_host(web: Web, tmp_path: Path) -> None:
    web.body, web.location = b"the rules", "/moved.bundle"
    assert address(web, tmp_path).fetch()
    for elsewhere in (
        web.url.replace("127.0.0.1", "localhost").replace("signed", "moved"),
        web.url.replace("http:", "https:").replace("signed", "moved"),
        f"http://127.0.0.1:1{web.host[-3:]}/moved",
        "ftp://127.0.0.1/moved",
    ):
        web.location = elsewhere
        assert problem(address(web, tmp_path).fetch).message.endswith("cannot be fetched: it sends to another host")
    web.location = "http://[::1/moved"
    assert problem(address(web, tmp_path).fetch).message.endswith("it sends to what is no address")
    web.location = "file:///etc/moved"
    assert problem(address(web, tmp_path).fetch).message.endswith("cannot be fetched: it answered 302")


def test_what_is_too_large_or_was_cut_is_not_taken(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 9)
    web.body = b"123456789"
    assert address(web, tmp_path).fetch()
    web.body = b"1234567890"
    assert problem(address(web, tmp_path).fetch).message.endswith("it is larger than 9 bytes")
    web.body, web.length = b"12345", 9
    assert problem(address(web, tmp_path).fetch).message.endswith("it was cut")
    assert (tmp_path / "fetched.bundle").read_bytes() == b"123456789"


def test_a_server_that_is_slow_or_silent_is_left(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web.body = b"the rules"
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1.0)
    assert problem(address(web, tmp_path).fetch).message.endswith("it took more than -1 seconds")
    monkeypatch.setattr(fetching, "MOST_SECONDS", 300.0)
    monkeypatch.setattr(fetching, "SECONDS", 0.01)
    web.answer = lambda _: threading.Event().wait(0.2)  # type: ignore[assignment, method-assign]
    assert problem(address(web, tmp_path).fetch).message.endswith("it did not answer in time")


@pytest.mark.parametrize("said", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x"], ids=["wait", "a byte"])
def test_a_server_whose_answer_never_begins_is_left(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    def goes_on(handler: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(said)
                ended.wait(0.001)

    ended = threading.Event()
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.05)
    web.answer = goes_on  # type: ignore[method-assign]
    assert problem(address(web, tmp_path).fetch).message.endswith("it took more than 0.05 seconds")


def test_what_nobody_has_signed_is_not_unpacked(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("compliance.bundle._unpacked", unpacked)
    with zipfile.ZipFile(tmp_path / "a.bundle", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MANIFEST.json", "{}")
        archive.writestr("much.yaml", bytes(100_000))
    web.gives(tmp_path / "a.bundle")
    assert "is not signed" in problem(lambda: opened(web, tmp_path)).message
    with zipfile.ZipFile(tmp_path / "a.bundle", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MANIFEST.json", bytes(65_537))
    web.gives(tmp_path / "a.bundle")
    assert "has a manifest or a signature that is too large" in problem(lambda: opened(web, tmp_path)).message
    web.body = bytes(100)
    assert "is no bundle, or was cut" in problem(lambda: opened(web, tmp_path)).message


def test_a_long_list_of_files_is_not_read(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web.gives(built(tmp_path / "a.bundle"))
    held = len(zipfile.ZipFile(tmp_path / "a.bundle").namelist())
    monkeypatch.setattr("compliance.signed.rules.MOST_ENTRIES", held - 1)
    assert problem(lambda: opened(web, tmp_path)).message.endswith(f"has more than {held - 1} files")
    monkeypatch.setattr("compliance.signed.rules.MOST_ENTRIES", held)
    assert title(opened(web, tmp_path)) == "Radio"


def test_without_a_network_a_start_is_on_the_last_good_bundle(web: Web, tmp_path: Path) -> None:
    web.gives(built(tmp_path / "a.bundle", 5))
    served(opened(web, tmp_path))
    web.server.server_close()
    assert title(opened(web, tmp_path)) == "Radio"


def test_without_a_network_and_a_bundle_there_is_no_start(web: Web, tmp_path: Path) -> None:
    rules = rules_at(web, tmp_path)
    web.server.shutdown()
    web.server.server_close()
    found = problem(lambda: rules.opened(0, None, lambda: TODAY))
    assert found == Problem(
        f"the rules at `http://{web.host}` (`rules_url`) cannot be fetched: connection refused", help=REACH
    )


def test_a_kept_bundle_that_is_refused_is_fetched_anew_and_both_reasons_are_told_if_that_fails(
    web: Web, tmp_path: Path
) -> None:
    web.gives(built(tmp_path / "a.bundle", 5))
    served(opened(web, tmp_path))
    kept = fetched_in(str(tmp_path / "data"))
    kept.write_bytes(b"PK")
    assert title(opened(web, tmp_path)) == "Radio"
    kept.write_bytes(b"PK")
    web.status = 503
    with pytest.raises(RulesError) as raised:
        opened(web, tmp_path)
    first, second = raised.value.problems
    assert "is no bundle, or was cut" in first.message
    assert "it answered 503" in second.message


def test_newer_rules_are_taken_into_use_and_what_keeps_them_away_shows(web: Web, tmp_path: Path) -> None:
    web.gives(built(tmp_path / "a.bundle", 5), ETag='"5"')
    store = opened(web, tmp_path)
    stop = store.watch(0)
    try:
        until(lambda: 304 in web.sent)
        assert store.failure is None
        web.status = 503
        store.request_reload()
        until(lambda: store.failure is not None)
        assert "it answered 503" in str(store.failure)
        assert store.failures == 1
        web.gives(built(tmp_path / "b.bundle", 4, files=RENAMED), ETag='"4"')
        store.request_reload()
        until(lambda: "is version 4, older than version 5" in str(store.failure))
        assert title(store) == "Radio"
        web.gives(built(tmp_path / "c.bundle", 6, files=RENAMED), ETag='"6"')
        store.request_reload()
        until(lambda: title(store) == "The New Radio")
        until(lambda: store.failure is None)
    finally:
        stop()
    assert title(opened(web, tmp_path)) == "The New Radio"


def test_a_bundle_whose_rules_do_not_load_never_takes_the_place_of_one_that_does(web: Web, tmp_path: Path) -> None:
    web.gives(built(tmp_path / "a.bundle", 5))
    store = opened(web, tmp_path)
    failing = {**FRESH, "warn.yaml": FRESH["warn.yaml"].replace("expect: none", "expect: required")}
    web.gives(built(tmp_path / "b.bundle", 6, files=failing))
    stop = store.watch(0)
    try:
        until(lambda: store.failure is not None)
    finally:
        stop()
    assert "scenario `elsewhere` expects required, and the rule says none" in str(store.failure)
    assert title(opened(web, tmp_path)) == "Radio"


def test_whatever_goes_wrong_with_what_was_fetched_shows_and_ends_no_service(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    web.gives(built(tmp_path / "a.bundle", 5))
    store = opened(web, tmp_path)
    web.gives(built(tmp_path / "b.bundle", 6))
    monkeypatch.setattr("compliance.signed.rules.snapshot_of", broken)
    stop = store.watch(0)
    try:
        until(lambda: store.failure is not None)
        assert "something went wrong here, not in the rules: ZeroDivisionError" in str(store.failure)
        monkeypatch.undo()
        store.request_reload()
        until(lambda: store.failure is None)
    finally:
        stop()
