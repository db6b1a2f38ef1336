"""What an import would change, and the files as they would then be.

Theory: people decide on a diff and not on a list. So every row ends as a change, as nothing to do, as a question
or as left out with a reason, and the plan holds all of them; the files are only their consequence. A question
that could let a listed organisation pass as unlisted keeps everything from being written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, count

from compliance.language.given import WORDS_OF_DOUBT
from compliance.model.iso3166 import COUNTRIES
from compliance.review.importing import entity_file
from compliance.review.importing.known import Known
from compliance.review.importing.letters import slug
from compliance.review.importing.match import Likeness, Matching, match, passed_over
from compliance.review.importing.names import bare, id_of
from compliance.review.importing.register_file import Copy, Pair, RegisterFile, pairs
from compliance.review.importing.rows import LeftOut, Listing, Row


class Kind(StrEnum):
    """What an import changes."""

    ADDED = "added"
    REMOVED = "removed"
    ENDED = "ended"
    BACK = "back"
    RENAMED = "renamed"
    NAMES = "names"
    DATED = "dated"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: to which entity, by which line of the list, and what it is in words."""

    kind: Kind
    entity: str
    line: int | None
    detail: str


@dataclass(frozen=True)
class Plan:
    """The diff: changes, likenesses and what is left out; and every file that would be written, by its path."""

    register: str
    changes: tuple[Change, ...]
    alike: tuple[Likeness, ...]
    left_out: tuple[LeftOut, ...]
    files: Mapping[str, bytes]
    rows: int
    """How many rows the list has that could be read."""

    @property
    def unchanged(self) -> int:
        """How many rows say what the files say already."""
        return self.rows - len({change.line for change in self.changes} - {None})

    @property
    def is_blocked(self) -> bool:
        """Whether a likeness has to be settled before anything is written."""
        return any(each.blocks for each in self.alike)

    @property
    def has_findings(self) -> bool:
        """Whether a person should look: something changes, waits for an answer, or could not be read."""
        return bool(self.changes) or self.is_blocked or any(each.is_fault for each in self.left_out)


def plan(listing: Listing, known: Known, files: Mapping[str, bytes], folder: str, copy: Copy) -> Plan:
    """What importing a list changes.

    Args:
        listing: the rows, and what was left out of them.
        known: what the rule directory says.
        files: its files by path.
        folder: where new entity files go, a path in the rule directory.
        copy: the day of the list, and how sure its days are.
    """
    work = _Work(known, files, folder, copy)
    matching = match(listing.rows, known)
    work.entities(matching)
    work.listings()
    work.day_of_copy(copy)
    left_out = sorted((*listing.left_out, *work.left_out), key=lambda each: (each.line or 0, each.what, each.reason))
    changes = sorted(work.changes, key=lambda each: (list(Kind).index(each.kind), each.entity, each.detail))
    alike = (*matching.alike, *passed_over(listing, matching, known))
    return Plan(known.register.id, tuple(changes), alike, tuple(left_out), work.files, len(listing.rows))


