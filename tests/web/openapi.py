"""The OpenAPI document as something that responses are held against."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse


def closed(document: Any) -> Any:
    """The document with every type that says its fields closed: what it does not name is wrong."""
    found = copy.deepcopy(document)
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return found


def problems(document: Any, schema: Any, value: Any) -> list[str]:
    """What of a value does not fit a schema of the document."""
    whole = {**schema, "components": document["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    found = Draft202012Validator(whole, format_checker=checker).iter_errors(value)
    return [f"{each.json_path}: {each.message[:200]}" for each in found]


def mismatches(document: Any, method: str, path: str, response: TestResponse) -> list[str]:
    """What of a response is not as the document says of a path (in its own words) and a method."""
    responses = document["paths"][path][method.lower()]["responses"]
    said = responses.get(str(response.status_code))
    if said is None:
        return [f"{response.status_code} is not among {[*responses]}"]
    if "$ref" in said:
        said = document["components"]["responses"][said["$ref"].rpartition("/")[2]]
    headers = [name for name in said.get("headers", {}) if name not in response.headers]
    content = said.get("content")
    if content is None:
        return [f"no header {name}" for name in headers]
    if response.content_type not in content:
        return [f"{response.content_type} is not among {[*content]}"]
    wrong = [f"no header {name}" for name in headers]
    schema = content[response.content_type]["schema"]
    if response.content_type.endswith("x-ndjson"):
        return [
            *wrong,
            *(each for line in response.data.splitlines() for each in problems(document, schema, json.loads(line))),
        ]
    value = json.loads(response.data) if "json" in response.content_type else response.text
    return [*wrong, *problems(document, schema, value)]


def references(value: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Every operation with its path and method."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation
