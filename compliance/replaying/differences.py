"""What differs between two outcomes: which notices, in which places, and in what.

Theory: each outcome cuts the world up in its own way. Places that neither of them names are alike in both, and those
that are named have in each a row of their own; so to look at the named places, at one for all others and at the reader
whom nobody can place is to look at everybody. Numbers within an outcome mean nothing outside of it: what they stand for
is compared. A place is told only where it is not like the one around it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from compliance.audit.table import OutcomeRecord, Row, Shown, Words
from compliance.model.decision import Display, NoticeStatus
from compliance.model.suite import RESULTS
from compliance.model.territory import lineage
from compliance.review.impact.words import Part

NONE, REVIEW, POSSIBLE, REQUIRED = RESULTS
_ELSEWHERE, _UNKNOWN = "", "?"
"""Stand for all places that are not named, and for a reader whom nobody can place."""
_LONG: Final = 8
"""More places than this are told by their number."""


@dataclass(frozen=True, slots=True)
class Where:
    """Readers somewhere: in some places with all that lies in them, but for others."""

    places: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    everywhere: bool = False
    """In all places, but for those."""
    unknown: bool = False
    """Of whom nobody knows where they are."""

    def __str__(self) -> str:
        """The places in words."""
        said = ["every place"] if self.everywhere else []
        said += [_listed(self.places)] if self.places else []
        found = " and ".join(said) + (f" but {_listed(self.without)}" if self.without else "")
        return " and ".join([*([found] if found else []), *(["where nobody knows the place"] if self.unknown else [])])

    def data(self) -> dict[str, object]:
        """The same as data."""
        return {"places": self.places, "but": self.without, "everywhere": self.everywhere, "unknown": self.unknown}


def _listed(codes: tuple[str, ...]) -> str:
    more = len(codes) - _LONG
    said = [f"`{each}`" for each in codes[: _LONG if more > 0 else None]]
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Change:
    """A notice that comes out otherwise: from which word to which (none, review, possible, required), and in what."""

    notice: str
    entity: str | None
    before: str
    after: str
    rules: tuple[str, ...]
    """Those that ask for it after; if none do, those that did before."""
    parts: tuple[Part, ...] = ()
    """What differs, where it is there before and after; words by their digests."""


def differences(old: OutcomeRecord, new: OutcomeRecord) -> list[tuple[Change, Where]]:
    """All that differs between two outcomes, each with its places; sorted by notice."""
    before, after = _Numbers(old), _Numbers(new)
    named = sorted({place for row in (*old.rows, *new.rows) for place in row.places})
    found: dict[Change, set[str]] = defaultdict(set)
    known: dict[tuple[int, int], list[Change]] = {}
    for spot in (_UNKNOWN, _ELSEWHERE, *named):
        pair = before.row(spot), after.row(spot)
        if pair not in known:
            known[pair] = list(_changes(_said(old, old.rows[pair[0]]), _said(new, new.rows[pair[1]])))
        for change in known[pair]:
            found[change].add(spot)
    told = [(change, _where(spots, named)) for change, spots in found.items()]
    return sorted(told, key=lambda each: (each[0].notice, each[0].entity or "", each[0].before, str(each[1])))


class _Numbers:
    """The row of every place in one outcome."""

    def __init__(self, outcome: OutcomeRecord) -> None:
        self._outcome = outcome
        self._row_of = {place: number for number, row in enumerate(outcome.rows) for place in row.places}

    def row(self, spot: str) -> int:
        """The number of the row; a code that this version does not know is looked up by itself."""
        if spot == _UNKNOWN:
            return self._outcome.unknown
        found = (self._row_of[code] for code in _around(spot) if code in self._row_of)
        return next(found, self._outcome.elsewhere)


def _around(spot: str) -> tuple[str, ...]:
    return () if spot == _ELSEWHERE else lineage(spot)


def _where(spots: Collection[str], named: Iterable[str]) -> Where:
    """Some of the named places, as few as say it."""
    every = set(named)
    places: list[str] = []
    without: list[str] = []
    for place in sorted(every):
        around = next((code for code in _around(place)[1:] if code in every), _ELSEWHERE)
        if (place in spots) != (around in spots):
            (places if place in spots else without).append(place)
    return Where(tuple(places), tuple(without), everywhere=_ELSEWHERE in spots, unknown=_UNKNOWN in spots)


# -- one row --------------------------------------------------------------------------------------------

_Who = tuple[str, str | None, int]
"""A notice, its entity, and which of several of both it is."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A notice of a row, with all that its numbers stand for."""

    word: str
    rules: tuple[str, ...]
    parts: Mapping[str, str]


def _said(outcome: OutcomeRecord, row: Row) -> dict[_Who, _Said]:
    """The notices of a row; a footnote belongs to the first notice that it is one of."""
    found: dict[_Who, _Said] = {}
    times = Counter[tuple[str, str | None]]()
    notes = defaultdict[str, list[str]](list)
    for note in map(outcome.footnotes.__getitem__, row.footnotes):
        digests = dict(_digests(outcome.words[note.words]))
        notes[note.id].append(f"{', '.join(note.entities)}: {digests}")
    for each in outcome.shown(row):
        parts = dict(_parts(each, outcome.words[each.words]))
        if each.id in notes:
            parts["footnotes"] = "; ".join(notes.pop(each.id))
        who = each.id, each.entity, times[each.id, each.entity]
        times[each.id, each.entity] += 1
        found[who] = _Said(word_of(each), each.rules, parts)
    return found


def word_of(shown: Shown) -> str:
    """The word for a notice that stands in an outcome."""
    if shown.status == NoticeStatus.REQUIRED:
        return REQUIRED
    return REVIEW if shown.display == Display.HOLD else POSSIBLE


def _parts(shown: Shown, words: Words) -> Iterator[tuple[str, str]]:
    yield "status", shown.status
    yield "display", shown.display
    yield "placements", ", ".join(shown.placements)
    yield from _digests(words)
    yield "rules", ", ".join(shown.rules)
    yield "number of rules", str(shown.rule_count or len(shown.rules))
    yield "unknowns", ", ".join(shown.unknowns)
    yield "approximated", _truth(is_so=shown.approximated)
    yield "by reach", _truth(is_so=shown.reach)


def _truth(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


def _digests(words: Words) -> Iterator[tuple[str, str]]:
    yield "default language", words.default
    for tag, digest in words.text.items():
        yield f"text in {tag}", digest
    for tag, digest in words.short.items():
        yield f"short text in {tag}", digest


def _changes(old: Mapping[_Who, _Said], new: Mapping[_Who, _Said]) -> Iterator[Change]:
    for who in sorted(old.keys() | new.keys(), key=lambda each: (each[0], each[1] or "", each[2])):
        before, after = old.get(who), new.get(who)
        if before == after:
            continue
        word, now = (NONE if each is None else each.word for each in (before, after))
        last = after or before
        rules = () if last is None else last.rules
        parts = () if before is None or after is None else tuple(_differing(before.parts, after.parts))
        yield Change(who[0], who[1], word, now, rules, parts)


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Part]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Part(name, old.get(name), new.get(name))
