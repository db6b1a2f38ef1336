"""Whether something else is called so: by the word before the quotation marks, or by the row in which they stand.

Theory: quotation marks say that a word is a name; whose, they do not say. «Фильм «Дождь»» is a film, and «Дождь»,
«Снег», «Туман» are three of something. In Russian and Ukrainian the name of a thing stays as it is behind the word for
it («в фильме «Дождь»»), and that of whoever made it does not («фильм «Медузы»»): so only a name in its first form is
doubted. Words for media are left out, as media are what is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.mentions.words import last_word, words_of

_STEMS: Final = (
    # Russian: works, ...
    "фильм кинофильм телефильм мультфильм сериал телесериал мультсериал роман книг повест рассказ поэм стихотворени "
    "пьес комеди драм мелодрам триллер песн альбом сингл трек клип балет опер оперетт мюзикл спектакл постановк картин "
    "полотн скульптур фонтан игр шоу преми "
    # ... those who play them, ships, houses and what is in them
    "групп дуэт трио квартет ансамбл хор яхт судн корабл катер теплоход пароход паром ледокол шхун фрегат "
    "крейсер линкор подлодк лодк кафе кофейн ресторан бар клуб магазин бутик салон гостиниц отел санатори пансионат "
    "завод фабрик аквариум аквапарк бассейн кинотеатр "
    # Ukrainian, where it has others
    "фільм мультфільм серіал мультсеріал пісн вистав гурт корабел готел крамниц човн пароплав кав'ярн акваріум премі "
    "гр оповіданн п'єс комеді"
)
_ENDINGS: Final = (
    "а я о е у ю ы и й ь і ї ом ем ой ей ою ею єю єм ов ев ів ам ям ами ями ах ях ью ію ия ий ию ии ие иям иями иях "
    "ова ові еві"
)
_WHOLE: Final = (
    # English
    "film films movie movies song songs album albums single novel novels book books play plays poem painting series "
    "sitcom musical opera ballet game games show band bands duo trio quartet choir ship ships yacht yachts boat "
    "vessel ferry frigate cruiser submarine café cafe restaurant bar pub club hotel shop store aquarium award "
    # German
    "filme films spielfilm kinofilm dokumentarfilm serie fernsehserie lied lieder schlager roman romane buch buches "
    "stück theaterstück gedicht gemälde bild oper ballett musical spiel brettspiel gruppe popgruppe duo chor schiff "
    "schiffs schiffes boot jacht fregatte fähre kneipe gasthaus lokal laden geschäft preis "
    # French
    "chanson chansons roman romans livre livres pièce poème tableau peinture série opéra jeu groupe chorale navire "
    "bateau yacht voilier frégate sous-marin bistrot boutique magasin hôtel prix"
)
_THINGS: Final = frozenset(
    words_of(" ".join((_WHOLE, *(f"{stem}{ending}" for stem in _STEMS.split() for ending in ("", *_ENDINGS.split())))))
)
"""The words for what is called by names and is no medium, in all their cases, folded."""
_NEAR: Final = 40
_BEFORE: Final = re.compile(r"([^\W\d_](?:['’]?[^\W\d_])*)[ \xa0\u202f\n]{1,2}$")
_ROW: Final = 3
"""So many words in quotation marks, each alone in its own, are a row."""
_JOINT: Final = r"[ \xa0]?[,;]?[ \xa0\n]{0,2}(?:(?:и|или|та|і|й|або|and|or|und|oder|et|ou)[ \xa0])?"
_OPENS: Final = "[«„“\"']"
_CLOSES: Final = "[»”“\"']"
_BEHIND: Final = re.compile(rf"{_CLOSES}{_JOINT}{_OPENS}([^\W\d_]{{1,40}})(?={_CLOSES})")
_AHEAD_OF: Final = re.compile(rf"{_OPENS}([^\W\d_]{{1,40}}){_CLOSES}{_JOINT}{_OPENS}$")


def thing_before(text: str, opens: int) -> str:
    """The word directly before quotation marks, if it is for something that is called so; else nothing.

    Args:
        text: as it was given.
        opens: where the quotation mark stands.
    """
    before = _BEFORE.search(text, last_word(text, max(opens - _NEAR, 0), opens), opens)
    return before[1] if before is not None and not _THINGS.isdisjoint(words_of(before[1])) else ""


def row(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the other words stand of a row of words in quotation marks, each alone; nothing if they are no row.

    Args:
        text: as it was given.
        start: where a word begins that quotation marks hold, and ...
        end: ... the first character behind it.
    """
    found = [*_before(text, start), *_behind(text, end)]
    return found if len(found) >= _ROW - 1 else []


def _behind(text: str, end: int) -> Iterator[tuple[int, int]]:
    for _ in range(_ROW - 1):
        following = _BEHIND.match(text, end)
        if following is None:
            return
        yield following.span(1)
        end = following.end()


def _before(text: str, start: int) -> Iterator[tuple[int, int]]:
    for _ in range(_ROW - 1):
        before = _AHEAD_OF.search(text, max(start - 2 * _NEAR, 0), start)
        if before is None:
            return
        yield before.span(1)
        start = before.start(1)
