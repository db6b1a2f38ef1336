"""Keys over HTTP: refusals in the one shape, both doors of a check, reports by what they tell, browsers, headers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from compliance import Checker, Content
from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.check import today
from compliance.config import Settings
from compliance.keys.key import SCOPES
from compliance.keys.keyring import Keyring
from compliance.recording import Recorder
from compliance.web.access import Access
from compliance.web.app import create_app
from compliance.web.auditing import Auditing
from tests.audit.signing import LOG, ORIGIN
from tests.keys.made import TODAY, Hashing, filed, key, sent
from tests.tiny import TINY, written
from tests.web.asking import Asker, refused

TOKEN = "a-token-that-nobody-guesses"  # noqa: S105 - of this test
SITE, STRANGER = "https://my-daily.example", "https://strange.example"
IDS = {scope: f"{scope:x<8}" for scope in SCOPES}
"""A key for each scope."""
QUESTION = {"content": {"publisher": "radio.example", "url": "https://radio.example/1"}}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass
class Keyed:
    """A service with keys, and evidence that is sealed."""

    asker: Asker

    def ask(self, method: str, path: str, scope: str | None = None, body: Any = None, **headers: str) -> TestResponse:
        if scope is not None:
            headers = {"Authorization": f"Bearer {sent(IDS.get(scope, scope))}", **headers}
        return self.asker.send(None if body is None else json.dumps(body).encode(), method, path, **headers)

    def check(self, scope: str | None = "check", **headers: str) -> TestResponse:
        return self.ask("POST", "/v1/check", scope, QUESTION, **headers)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    where = tmp_path_factory.mktemp("keyed")
    evidence = where / "evidence"
    settings = Settings.of({"data_dir": str(where), "audit_token": TOKEN})
    recorder = Recorder(Log(evidence, "table", today), "table")
    checker = Checker.open(written(where / "rules", TINY), recorder=recorder)
    checker.check(Content(publisher="radio.example", url="https://radio.example/1"))
    Sealer(evidence, LOG, ORIGIN, views=SealedViews(LogFiles(evidence))).seal()
    keys = [key(id_, scope) for scope, id_ in IDS.items()]
    file = filed(where / "keys.json", *keys, key("limited1", "check", rate=2))
    auditing = Auditing.of(settings, recorder)
    app = create_app(
        checker, auditing=auditing, access=Access(Keyring(file, lambda: TODAY), TOKEN), origins=settings.allowed_origins
    )
    with pytest.MonkeyPatch.context() as patch:
        Hashing.instead(patch)
        yield Keyed(Asker(app))
    auditing.close()
    recorder.close()


@pytest.fixture(scope="module")
def for_browsers(checker: Checker) -> Keyed:
    """Open, and asked by the pages of one site."""
    return Keyed(Asker(create_app(checker, origins=[SITE])))


CALLS = [
    *(("POST", path) for path in ("/v1/check", "/v1/mentions", "/v1/annotate", "/v1/table", "/v1/rendered")),
    *(("GET", path) for path in ("/metrics", "/v1/ruleset", "/v1/reports/decisions", f"/v1/decisions/{'0' * 64}")),
    *(("GET", path) for path in ("/nowhere", "//v1/check", "/v1/check/", "/v1/%63heck", "/")),
    *(("HEAD", "/metrics"), ("OPTIONS", "/v1/check"), ("DELETE", "/v1/check"), ("PUT", "/nowhere")),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_without_a_key_every_request_is_refused_in_the_one_shape(node: Keyed, method: str, path: str) -> None:
    response = node.ask(method, path, body=QUESTION if method == "POST" else None)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="compliance"'
    assert response.status_code == 401
    if method != "HEAD":
        assert refused(response, 401)["type"] == "urn:compliance:problem:no-key"


def test_both_doors_of_a_check_let_in_the_same(node: Keyed) -> None:
    for headers in ({}, {"Content-Type": "text/plain"}):  # the second one goes to the framework
        assert node.check(**headers).status_code == 200
        assert node.check("admin", **headers).status_code == 200
        assert refused(node.check(None, **headers), 401)["type"].endswith(":no-key")
        assert refused(node.check("nobody12", **headers), 401)["type"].endswith(":wrong-key")
        wrong = node.check("report", **headers)
        assert refused(wrong, 403)["type"].endswith(":lacks-scope")
        assert 'scope="check"' in wrong.headers["WWW-Authenticate"]


@pytest.mark.parametrize("body", [QUESTION, {"content": 1}])
def test_a_request_is_counted_once_whatever_comes_of_it(node: Keyed, tmp_path: Path, body: Any) -> None:
    """What the first door cannot answer goes to the second one, which does not count it again."""
    file = filed(tmp_path / "keys.json", key("limited1", "check", rate=2))
    checker = node.asker.app.extensions["compliance"].checker
    one = Keyed(Asker(create_app(checker, access=Access(Keyring(file, lambda: TODAY)))))
    status = [one.ask("POST", "/v1/check", "limited1", body).status_code for _ in range(3)]
    assert status == [200 if body is QUESTION else 400] * 2 + [429]
    last = one.ask("POST", "/v1/check", "limited1", body)
    assert refused(last, 429)["type"].endswith(":asks-too-often")
    assert 1 <= int(last.headers["Retry-After"]) <= 30


REPORTS = {
    **dict.fromkeys(
        ("decisions", "decisions?by=rule,place", "rulesets", "unknowns", "decisions?publisher=radio.example"), True
    ),
    **dict.fromkeys(("coverage", "decisions?by=content", "decisions?by=rule,decision"), False),
    **dict.fromkeys(("decisions?content=https://radio.example/1", "unknowns?content=x", "rulesets?content=x"), False),
    "decisions?by=rule&by=content": False,
}
"""Whether the scope `report` is enough."""


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_that_tells_of_pages_is_for_auditors(node: Keyed, report: str) -> None:
    path = f"/v1/reports/{report}"
    expected = 200 if REPORTS[report] else 403
    assert node.ask("GET", path, "report").status_code == expected
    for scope in ("audit", "admin"):
        assert node.ask("GET", path, scope).status_code == 200
    assert node.ask("GET", path, Authorization=f"Bearer {TOKEN}").status_code == 200
    assert node.ask("GET", path, "check").status_code == 403
    if expected == 403:
        assert "`audit`" in refused(node.ask("GET", path, "report"), 403)["detail"]


def test_readiness_shows_its_detail_to_whoever_has_a_key(node: Keyed) -> None:
    assert set(node.ask("GET", "/readyz").json or {}) == {"status"}
    assert set(node.ask("GET", "/readyz", Authorization="Bearer x").json or {}) == {"status"}
    found = node.ask("GET", "/readyz", "check").json
    assert found is not None
    assert found["keys"] == {"needed": True, "problem": None}
    assert node.ask("GET", "/healthz").status_code == 200


def test_metrics_are_for_whoever_reads_reports(node: Keyed) -> None:
    assert node.ask("GET", "/metrics").status_code == 401
    assert [node.ask("GET", "/metrics", each).status_code for each in SCOPES] == [403, 200, 403, 200]
    text = node.ask("GET", "/metrics", "report").text
    assert not [id_ for id_ in IDS.values() if id_ in text]
    assert 'status="401"' in text


@pytest.mark.parametrize("scope", [None, "nobody12", "report"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_fragment_is_notices_also_for_whoever_may_not_ask(node: Keyed, scope: str | None, method: str) -> None:
    body = QUESTION if method == "POST" else None
    response = node.ask(method, "/v1/fragment?publisher=radio.example" if body is None else "/v1/fragment", scope, body)
    assert response.status_code == (403 if scope == "report" else 401)
    assert response.content_type == "text/html; charset=utf-8"
    assert "WWW-Authenticate" in response.headers
    assert "key" not in response.text.lower()
    assert "<aside" in response.text


# -- browsers -------------------------------------------------------------------------------------------

ORIGINS = ["", "null", "*", STRANGER, "http://my-daily.example", f"{SITE}:444", f"{SITE}/", f"{SITE}.strange.example"]


@pytest.mark.parametrize("origin", [*ORIGINS, f"{SITE}, {STRANGER}", SITE.upper(), "http://service"])
def test_what_a_page_of_another_site_sends_is_refused(for_browsers: Keyed, origin: str) -> None:
    for path in ("/v1/check", "/v1/rendered", "/v1/table", "/nowhere"):
        response = for_browsers.ask("POST", path, body=QUESTION, Origin=origin)
        assert refused(response, 403)["type"] == "urn:compliance:problem:foreign-origin"
        assert "Access-Control-Allow-Origin" not in response.headers
    fragment = for_browsers.ask("POST", "/v1/fragment", body=QUESTION, Origin=origin)
    assert (fragment.status_code, fragment.content_type) == (403, "text/html; charset=utf-8")


def test_without_the_setting_no_origin_is_let_in_and_none_may_read(asker: Asker) -> None:
    one = Keyed(asker)
    refused(one.check(None, Origin=SITE), 403)
    for method, path in (("GET", "/healthz"), ("OPTIONS", "/v1/check"), ("GET", "/v1/ruleset")):
        response = one.ask(method, path, Origin=SITE, Access_Control_Request_Method="POST")
        assert response.status_code in {200, 204}
        assert not [name for name in response.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
        assert "Origin" not in response.headers.get("Vary", "")


def test_a_page_of_a_site_of_ours_asks_and_reads(for_browsers: Keyed) -> None:
    before = for_browsers.ask("OPTIONS", "/v1/check", Origin=SITE, Access_Control_Request_Method="POST")
    assert (before.status_code, before.data) == (204, b"")
    assert before.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert before.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    asked = for_browsers.check(None, Origin=SITE)
    assert asked.status_code == 200
    for response in (before, asked, for_browsers.ask("GET", "/healthz", Origin=SITE)):
        assert response.headers["Access-Control-Allow-Origin"] == SITE
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Origin" in response.headers["Vary"]
    other = for_browsers.ask("GET", "/healthz", Origin=STRANGER)
    assert "Access-Control-Allow-Origin" not in other.headers
    assert "Origin" in other.headers["Vary"]


def test_the_question_before_the_question_needs_no_key_and_the_question_does(node: Keyed) -> None:
    service = node.asker.app.extensions["compliance"]
    one = Keyed(Asker(create_app(service.checker, access=service.access, origins=[SITE])))
    before = one.ask("OPTIONS", "/v1/check", Origin=SITE, Access_Control_Request_Method="POST")
    assert before.status_code == 204
    wrong = one.check(None, Origin=SITE)
    refused(wrong, 401)
    assert wrong.headers["Access-Control-Allow-Origin"] == SITE
    assert one.check(Origin=SITE).status_code == 200
    refused(one.ask("OPTIONS", "/v1/check", Origin=STRANGER, Access_Control_Request_Method="POST"), 401)
    refused(one.ask("OPTIONS", "/v1/check", Origin=SITE), 401)


# -- headers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [*CALLS, ("GET", "/healthz"), ("GET", "/readyz")])
@pytest.mark.parametrize("scope", [None, "admin"])
def test_every_answer_is_taken_for_what_it_says_and_loads_nothing(
    node: Keyed, method: str, path: str, scope: str | None
) -> None:
    response = node.ask(method, path, scope, QUESTION if method == "POST" else None)
    assert {name: response.headers.getlist(name) for name in SAFE} == {name: [value] for name, value in SAFE.items()}


def test_the_page_of_a_report_keeps_what_it_needs(node: Keyed) -> None:
    response = node.ask("GET", "/v1/reports/decisions?format=html", "audit")
    assert response.status_code == 200
    (policy,) = response.headers.getlist("Content-Security-Policy")
    assert policy != SAFE["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert response.headers.getlist("Referrer-Policy") == ["no-referrer"]
