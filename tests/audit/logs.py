"""Whole directories of evidence, made of records, without the programs that make them otherwise."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.frame import Header, Position, Prefix, ended, framed, prefix, start
from compliance.audit.leaf import nonce_of
from compliance.audit.merkle import leaf_hash, root
from compliance.audit.note import PrivateKey
from compliance.audit.record import (
    AnyRecord,
    BodyRecord,
    ErasureRecord,
    ModeRecord,
    OutcomeRecord,
    RulesetRecord,
    TableRecord,
    encode,
)
from compliance.audit.sealed_state import SealedSegment, SealedState
from compliance.audit.table import Row, Stretch
from compliance.audit.tiles import Tile, TileHashes, bundle, grown, new_bundles
from tests.audit.signing import LOG, ORIGIN

DAY = date(2026, 9, 1)
RULES = b"a rule set as one file"
MEANING, SOURCE = f"sha256:{'a1' * 32}", f"sha256:{'b2' * 32}"
Files = dict[str, bytes]


def nonce(number: int) -> str:
    """Sixteen bytes that look random, the same each time."""
    return nonce_of(sha256(b"nonce %d" % number).digest()[:16])


def ruleset(number: int = 0) -> RulesetRecord:
    return RulesetRecord(
        nonce=nonce(number),
        day=DAY,
        ruleset=MEANING,
        source=SOURCE,
        bundle=sha256(RULES).hexdigest(),
        size=len(RULES),
        semantics=1,
        product="0.0",
    )


def outcome(number: int = 0) -> OutcomeRecord:
    """An outcome that differs by its number."""
    places = ((), ("RU",), ("UA", "GB"), ("US",))[number % 4]
    rows = (Row(notices=()), Row(notices=(), places=places), *(Row(notices=()) for _ in range(number // 4)))
    return OutcomeRecord(nonce=nonce(number), day=DAY, rows=rows, elsewhere=0, unknown=1)


def table(number: int = 0, of: OutcomeRecord | None = None, content: str | None = None) -> TableRecord:
    """A table of a page of its own."""
    return TableRecord(
        nonce=nonce(number),
        day=DAY,
        content=content or f"https://daily.example/{number}",
        facts={"content.kind": "article"},
        ruleset=MEANING,
        source=SOURCE,
        semantics=1,
        stretch=Stretch(first_day=DAY),
        outcome=(of or outcome()).key,
    )


def mode(number: int = 0) -> ModeRecord:
    return ModeRecord(nonce=nonce(number), day=DAY, mode="table")


def erasure(number: int, leaves: Mapping[int, bytes]) -> ErasureRecord:
    """What says that some leaves, with these entries, were erased."""
    hashes = tuple(leaf_hash(each).hex() for each in leaves.values())
    return ErasureRecord(nonce=nonce(number), day=DAY, leaves=tuple(leaves), hashes=hashes, reason="asked for")


def body_of(record: AnyRecord, number: int) -> tuple[BodyRecord, bytes]:
    """The leaf that stands for a record, and what is kept beside the log."""
    data = encode(record)
    kind = str(record.__struct_config__.tag)
    digest = sha256(data).hexdigest()
    return BodyRecord(nonce=nonce(number), day=DAY, of=kind, sha256=digest, size=len(data)), data


def blob(data: bytes) -> tuple[str, bytes]:
    """The path of what is kept beside the log, and what it is."""
    name = sha256(data).hexdigest()
    return f"blobs/{name[:2]}/{name}", data


@dataclass
class Segment:
    """A segment file that is written in groups, each with one sync."""

    worker: str = "worker-1"
    number: int = 1
    before: Prefix | None = None
    data: bytes = b""
    records: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        identity = sha256(f"{self.worker} {self.number}".encode()).digest()[:16]
        self.header = Header(self.worker, self.number, identity, self.before)
        self.position = start(self.header)
        self.data = self.header.encoded()

    @property
    def path(self) -> str:
        return f"segments/{self.header.name}"

    @property
    def prefix(self) -> Prefix:
        return prefix(self.header, self.position)

    def write(self, *records: AnyRecord | bytes) -> Segment:
        """Records that one sync makes durable."""
        payloads = [each if isinstance(each, bytes) else encode(each) for each in records]
        data, self.position = framed(payloads, self.position)
        self.data += data
        self.records += payloads
        return self

    def close(self) -> Segment:
        data, self.position = ended(self.position)
        self.data += data
        return self

    def sealed(self, position: Position | None = None, *, is_whole: bool = False) -> SealedSegment:
        """How far it is sealed: up to a position, or as it is now."""
        at = position or self.position
        found = SealedSegment.at(self.header.name, self.header.identity, at)
        return msgspec.structs.replace(found, is_whole=is_whole)


def log_of(
    entries: Sequence[bytes],
    segments: Iterable[SealedSegment] = (),
    steps: Sequence[int] = (),
    key: PrivateKey = LOG,
    erased: Iterable[int] = (),
) -> Files:
    """The files of a log of some entries, that grew in steps and kept the partial tiles of each."""
    files: Files = {}
    size = 0

    def read(tile: Tile) -> bytes:
        return files[f"log/{tile.path}"]

    for end in [*steps, len(entries)]:
        leaves = [leaf_hash(entry) for entry in entries[size:end]]
        files.update((f"log/{tile.path}", data) for tile, data in grown(size, leaves, read))
        for tile in new_bundles(size, end):
            first = tile.index * 256
            part = [b"" if n in set(erased) else entries[n] for n in range(first, first + tile.width)]
            files[f"log/{tile.path}"] = bundle(part)
        size = end
    files |= signed(files, len(entries), key, segments)
    files["key.pub"] = f"{key.public.vkey}\n".encode()
    return files


def signed(files: Files, size: int, key: PrivateKey = LOG, segments: Iterable[SealedSegment] = ()) -> Files:
    """The checkpoint of so many leaves, and what says how far segment files are sealed."""
    found = root(size, TileHashes(size, lambda tile: files[f"log/{tile.path}"]))
    state = SealedState(size=size, root=found.hex(), segments=tuple(segments))
    checkpoint = signed_checkpoint(Checkpoint(ORIGIN, size, found), [key])
    return {"log/checkpoint": checkpoint, state.path: state.encoded()}


def compressed(files: Files, path: str) -> Files:
    """The files with a full bundle compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(files[path]) + packer.flush()
    return {**{name: data for name, data in files.items() if name != path}, f"{path}.gz": packed}


