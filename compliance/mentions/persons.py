"""The ways in which texts write the name of a person, each word in all its forms.

Theory: a register writes «Surname Given Patronymic», a text «Given Surname», «G. P. Surname» or the surname alone. So
the parts of a name are told apart first: the patronymic by its ending, the given name by a list, the surname as what
is left. Each part is declined by itself, in the gender that the patronymic or the given name shows, by rules and by
the dictionary: a form counts if either gives it. Where it cannot be told which word is the surname, the last one is.
The full name is enough in both orders, an initial with the surname nearly, and the surname alone where the full name
stands, too. Names in other letters than Cyrillic ones do not decline here, and are told apart by their order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.mentions.declension import RUSSIAN, UKRAINIAN, Gender, Part, declined, declines
from compliance.mentions.endings import is_cyrillic
from compliance.mentions.given_names import EITHER, FEMININE, MASCULINE
from compliance.mentions.words import words_of
from compliance.model.designation import Strength

BOTH: Final = (Gender.MASCULINE, Gender.FEMININE)
_PATRONYMIC: Final = re.compile(r"(?:(?P<he>ич|ліч|ovi?ch|evi?ch|yich)|(?P<she>вна|чна|ovna|evna|ichna))$")
_SON: Final = frozenset(("оглы", "оглу", "углы", "улы", "уулу", "oglu", "ogly", "оглі"))
_DAUGHTER: Final = frozenset(("кызы", "гызы", "кизи", "qizi", "kyzy"))
_PARTICLES: Final = frozenset(
    (
        *("фон", "ван", "де", "дер", "ден", "ди", "да", "дю", "дель", "делла", "ла", "ле", "аль", "эль", "бен", "ибн"),
        *("цу", "тер", "von", "van", "de", "der", "den", "di", "da", "du", "del", "della", "la", "le", "al", "el"),
        *("bin", "ibn", "zu", "ter", "dos", "das"),
    )
)
_HE: Final = re.compile(r"(?:ов|ев|єв|ин|ын|ін|їн|ский|цкий|ський|цький|зький)$")
_SHE: Final = re.compile(r"(?:ова|ева|єва|ина|ына|іна|їна|ская|цкая|ська|цька|зька|ая)$")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the words of a name from elsewhere."""

    language: str
    forms: Callable[[str], frozenset[str]]
    """The forms of a word, those of both genders."""

    @property
    def tongue(self) -> str:
        """The language without its variant."""
        return self.language.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Token:
    """What stands between spaces: a word, or several with hyphens between them."""

    words: tuple[str, ...]
    capitals: tuple[bool, ...]
    """For each whether it begins with a capital letter."""

    @property
    def is_initial(self) -> bool:
        """Whether it is one letter, or one for each part of a double name."""
        return all(len(word) == 1 for word in self.words)

    @property
    def initials(self) -> Token:
        """The first letter of each word."""
        return Token(tuple(word[0] for word in self.words), (True,) * len(self.words))


