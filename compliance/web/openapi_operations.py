"""What may be asked of each endpoint, and what comes back: the part of the OpenAPI document that no type tells.

Theory: paths, methods and sentences are those of the functions that answer, the shapes are those of the types, the
scopes those of the table that lets callers in. What is left stands here, once for each endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from compliance.answer import Answer, Mentions
from compliance.audit.report import GROUPINGS, REPORTS
from compliance.audit.report_csv import MEDIA_TYPE as CSV
from compliance.marking import Annotated
from compliance.model.notice import Placement, Purpose, Severity
from compliance.model.rule import Status
from compliance.web import openapi_shapes as shapes
from compliance.web.batch import MOST_ITEMS, NDJSON, Batch, Line
from compliance.web.changes import Changed
from compliance.web.lists import Designations, Rules, Territories
from compliance.web.metrics import MEDIA_TYPE as METRICS
from compliance.web.reports import RenderedIn
from compliance.web.wire import CheckIn

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
Schema = dict[str, Any]
Shape = type | Schema
"""A type, or a schema where there is no type."""
WORDS: Final[Schema] = {"type": "string"}
_DAY: Final[Schema] = {"type": "string", "format": "date"}


class Parameter(NamedTuple):
    """A parameter of the query, or of the path."""

    name: str
    meaning: str
    schema: Schema = WORDS
    is_list: bool = False
    """Whether it may be repeated."""
    is_needed: bool = False
    place: str = "query"


class Operation(NamedTuple):
    """What may be asked in one way, and what comes back."""

    answers: Mapping[int, Mapping[str, Shape]]
    """By status and media type."""
    refusals: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Shape] = MappingProxyType({})
    """By media type; empty if none is taken."""
    text: str = ""
    example: Schema | list[Schema] | None = None
    """A body."""
    tag: str = "Rules"


def _any_of(name: str, meaning: str, values: Any = ()) -> Parameter:
    schema: Schema = {"type": "string", **({"enum": sorted(values)} if values else {})}
    return Parameter(name, meaning, schema, is_list=True)


_READING: Final = (400,)
_SENDING: Final = (400, 413, 415)
_KEPT: Final = "Has an `ETag`: send it as `If-None-Match`, and 304 says that nothing changed."
_AS_CHECK: Final = "The body is that of a check; its reader is not looked at."
_PAGE: Final[Schema] = {"content": {"publisher": "rferl.org", "headline": "A headline"}, "as_of": "2025-01-10"}
_READER: Final[Schema] = {"reader": {"location": {"country": "UA", "subdivision": "UA-43"}}, "languages": ["uk", "en"]}
_ON: Final = Parameter("on", "only what counts on this day", _DAY)
_COMMAS: Final = "; several with commas between them"
_PLACEMENT: Final = Parameter(
    "placement", f"print only notices that stand there: {', '.join(each.value for each in Placement)}{_COMMAS}"
)
_CHECK: Final[Mapping[str, Shape]] = {JSON: CheckIn}
_FRAGMENT: Final[Mapping[int, Mapping[str, Shape]]] = {200: {HTML: WORDS}}
_KEY: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}

OPERATIONS: Final[dict[str, Operation]] = {
    "POST /v1/check": Operation(
        {200: {JSON: Answer, HTML: WORDS, TEXT: WORDS}},
        (*_SENDING, 406),
        body=_CHECK,
        text="What is left out is unknown, and what is unknown never removes a notice. Print only notices with "
        "`display: show`. HTML and plain text are the words of these alone.",
        example={**_PAGE, **_READER},
        tag="Notices",
    ),
    "POST /v1/checks": Operation(
        {200: {JSON: Batch, NDJSON: Line}},
        _SENDING,
        body={JSON: {"type": "array", "items": CheckIn, "maxItems": MOST_ITEMS}, NDJSON: CheckIn},
        text="Each item has the status that it would have had alone: what is wrong with one keeps no other from being "
        "answered. Lines (NDJSON) are answered with lines.",
        example=[_PAGE, {**_PAGE, **_READER}],
        tag="Notices",
    ),
    "GET /v1/fragment": Operation(
        _FRAGMENT,
        _READING,
        (
            Parameter("url", "address of the page"),
            Parameter("publisher", "domain, URL, name or id of the publisher"),
            Parameter("language", "tag of the language of the page"),
            Parameter("languages", f"those of the reader, best first{_COMMAS}"),
            _PLACEMENT,
        ),
        text="Whatever the status, what comes is notices: web servers print whatever comes. A header `Fallback` says "
        "that it is not the answer, and why.",
        tag="Notices",
    ),
    "POST /v1/fragment": Operation(
        _FRAGMENT, _SENDING, (_PLACEMENT,), _CHECK, "The same for the body of a check.", {**_PAGE, **_READER}, "Notices"
    ),
    "POST /v1/mentions": Operation(
        {200: {JSON: Mentions}},
        _SENDING,
        body=_CHECK,
        text=_AS_CHECK,
        example={"content": {"text": "Read more at Radio Liberty.", "language": "en"}, "as_of": "2025-01-10"},
        tag="Notices",
    ),
    "POST /v1/annotate": Operation(
        {200: {JSON: Annotated}},
        _SENDING,
        body=_CHECK,
        text="Give `content.html`, `content.text` or both.",
        example={"content": {"text": "Read more at Radio Liberty.", "language": "en"}, "as_of": "2025-01-10"},
        tag="Notices",
    ),
    "POST /v1/table": Operation(
        {200: {JSON: shapes.Table}}, _SENDING, body=_CHECK, text=_AS_CHECK, example=_PAGE, tag="Evidence"
    ),
    "POST /v1/rendered": Operation(
        {200: {JSON: shapes.Rendered}},
        (*_SENDING, 401, 403, 503),
        body={JSON: RenderedIn},
        text="Once for each version of a page, not for each reader.",
        example={"table": "0" * 64, "url": "https://my-daily.example/a", "notices": []},
        tag="Evidence",
    ),
    "GET /v1/reports/<name>": Operation(
        {200: {JSON: shapes.ReportData, CSV: WORDS, HTML: WORDS}},
        (*_READING, 401, 403, 404, 503),
        (
            Parameter("name", "which report", {"type": "string", "enum": [*REPORTS]}, is_needed=True, place="path"),
            Parameter("rule", "only notices that this rule asks for"),
            Parameter("notice", "only this notice"),
            Parameter("entity", "only notices for this entity"),
            Parameter("place", "only readers there: an ISO 3166 code, or `unknown`"),
            Parameter("content", "only this page, by its URL or id"),
            Parameter("publisher", "only pages of this publisher"),
            Parameter("status", "only such notices", {"type": "string", "enum": ["required", "possible", "held"]}),
            Parameter("on", "only what answers of this day may rest on", _DAY),
            Parameter("since", "the same from this day on", _DAY),
            Parameter("until", "the same up to this day", _DAY),
            Parameter("ruleset", "only this rule set; the beginning of its digest will do"),
            Parameter("by", f"of `decisions`: count by one of {', '.join(GROUPINGS)}{_COMMAS}"),
            Parameter("limit", "so many rows at most", {"type": "integer", "minimum": 1}),
            Parameter("format", "how it is written", {"type": "string", "enum": ["json", "csv", "html"]}),
        ),
        text="Reports that name pages need the scope `audit`. Where there are no keys, send the token of the settings.",
        tag="Evidence",
    ),
    "GET /v1/decisions/<key>": Operation(
        {200: {JSON: shapes.RecordedDecision}, 202: {JSON: shapes.WaitingDecision}},
        (*_READING, 401, 403, 404, 503),
        (
            Parameter("key", "the `decision` of an answer", _KEY, is_needed=True, place="path"),
            Parameter("place", "tell what readers there were shown: an ISO 3166 code, or `unknown`"),
        ),
        text="202 says that it is recorded and not sealed yet: ask again in some seconds.",
        tag="Evidence",
    ),
    "GET /v1/ruleset": Operation({200: {JSON: shapes.RulesetInUse}}, text=_KEPT),
    "GET /v1/rules": Operation(
        {200: {JSON: Rules}},
        _READING,
        (
            _any_of("status", "only rules in this state", [each.value for each in Status]),
            _any_of("notice", "only rules that ask for this notice"),
            _any_of("purpose", "only rules whose notice has this purpose", [each.value for each in Purpose]),
            _any_of("severity", "only rules whose notice is so loud", [each.value for each in Severity]),
            _any_of("fact", "only rules that ask for this fact"),
            _any_of("register", "only rules that ask of this register"),
            _ON,
        ),
        text=_KEPT,
    ),
    "GET /v1/designations": Operation(
        {200: {JSON: Designations}},
        _READING,
        (_any_of("register", "only those of this register"), _any_of("entity", "only those of this entity"), _ON),
        text=f"It is what an authority says, not what we found. {_KEPT}",
    ),
    "GET /v1/territories": Operation(
        {200: {JSON: Territories}},
        _READING,
        (
            _any_of("territory", "only this one"),
            Parameter("place", "only those in which a reader there may be: an ISO 3166 code"),
            Parameter("on", "only members of this day", _DAY),
        ),
        text=_KEPT,
    ),
    "GET /v1/changes": Operation(
        {200: {JSON: Changed}},
        _READING,
        (
            Parameter(
                "since",
                "`ruleset.meaning` of an answer, or at least its first 12 hexadecimal digits",
                {"type": "string", "pattern": "^(sha256:)?[0-9a-f]{12,64}$"},
                is_needed=True,
            ),
        ),
        text=f"For whoever keeps finished pages. {_KEPT}",
    ),
    "GET /healthz": Operation({200: {JSON: shapes.Health}}, tag="Service"),
    "GET /readyz": Operation(
        {200: {JSON: shapes.Ready}},
        text="The status is 200 either way, because the service answers either way. Detail is for whoever has a key, "
        "where keys are needed.",
        tag="Service",
    ),
    "GET /metrics": Operation({200: {METRICS: WORDS}}, tag="Service"),
    "GET /openapi.json": Operation({200: {JSON: {"type": "object"}}}, text=_KEPT, tag="Service"),
    "GET /docs": Operation({200: {HTML: WORDS}}, text=_KEPT, tag="Service"),
}
"""By method and the rule of the path."""