def written(directory: Path, files: Mapping[str, bytes]) -> Path:
    """The files in a directory."""
    for path, data in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(data)
    return directory


class InMemory:
    """Files as whoever verifies them sees them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def paths(self) -> Iterable[str]:
        return list(self.files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def digest(self, path: str) -> tuple[str, int]:
        data = self.read(path)
        return sha256(data).hexdigest(), len(data)


def evidence(count: int = 7, steps: Sequence[int] = ()) -> Files:
    """A sound log of so many leaves at least, with everything that there may be; two records wait in a segment file."""
    large, body = body_of(table(90, outcome(2)), 91)
    first = Segment().write(mode(0)).write(ruleset(1), outcome(2), outcome(3)).write(large, table(4, outcome(3)))
    first.write(table(5, outcome(2)))
    entries = list(first.records)
    more = [table(number, outcome(2)) for number in range(100, 100 + count - len(entries) - 1)]
    first.write(*more)
    entries = list(first.records)
    gone = len(entries) - 1
    first.write(erasure(92, {gone: entries[gone]})).close()
    entries = list(first.records)
    second = Segment(number=2, before=first.prefix)
    sealed = second.write(mode(93)).sealed()
    entries += second.records
    second.write(table(94, outcome(2)), outcome(95))
    state = (first.sealed(is_whole=True), sealed)
    files = log_of(entries, state, steps, erased=[gone])
    path, rules = blob(RULES)
    body_path, body = blob(body)
    return {
        **files,
        second.path: second.data,
        path: rules,
        body_path: body,
        "segments/worker-1.lock": b"",
        "sealer.lock": b"",
    }


def growth(before: int, after: int) -> Iterator[Files]:
    """The states of a directory while a log grows, as a crash may leave them; the first and the last are sound."""
    segment, next_one = Segment(), Segment(number=2)
    entries = [encode(mode(number)) for number in range(after)]
    segment.write(*entries[:before])
    old = segment.sealed()
    segment.write(*entries[before:]).close()
    state = {segment.path: segment.data, next_one.path: next_one.data}
    state |= log_of(entries[:before], [old] if before else [])
    new = log_of(entries, [segment.sealed(is_whole=True)], steps=[before] if before else [])
    order = sorted(new.keys() - state.keys(), key=lambda path: (path.startswith("sealed/"), path == "log/checkpoint"))
    yield dict(state)
    for path in [*(each for each in order if each != "log/checkpoint"), "log/checkpoint"]:
        state |= {f"{path.rpartition('/')[0]}/.{path.rpartition('/')[2]}.0a1b2c3d.new": new[path][:9]}
        yield dict(state)
        state = {each: data for each, data in state.items() if not each.endswith(".new")} | {path: new[path]}
        yield dict(state)
    for path in (segment.path, f"sealed/{before}.json"):
        if state.pop(path, None) is not None:
            yield dict(state)
