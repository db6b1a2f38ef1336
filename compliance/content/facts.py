"""Content and a rule set to facts.

Theory: what the caller said outright is taken as said; what follows from the rule set (who the publisher
is) is worked out; what neither gives stays unknown. Nothing is concluded from silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from compliance.content.publisher import Directory
from compliance.errors import Problem, RequestError
from compliance.language.given import GivenError, fact_problem, given
from compliance.model.facts import FACTS, Facts, FactValue, Kind, Members, OneOf

Written = str | Sequence[str]
"""A fact as people write it: a word, or a list of words."""

DECLARE_ONCE = (
    "nobody declared this publisher, so nobody can say that it is not designated: declare it once, in an entity file"
)
MOST_FACTS: Final = 100
_REPEATABLE: Final = re.compile(r"[A-Za-z][A-Za-z._ -]{0,59}")
"""What is said back of what a caller wrote: words, and nothing that could be a reader's address."""
NAME_IT = "no publisher was named: name it (a domain, URL, name or id), and declare it once, in an entity file"


@dataclass(frozen=True, slots=True)
class Content:
    """A page as a publishing system describes it; everything may be left out.

    `publisher` is a domain, URL, name or entity id. `date_published` begins with a calendar day
    (ISO 8601). `facts` are further facts, written as in a scenario's `given`.
    """

    url: str | None = None
    publisher: str | None = None
    headline: str | None = None
    text: str | None = None
    language: str | None = None
    date_published: str | None = None
    facts: Mapping[str, Written] = field(default_factory=dict)


def facts_of(content: Content, directory: Directory) -> Facts:
    """The facts of a page, without the reader's. What is said twice, and differently, is either.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    problems = [
        Problem(f"`{name}` does not belong to the content", where="content.facts", help="say it under `reader`")
        for name in content.facts
        if _is_the_readers(name)
    ]
    further = {name: value for name, value in content.facts.items() if not _is_the_readers(name)}
    facts = resolved(_read(further, problems, "content.facts"), directory)
    named: dict[str, Written] = {}
    if content.language and content.language.strip():
        named["content.language"] = _tag(content.language.strip())
    if content.date_published and content.date_published.strip():
        named["content.date_published"] = content.date_published.strip()[:10]
    for name, value in _read(named, problems).items():
        facts[name] = _either(facts.get(name), value)
    if problems:
        raise RequestError(problems)
    facts["publisher"] = _publisher(facts.get("publisher"), content, directory)
    return facts


def facts_from(written: Mapping[str, Written], directory: Directory) -> Facts:
    """Facts written as in a scenario's `given`, the reader's among them.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    problems: list[Problem] = []
    facts = _read(written, problems)
    if problems:
        raise RequestError(problems)
    return resolved(facts, directory)


def resolved(facts: Facts, directory: Directory) -> dict[str, FactValue]:
    """The facts with every entity that was written as a domain, URL or name resolved to its id."""
    found = dict(facts)
    for name, value in facts.items():
        if FACTS[name].kind is not Kind.ENTITY:
            continue
        if isinstance(value, Members):
            found[name] = directory.resolve_members(value)
        elif isinstance(value, OneOf):
            found[name] = directory.resolve(value)
    return found


def advice(content: Content, facts: Facts) -> tuple[str, ...]:
    """What the caller could do once so that answers become more certain."""
    publisher = facts.get("publisher")
    if isinstance(publisher, OneOf) and publisher.other and "publisher.designated_as" not in facts:
        return (DECLARE_ONCE if content.publisher or content.url or "publisher" in content.facts else NAME_IT,)
    return ()


def _publisher(said: FactValue | None, content: Content, directory: Directory) -> FactValue:
    """The publisher that a fact names and the one that the page names: if they differ, either."""
    page = directory.publisher(content.publisher, content.url)
    if not isinstance(said, OneOf):
        return page
    is_doubted = page.other and bool(content.publisher and content.publisher.strip())
    return OneOf(said.values | page.values, other=said.other or is_doubted)


def _either(one: FactValue | None, other: FactValue) -> FactValue:
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return OneOf(one.values | other.values, other=one.other or other.other)
    return other


def _is_the_readers(name: str) -> bool:
    return name.startswith("reader.") and name in FACTS


def _tag(text: str) -> str:
    """A language tag in its usual letter case (RFC 5646, 2.1.1), without its extensions."""
    parts: list[str] = []
    for part in text.replace("_", "-").split("-"):
        if parts and len(part) == 1:
            break
        is_script, is_region = len(part) == 4 and part.isalpha(), len(part) == 2
        parts.append(part.title() if is_script else part.upper() if parts and is_region else part.lower())
    return "-".join(parts)


def _read(written: Mapping[str, Written], problems: list[Problem], under: str = "") -> dict[str, FactValue]:
    """The facts that can be read. Of what was written only words are repeated: the rest may be an address."""
    if len(written) > MOST_FACTS:
        problems.append(Problem(f"there are more than {MOST_FACTS} facts", where=under or None))
        return {}
    found: dict[str, FactValue] = {}
    for name, value in written.items():
        place = f"{under}.{name}" if under else name
        if (problem := fact_problem(name)) is not None:
            problems.append(
                Problem(problem[0], where=place, help=problem[1])
                if _REPEATABLE.fullmatch(name)
                else Problem("unknown fact", where=under or None, help=problem[1])
            )
            continue
        items = [value] if isinstance(value, str) else list(value)
        try:
            found[name] = given(name, items, is_list=not isinstance(value, str))
        except GivenError as error:
            where = place if isinstance(value, str) or not items else f"{place}[{error.item}]"
            is_repeatable = not items or _REPEATABLE.fullmatch(items[error.item])
            message = error.message if is_repeatable else f"this is not a value of `{name}`"
            problems.append(Problem(message, where=where, help=error.help))
    return found
