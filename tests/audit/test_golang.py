"""Whoever verifies a log with Go's packages, which are not ours, comes to the same as we do."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.disk import Disk
from compliance.audit.log_files import LogFiles
from compliance.audit.merkle import consistency_proof, inclusion_proof, leaf_hash, root
from compliance.audit.note import PrivateKey, Signature, opened, private_key, public_key, signed, to_base64
from compliance.audit.receipts import receipt_of
from compliance.audit.record import encode
from compliance.audit.sealer import Sealer
from compliance.audit.segment_file import SegmentFiles
from compliance.audit.tiles import TileHashes, bundle, grown, new_bundles, tile_at
from compliance.errors import EvidenceError
from tests.audit.logs import mode
from tests.audit.signing import LOG, ORIGIN, STRANGER, checkpoint_of
from tests.audit.trees import changed, leaves_of
from tests.components import missing, program
from tests.examples import are_all

SOURCE = Path(__file__).parent / "golang" / "main.go"
PACKAGES = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev has its source."""
MANY = 70_000
"""More than 65,536, so that there are tiles of three levels."""
EDGE = 65_536 if are_all() else 1_280
"""The sealer comes to three levels in the proofs, and past a full tile in every run."""
SEALED = EDGE + 20

Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Ask:
    """Runs the Go program, which is built without a network: no modules, and packages from Debian.

    What Go has compiled of its own library stays beside what pytest keeps, for all workers and the next run.
    """
    go = program("go")
    if not (PACKAGES / "src/golang.org/x/mod/sumdb").is_dir():
        missing("`golang-golang-x-mod-dev` is not installed")
    directory = tmp_path_factory.mktemp("golang")
    kept_by_pytest = getattr(pytestconfig, "cache", None)  # which a run may be told to do without
    compiled = directory / "cache" if kept_by_pytest is None else kept_by_pytest.mkdir("golang")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    own = {
        "GO111MODULE": "off",
        "GOPATH": str(PACKAGES),
        "GOCACHE": str(compiled),
        "CGO_ENABLED": "0",
    }
    command = [go, "build", "-o", str(directory / "main"), str(SOURCE)]
    built = subprocess.run(command, env=kept | own, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stderr

    def asked(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(directory / "main"), *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120)

    return asked


def stored(directory: Path, path: str, data: bytes) -> None:
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    (directory / path).write_bytes(data)


def proofs(hashes: TileHashes, entries: list[bytes], sizes: list[int], indexes: list[int]) -> Iterator[str]:
    """Our proofs, line by line."""
    roots = {size: root(size, hashes) for size in sizes}
    for size in sizes:
        for index in (each for each in indexes if each < size):
            found = [leaf_hash(entries[index]), roots[size], *inclusion_proof(index, size, hashes)]
            yield " ".join(["inclusion", str(index), str(size), *map(to_base64, found)])
        for old in (each for each in sizes if each <= size):
            found = [roots[old], roots[size], *consistency_proof(old, size, hashes)]
            yield " ".join(["consistency", str(old), str(size), *map(to_base64, found)])


def written(directory: Path, steps: list[int], sizes: list[int], indexes: list[int]) -> str:
    """A log that grew in such steps; what Go should say of it."""
    entries = leaves_of(steps[-1])

    def read(path: str) -> bytes:
        return (directory / path).read_bytes()

    size = 0
    for end in steps:
        added = [leaf_hash(entry) for entry in entries[size:end]]
        for tile, data in grown(size, added, lambda tile: read(tile.path)):
            stored(directory, tile.path, data)
        for tile in new_bundles(size, end):
            first = tile.index * 256
            stored(directory, tile.path, bundle(entries[first : first + tile.width]))
        size = end
    hashes = TileHashes(size, lambda tile: read(tile.path))
    checkpoint = Checkpoint(ORIGIN, size, root(size, hashes))
    stored(directory, "checkpoint", signed_checkpoint(checkpoint, [STRANGER, LOG]))
    stored(directory, "key.pub", f"{LOG.public.vkey}\n".encode())
    lines = list(proofs(hashes, entries, sizes, indexes))
    stored(directory, "proofs", "".join(f"{line}\n" for line in lines).encode())
    inclusion = sum(line.startswith("inclusion ") for line in lines)
    return f"size {size}, entries {size}, inclusion proofs {inclusion}, consistency proofs {len(lines) - inclusion}\n"


def test_go_verifies_a_log_of_seventy_thousand_entries_with_all_its_proofs(ask: Ask, tmp_path: Path) -> None:
    steps = [1, 255, 256, 257, 1000, 65_535, 65_537, 69_999, MANY]
    sizes = [1, 2, 255, 256, 257, 40_000, 65_535, 65_536, 65_537, 69_888, MANY]
    indexes = [0, 1, 2, 255, 256, 40_000, 65_535, 65_536, 69_887, 69_888, MANY - 1]
    said = written(tmp_path, steps, sizes, indexes)
    found = ask("log", str(tmp_path))
    assert (found.stdout, found.stderr) == (said, "")
    assert said == "size 70000, entries 70000, inclusion proofs 61, consistency proofs 66\n"
    assert (tmp_path / "tile/2/000.p/1").is_file()
    paths = [each for each in (tmp_path / "tile").rglob("*") if each.is_file()]
    assert all(tile_at(each.relative_to(tmp_path).as_posix()).path for each in paths)


@pytest.mark.parametrize("size", [1, 2, 3, 256, 300, 512])
def test_go_verifies_logs_of_small_sizes_with_every_proof(size: int, ask: Ask, tmp_path: Path) -> None:
    some = [each for each in range(1, size + 1) if each < 20 or each > size - 6]
    said = written(tmp_path, [size], some, [each - 1 for each in some])
    found = ask("log", str(tmp_path))
    assert (found.stdout, found.stderr) == (said, "")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("checkpoint", "checkpoint: "),
        ("key.pub", "checkpoint: "),
        ("tile/0/000", "entries: "),
        ("tile/0/001.p/44", "tiles: "),
        ("tile/1/000.p/1", "tiles: "),
        ("tile/entries/000", "entries: "),
        ("tile/entries/001.p/44", "entries: "),
        ("proofs", "proofs: "),
    ],
)
def test_go_sees_what_was_altered_in_a_log(path: str, why: str, ask: Ask, tmp_path: Path) -> None:
    """Which shows that it looks at all."""
    written(tmp_path, [300], [299, 300], [0, 298])
    data = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(changed(data, len(data) - 3 if path == "proofs" else 40, 1))
    found = ask("log", str(tmp_path))
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith(why)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[LogFiles, list[Path]]:
    """A log that the sealer of this product wrote, and the checkpoints that it signed on the way."""
    directory = tmp_path_factory.mktemp("sealed") / "evidence"
    segments = SegmentFiles(Disk(), directory / "segments", "worker-1", 1 << 30, None)
    segments.open()
    sealer = Sealer(directory, LOG, ORIGIN)
    checkpoints, size = [], 0
    for end in [1, 255, 256, 257, 1000, EDGE - 1, EDGE + 1, SEALED]:
        segments.commit([encode(mode(number)) for number in range(size, end)])
        while not (done := sealer.seal()).is_all:
            pass
        assert done.size == end
        checkpoints.append(directory.parent / f"checkpoint-{end}")
        checkpoints[-1].write_bytes((directory / "log/checkpoint").read_bytes())
        size = end
    log = LogFiles(directory)
    shutil.copy(directory / "key.pub", directory / "log")
    return log, checkpoints


