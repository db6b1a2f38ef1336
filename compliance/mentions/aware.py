"""A scanner that is aware of what texts carry already: notices of the rule set, and marks beside names.

Theory: a text is scanned as it is. Only where the scanner met words of notices or of marks, or a raised digit, what
stands there is looked at; and only where something has to be taken out, the rest is scanned again. So nearly all
texts cost what they did. What notices name is passed over, with the reason. Beside each mention is said what stands
there; that never changes who is mentioned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from compliance.mentions.existing import Carried, Existing, Rest
from compliance.mentions.names import Name
from compliance.mentions.scan import Mention, Scanned, Scanner, Suppressed

BECAUSE: Final = "it stands in a notice of our own"


class AwareScanner:
    """Finds names in texts that may carry notices and marks. It never changes once it is made."""

    def __init__(self, names: Sequence[Name], existing: Existing) -> None:
        """Build the scanner."""
        self._scanner = Scanner(names, existing.tells)
        self._existing = existing

    @property
    def names(self) -> tuple[Name, ...]:
        """The names that are found."""
        return self._scanner.names

    def scan(self, text: str, linked: frozenset[str] = frozenset()) -> Scanned:
        """The mentions in a text.

        Args:
            text: of any length; the time grows with it and not faster.
            linked: entities whose sites the content links to.
        """
        return self.scan_fields({"": text}, linked)

    def scan_fields(self, fields: Mapping[str, str], linked: frozenset[str] = frozenset()) -> Scanned:
        """The mentions in the parts of one content, which speak for one another, with the marks beside them."""
        scanned = self._scanner.scan_fields(fields, linked)
        if scanned.tells:
            carried = self._existing.carried(fields, scanned.tells)
            if carried.rests:
                scanned = self._without(carried, fields, linked)
        if not scanned.mentions:
            return scanned
        seen = self._existing.marks.seen(fields, scanned.mentions, scanned.notices)
        marked = (
            msgspec.structs.replace(mention, marked=found.words, marked_by=found.registers) if found.words else mention
            for mention, found in zip(scanned.mentions, seen, strict=True)
        )
        return replace(scanned, mentions=tuple(marked))

    def _without(self, carried: Carried, fields: Mapping[str, str], linked: frozenset[str]) -> Scanned:
        """What is in a content without what it carries."""
        rests = carried.rests
        texts = {field: rests[field].text if field in rests else text for field, text in fields.items()}
        scanned = self._scanner.scan_fields(texts, linked)
        return Scanned(
            tuple(_as_given(each, rests) for each in scanned.mentions),
            (*(_passed(each, rests) for each in scanned.suppressed), *self._inside(carried, fields, linked)),
            notices=carried.notices,
        )

    def _inside(self, carried: Carried, fields: Mapping[str, str], linked: frozenset[str]) -> Iterator[Suppressed]:
        """What notices name."""
        for field, start, end in carried.pieces:
            found = self._scanner.scan_fields({field: fields[field][start:end]}, linked)
            gone = [
                Suppressed(each.entity, each.alias, each.start, each.end, BECAUSE, field) for each in found.mentions
            ]
            for each in (*gone, *found.suppressed):
                yield msgspec.structs.replace(each, start=start + each.start, end=start + each.end)


def _as_given(mention: Mention, rests: Mapping[str, Rest]) -> Mention:
    """A mention with its place in the text as it was."""
    rest = rests.get(mention.field)
    if rest is None:
        return mention
    start, end = rest.was(mention.start, mention.end)
    return msgspec.structs.replace(mention, start=start, end=end, surface=rest.given[start:end])


def _passed(gone: Suppressed, rests: Mapping[str, Rest]) -> Suppressed:
    rest = rests.get(gone.field)
    if rest is None:
        return gone
    start, end = rest.was(gone.start, gone.end)
    return msgspec.structs.replace(gone, start=start, end=end)
