"""Checks of days: reviews that are due, copies that grow old, and what begins or ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from compliance.errors import Span
from compliance.model.period import ONE_DAY, Period, parse_day
from compliance.model.rule import Rule, Status
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look

SOON: Final = timedelta(days=7)
NEAR, FAR = timedelta(days=30), timedelta(days=90)
FAR_OFF: Final = timedelta(days=5 * 365)
_DECLARED: Final = ("entity", "register", "territory")


def _review_is_due(look: Look) -> Iterator[Found]:
    help_ = "read the law again and set a new `review_by`"
    for rule in look.rules:
        if rule.status is Status.ACTIVE and rule.review_by is not None and rule.review_by < look.day:
            message = f"`{rule.id}` was to be reviewed by {rule.review_by}"
            yield Found(message, help_, look.rule_span(rule, "review_by"))
    for kind, name in _declared(look):
        if "review_by" not in look.files.text(kind, name):
            continue
        day = parse_day(look.files.word(kind, name, "review_by") or "")
        if day is not None and day < look.day:
            message = f"the {kind} `{name}` was to be reviewed by {day}"
            yield Found(message, "look at it again and set a new `review_by`", look.files.span(kind, name, "review_by"))


def _declared(look: Look) -> Iterator[tuple[str, str]]:
    for kind, names in zip(
        _DECLARED, (look.ruleset.entities, look.ruleset.declared_registers, look.ruleset.territories), strict=True
    ):
        for name in names:
            yield kind, name


def _unreviewed(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        if rule.status is Status.DRAFT and rule.review_by is not None and rule.review_by < look.day:
            message = f"`{rule.id}` is still a draft, and was to be reviewed by {rule.review_by}"
            help_ = "settle what is open and set `status: active` or `retired`, or set a new `review_by`"
            yield Found(message, help_, look.rule_span(rule, "review_by"))


def _ended(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        last = rule.effective.last_day
        if rule.status is Status.ACTIVE and last is not None and last < look.day:
            message = f"`{rule.id}` is active and its last day was {last}"
            span = look.rule_span(rule, "effective", "last_day")
            yield Found(message, "set `status: retired`, or a later `last_day`", span)


def _stale_register(look: Look) -> Iterator[Found]:
    for name, register in look.ruleset.declared_registers.items():
        if register.is_stale(look.day):
            message = f"the copy of `{name}` was fresh until {register.fresh_until}"
            help_ = "until it is retrieved again, absence from it is unknown and notices are held"
            yield Found(message, help_, look.files.span("register", name, "fresh_for"))


def _soon_stale(look: Look) -> Iterator[Found]:
    for name, register in look.ruleset.declared_registers.items():
        if look.day <= register.fresh_until <= look.day + SOON:
            message = f"the copy of `{name}` is fresh until {register.fresh_until} only"
            help_ = "retrieve it again: after that day absence from it is unknown and notices are held"
            yield Found(message, help_, look.files.span("register", name, "fresh_for"))


def _unlikely_date(look: Look) -> Iterator[Found]:
    for name, register in look.ruleset.declared_registers.items():
        if register.retrieved_on > look.day:
            message = f"the copy of `{name}` is said to be of {register.retrieved_on}, which is still to come"
            help_ = "write the day on which it was retrieved: until then and long after nobody sees it grow old"
            yield Found(message, help_, look.files.span("register", name, "retrieved_on"))
    for rule in look.rules:
        if rule.review_by is not None and rule.review_by - look.day > FAR_OFF:
            message = f"`{rule.id}` is to be reviewed by {rule.review_by}, more than five years from now"
            yield Found(message, "look at it sooner: law changes", look.rule_span(rule, "review_by"), Level.ADVICE)


# -- cliffs ---------------------------------------------------------------------------------------------


def _date_cliff(look: Look) -> Iterator[Found]:
    for rule in look.rules:
        if rule.status is Status.ACTIVE:
            yield from _cliffs_of_rule(look, rule)
    for name, register in look.ruleset.declared_registers.items():
        for number, entry in enumerate(register.entries):
            if (turn := _turn(register.period(entry), look.day)) is not None:
                span = look.files.span("register", name, "entries", number)
                yield _cliff(f"the entry of `{entry.entity}` in `{name}`", turn, look.day, span)
    for name, territory in look.ruleset.territories.items():
        for number, member in enumerate(territory.members):
            if (turn := _turn(member.period, look.day)) is not None:
                span = look.member_span(name, number)
                yield _cliff(f"the membership of `{member.code}` in `{name}`", turn, look.day, span)


def _cliffs_of_rule(look: Look, rule: Rule) -> Iterator[Found]:
    if (turn := _turn(rule.effective, look.day)) is not None:
        yield _cliff(f"`{rule.id}`", turn, look.day, look.rule_span(rule, "effective"))
    for wording in rule.notice.wordings:
        if (turn := _turn(wording.period, look.day)) is not None:
            yield _cliff(f"a wording of `{rule.id}`", turn, look.day, look.wording_span(rule, wording))


def _turn(period: Period, day: date) -> date | None:
    """The next day on which it begins or no longer holds, if that is near enough."""
    turn = period.next_change(day)
    return turn if turn is not None and turn <= day + FAR else None


def _cliff(what: str, turn: date, day: date, span: Span | None) -> Found:
    """`turn` is the first day on which something is otherwise: the day after a last one."""
    level = Level.ADVICE if turn <= day + NEAR else Level.NOTE
    message = f"what holds for {what} changes on {turn}, in {(turn - day) // ONE_DAY} day(s)"
    return Found(message, "ask for a page on the days before and after, and see that both are meant", span, level)


CHECKS: Final = (
    Check(
        "review-is-due",
        Level.WARNING,
        "a review date has passed",
        "Law changes without telling us. The review date is the day on which its owner promised to look again.",
        _review_is_due,
    ),
    Check(
        "unreviewed",
        Level.ADVICE,
        "a draft is older than its review date",
        "A draft never fires. One that nobody returns to is a notice that readers do not get.",
        _unreviewed,
    ),
    Check(
        "ended",
        Level.WARNING,
        "an active rule has had its last day",
        "It can never fire again. Either the law goes on and the day is wrong, or the file says more than is so.",
        _ended,
    ),
    Check(
        "stale-register",
        Level.WARNING,
        "a copy of a register is too old to say who is not in it",
        "From then on nobody is known not to be designated: notices for everybody else are held for a person.",
        _stale_register,
    ),
    Check(
        "soon-stale",
        Level.ADVICE,
        "a copy of a register will be too old within a week",
        "Whoever retrieves it before that day saves the desk a queue of held notices.",
        _soon_stale,
    ),
    Check(
        "unlikely-date",
        Level.WARNING,
        "a date is probably a slip",
        "A copy that is dated too late counts as fresh for too long: whoever is not in it is taken for free.",
        _unlikely_date,
    ),
    Check(
        "date-cliff",
        Level.ADVICE,
        "something begins or ends within 30 or 90 days",
        "Answers change on that day although nobody edits a file. Somebody should have seen both sides of it.",
        _date_cliff,
    ),
)
