"""Register files: whom an authority put on a list, which dates that has, and how good our copy is.

Theory: a register is evidence of what an authority said, so everything that can be wrong with a copy is
asked for: how old it is, whether it is complete, how many entries it must have (a file that was cut at the
end of an entry looks whole). An entry has several dates, and each may have several sources that disagree.
"""

from __future__ import annotations

import re
from datetime import timedelta

from compliance.language.declarations import confidence, desk, source, sources
from compliance.language.fields import LANGUAGE_TAG, REGISTER_ID, Collector, Fields
from compliance.language.gaps import gaps
from compliance.language.keys import names
from compliance.language.source import List, Map
from compliance.model.designation import Claim, Entry, Milestone, Phrases, Register
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import Source

_DAYS = re.compile(r"([1-9][0-9]{0,4}) days?")
_COUNT = re.compile(r"[1-9][0-9]{0,6}")


def register(node: Map, to: Collector) -> Register | None:
    """A register file."""
    fields = Fields(node, "a register", to, names("register"))
    name = fields.id("register", REGISTER_ID, "ru/undesirable-organization")
    title = fields.text("title", required=True)
    authority = fields.text("authority", required=True)
    basis = sources(fields, "legal_basis", required=True)
    arms = fields.word("arms", Milestone, required=True, name="milestone")
    complete = fields.flag("complete")
    retrieved_on = fields.day("retrieved_on", required=True)
    fresh_for = _fresh_for(fields)
    zone = fields.zone("timezone")
    original = fields.text_node("copy_of")
    if original is not None:
        to.refer("register", original)
    fields.text("summary")
    sources(fields, "sources")
    desk(fields)
    marks = tuple(each for item in fields.maps("marks") if (each := _marks(item, to)) is not None)
    found = [_entry(item, to, arms) for item in fields.maps("entries", required=True)]
    _check_count(fields)
    if name is None or not to.declare("register", name):
        return None
    if arms is None or complete is None or retrieved_on is None or fresh_for is None:
        return None
    return Register(
        id=name.text,
        title=title or "",
        authority=authority or "",
        entries=tuple(entry for entry in found if entry is not None),
        arms=arms,
        complete=complete,
        retrieved_on=retrieved_on,
        fresh_for=fresh_for,
        zone=zone,
        legal_basis=basis,
        copy_of=original.text if original else None,
        marks=marks,
    )


def _marks(node: Map, to: Collector) -> Phrases | None:
    """Phrases of a language, each of which says beside a name that it stands in the list."""
    fields = Fields(node, "a mark", to, names("mark"))
    language = fields.text_node("language", required=True)
    phrases = fields.texts("phrases", required=True)
    grade, said_by = confidence(fields), fields.text("source")
    fields.text("note")
    if language is not None and not LANGUAGE_TAG.fullmatch(language.text):
        to.fail(language.span, f"`{language.text}` is not a language tag", "write it like `en`, `pt-BR` or `sr-Latn`")
    for each in phrases:
        if not any(char.isalpha() for char in each.text):
            to.fail(each.span, f"`{each.text}` is no phrase: it has no word", "write what stands beside the name")
    return None if language is None else Phrases(language.text, tuple(each.text for each in phrases), said_by, grade)


def _fresh_for(fields: Fields) -> timedelta | None:
    node = fields.text_node("fresh_for", required=True)
    if node is None:
        return None
    match = _DAYS.fullmatch(node.text)
    if match is None:
        fields.to.fail(node.span, f"`{node.text}` is not a number of days", "write it like `30 days`")
        return None
    return timedelta(days=int(match[1]))


def _check_count(fields: Fields) -> None:
    """Refuse a copy with another number of entries than it says: the rest of it may be lost."""
    node, entries = fields.text_node("count"), fields.map.get("entries")
    if node is None:
        return
    if not _COUNT.fullmatch(node.text):
        fields.to.fail(node.span, f"`{node.text}` is not a number of entries", "write it like `416`")
    elif isinstance(entries, List) and entries.items and len(entries.items) != int(node.text):
        has = len(entries.items)
        says = f"{node.text} {'entry' if node.text == '1' else 'entries'}"
        message = f"the register says {says} and has {has}: it was cut, or `count` is old"
        fields.to.fail(node.span, message, f"retrieve the list again, or write `count: {has}` if these are all")


def _entry(node: Map, to: Collector, arms: Milestone | None) -> Entry | None:
    fields = Fields(node, "an entry", to, names("entry"))
    who = fields.text_node("entity", required=True)
    if who is not None:
        to.refer("entity", who)
    claims = {milestone: found for milestone in Milestone if (found := _claims(fields, milestone))}
    last = fields.text_node("last_day", required=True)
    is_unknown = last is not None and last.text == "unknown"
    last_day = None if is_unknown else fields.open_day("last_day") if last is not None else None
    known_since, activated_by = fields.day("known_since"), _activated_by(fields)
    fields.text("note")
    if arms is not None and arms not in claims and node.get(arms) is None and not fields.is_misspelled(arms):
        help_ = f"add `{arms}: {{day: ..., source: ..., confidence: ...}}`"
        to.fail(node.span, f"the register is armed by `{arms}`, and the entry has none", help_)
    is_armed = arms is not None and arms in claims
    whole = Period(claims[arms][0].day, last_day) if arms is not None and is_armed else ALWAYS
    if last is not None and whole.is_empty:
        to.fail(last.span, "the last day is before the first day", f"the first day is that of `{arms}`")
    suspended = gaps(fields, "suspended", ALWAYS if whole.is_empty else whole)
    if who is None or not is_armed:
        return None
    return Entry(who.text, claims, last_day, is_unknown, suspended, known_since, activated_by)


def _activated_by(fields: Fields) -> Source | None:
    """The act that brought the effect after the list was made."""
    node = fields.map_of("activated_by")
    return None if node is None else source(node, fields.to)


def _claims(fields: Fields, milestone: Milestone) -> tuple[Claim, ...]:
    """One claim, or a list of them where sources disagree; the first is the one that counts."""
    node = fields.node(milestone)
    if node is None:
        return ()
    found = []
    if isinstance(node, List) and not node.items:
        fields.to.fail(node.span, f"`{milestone}` is empty", "write `{day: ..., source: ..., confidence: ...}`")
    for item in node.items if isinstance(node, List) else (node,):
        if fields.is_map(item, f"`{milestone}`"):
            inner = Fields(item, "a claim", fields.to, names("claim"))
            day = inner.day("day", required=True)
            inner.text("note")
            if day is not None:
                found.append(Claim(day, inner.text("source"), confidence(inner)))
    return tuple(found)
