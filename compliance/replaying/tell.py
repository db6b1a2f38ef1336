"""What came of deciding a log again, for people and as data. Of words there are digests: texts are not in the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compliance.engine.decide import SEMANTICS
from compliance.errors import visible
from compliance.replaying.again import Finding, Tally
from compliance.replaying.differences import Change, Where
from compliance.replaying.inventory import Inventory
from compliance.replaying.other_rules import REASONS, Compared, Counted, Group, graded
from compliance.review.impact.groups import Kind
from compliance.review.impact.tell import HEADINGS
from compliance.review.impact.words import Part

MOST_TOLD: Final = 20
"""So many findings are told in text, and so many changes of one kind."""
_MOST_CHANGES: Final = 12
_DIGEST: Final = 12
"""So many digits of a digest are shown."""
_KINDS: Final[Mapping[str, str]] = {
    **{kind.value: heading for kind, heading in HEADINGS.items()},
    Kind.WORDS.value: "Other words or places",
    REASONS: "The same for readers, for other reasons",
}


def text(found: Inventory, tally: Tally) -> Iterator[str]:
    """Line by line, for a terminal."""
    if isinstance(tally, Compared):
        yield from _groups(tally)
    for finding in tally.findings[:MOST_TOLD]:
        yield from _finding(finding)
    if len(tally.findings) > MOST_TOLD:
        yield f"and {len(tally.findings) - MOST_TOLD} more: `--json` tells of up to a thousand"
    yield from _rest(found, tally)
    yield summary(found, tally)


def summary(found: Inventory, tally: Tally) -> str:
    """How much was decided again, and what came of it."""
    if tally.tables == 0 and tally.found == 0:
        return "nothing was decided again: the log has no table of these days"
    open_ = f", {tally.found} finding(s)"
    if isinstance(tally, Compared):
        return f"{tally.changed} of {tally.tables} table(s) come out otherwise by the other rules{open_}"
    return f"{tally.tables} table(s) of {len(found.tables)} rule set(s): {tally.same} the same{open_}"


def _rest(found: Inventory, tally: Tally) -> Iterator[str]:
    """What was not decided again, and by which meaning of rules tables were decided."""
    if found.left_out:
        yield f"{found.left_out} table(s) of other days were left out"
    if found.erased:
        yield f"{found.erased} leaf(s) were erased, and cannot be decided again"
    for semantics, count in sorted((+tally.former).items()):
        yield f"{count} table(s) were decided by meaning {semantics} of rules, and come out the same by {SEMANTICS}"


def _finding(finding: Finding) -> Iterator[str]:
    more = f" and {finding.count - 1} more" if finding.count > 1 else ""
    about = f", {visible(finding.content)}" if finding.content else ""
    day = f", recorded on {finding.day}" if finding.day else ""
    rules = f" (rules {finding.ruleset[: 7 + _DIGEST]})" if finding.ruleset else ""
    yield f"leaf {finding.leaf}{more}{about}{day}: {finding.what}: {visible(finding.reason)}{rules}"
    for change, where in finding.changes[:_MOST_CHANGES]:
        yield f"  {_place(where)}: {_notice(change)}: recorded {change.before}, now {change.after}"
        yield from (f"    {_part(part)}" for part in change.parts)
    if len(finding.changes) > _MOST_CHANGES:
        yield f"  and {len(finding.changes) - _MOST_CHANGES} more: `--json` has all"
    yield from (f"  {_part(part)}" for part in finding.parts if part.name != "outcome" or not finding.changes)


def _place(where: Where) -> str:
    return f"in {where}".replace("in where", "where", 1)


def _notice(change: Change) -> str:
    return f"{change.notice} of {visible(change.entity)}" if change.entity else change.notice


def _part(part: Part) -> str:
    before, after = (_short(each) for each in (part.before, part.after))
    return f"{part.name}: recorded {before}, now {after}"


def _short(value: str | None) -> str:
    if value is None or not value:
        return "nothing"
    is_digest = len(value) == 64 and set(value) <= set("0123456789abcdef")
    return value[:_DIGEST] if is_digest else visible(value)


# -- other rules ----------------------------------------------------------------------------------------


def _groups(compared: Compared) -> Iterator[str]:
    told: dict[str, list[tuple[Group, Counted]]] = {}
    for group, counted in graded(compared):
        told.setdefault(group.kind, []).append((group, counted))
    for kind, groups in told.items():
        yield f"{_KINDS[kind]}:"
        for group, counted in groups[:MOST_TOLD]:
            yield from _group(group, counted)
        if len(groups) > MOST_TOLD:
            yield f"  and {len(groups) - MOST_TOLD} more of this kind: `--json` has all"
        yield ""


def _group(group: Group, counted: Counted) -> Iterator[str]:
    what = f"{group.before}, now {group.after}" if group.before != group.after else ", ".join(group.parts)
    rules = f" (rules {', '.join(group.rules)})" if group.rules else ""
    yield f"  {group.notice}: {what}, {_place(group.where)}: {counted.tables} table(s){rules}"
    for each in counted.examples[:1]:
        of = f" of {visible(each.entity)}" if each.entity else ""
        yield f"    for example leaf {each.leaf}, {visible(each.content or 'a page without a name')}{of}"


# -- data -----------------------------------------------------------------------------------------------


def data(found: Inventory, tally: Tally) -> dict[str, object]:
    """The same as data."""
    told: dict[str, object] = {
        "summary": summary(found, tally),
        "size": found.size,
        "tables": tally.tables,
        "same": tally.same,
        "left_out": found.left_out,
        "erased": found.erased,
        "semantics": SEMANTICS,
        "rulesets": [
            {
                "ruleset": meaning,
                "tables": len(numbers),
                "product": [each.product for each in found.rulesets.get(meaning, ())],
            }
            for meaning, numbers in found.tables.items()
        ],
        "former_semantics": {str(number): count for number, count in sorted((+tally.former).items())},
        "findings": [_finding_data(each) for each in tally.findings],
        "finding_count": tally.found,
    }
    if isinstance(tally, Compared):
        told["changed"] = tally.changed
        told["changes"] = [_group_data(*each) for each in graded(tally)]
    return told


def _finding_data(finding: Finding) -> dict[str, object]:
    return {
        "what": finding.what,
        "leaf": finding.leaf,
        "count": finding.count,
        "reason": finding.reason,
        "content": finding.content,
        "ruleset": finding.ruleset,
        "day": finding.day,
        "record": [_part_data(each) for each in finding.parts],
        "notices": [
            {**_change_data(change), "rules": change.rules, "where": where.data()} for change, where in finding.changes
        ],
    }


def _change_data(change: Change) -> dict[str, object]:
    return {
        "notice": change.notice,
        "entity": change.entity,
        "before": change.before,
        "after": change.after,
        "parts": [_part_data(each) for each in change.parts],
    }


def _part_data(part: Part) -> dict[str, object]:
    return {"part": part.name, "before": part.before, "after": part.after}


def _group_data(group: Group, counted: Counted) -> dict[str, object]:
    return {
        "kind": group.kind,
        "notice": group.notice,
        "before": group.before,
        "after": group.after,
        "rules": group.rules,
        "parts": group.parts,
        "where": group.where.data(),
        "tables": counted.tables,
        "examples": [
            {"leaf": each.leaf, "content": each.content, **_change_data(each.change)} for each in counted.examples
        ],
    }
