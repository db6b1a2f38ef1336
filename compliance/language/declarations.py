"""Entity, register and territory files."""

from __future__ import annotations

import re
from datetime import timedelta

from compliance.language.fields import KEBAB, LANGUAGE_TAG, REGISTER_ID, TERRITORY_ID, Collector, Fields
from compliance.language.given import PLACE_HELP, WORDS_OF_DOUBT, code_help, order_problem
from compliance.language.keys import names
from compliance.language.source import List, Map, Text
from compliance.model.designation import Claim, Entity, Entry, Milestone, Register, Stance
from compliance.model.period import Period
from compliance.model.rule import Source
from compliance.model.territory import PLACES, Extent, Member, Territory

ACRONYM = "acronym"
"""Among the languages of names: short names that are the same in each."""
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_DAYS = re.compile(r"([1-9][0-9]{0,4}) days?")
_CONFIDENCE = re.compile("[ABCD]")


def sources(fields: Fields, key: str, *, required: bool = False) -> tuple[Source, ...]:
    """A list of sources, each with a title."""
    found = []
    for item in fields.maps(key, required=required):
        inner = Fields(item, "a source", fields.to, names("source"))
        title = inner.text("title", required=True)
        href = href_of(inner, "href")
        basis = Source(title or "", href, inner.text("article"), confidence(inner), inner.text("note"))
        found.append(basis)
    return tuple(found)


def confidence(fields: Fields) -> str | None:
    """A grade from A (the text itself) to D (from memory)."""
    node = fields.text_node("confidence")
    if node is not None and not _CONFIDENCE.fullmatch(node.text):
        fields.to.fail(node.span, f"unknown confidence `{node.text}`", "use one of: A, B, C, D")
    return None if node is None else node.text


def href_of(fields: Fields, key: str) -> str | None:
    """An http(s) address."""
    node = fields.text_node(key)
    if node is not None and not re.fullmatch(r"https?://[^\s<>\"']+", node.text):
        fields.to.fail(node.span, f"`{node.text}` is not a web address", "begin it with https://")
        return None
    return None if node is None else node.text


def desk(fields: Fields) -> None:
    """Check what the legal desk keeps beside every file: who owns it, when to look again."""
    fields.text("owner")
    fields.day("review_by")


def entity(node: Map, to: Collector) -> Entity | None:
    """An entity file."""
    fields = Fields(node, "an entity", to, names("entity"))
    name = fields.id("entity", KEBAB, "rfe-rl")
    if name is not None and name.text in WORDS_OF_DOUBT:
        to.fail(name.span, f"`{name.text}` has a meaning of its own where facts are given", "choose another id")
    title = fields.text("title", required=True)
    desk(fields)
    sources(fields, "sources")
    parent = fields.text_node("parent")
    if parent is not None:
        to.refer("entity", parent)
    if name is None or not to.declare("entity", name):
        return None
    return Entity(
        id=name.text,
        title=title or "",
        names=_names(fields, "names"),
        not_names=_names(fields, "not_names"),
        domains=_domains(fields),
        parent=parent.text if parent else None,
        excludes=tuple(text.text for text in fields.texts("excludes")),
        identifiers=_identifiers(fields),
        answers_to=_orders(fields),
        stance=_stance(fields),
    )


def _names(fields: Fields, key: str) -> dict[str, tuple[str, ...]]:
    node = fields.map_of(key)
    found = {}
    for tag, value in node.entries if node else ():
        if tag.text != ACRONYM and not LANGUAGE_TAG.fullmatch(tag.text):
            help_ = f"write it like `en`, `pt-BR` or `sr-Latn`, or `{ACRONYM}`"
            fields.to.fail(tag.span, f"`{tag.text}` is not a language tag", help_)
        found[tag.text] = tuple(text.text for text in fields.each_text(value, f"`{tag.text}`"))
    return found


def _domains(fields: Fields) -> tuple[str, ...]:
    found = []
    for text in fields.texts("domains"):
        if _DOMAIN.fullmatch(text.text):
            found.append(text.text)
        else:
            help_ = (
                _bare_host(text.text) or "write the bare host, for example `example.org`; hosts under it are meant too"
            )
            fields.to.fail(text.span, f"`{text.text}` is not a domain", help_)
    return tuple(found)


def _bare_host(text: str) -> str | None:
    """The help that names the domain which is meant: without scheme and path, in lower case, in ASCII."""
    host = re.sub(r"^[a-z]+://|/.*$|:\d+$", "", text.strip().casefold())
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"write `{ascii_host}`" if _DOMAIN.fullmatch(ascii_host) else None


