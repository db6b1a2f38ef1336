"""Content and a rule set to facts.

Theory: what the caller said outright is taken as said; what follows from the rule set (who the publisher
is) is worked out; what neither gives stays unknown. Nothing is concluded from silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Final

from compliance.content.published import PUBLISHED_HELP, days_of
from compliance.content.publisher import Directory
from compliance.errors import Problem, RequestError, nearest
from compliance.language.given import GivenError, fact_problem, given
from compliance.model.address_text import holds_address
from compliance.model.facts import FACTS, Facts, FactValue, Kind, Members, OneOf
from compliance.model.web_address import canonical_url

Written = str | Sequence[str]
"""A fact as people write it: a word, or a list of words."""

DECLARE_ONCE = (
    "nobody declared this publisher, so nobody can say that it is not designated: "
    "look it up in the registers, then declare it once, in an entity file"
)
NAME_IT = (
    "no publisher was named: name it (a domain, URL, name or id); if nobody declared it, "
    "look it up in the registers, then declare it once, in an entity file"
)
ANOTHER_PAGE: Final = "https://another-page.invalid"
"""Stands for every page that no rule names."""
MOST_FACTS: Final = 100
MOST_ITEMS: Final = 1000
"""How many values one fact may have; a page that mentions more is no page."""
MOST_LOOKED_AT: Final = 20
"""How many words of one fact are looked at for slips, and ..."""
MOST_COMPARED: Final = 500
"""... with how many that rules use each is compared: advice must not cost more than the answer."""
NEAR: Final = 0.7
"""How near a word has to be for a slip to be likely, from 0 to 1."""
_REPEATABLE: Final = re.compile(r"[A-Za-z][A-Za-z./_ -]{0,59}")
"""What is said back of what a caller wrote: words, and nothing that could be a reader's address."""
_HALF: Final = re.compile("[\ud800-\udfff]")
_TEXTS: Final = ("url", "publisher", "headline", "text", "html", "language")


@dataclass(frozen=True, slots=True)
class Content:
    """A page as a publishing system describes it; everything may be left out.

    `publisher` is a domain, URL, name or entity id. `date_published` is a day, or a day with a time and
    perhaps an offset (ISO 8601): a time is every day that it may be in some zone. `facts` are further
    facts, written as in a scenario's `given`.
    """

    url: str | None = None
    publisher: str | None = None
    headline: str | None = None
    text: str | None = None
    language: str | None = None
    date_published: str | date | None = None
    facts: Mapping[str, Written] = field(default_factory=dict)
    html: str | None = None


def without_halves(content: Content) -> Content:
    """A page whose texts can be written down: U+FFFD in place of each half of a character (a lone surrogate).

    All places stay. Such halves come from programs that cut texts, never by HTTP.
    """
    headline, text, html = (
        _HALF.sub("\ufffd", each) if isinstance(each, str) else each
        for each in (content.headline, content.text, content.html)
    )
    return replace(content, headline=headline, text=text, html=html)


def facts_of(content: Content, directory: Directory) -> Facts:
    """The facts of a page, without the reader's. What is said twice, and differently, is either.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    problems = _slips(content)
    if problems:
        raise RequestError(problems)
    problems = [
        Problem(f"`{name}` does not belong to the content", where="content.facts", help="say it under `reader`")
        for name in content.facts
        if _is_the_readers(name)
    ]
    further = {name: value for name, value in content.facts.items() if not _is_the_readers(name)}
    facts = resolved(_read(further, directory, problems, "content.facts"), directory)
    named: dict[str, Written] = {}
    if content.language and content.language.strip():
        named["content.language"] = _tag(content.language.strip())
    if published := _published(content):
        named["content.date_published"] = days_of(published)
        if not named["content.date_published"]:
            where = "content.date_published"
            problems.append(Problem("this is no day, and no day with a time", where=where, help=PUBLISHED_HELP))
            del named[where]
    for name, value in _read(named, directory, problems).items():
        facts[name] = _either(facts.get(name), value)
    if problems:
        raise RequestError(problems)
    facts["publisher"] = _publisher(facts.get("publisher"), content, directory)
    asked = directory.words.get("content.url")
    if asked and content.url is not None and content.url.strip():
        facts["content.url"] = _either(facts.get("content.url"), _page(content.url, asked))
    return facts


def facts_from(written: Mapping[str, Written], directory: Directory) -> Facts:
    """Facts written as in a scenario's `given`, the reader's among them.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    given_facts: object = written
    if not isinstance(given_facts, Mapping):
        raise RequestError([Problem("these are not facts by name", where="facts")])
    problems: list[Problem] = []
    facts = _read(written, directory, problems)
    if problems:
        raise RequestError(problems)
    return resolved(facts, directory)


