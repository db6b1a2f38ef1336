"""How answers travel: asked again whether they are as before, packed, timed where that tells of nobody, and traced."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from compliance.web.delivery import TIMED
from tests.web.asking import ARTICLE, Asker, refused

OF_THE_RULES = sorted(TIMED - {"/v1/changes"} | {"/v1/changes?since=000000000000", "/v1/rules?status=active"})
QUESTION = json.dumps({"content": ARTICLE, "reader": {"location": {"country": "RU"}}}).encode()


@pytest.mark.parametrize("path", OF_THE_RULES)
def test_what_follows_from_the_rules_is_said_once_to_whoever_keeps_it(asker: Asker, path: str) -> None:
    first = asker.send(None, "GET", path)
    tag = first.headers["ETag"]
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', tag)
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = asker.send(None, "GET", path, If_None_Match=given)
        assert (again.status_code, again.data) == (304, b"")
        assert "Content-Type" not in again.headers
        for name in ("ETag", "Cache-Control", "Vary", "Ruleset"):
            assert again.headers[name] == first.headers[name]
    assert asker.send(None, "GET", path, If_None_Match='W/"0"').status_code == 200
    assert asker.send(None, "HEAD", path, If_None_Match=tag).status_code == 304


def test_a_refusal_is_never_said_to_be_as_before(asker: Asker) -> None:
    refused(asker.send(None, "GET", "/v1/changes", If_None_Match="*"), 400)
    assert "ETag" not in asker.send(None, "GET", "/v1/changes").headers


def test_a_large_answer_is_packed_for_whoever_asks_and_says_the_same(asker: Asker) -> None:
    plain = asker.send(None, "GET", "/v1/rules")
    assert "Content-Encoding" not in plain.headers
    for given in ("gzip", "br;q=1.0, gzip;q=0.5", "*"):
        packed = asker.send(None, "GET", "/v1/rules", Accept_Encoding=given)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Content-Length"] == str(len(packed.data))
        assert len(packed.data) < len(plain.data) / 2
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] == plain.headers["ETag"]
    for given in ("", "identity", "br", "gzip;q=0", "*;q=0"):
        assert "Content-Encoding" not in asker.send(None, "GET", "/v1/rules", Accept_Encoding=given).headers
    assert plain.headers["Vary"] == "Accept-Encoding"


def test_small_answers_and_fragments_are_never_packed(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    small = asker.send(None, "GET", "/healthz", Accept_Encoding="gzip")
    monkeypatch.setattr("compliance.web.delivery.LEAST_PACKED", 100)
    fragment = asker.send(None, "GET", "/v1/fragment?publisher=rferl.org", Accept_Encoding="gzip")
    assert len(fragment.data) > 100
    assert "Content-Encoding" in asker.send(None, "GET", "/v1/ruleset", Accept_Encoding="gzip").headers
    for each in (small, fragment):
        assert "Content-Encoding" not in each.headers


def test_a_head_tells_the_length_of_what_is_packed_too(asker: Asker) -> None:
    whole = asker.send(None, "GET", "/v1/rules", Accept_Encoding="gzip")
    head = asker.send(None, "HEAD", "/v1/rules", Accept_Encoding="gzip")
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))


def test_times_are_told_in_whole_milliseconds_of_what_rests_on_no_reader(asker: Asker) -> None:
    for path in OF_THE_RULES:
        assert re.fullmatch(r"total;dur=\d+", asker.send(None, "GET", path).headers["Server-Timing"])
    for path in ("/v1/check", "/v1/checks", "/v1/annotate", "/v1/mentions", "/v1/table", "/v1/fragment"):
        body = QUESTION if path != "/v1/checks" else b"[" + QUESTION + b"]"
        for accept in ("application/json", "text/html"):
            assert "Server-Timing" not in asker.send(body, path=path, Accept=accept).headers
    for path in ("/healthz", "/readyz", "/metrics", "/v1/fragment"):
        assert "Server-Timing" not in asker.send(None, "GET", path).headers


@pytest.mark.parametrize(
    "trace", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-95.165.0.1", "x" * 999]
)
def test_a_trace_changes_nothing_and_is_nowhere_in_what_is_said(
    asker: Asker, capfd: pytest.CaptureFixture[str], trace: str
) -> None:
    def told(body: bytes, **headers: str) -> Any:
        response = asker.send(body, **headers)
        return response.status_code, response.data, sorted(response.headers.items())

    for body in (QUESTION, b"{"):
        assert told(body, Traceparent=trace, Tracestate=f"x={trace}") == told(body)
    asker.send(QUESTION, path="/v1/nowhere", Traceparent=trace)
    said = "".join(capfd.readouterr()) + asker.send(None, "GET", "/metrics").text
    assert trace not in said


@pytest.mark.parametrize(
    "path", [*sorted(TIMED), "/healthz", "/readyz", "/metrics", "/v1/check", "/v1/reports/decisions"]
)
def test_options_say_what_may_be_asked_and_a_head_stands_for_every_get(asker: Asker, path: str) -> None:
    response = asker.send(None, "OPTIONS", path)
    assert (response.status_code, response.data) == (204, b"")
    methods = {each.strip() for each in response.headers["Allow"].split(",")}
    assert ("HEAD" in methods) == ("GET" in methods)
    other = asker.send(None, "DELETE", path)
    refused(other, 405)
    assert {*other.headers["Allow"].split(", ")} == methods
