"""The endpoints of evidence: what a page shows in every place, recorded when it is published."""

from __future__ import annotations

from flask import Blueprint, Response

from compliance.check import Checker
from compliance.errors import RequestError
from compliance.recording import Recorder
from compliance.web import metrics
from compliance.web.service import as_json, body, service
from compliance.web.wire import understand

routes = Blueprint("evidence", __name__)


@routes.post("/v1/table")
def table() -> Response:
    """What readers in every place are shown on a page; the body is that of a check, and its reader is not looked at."""
    asked, problems = understand(body(), None)
    try:
        found = service().checker.table(asked.content, as_of=asked.as_of)
    except RequestError as error:
        raise RequestError([*problems, *error.problems]) from None
    if problems:
        raise RequestError(problems)
    response = as_json(found.to_json(), cache="no-store")
    response.headers["Ruleset"] = found.table.record.ruleset
    return response


def state(recorder: Recorder | None) -> dict[str, object]:
    """How recording stands, for those who look after the service."""
    if recorder is None:
        return {"mode": "off", "recording": False, "detail": "nothing is recorded"}
    failure = recorder.status().failure
    return {"mode": recorder.mode, "recording": failure is None, "detail": failure or "in use"}


def measured(checker: Checker) -> dict[str, dict[metrics.Labels, int]]:
    """How recording stands, as numbers."""
    if checker.recorder is None:
        return {}
    status = checker.recorder.status()
    return {
        "compliance_evidence_recording": {(): int(status.failure is None)},
        "compliance_evidence_records_total": {
            (("result", "durable"),): status.acknowledged,
            (("result", "lost"),): status.lost,
        },
    }
