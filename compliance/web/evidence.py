"""The endpoints of evidence: what a page shows in every place, recorded when it is published."""

from __future__ import annotations

from flask import Blueprint, Response

from compliance.audit.seal_status import SealStatus
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
        found = service().checker.table(asked.content, as_of=asked.as_of, is_given=not problems)
    except RequestError as error:
        raise RequestError([*problems, *error.problems]) from None
    if problems:
        raise RequestError(problems)
    response = as_json(found.to_json(), cache="no-store")
    response.headers["Ruleset"] = found.table.record.ruleset
    return response


def state(recorder: Recorder | None, sealed: SealStatus | None) -> dict[str, object]:
    """How recording and sealing stand, for those who look after the service."""
    if recorder is None:
        return {"mode": "off", "recording": False, "detail": "nothing is recorded", "sealed": None}
    failure = recorder.status().failure
    return {"mode": recorder.mode, "recording": failure is None, "detail": failure or "in use", "sealed": sealed}


def is_well(recorder: Recorder | None, sealed: SealStatus | None) -> bool:
    """Whether evidence is recorded and sealed as it should be."""
    return recorder is None or (recorder.status().failure is None and (sealed is None or sealed.problem is None))


def measured(recorder: Recorder | None, sealed: SealStatus | None) -> dict[str, dict[metrics.Labels, int]]:
    """How recording and sealing stand, as numbers; what nobody knows is left out."""
    if recorder is None:
        return {}
    status = recorder.status()
    found: dict[str, dict[metrics.Labels, int]] = {
        "compliance_evidence_recording": {(): int(status.failure is None)},
        "compliance_evidence_records_total": {
            (("result", "durable"),): status.acknowledged,
            (("result", "lost"),): status.lost,
        },
    }
    if sealed is not None:
        known = {
            "compliance_evidence_seal_failing": int(sealed.problem is not None),
            "compliance_evidence_seal_age_seconds": sealed.age_seconds,
            "compliance_evidence_sealed_leaves": sealed.leaves,
            "compliance_evidence_waiting": None if sealed.waiting is None else int(sealed.waiting),
        }
        found |= {name: {(): value} for name, value in known.items() if value is not None}
    return found
