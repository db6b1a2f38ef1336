"""What a recorded decision says, with the words and the proof: for whoever asks what a reader was shown.

Theory: a table has the digests of words, and the rule set, which is kept beside the log, has the words. They are filled
in once more from the record, and those are told whose digests are the recorded ones: so what is told is what was
shown, or nothing is told. The proof is a receipt, which needs no trust in whoever hands it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from compliance.audit.checkpoint import checkpoint_in
from compliance.audit.log_files import LogFiles, text_of
from compliance.audit.readable import readable, readable_row
from compliance.audit.receipt import receipt_in
from compliance.audit.receipts import receipt_of
from compliance.audit.record import OutcomeRecord, RulesetRecord, TableRecord, decode, key_of
from compliance.audit.report_fit import NO_VIEWS, reading_views
from compliance.audit.report_patterns import HELD, UNKNOWN, state_of
from compliance.audit.report_unknowns import Advice
from compliance.audit.views import VIEWS, ViewsReader
from compliance.audit.views_reading import leaf_in
from compliance.content.facts import DECLARE_ONCE, NAME_IT
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.engine.reading import PLACE
from compliance.errors import EvidenceError
from compliance.model.territory import LocationSet
from compliance.notices.page import markers
from compliance.notices.spoken import footnotes, speak
from compliance.replaying.rules import rules_in
from compliance.tabulated import basis_of

ADVICE: Final[Mapping[str, Advice]] = {
    "publisher": Advice(NAME_IT, DECLARE_ONCE, "several publishers are possible: name one, by the id of its entity"),
    "publisher.designated_as": Advice(
        NAME_IT,
        DECLARE_ONCE,
        "the publisher is declared, and a register leaves it open: it is not whole, older than it may be, or in doubt "
        "about this entry; bring it up to date, and see `compliance lint`",
    ),
    "publisher.country": Advice(NAME_IT, DECLARE_ONCE, "the publisher is declared, but not its country: say it there"),
    "content.mentions": Advice("send the text of the page, or say whom it mentions: then nobody has to be guessed"),
    "content.kind": Advice("say what kind of page it is, as `content.kind`"),
    "content.date_published": Advice("say when the page was published, as `date_published`"),
}
"""What to do about facts that are unknown on many pages."""
_MOST_RULESETS: Final = 4


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded decision: a table, what comes of it, where it stands in the log, and what proves that."""

    decision: str
    """The key of the table."""
    leaf: int
    recorded_on: date
    checkpoint: dict[str, Any]
    receipt: str
    """The receipt as text; with the leaf and the public key it proves that the log has this table."""
    entry: str
    """The leaf, byte for byte: JSON in its canonical form."""
    table: dict[str, Any]
    shown: dict[str, Any] | None = None
    """What readers in the place that is asked for were shown."""


