"""Who publishes the page: a domain, URL, name or id to the entities that it may be.

Theory: identity comes from entity files alone. A host belongs to the entity with the longest domain that
it is or lies under; a name belongs to everyone who bears it. Two clues that point to different entities
are not averaged: both stay possible. What nobody declared may be anyone, an unknown mirror of a
designated publisher included, so it is unknown and never "nobody".

Source: for host names, IDNA 2003 (RFC 3490) through Python's codec. Where browsers follow IDNA 2008 and
mean another host, or read a URL in another way than RFC 3986 does, no host is read at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Self
from urllib.parse import SplitResult

from compliance.model.designation import Entity, declared_id
from compliance.model.facts import Members, OneOf

_SCHEME = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//")
_HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*")
"""A host name in ASCII; a number at its end would make it an address."""
_LONGEST_HOST = 253
_LONGEST_AUTHORITY = 1000
_READ_DIFFERENTLY = re.compile(r"[\\\[\]ßẞς\u200c\u200d]|[\x00-\x1f\x7f]")
"""In an authority: a backslash, brackets, which hold addresses and no names, the letters on which IDNA 2003 and 2008
disagree, control characters."""


@dataclass(frozen=True)
class Directory:
    """Every declared entity by its id, its domains and its names, the registers, and the words that rules use.

    It is built once for a rule set.
    """

    ids: frozenset[str]
    domains: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    registers: frozenset[str] = frozenset()
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each fact whose words are open, those that some rule uses."""
    variants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each register of which rules ask for variants, their ids: who says that it lists somebody means all."""
    hints: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Whom names that prove nothing (weak ones, surnames) and other forms of names may mean."""

    @classmethod
    def of(
        cls,
        entities: Iterable[Entity],
        registers: Iterable[str] = (),
        words: Mapping[str, frozenset[str]] | None = None,
    ) -> Self:
        """The directory of some entities, of registers and variants by their ids, of words in use by their facts."""
        declared: dict[str, set[str]] = defaultdict(set)
        for register in registers:
            declared[declared_id(register)].update({register} - {declared_id(register)})
        ids: set[str] = set()
        domains: dict[str, set[str]] = defaultdict(set)
        names: dict[str, set[str]] = defaultdict(set)
        hints: dict[str, set[str]] = defaultdict(set)
        for entity in entities:
            ids.add(entity.id)
            for host in entity.domains:
                domains[host].add(entity.id)
            for name in (entity.title, *chain.from_iterable(entity.names.values())):
                names[_folded(name)].add(entity.id)
            for name in chain.from_iterable((each.name, *each.forms) for each in entity.aliases if each.may_mean_it):
                hints[_folded(name)].add(entity.id)
        return cls(
            frozenset(ids),
            {host: frozenset(found) for host, found in domains.items()},
            {name: frozenset(found) for name, found in names.items()},
            frozenset(declared),
            words or {},
            {register: frozenset(found) for register, found in declared.items() if found},
            {name: frozenset(found) for name, found in hints.items()},
        )

    def identify(self, clue: str) -> frozenset[str]:
        """The entities that an id, domain, URL or name means; none if nobody declared it.

        An id is decisive; what is both a name and a host means everyone who has either.

        >>> directory = Directory.of([Entity("rfe-rl", "RFE/RL", domains=("rferl.org",))])
        >>> sorted(directory.identify("https://www.rferl.org/a/x.html"))
        ['rfe-rl']
        """
        text = clue.strip()
        if text in self.ids:
            return frozenset({text})
        return self.names.get(_folded(text), frozenset()) | self._owners(host_of(text))

    def _owners(self, host: str | None) -> frozenset[str]:
        """The entities with the longest declared domain that the host is or lies under."""
        while host:
            if host in self.domains:
                return self.domains[host]
            host = host.partition(".")[2]
        return frozenset()

    def publisher(self, named: str | None, url: str | None) -> OneOf:
        """What is known of the publisher from what the caller named, and from where the page stands.

        If they mean different entities both stay possible. A publisher named and declared by nobody may be
        anyone, whatever the URL; an undeclared host under a declared publisher says nothing.
        """
        named, url = (clue if clue and clue.strip() else None for clue in (named, url))
        by_name = self.identify(named) if named else frozenset[str]()
        by_url = self.identify(url) if url else frozenset[str]()
        decisive = by_name if named else by_url
        return OneOf(by_name | by_url, other=not decisive)

    def resolve(self, value: OneOf) -> OneOf:
        """The publisher as somebody wrote it (ids, domains, names), as entities."""
        found = [self.identify(clue) for clue in value.values]
        return OneOf(frozenset[str]().union(*found), other=value.other or not all(found))

    def resolve_members(self, value: Members) -> Members:
        """Entities as somebody wrote them; a name that several bear makes each of them a doubtful member.

        What nobody declared stays as written: an entity of which no register can say anything. Whoever has
        the word as a name that proves nothing is a doubtful member besides: not to be sure is not to deny.
        """
        certain: set[str] = set()
        perhaps: set[str] = set()
        for clue in value.certain | value.perhaps:
            found = self.identify(clue) or frozenset({clue})
            if clue not in self.ids:
                perhaps |= self.hints.get(_folded(clue), frozenset())
            (certain if clue in value.certain and len(found) == 1 else perhaps).update(found)
        return Members(frozenset(certain), frozenset(perhaps - certain), value.other)

    def with_variants(self, value: Members) -> Members:
        """Registers as somebody wrote them, with the variants by other dates: whoever says it, says it of today."""
        certain, perhaps = (
            each.union(*(self.variants.get(name, ()) for name in each)) for each in (value.certain, value.perhaps)
        )
        return Members(certain, perhaps - certain, value.other)


def host_of(text: str) -> str | None:
    """The ASCII host name in a web URL, or in a bare domain, lower case; None if there is none.

    >>> host_of("https://user@WWW.Example.org:443/a?b#c")
    'www.example.org'
    """
    text = text.strip()
    scheme = _SCHEME.match(text)
    if scheme is not None and (scheme[1] or "https").lower() not in {"http", "https"}:
        return None
    authority = re.split(r"[/?#]", text[scheme.end() if scheme else 0 :], maxsplit=1)[0]
    is_a_person = scheme is None and "@" in authority
    if is_a_person or len(authority) > _LONGEST_AUTHORITY or _READ_DIFFERENTLY.search(authority):
        return None
    try:
        host = SplitResult("", authority, "", "", "").hostname or ""  # `urlsplit` keeps what it was asked
        found = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except ValueError:  # what is wrong with it does not matter, and a UnicodeError is one too
        return None
    return found if len(found) <= _LONGEST_HOST and _HOST.fullmatch(found) else None


def _folded(name: str) -> str:
    """A name without the accidents of typing: width, case, spacing and signs that nobody sees."""
    seen = name if name.isascii() else "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())
