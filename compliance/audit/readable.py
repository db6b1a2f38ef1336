"""A table as people and programs read it: each row with its notices in place of their numbers."""

from __future__ import annotations

from typing import Any

import msgspec

from compliance.audit.table import OutcomeRecord, Row, TableRecord


def readable(record: TableRecord, outcome: OutcomeRecord) -> dict[str, Any]:
    """What a table says, as JSON values.

    `rows` are the different ones, each with the places where it counts. `elsewhere` and `unknown` are the numbers of
    those for all other places, and for readers of whom nobody knows the place.
    """
    return {
        "table": record.key,
        "content": record.content,
        "called": record.called,
        "facts": record.facts,
        "scanner": record.scanner,
        "ruleset": {"meaning": record.ruleset, "source": record.source},
        "semantics": record.semantics,
        "stretch": _stretch(record),
        "turns": record.turns,
        "rows": [readable_row(outcome, row) for row in outcome.rows],
        "elsewhere": outcome.elsewhere,
        "unknown": outcome.unknown,
    }


def readable_row(outcome: OutcomeRecord, row: Row) -> dict[str, Any]:
    """What readers in some places are shown, with the digests of the words."""
    return {
        "places": list(row.places),
        "notices": [_with_words(each, outcome) for each in outcome.shown(row)],
        "footnotes": [_with_words(outcome.footnotes[number], outcome) for number in row.footnotes],
    }


def _with_words(part: msgspec.Struct, outcome: OutcomeRecord) -> dict[str, Any]:
    members = {name: getattr(part, name) for name in part.__struct_fields__}
    words = outcome.words[members["words"]]
    members["words"] = {"default": words.default, "text": words.text, "short": words.short}
    built: dict[str, Any] = msgspec.to_builtins(members)
    return built


def _stretch(record: TableRecord) -> dict[str, Any]:
    stretch = record.stretch
    zones = {
        zone: {"first_day": each.first_day, "last_day": each.last_day} for zone, each in sorted(stretch.zones.items())
    }
    built: dict[str, Any] = msgspec.to_builtins(
        {"first_day": stretch.first_day, "last_day": stretch.last_day, "zones": zones}
    )
    return built
