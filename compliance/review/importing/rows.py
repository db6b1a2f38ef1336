"""What a list says of one organisation, whatever the list is written in.

Theory: every format becomes the same fields, each a list of texts, and one place reads them. A row is whole or
it is left out with a reason and its line: half a row would be a statement about somebody that nobody made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from compliance.errors import nearest
from compliance.language.fields import KEBAB
from compliance.model.designation import Milestone, Strength
from compliance.model.iso3166 import COUNTRIES as ISO_COUNTRIES
from compliance.model.period import parse_day
from compliance.review.importing.letters import repaired, unreadable, without_quotes
from compliance.review.importing.names import Name, Parts, country_of, named, taken_apart
from compliance.review.importing.people import person_name, person_parts
from compliance.review.importing.tables import SHARED_HOSTS

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("title", "fullname", "full_name", "наименование"),
    "listed_on": ("included_at", "datein", "listing_date", "listingdate", "дата включения"),
    "decided_on": ("decision_date",),
    "announced_on": ("publication_date", "datepubl"),
    "effective": ("start_date",),
    "last_day": ("excluded_at", "dateout", "end_date", "дата исключения"),
    "excluded": ("removed",),
    "names": ("aliases", "alias"),
    "former_names": ("previous_names",),
    "weak_names": ("weak_aliases",),
    "acronyms": ("abbreviations",),
    "id": (),
    "wikidata": ("wikidata_id",),
    "opensanctions": ("opensanctions_id",),
    "registration_number": ("ogrn", "огрн"),
    "country": ("country_code",),
    "domains": ("domain", "website", "websites"),
    "source": ("copied_from", "source_url"),
    "kind": ("schema",),
}
"""Each field, and what lists call it besides; letter case does not matter."""
SCHEMES: Final = ("wikidata", "opensanctions", "registration-number")
"""The schemes of `identifiers` that are compared; each is a field, too."""
IS_A_PERSON: Final = "it is a natural person"
"""Why a row is left out that could be read."""
_PERSON: Final = re.compile(r"person|individual|физическ", re.IGNORECASE)
_PATRONYMIC: Final = re.compile(r"[А-ЯЁ][А-Яа-яЁё-]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]*(?:вич|вна|ична|ьич)")
_YES: Final = frozenset({"true", "yes", "1", "да", "исключена", "исключен", "removed", "excluded"})
_NO: Final = frozenset({"false", "no", "0", "нет", ""})
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_HOST: Final = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+)(?:[/:?#].*)?", re.IGNORECASE)
_MOST_LETTERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that the list holds and the files will not: where, what, why; `is_fault` if it could not be read."""

    line: int | None
    what: str
    reason: str
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One listing: the line as it was written, its names, and its days."""

    line: int
    name: str
    parts: Parts
    days: Mapping[Milestone, date]
    last_day: date | None = None
    has_ended: bool = False
    """Whether the list says that it was taken off, on a day that the list does not give."""
    id: str | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    also_known_as: tuple[str, ...] = ()
    """Further ids in the scheme of `opensanctions`, of records that were merged into this one."""
    domains: tuple[str, ...] = ()
    source: str | None = None
    doubt: str | None = None
    """What a person should look at, though the row was read."""
    is_person: bool = False


def in_order(row: Row) -> tuple[object, ...]:
    """What rows are sorted by, and are the same by: everything that they say, never their place in the list."""
    return (
        tuple(sorted(row.days.items())),
        row.name,
        row.id or "",
        tuple(sorted(row.identifiers.items())),
        row.also_known_as,
        str(row.last_day),
        row.has_ended,
        row.domains,
        tuple((name.text, name.language or "", name.strength) for name in row.parts.names),
        row.source or "",
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list: its rows, and everything that is in it and in no row."""

    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class How:
    """How to read a list: columns by field, the date that a row needs, and what counts for rows that say nothing."""

    columns: Mapping[str, str] = field(default_factory=dict)
    arms: Milestone = Milestone.LISTED_ON
    source: str | None = None
    allow_persons: bool = False


Given = Mapping[str, list[str]]
"""The fields of one row, each with its values."""


def column_for(name: str) -> str | None:
    """The field that a column is, by its name."""
    folded = name.strip().casefold()
    return next((known for known, others in FIELDS.items() if folded in {known, *others}), None)


