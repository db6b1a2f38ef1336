"""The leaves that say which rule sets were in use: the number of each, and whether the rule set itself is still kept.

Theory: a table names its rule set by what that means, and not by a leaf, for a rule set may be taken up many times. The
views know the leaves; what is told stands in the log, so views that name other ones tell nothing.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from compliance.audit.log_files import LogFiles
from compliance.audit.record import RulesetRecord, decode
from compliance.audit.report_fit import NO_VIEWS, reading_views
from compliance.audit.views import VIEWS, ViewsReader
from compliance.errors import EvidenceError

_SAID = "SELECT leaf FROM announced JOIN rulesets ON ruleset = id WHERE :digest IN (said, source) ORDER BY leaf"


@dataclass(frozen=True, slots=True)
class Announced:
    """A leaf that says that a rule set was taken into use."""

    leaf: int
    record: RulesetRecord
    is_kept: bool
    """Whether the rule set itself is beside the log, with its hash."""


def announced(log: LogFiles, digest: str) -> list[Announced]:
    """The leaves that name a rule set, in their order.

    Args:
        log: its files, beside which the views are.
        digest: `sha256:` and 64 hexadecimal digits: of what the rule set means, or of the bytes of its files.

    Raises:
        EvidenceError: there are no views, or the log cannot be read there.
    """
    with closing(ViewsReader(log.directory / VIEWS)) as views, reading_views(), views.connection() as database:
        if database is None:
            if log.size():
                raise EvidenceError(NO_VIEWS)
            return []
        numbers = [leaf for (leaf,) in database.execute(_SAID, {"digest": digest}) if 0 <= leaf < log.size()]
    records = ((number, log.entry(number)) for number in numbers)
    found = ((number, decode(log.record(entry))) for number, entry in records if entry)
    return [
        Announced(number, record, _is_kept(log, record.bundle))
        for number, record in found
        if isinstance(record, RulesetRecord) and digest in {record.ruleset, record.source}
    ]


def _is_kept(log: LogFiles, name: str) -> bool:
    try:
        log.blob(name)
    except EvidenceError:
        return False
    return True
