"""The places that rules name, and how to say some of them in a few words.

Theory: codes nest, and a rule set names few of them. A place that is not named is like the next larger one
that is, but for one thing: where a code has parts that are named, a reader in *another* part of it is known to
be outside of these, and a reader in it without a part is not. So beside every named code with named parts
stands one of its other parts; and one place stands for all that have nothing to do with any named code.

Where territories have drawn lines, readers may be known to be on one side of them. So beside each code stand
its pieces: one for each way in which marks can settle who is in the members of the territories that rules name.
That somebody is inside is known only of a code that lies in a member; that somebody is outside, of coarser ones
too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from math import prod

from compliance.model.iso3166 import COUNTRIES
from compliance.model.ruleset import Ruleset
from compliance.model.territory import MARK, PLACES, Extent, Member, code_of, lineage, marks_of, piece
from compliance.model.truth import FALSE, TRUE

_WELL_KNOWN = ("US", "JP", "BR", "ZA", "AU", "IN", "FR", "CH")
"""One of these stands for everywhere else, where none is named."""
MOST_LEFT_OUT = 6
"""A territory without more than that is no help to a reader."""
MOST_PIECES = 1024
"""So many combinations of marks are looked at for one code; of more, only single marks."""
MOST_VAGUE = 2
_NO_PART = " without a known part"
Named = tuple[str, Member]
"""A member, and the territory that it belongs to."""


class Places:
    """The places of which each class has one, and what they stand for.

    Args:
        named: the codes that rules name, themselves or by a territory.
        members: those of the territories that rules name, each with its territory, of both sides and all days.
    """

    def __init__(self, named: Iterable[str], members: Iterable[Named] = ()) -> None:
        self._named = frozenset(step for code in named for step in lineage(code))
        """Every named code, and those around it."""
        self.members = tuple(dict.fromkeys(members))
        """Every member that may hold or exclude somebody, with its territory."""
        with_parts = {lineage(code)[1] for code in self._named if "-" in code}
        self.rests: dict[str, str] = {}
        """For each code with named parts another part of it, if it has one."""
        for code in sorted(with_parts):
            other = next((part for part in _parts(code) if part not in self._named), None)
            if other is not None:
                self.rests[code] = other
        somewhere = (*_WELL_KNOWN, *sorted(COUNTRIES))
        self.elsewhere = next((code for code in somewhere if code not in self._named), None)
        """A place that stands for all that have nothing to do with any named code."""
        self.is_whole = True
        """Whether there is a place for each class; not if a code has too many pieces."""
        rest = [] if self.elsewhere is None else [self.elsewhere]
        codes = (*sorted(self._named), *sorted(self.rests.values()), *rest)
        self.codes = tuple(where for code in codes for where in self._pieces(code))
        self._odd = frozenset(where for where in self.codes if MARK in where and self._is_odd(where))
        """Pieces outside of what their code lies wholly in: by an overlay only."""

    def _pieces(self, code: str) -> Iterable[str]:
        """A code, and a piece of it for each other way in which marks can settle the members that it has to do with."""
        near = [(name, each) for name, each in self.members if code in lineage(each.code) or each.code in lineage(code)]
        inside = {mark for name, each in near if each.code in lineage(code) for mark in _marks(name, each)}
        names = sorted(
            {mark for name, each in near for mark in _marks(name, each)}, key=lambda mark: ("." in mark, mark)
        )
        signs = [(0, 1, -1) if name in inside else (0, -1) for name in names]
        combined: Iterable[tuple[int, ...]] = product(*signs)
        if prod(map(len, signs)) > MOST_PIECES:
            self.is_whole = False
            combined = _single(signs)
        found: dict[object, str] = {}
        for marks in sorted(combined, key=lambda each: (sum(map(abs, each)), [-abs(sign) for sign in each])):
            signed = dict(zip(names, marks, strict=True))
            if any(sign * signed.get(name.partition(".")[0], 0) < 0 for name, sign in signed.items()):
                continue  # nobody is inside of an area and outside of its territory
            where = piece(code, *([name for name, sign in signed.items() if sign == wanted] for wanted in (1, -1)))
            found.setdefault(tuple(each.holds(where, name) for name, each in near), where)
        return found.values()

    def _is_odd(self, where: str) -> bool:
        return any(
            each.extent is Extent.WHOLE and each.code in lineage(where) and each.holds(where, name) is FALSE
            for name, each in self.members
        )

    def best(self, codes: Collection[str]) -> str:
        """Of the codes of a class the one that says most by itself."""
        rests = set(self.rests.values())
        return min(
            codes, key=lambda code: (MARK in code, code == self.elsewhere, code_of(code) in rests, len(code), code)
        )

    def in_words(self, codes: frozenset[str], rulesets: Iterable[Ruleset], day: date) -> str:
        """The places in words: a territory, perhaps without some, everywhere but some, or the codes.

        Nothing where they are all places. Territories are looked up in the first rule set that helps.
        """
        if self.elsewhere in codes:
            left_out = self._usual(frozenset(self.codes) - codes)
            return f"every place but {self._by_name(left_out, rulesets, day)}" if left_out else ""
        return self._by_name(self._usual(codes), rulesets, day)

    def _by_name(self, codes: frozenset[str], rulesets: Iterable[Ruleset], day: date) -> str:
        """Some places in as few words as there can be, with the names of territories where that is shorter."""
        best = self._short(codes)
        for ruleset in rulesets:
            for name, territory in sorted(ruleset.territories.items()):
                inside = frozenset(code for code in self.codes if territory.contains(code, day) is TRUE)
                if inside == codes:
                    return f"`{name}`"
                if inside < codes and len(inside) > 1 and len(rest := self._short(codes - inside)) + 1 < len(best):
                    best = [f"`{name}`", *rest]
                if codes < inside and len(without := self._short(inside - codes)) < min(len(best), MOST_LEFT_OUT):
                    best = [f"`{name}` but {_listed(without)}"]
        return _listed(best)

    def _usual(self, codes: frozenset[str]) -> frozenset[str]:
        """The places without odd ones, unless all are."""
        return codes - self._odd or codes

    def _short(self, codes: frozenset[str]) -> list[str]:
        """The places with as few words as there can be: a code stands for all that lies in it."""
        every = frozenset(self.codes) if codes <= self._odd else frozenset(self.codes) - self._odd
        below = {code: [each for each in every if _lies_in(each, code)] for code in codes}
        whole = {code for code in codes if codes.issuperset(below[code])}
        said = []
        for code in sorted(codes):
            if any(above != code and _lies_in(code, above) for above in whole) or self._is_vague(code, codes):
                continue
            said.append(f"{self._in_words(code)}{'' if code in whole else _NO_PART}")
        return said

    def _is_vague(self, where: str, codes: frozenset[str]) -> bool:
        """Whether a piece says only in which parts of its code a reader is not, and the code is said as well."""
        code = code_of(where)
        own = {mark for name, each in self.members if each.code in lineage(code) for mark in _marks(name, each)}
        return MARK in where and code in codes and own.isdisjoint(marks_of(where))

    def _in_words(self, where: str) -> str:
        parent = next((name for name, other in self.rests.items() if other == code_of(where)), None)
        return in_words(where, f"`{code_of(where)}`" if parent is None else f"other parts of `{parent}`")


def in_words(where: str, code: str) -> str:
    """A place in words: its code as it is called, and on which side of which lines it lies.

    >>> in_words("UA-14/+held", "`UA-14`")
    '`UA-14` inside `held`'
    """
    marks = marks_of(where).items()
    said = [
        f"{word} {_listed(f'`{name}`' for name, is_in in marks if is_in is wanted)}"
        for word, wanted in (("inside", True), ("outside", False))
        if wanted in dict(marks).values()
    ]
    return " ".join((code, *said[:1], *(f"and {each}" for each in said[1:])))


def _marks(territory: str, member: Member) -> Iterator[str]:
    """The names that may settle a membership: of the territory, and of the area that outlines the member."""
    yield territory
    if member.area is not None:
        yield member.area


def _single(signs: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """No mark, and each mark alone."""
    yield (0,) * len(signs)
    for place, own in enumerate(signs):
        yield from ((*(0,) * place, sign, *(0,) * (len(signs) - place - 1)) for sign in own if sign)


def _lies_in(where: str, other: str) -> bool:
    """Whether whoever is in `where` is in `other`."""
    return code_of(other) in lineage(code_of(where)) and marks_of(other).items() <= marks_of(where).items()


@lru_cache(maxsize=512)
def _parts(code: str) -> tuple[str, ...]:
    """The codes that lie directly in a code, sorted."""
    country = code.partition("-")[0]
    return tuple(sorted(each for each in PLACES if each.startswith(f"{country}-") and lineage(each)[1] == code))


def _listed(words: Iterable[str]) -> str:
    """The words in a sentence; many of which no part is known are said to be so together."""
    every = sorted(words, key=lambda word: (not word.startswith("`"), word))
    vague = [word for word in every if word.endswith(_NO_PART)]
    if len(vague) > MOST_VAGUE:
        together = _listed(word.removesuffix(_NO_PART) for word in vague)
        certain = [word for word in every if word not in vague]
        return f"{_listed(certain)} and,{_NO_PART}, {together}" if certain else f"{together}{_NO_PART}"
    *most, last = every
    return f"{', '.join(most)} and {last}" if most else last
