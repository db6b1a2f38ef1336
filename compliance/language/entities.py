"""Entity files: who an organisation is, by which names it is known, and what data there is about it.

Theory: a name is evidence, and not all names are equally good evidence. So a name may say how strong it is,
what has to stand near it, and how it is inflected; a plain text is a name that is enough by itself. Data
about an entity (a loss percentage, a register number) holds on its days only, and on each day it is one value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from compliance.language.declarations import desk, sources
from compliance.language.fields import KEBAB, LANGUAGE_TAG, Collector, Fields
from compliance.language.given import WORDS_OF_DOUBT, order_problem
from compliance.language.keys import names
from compliance.language.overlaps import in_words, overlaps
from compliance.language.source import Broken, List, Map, Node, Text
from compliance.model.designation import ACRONYM, Alias, DatedValue, Entity, EntityKind, Stance, Strength

_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_HANDLE = re.compile(r"[^\s/]+")
_WIKIDATA = re.compile(r"Q[1-9][0-9]*")


def entity(node: Map, to: Collector) -> Entity | None:
    """An entity file."""
    fields = Fields(node, "an entity", to, names("entity"))
    name = fields.id("entity", KEBAB, "rfe-rl")
    if name is not None and name.text in WORDS_OF_DOUBT:
        to.fail(name.span, f"`{name.text}` has a meaning of its own where facts are given", "choose another id")
    title = fields.text("title", required=True)
    kind = fields.word("kind", EntityKind, EntityKind.ORGANISATION) or EntityKind.ORGANISATION
    fields.text("summary")
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
        aliases=_aliases(fields),
        not_names=_not_names(fields),
        domains=_domains(fields),
        parent=parent.text if parent else None,
        excludes=_excludes(fields),
        identifiers=_identifiers(fields),
        answers_to=_orders(fields),
        stance=_stance(fields),
        handles=_handles(fields),
        values=_values(fields),
        kind=kind,
    )


# -- names ----------------------------------------------------------------------------------------------


def _aliases(fields: Fields) -> tuple[Alias, ...]:
    """The names of every language, in the order of the file."""
    found = []
    for tag, value in _by_language(fields, "names"):
        known: set[str] = set()
        for item in _items(value):
            what = f"an item of `{tag.text}`" if isinstance(value, List) else f"`{tag.text}`"
            alias = _alias(item, None if tag.text == ACRONYM else tag.text, what, fields)
            if alias is None:
                continue
            if alias.name in known:
                fields.to.fail(item.span, f"`{alias.name}` is a name in `{tag.text}` already", "leave one of them out")
            known.add(alias.name)
            found.append(alias)
    return tuple(found)


def _alias(node: Node, language: str | None, what: str, fields: Fields) -> Alias | None:
    """A name: a text, or a map that says how it is to be read."""
    usual = Strength.ACRONYM if language is None else Strength.STRONG
    if isinstance(node, List):
        fields.to.fail(node.span, f"{what} is a text or a map, not a list", "write `Radio`, or `{name: Radio, ...}`")
    if not isinstance(node, Map):
        text = fields.as_text(node, what) if isinstance(node, Text) else None
        return None if text is None else Alias(text.text, language, usual)
    inner = Fields(node, "a name", fields.to, names("name"))
    name = inner.text("name", required=True)
    strength = inner.word("strength", Strength, usual) or usual
    context, forms, not_forms = (inner.texts(key) for key in ("context", "forms", "not_forms"))
    written = {text.text for text in forms} | {name}
    for text in not_forms:
        if text.text in written:
            help_ = "it is one or the other: leave it out of one list"
            fields.to.fail(text.span, f"`{text.text}` is a form of the name and a look-alike", help_)
    if name is None:
        return None
    return Alias(name, language, strength, _texts(context), _texts(forms), _texts(not_forms))


def _excludes(fields: Fields) -> tuple[str, ...]:
    """Ids of children; nobody need have declared them, but a title would exclude nobody and look as if it did."""
    found = fields.texts("excludes")
    for text in found:
        if not KEBAB.fullmatch(text.text):
            fields.to.fail(text.span, f"`{text.text}` is not the id of an entity", "write the id, for example `rfe-rl`")
    return _texts(found)


def _not_names(fields: Fields) -> dict[str, tuple[str, ...]]:
    return {
        tag.text: _texts(fields.each_text(value, f"`{tag.text}`")) for tag, value in _by_language(fields, "not_names")
    }


def _by_language(fields: Fields, key: str) -> Iterator[tuple[Text, Node]]:
    """What stands under each language tag; a tag that is none is a problem."""
    node = fields.map_of(key)
    for tag, value in node.entries if node else ():
        if tag.text != ACRONYM and not LANGUAGE_TAG.fullmatch(tag.text):
            help_ = f"write it like `en`, `pt-BR` or `sr-Latn`, or `{ACRONYM}`"
            fields.to.fail(tag.span, f"`{tag.text}` is not a language tag", help_)
        yield tag, value


def _items(node: Node) -> Iterable[Node]:
    """The items of a list; one thing alone counts as a list of one."""
    return node.items if isinstance(node, List) else (node,)


def _texts(found: Iterable[Text]) -> tuple[str, ...]:
    return tuple(text.text for text in found)


# -- where it is found ----------------------------------------------------------------------------------


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


def _handles(fields: Fields) -> dict[str, tuple[str, ...]]:
    """What it is called on each platform, without address or spaces."""
    found = {}
    for platform, value in _kebab_entries(fields, "handles", "a platform", "telegram"):
        texts = list(fields.each_text(value, f"`{platform.text}`"))
        for text in texts:
            if not _HANDLE.fullmatch(text.text):
                help_ = "write it as the platform does, without address and spaces, for example `radio_news`"
                fields.to.fail(text.span, f"`{text.text}` is not a handle", help_)
        found[platform.text] = _texts(texts)
    return found


def _identifiers(fields: Fields) -> dict[str, str]:
    """Ids that others gave it, by who did."""
    found = {}
    for scheme, value in _kebab_entries(fields, "identifiers", "a scheme", "wikidata"):
        text = fields.as_text(value, f"`{scheme.text}`")
        if text is None:
            continue
        if scheme.text == "wikidata" and not _WIKIDATA.fullmatch(text.text):
            fields.to.fail(text.span, f"`{text.text}` is no id of Wikidata", "write it like `Q42`")
        found[scheme.text] = text.text
    return found


def _kebab_entries(fields: Fields, key: str, what: str, example: str) -> Iterator[tuple[Text, Node]]:
    """The entries of a map with keys of the author's own; a key that is no word is a problem."""
    node = fields.map_of(key)
    for name, value in node.entries if node else ():
        if KEBAB.fullmatch(name.text):
            if not isinstance(value, Broken):
                yield name, value
        else:
            help_ = f"use lower case letters, digits and hyphens, for example `{example}`"
            fields.to.fail(name.span, f"`{name.text}` is not a name for {what}", help_)


