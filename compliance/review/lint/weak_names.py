"""Checks of names as signs: what counts for less than its file says, and what is an ordinary word or shared.

Theory: whoever writes a name relies on it. Names that are looked for in texts are made ready here as for a text, and
what comes out weaker is told, with what to write. One problem is one finding: what two publishers would be taken for
is `shared-alias`, and what no dictionary knows to be a word is `common-word-alias`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from compliance.errors import Span
from compliance.language.source import List, Map, Node, Text
from compliance.mentions.names import Name
from compliance.mentions.weakness import Weakness, Why
from compliance.mentions.words import words_of
from compliance.model.designation import ACRONYM, IDENTIFYING, Alias, Entity, Strength
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look
from compliance.review.lint.word_lists import COMMON

SHORTEST: Final = 4
"""Names with fewer letters stand in other words and texts by chance."""
_NEVER: Final = "write the name as texts say it in full, or `strength: never`, so that nobody relies on it"
_HELP: Final[Mapping[Why, str]] = {
    Why.LEGAL_FORM: _NEVER,
    Why.COUNTRY: _NEVER,
    Why.TOO_SHORT: _NEVER,
    Why.DICTIONARY: "give it a `context`, of which a word stands near where it is meant, or write `strength: weak`",
    Why.SHARED: "give it a `context`, of which a word stands near where it is meant, or write `strength: weak`",
}


def _weakened_name(look: Look) -> Iterator[Found]:
    shared = _shared(look)
    for entity, alias, text, found in _weakened(look):
        is_told = found.why is Why.SHARED and len(shared[text.casefold()]) > 1 and alias.strength in IDENTIFYING
        is_said = found.why is Why.SHARED and alias.strength is Strength.WEAK
        if is_told or is_said or (found.strength is Strength.WEAK and alias.context):
            continue
        never = found.strength is Strength.NEVER
        how = "never counts as a name" if never else f"counts as {_COUNTS_AS[found.strength]} only"
        message = f"`{text}` {how} of `{entity.id}`: {found}"
        yield Found(
            message,
            _HELP[found.why],
            _span_of_name(look, entity.id, text, alias.language),
            _level(found, alias.strength),
        )


_COUNTS_AS: Final[Mapping[Strength, str]] = {
    Strength.WEAK: "a weak name",
    Strength.ACRONYM: "a possible acronym",
}


def _level(found: Weakness, said: Strength) -> Level | None:
    """Graver where a name that was relied on never counts; a note where others have it, and call it weak."""
    if found.strength is Strength.NEVER and said is not Strength.WEAK:
        return Level.WARNING
    return Level.NOTE if found.why is Why.SHARED else None


def _weakened(look: Look) -> Iterator[tuple[Entity, Alias, str, Weakness]]:
    """The names and forms, as they are written, that are weaker than their files say."""
    weak: dict[tuple[str, str, str | None], list[Name]] = defaultdict(list)
    for name in look.names:
        if name.weakness is not None and name.weakness.why in _HELP:
            weak[name.entity, name.alias, name.language].append(name)
    for entity in look.ruleset.entities.values() if weak else ():
        for alias in entity.aliases:
            found = {
                name.words: name.weakness for name in reversed(weak.get((entity.id, alias.name, alias.language), []))
            }
            for text in dict.fromkeys((alias.name, *alias.forms)) if found else ():
                why = found.get(tuple(words_of(text)))
                if why is not None and not (text != alias.name and found.get(tuple(words_of(alias.name))) == why):
                    yield entity, alias, text, why


# -- shared names ---------------------------------------------------------------------------------------


def _shared_alias(look: Look) -> Iterator[Found]:
    for shared in _shared(look).values():
        first, *others = shared
        for name in others:
            message = f"`{shared[name]}` is a name of `{name}` and of `{first}`"
            help_ = "whoever gives it as a publisher is taken for either: keep it with one, or set `strength: weak`"
            yield Found(message, help_, _span_of_name(look, name, shared[name]))


def _shared(look: Look) -> Mapping[str, Mapping[str, str]]:
    """For each name, whatever its case, those who may be found by it as publishers, and how each writes it."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for name, entity in look.ruleset.entities.items():
        for alias in entity.aliases:
            if alias.strength in IDENTIFYING:
                owners[alias.name.casefold()].setdefault(name, alias.name)
    return owners


# -- ordinary words -------------------------------------------------------------------------------------


def _common_word_alias(look: Look) -> Iterator[Found]:
    weak = {(entity.id, alias.name) for entity, alias, _, found in _weakened(look) if found.why is not Why.SHARED}
    for name, entity in look.ruleset.entities.items():
        for alias in entity.aliases:
            if alias.strength not in {Strength.STRONG, Strength.MEDIUM} or alias.language is None:
                continue
            is_short = len(alias.name) < SHORTEST
            if (is_short or alias.name.casefold() in COMMON) and (name, alias.name) not in weak:
                message = f"the name `{alias.name}` of `{name}` is {'very short' if is_short else 'an ordinary word'}"
                help_ = "give it `strength: weak` and a `context`, so that the word alone is no sign of it"
                yield Found(message, help_, _span_of_name(look, name, alias.name, alias.language))


# -- where they stand -----------------------------------------------------------------------------------

_ANY: Final = "any"


def _span_of_name(look: Look, entity: str, name: str, language: str | None = _ANY) -> Span | None:
    """Where a name of an entity stands, in this language if one is given."""
    path = ("names",) if language == _ANY else ("names", language or ACRONYM)
    found = next(_texts_saying(look.files.node("entity", entity, *path), name), None)
    return found.span if found is not None else look.files.span("entity", entity, "names")


def _texts_saying(node: Node | None, text: str) -> Iterator[Text]:
    if isinstance(node, Text) and node.text == text:
        yield node
    inner: tuple[Node, ...] = node.items if isinstance(node, List) else ()
    for each in (*inner, *(value for _, value in node.entries)) if isinstance(node, Map) else inner:
        yield from _texts_saying(each, text)


CHECKS: Final = (
    Check(
        "shared-alias",
        Level.WARNING,
        "several entities have the same name",
        "A publisher that gives this name may be any of them, and gets the notices of each.",
        _shared_alias,
    ),
    Check(
        "common-word-alias",
        Level.ADVICE,
        "a name is very short or an ordinary word",
        "Where names are looked for in texts, every page with the word seems to speak of the organisation.",
        _common_word_alias,
    ),
    Check(
        "weakened-name",
        Level.ADVICE,
        "a name counts for less in texts than its file says",
        "Whoever wrote the name relies on it, and pages that say it are only possible mentions, or none.",
        _weakened_name,
    ),
)
