"""The endpoints: bytes to a question, an answer to bytes.

Theory: each endpoint is a thin sleeve around the corridor in `check`. What goes wrong becomes problem+json
here; what goes wrong unforeseen becomes one too, and its log line names the place in the code but nothing
of the request.
"""

from __future__ import annotations

import logging

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from compliance.answer import Answer
from compliance.check import today
from compliance.errors import RequestError, RulesError
from compliance.kept import sort_of
from compliance.marking import marked
from compliance.model.ruleset import LANGUAGE_VERSION
from compliance.reader import Sender
from compliance.store import NO_ACTIVE_RULE, Snapshot
from compliance.web import metrics
from compliance.web.checking import checked, count_what_is_told
from compliance.web.delivery import tagged
from compliance.web.evidence import is_well, state
from compliance.web.gauges import gauges, seal_status
from compliance.web.guard import grant
from compliance.web.json_body import forget_names
from compliance.web.negotiation import FORMS, in_form, wanted
from compliance.web.problems import problem
from compliance.web.service import EncodedError, as_json, body, own_sender, service
from compliance.web.wire import NotJsonError, Request, understand
from compliance.web.withheld import place_of

_log = logging.getLogger("compliance.web")
routes = Blueprint("api", __name__)


@routes.post("/v1/check")
def check() -> Response:
    """The notices of one page for one reader."""
    form = wanted()
    if form is None:
        return problem(406, "not-acceptable", f"an answer has one of these forms: {', '.join(FORMS)}")
    return in_form(form, checked(service(), body(), own_sender))


@routes.post("/v1/mentions")
def mentions() -> Response:
    """Whom the texts of a page name; the body is that of a check, and its reader is not looked at."""
    asked, problems = understand(body(), None)
    try:
        found = service().checker.mentions(asked.content, as_of=asked.as_of)
    except RequestError as error:
        raise RequestError([*problems, *error.problems]) from None
    if problems:
        raise RequestError(problems)
    response = as_json(found.to_json(), cache="no-store")
    response.headers["Ruleset"] = found.ruleset.meaning
    return response


@routes.post("/v1/annotate")
def annotate() -> Response:
    """A page or text with marks behind whom it has to be told about; the body is that of a check."""
    own = own_sender()
    asked, problems = understand(body(), own.reader)
    try:
        checker, given = service().checker, not problems
        done = marked(
            checker, asked.content, asked.reader, languages=asked.languages, as_of=asked.as_of, is_given=given
        )
    except RequestError as error:
        raise RequestError([*problems, *error.problems]) from None
    if problems:
        raise RequestError(problems)
    _count(asked, own, done.answer)
    response = as_json(done.to_json(), cache="no-store")
    response.headers["Ruleset"] = done.answer.ruleset.meaning
    return response


def _count(asked: Request, own: Sender, answer: Answer) -> None:
    """Count what an answer tells, and a reader who was to be taken from the request."""
    count_what_is_told(service().metrics, sort_of(answer, None, today()))
    if asked.reader is own.reader:
        service().metrics.add("compliance_readers_total", 1, **{"from": "request", "result": own.result})


@routes.get("/v1/ruleset")
def ruleset() -> Response:
    """Which rule set answers: its digests, and what is in it."""
    current = service().checker.ruleset
    said = {
        "meaning": current.meaning,
        "source": current.source,
        "language": LANGUAGE_VERSION,
        "rules": [
            {"id": rule.id, "title": rule.title, "status": rule.status.value, "review_by": rule.review_by}
            for rule in current.rules.values()
        ],
        "counts": {
            "rules": len(current.rules),
            "active_rules": len(current.active_rules),
            "entities": len(current.entities),
            "registers": len(current.declared_registers),
            "territories": len(current.territories),
        },
    }
    response = as_json(msgspec.json.encode(said))
    response.headers["Ruleset"] = current.meaning
    return tagged(response)


@routes.get("/healthz")
def healthz() -> Response:
    """That the process answers."""
    return as_json(b'{"status":"ok"}')


