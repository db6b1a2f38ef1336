"""One line of a list, taken apart into the names of an organisation.

Theory: a list writes all names of an organisation in one line: quoted, in brackets, in several languages, with
abbreviations, with the country, with what it was called later. Quotation marks protect commas, brackets part
names, and what is a country or a legal form is no name. Where the line is ambiguous the longer name stays
whole: a name too many is harmless, half a name means somebody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from compliance.model.designation import Strength
from compliance.review.importing import tables
from compliance.review.importing.letters import has_cyrillic, is_cyrillic, plain, repaired, slug, without_quotes

_LONGEST_ACRONYM: Final = 6
_SHORT: Final = 3
"""So many letters, and so many Cyrillic words, are too few to tell an organisation from other things."""
_LONG_WORD: Final = 5
_EDGES: Final = " ,;:–—-"
"""Signs at which a name neither begins nor ends."""
_INTRODUCTION: Final = re.compile(
    r"^(?:использующ\w+ также наименование|(?:другое|иное) используемое наименование:?|сокращ[её]нное наименование"
    r"|также|ранее|бывш\w+|formerly|f/?k/?a|a/?k/?a|also known as|"
    r"(?:с|до|from|until|since) \d{2}\.\d{2}\.\d{4}\s*[–—-]?)\s+",
    re.IGNORECASE,
)
_FORM_IN_BRACKETS: Final = re.compile(r"\((SIA|haftungsbeschränkt)\)")
_SMALL_WORDS: Final = {
    *("a", "and", "at", "for", "in", "of", "on", "the", "to"),
    *("в", "во", "за", "и", "на", "о", "по", "при"),
}
_ORGANISATION: Final = re.compile(
    r"фонд|институт|центр|ассоциац|обществ|союз|сообществ|организац|комитет|совет|университет|колледж|движени|"
    r"форум|федерац|конгресс|корпорац|коалиц|сеть|группа|церковь|лига|альянс|академи|агентств|партия|проект|"
    r"служба|бюро|платформа|радио|издание|фундац|спілка|сдружен|друштво|конгрес|ліга|група|медиа|кооп|школа|"
    r"объединени|миссия|комисси|конфедерац|библиотека|телеканал|газета",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name, its language (None for an abbreviation, the same in each), and how much of a sign it is."""

    text: str
    language: str | None
    strength: Strength = Strength.STRONG


@dataclass(frozen=True, slots=True)
class Parts:
    """What a line says: names, the first of them the main one; a title for notices; the country, if it names one."""

    names: tuple[Name, ...]
    title: str
    country: str | None

    @property
    def main(self) -> str:
        """The name that the list puts first."""
        return self.names[0].text


def taken_apart(line: str, further: tuple[Name, ...] = (), home: str | None = None) -> Parts:
    """The names in one line of a list, and `further` ones that it gives in columns of their own.

    Args:
        line: what the list calls the organisation.
        further: names that are no part of the line.
        home: the country, where the line names none.

    >>> parts = taken_apart("«Фонд Открытой Эстонии» (Avatud Eesti Fond SA, Open Estonia Foundation), Эстония")
    >>> [(name.language, name.text) for name in parts.names]
    [('ru', 'Фонд Открытой Эстонии'), ('et', 'Avatud Eesti Fond SA'), ('en', 'Open Estonia Foundation')]
    >>> parts.title, parts.country
    ('Open Estonia Foundation', 'EE')
    """
    found, countries = [], []
    for piece in _pieces(repaired(_quoted(line))):
        country = country_of(piece)
        if country:
            countries.append(country)
        elif text := _cleaned(piece):
            found.append(text)
    home = countries[-1] if countries else home
    names = _distinct([*_named(found, home), *further])
    return Parts(names, title_of(names), home)


def country_of(piece: str) -> str | None:
    """The code of a country, if that is all that a piece says."""
    return tables.COUNTRIES.get(without_quotes(piece).strip(" .").casefold())


def bare(text: str) -> str:
    """A name as it is compared: plain, without an article before it or legal forms around it.

    >>> bare("Stichting «Bellingcat»") == bare("Bellingcat Ltd.") == "bellingcat"
    True
    """
    found = plain(text)
    for form in tables.LEGAL_FORMS:
        if found.endswith(f" {form}"):
            found = found.removesuffix(f" {form}")
        if found.startswith(f"{form} "):
            found = found.removeprefix(f"{form} ")
    return found.removeprefix("the ") if found.count(" ") else found


def id_of(parts: Parts) -> str:
    """An id made of the title, or of the first name from which one can be made."""
    candidates = (slug(bare(text)) for text in (parts.title, *(name.text for name in parts.names)))
    return next((found for found in candidates if found), "")


