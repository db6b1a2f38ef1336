"""What takes minutes to see of a service: that nothing it takes into use costs a request, and that it does not grow."""

from __future__ import annotations

import itertools
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.geo.sources import BUILT, city, spread, write
from tests.tiny import written
from tests.web.process import Service, eventually, serving
from tests.web.several import NEW, OLD, QUESTION, RENAMED, children, many, under_load

pytestmark = pytest.mark.prove
SECONDS = 600
WARM = 120


@contextmanager
def one(directory: Path, more: str) -> Iterator[Service]:
    rules = written(directory / "rules")
    (directory / "compliance.toml").write_text(f'rules_dir = "{rules}"\nreload_seconds = 0\n{more}', encoding="utf-8")
    with serving(directory / "log") as service:
        yield service


@pytest.mark.parametrize("serve", [one, many], ids=["waitress", "granian"])
def test_no_request_fails_while_rules_and_databases_are_exchanged_again_and_again(
    tmp_path: Path, serve: object
) -> None:
    path = write(tmp_path / "own.mmdb", spread("", city("AQ")), "GeoLite2-City", BUILT)
    more = f'geo_databases = ["{path}"]\n'
    asked = {"content": {"publisher": "radio.example"}, "reader": {"address": "1.2.3.4"}}
    running = many(tmp_path, more=more) if serve is many else one(tmp_path, more)
    with running as service:

        def texts() -> set[str]:
            return {str(service.check(QUESTION).json["notices"][0]["text"]) for _ in range(12)}

        def is_in(place: str) -> bool:
            return all(place in service.check(asked).json["location"]["places"] for _ in range(12))

        def exchange() -> None:
            for number in range(20):
                written(tmp_path / "rules", *([RENAMED] if number % 2 == 0 else []))
                service.send(signal.SIGHUP)
                assert eventually(lambda want=NEW if number % 2 == 0 else OLD: texts() == {want})  # type: ignore[misc]
            for number, place in enumerate(("BV", "HM", "AQ", "BV", "HM"), start=1):
                write(path, spread("", city(place)), "GeoLite2-City", BUILT + timedelta(days=number))
                service.send(signal.SIGHUP)
                assert eventually(lambda where=place: is_in(where))  # type: ignore[misc]

        good, wrong = under_load(service, exchange)
        assert (good > 1000, wrong) == (True, [])


def resident(pid: int) -> int:
    """Kilobytes in memory."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@pytest.mark.parametrize("serve", [one, many], ids=["waitress", "granian"])
def test_memory_stays_flat_for_ten_minutes(tmp_path: Path, serve: object) -> None:
    """Few pages, many readers: what is kept of pages has an end of its own, which this does not reach."""
    running = many(tmp_path) if serve is many else one(tmp_path, "")
    with running as service, ExitStack() as stack:
        pids = children(service) if serve is many else [service.process.pid]
        begun, former = time.monotonic(), [0] * len(pids)
        connections = [HTTPConnection("127.0.0.1", service.port) for _ in range(4)]
        for each in connections:
            stack.callback(each.close)
        for number in itertools.count():
            page = {"publisher": "radio.example", "url": f"https://radio.example/{number % 50}"}
            reader = {"address": f"192.0.{number // 256 % 256}.{number % 256}"}
            connection = connections[number % 4]
            connection.request("POST", "/v1/check", json.dumps({"content": page, "reader": reader}))
            assert connection.getresponse().read()
            seconds = time.monotonic() - begun
            if seconds > WARM and not former[0]:
                former = [resident(pid) for pid in pids]
            if seconds > SECONDS:
                break
        now = [resident(pid) for pid in pids]
        assert all(after < 1.03 * before + 1024 for before, after in zip(former, now, strict=True)), (former, now)
