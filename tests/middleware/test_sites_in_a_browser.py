"""A page of a small Flask site and of a small Django site carries its notice where a reader sees it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.util import shift_path_info

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


MAKERS: Mapping[str, Callable[[Checker], Any]] = {"flask": flask_with_notices, "django": django_site.application}
PATHS = ("page", "stream")
LOOKS_AT_ALL = """<!doctype html><title>waiting</title><script>
const paths = PATHS, found = {};
async function look(path) {
  const frame = document.createElement("iframe");
  const loaded = new Promise(done => frame.onload = done);
  frame.src = path;
  document.documentElement.append(frame);
  await loaded;
  found[path] = frame.contentDocument.title;
}
addEventListener("load", async () => {
  for (const path of paths) await look(path);
  document.title = JSON.stringify(found);
});
</script>"""


@pytest.fixture(scope="module")
def told(checker: Checker, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What a browser that looks at all pages of all sites sees on each."""
    sites = {name: make(checker) for name, make in MAKERS.items()}
    paths = [f"/{name}/{path}" for name in MAKERS for path in PATHS]
    all_pages = LOOKS_AT_ALL.replace("PATHS", json.dumps(paths)).encode()

    def looking(environ: Any, start_response: Any) -> Any:
        """The page of a site, which tells what a reader of it sees."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        name = shift_path_info(environ)
        if name not in sites:
            start_response("200 OK", [("Content-Type", "text/html")])
            return [all_pages]
        environ["SCRIPT_NAME"] = ""
        body = b"".join(sites[name](environ, lambda status, headers, *_: start_response(status, _of(headers))))
        return [body.replace(b"</head>", LOOKS.encode() + b"</head>")]

    profile = tmp_path_factory.mktemp("browser") / "profile"
    with serving(looking) as url:
        command = [
            program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
            "--no-first-run", "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--virtual-time-budget=20000",
            f"--user-data-dir={profile}", "--dump-dom", f"{url}/",
        ]  # fmt: skip
        said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    title = re.search(r"<title>(\{.*?)</title>", said)
    assert title is not None
    found: Mapping[str, str] = json.loads(title[1])
    return found


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("path", PATHS)
def test_a_reader_sees_the_notice(told: Mapping[str, str], name: str, path: str) -> None:
    [(words, language, is_inside)] = json.loads(told[f"/{name}/{path}"])
    assert NAME in words
    assert "If you are in Russia" in words
    assert (language, is_inside) == ("en", True)


def _of(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, each) for name, each in headers if name.lower() != "content-length"]
