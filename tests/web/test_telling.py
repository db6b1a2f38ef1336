"""What a service tells in lines: golden lines, the same at both doors, and nothing of any reader."""

from __future__ import annotations

import json
import logging
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from compliance import Checker
from compliance.config import Settings
from compliance.errors import RulesError
from compliance.model.address_text import withheld
from compliance.review.changes import ruleset_key
from compliance.signed.fetching import Address
from compliance.web import opening
from compliance.web.app import create_app
from compliance.web.lines import Lines
from compliance.web.opening import access_log_of
from compliance.web.service import EXTENSION
from compliance.web.telling import AccessLog, JsonHandler
from tests.tiny import changed, ruleset, written
from tests.web.asking import Asker
from tests.web.process import eventually
from tests.web.several import QUESTION, many

NOON = 1_700_000_000.0
ADDRESS, OTHER = "203.0.113.77", "2001:db8::7:77"
CITY, AGENT = "Nowhere-upon-Sea", "Reader/7.7"


class Told:
    """A service with an access log, and what is in that."""

    def __init__(self, app: Flask, path: Path) -> None:
        self.app, self.path, self.asker = app, path, Asker(app)
        log = access_log_of(Settings.of({"access_log": str(path)}), app.extensions[EXTENSION])
        assert log is not None
        self.log = log
        log._clock = lambda: NOON

    def lines(self) -> list[dict[str, Any]]:
        self.log.lines.flush()
        found = [json.loads(line) for line in self.path.read_bytes().splitlines()] if self.path.exists() else []
        self.path.unlink(missing_ok=True)
        return found


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    found = Told(create_app(Checker.open(written(tmp_path / "rules"))), tmp_path / "access.log")
    yield found
    found.log.lines.close()


def check(told: Told, question: Any = QUESTION, **headers: str) -> int:
    return told.asker.check(question, **headers).status_code


def test_a_request_is_a_line_of_route_status_rules_and_hour(told: Told) -> None:
    assert check(told) == 200
    meaning = told.app.extensions[EXTENSION].checker.ruleset.meaning
    told.log.lines.flush()
    line = '{"event":"request","hour":"2023-11-14T22Z","route":"/v1/check","status":200,"ruleset":"%s","worker":1}\n'
    assert told.path.read_text(encoding="utf-8") == line % meaning


def test_both_doors_tell_the_same(told: Told) -> None:
    assert check(told, Content_Type="application/json") == 200
    quick = told.lines()
    assert check(told, Content_Type="text/plain") == 200
    assert quick == told.lines()
    assert len(quick) == 1
    for content_type in ("application/json", "text/plain"):
        assert check(told, {"content": {"ulr": "x"}}, Content_Type=content_type) == 400
    first, second = told.lines()
    assert first == second
    assert (first["route"], first["status"]) == ("/v1/check", 400)


def test_as_many_lines_as_requests_and_as_many_as_are_counted(told: Told) -> None:
    for _ in range(300):
        check(told)
    for path in ("/healthz", "/v1/ruleset", "/nowhere", "/v1/decisions/of-somebody"):
        told.asker.send(None, "GET", path)
    found = told.lines()
    assert [each["route"] for each in found].count("/v1/check") == 300
    others = {(each["route"], each["status"]) for each in found if each["route"] != "/v1/check"}
    decisions = next(route for route, _ in others if route.startswith("/v1/decisions"))
    assert others == {("/healthz", 200), ("/v1/ruleset", 200), ("none", 404), (decisions, 403)}
    assert "somebody" not in decisions
    text = told.asker.send(None, "GET", "/metrics").text
    assert 'compliance_access_log_lines_total{result="written"} 304\n' in text
    assert 'compliance_requests_total{route="/v1/check",status="200"} 300\n' in text


