"""`when`, `unless` and `if_unknown`: the conditions of a rule.

Theory: a map is "all of these lines", a list on a line is "any of these values", `any_of` is "one of
these blocks". There is no other connective, so a condition can be read aloud.
"""

from __future__ import annotations

from collections.abc import Iterable

from compliance.errors import nearest
from compliance.language.fields import Collector, Fields
from compliance.language.given import fact_problem, word_problem
from compliance.language.source import Broken, List, Map, Node, Text
from compliance.model.facts import FACTS, NOTHING, FactSpec, Kind
from compliance.model.period import Period
from compliance.model.rule import AnyOf, Block, IfUnknown, Line
from compliance.model.territory import PLACES, is_place
from compliance.model.web_address import canonical_url

ANY_OF = "any_of"
_CLOSE = 0.65
"""From this likeness on, a key that is no fact was meant to be `any_of`; `any` is as near as that."""


def block(node: Node, to: Collector, bound: str | None) -> Block:
    """The lines of a map; those that cannot be read are problems and left out."""
    if not isinstance(node, Map):
        if not isinstance(node, Broken):
            to.fail(node.span, "conditions are a map", "write them as `fact: value`, one on a line")
        return Block(())
    if not node.entries:
        to.fail(node.span, "there is no condition", "write at least one line `fact: value`")
    lines: list[Line | AnyOf] = []
    for key, value in node.entries:
        if key.text == ANY_OF:
            lines.extend(_any_of(key, value, to, bound))
        elif key.text not in FACTS and (near := nearest(key.text, (ANY_OF,), _CLOSE)) is not None:
            to.fail(key.span, f"unknown fact `{key.text}`", near)
        elif (spec := fact(key, to, bound)) is not None:
            lines.extend(_line(key, value, spec, to))
    return Block(tuple(lines))


def blocks(node: Node | None, to: Collector, bound: str | None) -> tuple[Block, ...]:
    """`unless`: a map is one exception, a list of maps is several."""
    if node is None or isinstance(node, Broken):
        return ()
    items: Iterable[Node] = node.items if isinstance(node, List) else (node,)
    return tuple(block(item, to, bound) for item in items)


def if_unknown(node: Map | None, to: Collector, asked: set[str]) -> tuple[dict[str, IfUnknown], dict[str, str]]:
    """What the rule does for each fact that is not known, and the reasons for skipping."""
    policies: dict[str, IfUnknown] = {}
    reasons: dict[str, str] = {}
    for key, value in node.entries if node else ():
        if fact(key, to, bound="") is None:
            continue
        if key.text not in asked:
            to.fail(key.span, f"the rule never asks for `{key.text}`", "leave the line out, or ask for it")
            continue
        if isinstance(value, Map):
            answer, reason = _answer_with_reason(value, to)
        else:
            answer, reason = to_answer(value, to), None
        if answer is IfUnknown.SKIP and not (isinstance(value, Map) and _has(value, "reason")):
            help_ = "write `{answer: skip, reason: ...}`: skipping may hide a notice"
            to.fail(value.span, "`skip` needs a written reason", help_)
        elif answer is not None:
            policies[key.text] = answer
            if reason:
                reasons[key.text] = reason
    return policies, reasons


def _has(node: Map, key: str) -> bool:
    return node.get(key) is not None or not node.is_whole


def to_answer(node: Node, to: Collector) -> IfUnknown | None:
    """One of show, review, skip."""
    fields = Fields(Map({}, node.file, node.start), "if_unknown", to, ())
    text = fields.as_text(node, "an answer")
    return None if text is None else fields.choice(text, IfUnknown, "answer")


def _answer_with_reason(node: Map, to: Collector) -> tuple[IfUnknown | None, str | None]:
    fields = Fields(node, "an answer", to, ("answer", "reason"))
    answer = fields.node("answer", required=True)
    return (None if answer is None else to_answer(answer, to)), fields.text("reason")


def fact(key: Text, to: Collector, bound: str | None) -> FactSpec | None:
    """The fact that a key names; None, and a problem, if the vocabulary has none or nothing is bound."""
    problem = fact_problem(key.text)
    if problem is not None:
        to.fail(key.span, *problem)
        return None
    spec = FACTS[key.text]
    if spec.bound and bound is None:
        to.fail(
            key.span,
            f"`{key.text}` needs a bound entity",
            "add `for_each`, for example `for_each: content.mentions`, to the rule",
        )
        return None
    return spec


def _any_of(key: Text, value: Node, to: Collector, bound: str | None) -> list[AnyOf]:
    if not isinstance(value, List) or not value.items:
        if not isinstance(value, Broken):
            to.fail(key.span, "`any_of` is a list of blocks", "begin each block with `- `")
        return []
    return [AnyOf(tuple(block(item, to, bound) for item in value.items))]


def _line(key: Text, value: Node, spec: FactSpec, to: Collector) -> list[Line]:
    if spec.kind is Kind.DAY:
        return _day_line(key, value, spec, to)
    fields = Fields(Map({}, value.file, value.start), "a line", to, ())
    if isinstance(value, List) and not value.items:
        to.fail(value.span, "an empty list holds for nothing", "write at least one value")
    texts = list(fields.each_text(value, f"a value of `{spec.name}`"))
    values = frozenset(_canonical(text.text, spec) for text in texts if _is_value(text, spec, to))
    return [Line(spec.name, values, span=key.span)] if values else []


def _canonical(word: str, spec: FactSpec) -> str:
    return (canonical_url(word) or word) if spec.kind is Kind.URL else word


def _day_line(key: Text, value: Node, spec: FactSpec, to: Collector) -> list[Line]:
    if not isinstance(value, Map):
        if not isinstance(value, Broken):
            help_ = f"write `{spec.name}: {{first_day: 1990-08-01, last_day: none}}`"
            to.fail(value.span, f"`{spec.name}` is asked with a period", help_)
        return []
    period = Fields(value, "a period", to, ("first_day", "last_day")).period()
    return [Line(spec.name, period=Period(period.first_day, period.last_day), span=key.span)]


def _is_value(text: Text, spec: FactSpec, to: Collector) -> bool:
    """Whether a rule may ask for this value; what another file must declare is noted."""
    word = text.text
    if word in {"unknown", "perhaps"} or word.startswith("perhaps "):
        help_ = "say under `if_unknown` what happens when nobody knows"
        to.fail(text.span, f"a rule cannot ask for `{word}`", help_)
        return False
    if spec.many and word == NOTHING:
        to.fail(text.span, f"a rule cannot ask for `{word}`", "name the values that the rule is about")
        return False
    if spec.kind is Kind.PLACE:
        if is_place(word) and word not in PLACES:
            to.fail(text.span, "a rule cannot ask for a piece of a code", "ask for the territory itself")
            return False
        if word not in PLACES:
            to.refer("territory", text)
    elif spec.kind is Kind.ENTITY:
        to.refer("entity", text)
    elif spec.kind is Kind.STATUS:
        to.refer("register", text)
    elif (problem := word_problem(spec, word)) is not None:
        to.fail(text.span, *problem)
        return False
    return True
