"""Ordinary news that name nobody, and names of organisations that nobody has: as much as is asked for, from one seed.

The sentences are put together from pieces of our own. They have what makes news hard: capitals, quotation marks,
ministries, companies, countries, and words that stand in designated names.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from compliance.model.designation import Alias, Entity


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in text.replace("\n", " ").split("|"))


_RUSSIAN: Final = (
    _pieces("""Министерство транспорта | Областной суд | Мэрия Саратова | Управляющая компания «Уют» | Глава района
        | Комитет по бюджету | Пресс-служба губернатора | Фонд капитального ремонта | Совет ветеранов | Дирекция парка
        | Городская больница | Депутат от Вологды | Институт физики Земли | Студентка из Казани | Центр занятости"""),
    _pieces("""сообщает | вновь подтверждает | не исключает | опровергает сведения о том | добивается того
        | напоминает журналистам | признаёт в протоколе | из года в год обещает | исходит из того
        | рассказывает в эфире местного радио"""),
    _pieces("""что новая дорога до Рязани откроется в мае | что проект закона внесут в Думу осенью
        | что права человека в приюте соблюдались | что служба поддержки получила сотню жалоб
        | что европейский рынок зерна подорожал на 3,5 % | что американский спутник прошёл над Камчаткой
        | что издание учебника стоило 12 млн рублей | что свободная касса работает до 21:00
        | что открытая вода появилась у берега раньше срока | что настоящее время прибытия поезда неизвестно"""),
    _pieces("""— передаёт агентство со ссылкой на документы. | — так записано в протоколе № 17.
        | Об этом говорится в отчёте за 2025 год. | «Новое поколение решит само», — добавил он.
        | Подробности обещают к пятнице. | Прокуратура начала проверку, её итоги объявят в июне.
        | Жители Твери и Пскова написали обращение в Москву. | В Германии и Польше такие случаи уже были.
        | Дождь, впрочем, помешал церемонии. | Фото: архив городской газеты."""),
)
_ENGLISH: Final = (
    _pieces("""The transport ministry | A regional court | The mayor's office | The board of the port
        | A union of teachers | The National Bank | Police in the capital | The Committee on Budgets
        | A spokeswoman for the hospital | Researchers at the university | The European Commission
        | A fund for flood relief"""),
    _pieces("""said on Monday that | confirmed late on Friday that | denied reports that
        | told a local radio station that | wrote in its annual report that
        | has long warned that | is expected to announce that"""),
    _pieces("""the new bridge would open in May. | free school meals would end in June.
        | human rights training was on offer. | prices in eastern Europe rose by 3.5 per cent.
        | the open centre had helped 1,200 families. | international flights to Oslo were delayed.
        | a foundation had bought the old house. | Russian grain exports fell for the third month.
        | the institute would move to Hamburg."""),
    _pieces("""No further details were given. | The figures are from 2025. | “We will wait and see,” she added.
        | Prosecutors have opened an inquiry. | The Moscow-bound train was not affected.
        | A watch was found near the harbour. | Journalists were not let in.
        | The article is to be published today."""),
)
_WHAT: Final = _pieces("Фонд | Институт | Центр | Союз | Комитет | Альянс | Движение | Лига | Ассоциация | Форум")
_WHAT_ENGLISH: Final = _pieces(
    "Foundation | Institute | Centre | Union | Committee | Alliance | Movement | League | Association | Forum"
)
_OF: Final = _pieces("""северных | вольных | речных | независимых | молодых | горных | приморских | сельских | степных
    | музыкальных | школьных | морских""")
_WHOM: Final = _pieces("""архивов | наблюдателей | соседей | исследований | переводчиков | ремёсел | библиотек
    | свидетелей | театров | землемеров | хроникёров | садоводов""")
_SYLLABLES: Final = _pieces("bel | dro | kan | lum | mir | nov | per | ras | sil | tor | ven | zar")


def sentences(random: Random) -> Iterator[str]:
    """Two sentences at a time, without end; two thirds Russian."""
    while True:
        pieces = random.choice((_RUSSIAN, _RUSSIAN, _ENGLISH))
        who, says, what, more = (random.choice(each) for each in pieces)
        if pieces is _ENGLISH:
            yield f"{who} {says} {what} {more}"
        else:
            yield f"{who} {says}, {what}{' ' if more[0] == '—' else '. '}{more}"


def news(size: int, random: Random) -> str:
    """At least so many bytes of UTF-8, in paragraphs."""
    found: list[str] = []
    done = 0
    for number, sentence in enumerate(sentences(random)):
        found.append(sentence + ("\n\n" if number % 3 == 2 else " "))
        done += len(found[-1].encode())
        if done >= size:
            break
    return "".join(found)


def organisations(number: int, random: Random) -> Iterator[Entity]:
    """Entities with a Russian name and an English one; a third of the Russian ones have common words only."""
    taken: set[str] = set()
    while len(taken) < number:
        kind = random.randrange(len(_WHAT))
        own = "".join(random.choice(_SYLLABLES) for _ in range(4)).capitalize()
        words = [_WHAT[kind], random.choice(_OF), random.choice(_WHOM), *([own] if random.random() > 1 / 3 else [])]
        russian = " ".join(words)
        if russian not in taken:
            taken.add(russian)
            aliases = (Alias(russian, "ru"), Alias(f"{own} {_WHAT_ENGLISH[kind]}", "en"))
            yield Entity(f"generated-{len(taken)}", russian, aliases)