@dataclass
class _Work:
    """A plan being made."""

    known: Known
    old: Mapping[str, bytes]
    folder: str
    copy: Copy
    files: dict[str, bytes] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)

    def entities(self, matching: Matching) -> None:
        """Make files for new organisations, and add to those of known ones."""
        self.rows.update(matching.matched)
        new = _ids(matching.new, self.known)
        weak, titles = _shared({**matching.matched, **new}, self.known), _titles(new, self.known)
        for name, rows in new.items():
            self.rows[name] = rows
            self.files[self._path(name)] = entity_file.new_file(name, titles[name], rows, weak[name])
        for name, rows in matching.matched.items():
            self._add_to(name, rows, weak[name])

    def _path(self, name: str) -> str:
        """A path for a new file, at which nothing stands."""
        stem = f"{self.folder}/{name}" if self.folder else name
        return next(path for path in chain([f"{stem}.yaml"], _numbered(stem)) if path not in self.known.paths)

    def _add_to(self, name: str, rows: tuple[Row, ...], weak: frozenset[str]) -> None:
        entity = self.known.entities[name]
        names = entity_file.missing_names(entity, rows, weak)
        hosts = [host for host in dict.fromkeys(h for row in rows for h in row.domains) if host not in entity.domains]
        free = [host for host in hosts if not self.known.by_domain.get(host)]
        self.left_out += [
            LeftOut(rows[0].line, host, f"the domain is that of another entity than `{name}`")
            for host in hosts
            if host not in free
        ]
        pairs_ = {scheme: each for row in reversed(rows) for scheme, each in row.identifiers.items()}
        identifiers = {scheme: each for scheme, each in sorted(pairs_.items()) if scheme not in entity.identifiers}
        if not (names or free or identifiers):
            return
        edited = entity_file.with_more(self.old[entity.path], entity, names, free, identifiers)
        said = ", ".join(f"`{each}`" for each in (*(n.text for n in names), *free, *identifiers.values()))
        if edited is None:
            reason = f"`{entity.path}` takes no additions as it is written: add {said} by hand"
            self.left_out.append(LeftOut(rows[0].line, rows[0].name, reason, is_fault=True))
            return
        self.files[entity.path] = edited
        renamed = [row for row in rows if bare(row.parts.main) not in entity.bare_names]
        kind = Kind.RENAMED if renamed else Kind.NAMES
        self.changes.append(Change(kind, name, (renamed or list(rows))[0].line, f"further names or ids: {said}"))

    def listings(self) -> None:
        """Bring the entries of the register to what the list says."""
        register = self.known.register
        page = RegisterFile(self.old[register.path], register, self.copy)
        for name in sorted({*self.rows, *self.known.entries}):
            entries = self.known.entries.get(name, ())
            for pair in pairs(name, self.rows.get(name, ()), entries, register.arms):
                before = "another listing, " if entries else "first listing, " * (name in self.known.entities)
                self._listing(pair, page, before)
        text = page.text()
        if text != self.old[register.path]:
            self.files[register.path] = text

    def _listing(self, pair: Pair, page: RegisterFile, before: str) -> None:
        """Bring one listing up to date; `before` says what an entity that we have was in the register till now."""
        row, entry, arms = pair.row, pair.entry, self.known.register.arms
        if row is None:
            if entry is not None and page.gone(entry):
                detail = f"no longer in the list: {', '.join(map(str, entry.days))}; the last day is not known"
                self.changes.append(Change(Kind.REMOVED, pair.entity, None, detail))
            return
        if entry is None:
            page.add(pair.entity, row)
            end = f", taken off on {row.last_day}" if row.last_day else ", taken off, day not known" * row.has_ended
            said = f"{before}{row.days[arms]}{end}: {row.name}"
            self.changes.append(Change(Kind.ADDED, pair.entity, row.line, said))
            return
        if pair.differs:
            self._dated(pair, page)
        if page.ended(entry, row):
            self.changes.append(
                Change(Kind.ENDED, pair.entity, row.line, f"taken off: {row.last_day or 'day not known'}")
            )
        elif row.last_day is not None and entry.last_day != str(row.last_day):
            reason = f"the list has the last day {row.last_day}, the file {entry.last_day}: the file is kept"
            self.left_out.append(LeftOut(row.line, row.name, reason))
        elif not row.has_ended and row.last_day is None and page.back(entry):
            self.changes.append(Change(Kind.BACK, pair.entity, row.line, "in the list again"))

    def _dated(self, pair: Pair, page: RegisterFile) -> None:
        row, entry = pair.row, pair.entry
        if row is None or entry is None:
            return
        day, said = row.days[self.known.register.arms], ", ".join(map(str, entry.days))
        if page.claim(entry, row):
            detail = f"the list says {day}, the file {said}: a further claim, the first one counts"
            self.changes.append(Change(Kind.DATED, pair.entity, row.line, detail))
        else:
            reason = f"the list says {day}, the file {said}: add the claim by hand"
            self.left_out.append(LeftOut(row.line, row.name, reason, is_fault=True))

    def day_of_copy(self, copy: Copy) -> None:
        """Note that only the day of the copy is another one."""
        if self.known.register.path in self.files and not self.changes:
            detail = f"retrieved_on {copy.retrieved_on}" if copy.retrieved_on else "the count of entries"
            self.changes.append(Change(Kind.COPY, self.known.register.id, None, detail))