def test_go_verifies_a_log_that_was_sealed_here_from_its_static_files(
    ask: Ask, sealed: tuple[LogFiles, list[Path]]
) -> None:
    log, checkpoints = sealed
    sizes = [1, 256, 1000, EDGE, EDGE + 1, SEALED]
    indexes = [0, 255, 256, EDGE - 1, EDGE, SEALED - 1]
    entries = [entry for _, entry in log.entries()]
    lines = list(proofs(TileHashes(SEALED, log.tile), entries, sizes, indexes))
    stored(log.directory / "log", "proofs", "".join(f"{line}\n" for line in lines).encode())
    found = ask("log", str(log.directory / "log"))
    said = f"size {SEALED}, entries {SEALED}, inclusion proofs 21, consistency proofs 21\n"
    assert (found.stdout, found.stderr) == (said, "")
    found = ask("since", str(log.directory / "log"), *map(str, checkpoints))
    assert (found.stdout, found.stderr) == (f"size {SEALED} begins with 8 checkpoints\n", "")


def test_go_sees_a_checkpoint_that_a_log_does_not_begin_with(ask: Ask, sealed: tuple[LogFiles, list[Path]]) -> None:
    log, checkpoints = sealed
    other = checkpoints[0].with_name("other")
    other.write_bytes(signed_checkpoint(checkpoint_of(257), [LOG]))
    found = ask("since", str(log.directory / "log"), str(other))
    assert (found.returncode, found.stdout) == (1, "")


