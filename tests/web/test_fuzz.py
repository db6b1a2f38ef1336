"""Whatever is sent, the service answers it or refuses it in its one shape; it never fails, and never tells."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from compliance.model.facts import FACTS
from tests.web.asking import ARTICLE, DAY, PEER, Asker, refused, words

FIELDS = words(
    "content reader languages as_of explain url publisher headline text html language date_published facts address "
    "location from country subdivision"
)
WORDS = (
    "RU",
    "UA",
    "UA-43",
    "XX",
    "request",
    "unknown",
    "nothing",
    "perhaps rfe-rl",
    "rferl.org",
    "en",
    DAY,
    "article",
)
names = st.sampled_from([*FIELDS, *FACTS, "reader.location"]) | st.text(max_size=8)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(st.characters(), max_size=12)
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
QUESTION: dict[str, Any] = {
    "content": ARTICLE,
    "reader": {"location": {"country": "UA", "subdivision": "UA-43"}},
    "languages": ["en", "ru"],
    "as_of": DAY,
    "explain": True,
}
# the application is the same for all examples on purpose: what one request leaves behind must not harm the next
fuzz = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def handled(response: TestResponse) -> None:
    """Whether an answer or a refusal came back, which says nothing of the address that the request came from."""
    if response.status_code == 200:
        json.loads(response.data)
    else:
        refused(response, 400, 406, 413, 415)
    assert PEER not in response.text + str(response.headers)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A good question with one value, somewhere in it, replaced, added or taken away."""
    question = json.loads(json.dumps(QUESTION))
    holder: Any = question
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = draw(st.sampled_from(keys)) if keys else None
        inner = holder[key] if key is not None else None
        if isinstance(inner, dict | list) and draw(st.booleans()):
            holder = inner
            continue
        if key is not None and draw(st.booleans()):
            holder[key] = draw(anything)
        elif isinstance(holder, dict):
            holder[draw(names)] = draw(anything)
        elif key is not None:
            del holder[key]
        return question


@fuzz
@given(body=st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\x00\x00")
def test_any_bytes_are_handled(app: Flask, body: bytes) -> None:
    handled(Asker(app).send(body))


@fuzz
@given(value=anything)
def test_any_json_is_handled(app: Flask, value: Any) -> None:
    handled(Asker(app).send(json.dumps(value).encode()))


@fuzz
@given(question=mutated())
def test_a_good_question_with_anything_changed_in_it_is_handled(app: Flask, question: Any) -> None:
    handled(Asker(app).send(json.dumps(question, ensure_ascii=True).encode()))


@fuzz
@given(cut=st.data())
def test_a_good_question_with_damaged_bytes_is_handled(app: Flask, cut: st.DataObject) -> None:
    body = json.dumps(QUESTION, ensure_ascii=False).encode()
    begin = cut.draw(st.integers(0, len(body)))
    end = cut.draw(st.integers(begin, min(len(body), begin + 5)))
    handled(Asker(app).send(body[:begin] + cut.draw(st.binary(max_size=4)) + body[end:]))


@fuzz
@given(name=st.sampled_from(sorted(FACTS)), value=leaves | st.lists(leaves, max_size=3))
def test_any_value_of_any_fact_is_handled(app: Flask, name: str, value: Any) -> None:
    handled(Asker(app).check({"content": {"facts": {name: value}}, "explain": True}))


token = st.text(st.sampled_from("abcxyzABC019-"), min_size=1, max_size=12)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=40)


@fuzz
@given(headers=st.dictionaries(token.filter(lambda each: each.lower() != "content-length"), printable, max_size=4))
@example({"Content-Type": "application/json; charset=\xff"})
@example({"Host": "[::1"})
@example({"Accept": "*" * 10_000, "Cookie": "=" * 10_000, "Range": "bytes=-1"})
@example({"Content-Type": "multipart/form-data; boundary=x", "Expect": "nothing"})
def test_any_headers_are_handled(app: Flask, headers: dict[str, str]) -> None:
    handled(Asker(app).check({"content": {}}, **headers))


@fuzz
@given(
    method=st.sampled_from(words("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND X")),
    path=st.lists(st.sampled_from(["", "v1", "check", "ruleset", "healthz", "%00", "..", PEER, "é"]), max_size=4),
)
def test_any_method_on_any_path_is_handled(app: Flask, method: str, path: list[str]) -> None:
    response = Asker(app).send(b"{}", method, "/" + "/".join(path).lstrip("/"))
    assert response.status_code in {200, 204, 400, 404, 405}
    assert PEER not in response.text + str(response.headers)
    if response.status_code >= 400 and method != "HEAD":
        refused(response, response.status_code)
