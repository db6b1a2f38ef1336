"""Which organisation a row of a list is: one that has a file, a new one, or a question for a person.

Theory: an id, a host or a name that is exactly the same is proof; being alike is none. Rows of a list with the
same main name are one organisation with several legal persons. Rows that are only like something known stay
apart, and the likeness is told: two files for one organisation can be joined later, while two organisations in
one file would be accused for each other. A likeness is settled by writing the name under `names` of the other
entity (the same) or under its `not_names` (another).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from compliance.review.importing.known import Known, KnownEntity
from compliance.review.importing.letters import latin
from compliance.review.importing.names import bare, taken_apart
from compliance.review.importing.rows import IS_A_PERSON, Listing, Row, in_order

_ALIKE: Final = 0.87
"""How much of two names has to be the same (Ratcliff/Obershelp) for them to be called alike."""
_COMMON: Final = 40
"""A word that more names hold does not make two of them worth comparing."""


_SHORTEST: Final = 8


@dataclass(frozen=True, slots=True)
class Likeness:
    """That a row may be another organisation; `blocks` if that has to be settled before anything is written."""

    line: int
    name: str
    other: str
    """The id of an entity, or the name of another row that is new too."""
    because: str
    blocks: bool = False


@dataclass(frozen=True)
class Matching:
    """Rows by the entity that they are, groups of rows that are new, and everything that is alike."""

    matched: Mapping[str, tuple[Row, ...]]
    new: tuple[tuple[Row, ...], ...]
    alike: tuple[Likeness, ...]


def match(rows: tuple[Row, ...], known: Known) -> Matching:
    """Every row at its place; the order of the rows does not matter."""
    matched: dict[str, list[Row]] = defaultdict(list)
    new: list[tuple[Row, ...]] = []
    found = {id(row): _exact(row, known) for row in rows}
    for group in _groups(sorted(rows, key=in_order)):
        owners = {next(iter(found[id(row)])) for row in group if len(found[id(row)]) == 1}
        if len(owners) == 1:
            matched[owners.pop()].extend(group)
            continue
        rest: dict[str, list[Row]] = defaultdict(list)
        for row in group:
            if len(found[id(row)]) == 1:
                matched[next(iter(found[id(row)]))].append(row)
            else:
                rest[bare(row.parts.main) if owners else ""].append(row)
        new.extend(tuple(each) for each in rest.values())
    alike = (*_alike_known(tuple(new), known, frozenset(matched)), *_alike_new(tuple(new)))
    return Matching({name: tuple(each) for name, each in matched.items()}, tuple(new), alike)


def _groups(rows: list[Row]) -> list[list[Row]]:
    """Rows that are one organisation, because they share the main name, an id or a host; in the order given."""
    groups: list[list[Row]] = []
    by_sign: dict[object, list[Row]] = {}
    for row in rows:
        signs = {("id", row.id or row.line), *row.identifiers.items()}
        if not (row.is_person and row.identifiers):  # people who are called alike are not one, as ids show
            signs.add(("name", bare(row.parts.main)))
        signs |= {("host", host) for host in row.domains}
        joined = [group for group in groups if any(by_sign.get(sign) is group for sign in signs)]
        whole = [each for group in joined for each in group] + [row]
        groups = [group for group in groups if not any(group is each for each in joined)] + [whole]
        by_sign = {sign: whole if any(group is each for each in joined) else group for sign, group in by_sign.items()}
        by_sign.update(dict.fromkeys(signs, whole))
    return [sorted(group, key=in_order) for group in groups]


def _exact(row: Row, known: Known) -> frozenset[str]:
    """The entities that a row is for sure: one, or none, or several if that cannot be told."""
    if row.id is not None and row.id in known.entities:
        return frozenset({row.id})
    lines = [each for each in known.by_line.get(row.name, ()) if _is_listed_since(row, each, known)]
    if by_line := frozenset(each for each in lines if not _is_a_namesake(row, known.entities[each])):
        return _best(row, by_line, known)
    pairs = [*row.identifiers.items(), *(("opensanctions", each) for each in row.also_known_as)]
    found = frozenset[str]().union(*(known.by_identifier.get(pair, ()) for pair in pairs))
    found = found or frozenset[str]().union(*(known.by_domain.get(host, ()) for host in row.domains))
    if found:
        return found
    found = known.by_proof.get(bare(row.parts.main), frozenset()) or _renamed(row, known)
    found = frozenset(each for each in found if not _is_a_namesake(row, known.entities[each]))
    return _best(row, found, known) if len(found) > 1 else found


def _is_a_namesake(row: Row, entity: KnownEntity) -> bool:
    """Whether a person has another id than the entity, under one scheme."""
    ids = row.identifiers.items() & entity.identifiers.items()
    return row.is_person and not ids and not row.identifiers.keys().isdisjoint(entity.identifiers)


def _best(row: Row, candidates: frozenset[str], known: Known) -> frozenset[str]:
    """Of several entities with the name, those that are listed since the same day and share the most names."""
    names = {bare(name.text) for name in row.parts.names}
    scores = {
        each: (_is_listed_since(row, each, known), len(names & known.entities[each].bare_names)) for each in candidates
    }
    return frozenset(each for each in candidates if scores[each] == max(scores.values()))


def _renamed(row: Row, known: Known) -> frozenset[str]:
    """The entities that were listed on the same day under another of the row's names."""
    names = {bare(name.text) for name in row.parts.names if name.language is not None}
    found = {each for name in names for each in known.by_name.get(name, ())}
    return frozenset(each for each in found if _is_listed_since(row, each, known))


