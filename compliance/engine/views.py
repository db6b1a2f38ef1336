"""What a known fact can meet, as sets of keys, so that a line is answered by set operations.

Theory: every value that a line can ask for becomes a *key* (a word, a code, a territory or register with
the zone whose day counts). What is known of a fact becomes a *view*: the keys that hold for sure, those
that may hold, and those that may hold on another day. Then a line holds if its keys meet the sure ones, is
out if they meet neither, and is open otherwise. A view may say open where worlds would settle it; the
engine then asks the worlds. It never says sure or out where they do not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from compliance.engine.changes import Change, earliest, register_changes
from compliance.engine.reading import Atom, Reading
from compliance.engine.reasons import lacks_freshness
from compliance.model.facts import FACTS, FactValue, Kind, Members, OneOf
from compliance.model.rule import Line
from compliance.model.ruleset import Ruleset
from compliance.model.truth import FALSE, TRUE, UNKNOWN

Keys = frozenset[str]
NONE: Final[Keys] = frozenset()
NO_CHANGES: Final[Mapping[str, tuple[Change, ...]]] = {}


@dataclass(slots=True, eq=False)
class View:
    """What one fact can meet. A view is never changed once it is made."""

    sure: Keys = NONE
    maybe: Keys = NONE
    rest: bool = False
    """Whether any key that is not sure may hold, those above all that nobody listed."""
    ever: Keys = NONE
    """Keys that hold on no account today and may on another day."""
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=lambda: NO_CHANGES)
    """For keys of territories and registers, when what they say of this value may change."""
    stale: Keys = NONE
    """Registers that may hold only because the copy is too old to say no."""
    value: Hashable = None
    """Stands for all of this where keys do not tell enough: which of them may hold together."""
    is_kept: bool = False
    """Whether this very view is used again for the same value."""
    is_entrance: bool = True
    """Whether it leaves out enough keys for rules to be found by it."""

    @property
    def mark(self) -> Hashable:
        """Equal for views that are the same to every rule; None for one that will not be met again."""
        if self.maybe or self.rest or self.ever or self.changes:
            return self if self.is_kept else None
        return self.sure

    def signature(self, asked: Keys) -> Hashable:
        """What these keys can see of the view: views with one signature decide and change alike."""
        sure = self.sure & asked
        doubt: Hashable = None
        if self.rest:
            doubt = "rest"
        elif not self.maybe.isdisjoint(asked):
            doubt = self.maybe & asked if self.value is None else self.value
        if not self.changes and not self.ever and not self.stale:
            return sure if doubt is None else (sure, doubt)
        moves = tuple((key, self.changes[key]) for key in sorted(self.changes.keys() & asked))
        return (sure, doubt, self.ever & asked, self.stale & asked, moves)

    @property
    def keys(self) -> Keys | None:
        """Every key that may hold on some day; None where any may, or nearly any."""
        if self.rest or not self.is_entrance:
            return None
        return self.sure | self.maybe | self.ever if self.maybe or self.ever else self.sure


def line_keys(line: Line, zone: str, ruleset: Ruleset) -> Keys | None:
    """The keys that a line of a rule of `zone` asks for; None for a period, which has none."""
    if line.period is not None:
        return None
    kind = FACTS[line.fact].kind
    if kind is Kind.STATUS:
        return frozenset(_dated(value, ruleset.registers[value].zone, zone) for value in line.values)
    if kind is Kind.PLACE:
        found = {value: ruleset.territories.get(value) for value in line.values}
        return frozenset(_dated(name, each.zone, zone) if each else name for name, each in found.items())
    return line.values


def _dated(name: str, own: str | None, zone: str) -> str:
    """The key of something that has days: by itself if it has a zone, else by that of the rule."""
    return name if own else f"{name}@{zone}"


def zone_of(key: str) -> tuple[str, str]:
    """The name in the key of something that has days, and the zone of the rule, if it counts."""
    name, _, zone = key.partition("@")
    return name, zone


def word_view(fact: str, value: FactValue, asked: Keys) -> View:
    """The view of a fact that has no days: a word, an entity, an order, a language, a set of them."""
    if isinstance(value, Members):
        return View(value.certain & asked, value.perhaps & asked, value.other)
    if not isinstance(value, OneOf):
        raise TypeError(f"`{fact}` is not given as a place")
    kind = FACTS[fact].kind
    keys = value.values
    if kind is Kind.DAY:
        return View(rest=True, value=value)
    if kind is Kind.LANGUAGE:
        keys = frozenset(prefix for tag in keys for prefix in _prefixes(tag))
        finer = frozenset(each for each in asked - keys if any(each.startswith(f"{tag}-") for tag in value.values))
        if finer and value.is_known:
            return View(keys, finer, value=value)
        keys |= finer
    if value.is_known:
        return View(keys)
    return View(maybe=keys, rest=value.other, value=value)


def _prefixes(tag: str) -> Iterable[str]:
    """The tags that `tag` continues, and itself."""
    parts = tag.split("-")
    return ("-".join(parts[:end]) for end in range(1, len(parts) + 1))


def given_status_view(value: Members, keys: Iterable[str]) -> View:
    """The view of registers that a caller gave: their days do not matter."""
    by_name = [(key, zone_of(key)[0]) for key in keys]
    return View(
        frozenset(key for key, name in by_name if name in value.certain),
        frozenset(key for key, name in by_name if name in value.perhaps),
        value.other,
    )


def status_view(fact: str, keys: Iterable[str], reading: Reading) -> View:
    """The view of the registers that those whom a derived fact speaks of stand in."""
    found: dict[object, set[str]] = {TRUE: set(), UNKNOWN: set(), FALSE: set()}
    changes = {}
    for key in keys:
        name, zone = zone_of(key)
        found[reading.truth(Atom(fact, frozenset({name}), None, zone))].add(key)
        moves = earliest(register_changes(name, zone, reading.spoken_of(fact), reading))
        if moves:
            changes[key] = moves
    return View(
        frozenset(found[TRUE]),
        frozenset(found[UNKNOWN]),
        ever=frozenset(found[FALSE]),
        changes=changes,
        stale=frozenset(key for key in found[UNKNOWN] if lacks_freshness(*zone_of(key), fact, reading)),
        is_entrance=False,
    )


def order_view(fact: str, keys: Iterable[str], reading: Reading) -> View:
    """The view of a set of legal orders that is worked out from the publisher's entity file."""
    truths = {key: reading.truth(Atom(fact, frozenset({key}), None, "")) for key in keys}
    return View(
        frozenset(key for key, truth in truths.items() if truth is TRUE),
        frozenset(key for key, truth in truths.items() if truth is UNKNOWN),
    )
