"""What was found in a text, as a fact: whom the content mentions.

Theory: a certain mention is a member of the set, a possible one may be. Nobody else is mentioned where the whole text
was read, in a language whose case forms are known. Where only a headline was given, or the language is another one,
the rest of the set is unknown: a name may stand there in a form that nobody looked for. Whoever says outright whom a
page mentions is believed: editors know more than a scanner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from compliance.content.facts import Content
from compliance.mentions.scan import Mention, Scanned, Verdict
from compliance.model.facts import FactValue, Members, OneOf

MENTIONS: Final = "content.mentions"
HEADLINE, TEXT = "headline", "text"
READ: Final = frozenset({"ru", "uk", "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "nn", "no"})
"""Languages of which names are found in every form: those with forms, and those in which names have none."""
_OTHERS: Final = re.compile("[ўәғқңөұүһђјљњћџѓќәłżźśćńąęřěščžůťďňőűığşāēģīķļņūėųį\u0531-\u1fff\u2c80-\uffdc]")
"""Letters that no text in those languages is full of."""
_FEW: Final = 0.003
"""So large a share of a text may be such letters, from 0 to 1: names of other languages have them, too."""


def parts_of(content: Content) -> dict[str, str]:
    """The texts of a page that are looked through; none where nothing was given."""
    found = {HEADLINE: content.headline, TEXT: content.text}
    return {name: text for name, text in found.items() if text and text.strip()}


def with_mentions(facts: Mapping[str, FactValue], parts: Mapping[str, str], scanned: Scanned) -> dict[str, FactValue]:
    """The facts with whom the content mentions, unless that was said outright."""
    if MENTIONS in facts or not parts:
        return dict(facts)
    certain = frozenset(each.entity for each in scanned.mentions if each.verdict is Verdict.CERTAIN)
    possible = frozenset(each.entity for each in scanned.mentions) - certain
    return {**facts, MENTIONS: Members(certain, possible, other=not _is_read(parts.get(TEXT), facts))}


def _is_read(text: str | None, facts: Mapping[str, FactValue]) -> bool:
    """Whether a whole text was given, in a language in which no form of a name is passed over."""
    language = facts.get("content.language")
    if text is None:
        return False
    if isinstance(language, OneOf) and language.values:
        return not language.other and all(tag.partition("-")[0] in READ for tag in language.values)
    return len(_OTHERS.findall(text.lower())) <= _FEW * len(text)


def places(mentions: tuple[Mention, ...]) -> list[list[object]]:
    """Where mentions stand, for whoever has to tell two contents apart."""
    return [[each.entity, each.field, each.start, each.end, each.verdict.value] for each in mentions]
