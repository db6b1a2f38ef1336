"""Records brought to a node and sealed on a simulated disk, and whether a crash leaves a log that keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

from compliance.audit.canonical import canonical
from compliance.audit.checkpoint import checkpoint_in, opened_checkpoint
from compliance.audit.disk import Disk
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.log_files import SEGMENTS, LogFiles, text_of
from compliance.audit.merkle import HASH_SIZE, Frontier, leaf_hash
from compliance.audit.sealer import Sealed, Sealer
from compliance.audit.sealing import key_in
from compliance.audit.segment_file import SegmentFiles
from compliance.audit.tiles import ENTRIES, TileHashes, new_tiles
from compliance.errors import EvidenceError
from tests.audit.disks import Image, SimulatedDisk
from tests.audit.signing import LOG, ORIGIN

DIRECTORY = Path("/data/evidence")
LOG_CALLS = {"create", "write", "sync", "rename", "sync_directory", "remove", "names", "read", "locked"}
"""All that a seal needs, at least."""
EMPTY: Image = {Path("/"): None, Path("/data"): None}
_CHECKPOINT = DIRECTORY / "log/checkpoint"


def record(kind: str, name: str, nonce: int = 0, **said: object) -> bytes:
    """A record of a page that is named so; those of one kind and name have one key, if they have any."""
    members = {"kind": kind, "v": 1, "day": "2026-03-01", "nonce": f"{nonce:032x}", "content": name, **said}
    return canonical(members)


def sealer(disk: SimulatedDisk, seed: int = 0) -> Sealer:
    """One whose chance can be repeated."""
    found = Sealer(DIRECTORY, LOG, ORIGIN, disk=disk, patience=0)
    found.shuffle = Random(seed).shuffle  # noqa: S311 - repeatable
    return found


def writer(disk: SimulatedDisk, worker: str = "w0", most_bytes: int = 10**6) -> SegmentFiles:
    """The files of a worker, one of which is open."""
    files = SegmentFiles(disk, DIRECTORY / SEGMENTS, worker, most_bytes, None)
    files.open()
    return files


def sealed_all(found: Sealer) -> Sealed:
    """What the last round did, when nothing waits any more."""
    while True:
        done = found.seal()
        if done.is_all:
            return done


def leaves_in(disk: Disk) -> list[bytes]:
    """The leaves of the log on a simulated disk."""
    return leaves_of(disk, DIRECTORY)


def leaves_of(disk: Disk, directory: Path) -> list[bytes]:
    """The leaves of a log, each of which its tiles and its signed checkpoint prove; all else is an error."""
    files = LogFiles(directory, disk)
    note = files.checkpoint()
    assert note is not None, "there is no checkpoint"
    head = opened_checkpoint(note, ORIGIN, [LOG.public]).checkpoint
    leaves = [entry for _, entry in files.entries(0, head.size)]
    assert root_of(leaves) == head.root, "the entries have another root"
    assert Frontier.of(head.size, TileHashes(head.size, files.tile)).root() == head.root, "the tiles have another root"
    hashes = b"".join(map(leaf_hash, leaves))
    for tile in new_tiles(0, head.size):
        data = files.tile(tile)
        first = tile.index * 256 * HASH_SIZE
        assert tile.level or data == hashes[first : first + tile.width * HASH_SIZE], f"{tile.path} is another"
    assert ENTRIES < 0
    return leaves


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of a log of these leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


@dataclass(frozen=True)
class Moment:
    """A possible state of a disk; what had been promised and brought before, and which checkpoints had been there."""

    image: Image
    acknowledged: Sequence[bytes]
    brought: Sequence[bytes]
    seen: Sequence[bytes]

    def broken(self) -> list[str]:
        """What is wrong once the log has gone on from here."""
        disk = SimulatedDisk(self.image)
        try:
            done = sealed_all(sealer(disk, seed=len(self.acknowledged)))
            leaves = leaves_in(disk)
        except (EvidenceError, AssertionError) as error:
            return [f"it does not go on: {error}"]
        broken = [f"an alarm: {each}" for each in done.findings]
        broken += _lost_or_twice(leaves, self.acknowledged, self.brought)
        if not all(_begins(leaves, note) for note in self.seen):
            broken.append("a checkpoint that was there is none of this log")
        return broken + _out_of_order(leaves)


def _begins(leaves: Sequence[bytes], note: bytes) -> bool:
    try:
        head = checkpoint_in(text_of(note))
    except EvidenceError:
        return False
    return head.size <= len(leaves) and root_of(leaves[: head.size]) == head.root


key_once = lru_cache(maxsize=100_000)(key_in)
"""The key of a record, which depends on its bytes alone: at each moment of a life the same records come."""


def _out_of_order(leaves: Sequence[bytes]) -> list[str]:
    """Each table names an outcome, which has to be there before it."""
    there: set[bytes] = set()
    broken = []
    for leaf in leaves:
        if b'"kind":"outcome"' in leaf:
            there.add(_said(leaf, b"content"))
        elif b'"kind":"table"' in leaf and b'"of":' in leaf and _said(leaf, b"of") not in there:
            broken.append("an outcome is not before its table")
    return broken


def _said(leaf: bytes, name: bytes) -> bytes:
    return leaf.partition(b'"%s":"' % name)[2].partition(b'"')[0]


def _lost_or_twice(leaves: Sequence[bytes], acknowledged: Sequence[bytes], brought: Sequence[bytes]) -> list[str]:
    keys = Counter(key_once(leaf) for leaf in leaves)
    found = Counter(leaves)
    del keys[None]
    broken = [f"a key is there {count} times" for count in keys.values() if count > 1]
    broken += [f"a leaf is there {count} times" for count in found.values() if count > 1]
    for each in acknowledged:
        key = key_once(each)
        if each not in found if key is None else key not in keys:
            broken.append("a promised record is gone")
    if set(found) - set(brought):
        broken.append("a leaf was never brought")
    return broken


@dataclass
class Node:
    """Workers that bring records to one disk after the other, and seal them."""

    random: Random
    step: int = 1
    """At each call of a seal there are two moments, a kill and a power cut; of all in turn, each so-manieth is kept."""
    turn: int = 0
    moments: list[Moment] = field(default_factory=list)
    acknowledged: list[bytes] = field(default_factory=list)
    brought: list[bytes] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    disk: SimulatedDisk = field(init=False)

    def live(self, image: Image, rounds: int, *, fail: bool = False) -> None:
        """Bring some records and seal them, a few times, perhaps with calls that fail."""
        self.disk = SimulatedDisk(image)
        workers = [writer(self.disk, f"w{number}", self.random.choice([300, 2_000, 10**6])) for number in range(2)]
        found = sealer(self.disk, self.random.randrange(1_000))
        for _ in range(rounds):
            for each in self.random.sample(workers, self.random.randint(0, 2)):
                self._bring(each)
            self.disk.before = self._look
            if fail and self.random.random() < 0.5:
                self.disk.fail_once.add(self.random.choice(["sync", "rename", "write", "sync_directory", "remove"]))
            try:
                found.seal()
            except EvidenceError:
                assert fail, "a seal failed, and nothing else had"
            self.disk.fail_once.clear()
            self._look("the end")
            self.disk.before = lambda _: None
        if not self.moments:  # of a short life, and few are kept
            self._keep(self.disk.live_image())
        if self.random.random() < 0.3:
            workers[0].close()

    def _bring(self, worker: SegmentFiles) -> None:
        page = f"page-{self.random.randrange(200)}"
        outcome = f"outcome-{self.random.randrange(9)}"
        payloads = [
            record("outcome", outcome, self.random.getrandbits(64)),
            *(
                record("table", f"{page}-{number}", self.random.getrandbits(64), of=outcome)
                for number in range(self.random.choice([0, 1, 3, 140]))
            ),
            record("counters", "", self.random.getrandbits(64)),
        ]
        self.brought += payloads
        try:
            worker.commit(payloads)
        except NotRecordedError:
            return
        self.acknowledged += payloads

    def _look(self, _: str) -> None:
        entries = self.disk.entries.get(_CHECKPOINT)
        if entries is not None and bytes(entries.seen) not in self.seen[-1:]:
            self.seen.append(bytes(entries.seen))
        for image in (self.disk.live_image, lambda: self.disk.image(self.random)):
            if self.turn == 0:
                self._keep(image())
            self.turn = (self.turn + 1) % self.step

    def _keep(self, image: Image) -> None:
        self.moments.append(Moment(image, [*self.acknowledged], [*self.brought], [*self.seen]))


def moments_of(seed: int, *, lives: int = 3, fail: bool = False, step: int = 1) -> list[Moment]:
    """Moments of some lives of a node, each of which begins with what a crash left of the one before."""
    random = Random(seed)  # noqa: S311 - repeatable
    found: list[Moment] = []
    node, image = Node(random, step, seed % step), EMPTY
    for _ in range(lives):
        node.moments = []
        node.live(image, random.randint(1, 4), fail=fail)
        found += node.moments
        last = random.choice(node.moments)
        node.acknowledged, node.brought, node.seen = [*last.acknowledged], [*last.brought], [*last.seen]
        image = last.image
    return found


def broken(images: int, *, fail: bool = False, first: int = 0, step: int = 5) -> Iterator[str]:
    """What is wrong at so many moments, each so-manieth of all of some lives."""
    tried, seed = 0, first
    while tried < images:
        try:
            moments = moments_of(seed, fail=fail, step=step)
        except AssertionError as error:
            moments = []
            yield f"with seed {seed}, {error}"
        for each in moments:
            yield from (f"with seed {seed}, {what}" for what in each.broken())
            tried += 1
        seed += 1