def row_of(given: Given, line: int, how: How) -> Row | LeftOut:
    """One row, or why it is none."""
    first = {name: values[0].strip() for name, values in given.items() if values and values[0].strip()}
    name = repaired(first.get("name", ""))
    if not name:
        return LeftOut(line, "", "it has no name", is_fault=True)
    if problem := _problem(first, name, how):
        return LeftOut(line, name, problem, is_fault=True)
    is_person = bool(_PERSON.search(first.get("kind", "")) or _PATRONYMIC.fullmatch(name))
    if is_person and not how.allow_persons:
        return LeftOut(line, name, IS_A_PERSON)
    home = first.get("country", "").upper()
    home = home if home in ISO_COUNTRIES else country_of(home) or ""
    take = person_parts if is_person else taken_apart
    parts = take(name, _further(given, home, is_person=is_person), home or None)
    if not parts.names:
        what = "a person" if is_person else "an organisation"
        return LeftOut(line, name, f"no name of {what} is in it", is_fault=True)
    hosts = [host for each in given.get("domains", []) if (host := _HOST.fullmatch(each.strip()))]
    return Row(
        line=line,
        name=name,
        parts=parts,
        days={step: day for step in Milestone if (day := _day(first.get(step.value, "")))},
        last_day=_day(first.get("last_day", "")) or _day(first.get("excluded", "")),
        has_ended=first.get("excluded", "").casefold() in _YES,
        id=first.get("id"),
        identifiers={scheme: first[key] for scheme in SCHEMES if (key := scheme.replace("-", "_")) in first},
        also_known_as=tuple(given.get("referents", ())),
        domains=tuple(dict.fromkeys(name for host in hosts if not _is_shared(name := host[1].lower()))),
        source=_address(first.get("source")) or how.source,
        doubt=_doubt(first["name"], given),
        is_person=is_person,
    )


def _problem(first: Mapping[str, str], name: str, how: How) -> str | None:
    """What keeps a row from being read."""
    if len(name) > _MOST_LETTERS:
        return f"its name has more than {_MOST_LETTERS} letters"
    for key in (*(step.value for step in Milestone), "last_day"):
        if key in first and _day(first[key]) is None:
            return f"`{first[key]}` is not a calendar day: write `{key}` as YYYY-MM-DD or DD.MM.YYYY"
    if how.arms.value not in first:
        return f"it has no `{how.arms.value}`, the date that starts the effect"
    excluded = first.get("excluded", "")
    if excluded.casefold() not in _YES | _NO and _day(excluded) is None:
        return f"`excluded` is `{excluded}`: {nearest(excluded, _YES) or 'write true, false or a day'}"
    last_day, first_day = _day(first.get("last_day", "")) or _day(excluded), _day(first[how.arms.value])
    if last_day is not None and first_day is not None and last_day < first_day:
        return f"it was taken off on {last_day}, before it was listed on {first_day}"
    if not re.fullmatch("Q[1-9][0-9]*", first.get("wikidata", "Q1")):
        return f"`{first['wikidata']}` is no id of Wikidata: write it like `Q42`"
    if "id" in first and not KEBAB.fullmatch(first["id"]):
        return f"`{first['id']}` is not an id: write it like `rfe-rl`, or map another column"
    return None


def _day(text: str) -> date | None:
    """A day written as YYYY-MM-DD or as DD.MM.YYYY."""
    if found := re.fullmatch(r"(\d{2})\.(\d{2})\.(\d{4})", text):
        text = f"{found[3]}-{found[2]}-{found[1]}"
    return parse_day(text)


def _doubt(written: str, given: Given) -> str | None:
    """What is left out of a row: a letter that cannot be read, a host that is none."""
    if letter := unreadable(written):
        return f"a letter of its name cannot be read ({letter}): correct its names by hand"
    for written_host in filter(None, (each.strip() for each in given.get("domains", ()))):
        if (host := _HOST.fullmatch(written_host)) is None:
            return f"`{written_host}` is not a domain"
        if _is_shared(host[1].lower()):
            return f"`{host[1].lower()}` is the host of many, and is not taken for a domain"
    return None


def _is_shared(host: str) -> bool:
    """Whether pages of many who have nothing to do with each other stand on a host."""
    return host.removeprefix("m.") in SHARED_HOSTS


def _further(given: Given, home: str, *, is_person: bool) -> tuple[Name, ...]:
    """The names in columns of their own; what is one abbreviation stays one."""
    found, as_name = [], person_name if is_person else named
    for key in ("names", "former_names", "weak_names"):
        texts = [repaired(each) for each in given.get(key, ())]
        found += [as_name(without_quotes(each), home, weak=key == "weak_names") for each in texts if each]
    found += [Name(each.strip(), None, Strength.ACRONYM) for each in given.get("acronyms", ()) if each.strip()]
    return tuple(found)


def _address(text: str | None) -> str | None:
    """Where a row comes from; the name of a repository is one of GitHub."""
    return f"https://github.com/{text}" if text and _REPOSITORY.fullmatch(text) else text
