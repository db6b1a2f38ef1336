"""The shapes that callers, operators and monitoring systems rely on: bodies, headers, counters."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.check import Checker as OpenChecker
from compliance.check import today
from compliance.geo import Databases
from compliance.model.facts import FACTS
from compliance.model.ruleset import LANGUAGE_VERSION
from compliance.reader import NOT_SAID
from compliance.store import Store
from compliance.web.app import create_app
from compliance.web.metrics import shown
from tests.tiny import TINY, changed, written
from tests.web.asking import ARTICLE, PEER, Asker, places, refused, words

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SAMPLE = re.compile(r"(compliance_[a-z_]+)\{([a-z_]+=\"[^\"\n\\]*\"(?:,[a-z_]+=\"[^\"\n\\]*\")*)\} ([0-9]+)")
UNKNOWN_PLACE = ("compliance_unknowns_total", 'fact="reader.location"')
GETS = ("/healthz", "/readyz", "/metrics", "/v1/ruleset")


@pytest.fixture
def tiny(tmp_path: Path) -> Asker:
    """Asks an application of its own, on rules that the test may change."""
    store = Store(written(tmp_path / "rules"))
    return Asker(create_app(OpenChecker(store, Databases.open(()))))


def got(asker: Asker, path: str) -> Any:
    response = asker.send(None, "GET", path)
    assert response.status_code == 200
    return json.loads(response.data)


def samples(asker: Asker) -> dict[tuple[str, str], int]:
    """The counters, read as a monitoring system reads them."""
    response = asker.send(None, "GET", "/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = response.text.removesuffix("\n").split("\n")
    found = {}
    for line in lines:
        if not line.startswith("# "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            found[match[1], match[2]] = int(match[3])
    declared = [line.split(" ")[2] for line in lines if line.startswith("# TYPE ")]
    assert declared == list(dict.fromkeys(line.split(" ")[2] for line in lines if line.startswith("# HELP ")))
    assert {name for name, _ in found} <= set(declared)
    return found


@pytest.mark.parametrize(
    ("path", "method"),
    [
        *((path, "GET") for path in GETS),
        ("/v1/check", "POST"),
        ("/v1/mentions", "POST"),
        ("/v1/annotate", "POST"),
        ("/nowhere", "GET"),
    ],
)
def test_every_reply_names_the_rules_and_forbids_guessing_its_type(
    asker: Asker, checker: Checker, path: str, method: str
) -> None:
    response = asker.send(b'{"content": {}}', method, path)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Ruleset"] == checker.ruleset.meaning
    assert "Set-Cookie" not in response.headers
    assert "Server" not in response.headers


@pytest.mark.parametrize(
    ("path", "cache"),
    [("/healthz", "no-cache"), ("/readyz", "no-cache"), ("/v1/ruleset", "no-cache"), ("/metrics", "no-store")],
)
def test_no_reply_is_used_later_without_asking_again(asker: Asker, path: str, cache: str) -> None:
    assert asker.send(None, "GET", path).headers["Cache-Control"] == cache


def test_an_answer_is_kept_by_no_cache_since_it_speaks_of_one_reader(asker: Asker) -> None:
    response = asker.check({"content": ARTICLE})
    assert (response.content_type, response.headers["Cache-Control"]) == ("application/json", "no-store")
    assert "ETag" not in response.headers


def test_health_is_only_that_the_process_answers(asker: Asker) -> None:
    assert got(asker, "/healthz") == {"status": "ok"}


def test_readiness_names_the_rules_and_the_sources_of_places(asker: Asker, checker: Checker) -> None:
    ready = got(asker, "/readyz")
    digests = {"meaning": checker.ruleset.meaning, "source": checker.ruleset.source}
    assert all(DIGEST.fullmatch(each) for each in digests.values())
    assert ready.pop("geo") == checker.geo.describe(today())
    assert ready == {
        "status": "ready",
        "ruleset": digests,
        "rules": {"loaded": True, "detail": "in use", "problems": [], "signed": None},
        "evidence": {"mode": "off", "recording": False, "detail": "nothing is recorded", "sealed": None},
        "purge": None,
        "keys": {"needed": False, "problem": None},
    }


def test_the_rule_set_is_listed_with_its_digests_and_counts(asker: Asker, checker: Checker) -> None:
    listed = got(asker, "/v1/ruleset")
    assert list(listed) == ["meaning", "source", "language", "rules", "counts"]
    assert (listed["meaning"], listed["language"]) == (checker.ruleset.meaning, LANGUAGE_VERSION)
    assert [rule["id"] for rule in listed["rules"]] == list(checker.ruleset.rules)
    assert all(rule.keys() == {"id", "title", "status", "review_by"} for rule in listed["rules"])
    assert listed["counts"] == {
        "rules": len(checker.ruleset.rules),
        "active_rules": sum(rule["status"] == "active" for rule in listed["rules"]),
        "entities": len(checker.ruleset.entities),
        "registers": len(checker.ruleset.registers),
        "territories": len(checker.ruleset.territories),
    }


def test_a_failed_reload_shows_each_problem_at_its_place_and_a_good_one_clears_it(tiny: Asker, tmp_path: Path) -> None:
    store = tiny.app.extensions["compliance"].checker.store
    before = got(tiny, "/readyz")
    written(tmp_path / "rules", changed("warn.yaml", ("  severity: alert", "  severity: alrt")))
    assert not store.reload()
    during = got(tiny, "/readyz")
    assert (during["status"], during["ruleset"]) == ("degraded", before["ruleset"])
    assert during["rules"]["loaded"] is False
    (problem,) = during["rules"]["problems"]
    assert (problem["line"], problem["column"]) == (17, 13)
    assert problem["path"].endswith("rules/warn.yaml")
    assert "`alrt`" in problem["message"]
    assert "alert" in problem["help"]
    written(tmp_path / "rules", TINY)
    assert store.reload()
    assert got(tiny, "/readyz") == before


def test_a_rule_set_without_an_active_rule_is_not_called_ready(tiny: Asker, tmp_path: Path) -> None:
    store = tiny.app.extensions["compliance"].checker.store
    written(tmp_path / "rules", changed("warn.yaml", ("status: active", "status: draft")))
    assert store.reload()
    silent = got(tiny, "/readyz")
    assert (silent["status"], silent["rules"]["loaded"]) == ("degraded", True)
    assert silent["rules"]["detail"] == "no rule is active, so no page gets a notice"
    (tmp_path / "rules" / "warn.yaml").write_text("{", encoding="utf-8")
    assert not store.reload()
    assert got(tiny, "/readyz")["rules"]["detail"].endswith("in use; no rule is active, so no page gets a notice")


def test_requests_notices_and_reloads_are_counted(tiny: Asker) -> None:
    for country in ("RU", "RU", "US"):
        tiny.check({"content": {"publisher": "radio.example"}, "reader": {"location": {"country": country}}})
    tiny.check({"content": {"publisher": "nobody.example"}})
    tiny.check({"content": {"publisher": "other.example"}, "reader": {"from": "request"}})
    tiny.send(b"{")
    tiny.send(None, "GET", "/nowhere")
    tiny.app.extensions["compliance"].checker.store.reload()
    counted = samples(tiny)
    ages = {key for key in counted if key[0] == "compliance_geo_age_days"}
    counted = {key: number for key, number in counted.items() if key[0] != "compliance_slow_requests_total"}
    assert {labels for _, labels in ages} == {'database="iptoasn"', 'database="IPFire"'}
    assert {key: number for key, number in counted.items() if key not in ages} == {
        ("compliance_requests_total", 'route="/v1/check",status="200"'): 5,
        ("compliance_requests_total", 'route="/v1/check",status="400"'): 1,
        ("compliance_requests_total", 'route="none",status="404"'): 1,
        ("compliance_readers_total", 'from="request",result="address"'): 1,
        ("compliance_rule_reloads_total", 'result="failed"'): 0,
        ("compliance_rule_reloads_total", 'result="good"'): 0,
        ("compliance_rules", 'status="active"'): 1,
        ("compliance_geo_reloads_total", 'result="failed"'): 0,
        ("compliance_geo_reloads_total", 'result="good"'): 0,
    }


def test_answers_with_notices_are_counted_in_tens(tiny: Asker) -> None:
    told = []
    for _ in range(21):
        tiny.check({"content": {"publisher": "radio.example"}, "reader": {"location": {"country": "RU"}}})
        told.append(samples(tiny).get(("compliance_notices_total", 'display="show",status="required"')))
    assert told == [None] * 9 + [10] * 10 + [20] * 2


def test_rules_that_ask_and_facts_that_decide_are_counted_in_tens(tiny: Asker) -> None:
    told = []
    for _ in range(11):
        tiny.check({"content": {"publisher": "radio.example"}})
        found = samples(tiny)
        told.append((found.get(("compliance_rule_notices_total", 'rule="warn"')), found.get(UNKNOWN_PLACE)))
    assert told == [(None, None)] * 9 + [(10, 10)] * 2


def test_no_name_of_a_file_breaks_a_line_of_the_counters() -> None:
    text = shown({("compliance_geo_age_days", (("database", 'a "b"\\\nc'),)): 3})
    assert r'compliance_geo_age_days{database="a \"b\"\\\nc"} 3' in text.split("\n")


def test_no_counter_tells_who_read_what_where(asker: Asker) -> None:
    for country in ("RU", "UA", "US", "BY") * 10:  # notices are told in tens
        asker.check({"content": ARTICLE, "reader": {"location": {"country": country}}, "languages": ["uk"]})
    for forwarded in ({}, {"X_Forwarded_For": "95.165.0.1"}):
        asker.check({"content": ARTICLE, "reader": {"from": "request"}}, **forwarded)
    for path in ("/v1/check/95.165.0.1", "/rferl.org", "/%22%0A"):
        asker.send(b"", "GET", path)
    for method in ("X", "PROPFIND", "OPTIONS"):
        asker.send(b"", method)
    labels = {tuple(re.findall(r'([a-z_]+)="([^"]*)"', each)) for _, each in samples(asker)}
    values: dict[str, set[str]] = {}
    for pairs in labels:
        for name, value in pairs:
            values.setdefault(name, set()).add(value)
    assert values.keys() == {"route", "status", "display", "result", "database", "from", "rule", "fact"} | (
        values.keys() & {"seconds"}
    )
    assert values["rule"] <= set(asker.app.extensions["compliance"].checker.ruleset.rules)
    assert values["fact"] <= set(FACTS)
    assert values["from"] == {"request"}
    assert values["result"] <= {"good", "failed", "address", "place", "not-public", *NOT_SAID}
    assert values["database"] == {"iptoasn", "IPFire"}
    assert values["route"] <= {*(rule.rule for rule in asker.app.url_map.iter_rules()), "none"}
    assert all(re.fullmatch(r"[0-9]{3}|required|possible|active|draft|retired", each) for each in values["status"])
    assert values["display"] <= {"show", "hold"}


@pytest.mark.parametrize("method", words("GET HEAD PUT PATCH DELETE TRACE PROPFIND X"))
def test_another_method_is_refused_with_those_that_work(asker: Asker, method: str) -> None:
    response = asker.send(b"{}", method)
    assert (response.status_code, response.headers["Allow"]) == (405, "OPTIONS, POST")
    if method != "HEAD":
        assert refused(response, 405)["type"] == "urn:compliance:problem:method-not-allowed"


@pytest.mark.parametrize("path", GETS)
def test_what_is_read_can_be_asked_for_its_head_and_not_be_written(asker: Asker, path: str) -> None:
    head = asker.send(None, "HEAD", path)
    assert (head.status_code, head.data) == (200, b"")
    options = asker.send(None, "OPTIONS", path)
    assert options.headers["Allow"].replace(" ", "").split(",").count("GET") == 1
    assert (options.status_code, options.data, "Content-Type" in options.headers) == (204, b"", False)
    response = asker.send(b"{}", "POST", path)
    assert refused(response, 405)["type"] == "urn:compliance:problem:method-not-allowed"
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", words("/ /v1 /v1/check/ /v1//check /V1/check /v1/check.json /static/x /v1/../healthz"))
def test_a_path_that_is_no_endpoint_is_refused_and_never_redirected(asker: Asker, path: str) -> None:
    problem = refused(asker.send(b"{}", path=path), 404)
    assert problem["type"] == "urn:compliance:problem:not-found"


def test_an_answer_carries_the_digest_of_the_rules_that_gave_it(tiny: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload between deciding and replying must not put the new digest on the old answer."""
    checker = tiny.app.extensions["compliance"].checker
    decided = checker.answered

    def reloaded_meanwhile(*arguments: Any, **more: Any) -> Any:
        answer = decided(*arguments, **more)
        written(checker.store.path, changed("radio.yaml", ("title: Radio", "title: The Radio")))
        assert checker.store.reload()
        return answer

    monkeypatch.setattr(checker, "answered", reloaded_meanwhile)
    response = tiny.check({"content": {}})
    assert response.headers["Ruleset"] == json.loads(response.data)["ruleset"]["meaning"] != checker.ruleset.meaning


def test_a_smaller_limit_of_the_body_is_kept(checker: Checker) -> None:
    asker = Asker(create_app(checker, body_limit=1024))
    assert asker.send(b'{"content": {}}'.ljust(1024)).status_code == 200
    assert refused(asker.send(b'{"content": {}}'.ljust(1025)), 413)["detail"] == "the body is larger than 1024 bytes"


def test_the_facts_that_nobody_supplies_over_http_are_refused_where_they_stand(asker: Asker) -> None:
    problem = asker.refusal({"content": {"facts": {"reader.location": "US", "reader.passport": "RU"}}})
    assert sorted(map(str, places(problem))) == ["content.facts", "content.facts.reader.passport"]
    assert PEER not in str(problem)


def test_a_slip_in_an_open_word_is_advised_on_and_a_word_of_ones_own_is_not(asker: Asker) -> None:
    slipped = asker.answer(content={"publisher": "rferl.org", "facts": {"content.promotes": ["gambeling", "sports"]}})
    assert slipped["advice"] == ["no rule asks for `gambeling` in `content.promotes`; the nearest is `gambling`"]
    assert asker.answer(content={"publisher": "rferl.org", "facts": {"content.promotes": "gambling"}})["advice"] == []
