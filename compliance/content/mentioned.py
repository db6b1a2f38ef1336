"""What was found in the texts of a page, as facts: whom it mentions, and to whose sites it links.

Theory: a certain mention is a member of the set, a possible one may be. Nobody else is mentioned where the whole text
was read, in a language whose case forms are known: because that was said and the words do not speak against it, or
because they show it. Where only a headline was given, or the language is another one, or nobody knows which it is,
the rest of the set is unknown: a name may stand there in a form that nobody looked for. Whoever says outright whom a
page mentions is believed: editors know more than a scanner. What a page says of itself counts where the caller is
silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from compliance.content.facts import Content, facts_of, without_halves
from compliance.content.published import days_of
from compliance.content.publisher import Directory
from compliance.content.speech import READ, SHOWS_NOTHING, Speech, speech_of
from compliance.mentions.html import Page, Published
from compliance.mentions.html import read as read_html
from compliance.mentions.readings import Reading, with_readings
from compliance.mentions.scan import Mention, Scanned, Suppressed, Verdict
from compliance.model.facts import Facts, FactValue, Members, OneOf

MENTIONS: Final = "content.mentions"
LINKS: Final = "content.links_to"
OF_PAGE: Final = "html."
"""Before the name of each field of a page."""
_TAG: Final = re.compile("[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?")
"""What pages write for a language, where it is one: whatever else they write is no mistake of the caller."""

Scan = Callable[[Mapping[str, str], frozenset[str]], Scanned]
"""Looks for names in the parts of a content, given the entities whose sites it links to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mention or what was passed over, with the place in what was given; None where nobody knows the place."""

    what: Mention | Suppressed
    surface: str
    span: tuple[int, int] | None


SAYS_NOTHING: Final = Published()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the texts of a page."""

    mentions: tuple[Found, ...] = ()
    suppressed: tuple[Found, ...] = ()
    links: Members | None = None
    """The entities to whose sites it links; None where no page was given that could be read whole."""
    is_whole: bool = False
    """Whether the whole text was given, or the page, and it was read as a browser does."""
    speech: Speech = SHOWS_NOTHING
    """What the words of the texts show of their language."""
    published: Published = SAYS_NOTHING
    notices: tuple[tuple[int, int], ...] = ()
    """From where to where in the page notices stand of which every word is the rule set's."""


NOTHING: Final = Looked()


def digest_of(content: Content) -> bytes | None:
    """Equal for pages with the same texts; None for one without any."""
    texts = (content.headline, content.text, content.html)
    if not any(text and text.strip() for text in texts):
        return None
    found = sha256()
    for text in texts:
        data = (text or "").encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.digest()


def look(content: Content, directory: Directory, scan: Scan) -> Looked:
    """What is in the texts of a page."""
    try:
        return _looked(content, directory, scan)
    except UnicodeEncodeError:  # a lone surrogate: hardly any text has one, so none is searched for them
        return _looked(without_halves(content), directory, scan)


def _looked(content: Content, directory: Directory, scan: Scan) -> Looked:
    texts, page = texts_of(content)
    links = _owners(frozenset() if page is None else page.hosts, directory)
    scanned, is_all = _scanned(texts, page, links.certain, scan)
    is_read = page is not None and page.is_checked and is_all
    return Looked(
        mentions=tuple(_placed(scanned.mentions, texts, page)),
        suppressed=tuple(_placed(scanned.suppressed, texts, page)),
        links=links if is_read else None,
        is_whole="text" in texts or is_read,
        speech=speech_of("\n".join(_authors(texts, scanned).values())),
        published=SAYS_NOTHING if page is None else page.published,
        notices=() if page is None else tuple(_in_source(scanned, page)),
    )


def _in_source(scanned: Scanned, page: Page) -> Iterator[tuple[int, int]]:
    """Where whole notices stand in the source of a page."""
    for each in scanned.notices:
        field = page.field(each.field.removeprefix(OF_PAGE)) if each.field.startswith(OF_PAGE) else None
        span = field.span(each.start, each.end) if field is not None and each.is_whole else None
        if span is not None:
            yield span


def _scanned(texts: Mapping[str, str], page: Page | None, linked: frozenset[str], scan: Scan) -> tuple[Scanned, bool]:
    """What is in some texts, however the tags of the page show; whether every way was read."""
    scanned = scan(texts, linked)
    fields = () if page is None else page.fields
    read = {f"{OF_PAGE}{each.name}": Reading.of(each.text, each.joints) for each in fields if each.joints}
    if not read:
        return scanned, True
    found = scan({name: each.text for name, each in read.items()}, linked)
    return with_readings(scanned, read, found), all(each.is_whole for each in read.values())


