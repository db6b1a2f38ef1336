"""Notices: what is to be said, in which words on which day, where on the page, and what else is to be done.

Theory: a notice is data, like the rule that asks for it. Which of its words hold follows from a day and, if
they rotate by item, from the item: never from chance and never from who reads. Days are counted from a
start that is written down, so that every answer can be given again in the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from compliance.model.period import ALWAYS, ONE_DAY, Period

NO_MEANING: Final = {"meaning": False}
"""Metadata of fields that can never change a decision or its words; the meaning digest leaves them out."""
IF_WRITTEN: Final = {"if_written": True}
"""Metadata of fields that the meaning digest holds where they are written: what uses none keeps its digest."""


class Purpose(StrEnum):
    """Why a notice is shown."""

    LEGAL_DUTY = "legal-duty"
    READER_SAFETY = "reader-safety"
    EDITORIAL_POLICY = "editorial-policy"


class Severity(StrEnum):
    """How loudly a notice speaks."""

    INFORM = "inform"
    ALERT = "alert"
    CRITICAL = "critical"


class Placement(StrEnum):
    """Where a notice stands on the page."""

    SITE_WIDE = "site-wide"
    TOP = "top"
    AFTER_HEADLINE = "after-headline"
    BEFORE_TEXT = "before-text"
    BESIDE = "beside"
    ON_IMAGE = "on-image"
    AFTER_FIRST_MENTION = "after-first-mention"
    OVERLAY = "overlay"
    FOOTER = "footer"


ON_A_PICTURE: Final = frozenset({Placement.ON_IMAGE, Placement.OVERLAY})
"""The placements that have corners."""


class Corner(StrEnum):
    """A corner of what a notice lies on."""

    UPPER_LEFT = "upper-left"
    UPPER_RIGHT = "upper-right"
    LOWER_LEFT = "lower-left"
    LOWER_RIGHT = "lower-right"


class Fixity(StrEnum):
    """How far the words are the law's own."""

    EXACT = "exact"
    TEMPLATE = "template"
    EQUIVALENT = "equivalent"
    IDEA = "idea"


class Reach(StrEnum):
    """Whether a notice goes to readers it may concern, or to everybody."""

    WHERE_POSSIBLE = "where_possible"
    EVERYWHERE = "everywhere"


class ShortForm(StrEnum):
    """When the short words may stand for the text."""

    NEVER = "never"
    IF_IMPRACTICAL = "if_impractical"


class Merge(StrEnum):
    """Whether the instances of a notice stand apart, or share one marker and one footnote."""

    EACH = "each"
    FOOTNOTE = "footnote"


class Translation(StrEnum):
    """Who stands for the words in a language."""

    MACHINE = "machine"
    DRAFT = "draft"
    REVIEWED = "reviewed"


class Suppressible(StrEnum):
    """Parts of a page that a notice may ask the publisher to take away."""

    SHARE = "share"
    LIKE = "like"
    COMMENT = "comment"
    SAVE = "save"
    CONTACT = "contact"
    DONATE = "donate"
    SUBSCRIBE = "subscribe"
    ADVERTISE = "advertise"


class SlotType(StrEnum):
    """What the value in a slot has to be."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    URL = "url"


class Whose(StrEnum):
    """Whose value fills a slot."""

    PUBLISHER = "publisher"
    MENTION = "mention"


class Every(StrEnum):
    """When the words of a rotation change."""

    ITEM = "item"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_DAYS: Final = {Every.DAY: 1, Every.WEEK: 7}
_MONTHS: Final = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}

Words = Mapping[str, str]
"""A text in several languages: BCP 47 tag to words; the first is the default."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a notice on the days of a period; the days are those of the rule that asks."""

    period: Period
    text: Words
    text_if_possible: Words = field(default_factory=dict)
    short: Words = field(default_factory=dict)
    fixity: Fixity = Fixity.EQUIVALENT
    source: str | None = field(default=None, metadata=NO_MEANING)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Several wordings that take turns; without `start`, item by item."""

    every: Every
    texts: tuple[Words, ...]
    start: date | None = None

    def turn(self, day: date) -> int:
        """How many turns have passed from the start to `day`; negative before it.

        >>> Rotation(Every.MONTH, ({}, {}), date(2024, 1, 31)).turn(date(2024, 2, 29))
        1
        """
        if self.start is None:
            return 0
        if self.every in _DAYS:
            return (day - self.start).days // _DAYS[self.every]
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        turn = months // _MONTHS[self.every]
        begins = self.begins(turn)
        return turn - 1 if begins is not None and day < begins else turn

    def begins(self, turn: int) -> date | None:
        """The first day of a turn; None where the calendar has no such day."""
        if self.start is None:
            return None
        try:
            if self.every in _DAYS:
                return self.start + timedelta(days=turn * _DAYS[self.every])
            months = self.start.year * 12 + self.start.month - 1 + turn * _MONTHS[self.every]
            return _in_month(months // 12, months % 12 + 1, self.start.day)
        except (ValueError, OverflowError):
            return None

    def period(self, turn: int) -> Period:
        """The days of a turn."""
        after = self.begins(turn + 1)
        return Period(self.begins(turn), None if after is None else after - ONE_DAY)


def _in_month(year: int, month: int, day: int) -> date:
    """A day of a month; its last one where the month is shorter."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            if day <= 28:
                raise  # the calendar has no such year
            day -= 1


