"""What the documentation says of nginx works as it is printed: pages carry notices, whatever the service does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.web.app import create_app
from tests.client.service import dead, serving
from tests.components import program
from tests.deploy.proxying import Proxy, command, free_port, started, with_system_programs

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
NAME = "Radio Free Europe/Radio Liberty"
STATIC = "Depending on where you are, sharing this page may have legal consequences."


def shown(kind: str) -> str:
    """The block of that kind in the part on fragments."""
    part = DOCUMENT[DOCUMENT.index("### `GET /v1/fragment`") : DOCUMENT.index("### `POST /v1/fragment`")]
    found = re.search(rf"^```{kind}\n(.*?)^```$", part, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@contextmanager
def site(where: Path, service: str, page: str) -> Iterator[Proxy]:
    """nginx with a page that includes notices."""
    where.mkdir()

    def pages(_: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"<html><body>{page}</body></html>".encode()]

    location = shown("nginx")
    assert location.count("http://127.0.0.1:8000") == 1
    port = free_port()
    temporary = "".join(
        f"{each}_temp_path {where}/{each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = where / "nginx.conf"
    config.write_text(
        f"pid {where}/pid;\ndaemon off;\nworker_processes 1;\nerror_log {where}/error.log emerg;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}server {{\nlisten 127.0.0.1:{port};\nssi on;\n"
        f"location / {{ proxy_pass PAGES; }}\n{location.replace('http://127.0.0.1:8000', service)}}}\n}}\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", with_system_programs())
        line = command(program("nginx"), where, config)
    with serving(pages) as origin:
        config.write_text(config.read_text(encoding="utf-8").replace("PAGES", origin), encoding="utf-8")
        with started(line, where) as said:
            assert said is None, said
            yield Proxy(port, where)


def test_nginx_puts_notices_into_pages_in_every_status_and_static_words_when_nobody_answers(
    tmp_path: Path, checker: Checker
) -> None:
    page = shown("html")
    with serving(create_app(checker)) as service:
        with site(tmp_path / "well", service, page) as proxy:
            told = proxy.get("/page.html").body.decode()
            assert proxy.get("/notices?publisher=rferl.org").status == 404  # it is for nginx alone
        with site(tmp_path / "wrong", service, page.replace("publisher=", "lang=ru&publisher=")) as proxy:
            refused = proxy.get("/page.html").body.decode()
        with site(tmp_path / "nobody", service, page.replace("publisher=rferl.org", "x=y")) as proxy:
            nobody = proxy.get("/page.html").body.decode()
    with site(tmp_path / "dead", dead(), page) as proxy:
        alone = proxy.get("/page.html").body.decode()
    assert NAME in told
    assert NAME in refused
    assert "the law may require notices on this page" in nobody
    assert STATIC in alone
    for body in (told, refused, nobody):
        assert STATIC not in body
        assert "error" not in body