Tokens = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A name taken apart; nothing stands in it that the text did not say."""

    surname: Tokens
    given: Tokens
    patronymic: Tokens = ()
    genders: tuple[Gender, ...] = BOTH


@dataclass(frozen=True, slots=True)
class Way:
    """One way to write a name: its words, their forms, and how much of a sign it is."""

    words: tuple[str, ...]
    slots: tuple[frozenset[str], ...]
    capitals: tuple[bool, ...]
    strength: Strength
    is_doubtful: bool = False
    """Whether the initial is a word, too: in «С Синеоковым» nobody is called С."""


_MOST: Final = 6
"""A name of more words is not taken apart."""


# -- taking apart ---------------------------------------------------------------------------------------


def persons(text: str) -> tuple[Person, ...]:
    """The parts of a name: one reading, or two where each word may be the surname.

    None if it has no two words, or more than can be told apart.
    """
    before, comma, behind = text.partition(",")
    if comma:
        surname, rest = _tokens(before), _tokens(behind)
        return (_person(surname, *_given_and_patronymic(rest)),) if surname and rest else ()
    tokens = _tokens(text)
    if not 2 <= len(tokens) <= _MOST:
        return ()
    return _with_initials(tokens) if any(each.is_initial for each in tokens) else _by_order(tokens)


def _tokens(text: str) -> Tokens:
    """What stands between spaces and behind full stops; a patronymic of two words is one."""
    found: list[Token] = []
    for piece in re.findall(r"[^\s.]+", text):
        words = words_of(piece)
        if not words:
            continue
        written = re.findall(r"[^\W_]+(?:['’ʼ`][^\W_]+)*", piece)
        capitals = [each[0].isupper() for each in written] if len(written) == len(words) else [True] * len(words)
        if found and words[0] in _SON | _DAUGHTER:
            last = found.pop()
            words, capitals = [*last.words, *words], [*last.capitals, *capitals]
        found.append(Token(tuple(words), tuple(capitals)))
    return tuple(found)


def _with_initials(tokens: Tokens) -> tuple[Person, ...]:
    """A name that has initials for the given name or the patronymic."""
    whole = tuple(each for each in tokens if not each.is_initial)
    initials = tuple(each for each in tokens if each.is_initial)
    if len(whole) == 1:
        return (Person(whole, initials[:1], initials[1:2], _genders(initials[0], (), whole)),)
    if len(whole) == 2 and len(initials) == 1 and not tokens[0].is_initial:
        given, surname = (whole[1], whole[0]) if _is_given(whole[1]) and not _is_given(whole[0]) else whole
        return (Person((surname,), (given,), initials, _genders(given, (), (surname,))),)
    return ()


def _by_order(tokens: Tokens) -> tuple[Person, ...]:
    """A name in words: the patronymic tells, else the given name, else the order in which texts write."""
    for place in (1, len(tokens) - 1) if len(tokens) > 2 else ():
        if _patronymic(tokens[place]) is not None:
            surname = tokens[2:] if place == 1 else tokens[: place - 1]
            return (_person(surname, (tokens[place - 1],), (tokens[place],)),)
    given = [_is_given(each) for each in tokens]
    if len(tokens) == 2 and (all(given) or given == [False, True]):
        found = (_person(tokens[:1], tokens[1:]),)
        return (*found, _person(tokens[1:], tokens[:1])) if all(given) else found
    if True in given:
        first = given.index(True)
        if first:
            return (_person(tokens[:first], tokens[first:]),)
        count = given.index(False) if False in given else 1
        return (_person(tokens[count:], tokens[:count]),)
    is_reversed = len(tokens) == 2 and _is_surname(tokens[0]) and not _is_surname(tokens[1])
    return (_person(tokens[:1], tokens[1:]) if is_reversed else _person(tokens[1:], tokens[:1]),)


def _given_and_patronymic(tokens: Tokens) -> tuple[Tokens, Tokens]:
    if len(tokens) > 1 and (tokens[-1].is_initial or _patronymic(tokens[-1]) is not None):
        return tokens[:-1], tokens[-1:]
    return tokens, ()


def _person(surname: Tokens, given: Tokens, patronymic: Tokens = ()) -> Person:
    return Person(surname, given, patronymic, _genders(given[0], patronymic, surname))


def _genders(given: Token, patronymic: Tokens, surname: Tokens) -> tuple[Gender, ...]:
    """The gender that a name shows; both where it shows none."""
    shown = _patronymic(patronymic[0]) if patronymic else None
    if shown is not None:
        return (shown,)
    is_his, is_hers = given.words[0] in MASCULINE, given.words[0] in FEMININE
    if is_his != is_hers:
        return (Gender.MASCULINE,) if is_his else (Gender.FEMININE,)
    last = surname[-1].words[-1]
    if _SHE.search(last) and not is_his:
        return (Gender.FEMININE,)
    return (Gender.MASCULINE,) if _HE.search(last) else BOTH


def _patronymic(token: Token) -> Gender | None:
    """Whose patronymic a word is, by its ending; None if it is none."""
    last = token.words[-1]
    if last in _SON | _DAUGHTER:
        return Gender.MASCULINE if last in _SON else Gender.FEMININE
    found = _PATRONYMIC.search(last) if len(token.words) == 1 and len(last) > 4 else None
    return None if found is None else Gender.MASCULINE if found["he"] else Gender.FEMININE


def _is_given(token: Token) -> bool:
    return token.words[0] in MASCULINE or token.words[0] in FEMININE or token.words[0] in EITHER


def _is_surname(token: Token) -> bool:
    return bool(_HE.search(token.words[-1]) or _SHE.search(token.words[-1]))


# -- ways to write it -----------------------------------------------------------------------------------

_ONE_LETTER_WORDS: Final = frozenset("авикосуяіезйєжбai")
"""Letters that are words, too, in Russian, Ukrainian or English."""


def ways(text: str, strength: Strength, known: Known) -> list[Way]:
    """Every way in which texts write a name, the one of the file first; none if it is not one of several words.

    Args:
        text: the name in the nominative, in any order.
        strength: what its file says of it.
        known: its language, and what a dictionary or other rules say of its words.
    """
    made = [way for found in persons(text) for way in _ways(found, strength, known)]
    return list({way.words: way for way in reversed(made)}.values())[::-1]


def alone(words: Sequence[str], genders: Iterable[Gender], known: Known) -> tuple[frozenset[str], ...]:
    """The forms of a name that is not taken apart, such as one word: declined as a surname and as a given name."""
    both = tuple(genders)
    return tuple(_forms(word, Part.SURNAME, both, known) | _forms(word, Part.GIVEN, both, known) for word in words)


def genders_of(names: Iterable[str]) -> tuple[Gender, ...]:
    """The gender that the names of a person show; both if none does."""
    shown = {found.genders for name in names for found in persons(name) if len(found.genders) == 1}
    return shown.pop() if len(shown) == 1 else BOTH


def _ways(found: Person, strength: Strength, known: Known) -> list[Way]:
    full, short = _orders(found)
    if found.given[0].is_initial:
        full, short = [], [*full, *short]
    lesser = Strength.MEDIUM if strength is Strength.STRONG else strength
    rows = [(row, strength) for row in full] + [(row, lesser) for row in short]
    if strength in {Strength.STRONG, Strength.MEDIUM}:
        rows.append((_as(Part.SURNAME, found.surname), Strength.SURNAME))
    return [_way(row, how, found.genders, known) for row, how in rows]


_Row = Sequence[tuple[Part, Token]]


def _as(part: Part, tokens: Tokens) -> list[tuple[Part, Token]]:
    return [(part, each) for each in tokens]


def _orders(found: Person) -> tuple[list[_Row], list[_Row]]:
    """The rows of words of the full name, and of those with initials."""
    surname = _as(Part.SURNAME, found.surname)
    given, patronymic = _as(Part.GIVEN, found.given), _as(Part.PATRONYMIC, found.patronymic)
    full: list[_Row] = [[*given, *surname], [*surname, *given]]
    if patronymic:
        full = [[*surname, *given, *patronymic], [*given, *patronymic, *surname], *full]
    first = [(Part.GIVEN, each.initials) for each in found.given[:1]]
    second = [(Part.PATRONYMIC, each.initials) for each in found.patronymic[:1]]
    short: list[_Row] = [[*first, *surname]]
    if found.given[0].initials.words[0] not in _ONE_LETTER_WORDS:
        short.append([*surname, *first])
    if second:
        short += [[*first, *second, *surname], [*surname, *first, *second]]
    return full, short


def _way(row: _Row, strength: Strength, genders: tuple[Gender, ...], known: Known) -> Way:
    words = tuple(word for _, token in row for word in token.words)
    slots = tuple(_forms(word, part, genders, known) for part, token in row for word in token.words)
    capitals = tuple(each for _, token in row for each in token.capitals)
    initials = [token.is_initial and len(token.words) == 1 for _, token in row[:2]]
    return Way(words, slots, capitals, strength, initials == [True, False] and words[0] in _ONE_LETTER_WORDS)


def _forms(word: str, part: Part, genders: tuple[Gender, ...], known: Known) -> frozenset[str]:
    """The forms of a word: those of the rules, and those of the dictionary unless they are of the other gender."""
    if len(word) == 1 or word in _PARTICLES or word in _SON | _DAUGHTER:
        return frozenset({word})
    if not is_cyrillic(word):
        return known.forms(word)
    by_rules = declined(word, part, genders, RUSSIAN) | declined(word, part, genders, UKRAINIAN)
    return by_rules | known.forms(word) if any(declines(word, part, each) for each in genders) else by_rules
