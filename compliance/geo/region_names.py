"""Names of subdivisions that makers write in place of codes: a reviewed table, and nothing guessed.

Theory: a name is the weakest sign of a place, so it counts only within its country, only if it is in the
table letter for letter (case, apostrophes and the word for "region" aside), and only if it means one
subdivision: `Kyiv` may be the city or the region around it. There are a Donetsk in Rostov and a Lugansk in
Novosibirsk: a name of Ukraine counts in Russia only where makers use it for the region itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_APOSTROPHES: Final = re.compile("['’ʼ`ʹ]")
_KIND: Final = re.compile(r"\b(oblast|oblasts|region|province|misto)\b|^(autonomous )?(republic of|respublika)\b")

_SIGNS: Final = re.compile(r"[%{}<>$\\]")
"""What is left in a text that was escaped twice, or in a variable that nobody filled in."""
_WORD: Final = re.compile(r"[^\W_]+")
_NOTHING: Final = frozenset(
    {
        *("a1", "all", "any", "anonymous", "city", "default", "empty", "error", "false", "invalid", "local"),
        *("localhost", "missing", "n a", "na", "nan", "no", "no city", "no data", "no region", "none"),
        *("not applicable", "not available", "not found", "not set", "nothing", "other", "private", "region"),
        *("reserved", "test", "true", "xx", "zz"),
    }
)
_ANYWHERE_IN_IT: Final = frozenset({"nil", "null", "undefined", "undetermined", "unknown", "unspecified"})
"""Words that no name of a place has in it, as `unknown city`."""

_CRIMEA: Final = "crimea|krym|avtonomna krym|autonomous republic of crimea|avtonomna respublika krym|republic of crimea"
_SEVASTOPOL: Final = "sevastopol|sevastopol city|sebastopol|sebastopol city|misto sevastopol|gorod sevastopol"
_TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    "RU": {"UA-40": _SEVASTOPOL, "UA-43": _CRIMEA},
    "UA": {
        "UA-05": "vinnytsia|vinnytska|vinnytsya|vinnitsa|vinnitsya",
        "UA-07": "volyn|volynska|volhynia",
        "UA-09": "luhansk|luhanska|lugansk",
        "UA-12": "dnipropetrovsk|dnipropetrovska|dnepropetrovsk",
        "UA-14": "donetsk|donetska",
        "UA-18": "zhytomyr|zhytomyrska|zhitomir",
        "UA-21": "zakarpattia|zakarpattya|zakarpatska|zakarpatye|transcarpathia",
        "UA-23": "zaporizhzhia|zaporizhzhya|zaporizhia|zaporizka|zaporizhska|zaporozhye",
        "UA-26": "ivano-frankivsk|ivano-frankivska|ivano-frankovsk",
        "UA-30": "kyiv city|misto kyiv|city of kyiv|kiev city",
        "UA-32": "kyivska|kyiv oblast|kyiv region|kyiv province|kiev oblast|kiev region|kiev province",
        "UA-35": "kirovohrad|kirovohradska|kirovograd",
        "UA-40": _SEVASTOPOL,
        "UA-43": _CRIMEA,
        "UA-46": "lviv|lvivska|lvov",
        "UA-48": "mykolaiv|mykolayiv|mykolaivska|mykolayivska|nikolaev",
        "UA-51": "odessa|odesa|odeska",
        "UA-53": "poltava|poltavska",
        "UA-56": "rivne|rivnenska|rovno",
        "UA-59": "sumy|sumska",
        "UA-61": "ternopil|ternopilska|ternopol",
        "UA-63": "kharkiv|kharkivska|kharkov",
        "UA-65": "kherson|khersonska",
        "UA-68": "khmelnytskyi|khmelnytska|khmelnytskyy|khmelnitskiy",
        "UA-71": "cherkasy|cherkaska|cherkassy",
        "UA-74": "chernihiv|chernihivska|chernigov",
        "UA-77": "chernivtsi|chernivetska|chernovtsy",
    },
}


def region_named(country: str | None, name: str) -> str | None:
    """The ISO 3166-2 code of a subdivision that a database calls so; None if the table does not have it.

    >>> region_named("UA", "Kharkivs'ka Oblast'")
    'UA-63'
    """
    names = NAMES.get(country or "")
    if names is None:
        return None
    whole = _plain(name)  # not kept: a header may hold anything in place of a name
    return names.get(whole) or names.get(_without_kind(whole))


def is_name(text: str) -> bool:
    """Whether a text may be the name of a place: not empty, no sign or word that stands for none.

    What is wrongly taken for no name costs the coordinates beside it, so the list is rather too long.

    >>> is_name("Kyiv"), is_name("N/A"), is_name("(unknown)")
    (True, False, False)
    """
    plain = text.casefold()
    if plain.isalpha():
        return plain not in _NOTHING and plain not in _ANYWHERE_IN_IT
    apart = plain.replace("-", " ")
    if apart.replace(" ", "").isalpha():  # nearly all others, without a pattern
        words = apart.split()
        return " ".join(words) not in _NOTHING and _ANYWHERE_IN_IT.isdisjoint(words)
    words = _WORD.findall(plain)
    if _SIGNS.search(plain) or all(map(str.isdigit, words)):
        return False
    return " ".join(words) not in _NOTHING and _ANYWHERE_IN_IT.isdisjoint(words)


def _plain(name: str) -> str:
    return " ".join(_APOSTROPHES.sub("", name).casefold().split())


def _without_kind(name: str) -> str:
    return " ".join(_KIND.sub(" ", name).split())


def _by_name(codes: Mapping[str, str]) -> Mapping[str, str]:
    """The names of a country, each with its code.

    Raises:
        ValueError: a name stands for two codes.
    """
    found: dict[str, str] = {}
    for code, names in codes.items():
        for name in map(_plain, names.split("|")):
            if found.setdefault(name, code) != code:
                msg = f"`{name}` stands for two codes"
                raise ValueError(msg)
    return found


NAMES: Final[Mapping[str, Mapping[str, str]]] = {country: _by_name(codes) for country, codes in _TABLE.items()}
"""For each country the names of subdivisions in small letters, with the codes that they mean."""