def _authors(texts: Mapping[str, str], scanned: Scanned) -> dict[str, str]:
    """The texts without notices of our own: in which language these are says nothing of the page."""
    kept: dict[str, list[str]] = {field: [] for field in texts}
    done = dict.fromkeys(texts, 0)
    for each in sorted(scanned.notices, key=lambda one: one.start):
        kept[each.field].append(texts[each.field][done[each.field] : each.start])
        done[each.field] = max(done[each.field], each.end)
    return {field: "".join((*kept[field], text[done[field] :])) for field, text in texts.items()}


def _owners(hosts: frozenset[str], directory: Directory) -> Members:
    """Whose some sites are: of a site with several owners each may be it, and of an undeclared one anybody."""
    owners = [directory.identify(host) for host in hosts]
    sure = frozenset[str]().union(*(each for each in owners if len(each) == 1))
    return Members(sure, frozenset[str]().union(*owners) - sure, other=not all(owners))


def texts_of(content: Content) -> tuple[dict[str, str], Page | None]:
    """The texts of a page that are looked through, by field, and what was read of its HTML, if that was given."""
    page = read_html(content.html) if content.html and content.html.strip() else None
    given = {"headline": content.headline, "text": content.text}
    texts = {name: text for name, text in given.items() if text and text.strip()}
    texts |= {f"{OF_PAGE}{name}": text for name, text in (page.texts() if page is not None else {}).items()}
    return texts, page


def _placed(
    found: tuple[Mention, ...] | tuple[Suppressed, ...], texts: Mapping[str, str], page: Page | None
) -> Iterator[Found]:
    """Each with its place in what was given: of a page, in its source."""
    for each in found:
        surface = texts[each.field][each.start : each.end]
        span: tuple[int, int] | None = (each.start, each.end)
        if page is not None and each.field.startswith(OF_PAGE):
            field = page.field(each.field.removeprefix(OF_PAGE))
            span = None if field is None else field.span(each.start, each.end)
        yield Found(each, surface, span)


def filled(content: Content, looked: Looked) -> Content:
    """The content, with what its page says of itself where nobody else says it, if that is one thing."""
    said = looked.published
    days = {days for each in said.published if (days := days_of(each))}
    return replace(
        content,
        language=content.language or _only(frozenset(each for each in said.languages if _TAG.fullmatch(each.strip()))),
        date_published=content.date_published or (said.published[0] if len(days) == 1 else None),
        publisher=content.publisher or (None if content.url else _only(frozenset(said.publishers))),
    )


def _only(said: frozenset[str]) -> str | None:
    return next(iter(said)) if len(said) == 1 else None


Look = Callable[[Content, Directory], Looked]
"""Says what is in the texts of a page."""


def told(content: Content, directory: Directory, look: Look) -> tuple[Content, Facts, Looked]:
    """A page with what it says of itself, its own facts but for its mentions, and what is in its texts.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    facts = facts_of(content, directory)
    looked = look(content, directory)
    if looked.published != SAYS_NOTHING:
        content = filled(content, looked)
        facts = facts_of(content, directory)
    return content, facts, looked


def with_mentions(facts: Mapping[str, FactValue], looked: Looked) -> dict[str, FactValue]:
    """The facts with whom the texts mention and to whom the page links, unless that was said outright."""
    found = dict(facts)
    if MENTIONS not in facts and (looked.is_whole or looked.mentions):
        sure = frozenset(each.what.entity for each in looked.mentions if _is_certain(each))
        maybe = frozenset(each.what.entity for each in looked.mentions) - sure
        found[MENTIONS] = Members(sure, maybe, other=not (looked.is_whole and _is_read(looked, facts)))
    if LINKS not in facts and looked.links is not None:
        found[LINKS] = looked.links
    return found


def _is_certain(found: Found) -> bool:
    return isinstance(found.what, Mention) and found.what.verdict is Verdict.CERTAIN


def _is_read(looked: Looked, facts: Mapping[str, FactValue]) -> bool:
    """Whether the text is in a language in which no form of a name is passed over."""
    language = facts.get("content.language")
    if looked.speech.is_other:  # whatever a page or its system calls it
        return False
    if isinstance(language, OneOf) and language.values:
        return not language.other and all(tag.partition("-")[0] in READ for tag in language.values)
    return looked.speech.is_read


def places(looked: Looked) -> list[list[object]]:
    """Where mentions stand, for whoever has to tell two contents apart."""
    return [[each.what.entity, each.what.field, each.span, _is_certain(each)] for each in looked.mentions]
