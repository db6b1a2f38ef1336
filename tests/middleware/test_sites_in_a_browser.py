"""A page of a small Flask site and of a small Django site carries its notice where a reader sees it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from tests.client.service import serving
from tests.components import program
from tests.middleware import django_site
from tests.middleware.sites import NAME, flask_site, with_notices

LOOKS = """<script>addEventListener("load", () => {
  const seen = [...document.querySelectorAll("aside[role=note]")].filter(each => each.getClientRects().length > 0);
  document.title = JSON.stringify(seen.map(each => [each.innerText, each.lang, document.body.contains(each)]));
});</script>"""


def flask_with_notices(checker: Checker) -> Any:
    return with_notices(flask_site(), checker)


@pytest.mark.parametrize("make", [flask_with_notices, django_site.application])
@pytest.mark.parametrize("path", ["/page", "/stream"])
def test_a_reader_sees_the_notice(tmp_path: Path, checker: Checker, make: Callable[[Checker], Any], path: str) -> None:
    site = make(checker)

    def looking(environ: Any, start_response: Any) -> Any:
        """The same page, which tells what a reader of it sees."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        body = b"".join(site(environ, lambda status, headers, *_: start_response(status, _of(headers))))
        return [body.replace(b"</head>", LOOKS.encode() + b"</head>")]

    with serving(looking) as url:
        command = [
            program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
            "--no-first-run", "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", url + path,
        ]  # fmt: skip
        said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    title = re.search(r"<title>(\[.*?)</title>", said)
    assert title is not None
    [(words, language, is_inside)] = json.loads(title[1])
    assert NAME in words
    assert "If you are in Russia" in words
    assert (language, is_inside) == ("en", True)


def _of(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, each) for name, each in headers if name.lower() != "content-length"]
