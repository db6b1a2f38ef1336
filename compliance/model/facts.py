"""Facts: the closed vocabulary in which rules ask and callers answer.

Theory: a fact is single-valued (one of a domain) or set-valued (any subset of it). What we know of it is
again a set, of the values it may have: `OneOf` for the former, `Members` for the latter, `LocationSet`
for the place. A fact that nobody gave is unknown, which means "any value", never "no". Domains of words
are closed (a typing slip is an error) or open (they hold an unnamed *other*: the world has more subjects
than the vocabulary). Facts about the reader's person are not in the vocabulary: such a condition belongs
in the words of the notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from compliance.model.territory import LocationSet


class Kind(Enum):
    """What the values of a fact are."""

    WORD = "a word"
    DAY = "a day"
    LANGUAGE = "a language tag (BCP 47)"
    PLACE = "a place (ISO 3166 code or named territory)"
    ORDER = "a legal order (ISO 3166 country code)"
    ENTITY = "an entity"
    URL = "a web address"
    STATUS = "a register"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact of the vocabulary; `domain` is None where it is open."""

    name: str
    kind: Kind
    meaning: str
    supplied_by: str
    many: bool = False
    domain: tuple[str, ...] | None = None
    bound: bool = False
    """Whether it speaks of the entity that `for_each` binds."""


NOTHING: Final = "nothing"
"""The word for the empty set of a set-valued fact."""

_CALLER = "the caller"
_SPECS = (
    FactSpec("publisher", Kind.ENTITY, "who publishes the page", "the caller: a domain, URL, name or entity id"),
    FactSpec(
        "publisher.designated_as",
        Kind.STATUS,
        "registers that the publisher stands in on the law day",
        "derived from the publisher and the registers",
        many=True,
    ),
    FactSpec(
        "publisher.answers_to",
        Kind.ORDER,
        "legal orders that the publisher answers to",
        "derived from the publisher's entity file",
        many=True,
    ),
    FactSpec(
        "publisher.complies_with",
        Kind.ORDER,
        "legal orders whose duties to label others the publisher has said that it meets",
        "derived from `stance` in the publisher's entity file",
        many=True,
    ),
    FactSpec("content.mentions", Kind.ENTITY, "entities that the content names", _CALLER, many=True),
    FactSpec("content.quotes", Kind.ENTITY, "entities that it quotes", _CALLER, many=True),
    FactSpec("content.authored_by", Kind.ENTITY, "entities that wrote or made it", _CALLER, many=True),
    FactSpec("content.embeds", Kind.ENTITY, "entities whose material it shows or plays", _CALLER, many=True),
    FactSpec("content.links_to", Kind.ENTITY, "entities to whose pages it links", _CALLER, many=True),
    FactSpec(
        "content.advertises", Kind.ENTITY, "entities that it advertises, or that advertise on it", _CALLER, many=True
    ),
    FactSpec(
        "mention.designated_as",
        Kind.STATUS,
        "registers that the entity bound by `for_each` stands in on the law day",
        "derived from the entity and the registers",
        many=True,
        bound=True,
    ),
    FactSpec(
        "content.kind",
        Kind.WORD,
        "what the content is",
        _CALLER,
        domain=(
            "article",
            "opinion",
            "interview",
            "live-blog",
            "press-release",
            "court-document",
            "advertisement",
            "video",
            "audio",
            "image",
            "comment",
            "page",
        ),
    ),
    FactSpec(
        "content.url", Kind.URL, "the page itself, for orders about single pages", "the caller: the URL of the content"
    ),
    FactSpec(
        "content.genre",
        Kind.WORD,
        "the kind of work, where a law makes exceptions for one",
        _CALLER,
        domain=("news", "expressive", "satire", "scientific", "live-broadcast", "reader-comment"),
    ),
    FactSpec("content.promotes", Kind.WORD, "what the content promotes for a benefit", _CALLER, many=True),
    FactSpec("content.depicts", Kind.WORD, "what the content shows", _CALLER, many=True),
    FactSpec("content.subject", Kind.WORD, "what the content is about", _CALLER, many=True),
    FactSpec(
        "content.ai_generated",
        Kind.WORD,
        "how much of it a machine generated or altered",
        _CALLER,
        domain=("none", "partly", "fully"),
    ),
    FactSpec(
        "content.human_review",
        Kind.WORD,
        "whether a person reviewed it",
        _CALLER,
        domain=("none", "done"),
    ),
    FactSpec(
        "content.editorial_responsibility",
        Kind.WORD,
        "whether somebody holds editorial responsibility",
        _CALLER,
        domain=("none", "held"),
    ),
    FactSpec(
        "content.audience",
        Kind.WORD,
        "whom it addresses",
        _CALLER,
        domain=("public", "professional-clients", "children"),
    ),
    FactSpec(
        "content.age_rating",
        Kind.WORD,
        "the age from which it may be read",
        _CALLER,
        domain=("0+", "6+", "12+", "16+", "18+"),
    ),
    FactSpec(
        "content.paid",
        Kind.WORD,
        "whether somebody paid or gave a benefit for it",
        _CALLER,
        domain=("yes", "no"),
    ),
    FactSpec("content.language", Kind.LANGUAGE, "the language it is written in", _CALLER),
    FactSpec(
        "content.surface",
        Kind.WORD,
        "where it is shown",
        _CALLER,
        domain=("web", "app", "email", "feed", "social", "video", "audio", "print"),
    ),
    FactSpec("content.date_published", Kind.DAY, "the day it was first published", _CALLER),
    FactSpec(
        "content.product_date",
        Kind.DAY,
        "the day on which the product, work or system that it is about was made or first marketed",
        _CALLER,
    ),
    FactSpec(
        "attested.human_review",
        Kind.WORD,
        "`content.human_review` as a named person attested it",
        "the caller, only with a record of who attested it and when",
        domain=("none", "done"),
    ),
    FactSpec(
        "attested.editorial_responsibility",
        Kind.WORD,
        "`content.editorial_responsibility` as attested",
        "the caller, only with a record of who attested it and when",
        domain=("none", "held"),
    ),
    FactSpec(
        "attested.genre",
        Kind.WORD,
        "`content.genre` as attested",
        "the caller, only with a record of who attested it and when",
        domain=("news", "expressive", "satire", "scientific", "live-broadcast", "reader-comment"),
    ),
    FactSpec(
        "reader.location",
        Kind.PLACE,
        "the place of the reader",
        "the caller, or `geo` from an address that it then forgets",
    ),
)