def _quoted(line: str) -> str:
    """The line with straight quotation marks turned into those that open and close."""
    line = _FORM_IN_BRACKETS.sub(r"\1", re.sub("[“„]", "«", line).replace("”", "»"))
    return re.sub(r'"', "»", re.sub(r'(?:(?<=^)|(?<=[\s(«]))"(?=\S)', "«", line))


def _pieces(line: str) -> list[str]:
    """The line cut at brackets, at commas outside quotation marks, and at semicolons."""
    pieces, begin, depth, inside = [], 0, 0, 0
    for at, letter in enumerate(line):
        if letter in "«»":
            depth = max(0, depth + (1 if letter == "«" else -1))
        is_end = letter in "()" or (letter == ";" and (inside or depth == 0))
        is_end = is_end or (letter == "," and _parts_names(line, at, depth=depth, inside=inside))
        if is_end:
            pieces.append(line[begin:at])
            begin = at + 1
        if letter in "()":
            depth, inside = 0, max(0, inside + (1 if letter == "(" else -1))
    pieces.append(line[begin:])
    return [part for piece in pieces for part in _further_cuts(piece.strip(" ,;:–—"))]


def _parts_names(line: str, at: int, *, depth: int, inside: int) -> bool:
    """Whether the comma at `at` stands between two names, and not inside one."""
    before, after = line[:at].rstrip(), re.split(r"[(),]", line[at + 1 :])[0].strip()
    if before.endswith("»") or after.startswith("«"):
        return True
    if depth or bare_form(after):
        return False
    if inside:
        return not re.match(r"(?:and|und|et|и|y)\b", after)
    head = re.split(r"[(),]", before)[-1].strip()
    return bool(
        country_of(after)
        or _INTRODUCTION.match(after)
        or _is_acronym(after)
        or before.endswith(")")
        or (after and head.casefold().startswith(after.casefold()))
    )


def bare_form(text: str) -> bool:
    """Whether a text is a legal form and nothing else."""
    return plain(text) in tables.LEGAL_FORMS


def _further_cuts(piece: str) -> list[str]:
    """A piece cut at `или` between quoted names, and where two whole names are joined by a slash."""
    parts = re.split(r"(?<=»)\s+(?:или|or)\s+(?=«)", piece)
    return [found for part in parts for found in (part, *_slashed(part))]


def _slashed(piece: str) -> list[str]:
    """The names that slashes part: each of two words or more, none beginning with a number or naming a country."""
    halves = [half.strip() for half in piece.split("/")]
    is_names = all(len(plain(half).split()) > 1 and not half[0].isdigit() and not country_of(half) for half in halves)
    return halves if len(halves) > 1 and is_names else []


def _cleaned(piece: str) -> str:
    """A piece as a name, without quotation marks; empty if it is none."""
    text = piece.strip()
    while introduction := _INTRODUCTION.match(text):
        text = text[introduction.end() :]
    text = without_quotes(text).strip(_EDGES)
    return text if _is_name(text) and not bare_form(text) else ""


def _is_name(text: str) -> bool:
    """Whether a text is more than one letter or a number."""
    found = plain(text)
    return len(found) > 1 and not found.isdigit()


def _named(texts: list[str], home: str | None) -> list[Name]:
    found = []
    for place, text in enumerate(texts):
        if place and _is_acronym(text):
            weak = len(plain(text).replace(" ", "")) <= _SHORT
            found.append(Name(text, None, Strength.WEAK if weak else Strength.ACRONYM))
        else:
            text = _readable(text)  # noqa: PLW2901 - the same name in other letters
            name = named(text, home)
            found.append(name)
            formless = _without_form(text)
            if formless != text and not _is_acronym(formless):
                short = named(formless, home)
                is_of_one_script = has_cyrillic(text) == has_cyrillic(formless)
                found.append(Name(formless, name.language if is_of_one_script else short.language, short.strength))
            if not place and (tail := _latin_tail(text)):
                found.append(named(tail, home))
    return found


def named(text: str, home: str | None = None, *, weak: bool = False) -> Name:
    """A text as a name: its language, and whether it is enough of a sign by itself."""
    return Name(text, language(text, home), Strength.WEAK if weak or _says_little(text) else Strength.STRONG)


def _says_little(text: str) -> bool:
    """Whether a name may as well be ordinary words: short, and without a word for an organisation."""
    words = plain(text).split()
    if has_cyrillic(text):
        names_a_kind = len(words) > 1 and _ORGANISATION.search(text)
        return len(words) <= _SHORT and not names_a_kind and not re.search("[A-Za-z]{4}", text)
    return len(words) == 1 and len(words[0]) <= _SHORT


