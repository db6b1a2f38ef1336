"""What a publishing pipeline confirms to have put on a page.

Theory: a table says what a page has to show; that it does show it only the pipeline knows that made the page. It says
so when it publishes, once for a version of the page and not for each reader, so that nothing here tells of readers.
The words are named by the digests that the table has, so that what was shown in other words is seen.
"""

from __future__ import annotations

import hashlib

from compliance.audit.leaf import Hex, Part, Record, written
from compliance.audit.table import NOT_IN_KEY, RENDERED


class Confirmed(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A notice as it stands on the page: in which language, and the SHA-256 of its words in UTF-8."""

    id: str
    language: str
    text: Hex
    entity: str | None = None


class RenderedRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag=RENDERED):
    """The notices of a page that was published, as its pipeline confirms them; none are an answer, too."""

    content: str | None = None
    """The page, as `reference_of` names it."""
    table: Hex
    """The key of the table by which it was made."""
    notices: tuple[Confirmed, ...]

    @property
    def key(self) -> str:
        """The key; for a record of a later version, ask `key_of` its bytes."""
        return hashlib.sha256(written(self, NOT_IN_KEY)).hexdigest()