class Decisions:
    """Looks recorded decisions up. Threads may share it."""

    def __init__(self, directory: Path, is_waiting: Callable[[str], bool] = lambda _: False) -> None:
        """Look into a directory of evidence. Nothing is opened yet.

        Args:
            directory: that of the node.
            is_waiting: says whether a record with a key is durable, though it may not be in the log yet.
        """
        self.log, self._views = LogFiles(directory), ViewsReader(directory / VIEWS)
        self._is_waiting = is_waiting
        self._rules: Memo[Index] = Memo(_MOST_RULESETS)

    def find(self, key: str, place: str | None = None) -> Decided | None:
        """The decision with a key; None if the log has none, as far as its views tell.

        Args:
            key: that of the table, as answers have it.
            place: where a reader is, an ISO 3166 code, or `unknown`.

        Raises:
            EvidenceError: the log is damaged there, or what is needed was erased.
        """
        number = self._leaf_of(key)
        if number is None or number >= self.log.size():
            return None
        handed = receipt_of(self.log, number)
        data = handed.leaf if handed.body is None else handed.body
        record = decode(data)
        if not isinstance(record, TableRecord) or key_of(data) != key:
            return None
        outcome = self._outcome(record.outcome)
        note = receipt_in(handed.receipt).checkpoint
        head = checkpoint_in(text_of(note))
        return Decided(
            decision=key,
            leaf=number,
            recorded_on=record.day,
            checkpoint={"origin": head.origin, "size": head.size, "root": head.root.hex(), "note": note.decode()},
            receipt=handed.receipt.decode(),
            entry=handed.leaf.decode(),
            table=readable(record, outcome),
            shown=None if place is None else self._shown(record, outcome, place),
        )

    def content_of(self, key: str) -> tuple[str | None] | None:
        """The page that a table is of, if the log has it, as far as that can be read; None if it does not.

        Args:
            key: that of the table.
        """
        with suppress(EvidenceError):
            number = self._leaf_of(key)
            data = b"" if number is None else self.log.record(self.log.entry(number))
            record = decode(data) if data else None
            if isinstance(record, TableRecord) and key_of(data) == key:
                return (record.content,)
        return None

    def erased(self) -> int:
        """How many leaves were erased: one of them may have been what is asked for; their keys are gone, too."""
        with suppress(EvidenceError), reading_views(), self._views.connection() as database:
            if database is not None:
                return int(database.execute("SELECT COUNT(*) FROM erased").fetchone()[0])
        return 0

    def is_waiting(self, key: str) -> bool:
        """Whether a record with a key is durable, and not in the log yet as far as its views tell."""
        return self._views.leaf_of(key) is None and self._is_waiting(key)

    def close(self) -> None:
        """Let go of the views."""
        self._views.close()

    def _leaf_of(self, key: str) -> int | None:
        """The leaf with a key; that views are lacking or damaged does not say that the log has none."""
        with reading_views(), self._views.connection() as database:
            if database is None:
                if self.log.size():
                    raise EvidenceError(NO_VIEWS)
                return None
            return leaf_in(database, key)

    def _outcome(self, key: str) -> OutcomeRecord:
        number = self._leaf_of(key)
        data = b"" if number is None else self.log.record(self.log.entry(number))
        record = decode(data) if data else None
        if not isinstance(record, OutcomeRecord) or key_of(data) != key:
            raise EvidenceError("the outcome of this decision is not in the log: it may have been erased")
        return record

    def _shown(self, record: TableRecord, outcome: OutcomeRecord, place: str) -> dict[str, Any]:
        """What readers in a place were shown, and what was held, with words as far as the rule set still gives them."""
        where = None if place == UNKNOWN else place
        row = readable_row(outcome, outcome.row(where))
        try:
            said = _texts(record, self._index(record.ruleset), _location(where))
            reason = None
        except EvidenceError as error:
            said, reason = {}, str(error)
        for part in (*row["notices"], *row["footnotes"]):
            words = part["words"]
            for kind in ("text", "short"):
                words[f"{kind}_in_words"] = {tag: said.get(digest) for tag, digest in words[kind].items()}
        return {"place": place, "places": row["places"], **_told_apart(row), "words_are_lacking_because": reason}

    def _index(self, meaning: str) -> Index:
        """The rule set with this meaning, out of what is kept beside the log."""
        found = self._rules.get(meaning)
        if found is None:
            found = self._rules.put(meaning, Index(rules_in(self.log, self._announced(meaning))))
        return found

    def _announced(self, meaning: str) -> list[RulesetRecord]:
        with reading_views(), self._views.connection() as database:
            if database is None:
                return []
            sql = "SELECT leaf FROM announced JOIN rulesets ON ruleset = id WHERE said = ? ORDER BY leaf DESC LIMIT 3"
            leaves = [leaf for (leaf,) in database.execute(sql, (meaning,)).fetchall()]
        records = [decode(self.log.record(self.log.entry(leaf))) for leaf in reversed(leaves)]
        return [each for each in records if isinstance(each, RulesetRecord)]


def _told_apart(row: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What stood on the page, and apart from it what was held for a person, which no reader saw."""
    held = [each for each in row["notices"] if state_of(each["status"], each["display"]) == HELD]
    shown = [each for each in row["notices"] if each not in held]
    speaking = {(each["id"], each["entity"]) for each in shown}
    notes = [each for each in row["footnotes"] if any((each["id"], entity) in speaking for entity in each["entities"])]
    return {
        "notices": shown,
        "footnotes": notes,
        "held": held,
        "held_footnotes": [each for each in row["footnotes"] if each not in notes],
    }


def missing_words(erased: int) -> str:
    """That there is no decision with a key, as far as that can be known."""
    if not erased:
        return "the log has no such decision"
    leaves = "1 leaf of it was" if erased == 1 else f"{erased:,} leaves of it were"
    return f"the log has no such decision; {leaves} erased, and which decisions these were nobody can say any more"


def _texts(record: TableRecord, index: Index, where: LocationSet) -> dict[str, str]:
    """The words that readers in some place are shown, in all languages, by their digests."""
    facts, page = basis_of(record, index)
    instances = index.decide({**facts, PLACE: where}, page.days).instances
    pages = {tag: replace(page, languages=(tag,)) for each in instances for tag in page.choose(each).text}
    said = [speak(pages[tag], each, page.choose(each)) for each in instances for tag in page.choose(each).text]
    marked = markers(instances)
    said += [note.words for each in pages.values() for note in footnotes(each, instances, marked)]
    return {sha256(text.encode()).hexdigest(): text for each in said for text in (each.text, each.short)}


def _location(place: str | None) -> LocationSet:
    return LocationSet.unknown() if place is None else LocationSet.of([place])
