"""Rule sets out of what is kept beside the log."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from compliance import bundle
from compliance.audit.log_files import LogFiles
from compliance.audit.record import RulesetRecord
from compliance.errors import EvidenceError, RulesError
from compliance.garbage import uncollected
from compliance.language.freshness import growing_old
from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from compliance.store import known_zones


def rules_in(log: LogFiles, records: Sequence[RulesetRecord]) -> Ruleset:
    """The rule set that some leaves of the log name, from the first of their bundles that can be read.

    Args:
        log: beside which the bundles are.
        records: leaves that name rule sets of one meaning; the last is tried first.

    Raises:
        EvidenceError: there is none, or none can be read, or this version reads another meaning out of it.
    """
    if not records:
        raise EvidenceError("no leaf of the log says what this rule set is")
    reasons = []
    for record in reversed(records):
        try:
            return _read(log, record)
        except EvidenceError as error:
            reasons.append(str(error))
    raise EvidenceError("; ".join(dict.fromkeys(reasons)))


def _read(log: LogFiles, record: RulesetRecord) -> Ruleset:
    shown = f"the bundle {record.bundle[:12]}"
    data = log.blob(record.bundle)
    try:
        whole = bundle.read(BytesIO(data), shown)
        with uncollected():
            found = load(whole.files, known_zones(), root=shown)
        found = found if whole.fresh is None else growing_old(found, *whole.fresh)
    except RulesError as error:
        first = error.problems[0]
        more = f", and {len(error.problems) - 1} more problem(s)" if len(error.problems) > 1 else ""
        said = f"{first.message}{more}"
        raise EvidenceError(f"version {record.product} wrote rules that this one cannot read: {said}") from error
    if found.meaning != record.ruleset:
        raise EvidenceError(f"this version reads another meaning out of it, {found.meaning[:19]}")
    if found.source != record.source:
        raise EvidenceError(f"it is of another source than its leaf says, {found.source[:19]}")
    return found
