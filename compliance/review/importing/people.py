"""The names of a natural person, from one line of a list.

Theory: a list writes a person's name in one order and texts in another, so the line stays one name, and the scanner
takes it apart. What stands in brackets is a further name; days and places of birth are no names, and are not kept in
the file. A name of one word is a weak sign: others have it too.
"""

from __future__ import annotations

import re
from typing import Final

from compliance.model.designation import Strength
from compliance.review.importing.letters import repaired, without_quotes
from compliance.review.importing.names import Name, Parts, language, title_of

_NO_NAME: Final = re.compile(r"\d|дата рожд|род\.|born|место рожд", re.IGNORECASE)


def person_parts(line: str, further: tuple[Name, ...] = (), home: str | None = None) -> Parts:
    """The names in one line, and further ones that the list gives in columns of their own.

    >>> parts = person_parts("Синеоков Арсений Павлович (Сеня Синий), 01.02.1990")
    >>> [(name.text, name.strength.value) for name in parts.names]
    [('Синеоков Арсений Павлович', 'strong'), ('Сеня Синий', 'strong')]
    """
    pieces = [piece for part in re.split(r"[();]", repaired(line)) for piece in _without_dates(part)]
    names = [person_name(piece, home) for piece in pieces]
    own: dict[str, Name] = {}
    for name in (*names, *further):
        own.setdefault(" ".join(name.text.casefold().split()), name)
    found = tuple(own.values())
    return Parts(found, title_of(found), home)


def person_name(text: str, home: str | None = None, *, weak: bool = False) -> Name:
    """A text as the name of a person; one of a single word is weak."""
    is_weak = weak or len(text.split()) < 2
    return Name(text, language(text, home), Strength.WEAK if is_weak else Strength.STRONG)


def _without_dates(part: str) -> list[str]:
    """What is a name in a part of a line: `Surname, Given` is one, and what has a number is none."""
    kept = [each.strip(" .–—-") for each in part.split(",") if each.strip() and not _NO_NAME.search(each)]
    text = without_quotes(", ".join(kept)).strip()
    return [text] if any(each.isalpha() for each in text) else []
