"""Checkpoints reach whoever is to have them, or it is said that they did not; nothing waits for that."""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from compliance.audit.export import Exporter, shown

NOTE = b"log.example/desk\n3\nAAAA\n\n\xe2\x80\x94 log.example/desk AAAA\n"
PRIVATE = "k3y-of-the-backup"


def given(target: str, note: bytes = NOTE, seconds: float = 20) -> tuple[str, ...]:
    exporter = Exporter([target], seconds)
    exporter.offer(note)
    exporter.wait()
    return exporter.findings()


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    assert given(f"file:{path}") == ()
    old = path.open("rb")
    assert given(f"file:{path}", b"newer") == ()
    assert path.read_bytes() == b"newer"
    assert old.read() == NOTE, "whoever reads the old one reads all of it"
    old.close()
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint"]


def test_a_file_that_cannot_be_written_is_a_finding_and_leaves_nothing(tmp_path: Path) -> None:
    target = f"file:{tmp_path}/missing/checkpoint"
    assert given(target) == (
        f"the checkpoint was not given to `{target}`: its directory is not there: mount or make it",
    )
    (tmp_path / "taken").mkdir()
    assert "is a directory" in given(f"file:{tmp_path}/taken")[0]
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_a_target_that_failed_is_tried_again_though_nothing_is_new_and_only_that_one(tmp_path: Path) -> None:
    away, there = tmp_path / "away", tmp_path / "there"
    exporter = Exporter([f"file:{there}", f"file:{away}/checkpoint"], again=0.2)
    exporter.offer(NOTE)
    exporter.wait()
    assert len(exporter.findings()) == 1
    there.unlink()
    away.mkdir()
    exporter.offer(NOTE)
    exporter.wait()
    assert exporter.findings(), "not yet"
    sleep(0.25)
    exporter.offer(NOTE)
    exporter.wait()
    assert exporter.findings() == ()
    assert (away / "checkpoint").read_bytes() == NOTE
    assert not there.exists(), "who has it is not asked again"


def test_a_command_gets_the_checkpoint_and_no_shell_reads_its_arguments(tmp_path: Path) -> None:
    program = tmp_path / "keep.py"
    program.write_text("import sys\nopen(sys.argv[1], 'wb').write(sys.stdin.buffer.read())\n")
    name = "a; touch b $HOME"
    assert given(f"command:{sys.executable} {program} '{tmp_path}/{name}'") == ()
    assert (tmp_path / name).read_bytes() == NOTE
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([name, "keep.py"])


def test_a_command_that_fails_hangs_or_is_missing_is_a_finding(tmp_path: Path) -> None:
    program = tmp_path / "fail.py"
    program.write_text("import sys\nprint('first')\nsys.exit('no\\x1b room')\n")
    before = f"the checkpoint was not given to `command:{sys.executable}`: "
    assert given(f"command:{sys.executable} {program} --password {PRIVATE}") == (
        f"{before}it ended with 1: no\ufffd room",
    )
    program.write_text("import time\ntime.sleep(60)\n")
    assert given(f"command:{sys.executable} {program}", seconds=0.5) == (f"{before}it took more than 0.5 seconds",)
    assert given("command:no-such-program-here") == (
        "the checkpoint was not given to `command:no-such-program-here`: no such file or directory",
    )


def test_nothing_but_the_host_of_an_address_and_the_name_of_a_command_is_told() -> None:
    for target in (f"https://backup.example/{PRIVATE}?token={PRIVATE}", f"command:send {PRIVATE}"):
        assert PRIVATE not in shown(target)
    assert shown(f"https://backup.example:1/{PRIVATE}") == "https://backup.example"


class Web:
    """A server on this machine, with a certificate of its own."""

    def __init__(self, directory: Path, answers: dict[str, int]) -> None:
        self.got: list[tuple[str, str, bytes]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                web.got.append((self.command, self.path, body))
                self.send_response(answers.get(self.command, 200))
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            do_PUT = do_POST = do_GET = _take  # noqa: N815 - as they are looked for

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(directory))
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}/keep?token={PRIVATE}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _certificate(directory: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "backup.example")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate is of today
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture(name="answers")
def _answers() -> dict[str, int]:
    return {}


@pytest.fixture(name="web")
def _web(tmp_path: Path, answers: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    web = Web(tmp_path, answers)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    yield web
    web.close()


def test_an_address_gets_the_checkpoint_by_put_or_by_post_where_put_is_not_known(
    web: Web, answers: dict[str, int]
) -> None:
    assert given(web.url) == ()
    answers["PUT"] = 405
    assert given(web.url) == ()
    assert [(method, body) for method, _, body in web.got] == [("PUT", NOTE), ("PUT", NOTE), ("POST", NOTE)]
    assert web.got[0][1] == f"/keep?token={PRIVATE}"


@pytest.mark.parametrize("status", [301, 302, 307, 403, 500])
def test_an_address_that_refuses_or_sends_elsewhere_is_a_finding(
    status: int, web: Web, answers: dict[str, int]
) -> None:
    answers["PUT"] = status
    assert given(web.url) == (f"the checkpoint was not given to `https://127.0.0.1`: it answered {status}",)
    assert len(web.got) == 1


def test_an_address_with_an_unknown_certificate_gets_nothing(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate" in given(web.url)[0]
    assert PRIVATE not in given(web.url)[0]
    assert web.got == []


def test_an_address_where_nobody_listens_is_a_finding() -> None:
    assert given("https://127.0.0.1:9/x") == (
        "the checkpoint was not given to `https://127.0.0.1`: connection refused",
    )


def test_a_target_that_failed_is_tried_with_the_next_checkpoint_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "directory" / "checkpoint"
    exporter = Exporter([f"file:{path}"])
    exporter.offer(NOTE)
    exporter.wait()
    assert len(exporter.findings()) == 1
    path.parent.mkdir()
    exporter.offer(NOTE)
    exporter.wait()
    assert not path.exists()
    exporter.offer(b"next")
    exporter.wait()
    assert path.read_bytes() == b"next"
    assert exporter.findings() == ()


def test_nobody_waits_for_a_slow_target_and_it_gets_the_newest_one(tmp_path: Path) -> None:
    program = tmp_path / "slow.py"
    program.write_text(
        "import sys, time\n"
        f"with open({str(tmp_path / 'got')!r}, 'a') as file:\n    print(sys.stdin.read(), file=file)\n"
        f"while not __import__('os').path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
    )
    exporter = Exporter([f"command:{sys.executable} {program}"])
    begin = monotonic()
    exporter.offer(b"1")
    while not (tmp_path / "got").exists():
        assert monotonic() < begin + 30
    for number in range(2, 6):
        exporter.offer(b"%d" % number)
    assert (tmp_path / "got").read_text() in {"", "1\n"}
    (tmp_path / "go").touch()
    exporter.wait()
    assert (tmp_path / "got").read_text() == "1\n5\n"