def _numbered(stem: str) -> Iterator[str]:
    return (f"{stem}-{number}.yaml" for number in count(2))


def _ids(new: Iterable[tuple[Row, ...]], known: Known) -> dict[str, tuple[Row, ...]]:
    """An id for each new organisation; of several that would have the same, it goes to the one with that main name."""
    wished: dict[str, list[tuple[Row, ...]]] = defaultdict(list)
    for group in new:
        given = next((row.id for row in group if row.id), None)
        wished[given or id_of(group[0].parts) or "organisation"].append(group)
    taken = {*known.entities, *WORDS_OF_DOUBT}
    found: dict[str, tuple[Row, ...]] = {}
    for base, groups in wished.items():
        first = groups if len(groups) == 1 else [each for each in groups if slug(bare(each[0].parts.main)) == base]
        if len(first) == 1 and base not in taken:
            found[base] = first[0]
    for base, groups in sorted(wished.items()):
        for group in groups:
            if group is not found.get(base):
                country = (group[0].parts.country or "").lower()
                found[_free(base, country, taken | found.keys())] = group
    return found


def _free(base: str, country: str, taken: set[str]) -> str:
    """An id that nobody has: with the country behind it, then with a number."""
    stem = f"{base}-{country}" if country else base
    names = chain([stem] if country else [], (f"{stem}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def _shared(named: Mapping[str, tuple[Row, ...]], known: Known) -> dict[str, frozenset[str]]:
    """For each organisation of the list the names that others bear too; a main name stays with its only bearer.

    Known ones count with the new ones: otherwise both would get a name that proves either, and the next import of
    the same list would not know whom it means.
    """
    names = {name: {bare(each.text) for row in rows for each in row.parts.names} for name, rows in named.items()}
    mains = {name: {bare(row.parts.main) for row in rows} for name, rows in named.items()}
    bearers, owners = Counter(chain(*names.values())), Counter(chain(*mains.values()))
    found = {}
    for name, said in names.items():
        borne = {each for each in said if known.by_name.get(each, frozenset()) - {name}}
        own = {each for each in mains[name] - borne if owners[each] == 1}
        found[name] = frozenset(borne | {each for each in said if bearers[each] > 1} - own)
    return found


def _titles(new: Mapping[str, tuple[Row, ...]], known: Known) -> dict[str, str]:
    """The title of each new organisation; one that is a name of another one too is told apart by the country."""
    bearers: dict[str, set[str]] = defaultdict(set)
    for name, rows in new.items():
        for each in (name_.text for row in rows for name_ in row.parts.names):
            bearers[bare(each)].add(name)
    found = {}
    for name, rows in new.items():
        title = rows[0].parts.title
        is_own = bare(title) == bare(rows[0].parts.main)
        is_shared = len(bearers[bare(title)] - {name}) > 0 or bare(title) in known.by_name
        where = COUNTRIES.get(rows[0].parts.country or "") or name
        found[name] = f"{title} ({where})" if is_shared and not (is_own and _owner(title, new) == name) else title
    return found


def _owner(title: str, new: Mapping[str, tuple[Row, ...]]) -> str | None:
    """The one organisation of which a title is the main name."""
    owners = [name for name, rows in new.items() if bare(rows[0].parts.main) == bare(title)]
    return owners[0] if len(owners) == 1 else None
