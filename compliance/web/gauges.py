"""What is told as numbers besides what requests count: rules, databases, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from compliance.audit.seal_status import SealStatus
from compliance.check import today
from compliance.geo.database_store import DatabaseStore
from compliance.model.ruleset import Ruleset
from compliance.purging import Purger
from compliance.web import metrics
from compliance.web.evidence import measured
from compliance.web.lines import Lines
from compliance.web.service import Service


def seal_status(service: Service) -> SealStatus | None:
    """How the log of evidence is sealed, if anybody knows."""
    return None if service.sealing is None or service.checker.recorder is None else service.sealing()


def gauges(service: Service, sealed: SealStatus | None) -> dict[str, Mapping[metrics.Labels, int]]:
    """The numbers of a service by their names and labels."""
    checker = service.checker
    states: Counter[metrics.Labels] = Counter(
        (("status", rule.status.value),) for rule in checker.ruleset.rules.values()
    )
    reloads: dict[metrics.Labels, int] = {
        (("result", "good"),): checker.store.reloads,
        (("result", "failed"),): checker.store.failures,
    }
    return {
        "compliance_rules": states,
        "compliance_rule_reloads_total": reloads,
        **_of_signed(checker.ruleset),
        **_of_databases(checker.geo),
        **measured(checker.recorder, sealed),
        **({} if service.access_log is None else _of_lines(service.access_log.lines)),
        **({} if service.purger is None else _of_purging(service.purger)),
    }


def _of_lines(lines: Lines) -> dict[str, dict[metrics.Labels, int]]:
    results: dict[metrics.Labels, int] = {
        (("result", "written"),): lines.written,
        (("result", "dropped"),): lines.dropped,
    }
    return {"compliance_access_log_lines_total": results}


def _of_purging(purger: Purger) -> dict[str, dict[metrics.Labels, int]]:
    return {
        "compliance_purges_total": {(("result", "good"),): purger.good, (("result", "failed"),): purger.failed},
        "compliance_purge_waiting": {(): purger.status().waiting},
    }


def _of_signed(ruleset: Ruleset) -> dict[str, dict[metrics.Labels, int]]:
    """How old the rules are that somebody signed, and whether they are stale."""
    if ruleset.signed_on is None or ruleset.fresh_until is None:
        return {}
    return {
        "compliance_rules_age_days": {(): max(0, (today() - ruleset.signed_on).days)},
        "compliance_rules_stale": {(): int(today() > ruleset.fresh_until)},
    }


def _of_databases(geo: DatabaseStore) -> dict[str, dict[metrics.Labels, int]]:
    """How old each database is, in whole days, and how exchanging them went."""
    ages: dict[metrics.Labels, int] = {
        (("database", str(each["name"])),): max(0, days)
        for each in geo.describe(today())
        if isinstance(days := each.get("age_days"), int)
    }
    failed: dict[metrics.Labels, int] = {(("database", file.name),): file.failed for file in geo.current.own}
    reloads: dict[metrics.Labels, int] = {
        (("result", "good"),): geo.reloads,
        (("result", "failed"),): geo.failures,
    }
    return {
        "compliance_geo_age_days": ages,
        "compliance_geo_failed_lookups_total": failed,
        "compliance_geo_reloads_total": reloads,
    }