FACTS: Final[Mapping[str, FactSpec]] = {spec.name: spec for spec in _SPECS}
"""The vocabulary, in the order of the documentation."""

BINDABLE: Final = tuple(spec.name for spec in _SPECS if spec.kind is Kind.ENTITY and spec.many)
"""The relations of content to entities, whose members `for_each` may bind one by one."""

PERSONAL_FACTS: Final[frozenset[str]] = frozenset(
    f"reader.{word}"
    for word in (
        "passport",
        "citizenship",
        "nationality",
        "residence",
        "age",
        "religion",
        "gender",
        "sex",
        "name",
        "ethnicity",
        "birth_date",
        "email",
    )
)
"""Facts about the reader's person that somebody may want to ask; none is ever asked."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A single-valued fact has one of `values`, or with `other` perhaps a value not listed."""

    values: frozenset[str] = field(default_factory=frozenset)
    other: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty set: no world fits it, so every notice would silently go.

        Raises:
            ValueError: no value is given and `other` is not set.
        """
        if not self.values and not self.other:
            msg = "a single-valued fact has some value: give one, or other"
            raise ValueError(msg)

    @property
    def is_known(self) -> bool:
        """Whether it has exactly one possible value."""
        return len(self.values) == 1 and not self.other


@dataclass(frozen=True, slots=True)
class Members:
    """A set-valued fact holds all of `certain`, any of `perhaps`, with `other` any further ones, no more."""

    certain: frozenset[str] = field(default_factory=frozenset)
    perhaps: frozenset[str] = field(default_factory=frozenset)
    other: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it is one set."""
        return not self.perhaps and not self.other

    def named(self, unnamed: str) -> frozenset[str]:
        """Everything that is or may be a member; `unnamed` stands for members that nobody named."""
        return self.certain | self.perhaps | ({unnamed} if self.other else frozenset())

    def __or__(self, other: Members) -> Members:
        """What is known if the set is one or the other: certain is only what both hold."""
        certain = self.certain & other.certain
        every = self.certain | self.perhaps | other.certain | other.perhaps
        return Members(certain, every - certain, self.other or other.other)


FactValue = OneOf | Members | LocationSet
Facts = Mapping[str, FactValue]
"""What is known of each fact; one that is missing is unknown."""


def unknown(name: str) -> FactValue:
    """What is known of the fact `name` when nobody gave it: any value of its domain."""
    spec = FACTS[name]
    if spec.kind is Kind.PLACE:
        return LocationSet.unknown()
    if spec.many:
        return Members(frozenset(), frozenset(spec.domain or ()), other=spec.domain is None)
    return OneOf(frozenset(spec.domain or ()), other=spec.domain is None)
