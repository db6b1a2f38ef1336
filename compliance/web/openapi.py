"""The OpenAPI document of the service, made from what answers: the map of paths, the types, and the table of scopes.

Theory: a document that somebody writes beside the code is wrong after the second change. This one is put together
from what runs, once, and is the same bytes on every machine. Of what is sent, it says only what is certain to be
refused otherwise; of what comes back, every field that is always there is required.

Source: OpenAPI Specification 3.1; JSON Schema 2020-12; RFC 9457.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from compliance import __version__
from compliance.answer import Answer
from compliance.keys.key import SCOPES
from compliance.web.access import OPEN, needed
from compliance.web.delivery import TIMED
from compliance.web.openapi_examples import ANSWER, ARTICLE, PROBLEM
from compliance.web.openapi_operations import JSON, OPERATIONS, Operation, Parameter, Schema, Shape
from compliance.web.openapi_shapes import ReportTable
from compliance.web.problems import MEDIA_TYPE, ProblemDetails
from compliance.web.wire import CheckIn

VERSION: Final = "3.1.0"
_REF: Final = "#/components/schemas/{name}"
_INPUTS: Final = frozenset({"CheckIn", "ContentIn", "ReaderIn", "LocationIn", "RenderedIn", "ConfirmedIn"})
"""What callers send. Of all else, every field is always there, unless its type can be left out."""
_INTRODUCTION: Final = (
    "Tells a publisher which legal notices a page needs for a reader in a place, and why. Unknown facts never remove a "
    "notice. Reader addresses are looked up and forgotten: no answer, log or metric has them.\n\n"
    "Every error is `application/problem+json` and says all that is wrong at once. A header `Ruleset` names the rules "
    "by which an answer was given. Wherever there is a `GET` there is a `HEAD`; `OPTIONS` tells what may be asked."
)
_SECURITY: Final = (
    "A key, once the operator has made any: `Authorization: Bearer ck_...`. Each operation names the scopes of which a "
    "key needs one. Without keys only evidence is closed, and opens to the token of the settings, sent alike."
)
_TAGS: Final = {
    "Notices": "Which notices a page needs, as JSON or ready to be printed.",
    "Rules": "What answers rest on, and what of it changed.",
    "Evidence": "What is recorded, for auditors.",
    "Service": "For those who run the service.",
}
_REFUSALS: Final = {
    400: "The request cannot be understood; `problems[]` says all that is wrong with it.",
    401: "A key is needed, or this one is not known or has ended.",
    403: "The key lacks the scope, nobody gets this here, or a browser asks for a page of another site.",
    404: "There is no such thing.",
    406: "An answer has none of the forms that `Accept` takes.",
    413: "The body is larger than the setting `body_limit`.",
    415: "The body is compressed, or in another charset than UTF-8.",
    429: "The key asks more often than it may.",
    431: "The headers are too large.",
    500: "Something went wrong here, not in the request.",
    503: "There is no log to tell from, or it cannot be written: ask again.",
}
_EVERYWHERE: Final = (400, 431, 500)
"""What may come whatever is asked."""
_SPARSE: Final = frozenset({"Item", "Line", "Outage", "ProblemDetails", "Wrong"})
"""Types of which nothing is written that is as if it had been left out."""


def document(sentences: Mapping[str, str]) -> dict[str, Any]:
    """The document.

    Args:
        sentences: for each endpoint, by method and path as in `OPERATIONS`, in a sentence what it is.
    """
    operations = {name: OPERATIONS[name] for name in sorted(sentences, key=[*OPERATIONS].index)}
    found = _components(operations.values())
    paths: dict[str, Any] = {}
    for name, operation in operations.items():
        method, _, rule = name.partition(" ")
        path = re.sub(r"<(\w+)>", r"{\1}", rule)
        paths.setdefault(path, {})[method.lower()] = _operation(method, rule, operation, sentences[name], found)
    return {
        "openapi": VERSION,
        "info": {
            "title": "compliance",
            "version": __version__,
            "summary": "Which legal notices a page needs for a reader in a place, and why",
            "description": _INTRODUCTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": found.schemas,
            "responses": {_name(status): _refusal(status) for status in _REFUSALS},
            "headers": _HEADERS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _SECURITY}},
        },
    }


# -- operations -----------------------------------------------------------------------------------------


class _Found(msgspec.Struct):
    """The schemas of types by name, and where a type is found."""

    schemas: dict[str, Any]
    of: dict[type, Schema]

    def schema(self, shape: Shape) -> Schema:
        """A shape as it stands in the document."""
        if isinstance(shape, type):
            return self.of[shape]
        return {name: self.schema(part) if isinstance(part, type) else part for name, part in shape.items()}


_HEADERS: Final[dict[str, Any]] = {
    "Ruleset": {"description": "the digest of the rules in use", "required": True, "schema": {"type": "string"}},
    "ETag": {"description": "names what is said", "required": True, "schema": {"type": "string"}},
    "Server-Timing": {
        "description": "whole milliseconds that it took",
        "required": True,
        "schema": {"type": "string", "pattern": r"^total;dur=\d+$"},
    },
    "Fallback": {"description": "that this is no answer, and why", "required": True, "schema": {"type": "string"}},
    "Retry-After": {"description": "how many seconds to wait", "required": True, "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "what is lacking", "schema": {"type": "string"}},
}


def _operation(method: str, rule: str, operation: Operation, sentence: str, found: _Found) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": _id(method, rule),
        "tags": [operation.tag],
        "summary": sentence.rstrip("."),
        "description": " ".join(part for part in (operation.text, _scopes(rule)) if part),
    }
    parameters = [_parameter(each) for each in operation.parameters]
    if rule in TIMED:
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "the `ETag` of what is known already",
                "schema": {"type": "string"},
            }
        )
    if parameters:
        said["parameters"] = parameters
    if operation.body:
        said["requestBody"] = {"required": True, "content": _bodies(operation, found)}
    return {**said, "responses": _responses(rule, operation, found), "security": _security(rule)}


def _id(method: str, rule: str) -> str:
    words = [word for word in re.split(r"[/.<>]", rule) if word not in {"", "v1", "name", "key"}]
    return "_".join((method.lower(), *words))


def _scopes(rule: str) -> str:
    if rule in OPEN:
        return "Needs no key."
    names = [f"`{name}`" for name, bit in SCOPES.items() if needed(rule) & bit or name == "admin"]
    return f"Scopes, of which a key needs one: {', '.join(names)}."


def _security(rule: str) -> list[dict[str, list[str]]]:
    if rule == "/readyz":
        return [{}, {"key": []}]
    if rule in OPEN:
        return []
    return [{"key": [name]} for name, bit in SCOPES.items() if needed(rule) & bit or name == "admin"]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: Schema = {"type": "array", "items": parameter.schema} if parameter.is_list else parameter.schema
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.is_needed,
        "description": parameter.meaning,
        "schema": schema,
    }


def _bodies(operation: Operation, found: _Found) -> dict[str, Any]:
    bodies: dict[str, Any] = {}
    for media_type, shape in operation.body.items():
        bodies[media_type] = {"schema": found.schema(shape)}
        if operation.example is not None and media_type == JSON:
            bodies[media_type]["examples"] = {"page": {"value": operation.example}}
            if shape is CheckIn:
                bodies[media_type]["examples"]["article"] = {"value": ARTICLE}
    return bodies


def _responses(rule: str, operation: Operation, found: _Found) -> dict[str, Any]:
    names = ("Ruleset", "ETag", "Server-Timing") if rule in TIMED else ("Ruleset",)
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    said: dict[str, Any] = {}
    for status, content in operation.answers.items():
        shapes = {media_type: {"schema": found.schema(shape)} for media_type, shape in content.items()}
        if rule == "/v1/check":
            shapes[JSON]["example"] = ANSWER
        said[str(status)] = {"description": _phrase(status), "headers": headers, "content": shapes}
    if rule in TIMED:
        said["304"] = {"description": "It is as before.", "headers": headers}
    closed = () if rule in OPEN else (401, 403, 429)
    for status in sorted({*operation.refusals, *_EVERYWHERE, *closed}):
        said[str(status)] = (
            _printed(status) if rule == "/v1/fragment" else {"$ref": f"#/components/responses/{_name(status)}"}
        )
    return said


def _phrase(status: int) -> str:
    return {200: "The answer.", 202: "It is not ready yet."}[status]


def _printed(status: int) -> dict[str, Any]:
    """A refusal where web servers print whatever comes; one that never reaches the endpoint has no header of rules."""
    headers = {"Fallback": {"$ref": "#/components/headers/Fallback"}}
    return {
        "description": f"{_REFUSALS[status]} Notices come all the same.",
        "headers": headers,
        "content": {"text/html; charset=utf-8": {"schema": {"type": "string"}}},
    }


def _name(status: int) -> str:
    """That of a refusal among the components; the phrases of some statuses differ between versions of Python."""
    return f"Refusal{status}"


def _refusal(status: int) -> dict[str, Any]:
    headers = {401: ("WWW-Authenticate",), 429: ("Retry-After",)}.get(status, ())
    schema = {"$ref": _REF.format(name=ProblemDetails.__name__)}
    example = {"example": PROBLEM} if status == 400 else {}
    said: dict[str, Any] = {"description": _REFUSALS[status], "content": {MEDIA_TYPE: {"schema": schema, **example}}}
    if headers:
        said["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return said


# -- types ----------------------------------------------------------------------------------------------


def _components(operations: Iterable[Operation]) -> _Found:
    """The schemas of every type that operations take or answer with."""
    types: dict[type, None] = {ProblemDetails: None, ReportTable: None}
    for operation in operations:
        for content in (operation.body, *operation.answers.values()):
            for shape in content.values():
                parts = (
                    [shape] if isinstance(shape, type) else [part for part in shape.values() if isinstance(part, type)]
                )
                types.update(dict.fromkeys(parts))
    places, schemas = msgspec.json.schema_components([*types], ref_template=_REF)
    for name in sorted(schemas):
        _mended(name, schemas[name])
    answer = {"$ref": _REF.format(name=Answer.__name__)}
    schemas["Batch"]["properties"]["answers"]["items"] = schemas["Line"]["properties"]["answer"] = answer
    schemas["ContentIn"] = {"anyOf": [_own(schemas["ContentIn"]), _OF_SCHEMA_ORG]}
    schemas["ReportData"]["additionalProperties"] = {"$ref": _REF.format(name="ReportTable")}
    return _Found(dict(sorted(schemas.items())), dict(zip(types, places, strict=True)))


_OF_SCHEMA_ORG: Final[dict[str, Any]] = {
    "title": "An article of schema.org",
    "description": "JSON-LD as a page already carries it.",
    "type": "object",
    "anyOf": [{"required": [name]} for name in ("@type", "@context", "@graph")],
}


def _own(schema: dict[str, Any]) -> dict[str, Any]:
    return {"title": "A page", **schema}


def _mended(name: str, schema: dict[str, Any]) -> None:
    """Say of a type what is true on the wire and not in its defaults: what is answered is always there."""
    if "description" in schema:
        schema["description"] = _unfolded(schema["description"])
    if name in _INPUTS or schema.get("type") != "object":
        return
    always = {field for field, said in schema["properties"].items() if "default" in said and name not in _SPARSE}
    for said in schema["properties"].values():
        said.pop("default", None)
    schema["required"] = [field for field in schema["properties"] if field in {*schema["required"], *always}]


def _unfolded(text: str) -> str:
    """A description without the line breaks that only fit it into source code."""
    return re.sub(r"(?<!\n)\n *(?=\S)", " ", re.sub(r"\n +", "\n", text))
