"""The places that rules name, and how to say some of them in a few words.

Theory: codes nest, and a rule set names few of them. A place that is not named is like the next larger one
that is, but for one thing: where a code has parts that are named, a reader in *another* part of it is known to
be outside of these, and a reader in it without a part is not. So beside every named code with named parts
stands one of its other parts; and one place stands for all that have nothing to do with any named code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache

from compliance.model.iso3166 import COUNTRIES
from compliance.model.ruleset import Ruleset
from compliance.model.territory import PLACES, lineage
from compliance.model.truth import TRUE

_WELL_KNOWN = ("US", "JP", "BR", "ZA", "AU", "IN", "FR", "CH")
"""One of these stands for everywhere else, where none is named."""
MOST_LEFT_OUT = 6
"""A territory without more than that is no help to a reader."""


class Places:
    """The codes of which each class of places has one, and what they stand for."""

    def __init__(self, named: Iterable[str]) -> None:
        self._named = frozenset(step for code in named for step in lineage(code))
        """Every named code, and those around it."""
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
        rest = [] if self.elsewhere is None else [self.elsewhere]
        self.codes = (*sorted(self._named), *sorted(self.rests.values()), *rest)

    def best(self, codes: Collection[str]) -> str:
        """Of the codes of a class the one that says most by itself."""
        return min(codes, key=lambda code: (code == self.elsewhere, code in self.rests.values(), len(code), code))

    def in_words(self, codes: frozenset[str], rulesets: Iterable[Ruleset], day: date) -> str:
        """The places in words: a territory, perhaps without some, everywhere but some, or the codes.

        Nothing where they are all places. Territories are looked up in the first rule set that helps.
        """
        if self.elsewhere in codes:
            left_out = frozenset(self.codes) - codes
            return f"every place but {_listed(self._short(left_out))}" if left_out else ""
        best = self._short(codes)
        for ruleset in rulesets:
            for name, territory in sorted(ruleset.territories.items()):
                inside = frozenset(code for code in self.codes if territory.contains(code, day) is TRUE)
                if inside == codes:
                    return f"`{name}`"
                if codes < inside and len(without := self._short(inside - codes)) < min(len(best), MOST_LEFT_OUT):
                    best = [f"`{name}` but {_listed(without)}"]
        return _listed(best)

    def _short(self, codes: frozenset[str]) -> list[str]:
        """The places with as few words as there can be: a code stands for all that lies in it."""
        below = {code: [each for each in self.codes if code in lineage(each)] for code in codes}
        whole = {code for code in codes if codes.issuperset(below[code])}
        said = []
        for code in sorted(codes):
            if any(above in whole for above in lineage(code)[1:]):
                continue
            parent = next((name for name, other in self.rests.items() if other == code), None)
            if parent is not None:
                said.append(f"other parts of `{parent}`")
            elif code in whole:
                said.append(f"`{code}`")
            else:
                said.append(f"`{code}` without a known part")
        return said


@lru_cache(maxsize=512)
def _parts(code: str) -> tuple[str, ...]:
    """The codes that lie directly in a code, sorted."""
    country = code.partition("-")[0]
    return tuple(sorted(each for each in PLACES if each.startswith(f"{country}-") and lineage(each)[1] == code))


def _listed(words: Iterable[str]) -> str:
    *most, last = sorted(words, key=lambda word: (not word.startswith("`"), word))
    return f"{', '.join(most)} and {last}" if most else last