def resolved(facts: Facts, directory: Directory) -> dict[str, FactValue]:
    """The facts with every entity that was written as a domain, URL or name resolved to its id.

    A register brings its variants along: whoever says that it lists somebody says so by whichever date.
    """
    found = dict(facts)
    for name, value in facts.items():
        if FACTS[name].kind is Kind.STATUS and isinstance(value, Members):
            found[name] = directory.with_variants(value)
        if FACTS[name].kind is not Kind.ENTITY:
            continue
        if isinstance(value, Members):
            found[name] = directory.resolve_members(value)
        elif isinstance(value, OneOf):
            found[name] = directory.resolve(value)
    return found


def advice(content: Content, facts: Facts, directory: Directory) -> tuple[str, ...]:
    """What the caller could do once so that answers become more certain, and which words look like slips."""
    found = []
    publisher = facts.get("publisher")
    if isinstance(publisher, OneOf) and publisher.other and "publisher.designated_as" not in facts:
        found.append(DECLARE_ONCE if content.publisher or content.url or "publisher" in content.facts else NAME_IT)
    for name, used in directory.words.items():
        value = facts.get(name)
        if used and isinstance(value, Members):
            found += _likely_slips(name, value, used)
    return tuple(found)


def _likely_slips(name: str, value: Members, used: frozenset[str]) -> list[str]:
    """A line for each word that no rule uses and that is near one that a rule uses.

    Such a word is no error, since anybody may have words of their own; but a slip in it would hide a notice.
    """
    lines = []
    for word in sorted((value.certain | value.perhaps) - used)[:MOST_LOOKED_AT]:
        if (near := _near(word, used)) is not None:
            is_repeatable = _REPEATABLE.fullmatch(word) and not holds_address(word)
            shown = f"`{word}`" if is_repeatable else "one of the words"
            lines.append(f"no rule asks for {shown} in `{name}`; {near}")
    return list(dict.fromkeys(lines))


@lru_cache(maxsize=4096)
def _near(word: str, used: frozenset[str]) -> str | None:
    """The line that names the word in use that is nearest, or None; in a large vocabulary, of the same letter."""
    if len(used) > MOST_COMPARED:
        used = frozenset(each for each in used if each[0] == word[0])
    return nearest(word, sorted(used)[:MOST_COMPARED], NEAR)


def _publisher(said: FactValue | None, content: Content, directory: Directory) -> FactValue:
    """The publisher that a fact names and the one that the page names: if they differ, either."""
    page = directory.publisher(content.publisher, content.url)
    if not isinstance(said, OneOf):
        return page
    is_doubted = page.other and bool(content.publisher and content.publisher.strip())
    return OneOf(said.values | page.values, other=said.other or is_doubted)


def _page(url: str, asked: frozenset[str]) -> OneOf:
    """The page, as far as rules tell pages apart: one that none asks for is any other, so that answers are shared."""
    page = canonical_url(url.strip())
    if page is None:
        return OneOf(other=True)
    return OneOf(frozenset({page if page in asked else ANOTHER_PAGE}))


def _either(one: FactValue | None, other: FactValue) -> FactValue:
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return OneOf(one.values | other.values, other=one.other or other.other)
    return other


def _is_the_readers(name: str) -> bool:
    return name in FACTS and name.startswith("reader.")


def _published(content: Content) -> str:
    written = content.date_published
    return written.isoformat() if isinstance(written, date) else (written or "").strip()


def _slips(content: object) -> list[Problem]:
    """What a caller in Python handed over that is of another kind than text, days and facts."""
    if not isinstance(content, Content):
        return [Problem("this is not a page", where="content", help="give a `Content`")]
    texts: dict[str, object] = {name: getattr(content, name) for name in _TEXTS}
    wrong = [name for name, value in texts.items() if not isinstance(value, str | None)]
    problems = [Problem("this is not text", where=f"content.{name}") for name in wrong]
    facts: object = content.facts
    if not isinstance(facts, Mapping):
        problems.append(Problem("these are not facts by name", where="content.facts"))
    published: object = content.date_published
    if not isinstance(published, str | date | None):
        problems.append(Problem("this is not a day", where="content.date_published", help=PUBLISHED_HELP))
    return problems


def _tag(text: str) -> str:
    """A language tag in its usual letter case (RFC 5646, 2.1.1), without its extensions."""
    parts: list[str] = []
    for part in text.replace("_", "-").split("-"):
        if parts and len(part) == 1:
            break
        is_script, is_region = len(part) == 4 and part.isalpha(), len(part) == 2
        parts.append(part.title() if is_script else part.upper() if parts and is_region else part.lower())
    return "-".join(parts)


def _read(
    written: Mapping[str, Written], directory: Directory, problems: list[Problem], under: str = ""
) -> dict[str, FactValue]:
    """The facts that can be read. Of what was written only words are repeated: the rest may be an address."""
    if len(written) > MOST_FACTS:
        problems.append(Problem(f"there are more than {MOST_FACTS} facts", where=under or None))
        return {}
    found: dict[str, FactValue] = {}
    for name, value in written.items():
        place = f"{under}.{name}" if under else name
        problem = _name_problem(name, place, under) or _shape_problem(value, place)
        if problem is not None:
            problems.append(problem)
            continue
        items = [value] if isinstance(value, str) else list(value)
        try:
            found[name] = given(name, items, is_list=not isinstance(value, str), registers=directory.registers)
        except GivenError as error:
            where = place if isinstance(value, str) or not items else f"{place}[{error.item}]"
            is_repeatable = not items or not error.repeats or _REPEATABLE.fullmatch(items[error.item])
            message = error.message if is_repeatable else f"this is not a value of `{name}`"
            problems.append(Problem(message, where=where, help=error.help))
    return found


def _name_problem(name: object, place: str, under: str) -> Problem | None:
    """What is wrong with the name of a fact that a caller gives."""
    if not isinstance(name, str):
        return Problem("the name of a fact is text", where=under or None)
    problem = fact_problem(name)
    if problem is not None:
        is_repeatable = _REPEATABLE.fullmatch(name)
        message, where = (problem[0], place) if is_repeatable else ("unknown fact", under or None)
        return Problem(message, where=where, help=problem[1])
    if FACTS[name].bound:
        message = f"`{name}` is not given: it speaks of one mention, and follows from the registers"
        return Problem(message, where=place, help="give the entities themselves, as `content.mentions`")
    return None


def _shape_problem(value: object, place: str) -> Problem | None:
    """What is wrong with a value before anybody asks whether the fact has it."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or isinstance(items, bytes | bytearray):
        return Problem("this is neither text nor a list of texts", where=place)
    if len(items) > MOST_ITEMS:
        return Problem(
            f"there are more than {MOST_ITEMS} values", where=place, help="leave the fact out: it is then unknown"
        )
    for number, item in enumerate(items):
        if not isinstance(item, str):
            return Problem("this is not text", where=f"{place}[{number}]")
    if any(map(holds_address, items)):
        return Problem("no fact holds an IP address", where=place, help="say it under `reader`")
    return None