@pytest.mark.parametrize("number", [0, 255, EDGE, SEALED - 1])
def test_go_verifies_our_receipts(number: int, ask: Ask, sealed: tuple[LogFiles, list[Path]], tmp_path: Path) -> None:
    handed = receipt_of(sealed[0], number)
    receipt, leaf = tmp_path / "one.tlog-proof", tmp_path / "one.leaf"
    receipt.write_bytes(handed.receipt)
    leaf.write_bytes(handed.leaf)
    assert ask("receipt", LOG.public.vkey, str(receipt), str(leaf)).stdout == f"leaf {number} of {SEALED}\n"
    leaf.write_bytes(changed(handed.leaf, 9, 1))
    assert ask("receipt", LOG.public.vkey, str(receipt), str(leaf)).returncode == 1
    assert ask("receipt", STRANGER.public.vkey, str(receipt), str(receipt)).returncode == 1


@pytest.mark.parametrize("name", ["log.example", "журнал.example/1"])
@pytest.mark.parametrize("text", ["a line\n", "\n", "Two lines,\n\nand one of them empty.\n"])
def test_go_makes_the_same_keys_and_the_same_notes(name: str, text: str, ask: Ask) -> None:
    seed = bytes(range(50, 82))
    skey, vkey, note = ask("sign", name, seed.hex(), given=text).stdout.split("\n")[:3]
    key = PrivateKey(name, seed)
    assert (skey, vkey, b64decode(note)) == (key.skey, key.public.vkey, signed(text, [key]))
    assert opened(b64decode(note), [public_key(vkey)]).text == text
    assert private_key(skey).public == public_key(vkey)


def notes() -> Iterator[bytes]:
    """Notes, and what comes of them when something is changed."""
    chance = random.Random(7)  # noqa: S311 - the same damage in each run
    line = "— x.example AAAAAAA=\n"
    texts = ["a\n", "\n", "a\n\n", "a\r\n", "a\tb\n", "\x7f\n", "\x85\u2028\ufeff\n", "🙂\n", "— not yet\n", line]
    for text in texts:
        data = text.encode()
        whole = data + b"\n" + Signature(LOG.name, LOG.key_id, LOG.sign(data)).line.encode()
        yield from (
            whole,
            whole + line.encode(),
            whole + b"\n",
            whole + line.encode() * 98,
            whole + line.encode() * 100,
        )
        yield from (whole.replace(b"\n\n", b"\n"), data, b"", b"\n\n", whole + "— x AA==\n".encode())
        for space in "\t\v\x1c\x85\xa0\u1680\u180e\u2000\u200b\u2028\u202f\u205f\u3000+":
            yield whole + f"— a{space}b AAAAAAA=\n".encode()
        yield whole.replace("— ".encode(), b"- ")
        for _ in range(40):
            place = chance.randrange(len(whole))
            yield changed(whole, place, 1 << chance.randrange(8))
            yield whole[:place] + whole[place + 1 :]
            yield whole[:place] + bytes([chance.choice(b"\n +=A\xff")]) + whole[place:]


def is_laxer(data: bytes) -> bool:
    """Go reads base64 also with bits set that say nothing, which nobody writes and we refuse."""
    encoded = [line.rpartition(b" ")[2] for line in data.rpartition(b"\n\n")[2].split(b"\n") if line]
    return any(b64encode(b64decode(each)) != each for each in encoded)


def test_go_opens_the_notes_that_we_open_and_no_others(ask: Ask) -> None:
    asked = list(notes())
    given = "".join(f"{b64encode(data).decode()}\n" for data in asked)
    verdicts = ask("judge", LOG.public.vkey, given=given).stdout.splitlines()
    assert len(verdicts) == len(asked)
    assert sum(verdict != "no" for verdict in verdicts) >= 40
    for data, verdict in zip(asked, verdicts, strict=True):
        try:
            ours = f"yes {b64encode(opened(data, [LOG.public]).text.encode()).decode()}"
        except EvidenceError:
            ours = "no"
        assert ours == verdict or (ours == "no" and is_laxer(data)), data
