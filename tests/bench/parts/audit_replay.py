"""What replay costs: zone decisions a second on one processor, of pages that differ and of pages that are alike.

Theory: a table is one decision for each zone of places that the rules tell apart, and one for readers of whom nobody
knows the place. Pages that are alike to the rules are decided once. So two figures are told: of a log in which no page
is like another one, which costs most, and of one in which each publisher has many pages, as logs have.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import process_time
from typing import Final

from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.note import PrivateKey
from compliance.audit.sealer import Sealer
from compliance.check import Checker, Content, today
from compliance.recording import Recorder
from compliance.replaying.inventory import Span, taken
from compliance.replaying.running import replay

ORIGIN: Final = "bench.example/evidence"
KINDS: Final = ("article", "advertisement", "video", "comment")


@dataclass(frozen=True)
class Replayed:
    """A log, decided again in one process."""

    tables: int
    decided: int
    """How many of them were not like another one."""
    zones: int
    """Decisions that a table is."""
    seconds: float
    """Of CPU, with reading the log and making the rule set ready."""

    @property
    def a_second(self) -> float:
        """Zone decisions; those that were remembered count."""
        return self.tables * self.zones / self.seconds

    @property
    def by_itself(self) -> float:
        """Zone decisions, without those that were remembered."""
        return self.decided * self.zones / self.seconds


def different(publishers: Sequence[str], number: int) -> Iterator[Content]:
    """Pages of which no two are alike to the rules."""
    for each in range(number):
        publisher = publishers[each % len(publishers)]
        mentioned = publishers[(each * 7 + each // len(publishers)) % len(publishers)]
        facts = {"content.mentions": [mentioned], "content.kind": KINDS[each // len(publishers) % len(KINDS)]}
        yield Content(publisher=publisher, url=f"https://pages.example/{each}", facts=facts)


def alike(publishers: Sequence[str], number: int) -> Iterator[Content]:
    """Many pages of some publishers."""
    for each in range(number):
        yield Content(publisher=publishers[each % 40], url=f"https://pages.example/{each}")


def replayed(directory: Path, number: int, *, are_alike: bool) -> Replayed:
    """A log of so many pages, recorded and sealed as a service does it, and decided again."""
    log = Log(directory, "table", today, seconds=60)
    checker = Checker.open(recorder=Recorder(log, "table"))
    publishers = sorted(checker.ruleset.entities)
    for content in (alike if are_alike else different)(publishers, number):
        assert checker.table(content).evidence.state == "recorded"
    assert checker.recorder is not None
    checker.recorder.close()
    sealer = Sealer(directory, PrivateKey(ORIGIN, bytes(32)), ORIGIN)
    while not sealer.seal().is_all:
        pass
    days = dict.fromkeys(checker.ruleset.zones, date(2026, 3, 1))
    zones = len(checker.store.current.index.segment(days).zones.places) + 1
    begin = process_time()
    found = taken(LogFiles(directory), Span(None, None))
    tally = replay(directory, found)
    spent = process_time() - begin
    assert tally.found == 0
    assert tally.tables == number
    shutil.rmtree(directory)
    return Replayed(tally.tables, tally.decided, zones, spent)