def _latin_tail(text: str) -> str:
    """The Latin name behind a description in Cyrillic: `Deutsche Welle` in `медиакорпорация Deutsche Welle`."""
    found = re.fullmatch(r"[^A-Za-z]*[а-яёА-ЯЁ][^A-Za-z]*\s([A-Z][A-Za-z -]{4,})", text)
    return found[1] if found else ""


def _is_acronym(text: str) -> bool:
    """Whether a text is an abbreviation: one short word, nearly all in capitals."""
    letters = [each for each in text if each.isalpha()]
    capitals = sum(each.isupper() for each in letters)
    most = _LONGEST_ACRONYM + 2 * ("-" in text) + ("/" in text)
    return (
        " " not in text.strip()
        and 2 <= len(letters) <= most
        and capitals >= 2
        and capitals * 10 >= 8 * len(letters)
        and not re.search(r"\.[A-Za-z]{2,}$", text)
    )


def language(text: str, home: str | None = None) -> str:
    """The language of a name: by its script, by words that only one language has, by the country; else English."""
    letters = [each for each in text if each.isalpha()]
    if sum(map(is_cyrillic, letters)) * 3 > len(letters):
        return _cyrillic_language(text, home)
    if not all(is_cyrillic(each) or _is_latin(each) for each in letters):
        return "und"
    words = set(re.findall(r"[\w.]+", text.casefold()))
    own = tables.LANGUAGE_OF.get(home or "")
    english = words & tables.ENGLISH
    if english - tables.ALSO_ELSEWHERE:
        return "en"
    signs = {tag: len(words & known) for tag, known in tables.WORDS.items() if words & known}
    if own in signs:
        return own
    if signs and not english:
        return max(signs, key=lambda tag: (signs[tag], tag))
    is_foreign = any(ord(each) > 0x7F for each in letters) or any(bare_form(word) for word in words)
    return own if own and is_foreign else "en"


def _is_latin(letter: str) -> bool:
    return letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff"


def _cyrillic_language(text: str, home: str | None) -> str:
    folded = text.casefold()
    if set(folded) & tables.SERBIAN or (home == "RS" and not set(folded) & set("ыэёъщй")):
        return "sr-Cyrl"
    if _is_belarusian(folded, home):
        return "be"
    is_ukrainian = set(folded) & set("іїєґ") or set(folded.split()) & tables.UKRAINIAN
    return "uk" if is_ukrainian else "ru"


def _is_belarusian(folded: str, home: str | None) -> bool:
    """Whether a name in small Cyrillic letters has some that only Belarusian has, or has together."""
    letters = set(folded)
    is_sure = letters & set("ыэё") or home == "BY" or "беларус" in folded
    return "ў" in letters or ("і" in letters and not letters & set("їєґи") and bool(is_sure))


def _distinct(names: list[Name]) -> tuple[Name, ...]:
    """Each name once, as it was first written, but not in capitals if it is there in small letters too."""
    found: dict[str, Name] = {}
    for name in names:
        key = " ".join(name.text.casefold().split())
        if key not in found or (found[key].text.isupper() and not name.text.isupper()):
            found[key] = name
    return tuple(found.values())


def _readable(text: str) -> str:
    """A name of three words or more in capitals, each word with one; other names as they are."""
    words = text.split()
    letters = _without_form(text) or text
    if not letters.isupper() or len(words) < 3 or max(map(len, words)) < _LONG_WORD:
        return text
    return " ".join(_set_small(word, is_first=place == 0) for place, word in enumerate(words))


def _set_small(word: str, *, is_first: bool) -> str:
    folded = word.casefold()
    if folded in _SMALL_WORDS and not is_first:
        return folded
    if "." in word or not word.isupper():
        return word
    return re.sub(r"[^\W\d_]+(?:'\w+)?", lambda found: found[0].capitalize(), word)


def title_of(names: tuple[Name, ...]) -> str:
    """The name for notices: one in English, or else in Latin letters, or else the first; one that says enough."""
    good = [name for name in names if name.language and name.strength is Strength.STRONG] or list(names)
    english = [name for name in good if name.language == "en" and (name is names[0] or " " in name.text)]
    other = [name for name in good if not has_cyrillic(name.text)]
    return _without_form((english or other or good)[0].text) if good else ""


def _without_form(text: str) -> str:
    """A name without the legal forms around it."""
    words = text.split()
    for count in range(min(4, len(words) - 1), 0, -1):
        if bare_form(" ".join(words[-count:])):
            words = words[:-count]
            break
    for count in range(min(4, len(words) - 1), 0, -1):
        if bare_form(" ".join(words[:count])):
            words = words[count:]
            break
    found = " ".join(words).strip(_EDGES)
    return found if _is_name(found) else text
