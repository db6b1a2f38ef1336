"""What a client gets: an answer of the service, or what stands for it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

import msgspec

from compliance.answer import Answer, Notice, Wording
from compliance.blocks import SHOW, STAND_IN, STAND_IN_WORDS, UNSURE, Halves, Printed, block, halves, printed

_UNKNOWN: Final = "unknown"
_LANGUAGE: Final = "en"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The notices of a page for a reader.

    `answer` is what the service said; as a fallback, what it said of any page of the publisher, or None if nobody
    knows. `because` is why it is a fallback, in words without anything of the reader; None where the service answered.
    `problems` are what it could not understand of the question.
    """

    answer: Answer | None
    because: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_fallback(self) -> bool:
        """Whether something stands for the answer of the service."""
        return self.because is not None

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The notices that are to be shown; never empty where they are not known."""
        found = () if self.answer is None else tuple(each for each in self.answer.notices if each.display == SHOW)
        return found if found or not self.is_fallback else (_STAND_IN_NOTICE,)

    def html(self, placements: Collection[str] | None = None) -> str:
        """The same as HTML for a page; `""` if nothing is to be shown there.

        Args:
            placements: only what has one of these; None is all.
        """
        found = self._printed
        return STAND_IN if found is None else block(found, placements)

    @property
    def halves(self) -> Halves:
        """The same as HTML, before and behind the text of a page."""
        found = self._printed
        return UNSURE if found is None else halves(found)

    @property
    def _printed(self) -> Printed | None:
        """What is printed; None where nobody knows."""
        found = None if self.answer is None else printed(self.answer)
        return None if found is None or (self.is_fallback and found.is_empty) else found


_STAND_IN_NOTICE: Final = Notice(
    id=_UNKNOWN,
    entity=None,
    rules=(),
    rule_count=0,
    status="possible",
    display=SHOW,
    purpose="reader-safety",
    severity="alert",
    placement="top",
    group=None,
    language=_LANGUAGE,
    direction="ltr",
    text=STAND_IN_WORDS[_LANGUAGE],
    short=STAND_IN_WORDS[_LANGUAGE],
    html=STAND_IN,
    link=None,
    effects=(),
    because=(),
    unknowns=("publisher", "reader.location"),
    wording=Wording(
        first_day=None,
        last_day=None,
        fixity="equivalent",
        digest=f"sha256:{hashlib.sha256(STAND_IN_WORDS[_LANGUAGE].encode()).hexdigest()}",
    ),
    placements=("top",),
)
