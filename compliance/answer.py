"""What a caller gets: the decision with its words, ready to be written as JSON.

Theory: an answer is a value. It holds places as coarse codes and never an address; it names the rule set
it rests on, so that it can be asked again; and it says how long it may be kept.
"""

from __future__ import annotations

from datetime import date

import msgspec


class LegalBasis(msgspec.Struct, frozen=True, kw_only=True):
    """A source of law as the rule cites it; `confidence` runs from A (the text itself) to D (memory)."""

    title: str
    article: str | None = None
    href: str | None = None
    confidence: str | None = None


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a rule and how it stands: `truth` is true or unknown."""

    fact: str
    asks_for: tuple[str, ...]
    truth: str
    detail: str


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """Why one rule asks for the notice."""

    rule: str
    title: str
    status: str
    facts: tuple[Ground, ...]
    legal_basis: tuple[LegalBasis, ...]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done besides showing words; what belongs to another type is None."""

    type: str
    component: str | None = None
    key: str | None = None
    value: str | None = None
    task: str | None = None


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Which of its words a notice has: for which days, how far the law's own, and the digest before slots are filled.

    `gap` says that no wording is written for the day and a neighbour speaks, `turn` which text of a rotation it is.
    """

    first_day: date | None
    last_day: date | None
    fixity: str
    digest: str
    gap: bool = False
    turn: int | None = None


class Medium(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice has to be like in one medium; None is not prescribed."""

    min_seconds: float | None = None
    min_area_percent: float | None = None
    min_font_ratio: float | None = None
    contrast: float | None = None
    placement: str | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice for one entity, in one language.

    `rules` and `because` hold the first twenty rules that ask for it, `rule_count` says how many there are.
    `html` is empty where the notice is held: it is not for the page.
    """

    id: str
    entity: str | None
    rules: tuple[str, ...]
    rule_count: int
    status: str
    display: str
    purpose: str
    severity: str
    placement: str
    group: str | None
    language: str
    direction: str
    text: str
    short: str
    html: str
    link: str | None
    effects: tuple[Effect, ...]
    because: tuple[Because, ...]
    unknowns: tuple[str, ...]
    unresolved: tuple[str, ...] = ()
    approximated: bool = False
    reach: bool = False
    rank: int | None = None
    wording: Wording
    translation: str | None = None
    short_form: str = "never"
    placements: tuple[str, ...] = ()
    nothing_before: bool = False
    corner: str | None = None
    media: dict[str, Medium] = msgspec.field(default_factory=dict)
    marker: str | None = None


class Footnote(msgspec.Struct, frozen=True, kw_only=True):
    """What all shown instances of a notice say together, once, under the marker that stands where each is due."""

    marker: str
    id: str
    entities: tuple[str, ...]
    language: str
    direction: str
    text: str
    html: str
    unresolved: tuple[str, ...] = ()


class Collision(msgspec.Struct, frozen=True, kw_only=True):
    """Notices that want one place: `type` is corner or nothing-before, `at` says which."""

    type: str
    at: str
    notices: tuple[str, ...]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two notices that contradict each other, and the rules behind them; both stand in the answer."""

    notices: tuple[str, ...]
    rules: tuple[str, ...]
    status: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that is held until a person settles its unknown facts; the verdict comes back as a fact."""

    id: str
    entity: str | None
    rules: tuple[str, ...]
    unknowns: tuple[str, ...]


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of a register that is too old to say who is not in it; without `register`, the signed rules themselves.

    Of these, `retrieved_on` is the day on which they were signed.
    """

    register: str | None
    retrieved_on: date
    fresh_until: date


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where the reader may be, as codes; with `anywhere` the places are only what the sources named."""

    places: tuple[str, ...]
    anywhere: bool
    territories: dict[str, str]
    basis: tuple[str, ...]


class Digests(msgspec.Struct, frozen=True, kw_only=True):
    """The rule set that was asked: what it says, and the bytes that say it."""

    meaning: str
    source: str


class Cache(msgspec.Struct, frozen=True, kw_only=True):
    """How the answer may be kept: `max_age` in seconds; `vary` names what it depends on besides the content."""

    key: str
    vary: tuple[str, ...]
    max_age: int
    surrogate_keys: tuple[str, ...]


class NotApplied(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that asks for nothing, the nearest reason, and the day on which that changes by itself, if any."""

    rule: str
    notice: str
    because: str
    changes_on: date | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """That an entity stands in a register on the day asked for, or (not `certain`) may: declared, not found to be."""

    register: str
    title: str
    authority: str
    first_day: date | None
    certain: bool


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a text names, and where: from `start` up to `end`, in characters (code points) of what was given.

    Of a page they count in its source, and are None where nobody knows. `verdict` is certain or possible; `lacks`
    says what is missing for the former. `marked` is what stands beside it and may say already what a register says.
    """

    entity: str
    surface: str
    start: int | None
    end: int | None
    field: str
    strength: str
    verdict: str
    evidence: tuple[str, ...]
    lacks: str | None
    statuses: tuple[Status, ...]
    marked: tuple[str, ...] = ()


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """What looks like a name at some place of a text and is no mention, and why."""

    entity: str
    surface: str
    start: int | None
    end: int | None
    field: str
    because: str


class NotListed(msgspec.Struct, frozen=True, kw_only=True):
    """That a list would be too long: how many more of an entity belong into `of`, and why they are not there."""

    of: str
    entity: str
    count: int
    because: str


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a text names, whatever rules make of it. `as_of` is the day asked for, or today's in UTC."""

    mentions: tuple[Mention, ...]
    suppressed: tuple[Suppressed, ...]
    ruleset: Digests
    as_of: date
    not_listed: tuple[NotListed, ...] = ()

    def to_json(self) -> bytes:
        """The mentions as UTF-8 JSON."""
        return msgspec.json.encode(self)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether what an answer follows from is in the log: recorded, not recorded (for now), preview, or off.

    `table` is the key of the table of the page; it is the same for all readers.
    """

    state: str
    table: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The notices of a page for a reader. `as_of` is the law day asked for, or today's in UTC.

    `decision` names the table that is recorded, else it is the digest of what was asked and answered.
    """

    notices: tuple[Notice, ...]
    reviews: tuple[Review, ...]
    unknowns: tuple[str, ...]
    stale: tuple[Stale, ...]
    advice: tuple[str, ...]
    location: Location
    ruleset: Digests
    as_of: date
    preview: bool
    valid_until: str | None
    cache: Cache
    decision: str
    not_applied: tuple[NotApplied, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    collisions: tuple[Collision, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    mentions: tuple[Mention, ...] = ()
    not_listed: tuple[NotListed, ...] = ()
    evidence: Evidence = Evidence(state="off")

    def to_json(self) -> bytes:
        """The answer as UTF-8 JSON."""
        return msgspec.json.encode(self)