@dataclass(frozen=True, slots=True)
class ValueSlot:
    """A slot that a value of an entity fills; `missing` is said where there is none."""

    type: SlotType
    value: str
    of: Whose = Whose.PUBLISHER
    missing: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Medium:
    """What a notice has to be like in one medium; None is not prescribed."""

    min_seconds: float | None = None
    min_area_percent: float | None = None
    min_font_ratio: float | None = None
    contrast: float | None = None
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a notice stands on the page, besides its first place."""

    also: tuple[Placement, ...] = ()
    nothing_before: bool = False
    corners: tuple[Corner, ...] = ()
    """The corners in which it may stand, best first."""
    media: Mapping[str, Medium] = field(default_factory=dict)
    """By the words of `content.surface`."""
    short_form: ShortForm | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """What is to be done besides showing words."""

    suppress: tuple[str, ...] = ()
    withhold: bool = field(default=False, metadata=IF_WRITTEN)
    mark: bool = field(default=False, metadata=IF_WRITTEN)
    metadata: Mapping[str, str] = field(default_factory=dict, metadata=IF_WRITTEN)
    editorial_task: str | None = field(default=None, metadata=IF_WRITTEN)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be said, where, how loudly, and in which words.

    The words are in `text`, or with days in `wordings`, or take turns in `rotation`; never in two of them.
    """

    id: str
    purpose: Purpose
    severity: Severity
    placement: Placement
    text: Words = field(default_factory=dict)
    text_if_possible: Words = field(default_factory=dict)
    short: Words = field(default_factory=dict)
    slots: Mapping[str, Words] = field(default_factory=dict)
    conditional: bool = False
    fixity: Fixity = Fixity.EQUIVALENT
    reach: Reach = Reach.WHERE_POSSIBLE
    link: str | None = None
    effects: Effects = field(default_factory=Effects)
    group: str | None = None
    supersedes: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = field(default=(), metadata=IF_WRITTEN)
    """In the order of their days, none overlapping another."""
    rotation: Rotation | None = field(default=None, metadata=IF_WRITTEN)
    values: Mapping[str, ValueSlot] = field(default_factory=dict, metadata=IF_WRITTEN)
    rank: int | None = field(default=None, metadata=IF_WRITTEN)
    merge: Merge = field(default=Merge.EACH, metadata=IF_WRITTEN)
    layout: Layout = field(default_factory=Layout, metadata=IF_WRITTEN)
    conflicts_with: tuple[str, ...] = field(default=(), metadata=IF_WRITTEN)
    translations: Mapping[str, Translation] = field(default_factory=dict, metadata=IF_WRITTEN)

    @property
    def placements(self) -> tuple[Placement, ...]:
        """Every place where it stands, the first one first."""
        return (self.placement, *self.layout.also)

    @property
    def all_wordings(self) -> tuple[Wording, ...]:
        """Its wordings, also where it has but one, or words that take turns, for all days."""
        if self.wordings:
            return self.wordings
        texts = self.rotation.texts if self.rotation is not None else (self.text,)
        return tuple(Wording(ALWAYS, text, self.text_if_possible, self.short, self.fixity) for text in texts)

    def each_words(self) -> Iterator[Words]:
        """Every map of words by language in which slots may stand."""
        for wording in self.all_wordings:
            yield from (wording.text, wording.text_if_possible, wording.short)

    @property
    def short_form(self) -> ShortForm:
        """When the short words may stand for the text: where there are some, if the text is impractical."""
        if self.layout.short_form is not None:
            return self.layout.short_form
        is_short = any(wording.short for wording in self.all_wordings)
        return ShortForm.IF_IMPRACTICAL if is_short else ShortForm.NEVER
