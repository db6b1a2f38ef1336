"""Rule files: the rule, its notice and its scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from compliance.errors import nearest
from compliance.language.arming import arms
from compliance.language.conditions import block, blocks, fact, if_unknown
from compliance.language.declarations import sources
from compliance.language.fields import KEBAB, Collector, Fields
from compliance.language.gaps import gaps
from compliance.language.given import GivenError, given
from compliance.language.keys import names
from compliance.language.notice import NO_NOTICE, notice
from compliance.language.source import Broken, List, Map, Node, Text, is_whole
from compliance.model.facts import BINDABLE, FACTS, FactValue, Kind
from compliance.model.period import Period
from compliance.model.rule import Block, LawStatus, Rule, Scenario, Status
from compliance.model.territory import marks_of

EXPECTED = ("required", "possible", "review", "none")


def rule(node: Map, to: Collector) -> tuple[Rule, Text | None] | None:
    """A rule file, and where its notice is a reference, the id it refers to."""
    fields = Fields(node, "a rule", to, names("rule"))
    name = fields.id("rule", KEBAB, "ru-undesirable-organization-reader-risk")
    title = fields.text("title", required=True)
    status = fields.word("status", Status, required=True)
    effective = _effective(fields)
    for_each = _for_each(fields)
    problems = len(to.problems)
    fields.node("when", required=True)
    when, unless = node.get("when"), node.get("unless")
    conditions = block(when, to, for_each) if when is not None else Block(())
    exceptions = blocks(unless, to, for_each)
    asked = {line.fact for each in (conditions, *exceptions) for line in each.each_line()} | {for_each or ""}
    may_ask_more = any(fields.is_misspelled(key) for key in ("when", "unless") if node.get(key) is None)
    if may_ask_more or len(to.problems) > problems or not all(is_whole(each) for each in (when, unless) if each):
        asked = set(FACTS)  # a line that cannot be read may be the one that asks
    arms(fields, name, (conditions, *exceptions), may_ask_more=asked == set(FACTS))
    policies, reasons = if_unknown(fields.map_of("if_unknown"), to, asked)
    said, ref = notice(fields, name, for_each)
    basis = sources(fields, "legal_basis", required=True)
    found = tuple(_scenario(item, to) for item in fields.maps("scenarios", required=True))
    fields.refuse_twins("scenarios", "scenario", "rule")
    summary, owner = fields.text("summary"), fields.text("owner", required=True)
    review_by = fields.day("review_by", required=True)
    law_status = _law_status(fields)
    if name is None or not to.declare("rule", name) or effective is None or effective.zone is None:
        return None
    whole = Rule(
        id=name.text,
        title=title or "",
        status=status or Status.DRAFT,
        effective=effective,
        when=conditions,
        notice=said or NO_NOTICE,
        zone=effective.zone,
        unless=exceptions,
        for_each=for_each,
        if_unknown=policies,
        skip_reasons=reasons,
        legal_basis=basis,
        law_status=law_status,
        summary=summary or "",
        owner=owner or "",
        review_by=review_by,
        scenarios=tuple(scenario for scenario in found if scenario is not None),
        span=name.span,
    )
    return whole, ref


def _effective(fields: Fields) -> Period | None:
    node = fields.map_of("effective", required=True)
    if node is None:
        return None
    inner = Fields(node, "`effective`", fields.to, names("effective"))
    period = inner.period(inner.zone("timezone", required=True))
    return replace(period, gaps=gaps(inner, "suspended", period))


def _for_each(fields: Fields) -> str | None:
    """The fact whose members are bound one by one; a slip in it is one problem, not one for each bound line."""
    node = fields.text_node("for_each")
    if node is not None and fact(node, fields.to, bound="") is not None and node.text not in BINDABLE:
        fields.to.fail(node.span, f"`{node.text}` binds no entity", f"use one of: {', '.join(BINDABLE)}")
    if node is not None and node.text in BINDABLE:
        return node.text
    is_missing = fields.map.get("for_each") is None and not fields.is_misspelled("for_each")
    return None if is_missing else BINDABLE[0]


def _law_status(fields: Fields) -> tuple[tuple[date, LawStatus], ...]:
    found: list[tuple[date, LawStatus]] = []
    for item in fields.maps("law_status"):
        inner = Fields(item, "a step of `law_status`", fields.to, ("from", "is"))
        day, step = inner.day("from", required=True), inner.word("is", LawStatus, required=True, name="step")
        if day is not None and step is not None:
            if found and found[-1][0] > day:
                fields.to.fail(item.span, "the steps of `law_status` are not in order", "put the earliest first")
            found.append((day, step))
    return tuple(found)


def _scenario(node: Map, to: Collector) -> Scenario | None:
    fields = Fields(node, "a scenario", to, names("scenario"))
    name, day = fields.text("name", required=True), fields.day("date", required=True)
    facts = given_facts(fields.map_of("given", required=True), to)
    expect = fields.text_node("expect", required=True)
    if expect is not None and expect.text not in EXPECTED:
        to.fail(expect.span, f"unknown expectation `{expect.text}`", f"use one of: {', '.join(EXPECTED)}")
    because = because_of(fields)
    if name is None or day is None or expect is None:
        return None
    return Scenario(name, day, facts, expect.text, because, node.span)


def because_of(fields: Fields) -> str | None:
    """The fact of which `because` says that it is not known."""
    node = fields.text_node("because")
    if node is None:
        return None
    name, _, word = node.text.rpartition(" ")
    if word != "unknown" or name not in FACTS:
        help_ = nearest(name, FACTS) or "write it like `reader.location unknown`"
        fields.to.fail(node.span, f"`{node.text}` names no fact that is unknown", help_)
        return None
    return name


def given_facts(node: Map | None, to: Collector) -> Mapping[str, FactValue]:
    """What is known of each fact that a map gives; what cannot be read is a problem and left out."""
    facts: dict[str, FactValue] = {}
    for key, value in node.entries if node else ():
        spec = fact(key, to, bound="")
        if spec is None:
            continue
        if spec.bound:  # no caller can say it, so an example that does would show what no page gets
            message = f"`{key.text}` is not given: it follows from the registers"
            to.fail(key.span, message, "give the entities themselves, as `content.mentions`")
            continue
        items = _items(value, to, key.text)
        if items is not None and (known := _known(key.text, value, items, to)) is not None:
            facts[key.text] = known
    return facts


def _known(name: str, node: Node, items: list[Text], to: Collector) -> FactValue | None:
    """What is known of a fact; None, and a problem for each item that is no value of it, if there are any."""
    good, known = list(items), None
    while known is None and (good or not items):
        try:
            known = given(name, [item.text for item in good], is_list=isinstance(node, List))
        except GivenError as error:
            to.fail(good.pop(error.item).span if good else node.span, error.message, error.help)
            if not items:
                break
    _note_references(name, good, to)
    return known


def _items(value: Node, to: Collector, name: str) -> list[Text] | None:
    """The texts of a value; None if one of them is no text."""
    items = value.items if isinstance(value, List) else (value,)
    texts = [item for item in items if isinstance(item, Text)]
    for item in items:
        if not isinstance(item, Text | Broken):
            to.fail(item.span, f"a value of `{name}` is one text", "write a word, or a list of words")
    return texts if len(texts) == len(items) else None


def _note_references(name: str, items: list[Text], to: Collector) -> None:
    """What a scenario names must be declared, or it would pass for the wrong reason."""
    if FACTS[name].kind is Kind.PLACE:
        for item in items:
            for mark in marks_of(item.text):
                to.refer("territory", item.saying(mark.partition(".")[0]))
                if "." in mark:
                    to.refer("area", item.saying(mark))
        return
    kinds = {Kind.STATUS: "register", Kind.ENTITY: "entity"}
    kind = kinds.get(FACTS[name].kind)
    for item in items if kind and name != "publisher" else ():
        word = item.text.removeprefix("perhaps ").strip()
        if word not in {"unknown", "nothing"}:
            to.refer(kind or "", item.saying(word))