def _identifiers(fields: Fields) -> dict[str, str]:
    node = fields.map_of("identifiers")
    if node is None:
        return {}
    keys = ("wikidata", "opensanctions")
    inner = Fields(node, "`identifiers`", fields.to, keys)
    return {key: value for key in keys if (value := inner.text(key)) is not None}


def _orders(fields: Fields) -> tuple[str, ...] | None:
    if fields.map.get("answers_to") is None:
        return None
    return tuple(text.text for text in fields.texts("answers_to") if _is_order(text, fields.to))


def _is_order(text: Text, to: Collector) -> bool:
    problem = order_problem(text.text)
    if problem is not None:
        to.fail(text.span, *problem)
    return problem is None


def _stance(fields: Fields) -> dict[str, Stance]:
    node = fields.map_of("stance")
    found = {}
    for key, value in node.entries if node else ():
        text = fields.as_text(value, "a stance")
        if text is not None and _is_order(key, fields.to):
            stance = fields.choice(text, Stance, "stance")
            if stance is not None:
                found[key.text] = stance
    return found


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
    fields.text("summary")
    sources(fields, "sources")
    desk(fields)
    found = [_entry(item, to, arms) for item in fields.maps("entries", required=True)]
    entries = tuple(entry for entry in found if entry is not None)
    if name is None or not to.declare("register", name):
        return None
    if arms is None or complete is None or retrieved_on is None or fresh_for is None:
        return None
    return Register(
        id=name.text,
        title=title or "",
        authority=authority or "",
        entries=entries,
        arms=arms,
        complete=complete,
        retrieved_on=retrieved_on,
        fresh_for=fresh_for,
        zone=zone,
        legal_basis=basis,
    )


def _fresh_for(fields: Fields) -> timedelta | None:
    node = fields.text_node("fresh_for", required=True)
    if node is None:
        return None
    match = _DAYS.fullmatch(node.text)
    if match is None:
        fields.to.fail(node.span, f"`{node.text}` is not a number of days", "write it like `30 days`")
        return None
    return timedelta(days=int(match[1]))


def _entry(node: Map, to: Collector, arms: Milestone | None) -> Entry | None:
    fields = Fields(node, "an entry", to, names("entry"))
    who = fields.text_node("entity", required=True)
    if who is not None:
        to.refer("entity", who)
    claims = {milestone: found for milestone in Milestone if (found := _claims(fields, milestone))}
    last = fields.text_node("last_day", required=True)
    is_unknown = last is not None and last.text == "unknown"
    last_day = None if is_unknown else fields.open_day("last_day") if last is not None else None
    fields.text("note")
    if arms is not None and arms not in claims and node.get(arms) is None and not fields.is_misspelled(arms):
        help_ = f"add `{arms}: {{day: ..., source: ..., confidence: ...}}`"
        to.fail(node.span, f"the register is armed by `{arms}`, and the entry has none", help_)
    if who is None or arms is None or arms not in claims:
        return None
    if last is not None and Period(claims[arms][0].day, last_day).is_empty:
        to.fail(last.span, "the last day is before the first day", f"the first day is that of `{arms}`")
    return Entry(who.text, claims, last_day, last_day_unknown=is_unknown)


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


def territory(node: Map, to: Collector) -> Territory | None:
    """A territory file."""
    fields = Fields(node, "a territory", to, names("territory"))
    name = fields.id("territory", TERRITORY_ID, "ua-russia-controlled")
    title = fields.text("title", required=True)
    zone = fields.zone("timezone")
    fields.text("summary")
    sources(fields, "sources", required=True)
    desk(fields)
    members = tuple(member for item in fields.maps("members", required=True) for member in _members(item, to))
    if name is None or not to.declare("territory", name):
        return None
    if name.text in PLACES:
        to.fail(name.span, f"`{name.text}` is an ISO 3166 code already", "give the territory a name of its own")
        return None
    return Territory(name.text, title or "", members, zone)


def _members(node: Map, to: Collector) -> list[Member]:
    fields = Fields(node, "a member", to, names("member"))
    key = "code" if node.get("codes") is None else "codes"
    if key == "codes" and (other := node.key("code")) is not None:
        to.fail(other.span, "a member has `code` or `codes`, not both", "put all of them under `codes`")
    extent = fields.word("extent", Extent, required=True)
    period = fields.period()
    fields.text("source")
    codes = []
    for text in fields.texts(key, required=True):
        if text.text in PLACES:
            codes.append(text.text)
        else:
            to.fail(text.span, f"unknown place `{text.text}`", code_help(text.text) or PLACE_HELP)
    return [Member(code, extent, Period(period.first_day, period.last_day)) for code in codes if extent is not None]
