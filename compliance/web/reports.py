"""The endpoints for auditors, and the one by which a pipeline confirms what it put on a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, current_app, request

from compliance.audit.group_commit import NotRecordedError
from compliance.audit.leaf import nonce_of
from compliance.audit.log import Keyed
from compliance.audit.reference import reference_of
from compliance.audit.rendered import Confirmed, RenderedRecord
from compliance.audit.report import REPORTS, Report, as_data, as_json_text, asked_of, names_pages
from compliance.audit.report_csv import MEDIA_TYPE as CSV
from compliance.audit.report_csv import as_csv
from compliance.audit.report_page import MEDIA_TYPE as HTML
from compliance.audit.report_page import POLICY, as_page
from compliance.check import today
from compliance.errors import EvidenceError, Problem, RequestError, nearest
from compliance.keys.key import AUDIT
from compliance.model.address_text import holds_address
from compliance.reporting import missing_words
from compliance.web.access import lacking
from compliance.web.auditing import EXTENSION, Auditing
from compliance.web.guard import grant, refusal
from compliance.web.json_body import any_json, given_twice, without_mark
from compliance.web.misfits import NOTHING, fitting
from compliance.web.problems import problem
from compliance.web.service import as_json, body

routes = Blueprint("reports", __name__)
_KEY: Final = re.compile("[0-9a-f]{64}")
_NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_MOST_NOTICES: Final = 1000
_JSON: Final = "application/json"
_FORMATS: Final[dict[str, tuple[str, Callable[[Report], bytes]]]] = {
    "json": (_JSON, lambda report: as_json_text(as_data(report))),
    "csv": (CSV, as_csv),
    "html": (HTML, as_page),
}


class ConfirmedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notice that is on the page: its words by the digest that the table has for them."""

    id: str
    language: str
    text: str
    entity: str | None = None


class RenderedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pipeline put on a page."""

    table: str
    notices: list[ConfirmedIn]
    url: str | None = None


def _for_auditors(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    """The endpoint, for those whose key was looked at before, or who know the token."""

    @wraps(endpoint)
    def asked(**given: str) -> Response:
        auditing: Auditing | None = current_app.extensions.get(EXTENSION)
        if auditing is None or (auditing.token is None and not grant().is_keyed):
            detail = "nobody gets reports here: set `audit_token` to a secret, and send it as a `Bearer`; or make keys"
            return problem(403, "no-auditors", detail)
        if not grant().is_keyed and not auditing.knows(request.headers.get("Authorization")):
            response = problem(401, "not-an-auditor", "send the token of the settings: `Authorization: Bearer TOKEN`")
            response.headers["WWW-Authenticate"] = 'Bearer realm="audit"'
            return response
        try:
            return endpoint(auditing, **given)
        except EvidenceError as error:
            return problem(503, "no-evidence", str(error))

    return asked


@routes.get("/v1/reports/<name>")
@_for_auditors
def report(auditing: Auditing, name: str) -> Response:
    """A report, as JSON, CSV, or a page for people."""
    if name not in REPORTS:
        return problem(404, "not-found", f"there is no such report; there are: {', '.join(REPORTS)}")
    given = request.args.to_dict(flat=False)
    form = given.pop("format", ["json"])
    problems: list[Problem] = []
    if len(form) != 1 or form[0] not in _FORMATS:
        problems.append(Problem("no report is written so", where="format", help=f"use one of: {', '.join(_FORMATS)}"))
    try:
        asked = asked_of(given)
    except RequestError as error:
        raise RequestError([*problems, *error.problems]) from None
    if problems:
        raise RequestError(problems)
    if names_pages(name, asked) and (wrong := lacking(AUDIT, grant())):
        return refusal(wrong)
    media_type, write = _FORMATS[form[0]]
    response = Response(write(auditing.reporter.report(name, asked, today())), content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    if media_type == HTML:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
    if media_type == CSV:
        response.headers["Content-Disposition"] = f'attachment; filename="compliance-{name}.csv"'
    return response


@routes.get("/v1/decisions/<key>")
@_for_auditors
def decision(auditing: Auditing, key: str) -> Response:
    """A recorded decision: what it says, where it stands in the log, and what proves that."""
    problems = [
        Problem(
            "there is no such parameter", where=name if name.isidentifier() else None, help=nearest(name, ["place"])
        )
        for name in request.args
        if name != "place"
    ]
    if problems:
        raise RequestError(problems)
    place = asked_of(request.args.to_dict(flat=False)).place
    if not _KEY.fullmatch(key):
        return problem(404, "not-found", "a decision is named by the 64 hexadecimal digits that the answer had")
    found = auditing.decisions.find(key, place)
    if found is not None:
        return as_json(as_json_text({"state": "sealed", **msgspec.to_builtins(found)}), cache="no-store")
    if auditing.decisions.is_waiting(key):
        response = as_json(msgspec.json.encode({"state": "not sealed yet", "decision": key}), cache="no-store")
        response.status_code = 202
        response.headers["Retry-After"] = "2"
        return response
    return problem(404, "not-found", missing_words(auditing.decisions.erased()))


@routes.post("/v1/rendered")
@_for_auditors
def rendered(auditing: Auditing) -> Response:
    """Take what a pipeline confirms to have put on a page, once it is durable."""
    asked = _understood(body())
    if auditing.recorder is None:
        return problem(503, "not-recorded", "nothing is recorded here: see the setting `evidence`")
    log, content = auditing.recorder.log, reference_of(asked.url, auditing.parameters)
    known = auditing.decisions.content_of(asked.table)
    if known is not None and None not in {asked.url, *known} and known != (content,):
        help_ = f"the table is of `{known[0]}`: send the `decision` of the answer for this page"
        raise RequestError([Problem("this is not the page of the table", where="url", help=help_)])
    record = RenderedRecord(
        nonce=nonce_of(log.nonce()),
        day=today(),
        content=content,
        table=asked.table,
        notices=tuple(Confirmed(id=n.id, entity=n.entity, language=n.language, text=n.text) for n in asked.notices),
    )
    try:
        log.keep([Keyed(record, record.key)])
    except NotRecordedError as error:
        return problem(503, "not-recorded", f"this was not recorded, so confirm it again: {error}")
    answer = {"state": "recorded", "rendered": record.key, "known": known is not None}
    return as_json(msgspec.json.encode(answer), cache="no-store")


def _understood(data: bytes) -> RenderedIn:
    """What a body confirms.

    Raises:
        NotJsonError: it is not JSON.
        RequestError: it is something else.
    """
    text = without_mark(data)
    value = any_json(text)
    problems: list[Problem] = []
    fits: Any = fitting(value, RenderedIn, "", problems)
    problems += given_twice(text)
    if isinstance(fits, dict):
        problems += _misnamed(fits)
    if problems or fits is NOTHING or not isinstance(fits, dict):
        raise RequestError(problems or [Problem("the body is an object", help="write it as the documentation does")])
    return msgspec.convert(fits, RenderedIn)


def _misnamed(fits: dict[str, Any]) -> list[Problem]:
    digests = {"table": fits.get("table")}
    notices = fits.get("notices", [])
    digests |= {f"notices[{at}].text": each.get("text") for at, each in enumerate(notices)}
    problems = [
        Problem("this is no SHA-256", where=where, help="write its 64 hexadecimal digits, as the table has them")
        for where, each in digests.items()
        if isinstance(each, str) and not _KEY.fullmatch(each)
    ]
    problems += [
        Problem("this is no name of anything", where=f"notices[{at}].{name}", help="write it as the table has it")
        for at, each in enumerate(notices)
        for name in ("id", "entity", "language")
        if isinstance(word := each.get(name), str) and (not _NAME.fullmatch(word) or holds_address(word))
    ]
    if len(notices) > _MOST_NOTICES:
        problems.append(Problem(f"there are more than {_MOST_NOTICES} notices", where="notices"))
    return problems