def test_no_line_has_anything_of_a_reader_wherever_it_was_sent(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    secrets = {"User_Agent": AGENT, "X_Forwarded_For": ADDRESS, "X_Real_IP": OTHER, "CF_IPCity": CITY}
    bodies: list[Any] = [
        {
            "content": {"publisher": "radio.example", "url": f"https://radio.example/{ADDRESS}"},
            "reader": {"address": ADDRESS},
        },
        {"content": {"publisher": ADDRESS}, "reader": {"address": OTHER}},
        {"content": {"publisher": "radio.example", OTHER: 1}, "reader": {"location": {"city": CITY}}},
        {"content": {"publisher": "radio.example"}, "reader": {"from": "request"}, "as_of": ADDRESS},
    ]
    for body in bodies:
        for content_type in ("application/json", "text/plain"):
            check(told, body, Content_Type=content_type, **secrets)
    for path in (f"/{ADDRESS}", f"/v1/decisions/{OTHER}", f"/v1/changes?since={ADDRESS}", f"/v1/rules?rule={CITY}"):
        told.asker.send(None, "GET", path, **secrets)
    told.asker.send(ADDRESS.encode(), "PUT", f"/v1/check?{OTHER}", **secrets)
    found = told.lines()
    assert len(found) == 2 * len(bodies) + 5
    for each in found:
        assert set(each) == {"event", "hour", "route", "status", "ruleset", "worker"}
        text = json.dumps(each)
        assert not [secret for secret in (ADDRESS, OTHER, CITY, AGENT, "203.0", "radio", "95.165") if secret in text]


def test_the_hour_and_the_rules_are_those_when_a_line_is_told(told: Told) -> None:
    check(told)
    first = told.lines()[0]
    told.log._clock = lambda: NOON + 3600
    checker = told.app.extensions[EXTENSION].checker
    written(checker.store.path, changed("warn.yaml", ("is on the list.", "stands on the list.")))
    assert checker.store.reload()
    check(told)
    second = told.lines()[0]
    assert (first["hour"], second["hour"]) == ("2023-11-14T22Z", "2023-11-14T23Z")
    assert second["ruleset"] == checker.ruleset.meaning != first["ruleset"]


def test_a_full_disk_keeps_no_notice_and_is_counted(tmp_path: Path) -> None:
    told = Told(create_app(Checker.open(written(tmp_path / "rules"))), Path("/dev/full"))
    assert [check(told) for _ in range(3)] == [200] * 3
    told.log.lines.flush()
    text = told.asker.send(None, "GET", "/metrics").text
    assert 'compliance_access_log_lines_total{result="dropped"} 3\n' in text
    told.log.lines.close()


def test_without_the_setting_nothing_is_told_and_nothing_counted(tmp_path: Path) -> None:
    app = create_app(Checker.open(written(tmp_path / "rules")))
    assert access_log_of(Settings(), app.extensions[EXTENSION]) is None
    assert "\ncompliance_access_log" not in Asker(app).send(None, "GET", "/metrics").text


# -- what happens to the service itself ------------------------------------------------------------------


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[tuple[logging.Logger, Path]]:
    """A logger that writes lines of JSON."""
    path = tmp_path / "events.log"
    handler = JsonHandler(Lines(str(path)), 2, lambda: NOON)
    logger = logging.getLogger("compliance.told")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield logger, path
    logger.removeHandler(handler)
    handler.close()


def read(path: Path, count: int) -> list[dict[str, Any]]:
    assert eventually(lambda: path.exists() and path.read_bytes().count(b"\n") >= count)
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_an_event_is_a_line_of_its_name_its_facts_and_its_words(logged: tuple[logging.Logger, Path]) -> None:
    logger, path = logged
    said = {"event": "rules-reloaded", "facts": {"ruleset": "sha256:00", "changed": True}}
    logger.info("rules %s: %s", "reloaded", "sha256:00", extra=said)
    assert read(path, 1) == [
        {
            "event": "rules-reloaded",
            "hour": "2023-11-14T22Z",
            "level": "info",
            "from": "compliance.told",
            "ruleset": "sha256:00",
            "changed": True,
            "message": "rules reloaded: sha256:00",
            "worker": 2,
        }
    ]


def test_words_on_several_lines_are_one_line_and_addresses_are_withheld(logged: tuple[logging.Logger, Path]) -> None:
    logger, path = logged
    logger.warning("first\nsecond\x1b[31m of %s and %s", ADDRESS, OTHER)
    (found,) = read(path, 1)
    assert found["event"] == "message"
    assert found["message"] == "first\nsecond�[31m of (withheld) and (withheld)"


def test_of_what_was_not_foreseen_only_kind_and_place_are_told(logged: tuple[logging.Logger, Path]) -> None:
    logger, path = logged
    try:
        int(ADDRESS)
    except ValueError:
        logger.exception("it broke")
    (found,) = read(path, 1)
    assert re.fullmatch(r"ValueError at test_of_what_was_not_foreseen\w*:\d+", found["place"])
    assert ADDRESS not in path.read_text(encoding="utf-8")


def test_a_record_that_cannot_be_told_breaks_nothing_and_shows_nothing(
    logged: tuple[logging.Logger, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, path = logged
    monkeypatch.setattr(logger, "propagate", False)  # the handler of the tests would not take it
    logger.info("%d", ADDRESS)
    logger.info(ADDRESS, extra={"facts": {"no": object()}})
    logger.info("well")
    assert [each["message"] for each in read(path, 3)] == ["something cannot be told"] * 2 + ["well"]
    assert ADDRESS not in "".join(capsys.readouterr())


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_log_of_a_service_prints_what_it_cannot_tell(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.setattr(opening, "Lines", lambda _: None)
    opening.log_to_stderr(form)
    assert not logging.raiseExceptions


def test_rules_that_are_taken_and_refused_are_events(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    checker = Checker.open(written(tmp_path / "rules"))
    with caplog.at_level(logging.INFO):
        checker.store.reload()
        written(tmp_path / "rules", changed("warn.yaml", ("severity: alert", "severity: alrt")))
        checker.store.reload()
    found = [(getattr(each, "event", None), getattr(each, "facts", None)) for each in caplog.records]
    assert found == [
        ("rules-reloaded", {"ruleset": checker.ruleset.meaning, "changed": False}),
        ("rules-refused", {"problems": 1}),
    ]


def test_newer_rules_that_cannot_be_fetched_are_the_same_event(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The address itself is masked, for it could be anybody's; the setting that has it is named."""
    checker = Checker.open(written(tmp_path / "rules"))
    address = Address("http://127.0.0.1:9/rules.bundle?token=secret", tmp_path / "fetched.bundle", lambda *_: None)
    with pytest.raises(RulesError) as raised:
        address.fetch()
    with caplog.at_level(logging.INFO):
        checker.store.missed(raised.value)
    found = [(getattr(each, "event", None), getattr(each, "facts", None)) for each in caplog.records]
    assert found == [("rules-refused", {"problems": 1})]
    told = withheld(caplog.records[0].getMessage())
    assert "127.0.0.1" not in told
    assert "` (`rules_url`) cannot be fetched: " in told
    assert "secret" not in told


def test_no_name_of_a_fact_hides_what_every_line_has() -> None:
    """A fact that is called like a member of every line would take its place."""
    every = {"event", "hour", "level", "from", "message", "place"}
    source = "".join(path.read_text(encoding="utf-8") for path in Path("compliance").rglob("*.py"))
    facts = re.findall(r'"facts": \{([^}]*)\}', source)
    assert len(facts) > 5
    names = {name for each in facts for name in re.findall(r'"(\w+)":', each)}
    assert not names & every


def test_workers_tell_whole_lines_in_one_file_and_have_caches_forget_pages_once(tmp_path: Path) -> None:
    purge = """purge_command = ["sh", "-c", "tr '\\\\n' ' ' >> purged; echo >> purged"]\n"""
    more = f'log_format = "json"\naccess_log = "access.log"\n{purge}'
    with many(tmp_path, more=more) as service:
        for _ in range(40):
            assert service.check(QUESTION, User_Agent=AGENT).status == 200
        written(tmp_path / "rules", changed("radio.yaml", ("title: Radio", "title: The New Radio")))
        service.send(signal.SIGHUP)
        assert eventually(lambda: '"purged"' in service.logged())
        assert {str(service.ready()["purge"]) for _ in range(6)} == {"{'waiting': 0, 'problem': None}"}
        service.send(signal.SIGTERM)
        assert service.process.wait(30) == 0
    assert (tmp_path / "purged").read_text(encoding="utf-8") == f"{ruleset_key(ruleset().meaning)} \n"
    requests = [json.loads(line) for line in (tmp_path / "access.log").read_bytes().splitlines()]
    checks = [each for each in requests if each["route"] == "/v1/check"]
    assert len(checks) == 40
    assert {each["worker"] for each in checks} <= {1, 2}
    events = [json.loads(line) for line in service.logged().splitlines()]
    assert [each["event"] for each in events].count("worker-started") == 2
    assert {each["worker"] for each in events if each["event"] == "rules-reloaded"} == {1, 2}
    assert [each["event"] for each in events].index("purged") > max(
        number for number, each in enumerate(events) if each["event"] == "rules-reloaded"
    )
    assert AGENT not in service.logged()


def test_an_access_log_goes_on_where_it_is_told_often(tmp_path: Path) -> None:
    """A line is made once for as long as nothing in it differs."""
    lines = Lines(str(tmp_path / "log"), every=3600.0)
    log = AccessLog(lines, 1, lambda: "sha256:00", lambda: NOON)
    for _ in range(5):
        log.answered("/v1/check", "200")
    assert len({id(line) for line, _ in lines._waiting}) == 1
    lines.close()
