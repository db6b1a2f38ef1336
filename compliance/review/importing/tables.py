"""What names are made of besides the name: legal forms, countries, and the words that betray a language.

Theory: all of it is data, so that a new list needs a line here and no code. Countries are written as lists of
Russian authorities write them; legal forms as they stand in names; the words of a language are those that no
neighbouring language has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEGAL_FORMS: Final = tuple(
    sorted(
        {
            "inc", "incorporated", "ltd", "limited", "llc", "corp", "plc", "cic", "limited liability company sia",
            "e v", "ev", "gmbh", "ggmbh", "g gmbh", "gug", "gug haftungsbeschrankt", "gemeinnutzige gmbh",
            "gemeinnutzige ug haftungsbeschrankt", "ug haftungsbeschrankt", "ggesselschaft mbh", "mbh",
            "sia", "bdr", "nodibinajums", "mtu", "ou", "mb", "lt", "uab", "vsi", "sa", "s a", "s a r l", "sarl",
            "b v", "bv", "n v", "stichting", "as", "a s", "iks", "z s", "o p s", "s r o", "ry", "r y", "ab",
            "sp z o o", "инк", "з с", "ооо", "ано", "корпорация", "медиакорпорация",
            "громадська організація", "громадська спілка", "благодійна організація", "релігійна організація",
            "общественная организация", "общественный союз", "благотворительная организация",
            "религиозная организация", "го", "charitable organization",
        },
        key=lambda form: (-len(form), form),
    )
)  # fmt: skip
"""Legal forms as `letters.plain` leaves them, longest first: at either end of a name they do not name anybody."""

_COUNTRY_NAMES: Final = """
AM Армения; Республика Армения
AT Австрия; Австрийская Республика
BE Бельгия; Королевство Бельгия
BG Болгария; Республика Болгария
CA Канада
CH Швейцария; Швейцарская Конфедерация
CY Кипр; Республика Кипр
CZ Чехия; Чешская Республика
DE ФРГ; Германия; Федеративная Республика Германия
DK Дания; Королевство Дания
EE Эстония; Эстонская Республика
ES Испания; Королевство Испания
FI Финляндия; Финляндская Республика
FR Франция; Французская Республика
GB Великобритания; Соединенное Королевство; Лондон; United Kingdom
GB Соединенное Королевство Великобритании и Северной Ирландии
GE Грузия
HU Венгрия
IT Италия; Итальянская Республика
JP Япония
LI Лихтенштейн; Княжество Лихтенштейн
LT Литва; Литовская Республика
LU Люксембург; Великое Герцогство Люксембург
LV Латвия; Латвийская Республика
MD Молдова; Молдавия; Республика Молдова
ME Черногория
MN Монголия
NL Нидерланды; Королевство Нидерландов; Королевство Нидерланды; The Netherlands; Netherlands
NO Норвегия; Королевство Норвегия
PL Польша; Республика Польша
PT Португалия; Португальская Республика
RO Румыния
RS Сербия; Республика Сербия
SE Швеция; Королевство Швеция
TR Турция; Турецкая Республика
UA Украина
US США; Соединенные Штаты Америки; The United States of America; United States of America; USA; US
"""
COUNTRIES: Final[Mapping[str, str]] = {
    word.strip().casefold(): line[:2] for line in _COUNTRY_NAMES.strip().splitlines() for word in line[3:].split(";")
}
"""Names of countries in lower case, to codes."""

SHARED_HOSTS: Final = frozenset({
    *("t.me", "telegram.me", "telegram.org", "facebook.com", "fb.com", "instagram.com", "threads.net", "x.com"),
    *("twitter.com", "youtube.com", "youtu.be", "vk.com", "vkontakte.ru", "ok.ru", "odnoklassniki.ru", "rutube.ru"),
    *("dzen.ru", "zen.yandex.ru", "tiktok.com", "linkedin.com", "whatsapp.com", "wa.me", "discord.com", "discord.gg"),
    *("medium.com", "patreon.com", "boosty.to", "github.com", "gitlab.com", "linktr.ee", "bsky.app", "wikipedia.org"),
    *("sites.google.com", "docs.google.com", "google.com", "archive.org", "web.archive.org", "soundcloud.com"),
})  # fmt: skip
"""Hosts on which many have pages: to stand on one is no sign of who somebody is."""

LANGUAGE_OF: Final[Mapping[str, str]] = {
    "AT": "de", "CH": "de", "CZ": "cs", "DE": "de", "DK": "da", "EE": "et", "ES": "es", "FI": "fi", "FR": "fr",
    "HU": "hu", "IT": "it", "LI": "de", "LT": "lt", "LV": "lv", "MD": "ro", "NL": "nl", "NO": "nb", "PL": "pl",
    "PT": "pt", "RO": "ro", "SE": "sv", "TR": "tr",
}  # fmt: skip
"""The language of a name in Latin letters that is not English, by country: the one that most such names have."""

_ENGLISH: Final = """
    academic accountability action advocacy affairs against agency aid alliance america american and antiwar
    association atlantic baltic board bureau campaign center centre child choice church citizen city civic civil
    coalition college commission committee community conflict congress cooperation corporation corruption council
    courts covenant crisis culture damage defense democracy democratic development dialogue dialogues digital
    doctors economic education endowment english environment environmental european eurasian exchange excellence
    family federation fellowship fleet for forum foundation free freedom friends fund future german global
    governance group harm health help heroes house human in indigenous influence information initiative initiatives
    institute institution international investigation investigative investment issue journalism journalists justice
    law leadership league legal liberal liberty library life limited local mail media memorial mission model modern
    monitor monitoring movement national nations network new news next no not of office on open organisation
    organization parliamentary partnership party peace people peoples philosophy platform policy political press
    prison program project public radio recorded reform regional register relations rescue research resilience
    resource rights russia russian salmon school science security service social society solidarity space stop
    studies study support temple the times to trust truth union united universal university us victims voice war
    watch with women women's work workers world writing young youth