def _is_listed_since(row: Row, entity: str, known: Known) -> bool:
    days = set(row.days.values())
    return any(days & set(entry.days) for entry in known.entries.get(entity, ()))


def _alike_known(new: tuple[tuple[Row, ...], ...], known: Known, matched: frozenset[str]) -> Iterator[Likeness]:
    index = _Index((entity.id, (entity.title, *entity.names)) for entity in known.entities.values())
    for group in new:
        row = group[0]
        for other, because in index.alike(_names(group)):
            entity = known.entities[other]
            if not entity.not_names.isdisjoint(_bare_names(group)):
                continue
            yield Likeness(row.line, row.parts.main, other, because, blocks=other not in matched)


def _alike_new(new: tuple[tuple[Row, ...], ...]) -> Iterator[Likeness]:
    """Pairs of new organisations that share a name or are called alike; each pair once."""
    mains = [group[0].parts.main for group in new]
    index = _Index((str(place), _names(group)) for place, group in enumerate(new))
    for place, group in enumerate(new):
        for other, because in index.alike(_names(group)):
            if int(other) > place:
                yield Likeness(group[0].line, mains[place], mains[int(other)], because)


def passed_over(listing: Listing, matching: Matching, known: Known) -> Iterator[Likeness]:
    """Entities that the list seems to name and that would be in no entry afterwards, so that they passed as unlisted.

    By a row that cannot be read, or that is left out as a person; by one that an id or a host led elsewhere; by
    one that only stands together with another row.
    """
    free = known.entities.keys() - matching.matched.keys() - known.entries.keys()
    if not free:
        return
    for out in listing.left_out:
        if out.is_fault or out.reason == IS_A_PERSON:
            named = taken_apart(out.what).names if out.what else ()
            owners = {each for name in named for each in known.by_name.get(bare(name.text), ())}
            for other in sorted(owners & free):
                yield Likeness(out.line or 0, out.what, other, f"the row is left out ({out.reason})", blocks=True)
    index = _Index((name, (known.entities[name].title, *known.entities[name].names)) for name in sorted(free))
    for entity, rows in sorted(matching.matched.items()):
        for row in rows:
            main = row.parts.main
            if bare(main) not in known.entities[entity].bare_names:
                for other, because in index.alike((main,)):
                    if bare(main) not in known.entities[other].not_names:
                        yield Likeness(row.line, main, other, f"{because}; it is taken for `{entity}`", blocks=True)


def _names(group: tuple[Row, ...]) -> tuple[str, ...]:
    """The names of rows of one organisation that can be compared: an abbreviation is shared by chance."""
    found = [name.text for row in group for name in row.parts.names if name.language is not None]
    return tuple(dict.fromkeys(found))


def _bare_names(group: tuple[Row, ...]) -> set[str]:
    return {bare(name) for name in _names(group)}


class _Index:
    """Names by their words, so that only those are compared that have an uncommon one in common."""

    def __init__(self, named: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._names: dict[str, dict[str, str]] = {}
        self._by_word: dict[str, set[str]] = defaultdict(set)
        for key, names in named:
            self._names[key] = {latin(bare(name)): name for name in reversed(names)}
            for name in self._names[key]:
                for word in _signs(name):
                    self._by_word[word].add(key)

    def alike(self, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """What bears a name that is the same or alike, and in which name."""
        own = {latin(bare(name)): name for name in reversed(names)}
        near = (self._by_word[word] for name in own for word in _signs(name) if word in self._by_word)
        for key in sorted(set().union(*(each for each in near if len(each) <= _COMMON))):
            said = next((own[name] for name in own if name in self._names[key]), None)
            if said is not None:
                yield key, f"both are called `{said}`"
            elif pair := next(((a, b) for a in own for b in self._names[key] if _is_alike(a, b)), None):
                yield key, f"`{own[pair[0]]}` is like `{self._names[key][pair[1]]}`"


def _signs(name: str) -> set[str]:
    """The words of a name, and its beginning: one of them is the same in names that are alike."""
    return {*name.split(), f"{name[:5]}-"}


def _is_alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SHORTEST:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE
