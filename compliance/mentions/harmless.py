"""Words that may stand beside the phrase of a mark and leave it as certain as it was.

Theory: «признана нежелательной в Белоруссии», «по ошибке назван иноагентом», «признание снято»: there is no end to the
words that undo a mark, and one that is believed in error leaves a name without any. So it is not these that are
listed, but the few that say nothing: of what kind somebody is, which authority of the register's own state decided it,
by which law, and since when. Beside any other word a mark is doubtful. So it is beside words that end what had begun,
wherever these stand in the sentence.
"""

from __future__ import annotations

import re
from typing import Final

_RUSSIAN: Final = (
    "в во на с со от о об и как это ее его их го является сми медиа лицо лица лицом власти властями властей суд суда "
    "судом суде закон закона закону законом законе фз год года году г мая май мае список списка списке списком списки"
)
_UKRAINIAN: Final = "у та і й як це її його їх влада владою судом рішенням закону року"
_ENGLISH: Final = (
    "a an the in on of by as and is are it its their under since from has have been law act court supreme media outlet "
    "outlets authority authorities ministry justice prosecutor prosecutors general general's office decision register "
    "list listed registry organisation organisations organization organizations company entity january february march "
    "april june july august september october november december"
)
_RUSSIAN_STEMS: Final = (
    "организаци издани компани движени объединени сообществ средств массов информаци деятельност котор территори "
    "запрещен признан внесен включен реестр перечен перечн решени федеральн министерств юстици минюст генпрокуратур "
    "генеральн прокуратур роскомнадзор верховн иностранн международн неправительствен некоммерческ юридическ физическ "
    "январ феврал март апрел июн июл август сентябр октябр ноябр декабр"
)
_UKRAINIAN_STEMS: Final = (
    "організаці виданн діяльніст територі заборонен визнан внесен реєстр перелік рішенн міністерств юстиці мінюст "
    "генпрокуратур прокуратур верховн січн лютого березн квітн травн червн липн серпн вересн жовтн листопад грудн"
)
_EXACT: Final = frozenset(f"{_RUSSIAN} {_UKRAINIAN} {_ENGLISH}".split())
_STEMS: Final = tuple(f"{_RUSSIAN_STEMS} {_UKRAINIAN_STEMS}".split())
_OF_STATE: Final = {
    "ru": ("росси", "рф", "федераци", "росі", "російськ", "федераці", "russia", "federation"),
    "by": ("беларус", "белорус", "білорус", "belarus", "республик", "рб"),
    "ua": ("украин", "україн", "ukrain"),
    "kz": ("казахстан", "kazakhstan", "республик", "рк"),
}
"""How the words begin by which a state is called, by the first part of the ids of its registers."""
_LEADING: Final = (
    "а но что вот этот эта также пишет сообщает сообщил сообщила сообщило заявил заявила рассказал рассказала отмечает "
    "says said reports reported that"
)
_BEFORE: Final = frozenset(_LEADING.split())
"""Words that may stand between the beginning of a clause and a phrase before a name."""
_YEAR: Final = re.compile(r"(?:19|20|21)[0-9]{2}(?![0-9])")
_NUMBER: Final = re.compile(r"[0-9]++(?:фз|го|й|я|е|th|st|nd|rd)?+")
_ENDING: Final = re.compile(
    r"\b(?:снят|отмен|исключ|аннулир|отозва|ошиб|опроверг|оправда|прекращ|прекрат|утратил|скасова|знят|виключ|помилк|"
    r"переста|больше(?:\s+\w+){0,3}\s+не\b|(?:более|уже)(?:\s+\w+){0,2}\s+не\b|не\s+явля|"
    r"більше(?:\s+\w+){0,3}\s+не\b|вже(?:\s+\w+){0,2}\s+не\b|не\s+є\b|"
    r"revok|annul|lift|overturn|remov|delist|quash|mistak|erron|expire|rescind|repeal|withdr|cease|no\s+longer|no\s+more|any\s*more|any\s+longer)"
)
"""What says, in small letters, that something has ended or never was."""
_DOUBTED: Final = re.compile(r"[?«»“”„\"*…]|[0-9]{4}\s*+[-–—]\s*+[0-9]{4}")
"""Doubt, words in quotation marks, a sign of another note, and years between which it was so."""
_QUESTION: Final = re.compile(r"[»”“\"'’›)\]*\s]{0,4}[!?]*[?]")
_SENTENCE: Final = re.compile(r"[.!?…](?=\s|\Z)|\n")
_BY: Final = re.compile(r"№|\bпо(?=\s++(?:решению|закону)\b)", re.IGNORECASE)
"""Says nothing; by itself «по» also means until."""
_FARTHEST: Final = 300
NEVER_TOO_LATE: Final = 9999
"""A year after all others."""


def is_harmless(word: str, register: str, latest: int = NEVER_TOO_LATE) -> bool:
    """Whether a word beside a phrase of a register says nothing.

    Args:
        word: folded.
        register: its id; words for its own state say nothing.
        latest: the year of our copy of it; what is to come later is not known, and makes a mark doubtful.
    """
    if _YEAR.match(word) and int(word[:4]) > latest:
        return False
    if word in _EXACT or word.startswith(_STEMS) or _NUMBER.fullmatch(word):
        return True
    return word.startswith(_OF_STATE.get(register.partition("/")[0], "\0"))


def may_lead(word: str, register: str, latest: int = NEVER_TOO_LATE) -> bool:
    """Whether a word between the beginning of a clause and a phrase before a name leaves it as it is."""
    return word in _BEFORE or is_harmless(word, register, latest)


def is_asked(text: str, place: int, *, somewhere: bool = False) -> bool:
    """Whether a question ends at a place, or somewhere behind it in the same sentence."""
    if not somewhere:
        return _QUESTION.match(text, place) is not None
    found = _SENTENCE.search(text, place, place + _FARTHEST)
    return found is not None and "?" in text[place : found.end()]


def is_doubted(text: str) -> bool:
    """Whether signs of a text make doubtful whatever it says."""
    return _DOUBTED.search(text) is not None


def without_signs_of_law(text: str) -> str:
    """A text without what stands before the number of a law, or before the word decision or law."""
    return _BY.sub(" ", text)


def is_ended(text: str, place: int) -> bool:
    """Whether the sentence goes on behind a place with words for something that has ended."""
    found = _SENTENCE.search(text, place, place + _FARTHEST)
    end = found.start() if found is not None else place + _FARTHEST
    return _ENDING.search(text[place:end].lower().replace("ё", "е")) is not None
