"""Questions over WSGI, and what every refusal has to look like."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

NOTICE = "ru-undesirable-organization-reader-risk"
ARTICLE: Mapping[str, Any] = {
    "publisher": "rferl.org",
    "headline": "A report",
    "text": "What happened.",
    "language": "en",
    "date_published": "2009-12-17",
    "facts": {"content.kind": "article"},
}
DAY = "2025-01-10"
PEER = "95.165.0.1"
"""An address that both sources place in Russia: whoever uses it where nobody asked for it shows."""


@dataclass(frozen=True)
class Asker:
    """Asks an application, always from an address in Russia."""

    app: Flask

    def send(self, body: bytes | None, method: str = "POST", path: str = "/v1/check", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client()
        peer = {"REMOTE_ADDR": PEER}
        return client.open(path, base_url="http://service", method=method, data=body, headers=named, environ_base=peer)

    def check(self, question: Any, **headers: str) -> TestResponse:
        return self.send(json.dumps(question).encode(), **headers)

    def answer(self, reader: Any = None, day: str | None = DAY, **more: Any) -> Any:
        """The answer on the model article; a reader that is None is left out."""
        question = {"content": ARTICLE, **({"reader": reader} if reader is not None else {}), **more}
        response = self.check({**question, **({"as_of": day} if day else {})})
        assert response.status_code == 200, response.text[:300]
        return response.json

    def refusal(self, body: Any, status: int = 400) -> Any:
        """The problem that a body (bytes, or something to be written as JSON) is refused with."""
        return refused(self.send(body) if isinstance(body, bytes) else self.check(body), status)


def refused(response: TestResponse, *statuses: int) -> Any:
    """The problem details of a refusal, which has the one shape that every refusal has."""
    assert response.status_code in statuses, response.text[:300]
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    return well_formed(json.loads(response.data), response.status_code)


def well_formed(problem: Any, status: int) -> Any:
    assert problem.keys() - {"problems"} == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert re.fullmatch(r"urn:compliance:problem:[a-z-]+", problem["type"])
    assert all(problem[name] for name in ("title", "detail"))
    for each in problem.get("problems", []):
        assert each.keys() <= {"message", "where", "help"}
        assert each["message"]
    return problem


def places(problem: Any) -> list[str | None]:
    return [each.get("where") for each in problem["problems"]]


def status_of(answer: Any, notice: str = NOTICE) -> str | None:
    found = [each["status"] for each in answer["notices"] if each["id"] == notice]
    assert len(found) <= 1
    return found[0] if found else None


def words(text: str) -> list[str]:
    """A list that is easier to read as a line."""
    return text.split()
