"""Whether a text is in a language of which names are found in every form, by its letters and its commonest words.

Theory: a name in a form that nobody looked for is passed over in silence, so a text counts as read only on evidence.
The words that hold sentences together tell languages apart, even those with the same letters. Two questions are asked:
do they show that the text is in a language that is read, and do they show that some of it is not? Where a language is
stated, the second is enough; where none is, the first has to be answered, too. A text of several languages is looked
through in stretches, each alphabet by itself, since one foreign paragraph may name somebody, too.

Each language has a lane of 16 bits in one number, and each word the number of the languages that have it: so a stretch
is counted by adding up numbers, and the cost grows with the text and not faster.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.content.common_words import READ as READ_WORDS
from compliance.content.common_words import UNREAD as UNREAD_WORDS
from compliance.mentions.marks import SIGNS

READ: Final = frozenset({*READ_WORDS, "no"})
"""Languages of which names are found in every form: those with forms, and those in which names have few or none."""
_OTHERS: Final = re.compile(
    "[ўђјљњћџѓќѕłżźśćńąęřěščžůťďňőűığşāēģīķļņūėųįăđħŵŷĉĝŝŭ\u0180-\u02af\u0370-\u03ff\u0460-\u048f\u0492-\u1fff\u2c80-\uffdc]"
)
"""Letters that no text in those languages is full of."""
_FEW: Final = 0.003
"""So large a share of a text may be such letters, from 0 to 1: names of other languages have them, too ..."""
_FEW_IN_A_LINE: Final = 0.02
"""... and so large a share of one line, ..."""
_SEVERAL: Final = 4
"""... which has more of them than this: those are two names."""
_STRETCH: Final = 32
"""Words that are judged together; of a text of one language hardly any so long has none of its commonest words."""
_SHORT: Final = 8
"""Lines of fewer words are judged together: captions, names of authors, what stands in menus."""
_ENOUGH: Final = 12
"""A text of fewer words shows no language by itself: a headline ..."""
_HITS: Final = 4
"""... nor does one with fewer of the commonest words of a language, ..."""
_FAIR: Final = 0.12
"""... or a smaller share of them."""
_MARGIN: Final = 1
"""An unread language has to be left behind by more than this."""
_HARDLY: Final = 0.05
"""A text with a smaller share of them is in another language, whatever it is said to be in, ..."""
_LONG: Final = 10
"""... if it has so many words."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What a text shows of its language."""

    is_read: bool = False
    """Whether its words show a language of which names are found in every form ..."""
    is_other: bool = False
    """... and whether some of it is in one of which they are not."""


SHOWS_NOTHING: Final = Speech()


def _is_cyrillic(words: str) -> bool:
    return re.search("[а-я]", words) is not None


def _lanes() -> tuple[dict[str, int], tuple[int, int, int, int]]:
    """For each word the number of its languages, and where in bytes each kind of lane ends.

    The kinds are read and unread languages in Cyrillic letters, then read and unread ones in Latin letters.
    """
    table: dict[str, int] = {}
    ends: list[int] = []
    lane = 0
    for is_cyrillic in (True, False):
        for tables in (READ_WORDS, UNREAD_WORDS):
            for words in tables.values():
                if _is_cyrillic(words) is is_cyrillic:
                    for word in set(words.split()):
                        table[word] = table.get(word, 0) + (1 << (16 * lane))
                    lane += 1
            ends.append(2 * lane)
    return table, (ends[0], ends[1], ends[2], ends[3])


_WORDS, _ENDS = _lanes()
_WORD: Final = _WORDS.get
_SIZE: Final = _ENDS[-1]
_MOST: Final = 2000
"""So many stretches fit into the lanes of one number."""


def speech_of(text: str) -> Speech:
    """What a text shows of its language; nothing of one without words.

    >>> speech_of("Der Bericht ist am Montag in der Zeitung, und die Stadt hat ihn auf ihrer Seite nicht bestritten")
    Speech(is_read=True, is_other=False)
    >>> speech_of("Raportti oli lehdessä, ja kaupunki ei ole sitä kiistänyt, mutta se on myös sen sivuilla").is_other
    True
    """
    low = text.lower()
    others = len(_OTHERS.findall(low))
    if others > _FEW * len(low) or (others > _SEVERAL and any(map(_is_full_of_others, low.splitlines()))):
        return Speech(is_other=True)
    size = read = unread = total = 0
    is_bare = False
    for number, words in enumerate(_stretches(low), start=1):
        own = sum(filter(None, map(_WORD, words)))
        if _shows_another(own):
            return Speech(is_other=True)
        is_bare = is_bare or (not own and _words_in(words) > _STRETCH // 2)
        size, total = size + len(words), total + own
        if number % _MOST == 0:
            read, unread, total = read + _best(total)[0], unread + _best(total)[1], 0
    read, unread = read + _best(total)[0], unread + _best(total)[1]
    if read < _FAIR * size:  # few texts are so: of these numbers and signs are left out
        size = sum(map(_words_in, _stretches(low)))
    if unread > read or (size >= _LONG and read < _HARDLY * size):
        return Speech(is_other=True)
    is_fair = size >= _ENOUGH and read >= max(_HITS, _FAIR * size) and read > unread + _MARGIN
    return Speech(is_read=is_fair and not is_bare)


def _is_full_of_others(line: str) -> bool:
    """Whether a line has letters that no text in those languages is full of."""
    return len(_OTHERS.findall(line)) > max(_SEVERAL, _FEW_IN_A_LINE * len(line))


def _stretches(low: str) -> Iterator[Sequence[str]]:
    """The words of a text in stretches, none of which runs over the end of a line, but for short lines."""
    short: list[str] = []
    for line in low.splitlines():
        words = line.split()
        if len(words) < _SHORT:
            short += words
            if len(short) >= _STRETCH:
                yield short[:_STRETCH]
                del short[:_STRETCH]
        else:
            yield from (words[start : start + _STRETCH] for start in range(0, len(words), _STRETCH))
    if short:
        yield short


def _words_in(stretch: Sequence[str]) -> int:
    """How much of what stands between spaces is a word, marked or not, and no number, sign or address."""
    return sum([each.isalpha() or each.strip(SIGNS).isalpha() for each in stretch])


def _shows_another(total: int) -> bool:
    """Whether a stretch has more of the words of an unread language than of any read one with the same letters.

    One more says nothing: many languages share their shortest words.
    """
    if not total:
        return False
    lanes = total.to_bytes(_SIZE, "little")  # of each lane the second byte is zero: a stretch has few words
    return (
        max(lanes[_ENDS[0] : _ENDS[1]]) > max(lanes[: _ENDS[0]]) + 1
        or max(lanes[_ENDS[2] :]) > max(lanes[_ENDS[1] : _ENDS[2]]) + 1
    )


def _best(total: int) -> tuple[int, int]:
    """How many of the words of one read language a text has, and how many of an unread one: of the best of each."""
    lanes = memoryview(total.to_bytes(_SIZE, sys.byteorder)).cast("H")
    lanes = lanes if sys.byteorder == "little" else lanes[::-1]
    first, second, third, _ = (end // 2 for end in _ENDS)
    return max(*lanes[:first], *lanes[second:third]), max(*lanes[first:second], *lanes[third:])
