"""A running service takes new rules into use by itself, keeps the last good ones, and stops when told to."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from tests.examples import are_all
from tests.geo.sources import BUILT, city, spread, write
from tests.tiny import TINY, changed, written
from tests.web.process import SECONDS, Service, eventually, serving

QUESTION = {"content": {"publisher": "radio.example"}, "reader": {"location": {"country": "RU"}}}
RENAMED = changed("radio.yaml", ("title: Radio", "title: The New Radio"))
BROKEN = changed("warn.yaml", ("  severity: alert", "  severity: alrt"))
FAILING = changed("warn.yaml", ("expect: none", "expect: required"))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path / "rules")


def told(
    directory: Path, rules: Path, warnings: str = "error", *, seals: bool = False
) -> AbstractContextManager[Service]:
    """A service that looks at its rules only when told to."""
    config = directory / "compliance.toml"
    config.write_text(f'rules_dir = "{rules}"\nreload_seconds = 0\n', encoding="utf-8")
    return serving(directory / "log", warnings=warnings, seals=seals)


@pytest.fixture
def running(tmp_path: Path, rules: Path) -> Iterator[Service]:
    with told(tmp_path, rules) as service:
        yield service


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    """A service that outlives a test, and its rules; whatever was done to them before is undone by `shared`."""
    directory = tmp_path_factory.mktemp("lasting")
    rules = written(directory / "rules")
    with told(directory, rules) as service:
        yield service, rules


@pytest.fixture
def shared(lasting: tuple[Service, Path]) -> tuple[Service, Path]:
    service, rules = lasting
    written(rules)
    hup(service)
    assert eventually(lambda: serves(service, "Radio"))
    return service, rules


@pytest.fixture
def watching(tmp_path: Path, rules: Path) -> Iterator[Service]:
    """A service that looks at its rules every second."""
    config = tmp_path / "compliance.toml"
    config.write_text(f'rules_dir = "{rules}"\nreload_seconds = 1\n', encoding="utf-8")
    with serving(tmp_path / "log") as service:
        yield service


def text(service: Service) -> str:
    (notice,) = service.check(QUESTION).json["notices"]
    return str(notice["text"])


def digest(service: Service) -> str:
    return str(service.ask("GET", "/v1/ruleset").json["meaning"])


def is_degraded(service: Service) -> bool:
    return bool(service.ready()["status"] == "degraded")


def serves(service: Service, title: str) -> bool:
    """Whether rules with this title are in use, and nothing is wrong with those that lie there.

    Both are asked together: one reload may still be on its way when the next one is asked for.
    """
    return not is_degraded(service) and text(service) == f"{title} is on the list."


def hup(service: Service) -> None:
    service.send(signal.SIGHUP)


def test_new_rules_are_taken_into_use_on_a_signal(shared: tuple[Service, Path]) -> None:
    service, rules = shared
    before, said = digest(service), service.logged().count("rules reloaded: ")
    written(rules, RENAMED)
    assert text(service) == "Radio is on the list."
    hup(service)
    assert eventually(lambda: text(service) == "The New Radio is on the list.")
    assert digest(service) == service.check(QUESTION).json["ruleset"]["meaning"] != before
    assert eventually(lambda: service.logged().count("rules reloaded: ") > said)
    assert eventually(lambda: re.findall("rules reloaded: (.*)", service.logged())[-1] == digest(service))


def test_a_change_of_a_file_is_seen_without_a_signal(watching: Service, rules: Path) -> None:
    written(rules, RENAMED)
    assert eventually(lambda: text(watching) == "The New Radio is on the list.")


def test_broken_rules_leave_the_last_good_ones_in_use_and_are_shown_where_they_break(
    running: Service, rules: Path
) -> None:
    good = running.ready()
    assert good["status"] == "ready"
    written(rules, BROKEN)
    hup(running)
    assert eventually(lambda: is_degraded(running))
    ready = running.ready()
    assert ready["ruleset"] == good["ruleset"]
    (problem,) = ready["rules"]["problems"]
    assert (Path(problem["path"]).name, problem["line"], problem["column"]) == ("warn.yaml", 17, 13)
    assert text(running) == "Radio is on the list."
    assert eventually(
        lambda: bool(re.search(r"last good set stays in use\n(.*\n)*.*warn\.yaml:17:13", running.logged()))
    )
    assert 'compliance_rule_reloads_total{result="failed"} 1' in running.ask("GET", "/metrics").body.decode()

    written(rules, RENAMED)
    hup(running)
    assert eventually(lambda: serves(running, "The New Radio"))
    assert running.ready()["rules"] == {"loaded": True, "detail": "in use", "problems": [], "signed": None}


@pytest.mark.parametrize(
    "harm",
    [
        lambda rules: written(rules, FAILING),
        lambda rules: (rules / "warn.yaml").write_bytes(b"\xff\xfe\x00"),
        lambda rules: [file.unlink() for file in rules.iterdir()],
        lambda rules: rules.rename(rules.with_name("elsewhere")),
        lambda rules: (rules / "list.yaml").unlink(),
    ],
    ids=["a scenario fails", "no text", "no files", "no directory", "references to nothing"],
)
def test_whatever_happens_to_the_files_the_notices_are_served(
    shared: tuple[Service, Path], harm: Callable[[Path], Any]
) -> None:
    service, rules = shared
    harm(rules)
    hup(service)
    assert eventually(lambda: is_degraded(service))
    assert text(service) == "Radio is on the list."
    written(rules, {**TINY, **RENAMED})
    hup(service)
    assert eventually(lambda: serves(service, "The New Radio"))


def test_no_request_fails_or_mixes_rules_while_rules_are_exchanged_under_load(shared: tuple[Service, Path]) -> None:
    service, rules = shared
    began, stop = time.monotonic(), threading.Event()
    texts = {"Radio is on the list.", "The New Radio is on the list."}
    failures: list[str] = []
    pairs: set[tuple[str, str]] = set()

    def hammer() -> None:
        while not stop.is_set():
            try:
                reply = service.check(QUESTION)
                answer = reply.json
                (notice,) = answer["notices"]
                pairs.add((answer["ruleset"]["meaning"], notice["text"]))
                if reply.status != 200 or reply.headers["ruleset"] != answer["ruleset"]["meaning"]:
                    failures.append(f"{reply.status} {reply.headers['ruleset']}")
            except Exception as error:  # noqa: BLE001 - whatever it is, the request failed
                failures.append(repr(error))

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    least = 1.0 if are_all() else 0.4
    while (took := time.monotonic() - began) < least or (len(pairs) < len(texts) and took < SECONDS):
        for files in (RENAMED, BROKEN, TINY, FAILING):
            written(rules, files)
            hup(service)
            time.sleep(0.03)
    stop.set()
    for thread in threads:
        thread.join(SECONDS)
    assert failures == []
    assert {text for _, text in pairs} == texts
    assert len(pairs) == len(texts), "one digest, one text"


def test_databases_and_overlays_are_exchanged_on_a_signal_and_what_is_refused_is_shown(
    tmp_path: Path, rules: Path
) -> None:
    """The answers follow the database; a bad file leaves the last good one and shows in every place that is watched."""
    path = write(tmp_path / "own.mmdb", spread("", city("AQ")), "GeoLite2-City", BUILT)
    nets = tmp_path / "nets.csv"
    nets.write_text("network,territory,first_day,last_day,source\n", encoding="utf-8")
    names = f'geo_databases = ["{path}"]\ngeo_overlays = ["{nets}"]\n'
    (tmp_path / "compliance.toml").write_text(f'rules_dir = "{rules}"\nreload_seconds = 0\n{names}', encoding="utf-8")
    asked = {"content": {"publisher": "radio.example"}, "reader": {"address": "1.2.3.4"}}
    with serving(tmp_path / "log") as service:

        def places() -> set[str]:
            return set(service.check(asked).json["location"]["places"])

        def own() -> dict[str, Any]:
            (found,) = (each for each in service.ready()["geo"] if each["name"] == "own")
            return dict(found)

        assert "AQ" in places()
        write(path, spread("", city("BV")), "GeoLite2-City", BUILT + timedelta(days=1))
        nets.write_text("network,territory,first_day,last_day,source\n1.2.3.0/24,HM,none,none,us\n", encoding="utf-8")
        hup(service)
        assert eventually(lambda: places() >= {"BV", "HM"})
        assert "AQ" not in places()
        assert (own()["problem"], service.ready()["status"]) == (None, "ready")

        path.write_bytes(path.read_bytes()[:-50])
        hup(service)
        assert eventually(lambda: is_degraded(service))
        assert places() >= {"BV", "HM"}
        assert own()["problem"] == f"a newer file is not in use: `{path}` is damaged or is no MMDB file"
        assert eventually(lambda: f"own not exchanged, the one in use stays\n`{path}` is damaged" in service.logged())
        metrics = service.ask("GET", "/metrics").body.decode()
        assert 'compliance_geo_reloads_total{result="failed"} 1' in metrics
        assert re.search(r'compliance_geo_age_days\{database="own"\} [0-9]+\n', metrics)
        assert "1.2.3" not in service.logged() + metrics + str(service.ready())


def test_a_database_or_overlay_that_cannot_be_used_keeps_a_service_from_starting(
    clean: Path, tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.mmdb"
    empty.touch()
    monkeypatch.setattr("compliance.cli.serve.serve_http", lambda *_: pytest.fail("it serves"))
    for option in ("--geo-database", "--geo-overlay", "--geo-golden"):
        ended = CliRunner().invoke(main, ["serve", "--port", "0", "--rules", str(rules), option, str(empty)])
        assert (ended.exit_code, ended.stdout) == (2, "")
        assert "empty.mmdb" in ended.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_is_told_to_stop_stops_at_once_and_well(
    tmp_path: Path, rules: Path, how: signal.Signals
) -> None:
    """What waits for a thread that nobody wakes waits for five seconds; a machine may be as slow, but not each time.

    The signal may come in the moment in which a connection is accepted, which the end of the process then closes.
    """

    def seconds() -> float:
        with told(tmp_path, rules, "error,ignore::ResourceWarning", seals=True) as service:
            assert service.check(QUESTION).status == 200
            began = time.monotonic()
            service.send(how)
            assert service.process.wait(SECONDS) == 0
            assert service.logged() == ""
        return time.monotonic() - began

    assert any(seconds() < 4 for _ in range(3))


def test_bad_rules_at_the_start_are_said_and_nothing_is_served(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="did not start"),
        serving(tmp_path / "log", "--rules", str(written(tmp_path / "rules", BROKEN))),
    ):
        pass
