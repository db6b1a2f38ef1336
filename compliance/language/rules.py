"""Rule files: the rule, its notice and its scenarios."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from compliance.errors import nearest
from compliance.language.arming import arms
from compliance.language.conditions import block, blocks, fact, if_unknown
from compliance.language.declarations import href_of, sources
from compliance.language.fields import KEBAB, Collector, Fields
from compliance.language.gaps import gaps
from compliance.language.given import GivenError, given
from compliance.language.keys import names
from compliance.language.source import Broken, List, Map, Node, Text, is_whole
from compliance.model.facts import FACTS, FactValue, Kind
from compliance.model.period import Period
from compliance.model.rule import (
    Block,
    Fixity,
    LawStatus,
    Notice,
    Placement,
    Purpose,
    Reach,
    Rule,
    Scenario,
    Severity,
    Status,
    Words,
)

EXPECTED = ("required", "possible", "review", "none")
SLOTS = ("publisher.title", "mention.title")
SLOT = re.compile(r"\{[^{}]*\}|[{}]")
BINDABLE = "content.mentions"
BIND_HELP = f"add `for_each: {BINDABLE}` to the rule"
NO_NOTICE = Notice("", Purpose.LEGAL_DUTY, Severity.INFORM, Placement.FOOTER, {})


class Suppressible(StrEnum):
    """Parts of a page that a notice may ask the publisher to take away."""

    SHARE = "share"
    LIKE = "like"
    COMMENT = "comment"
    SAVE = "save"
    CONTACT = "contact"
    DONATE = "donate"
    SUBSCRIBE = "subscribe"
    ADVERTISE = "advertise"


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
    notice, ref = _notice(fields, name, for_each)
    basis = sources(fields, "legal_basis", required=True)
    found = tuple(_scenario(item, to) for item in fields.maps("scenarios", required=True))
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
        notice=notice or NO_NOTICE,
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
    if node is not None and fact(node, fields.to, bound="") is not None and node.text != BINDABLE:
        fields.to.fail(node.span, f"`{node.text}` binds no entity", f"use `{BINDABLE}`")
    is_missing = fields.map.get("for_each") is None and not fields.is_misspelled("for_each")
    return None if is_missing else BINDABLE


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


def _notice(fields: Fields, name: Text | None, bound: str | None) -> tuple[Notice | None, Text | None]:
    node = fields.map_of("notice", required=True)
    for named in (fields.map.get("rule"), node.get("id") if node is not None else None):
        if isinstance(named, Text) and (node is None or node.get("ref") is None):
            fields.to.doubtful.add(("notice", named.text))
    if node is None:
        return None, None
    inner = Fields(node, "a notice", fields.to, names("notice"))
    ref = inner.text_node("ref")
    if ref is not None:
        if len(node.entries) > 1:
            fields.to.fail(ref.span, "a notice is written out or referred to", "keep `ref` alone, or leave it out")
            return None, None
        fields.to.refer("notice", ref)
        return None, ref
    identity = inner.id("id", KEBAB, "risk-footer") if node.get("id") is not None else name
    if identity is not None:
        fields.to.declared.setdefault(("notice", identity.text), identity.span)
    notice = Notice(
        id=identity.text if identity else "",
        purpose=inner.word("purpose", Purpose, required=True) or Purpose.LEGAL_DUTY,
        severity=inner.word("severity", Severity, Severity.INFORM) or Severity.INFORM,
        placement=inner.word("placement", Placement, required=True) or Placement.FOOTER,
        text=_words(inner, "text", _slots(bound), required=True),
        text_if_possible=_words(inner, "text_if_possible", ()),
        short=_words(inner, "short", _slots(bound)),
        slots=_slot_words(inner, bound),
        conditional=bool(inner.flag("conditional", default=False)),
        fixity=inner.word("fixity", Fixity, Fixity.EQUIVALENT) or Fixity.EQUIVALENT,
        reach=inner.word("reach", Reach, Reach.WHERE_POSSIBLE) or Reach.WHERE_POSSIBLE,
        link=href_of(inner, "link"),
        suppress=_suppress(inner),
        group=_kebab(inner, "group"),
        supersedes=_supersedes(inner),
    )
    _whole(inner, notice)
    return notice, None


def _whole(fields: Fields, notice: Notice) -> None:
    """What only the whole notice shows to be wrong."""
    may_be_said = [key for key in ("text_if_possible", "conditional") if _is_unreadable(fields, key)]
    if not notice.conditional and fields.map.get("text_if_possible") is None and not may_be_said:
        help_ = 'add the wording "If you are in ...", or `conditional: true` if `text` already is'
        fields.to.fail(fields.map.span, "a notice needs `text_if_possible` for readers whose place is not known", help_)
    reach = fields.map.key("reach")
    is_for_safety = notice.purpose is Purpose.READER_SAFETY or _is_unreadable(fields, "purpose")
    if notice.reach is Reach.EVERYWHERE and not is_for_safety and reach is not None:
        help_ = "use `reach: where_possible`, or `purpose: reader-safety`"
        fields.to.fail(reach.span, "only a notice for the reader's safety goes to everybody", help_)


def _is_unreadable(fields: Fields, key: str) -> bool:
    """Whether a key is a problem already, so that its value is only assumed."""
    value = fields.map.get(key)
    if value is None:
        return fields.is_misspelled(key)
    words: dict[str, tuple[str, ...]] = {"purpose": tuple(Purpose), "conditional": ("true", "false")}
    return key in words and not (isinstance(value, Text) and value.text in words[key])


def _kebab(fields: Fields, key: str) -> str | None:
    return None if fields.map.get(key) is None else getattr(fields.id(key, KEBAB, "reader-risk"), "text", None)


def _supersedes(fields: Fields) -> tuple[str, ...]:
    found = fields.texts("supersedes")
    for text in found:
        fields.to.refer("notice", text)
    return tuple(text.text for text in found)


def _suppress(fields: Fields) -> tuple[str, ...]:
    node = fields.map_of("effects")
    if node is None:
        return ()
    inner = Fields(node, "`effects`", fields.to, ("suppress",))
    parts = [inner.choice(text, Suppressible, "part of a page") for text in inner.texts("suppress", required=True)]
    return tuple(part.value for part in parts if part is not None)


def speaks_of_a_mention(notice: Notice) -> bool:
    """Whether its words name the entity that `for_each` binds."""
    return any(f"{{{SLOTS[1]}}}" in words for words in (*notice.text.values(), *notice.short.values()))


def _slots(bound: str | None) -> tuple[str, ...]:
    return SLOTS if bound is not None else SLOTS[:1]


def _words(fields: Fields, key: str, slots: tuple[str, ...], *, required: bool = False) -> Words:
    """A text in several languages, each slot in it checked."""
    found = fields.words_by_language(key, required=required)
    for text in found.values():
        for written in dict.fromkeys(match[0] for match in SLOT.finditer(text.text)):
            problem = _slot_problem(written, key, slots)
            if problem is not None:
                fields.to.fail(text.part(written), *problem)
    return {tag: " ".join(text.text.split()) for tag, text in found.items()}


def _slot_problem(written: str, key: str, slots: tuple[str, ...]) -> tuple[str, str] | None:
    """What is wrong with a slot or a lone brace in the words of `key`, or None."""
    slot = written[1:-1]
    if len(written) == 1:
        return f"`{written}` belongs to no slot", f"write a slot like `{{{SLOTS[0]}}}`, and no other brace"
    if slot not in SLOTS:
        return f"unknown slot `{written}`", nearest(slot, SLOTS) or f"the slots are: {', '.join(SLOTS)}"
    if key in SLOTS:
        return f"`{written}` may not stand in the words for a slot", "say it without the slot"
    if not slots:
        help_ = "it may be unknown just when this wording is used: say it without the slot"
        return f"`{written}` may not stand in `{key}`", help_
    return None if slot in slots else (f"`{written}` needs a bound entity", BIND_HELP)


def _slot_words(fields: Fields, bound: str | None) -> dict[str, Words]:
    node = fields.map_of("slots")
    if node is None:
        return {}
    inner = Fields(node, "`slots`", fields.to, SLOTS)
    for slot, _ in node.entries:
        if slot.text in SLOTS and slot.text not in _slots(bound):
            fields.to.fail(slot.span, f"`{slot.text}` needs a bound entity", BIND_HELP)
    return {slot: _words(inner, slot, ()) for slot in SLOTS if node.get(slot) is not None}


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
        if fact(key, to, bound="") is None:
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
    kinds = {Kind.STATUS: "register", Kind.ENTITY: "entity"}
    kind = kinds.get(FACTS[name].kind)
    for item in items if kind and name != "publisher" else ():
        word = item.text.removeprefix("perhaps ").strip()
        if word not in {"unknown", "nothing"}:
            to.refer(kind or "", item.saying(word))
