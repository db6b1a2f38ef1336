"""Worker processes behind the nginx example as it is shipped: what may harm them stays with nginx."""

from __future__ import annotations

import itertools
import json
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.deploy.proxying import CHECK, DEPLOY, proxying
from tests.tiny import written
from tests.web.process import SECONDS, head, serving

QUESTION = json.dumps({"content": {"publisher": "radio.example"}, "reader": {"from": "request"}}).encode()
SLOW = 40
"""More than the threads of the one worker."""


def test_neither_slow_bodies_nor_headers_with_underscores_get_past_nginx_to_the_workers(
    nginx: str, tmp_path: Path
) -> None:
    settings = tmp_path / "compliance.toml"
    settings.write_text(
        f'rules_dir = "{written(tmp_path / "rules")}"\nserver = "granian"\nworkers = 1\nevidence = "off"\n'
        'trusted_proxies = ["127.0.0.1"]\nclient_address = "x-forwarded-for"\n',
        encoding="utf-8",
    )
    with serving(tmp_path / "log") as service:
        length = f"Content-Length: {len(QUESTION)}"
        told = {
            str(service.exchange(head(CHECK, *lines, length) + QUESTION).json["location"]["basis"])
            for lines in itertools.permutations(("X-Forwarded-For: 1.1.1.1", "X_Forwarded_For: none"))
        }
        assert any("named nobody" in each for each in told), "the server keeps the two apart: tell operators"
        shipped = DEPLOY / "nginx.conf"
        with (
            proxying(nginx, shipped, tmp_path / "nginx", service.port, is_told_the_reader=True) as proxy,
            ExitStack() as stack,
        ):
            reader = proxy.seen_from("1.1.1.1")
            plain = reader.check(body=QUESTION).json["location"]
            assert "named nobody" not in str(plain["basis"])
            assert reader.check("X_Forwarded_For: none", body=QUESTION).json["location"] == plain
            for _ in range(SLOW):
                sock = stack.enter_context(socket.create_connection((proxy.host, proxy.port), timeout=SECONDS))
                sock.sendall(reader._origin() + head(CHECK, "Content-Length: 1000") + b"{")
            assert [reader.check(body=QUESTION).json["location"] for _ in range(4)] == 4 * [plain]
