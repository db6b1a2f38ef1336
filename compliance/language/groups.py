"""Groups with ranks: the gravest notice about an entity stands alone, and the lighter ones give way.

Theory: a rank is another way to write `supersedes`, and becomes it when everything was read. So the engine
knows one relation only, and only a notice that is due for certain takes the place of another one. A notice
about the whole page never outranks one about a mention: it speaks of somebody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from compliance.language.fields import Collector
from compliance.model.notice import Notice
from compliance.model.rule import Rule


def ranked(rules: Mapping[str, Rule], to: Collector) -> dict[str, Rule]:
    """The rules, with notices that supersede those of their group which have a lower rank."""
    notices = {rule.notice.id: rule.notice for rule in rules.values() if rule.notice.rank is not None}
    if not notices:
        return dict(rules)
    bound: dict[str, set[bool]] = defaultdict(set)
    for rule in rules.values():
        bound[rule.notice.id].add(rule.for_each is not None)
    groups: dict[str | None, list[Notice]] = defaultdict(list)
    for name in sorted(notices):
        groups[notices[name].group].append(notices[name])
    changed: dict[str, Notice] = {}
    for members in groups.values():
        for notice in members:
            lower = [each for each in members if _is_lower(each, notice)]
            _check(notice, members, to)
            more = [each.id for each in lower if _may_speak_of_the_same(bound[notice.id], bound[each.id])]
            supersedes = tuple(dict.fromkeys([*notice.supersedes, *more]))
            if supersedes != notice.supersedes:
                changed[notice.id] = replace(notice, supersedes=supersedes)
    return {
        name: replace(rule, notice=changed[rule.notice.id]) if rule.notice.id in changed else rule
        for name, rule in rules.items()
    }


def _is_lower(one: Notice, other: Notice) -> bool:
    return one.rank is not None and other.rank is not None and one.rank < other.rank


def _may_speak_of_the_same(stronger: Iterable[bool], weaker: Iterable[bool]) -> bool:
    """Whether the stronger never speaks of the page where the weaker speaks of a mention."""
    return not (False in stronger and True in weaker)


def _check(notice: Notice, members: Iterable[Notice], to: Collector) -> None:
    for other in members:
        if other.id in notice.supersedes and _is_lower(notice, other):
            span = to.declared["notice", notice.id]
            message = f"notice `{notice.id}` supersedes `{other.id}`, which has the higher rank in `{notice.group}`"
            to.fail(span, message, "leave it out of `supersedes`, or change a rank")