# -- law ------------------------------------------------------------------------------------------------


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


# -- data -----------------------------------------------------------------------------------------------


def _values(fields: Fields) -> dict[str, tuple[DatedValue, ...]]:
    """Data by name, each a list of values with their days."""
    node = fields.map_of("values")
    if node is None:
        return {}
    keys = tuple(name.text for name, _ in _kebab_entries(fields, "values", "data", "cfd-loss-percentage"))
    inner = Fields(node, "`values`", fields.to, tuple(name.text for name, _ in node.entries))
    found = {}
    for key in keys:
        dated = [(item, value) for item in inner.maps(key, required=True) if (value := _dated_value(item, fields.to))]
        for item, days in overlaps((item, value.period) for item, value in dated):
            help_ = "end the earlier one on the day before the later one begins"
            fields.to.fail(item.span, f"`{key}` has two values {in_words(days)}", help_)
        found[key] = tuple(value for _, value in dated)
        texts = (item.get("value") for item, _ in dated)
        fields.to.data.extend((key, text) for text in texts if isinstance(text, Text))
    return found


def _dated_value(node: Map, to: Collector) -> DatedValue | None:
    """One value; None if anything about it is a problem, so that its days blame no other."""
    problems = len(to.problems)
    fields = Fields(node, "a value", to, names("value"))
    value, period, source = fields.text("value", required=True), fields.period(), fields.text("source")
    fields.text("note")
    is_good = value is not None and node.is_whole and len(to.problems) == problems
    return DatedValue(" ".join((value or "").split()), period, source) if is_good else None
