"""From a rule file that changes on disk to the new notice at a real nginx, with nobody in between."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.deploy.edging import HOST, NOTICE, headers, included, one
from tests.deploy.proxying import DEPLOY, command, dead_port, proxying
from tests.edge.world import WORLD
from tests.tiny import written
from tests.web.process import eventually

RECIPE = DEPLOY / "recipes" / "nginx-edge-table"
LIMIT = 60.0
"""So many seconds after a rule was merged its notice has to be there."""
BELARUS = headers("BY", "")


@contextmanager
def watching(where: Path, then: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as an operator starts it, once its first table is there."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COMPLIANCE_")}
    arguments = ["table", "pages.jsonl", "--rules", "rules", "--format", "nginx", "--output", "table", "--watch"]
    with (where / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "compliance.cli", *arguments, "--then", then],
            cwd=where,
            stderr=log,
            env={**inherited, "COMPLIANCE_RELOAD_SECONDS": "1"},
        )
        try:
            assert eventually(lambda: (where / "table" / "compliance.conf").exists() or process.poll() is not None)
            yield process
        finally:
            process.kill()
            process.wait()


def test_a_rule_that_changes_on_disk_is_what_nginx_says_soon_after(nginx: str, tmp_path: Path) -> None:
    written(tmp_path / "rules", WORLD)
    asked = {"content": {"url": f"https://{HOST}/a.html", "publisher": "radio"}}
    written(tmp_path, {"pages.jsonl": json.dumps(asked) + "\n", "site/a.html": f"<p>a</p>{NOTICE}"})
    moved = {
        **included(tmp_path / "table"),
        "set $tables /etc/nginx/compliance;": f"set $tables {tmp_path / 'table'};",
        "root /srv/site;": f"root {tmp_path / 'site'};",
    }
    place = tmp_path / "nginx"
    reload = shlex.join([*command(nginx, place, place / "nginx.conf"), "-s", "reload"])
    with ExitStack() as stack, dead_port() as service:
        process = stack.enter_context(watching(tmp_path, reload))
        proxy = stack.enter_context(
            proxying(nginx, RECIPE / "nginx.conf", place, service, is_told_the_reader=True, moved=moved)
        )

        def says(words: str) -> bool:
            return words in one(proxy, "/a.html", *BELARUS).body.decode()

        assert says("Words of in-belarus.")
        changed = WORLD["in-belarus.yaml"].replace("Words of in-belarus.", "New words.")
        beside = tmp_path / "rules" / ".new"
        beside.write_text(changed, encoding="utf-8")
        beside.rename(tmp_path / "rules" / "in-belarus.yaml")
        begin = time.monotonic()
        assert eventually(lambda: says("New words."), seconds=LIMIT)
        assert time.monotonic() - begin < LIMIT
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    said = [line for text in proxy.written().values() for line in text.splitlines()]
    # the first reload may come while nginx starts and has written no pid
    usual = (b": signal process started", b'nginx/pid" failed (2: No such file or directory)')
    assert [line for line in said if not line.endswith(usual)] == []
