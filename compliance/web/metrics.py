"""Counters for a monitoring system: how many, never who, where or when.

Theory: a counter by place or notice and minute would let an observer of a small site tell who read what.
So only totals by route, status and kind of result are kept. That some answer had a required notice says that somebody
was where it is required: such a total is told in tens, so that it moves with ten answers and not with each.

Source: Prometheus text exposition format 0.0.4.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping

IN_TENS = frozenset({"compliance_notices_total", "compliance_rule_notices_total", "compliance_unknowns_total"})
"""Totals that follow from where readers are."""
_TEN = 10
REQUESTS = "compliance_requests_total"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
Labels = tuple[tuple[str, str], ...]
Samples = dict[tuple[str, Labels], int]
"""Numbers by name and labels."""
_HELP = {
    "compliance_requests_total": "requests by route and status",
    "compliance_slow_requests_total": "requests that took longer than so many seconds, by route",
    "compliance_notices_total": "answers with notices by status and display, in tens",
    "compliance_rule_notices_total": "answers with a notice that a rule asks for, or may, in tens",
    "compliance_unknowns_total": "answers that may differ once a fact is known, by fact, in tens",
    "compliance_readers_total": "readers whom answers took from the request itself, by what came of it",
    "compliance_purges_total": "commands that had caches forget pages since the start, by result",
    "compliance_purge_waiting": "surrogate keys that wait to be purged",
    "compliance_access_log_lines_total": "lines of the access log since the start, by result",
    "compliance_rule_reloads_total": "rule sets taken into use since the start, by result",
    "compliance_rules": "rules in use by desk state",
    "compliance_rules_age_days": "days since the rules in use were signed, where they grow old",
    "compliance_rules_stale": "whether signed rules are past their last day: 1, or 0",
    "compliance_evidence_recording": "whether evidence is recorded: 1, or 0 after a failure",
    "compliance_evidence_records_total": "records of evidence since the start, by result",
    "compliance_evidence_seal_age_seconds": "seconds since a round of the sealer of the service ended in good order",
    "compliance_evidence_seal_failing": "whether something is wrong with sealing: 1, or 0",
    "compliance_evidence_sealed_leaves": "leaves of the signed log",
    "compliance_evidence_waiting": "whether something is recorded and not sealed: 1, or 0",
    "compliance_geo_age_days": "days since the data of a geolocation source were made",
    "compliance_geo_failed_lookups_total": "look-ups in a database that ended in an error, and so in silence",
    "compliance_geo_reloads_total": "databases and overlays taken into use since the start, by result",
}
NAMES = tuple(_HELP)
SLOW = (0.005, 0.05, 0.5, 5.0)
"""Seconds after which a request is counted as slow. Finer times would tell whether an answer was at hand."""


class Metrics:
    """Counters that threads may share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, Labels]] = Counter()
        self.joined: Callable[[Samples], Samples] = lambda own: own
        """Adds what other processes count."""
        self.answered: Callable[[str, str, int], None] = lambda *_: None
        """Is told of requests that are counted: their route, their status, and how many there were."""
        self.settle: Callable[[], None] = lambda: None
        """Has counted what happened and is not counted yet."""

    def add(self, name: str, amount: int = 1, **labels: str) -> None:
        """Count one more, or `amount` more."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += amount
        if name == REQUESTS:
            self.answered(labels["route"], labels["status"], amount)

    def took(self, route: str, seconds: float) -> None:
        """Count how long a request took, if that was long."""
        for bound in SLOW:
            if seconds > bound:
                self.add("compliance_slow_requests_total", route=route, seconds=f"{bound:g}")

    def samples(self, gauges: Mapping[str, Mapping[Labels, int]]) -> Samples:
        """All counters and the gauges given, as they are."""
        self.settle()
        with self._lock:
            found = dict(self._counts)
        for name, values in gauges.items():
            found.update({(name, labels): number for labels, number in values.items()})
        return found

    def text(self, **gauges: Mapping[Labels, int]) -> str:
        """All counters, and the gauges given, as text; those of all processes where there are several."""
        return shown(self.joined(self.samples(gauges)))


def shown(samples: Samples) -> str:
    """Numbers as they are told, as text."""
    lines = []
    for name, meaning in _HELP.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
        for (other, labels), number in sorted(samples.items()):
            if other == name and (told := _told(name, number)) is not None:
                listed = ",".join(f'{key}="{value.translate(_ESCAPED)}"' for key, value in labels)
                lines.append(f"{name}{{{listed}}} {told}" if labels else f"{name} {told}")
    return "\n".join(lines) + "\n"


def _told(name: str, number: int) -> int | None:
    """What is told of a number; None where that is nothing."""
    return (number - number % _TEN or None) if name in IN_TENS else number
