"""The OpenAPI document tells the truth: of every path, of every type, and of what really comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from compliance import Checker
from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.report import REPORTS
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.check import today
from compliance.config import Settings
from compliance.errors import RequestError
from compliance.keys.key import SCOPES
from compliance.keys.keyring import Keyring
from compliance.recording import Recorder
from compliance.web.access import OPEN, Access, needed
from compliance.web.app import create_app
from compliance.web.auditing import Auditing
from compliance.web.wire import read_check
from tests.audit.signing import LOG, ORIGIN
from tests.keys.made import TODAY, filed, key
from tests.tiny import TINY, written
from tests.web.asking import ARTICLE, Asker
from tests.web.openapi import closed, mismatches, operations, problems, references
from tests.web.test_answer_shape import GOLDEN, QUESTIONS

TOKEN = "a-token-that-nobody-guesses-0123456789"  # noqa: S105 - of this test
PLACE = {"location": {"country": "UA"}}
PAGE = {"content": {"publisher": "radio.example", "url": "https://radio.example/1", "text": "The Radio says so."}}
BODIES: dict[str, Any] = {
    "/v1/check": {"content": ARTICLE, "reader": PLACE, "explain": True},
    "/v1/checks": [{"content": ARTICLE}, {"content": 7}, {"content": {}}],
    "/v1/fragment": {"content": ARTICLE, "reader": PLACE},
    "/v1/mentions": {"content": {"text": "Радио Свобода и Meduza, Медуза.", "language": "ru"}},
    "/v1/annotate": {"content": {"html": "<p>Радио Свобода и «Медуза».</p>", "language": "ru"}, "reader": PLACE},
    "/v1/table": {"content": ARTICLE},
}
GETS = (
    "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/v1/fragment", "/v1/ruleset", "/v1/rules",
    "/v1/designations", "/v1/territories", "/v1/changes?since=000000000000",
)  # fmt: skip


@pytest.fixture(scope="module")
def document(app: Any) -> Any:
    """The document, in which every type is closed: a field that it does not name is wrong."""
    return closed(json.loads(app.test_client().get("/openapi.json").data))


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asker, str]]:
    """A service that records, whose log is sealed, and a decision in it."""
    directory = tmp_path_factory.mktemp("sealed")
    recorder = Recorder(Log(directory / "evidence", "table", today), "table")
    checker = Checker.open(written(directory / "rules", TINY), recorder=recorder)
    auditing = Auditing.of(Settings.of({"data_dir": str(directory), "audit_token": TOKEN}), recorder)
    asker = Asker(create_app(checker, auditing=auditing))
    table = json.loads(asker.check(PAGE).data)["evidence"]["table"]
    Sealer(directory / "evidence", LOG, ORIGIN, views=SealedViews(LogFiles(directory / "evidence"))).seal()
    yield asker, table
    auditing.close()
    recorder.close()


# -- the document ---------------------------------------------------------------------------------------


def test_the_document_is_openapi_and_each_reference_leads_somewhere(document: Any) -> None:
    validate(document)
    for reference in references(document):
        found = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        assert found


def test_there_is_an_operation_for_every_endpoint_and_none_besides(document: Any, app: Any) -> None:
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == served
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len({*ids}) == len(ids)
    assert all(operation["summary"] for _, _, operation in operations(document))


def test_each_operation_names_the_scopes_that_let_callers_in(document: Any) -> None:
    for path, _, operation in operations(document):
        rule = path.replace("{", "<").replace("}", ">")
        named = {scope for each in operation["security"] for scopes in each.values() for scope in scopes}
        if rule in OPEN:
            assert not named
            continue
        assert named == {name for name, bit in SCOPES.items() if bit & needed(rule)} | {"admin"}
        assert all(f"`{name}`" in operation["description"] for name in named)


def test_the_same_bytes_are_made_each_time(checker: Checker, app: Any) -> None:
    made = [each.test_client().get("/openapi.json").data for each in (app, create_app(checker))]
    assert made[0] == made[1]


def test_each_example_is_what_its_type_says(document: Any) -> None:
    seen = 0
    for _, _, operation in operations(document):
        for said in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in said.get("content", {}).values():
                given = [each["value"] for each in content.get("examples", {}).values()]
                for example in [*given, *([content["example"]] if "example" in content else [])]:
                    seen += 1
                    assert problems(document, content["schema"], example) == []
    assert seen > 10
    refusal = document["components"]["responses"]["Refusal400"]["content"]["application/problem+json"]
    assert problems(document, refusal["schema"], refusal["example"]) == []


def test_each_example_of_a_body_is_answered(document: Any, asker: Asker) -> None:
    for path, _, operation in operations(document):
        bodies = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        for example in bodies.values() if path != "/v1/rendered" else ():
            response = asker.send(json.dumps(example["value"]).encode(), path=path)
            assert response.status_code == 200, response.text
            if path == "/v1/checks":
                assert {each["status"] for each in json.loads(response.data)["items"]} == {200}


# -- what really comes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_pinned_answers_have_every_field_that_is_told_and_no_other(document: Any, name: str) -> None:
    pinned = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    schemas = {each: {"$ref": f"#/components/schemas/{each}"} for each in ("Answer", "CheckIn")}
    assert problems(document, schemas["Answer"], pinned["answer"]) == []
    assert problems(document, schemas["CheckIn"], pinned["question"]) == []
    for field in pinned["answer"]:
        less = {each: value for each, value in pinned["answer"].items() if each != field}
        assert problems(document, schemas["Answer"], less)


@pytest.mark.parametrize("path", GETS)
def test_what_is_read_is_as_the_document_says(document: Any, asker: Asker, path: str) -> None:
    response = asker.send(None, "GET", path)
    assert response.status_code == 200
    assert mismatches(document, "GET", path.partition("?")[0], response) == []
    if "ETag" in response.headers:
        again = asker.send(None, "GET", path, If_None_Match=response.headers["ETag"])
        assert again.status_code == 304
        assert mismatches(document, "GET", path.partition("?")[0], again) == []


@pytest.mark.parametrize("path", BODIES)
def test_what_is_answered_and_refused_is_as_the_document_says(document: Any, asker: Asker, path: str) -> None:
    good = json.dumps(BODIES[path]).encode()
    headers: list[dict[str, str]] = [{}, {"Content-Encoding": "gzip"}, {"Origin": "https://strange.example"}]
    sent = [(good, each) for each in headers] + [(body, {}) for body in (b"", b"{", b"[7]", b"7", b" " * 2_000_000)]
    if path == "/v1/check":
        sent += [(good, {"Accept": each}) for each in ("text/html", "text/plain", "image/png")]
    if path == "/v1/checks":
        sent.append((b"\n".join(json.dumps(each).encode() for each in BODIES[path] if each["content"] != 7), {}))
    statuses = set()
    for body, more in sent:
        named = {name.replace("-", "_"): value for name, value in more.items()}
        response = asker.send(body, path=path, **named)
        statuses.add(response.status_code)
        assert mismatches(document, "POST", path, response) == []
    assert {200, 400, 403, 413, 415} <= statuses


def test_lines_are_answered_as_the_document_says(document: Any, asker: Asker) -> None:
    body = b'{"content": {"publisher": "rferl.org"}}\n{"content": 7}'
    response = asker.send(body, path="/v1/checks")
    assert response.content_type == "application/x-ndjson"
    assert mismatches(document, "POST", "/v1/checks", response) == []


def test_what_is_told_of_evidence_is_as_the_document_says(document: Any, sealed: tuple[Asker, str]) -> None:
    asker, table = sealed
    mine = {"Authorization": f"Bearer {TOKEN}"}
    for report in REPORTS:
        for more in ("", "?format=csv", "?format=html", "?limit=x", "?by=rule,place"):
            response = asker.send(None, "GET", f"/v1/reports/{report}{more}", **mine)
            assert mismatches(document, "GET", "/v1/reports/{name}", response) == []
    for which in (table, f"{table}?place=RU", f"{table}?place=XYZ", "0" * 64, "x"):
        response = asker.send(None, "GET", f"/v1/decisions/{which}", **mine)
        assert mismatches(document, "GET", "/v1/decisions/{key}", response) == []
        assert (response.status_code == 200) == (which.startswith(table) and "XYZ" not in which)
    body = {"table": table, "url": "https://radio.example/1", "notices": []}
    for given, headers in ((body, mine), ({}, mine), (body, {})):
        response = asker.send(json.dumps(given).encode(), path="/v1/rendered", **headers)
        assert mismatches(document, "POST", "/v1/rendered", response) == []
    later = asker.check({"content": {"publisher": "paper.example", "url": "https://paper.example/2"}})
    waiting = asker.send(None, "GET", f"/v1/decisions/{json.loads(later.data)['evidence']['table']}", **mine)
    assert waiting.status_code == 202
    assert mismatches(document, "GET", "/v1/decisions/{key}", waiting) == []
    assert mismatches(document, "GET", "/readyz", asker.send(None, "GET", "/readyz")) == []
    assert mismatches(document, "POST", "/v1/table", asker.check(PAGE, path="/v1/table")) == []


def test_whoever_has_no_key_or_the_wrong_one_is_refused_as_the_document_says(
    document: Any, checker: Checker, tmp_path: Path
) -> None:
    file = filed(tmp_path / "keys.json", key("radio123", "check"))
    asker = Asker(create_app(checker, access=Access(Keyring(file, lambda: TODAY))))
    for path, method, _ in operations(document):
        for headers in ({}, {"Authorization": "Bearer x"}):
            response = asker.send(b"{}" if method == "post" else None, method.upper(), path, **headers)
            assert mismatches(document, method, path, response) == []
            assert (response.status_code == 401) == (path not in OPEN)


def test_what_the_document_allows_and_forbids_of_a_check_is_what_is_read(document: Any) -> None:
    schema = {"$ref": "#/components/schemas/CheckIn"}
    for question in (*QUESTIONS.values(), {"content": {"@type": "NewsArticle"}}, {"content": {}, "reader": None}):
        assert problems(document, schema, question) == []
    wrongs: tuple[Any, ...] = ({}, {"content": 7}, {"contents": {}}, {"content": {"x": 1}})
    for wrong in (*wrongs, {"content": {}, "reader": {"from": "me"}}):
        assert problems(document, schema, wrong)
        with pytest.raises(RequestError):
            read_check(json.dumps(wrong).encode(), None)


# -- the page -------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_has_every_operation_and_every_link_in_it_leads_somewhere(document: Any, asker: Asker) -> None:
    page = Page(asker.send(None, "GET", "/docs").text)
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert len({*ids}) == len(ids)
    assert {operation["operationId"] for _, _, operation in operations(document)} <= {*ids}
    assert {f"type-{name}" for name in document["components"]["schemas"]} <= {*ids}
    links = [attrs["href"] or "" for tag, attrs in page.found if tag == "a"]
    assert {each.removeprefix("#") for each in links} <= {*ids, "/openapi.json"}


def test_the_page_runs_nothing_and_loads_nothing(asker: Asker) -> None:
    response = asker.send(None, "GET", "/docs")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    page = Page(response.text)
    assert not {"script", "link", "img", "iframe", "form", "base"} & {tag for tag, _ in page.found}
    assert not [name for _, attrs in page.found for name in attrs if name == "style" or name.startswith("on")]
    assert "url(" not in response.text
    assert "@import" not in response.text
