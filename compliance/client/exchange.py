"""One question, as often as it may be asked, in the time that there is: what is sent, and what comes of a reply.

Theory: the same steps for whoever waits and for whoever does not: an `Exchange` says whether to ask once more and when,
and is told what came. It asks again where the service could not be reached or says itself that it cannot answer now,
and not where it may have understood and been slow. No time is spent that is not there: if the next try would come
too late, there is none.

Source: RFC 9110, sections 10.2.3 (Retry-After) and 15.6 (5xx); RFC 6585, section 4 (429).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Final

import msgspec

from compliance.answer import Answer
from compliance.client.told import Told

MOST_BYTES: Final = 8 * 1024 * 1024
"""A reply that is larger is none of the service's."""
MOST_SECONDS: Final = 60.0
"""So long the service is left alone at most, whatever it asks for."""
_FIRST: Final = 0.05
"""Seconds before the second try; twice as many before each further one."""
_MOST_DIGITS: Final = 9
_decoder: Final = msgspec.json.Decoder(Answer)


class _Wrong(msgspec.Struct, frozen=True):
    message: str = ""
    where: str | None = None


class _Refusal(msgspec.Struct, frozen=True):
    """An error of the service, as far as it is told."""

    detail: str = ""
    problems: tuple[_Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    retry_after: str | None
    body: bytes


def question(
    content: Mapping[str, object], reader: Mapping[str, object] | None, languages: Sequence[str], *, explain: bool
) -> bytes:
    """The body of a check.

    Raises:
        TypeError: it holds what JSON has no form for.
    """
    asked: dict[str, object] = {"content": dict(content), "languages": list(languages)}
    if reader is not None:
        asked["reader"] = dict(reader)
    if explain:
        asked["explain"] = True
    return msgspec.json.encode(asked)


@dataclass(slots=True)
class Exchange:
    """A question that is being asked; `wait` is how long the service wants to be left alone, in seconds."""

    seconds: float
    retries: int
    clock: Callable[[], float] = monotonic
    wait: float = 0.0
    because: str = "the service did not answer in time"
    tries: int = 0
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin now."""
        self.deadline = self.clock() + self.seconds

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return self.deadline - self.clock()

    def pause(self) -> float | None:
        """How many seconds to wait before the next try; None where there is none."""
        if self.tries > self.retries:
            return None
        backoff = 0.0 if self.tries == 0 else _FIRST * 2 ** (self.tries - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        pause = max(backoff, self.wait)
        if pause >= self.left:
            return None
        self.tries += 1
        return pause

    def end(self, because: str) -> None:
        """Ask no more."""
        self.because, self.tries = because, self.retries + 1

    def judge(self, reply: Reply) -> Told | None:
        """What a reply says; None where the service is to be asked again, or cannot answer."""
        if reply.status == 200:
            try:
                return Told(answer=_decoder.decode(reply.body))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self.end("the reply is no answer of the service")
            return None
        if reply.status == 429 or 500 <= reply.status < 600:
            self.wait = retry_after(reply.retry_after)
            self.because = f"the service answers with status {reply.status}"
            return None
        said = refusal(reply.body)
        self.end(f"the service refuses the question with status {reply.status}")
        problems = tuple(f"{each.where}: {each.message}" if each.where else each.message for each in said.problems)
        return Told(answer=None, because=self.because, problems=problems or tuple(filter(None, [said.detail])))


def refusal(body: bytes) -> _Refusal:
    """What is wrong with a question; nothing if the body is no problem of the service."""
    try:
        return msgspec.json.decode(body, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Refusal()


def retry_after(value: str | None) -> float:
    """How many seconds a service wants to be left alone, `MOST_SECONDS` at most; 0 if it does not say.

    >>> retry_after("2")
    2.0
    """
    if value is None:
        return 0.0
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:_MOST_DIGITS]), MOST_SECONDS)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
    at = when.replace(tzinfo=when.tzinfo or UTC).timestamp()
    return min(max(0.0, at - time()), MOST_SECONDS)
