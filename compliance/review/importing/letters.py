"""Names as letters: repaired, made comparable, written in Latin.

Theory: lists are typed by hand, so a name comes with letters of another script that look the same, with three
kinds of quotation marks and with a legal form or without. `repaired` mends what can only be a slip; `key`
forgets what does not tell two organisations apart; `slug` makes an id that a person can read aloud.

Source: look-alike letters follow UTS #39 (only inside a word of two scripts); the transliteration is that of
Russian passports (ICAO Doc 9303) without its apostrophes, and the national ones for letters of other alphabets.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_ID: Final = 60
"""How many characters an id has at most; it is cut between words."""

_ALIKE: Final = str.maketrans("aceiopxyABCEHIKMOPTXïÏ", "асеіорхуАВСЕНІКМОРТХїЇ")
_ALIKE_BACK: Final[dict[int, int | str]] = {
    **{cyrillic: latin for latin, cyrillic in _ALIKE.items()},
    ord("ҫ"): "ç",
    ord("Ҫ"): "Ç",
}
_THREE_FOR_Z: Final = re.compile(r"(?<=[^\W\d_])3(?=[\u0400-\u052f])")
_QUOTES: Final = re.compile("[«»„“”\"‘’ʼ`´'‹›]")
_UNREADABLE: Final = frozenset({"Co", "Cn", "Cs"})
_HIDDEN: Final = _UNREADABLE | {"Cc", "Cf"}
_WORD: Final = re.compile(r"[^\W\d_]+")
_SPLIT: Final = re.compile(r"[\W_]+")
_LATIN: Final = {
    **dict(zip("абвгдезийклмнопрстуфы", "abvgdeziiklmnoprstufy", strict=True)),
    "ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ь": "", "э": "e",
    "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "ie", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "j", "љ": "lj",
    "њ": "nj", "ћ": "c", "џ": "dz", "ҫ": "c",
    "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ə": "a",
}  # fmt: skip
_SHORT_WORDS: Final = frozenset(
    ["a", "an", "and", "at", "de", "der", "des", "for", "fur", "i", "im", "in", "of", "on", "the", "to", "und", "v"]
)
"""Words with which an id does not end where it is cut."""


def is_cyrillic(letter: str) -> bool:
    """Whether a letter is Cyrillic."""
    return "\u0400" <= letter <= "\u052f"


def has_cyrillic(text: str) -> bool:
    """Whether any letter is Cyrillic."""
    return any(is_cyrillic(each) for each in text)


def unreadable(text: str) -> str | None:
    """The first letter of a text that no font can show, as `U+F50D`: something was lost there."""
    found = next((each for each in text if unicodedata.category(each) in _UNREADABLE or each == "\ufffd"), None)
    return None if found is None else f"U+{ord(found):04X}"


def repaired(text: str) -> str:
    """A name with single spaces, without hidden letters, and with every word in one script.

    >>> repaired("Transpar\u0435ncy  International") == "Transparency International"
    True
    """
    shown = "".join(each for each in text if each.isspace() or unicodedata.category(each) not in _HIDDEN)
    text = _THREE_FOR_Z.sub("З", unicodedata.normalize("NFC", shown))
    return " ".join(_WORD.sub(_in_one_script, text).split())


def _in_one_script(found: re.Match[str]) -> str:
    word = found[0]
    cyrillic = sum(map(is_cyrillic, word))
    if cyrillic in {0, len(word)}:
        return word
    mended = word.translate(_ALIKE if cyrillic * 2 >= len(word) else _ALIKE_BACK)
    return mended if sum(map(is_cyrillic, mended)) in {0, len(mended)} else word


def without_quotes(text: str) -> str:
    """A name without quotation marks; an apostrophe between letters stays."""
    kept = re.sub(r"(?<=\w)[‘’ʼ`´'](?=\w)", "'", text)
    return " ".join(re.sub("[«»„“”\"‘’ʼ`´‹›]|(?<!\\w)'|'(?!\\w)", "", kept).split())


def plain(text: str) -> str:
    """A name without letter case, accents, quotation marks and signs, its words parted by single spaces.

    >>> plain("«Člověk v tísni», o.p.s.")
    'clovek v tisni o p s'
    """
    folded = unicodedata.normalize("NFKC", repaired(text)).casefold().replace("ё", "е").replace("&", " and ")
    return " ".join(_SPLIT.sub(" ", _without_accents(_QUOTES.sub("", folded))).split())


def _without_accents(text: str) -> str:
    """Latin letters without their marks; Cyrillic ones keep theirs, which make another letter of them."""
    out = []
    for each in text:
        parts = unicodedata.normalize("NFD", each)
        out.append(parts[0] if len(parts) > 1 and not is_cyrillic(parts[0]) else each)
    return "".join(out)


def latin(text: str) -> str:
    """A plain name in the letters a-z and digits; other scripts fall away."""
    return " ".join("".join(_LATIN.get(each, each) for each in plain(text)).encode("ascii", "ignore").decode().split())


def slug(text: str) -> str:
    """An id for a name; empty if it has no letter that can be written in Latin.

    >>> slug("The German Marshall Fund of the United States")
    'german-marshall-fund-of-the-united-states'
    """
    words = latin(text).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len("-".join(words)) > LONGEST_ID and len(words) > 1:
        words.pop()
        while len(words) > 1 and words[-1] in _SHORT_WORDS:
            words.pop()
    return "-".join(words)[:LONGEST_ID]
