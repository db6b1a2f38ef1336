"""All files of a rule set together: read, declare, refer, link.

Theory: a rule may name what another file declares, so references are checked when everything was read. An
id counts as declared even where the rest of its file is broken: its own problems are reported, and nobody
else's rule is blamed for them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from compliance.errors import Problem, RulesError, Span, nearest
from compliance.language import arming, data, declarations, digest
from compliance.language.entities import entity as read_entity
from compliance.language.fields import Collector
from compliance.language.given import PLACE_HELP, code_help
from compliance.language.groups import ranked
from compliance.language.registers import register as read_register
from compliance.language.rules import rule as read_rule
from compliance.language.source import Broken, Map, Node, Text, read
from compliance.language.words import BIND_HELP, speaks_of_a_mention
from compliance.model.rule import Notice, Rule
from compliance.model.ruleset import LANGUAGE_VERSION, Ruleset

MOST_GUESSES: Final = 20
"""For so many unknown ids of a kind the nearest is looked for; of more, nobody misspelt each: a file is missing."""
_SLIP: Final = 0.8
"""From this likeness on, a name is a slip of another, whatever else it may look like."""
LANGUAGE_HELP = f"begin it with `language: {LANGUAGE_VERSION}`"
_DECLARATION = re.compile(
    r"""(?:^|(?<=[\s{,]))(rule|entity|register|territory|id):[ \t]*["']?([^\s"'#,{}]+)""", re.MULTILINE
)
_KINDS: Final[dict[str, Callable[[Map, Collector], Any]]] = {
    "rule": read_rule,
    "entity": read_entity,
    "register": read_register,
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
        if problems:
            to.doubtful.update(_seem_declared(files[path]))
        if tree is not None:
            _declare(tree, to, found)
    _check_references(to)
    rules, registers = arming.linked(_linked(found["rule"], to), _by_id(found["register"]), to)
    entities = _by_id(found["entity"])
    _check_circles(
        "entity", {name: each.parent for name, each in entities.items()}, "is its own ancestor", "parent", to
    )
    originals = {name: each.copy_of for name, each in registers.items() if not each.is_variant}
    _check_circles("register", originals, "is a copy of itself", "copy_of", to)
    data.check({rule.notice.id: rule.notice for rule in rules.values()}.values(), to)
    if to.problems:
        raise RulesError(sorted(to.problems, key=_place))
    ruleset = Ruleset(rules, entities, registers, _by_id(found["territory"]))
    return replace(ruleset, meaning=digest.meaning(ruleset), source=digest.source(files))


def _seem_declared(data: bytes) -> Iterator[tuple[str, str]]:
    """What a file that cannot be read whole seems to declare; a rule's id is also that of its notice."""
    plain = data.replace(b"\0", b"").decode("utf-8", "replace")  # so that UTF-16 can be read, too
    for kind, name in _DECLARATION.findall(plain):
        if kind != "id":
            yield kind, name
        if kind in {"rule", "id"}:
            yield "notice", name


def _declare(tree: Node, to: Collector, found: dict[str, list[Any]]) -> None:
    if not isinstance(tree, Map):
        if not isinstance(tree, Broken):
            to.fail(tree.span, "a rule file is a map", LANGUAGE_HELP)
        return
    if (suite := tree.key("suite")) is not None:
        to.fail(suite.span, "a suite is not loaded with the rules", "move it into a folder `tests`")
        return
    kinds = [kind for kind in _KINDS if tree.get(kind) is not None]
    to.hidden.update(kind for kind in kinds if not isinstance(tree.get(kind), Text))
    slips = [] if kinds else [(key, kind) for key, _ in tree.entries if (kind := _meant(key.text)) is not None]
    if len(kinds) > 1:
        for kind in kinds:
            to.doubtful.update(_named(kind, tree.get(kind)))
        key = tree.key(kinds[1])
        message = f"a file declares one thing, and this one has {' and '.join(f'`{kind}`' for kind in kinds)}"
        to.fail(key.span if key else tree.span, message, "put each into a file of its own")
        return
    if not kinds and slips:
        key, kind = slips[0]
        to.doubtful.update(_named(kind, tree.get(key.text)))
        kinds = [kind]
    _check_language(tree, to, may_be_misspelled=bool(kinds))
    if kinds:
        thing = _KINDS[kinds[0]](tree, to)
        if thing is not None:
            found[kinds[0]].append(thing)
    elif tree.is_whole:
        help_ = f"every file has one of: {', '.join(_KINDS)}"
        to.fail(tree.span, "this is neither a rule nor an entity, register or territory", help_)


def _check_language(tree: Map, to: Collector, *, may_be_misspelled: bool) -> None:
    version = tree.get("language")
    if version is None:
        # a key that nobody knows is a problem of its own, where the kind of the file is known
        if tree.is_whole and not (may_be_misspelled and nearest("language", (key.text for key, _ in tree.entries))):
            to.fail(tree.span, "the file does not say which rule language it is written in", LANGUAGE_HELP)
    elif not isinstance(version, Text):
        if not isinstance(version, Broken):
            to.fail(version.span, "`language` is a number", LANGUAGE_HELP)
    elif version.text != str(LANGUAGE_VERSION):
        to.fail(version.span, f"unknown rule language `{version.text}`", f"use `language: {LANGUAGE_VERSION}`")


def _meant(key: str) -> str | None:
    """The kind of file that a misspelled key stands for."""
    return next((kind for kind in _KINDS if key != kind and nearest(key, [kind], cutoff=0.8)), None)


def _named(kind: str, node: Node | None) -> Iterator[tuple[str, str]]:
    if isinstance(node, Text):
        yield kind, node.text
        if kind == "rule":
            yield "notice", node.text


def _check_references(to: Collector) -> None:
    """Note every reference to what nobody declares; the first ones of a kind are compared with what there is."""
    known: dict[str, list[str]] = defaultdict(list)
    for kind, name in to.declared:
        known[kind].append(name)
    unknown = Counter[str]()
    for reference in to.references:
        kind, name = reference.kind, reference.id
        if (kind, name) not in to.declared and (kind, name) not in to.doubtful and kind not in to.hidden:
            unknown[kind] += 1
            _unknown(kind, name, reference.span, known[kind] if unknown[kind] <= MOST_GUESSES else (), to)


def _unknown(kind: str, name: str, span: Span, known: Iterable[str], to: Collector) -> None:
    if kind == "territory":
        near = nearest(name, known, _SLIP) or code_help(name) or nearest(name, known)
        help_ = f"{PLACE_HELP}, or declare it in a file with `territory: {name}`"
        to.fail(span, f"unknown place `{name}`", near or help_)
        return
    if kind == "notice":
        to.fail(span, f"unknown notice `{name}`", nearest(name, known) or "write the `id` of a notice, or of its rule")
        return
    if kind == "area":
        territory, _, area = name.partition(".")
        if ("territory", territory) in to.declared:  # else the territory is the problem
            to.fail(span, f"`{territory}` has no area `{area}`", nearest(name, known) or f"draw it in `{territory}`")
        return
    help_ = nearest(name, known) or f"declare it in a file with `{kind}: {name}`"
    to.fail(span, f"unknown {kind} `{name}`", help_)


def _linked(found: list[tuple[Rule, Text | None]], to: Collector) -> dict[str, Rule]:
    """The rules with their notices: referred ones put in, equal ones shared, differing ones refused."""
    notices: dict[str, tuple[Notice, Rule]] = {}
    broken = {problem.span.path for problem in to.problems if problem.span}
    for rule, ref in found:
        if ref is None and rule.notice.id and rule.span is not None and rule.span.path not in broken:
            first, owner = notices.setdefault(rule.notice.id, (rule.notice, rule))
            if owner is not rule and not _is_same(first, rule.notice):
                where = f"{owner.span.path}:{owner.span.line}" if owner.span else owner.id
                help_ = f"the other is in {where}: write `notice: {{ref: {first.id}}}` to share it"
                to.fail(rule.span, f"notice `{first.id}` is defined twice, and differently", help_)
    linked = {}
    for rule, ref in found:
        shared = notices.get(ref.text) if ref is not None else None
        if ref is not None and shared is not None and rule.for_each is None and speaks_of_a_mention(shared[0]):
            message = f"notice `{ref.text}` speaks of a mention, and this rule binds none"
            to.fail(ref.span, message, BIND_HELP)
        if shared is None and rule.notice.id in notices:
            shared = notices[rule.notice.id]  # equal ones are one object
        linked[rule.id] = rule if shared is None or shared[0] is rule.notice else replace(rule, notice=shared[0])
    return ranked(dict(sorted(linked.items())), to)


def _is_same(one: Notice, other: Notice) -> bool:
    """Whether they mean the same to the digest, for which the order of languages counts: the first is the default."""
    if one == other and _order(one) == _order(other):
        return True
    return digest.canonical(one) == digest.canonical(other)


def _order(notice: Notice) -> list[str]:
    slots = (name for slot, words in notice.slots.items() for name in (slot, *words))
    missing = (tag for slot in notice.values.values() for tag in slot.missing)
    return [*(tag for words in notice.each_words() for tag in words), *slots, *missing]


def _by_id(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.id: thing for thing in sorted(things, key=lambda each: each.id)}


def _check_circles(kind: str, above: Mapping[str, str | None], message: str, key: str, to: Collector) -> None:
    """Refuse what leads back to itself; a circle is one problem, however many stand in it or lead to it."""
    known: set[str] = set()
    for name in above:
        chain: list[str] = []
        here: str | None = name
        while here is not None and here in above and here not in known:
            known.add(here)
            chain.append(here)
            here = above[here]
        if here in chain:
            circle = [*chain[chain.index(here) :], here]
            to.fail(
                to.declared[kind, here],
                f"`{here}` {message}: {' > '.join(f'`{each}`' for each in circle)}",
                f"leave one `{key}` of the circle out",
            )


def _place(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return (span.path, span.line, span.column) if span else ("", 0, 0)