@routes.get("/readyz")
def readyz() -> Response:
    """That notices can be served, and what an operator should look at although they are."""
    checker, access = service().checker, service().access
    failure, ruleset = checker.store.failure, checker.ruleset
    trouble = [] if failure is None else ["the last reload failed; the last good set is in use"]
    if not ruleset.active_rules:
        trouble.append(NO_ACTIVE_RULE)
    if ruleset.fresh_until is not None and today() > ruleset.fresh_until:
        trouble.append(f"the rules are stale, their last day was {ruleset.fresh_until}: no register says no any more")
    if (difference := service().difference()) is not None:
        trouble.append(difference)
    geo, sealed = checker.geo.describe(today()), seal_status(service())
    purge = None if (purger := service().purger) is None else purger.status()
    if purge is not None and purge.problem is not None:
        trouble.append("caches may have pages by former rules")
    is_all_well = not trouble and not any(each["problem"] for each in geo) and is_well(checker.recorder, sealed)
    said: dict[str, object] = {
        "status": "ready" if is_all_well and access.problem is None else "degraded",
        "ruleset": {"meaning": ruleset.meaning, "source": ruleset.source},
        "rules": {
            "loaded": failure is None,
            "detail": "; ".join(trouble) or "in use",
            "problems": _rule_problems(failure),
            "signed": _signed(checker.store.current),
        },
        "geo": geo,
        "evidence": state(checker.recorder, sealed),
        "purge": purge,
        "keys": {"needed": access.has_keys, "problem": access.problem},
    }
    if not grant().opens:
        said = {"status": said["status"]}
    return as_json(msgspec.json.encode(said))


@routes.get("/metrics")
def show_metrics() -> Response:
    """Counters in the text format of Prometheus."""
    shared = service()
    text = shared.metrics.text(**gauges(shared, seal_status(shared)))
    return Response(text, content_type=metrics.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@routes.app_errorhandler(RequestError)
def _request_error(error: RequestError) -> Response:
    forget_names()
    return problem(400, "invalid-request", "the request cannot be understood", error.problems)


@routes.app_errorhandler(NotJsonError)
def _notas_json(error: NotJsonError) -> Response:
    forget_names()
    return problem(400, "malformed-json", str(error))


@routes.app_errorhandler(EncodedError)
def _encoded(error: EncodedError) -> Response:
    response = problem(415, "unsupported-encoding", str(error))
    response.headers["Accept-Encoding"] = "identity"
    return response


@routes.app_errorhandler(HTTPException)
def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    kinds = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 500: "internal"}
    if isinstance(error, RequestEntityTooLarge):
        detail = f"the body is larger than {current_app.config['MAX_CONTENT_LENGTH']} bytes"
    elif status == 404:
        detail = "there is no such endpoint; the documentation lists them"
    elif status == 405:
        detail = "this endpoint does not take that method"
    else:
        detail = "the request cannot be understood" if status < 500 else "something went wrong here, not in the request"
    response = problem(status, kinds.get(status, "http-error"), detail)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


@routes.app_errorhandler(Exception)
def _unforeseen(error: Exception) -> Response:
    forget_names()
    _log.error("unforeseen %s", place_of(error), extra={"event": "request-failed"})
    return problem(500, "internal", "something went wrong here, not in the request")


def _signed(snapshot: Snapshot) -> dict[str, object] | None:
    """Who vouches for the rules in use, where they have to be signed."""
    if snapshot.vouched is None:
        return None
    return {
        "by": snapshot.vouched.by,
        "version": snapshot.vouched.version,
        "signed_on": snapshot.ruleset.signed_on,
        "fresh_until": snapshot.ruleset.fresh_until,
        "commit": snapshot.commit,
    }


def _rule_problems(failure: RulesError | None) -> list[dict[str, object]]:
    return [
        {
            "message": each.message,
            "help": each.help,
            "path": each.span.path if each.span else None,
            "line": each.span.line if each.span else None,
            "column": each.span.column if each.span else None,
        }
        for each in (failure.problems if failure else ())
    ]
