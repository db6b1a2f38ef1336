"""Small lists of words for checks of words and names. Pure data, put together by hand; neither is complete."""

from typing import Final

# fmt: off
PERSONAL: Final[frozenset[str]] = frozenset({
    "passport", "passports", "citizen", "citizens", "citizenship", "national", "nationality", "nationals",
    "resident", "residents", "residence", "stateless", "religion", "religious", "ethnicity", "ethnic",
    "gender", "visa", "refugee", "refugees", "veteran", "veterans", "prisoner", "pregnant", "disabled",
    "disability", "orientation",
})
"""Words that speak of who a person is."""
COMMON: Final[frozenset[str]] = frozenset({
    "agence", "agora", "article", "avenir", "bureau", "center", "centre", "committee", "dossier", "echo",
    "fondation", "foundation", "freedom", "freiheit", "fund", "future", "group", "hope", "important",
    "initiative", "insider", "justice", "liberty", "liberté", "media", "memorial", "meta", "mirror", "nation",
    "network", "news", "observer", "open", "people", "press", "presse", "project", "radio", "rain",
    "republic", "russia", "search", "signal", "society", "stiftung", "stories", "story", "team", "the",
    "times", "together", "truth", "union", "voice", "vérité", "wahrheit", "world", "zeit", "zentrum", "агора",
    "альянс", "важно", "верстка", "голос", "дождь", "досье", "заря", "мир", "мост", "надежда", "народ",
    "новости", "новость", "общество", "открытые", "правда", "пресса", "проект", "радио", "роза", "россия",
    "свобода", "события", "соты", "союз", "фонд", "холод", "центр", "эхо",
})
"""Ordinary words of English, French, German and Russian that are somebody's name."""
# fmt: on