"""
ENGLISH: Final = frozenset(_ENGLISH.split())
"""Words of English names, in lower case; those of the next table stand in others too."""
_ALSO_ELSEWHERE: Final = """
    a association commission for forum group i in institution international media modern no not on organisation
    radio service union us
"""
ALSO_ELSEWHERE: Final = frozenset(_ALSO_ELSEWHERE.split())

_WORDS: Final = """
cs a cz informace novinářů pro sdružení společnost spolecnost svobody svobodu tísni v za
de der die das den dem des deutsch deutsche deutscher deutsches für fur gegen gesellschaft gmbh ggmbh historisches im
de mit netzwerk osteuropa russischsprachiger stiftung und verein von zentrum zukunft
es asociación asocicion de la los por rusos y
et eesti keskus mtü
fi puolesta ry sivistysseura suomen
fr association assemblee assemblée des du et fédération internationale institut la le les libertés pour reporters
fr sans réseau
it associazione asociazione comunità dei di in per servizio volontari
lv biedrība fonds kristiešu nodibinājums universitate universitāte
nb broen demokrati for miljøstiftelsen norske og på ungdom
nl comité nederlands stichting
pl demokracja fundacja fundacją kongres obywatelskiej polska polskie rzecz stowarzyszenie wspólnota
pt associação associaão de livres russos
ro asociaţia din obştească pentru şi
sv i sverige ryska
tr derneği kültür vakfı vakfi ve
"""
WORDS: Final[Mapping[str, frozenset[str]]] = {
    tag: frozenset(word for line in _WORDS.splitlines() if line.startswith(f"{tag} ") for word in line.split()[1:])
    for tag in sorted({line[:2] for line in _WORDS.splitlines() if line})
}
"""Words that betray a language, by its tag; the country decides where several claim a name."""

UKRAINIAN: Final = frozenset({"громадська", "громадянських", "людини"})
SERBIAN: Final = frozenset("ђјљњћџ")
