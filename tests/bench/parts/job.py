"""The job that every engine of the benchmark does: rules, questions, and the right answers.

A rule asks for a publisher, or for the list that the publisher stands on, for a reader in some countries, and
for a day in its period; then its notice is due. If nobody knows the country, the notice of every rule whose
other conditions hold is possible. Everything is drawn from a seed, so that two runs ask the same.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from compliance.model.iso3166 import COUNTRIES

DAY: Final = date(2026, 3, 1)
"""The day on which every question is asked."""
SEED: Final = 20240220
PLACES: Final = tuple(sorted(COUNTRIES))
MOST_NOTICES: Final = 50
MOST_LISTS: Final = 40
RULES_FOR_EACH_PUBLISHER: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One rule; it names a publisher or a list, never both."""

    id: str
    publisher: str | None
    on_list: str | None
    countries: tuple[str, ...]
    first_day: date
    last_day: date | None
    notice: str


@dataclass(frozen=True, slots=True)
class Question:
    """A page served to a reader. Peers are told the lists of its publisher; ours finds them by itself."""

    publisher: str
    on_lists: tuple[str, ...]
    country: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """Rules, the publishers there are, and the lists they stand on."""

    rows: tuple[Row, ...]
    publishers: tuple[str, ...]
    lists: tuple[str, ...]
    listed: dict[str, str]


def make_job(number: int, seed: int = SEED) -> Job:
    """A job of `number` rules: about five for each publisher, and one in ten for a list."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - it draws examples, not secrets
    publishers = tuple(f"publisher-{each:06}" for each in range(max(2, number // RULES_FOR_EACH_PUBLISHER)))
    lists = tuple(f"xx/list-{each:02}" for each in range(min(MOST_LISTS, max(1, number // 50))))
    listed = {each: chance.choice(lists) for each in publishers if chance.random() < 0.1}
    listed |= dict(zip(publishers, lists, strict=False))  # no list is empty
    rows = tuple(_row(each, publishers, lists, chance) for each in range(number))
    return Job(rows, publishers, lists, listed)


def _row(number: int, publishers: Sequence[str], lists: Sequence[str], chance: random.Random) -> Row:
    is_for_list = number % 10 == 9
    first_day = DAY + timedelta(days=chance.randint(-4000, 200))
    ends = chance.random() < 0.3
    return Row(
        id=f"rule-{number:06}",
        publisher=None if is_for_list else chance.choice(publishers),
        on_list=chance.choice(lists) if is_for_list else None,
        countries=tuple(sorted(chance.sample(PLACES, chance.randint(1, 5)))),
        first_day=first_day,
        last_day=first_day + timedelta(days=chance.randint(100, 4000)) if ends else None,
        notice=f"notice-{number % MOST_NOTICES:02}",
    )


def make_questions(job: Job, number: int, *, is_known: bool, seed: int = SEED) -> list[Question]:
    """Questions, most of them with a notice that is due; among many rules they all differ.

    Each begins with a rule in effect and a publisher that it is about; three of four name a country of it. So
    about as many notices are due among few rules as among many, and what is compared is the search for them.
    Among few rules questions come again, since there are not enough of which that is true.
    """
    chance = random.Random(f"{seed}/{len(job.rows)}/{is_known}")  # noqa: S311 - as above
    on_list: dict[str, list[str]] = {}
    for publisher, name in job.listed.items():
        on_list.setdefault(name, []).append(publisher)
    in_effect = [row for row in job.rows if row.first_day <= DAY <= (row.last_day or date.max)]
    found: list[Question] = []
    seen: set[Question] = set()
    for _ in range(number * 20):
        row = chance.choice(in_effect)
        publisher = row.publisher or chance.choice(on_list[row.on_list or ""])
        country = chance.choice(row.countries if chance.random() < 0.75 else PLACES) if is_known else None
        on_lists = (job.listed[publisher],) if publisher in job.listed else ()
        question = Question(publisher, on_lists, country)
        if question not in seen or len(job.rows) < number:
            seen.add(question)
            found.append(question)
        if len(found) == number:
            break
    return found


def right_answer(job: Job, question: Question) -> frozenset[str]:
    """The notices that are due; where the country is not known, those that are possible."""
    return frozenset(
        row.notice
        for row in job.rows
        if (row.publisher == question.publisher if row.publisher else row.on_list in question.on_lists)
        and (question.country is None or question.country in row.countries)
        and row.first_day <= DAY <= (row.last_day or date.max)
    )
