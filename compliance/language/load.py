"""All files of a rule set together: read, declare, refer, link.

Theory: a rule may name what another file declares, so references are checked when everything was read. An
id counts as declared even where the rest of its file is broken: its own problems are reported, and nobody
else's rule is blamed for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from compliance.errors import Problem, RulesError, nearest
from compliance.language import declarations, digest
from compliance.language.fields import Collector
from compliance.language.given import place_help
from compliance.language.rules import rule as read_rule
from compliance.language.source import Map, Text, read
from compliance.model.designation import Entity
from compliance.model.rule import Notice, Rule
from compliance.model.ruleset import LANGUAGE_VERSION, Ruleset

_KINDS: Final[dict[str, Callable[[Map, Collector], Any]]] = {
    "rule": read_rule,
    "entity": declarations.entity,
    "register": declarations.register,
    "territory": declarations.territory,
}


def load(files: Mapping[str, bytes], zones: Iterable[str], *, root: str = "") -> Ruleset:
    """The rule set that `files` (path to bytes) make up.

    Args:
        files: every rule file, by its path under `root`.
        zones: the IANA time zones that there are.
        root: what to put before a path where a problem names it.

    Raises:
        RulesError: with every problem of every file.
    """
    to = Collector(frozenset(zones))
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for path in sorted(files):
        tree, problems = read(f"{root}/{path}" if root else path, files[path])
        to.problems.extend(problems)
        if tree is not None:
            _declare(tree, to, found)
    for reference in to.references:
        _check(reference.kind, reference.id, reference.span, to)
    rules = _linked(found["rule"], to)
    entities = _by_id(found["entity"])
    _check_parents(entities, to)
    if to.problems:
        raise RulesError(sorted(to.problems, key=_place))
    ruleset = Ruleset(rules, entities, _by_id(found["register"]), _by_id(found["territory"]))
    return replace(ruleset, meaning=digest.meaning(ruleset), source=digest.source(files))


def _declare(tree: object, to: Collector, found: dict[str, list[Any]]) -> None:
    if not isinstance(tree, Map):
        to.fail(tree.span, "a rule file is a map", "begin it with `language: 1`")  # type: ignore[attr-defined]
        return
    version = tree.get("language")
    if not isinstance(version, Text) or version.text != str(LANGUAGE_VERSION):
        span = version.span if version is not None else tree.span
        to.fail(span, "the file does not say which rule language it is written in", "begin it with `language: 1`")
    kinds = [kind for kind in _KINDS if tree.get(kind) is not None]
    if len(kinds) != 1:
        help_ = f"every file has one of: {', '.join(_KINDS)}"
        to.fail(tree.span, "this is neither a rule nor an entity, register or territory", help_)
        return
    thing = _KINDS[kinds[0]](tree, to)
    if thing is not None:
        found[kinds[0]].append(thing)


def _check(kind: str, name: str, span: Any, to: Collector) -> None:
    if (kind, name) in to.declared:
        return
    known = [declared for (other, declared) in to.declared if other == kind]
    if kind == "territory":
        to.fail(span, f"unknown place `{name}`", nearest(name, known) or place_help(name))
        return
    help_ = nearest(name, known) or f"declare it in a file that begins with `{kind}: {name}`"
    to.fail(span, f"unknown {kind} `{name}`", help_)


def _linked(found: list[tuple[Rule, Text | None]], to: Collector) -> dict[str, Rule]:
    """The rules with their notices: referred ones put in, equal ones shared, differing ones refused."""
    notices: dict[str, tuple[Notice, Rule]] = {}
    for rule, ref in found:
        if ref is None and rule.notice.id:
            first, owner = notices.setdefault(rule.notice.id, (rule.notice, rule))
            if first != rule.notice and rule.span is not None:
                where = f"{owner.span.path}:{owner.span.line}" if owner.span else owner.id
                help_ = f"the other is in {where}: write `notice: {{ref: {first.id}}}` to share it"
                to.fail(rule.span, f"notice `{first.id}` is defined twice, and differently", help_)
    linked = {}
    for rule, ref in found:
        shared = notices.get(ref.text) if ref is not None else None
        linked[rule.id] = replace(rule, notice=shared[0]) if shared else rule
    return dict(sorted(linked.items()))


def _by_id(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.id: thing for thing in sorted(things, key=lambda each: each.id)}


def _check_parents(entities: Mapping[str, Entity], to: Collector) -> None:
    """An entity may not be its own ancestor."""
    for name, entity in entities.items():
        seen = {name}
        here = entity
        while here.parent is not None and here.parent in entities:
            if here.parent in seen:
                to.fail(
                    to.declared["entity", name],
                    f"`{name}` is its own parent",
                    "leave one `parent` of the circle out",
                )
                break
            seen.add(here.parent)
            here = entities[here.parent]


def _place(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return (span.path, span.line, span.column) if span else ("", 0, 0)
