"""What the rule directory already says: its entities, and one register, with the places where it says it.

Theory: files are read as trees and not through the loader, because an import may be what makes a register whole
(a head without entries), and because what is added has to be put beside what stands there, comments and all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from compliance.errors import Problem, RulesError, nearest
from compliance.language.source import List, Map, Node, Text, read
from compliance.model.designation import ACRONYM, Milestone, Strength
from compliance.model.period import parse_day
from compliance.review.importing.names import bare

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """An entity file: what it is called, and its tree."""

    id: str
    path: str
    title: str
    names: tuple[str, ...]
    proof: tuple[str, ...]
    """Those of the names that are enough of a sign by themselves."""
    not_names: frozenset[str]
    domains: tuple[str, ...]
    identifiers: Mapping[str, str]
    tree: Map

    @property
    def bare_names(self) -> frozenset[str]:
        """Its title and names as they are compared."""
        return frozenset(bare(name) for name in (self.title, *self.names))


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry of the register: who, every day that is claimed for its listing, and its last day as written."""

    entity: str
    days: tuple[date, ...]
    last_day: str
    note: str
    tree: Map


@dataclass(frozen=True, slots=True)
class KnownRegister:
    """A register file."""

    id: str
    path: str
    title: str
    arms: Milestone
    entries: tuple[KnownEntry, ...]
    tree: Map


@dataclass(frozen=True)
class Known:
    """Every entity by its id, the register, and where names, hosts and ids lead."""

    entities: Mapping[str, KnownEntity]
    register: KnownRegister
    by_name: Mapping[str, frozenset[str]]
    by_proof: Mapping[str, frozenset[str]]
    by_line: Mapping[str, frozenset[str]]
    """Whose entry has the line of a list as its note."""
    by_domain: Mapping[str, frozenset[str]]
    by_identifier: Mapping[tuple[str, str], frozenset[str]]
    entries: Mapping[str, tuple[KnownEntry, ...]]
    """The entries of each entity in this register."""
    paths: frozenset[str]


def known(files: Mapping[str, bytes], register: str, *, root: str = "") -> Known:
    """What the files of a rule directory say.

    Raises:
        RulesError: a file cannot be read, or there is no such register.
    """
    problems: list[Problem] = []
    entities: dict[str, KnownEntity] = {}
    registers: dict[str, KnownRegister] = {}
    for path in sorted(files):
        tree, found = read(f"{root}/{path}" if root else path, files[path])
        problems.extend(found)
        if isinstance(tree, Map) and (name := _text(tree, "entity")):
            entities[name] = _entity(name, path, tree)
        elif isinstance(tree, Map) and (name := _text(tree, "register")):
            registers[name] = _register(name, path, tree)
    if register not in registers and not problems:
        help_ = nearest(register, registers) or "write the head of its file first: everything but the entries"
        problems.append(Problem(f"there is no register `{register}`", help=help_))
    if problems:
        raise RulesError(problems)
    entries: dict[str, list[KnownEntry]] = defaultdict(list)
    for entry in registers[register].entries:
        entries[entry.entity].append(entry)
    every = entities.values()
    return Known(
        entities,
        registers[register],
        _leads((name, entity.id) for entity in every for name in entity.bare_names),
        _leads((bare(name), entity.id) for entity in every for name in (entity.title, *entity.proof)),
        _leads((entry.note, entry.entity) for entry in registers[register].entries if entry.entity in entities),
        _leads((host, entity.id) for entity in every for host in entity.domains),
        _leads((pair, entity.id) for entity in every for pair in entity.identifiers.items()),
        {name: tuple(found_) for name, found_ in entries.items()},
        frozenset(files),
    )


def _leads(pairs: Iterable[tuple[K, str]]) -> dict[K, frozenset[str]]:
    found: dict[K, set[str]] = defaultdict(set)
    for key, name in pairs:
        found[key].add(name)
    return {key: frozenset(names) for key, names in found.items()}


def _entity(name: str, path: str, tree: Map) -> KnownEntity:
    identifiers = tree.get("identifiers")
    pairs = identifiers.entries if isinstance(identifiers, Map) else ()
    return KnownEntity(
        id=name,
        path=path,
        title=_text(tree, "title"),
        names=tuple(texts_in(tree.get("names"))),
        proof=tuple(_proof(tree.get("names"))),
        not_names=frozenset(bare(text) for text in texts_in(tree.get("not_names"))),
        domains=tuple(texts_in(tree.get("domains"))),
        identifiers={key.text: value.text for key, value in pairs if isinstance(value, Text)},
        tree=tree,
    )


def texts_in(node: Node | None) -> Iterator[str]:
    """The names in a node: texts, lists of them, maps with a `name`, and all of these by language."""
    if isinstance(node, Text):
        yield node.text
    elif isinstance(node, List):
        for item in node.items:
            yield from texts_in(item)
    elif isinstance(node, Map):
        if "name" in node.by_key:
            yield from texts_in(node.get("name"))
        else:
            for _, value in node.entries:
                yield from texts_in(value)


def _proof(names: Node | None) -> Iterator[str]:
    """The names that are no abbreviation and to which no lesser strength is written."""
    for tag, value in names.entries if isinstance(names, Map) else ():
        for item in value.items if isinstance(value, List) else (value,):
            is_weak = isinstance(item, Map) and _text(item, "strength") not in {"", Strength.STRONG}
            if tag.text != ACRONYM and not is_weak:
                yield from texts_in(item)


def _register(name: str, path: str, tree: Map) -> KnownRegister:
    written = _text(tree, "arms")
    arms = Milestone(written) if written in set(Milestone) else Milestone.LISTED_ON
    entries = tree.get("entries")
    items = [item for item in entries.items if isinstance(item, Map)] if isinstance(entries, List) else []
    return KnownRegister(name, path, _text(tree, "title"), arms, tuple(_entry(item, arms) for item in items), tree)


def _entry(tree: Map, arms: Milestone) -> KnownEntry:
    claims = tree.get(arms)
    maps = claims.items if isinstance(claims, List) else (claims,)
    days = [parse_day(_text(claim, "day")) for claim in maps if isinstance(claim, Map)]
    return KnownEntry(
        _text(tree, "entity"),
        tuple(day for day in days if day is not None),
        _text(tree, "last_day"),
        _text(tree, "note"),
        tree,
    )


def _text(tree: Map, key: str) -> str:
    node = tree.get(key)
    return node.text if isinstance(node, Text) else ""
