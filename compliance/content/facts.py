"""Content and a rule set to facts.

Theory: what the caller said outright is taken as said; what follows from the rule set (who the publisher
is) is worked out; what neither gives stays unknown. Nothing is concluded from silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compliance.content.publisher import Directory
from compliance.errors import Problem, RequestError
from compliance.language.given import GivenError, fact_problem, given
from compliance.model.facts import FACTS, Facts, FactValue, Kind, Members, OneOf

Written = str | Sequence[str]
"""A fact as people write it: a word, or a list of words."""

DECLARE_ONCE = (
    "nobody declared this publisher, so nobody can say that it is not designated: declare it once, in an entity file"
)
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
    """The facts of a page, without the reader's.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    written: dict[str, Written] = dict(content.facts)
    places = {name: f"content.facts.{name}" for name in written}
    for name, place, value in (
        ("content.language", "content.language", content.language),
        ("content.date_published", "content.date_published", (content.date_published or "")[:10] or None),
    ):
        if value is not None and name not in written:
            written[name], places[name] = value, place
    problems = [
        Problem(f"`{name}` does not belong to the content", where=places.pop(name), help="say it under `reader`")
        for name in list(written)
        if name.startswith("reader.") and name in FACTS and written.pop(name) is not None
    ]
    facts = _read(written, places, problems)
    if "publisher" not in facts:
        facts["publisher"] = directory.publisher(content.publisher, content.url)
    return resolved(facts, directory)


def facts_from(written: Mapping[str, Written], directory: Directory) -> Facts:
    """Facts written as in a scenario's `given`, the reader's among them.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    return resolved(_read(written, {name: name for name in written}, []), directory)


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
        return (DECLARE_ONCE if content.publisher or content.url else NAME_IT,)
    return ()


def _read(written: Mapping[str, Written], places: Mapping[str, str], problems: list[Problem]) -> dict[str, FactValue]:
    found: dict[str, FactValue] = {}
    for name, value in written.items():
        problem = fact_problem(name)
        if problem is not None:
            problems.append(Problem(problem[0], where=places[name], help=problem[1]))
            continue
        is_text = isinstance(value, str)
        try:
            found[name] = given(name, [value] if isinstance(value, str) else list(value), is_list=not is_text)
        except GivenError as error:
            where = places[name] if is_text else f"{places[name]}[{error.item}]"
            problems.append(Problem(error.message, where=where, help=error.help))
    if problems:
        raise RequestError(problems)
    return found
