"""Several processes answer as one: they share the port, take new rules into use, and come back when they are killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.config import Settings
from compliance.errors import ConfigError
from compliance.web import workers
from compliance.web.worker import Plan, _heed_hangups, _Worker
from tests.tiny import changed, written
from tests.warm import run
from tests.web.process import COMMAND, SECONDS, Service, chunked, eventually, head
from tests.web.several import NEW, OLD, QUESTION, RENAMED, children, command, many, under_load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

FROM_ADDRESS = {"content": {"publisher": "radio.example"}, "reader": {"address": "198.51.100.77"}}
BROKEN = changed("warn.yaml", ("  severity: alert", "  severity: alrt"))
WORKERS = 2


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    directory = tmp_path_factory.mktemp("workers")
    with many(directory, workers=WORKERS) as service:
        yield service, directory


@pytest.fixture
def shared(lasting: tuple[Service, Path]) -> tuple[Service, Path]:
    """A service with the rules as they were."""
    service, directory = lasting
    written(directory / "rules")
    service.send(signal.SIGHUP)
    assert eventually(lambda: all_say(service, OLD))
    return lasting


def text(service: Service) -> str:
    (notice,) = service.check(QUESTION).json["notices"]
    return str(notice["text"])


def all_say(service: Service, what: str) -> bool:
    """Whether each answer of many is this: connections are shared out by chance."""
    return all(text(service) == what for _ in range(12))


def counted(service: Service, what: str = 'requests_total{route="/v1/check",status="200"}') -> int:
    body = service.ask("GET", "/metrics").body.decode()
    found = re.search(rf"^compliance_{re.escape(what)} (\d+)$", body, re.MULTILINE)
    return int(found[1]) if found else 0


def settled(service: Service) -> int:
    """The same, once every worker was asked, and so has told what it counted."""
    return [counted(service) for _ in range(40)][-1]


def files(directory: Path) -> list[Path]:
    return sorted(path for path in (directory / "runtime").glob("*/*") if path.name.isdigit())


def test_every_worker_answers_at_both_doors_and_whoever_is_asked_tells_the_sum(shared: tuple[Service, Path]) -> None:
    service, directory = shared
    before, each_before = settled(service), list(map(told, files(directory)))
    for _ in range(30):
        assert text(service) == OLD
        slow = service.ask("POST", "/v1/check", json.dumps(QUESTION).encode(), Content_Type="text/plain")
        assert (slow.status, slow.json["notices"][0]["text"]) == (200, OLD)
    assert settled(service) == before + 60
    assert all(now > former for now, former in zip(map(told, files(directory)), each_before, strict=True))
    assert {counted(service) for _ in range(10)} == {before + 60}
    assert service.ready()["status"] == "ready"


def test_new_rules_are_taken_into_use_by_all_on_a_signal_and_no_request_fails(shared: tuple[Service, Path]) -> None:
    service, directory = shared
    before = children(service)

    def reload() -> None:
        written(directory / "rules", RENAMED)
        service.send(signal.SIGHUP)
        assert eventually(lambda: all_say(service, NEW))

    good, wrong = under_load(service, reload)
    assert (good > 0, wrong) == (True, [])
    assert children(service) == before
    reloads = 'rule_reloads_total{result="good"}'
    assert eventually(lambda: counted(service, reloads) >= 1)  # of two workers, and told once for each reload
    assert service.ask("GET", "/metrics").body.decode().count("rules{") == 1


def test_a_killed_worker_waits_until_files_with_errors_are_mended_comes_back_and_goes_on_counting(
    shared: tuple[Service, Path],
) -> None:
    service, directory = shared
    written(directory / "rules", BROKEN)
    service.send(signal.SIGHUP)
    assert eventually(lambda: {service.ready()["status"] for _ in range(12)} == {"degraded"})
    assert all_say(service, OLD)
    before, sum_before = children(service), settled(service)
    os.kill(before[0], signal.SIGKILL)
    assert eventually(lambda: "has ended by itself, and is started again" in service.logged())
    assert eventually(lambda: "waits until this is mended" in service.logged())
    assert all_say(service, OLD)
    begun = service.logged().count(" answers by ")
    written(directory / "rules", RENAMED)
    service.send(signal.SIGHUP)
    assert eventually(lambda: service.logged().count(" answers by ") == begun + 1)
    after = children(service)
    assert (len(after), before[0] in after) == (WORKERS, False)
    assert eventually(lambda: {service.ready()["status"] for _ in range(12)} == {"ready"})
    assert all_say(service, NEW)
    assert settled(service) == sum_before + 24
    assert len(files(directory)) == WORKERS


def told(path: Path) -> int:
    """How many checks were answered, by the file of a worker."""
    rows = json.loads(path.read_bytes())[1]
    return sum(number for _, labels, number in rows if labels == [["route", "/v1/check"], ["status", "200"]])


def test_no_worker_outlives_a_service_that_is_killed(tmp_path: Path) -> None:
    with many(tmp_path, workers=1) as service:
        [worker] = children(service)
        service.send(signal.SIGKILL)
        assert eventually(lambda: command(worker) == b"")
        assert eventually(lambda: list((tmp_path / "runtime").iterdir()) == [])


def test_evidence_of_two_workers_verifies_and_nothing_is_left_when_they_stop(tmp_path: Path) -> None:
    with many(tmp_path) as service:
        for number in range(12):
            asked = {
                **FROM_ADDRESS,
                "content": {"publisher": "radio.example", "url": f"https://radio.example/{number}"},
            }
            assert service.check(asked).json["evidence"]["state"] == "recorded"
        pids = children(service)
        service.send(signal.SIGSTOP)  # a service manager and a terminal stop all at once, and workers may be faster
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        assert eventually(lambda: [command(pid) for pid in pids] == [b"", b""])
        service.send(signal.SIGTERM)
        service.send(signal.SIGCONT)
        assert service.process.wait(30) == 0
        output = service.logged() + (service.process.stdout.read() if service.process.stdout else "")
    assert list((tmp_path / "runtime").iterdir()) == []
    data = tmp_path / "data"
    for arguments in (["audit", "seal"], ["verify"]):
        result = CliRunner().invoke(main, [*arguments, "--data-dir", str(data)])
        assert result.exit_code == 0, result.output
    assert len(list((data / "evidence" / "segments").iterdir())) >= 2
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert "198.51.100.77" not in output
    assert b"198.51.100.77" not in kept


@pytest.mark.prove
def test_bodies_that_do_not_come_hold_threads_and_neither_others_nor_the_end(tmp_path: Path) -> None:
    """Few of them, that is: what stands in front of the service has to read them first."""
    with many(tmp_path, workers=1) as service:
        slow = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(8)]
        for each in slow:
            each.sendall(b"POST /v1/check HTTP/1.1\r\nHost: service\r\nContent-Length: 100\r\n\r\n")
        time.sleep(0.2)
        assert text(service) == OLD
        begun = time.monotonic()
        service.send(signal.SIGTERM)
        assert service.process.wait(60) == 0
        assert time.monotonic() - begun < 30
        for each in slow:
            each.close()


def test_what_is_no_request_or_too_large_a_one_is_refused_without_reading_it(shared: tuple[Service, Path]) -> None:
    service, _ = shared
    large = service.exchange(head("POST /v1/check HTTP/1.1", "Content-Length: 99999999"), b"{" * 70_000)
    assert (large.status, large.json["type"]) == (413, "urn:compliance:problem:body-too-large")
    lines = chunked([json.dumps(QUESTION).encode() + b"\n" + b" " * 65_000] * 20)
    for path in ("/v1/check", "/v1/checks"):
        in_chunks = head(f"POST {path} HTTP/1.1", "Transfer-Encoding: chunked", "Content-Type: application/x-ndjson")
        assert service.exchange(in_chunks, lines).status == 413
    question = chunked([json.dumps(QUESTION).encode()])
    assert service.exchange(head("POST /v1/check HTTP/1.1", "Transfer-Encoding: chunked"), question).status == 200
    for wrong in (("Content-Length: 1", "Content-Length: 2"), ("Content-Length: +1",), ("no header",)):
        assert service.exchange(head("POST /v1/check HTTP/1.1", *wrong), b"{}").status == 400
    assert service.exchange(head("GET /healthz HTTP/1.1", "X-A: " + "a" * 300_000)).status == 431


def test_a_port_that_somebody_listens_on_is_refused_and_rules_with_errors_are_told_before(
    shared: tuple[Service, Path],
) -> None:
    service, directory = shared

    def refused(*arguments: str) -> str:
        done = run([*COMMAND, "serve", "--server", "granian", "--workers", "2", *arguments], cwd=directory)
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr

    assert f"cannot listen on `127.0.0.1` port `{service.port}`: address already in use" in refused(
        "--port", str(service.port)
    )
    assert "cannot listen on `nobody.invalid` port `0`" in refused(
        "--host", "nobody.invalid", "--port", "0", "--allow-without-keys"
    )
    assert "`nowhere` is not there" in refused("--rules", "nowhere")


def test_who_has_not_installed_the_server_is_told_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "granian.constants", None)
    for name in ("compliance.web.workers", "compliance.web.worker"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delattr("compliance.web.workers", raising=False)
    result = CliRunner().invoke(main, ["serve", "--server", "granian"])
    assert result.exit_code == 2
    assert '`server` is "granian", which is not installed: `pip install ".[granian]"` at the top' in result.stderr


def test_whatever_goes_wrong_at_the_end_of_a_worker_what_records_is_closed(tmp_path: Path) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    worker, closed = _Worker(Plan(Settings(), str(tmp_path), os.getpid()), 1), list[int]()
    for end in (lambda: closed.append(1), broken, lambda: closed.append(2)):
        worker._ends.callback(end)
    with pytest.raises(ZeroDivisionError):
        worker.close()
    assert closed == [2, 1]


def test_each_hangup_is_heeded_though_the_main_thread_sees_none() -> None:
    """It sleeps, and may have fallen asleep just when the signal came."""
    heeded, stopped = list[int](), threading.Event()

    def reload() -> None:
        heeded.append(1)
        if len(heeded) == 2:
            stopped.set()

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        thread = _heed_hangups(reload, stopped)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    for number in (1, 2):
        assert thread.ident is not None
        signal.pthread_kill(thread.ident, signal.SIGHUP)
        assert eventually(lambda want=number: len(heeded) == want)  # type: ignore[misc]
    thread.join(SECONDS)
    assert not thread.is_alive()


@pytest.mark.parametrize("is_told", [True, False])
def test_workers_that_end_are_an_error_unless_the_service_was_told_to_stop(
    monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """Whoever stops all processes at once may stop a worker before its parent."""

    def serve(server: workers._Server, **_: object) -> None:
        server.interrupt_signal = is_told
        sys.exit(1)

    monkeypatch.setattr(workers._Server, "serve", serve)
    monkeypatch.setattr("multiprocessing.set_start_method", lambda *_, **__: None)
    monkeypatch.setattr(workers, "leave_no_core", lambda: None)
    settings = Settings(server="granian", port=0)
    if is_told:
        workers.serve(settings, print)
    else:
        with pytest.raises(ConfigError, match="no worker could be started for 60 seconds"):
            workers.serve(settings, print)
