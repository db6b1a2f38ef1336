"""What the image runs, run as it says: its variables, its user, a read-only root, no shell, its own health check.

The image itself needs an engine and its bases. What is said about it in the container file holds here for the product
of this environment, in a sandbox in which nothing but the evidence can be written.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.components import missing, program
from tests.deploy.container import environment, image
from tests.deploy.proxying import free_port
from tests.web.process import SECONDS, eventually

PROGRAMS = Path(sys.executable).parent
SHELLS = ("/bin/sh", "/bin/bash")
WORKERS = {"COMPLIANCE_SERVER": "granian", "COMPLIANCE_WORKERS": "2"}


class Box:
    """Runs commands as in a container of the image, with its volume in `data`."""

    def __init__(self, data: Path, more: Mapping[str, str]) -> None:
        self.data = data
        self.port = free_port()
        volume = environment()["COMPLIANCE_DATA_DIR"]
        said = {name: value.replace(volume, str(data)) for name, value in environment().items()}
        path = said["PATH"].replace("/opt/compliance/bin", str(PROGRAMS))
        self.environment = {**said, "PATH": path, "COMPLIANCE_PORT": str(self.port), "HOME": "/", **more}

    def line(self, command: Sequence[str]) -> list[str]:
        user, group = image().one("USER").rest.split(":")
        hidden = {os.path.realpath(each) for each in SHELLS if Path(each).exists()}
        return [
            *(program("bwrap"), "--unshare-user", "--unshare-pid", "--unshare-ipc", "--die-with-parent"),
            *("--uid", user, "--gid", group, "--cap-drop", "ALL"),
            *("--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"),
            *(word for each in sorted(hidden) for word in ("--ro-bind", "/dev/null", each)),
            *("--bind", str(self.data), str(self.data), "--chdir", "/etc", "--clearenv"),
            *(word for pair in self.environment.items() for word in ("--setenv", *pair)),
            *command,
        ]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.line(command), capture_output=True, text=True, check=False, timeout=SECONDS)

    def is_healthy(self) -> bool:
        """By the command that an engine runs."""
        (check,) = image().all("HEALTHCHECK")
        return self.run(*json.loads(check.rest.partition(" ")[2])).returncode == 0

    @contextlib.contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        command = [*image().one("ENTRYPOINT").words, *image().one("CMD").words]
        with subprocess.Popen(self.line(command), stderr=subprocess.PIPE, text=True) as process:
            try:
                assert eventually(lambda: process.poll() is not None or self.is_healthy())
                yield process
            finally:
                process.kill()  # whatever runs in the box ends with it

    def asked(self, key: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/check", json.dumps({"content": {"publisher": "radio.example"}}), headers)
            return connection.getresponse().status


@pytest.fixture(params=[{}, WORKERS], ids=["waitress", "granian"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Box:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    found = Box(data, request.param)
    if found.run("python", "-c", "").returncode:
        missing("`bwrap` cannot make a sandbox here")
    return found


def inside(process: subprocess.Popen[str]) -> int:
    """The number of the service, which is the child of the child of the sandbox."""
    at = process.pid
    for _ in range(2):
        at = int(Path(f"/proc/{at}/task/{at}/children").read_text(encoding="ascii").split()[0])
    return at


@pytest.mark.prove
def test_the_image_serves_and_seals_with_a_root_that_is_only_read_and_without_a_shell(box: Box) -> None:
    told = box.run("python", "-c", "import os; print(os.getuid(), os.access('/tmp', os.W_OK), os.system('true'))")
    assert told.stdout.split() == [*image().one("USER").rest.split(":")[:1], "False", str(127 << 8)]
    refused = box.run("compliance", "serve")
    assert refused.returncode == 2
    assert "there are no keys" in refused.stderr
    made = box.run("compliance", "keys", "create", "--name", "the CMS", "--scope", "check")
    assert made.returncode == 0
    with box.serving() as process:
        assert process.poll() is None
        assert box.asked(made.stdout.strip()) == 200
        assert box.asked("ck_wrong") == 401
        os.kill(inside(process), signal.SIGTERM)
        assert process.wait(SECONDS) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert not box.is_healthy()
    sealed = box.run("compliance", "verify")
    assert (sealed.returncode, sealed.stderr) == (0, "")
    assert "0 record(s) wait to be sealed" in sealed.stdout
