"""The registers, entities and territories of a large legal desk, as files; all names are made of syllables.

Theory: entities have names in two scripts, short names, hosts and parents, and most stand in one register, some in
two, since reading and comparing them is what takes time. Half of the registers are complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from tests.bench.parts.job import DAY

REGISTERS: Final = 20
BLOC: Final = "example-bloc"
_SYLLABLES: Final = (
    ("ba", "ба"), ("ve", "ве"), ("lo", "ло"), ("ri", "ри"), ("du", "ду"), ("mo", "мо"), ("za", "за"),
    ("ke", "ке"), ("pi", "пи"), ("su", "су"), ("na", "на"), ("ge", "ге"), ("to", "то"), ("ha", "ха"),
    ("li", "ли"), ("fo", "фо"), ("re", "ре"), ("ku", "ку"), ("di", "ди"), ("mar", "мар"),
)  # fmt: skip
_FORMS: Final = (
    ("Radio {}", "Радио {}"), ("{} Daily", "Газета {}"), ("{} Union", "Союз {}"),
    ("{} Fund", "Фонд {}"), ("Institute of {}", "Институт {}"),
)  # fmt: skip


class Country(NamedTuple):
    """A country with the zone and the language of its law."""

    code: str
    zone: str
    language: str


COUNTRIES: Final = (
    Country("RU", "Europe/Moscow", "ru"), Country("DE", "Europe/Berlin", "de"), Country("FR", "Europe/Paris", "fr"),
    Country("BY", "Europe/Minsk", "ru"), Country("ES", "Europe/Madrid", "es"), Country("IE", "Europe/Dublin", "en"),
    Country("AT", "Europe/Vienna", "de"), Country("KZ", "Asia/Almaty", "ru"), Country("CA", "America/Toronto", "en"),
    Country("BE", "Europe/Brussels", "fr"), Country("MX", "America/Mexico_City", "es"),
    Country("IN", "Asia/Kolkata", "en"),
)  # fmt: skip
"""None of them is in the bloc."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Registers with `entries` entries in all; four of five entities stand in one register, the others in two."""

    entries: int

    @property
    def entities(self) -> int:
        return self.entries * 4 // 5

    def of_rule(self, number: int) -> str:
        """The register that a rule asks for."""
        return f"xx/list-{number % REGISTERS:02}"

    def member(self, number: int) -> str:
        """An entity in that register on each day that a rule may ask for."""
        return entity_id(number % REGISTERS + REGISTERS * (number // REGISTERS % 3))

    def stranger(self, number: int) -> str:
        """An entity of which it is known on each day that it is not in that register."""
        return entity_id((number + 1) % REGISTERS)

    def is_complete(self, number: int) -> bool:
        """Whether the register that a rule asks for has no gaps."""
        return number % 2 == 0

    def files(self) -> Iterator[tuple[str, str]]:
        """Each file with its path."""
        for each in range(self.entities):
            yield f"entities/{entity_id(each)}.yaml", _entity_text(each)
        for each in range(REGISTERS):
            yield f"registers/list-{each:02}.yaml", self._register_text(each)
        yield "territories/example-bloc.yaml", _BLOC

    def _register_text(self, number: int) -> str:
        places = [each for each in range(self.entries) if (each + each // self.entities) % REGISTERS == number]
        entries = "".join(_entry_text(each % self.entities, order) for order, each in enumerate(places))
        is_complete = str(self.is_complete(number)).lower()
        return (
            f"# Copied by hand from the official site.\nlanguage: 1\nregister: {self.of_rule(number)}\n"
            f"title: Register {number} of the authority\nauthority: Authority {number % 7}\nlegal_basis:\n"
            f'  - {{title: Act {number}, article: "2", href: "https://law.example/acts/{number}", confidence: A}}\n'
            f"complete: {is_complete}\nretrieved_on: {DAY - timedelta(days=number)}\nfresh_for: 60 days\n"
            f"arms: listed_on\ntimezone: {COUNTRIES[number % len(COUNTRIES)].zone}\nowner: desk@example.org\n"
            f"review_by: 2027-03-01\ncount: {len(places)}\nentries:\n{entries}"
        )


def _entry_text(entity: int, order: int) -> str:
    """An entry; the first ones of each register are old and stand."""
    listed_on = date(2010, 1, 1) + timedelta(days=order * 23 % 5500)
    last_day = listed_on + timedelta(days=700) if order % 9 == 8 else "none"
    note = "    note: Under its former name\n" if order % 12 == 11 else ""
    return (
        f"  - entity: {entity_id(entity)}\n"
        f'    listed_on: {{day: {listed_on}, source: "https://list.example/{entity}", confidence: B}}\n'
        f"    last_day: {last_day}\n{note}"
    )


def _syllables(number: int) -> tuple[tuple[str, str], ...]:
    """Three syllables that no other number below 8,000 has."""
    mixed = (number * 3001 + 17) % 8000
    return _SYLLABLES[mixed // 400], _SYLLABLES[mixed // 20 % 20], _SYLLABLES[mixed % 20]


def entity_id(number: int) -> str:
    return f"{''.join(latin for latin, _ in _syllables(number))}-{number:04}"


def _entity_text(number: int) -> str:
    latin, cyrillic = ("".join(part).capitalize() for part in zip(*_syllables(number), strict=True))
    english, russian = (form.format(name) for form, name in zip(_FORMS[number % 5], (latin, cyrillic), strict=True))
    acronym = f"  acronym: [{latin[:2].upper()}-{number}]\n" if number % 4 == 0 else ""
    parent = f"parent: {entity_id(number - 1)}\n" if number > 100 and number % 10 == 7 else ""
    country = COUNTRIES[number % len(COUNTRIES)].code
    stance = f"stance: {{{country}: {('comply', 'decline')[number % 2]}}}\n" if number % 20 else ""
    return (
        f"language: 1\nentity: {entity_id(number)}\ntitle: {english}\nnames:\n"
        f"  en: [{english}, {{name: {latin}, strength: weak, context: [media, editors]}}]\n  ru: [{russian}]\n{acronym}"
        f"domains: [{entity_id(number)}.example, {latin.lower()}{number}.example]\n{parent}"
        f"answers_to: [{country}]\n{stance}"
    )


_BLOC: Final = f"""\
language: 1
territory: {BLOC}
title: A bloc of states
members:
  - {{codes: [CZ, SE, PL, EE, IS], extent: whole, first_day: 2012-01-01, last_day: none}}
  - {{code: PT-30, extent: partly, first_day: 2014-01-01, last_day: none}}
owner: desk@example.org
review_by: 2027-01-01
sources:
  - {{title: The treaty, article: "3", href: "https://law.example/treaty", confidence: A}}
"""
