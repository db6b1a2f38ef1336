"""Each recipe for nginx in a real one before a real service: readers who come directly, through proxies, with lies.

And of the other recipes, that the settings in them are read, and that the page about proxies leads to each.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.config import Settings
from tests.deploy import edging
from tests.deploy.proxying import DEPLOY, LOG, Proxy, proxying
from tests.tiny import written
from tests.web.asking import ARTICLE, DAY
from tests.web.process import SECONDS, Reply, Service, serving

RECIPES = DEPLOY / "recipes"
NAMES = sorted(each.name for each in RECIPES.iterdir())
ASKED = json.dumps({"content": ARTICLE, "as_of": DAY, "reader": {"from": "request"}}).encode()
IN_RUSSIA = ("95.165.0.1", "2a00:1370::1")
IN_AMERICA = ("8.8.8.8", "2001:4860:4860::8888")
CDN = ("192.0.2.9", "2001:db8:ffff::9")
CLAIMED = "178.124.128.1"
"""An address in Belarus, which no reader of these tests has."""
LIES = (
    f"X-Forwarded-For: {CLAIMED}",
    f"X-Forwarded-For: {CLAIMED}, {CLAIMED}",
    f"X-Real-IP: {CLAIMED}",
    f"Forwarded: for={CLAIMED}",
    f"True-Client-IP: {CLAIMED}",
    f"CF-Connecting-IP: {CLAIMED}",
    f"X_Forwarded_For: {CLAIMED}",
    "X-Reader-Country: BY",
    "CF-IPCountry: BY",
)
COUNTRIES = "95.165.0.0/16 RU;\n2a00:1370::/32 RU;\n8.8.8.0/24 US;\n2001:4860::/32 US;\n"


def settings(recipe: str) -> dict[str, Any]:
    return tomllib.loads((RECIPES / recipe / "compliance.toml").read_text(encoding="utf-8"))


def config(recipe: str) -> Path:
    return DEPLOY / "nginx.conf" if recipe == "nginx" else RECIPES / recipe / "nginx.conf"


def place(reply: Reply) -> str | None:
    """The country of the reader in an answer; None if the reader may be anywhere."""
    assert reply.status == 200, reply.body[:300]
    location = reply.json["location"]
    if location["anywhere"]:
        return None
    (country,) = {"RU", "US", "BY"} & set(location["places"])
    return country


class Site(ThreadingHTTPServer):
    """A publishing system: asks the service for the reader that nginx told it, and shows the answer."""

    def __init__(self, service: Service, header: str) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.service = service
        self.header = header
        self.got: list[str] = []


class _Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        told = self.headers.get(self.server.header, "")
        reader = {"address": told} if self.server.header == "X-Real-IP" else {"location": {"country": told}}
        self.server.got.append(str(self.headers))
        connection = HTTPConnection("127.0.0.1", self.server.service.port, timeout=SECONDS)
        connection.request("POST", "/v1/check", json.dumps({"content": ARTICLE, "as_of": DAY, "reader": reader}))
        response = connection.getresponse()
        body = response.read()
        connection.close()
        self.send_response(response.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the server's
        """Say nothing."""


@contextmanager
def site(service: Service, header: str) -> Iterator[Site]:
    with Site(service, header) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SECONDS)


@dataclass(frozen=True)
class Setup:
    """nginx with a recipe, the service with the settings of the recipe, and where both write."""

    proxy: Proxy
    service: Service
    site: Site | None = None

    def seen_from(self, reader: str) -> Proxy:
        return self.proxy.seen_from(reader)

    def wrote_nothing(self) -> None:
        assert not any(self.proxy.written().values())
        logged = self.service.logged()
        assert not [each for each in (*IN_RUSSIA, *IN_AMERICA, CLAIMED) if each in logged]


@contextmanager
def running(
    nginx: str, recipe: str, where: Path, *, host: str = "127.0.0.1", is_told_the_place: bool = False
) -> Iterator[Setup]:
    """The recipe with `listen` and `server` moved; the settings are as they are shipped, or with `cdn` set."""
    toml = RECIPES / recipe / "compliance.toml"
    if is_told_the_place:
        text = toml.read_text(encoding="utf-8")
        assert text.count("\n# cdn = ") == 1
        toml = where / "compliance.toml"
        toml.write_text(text.replace("\n# cdn = ", "\ncdn = "), encoding="utf-8")
    header = {"nginx-edge": "X-Real-IP", "nginx-edge-place": "X-Reader-Country"}.get(recipe)
    (where / "countries.conf").write_text(COUNTRIES, encoding="utf-8")
    rules = written(where / "rules")  # what is due is not asked here, and the shipped ones take longer
    with serving(where / "log", "--config", str(toml), "--host", host, "--rules", str(rules)) as service:
        if header is None:
            with proxying(
                nginx, config(recipe), where / "nginx", service.port, host=host, is_told_the_reader=True
            ) as it:
                yield Setup(it, service)
            return
        with site(service, header) as pages:
            moved = {"server 127.0.0.1:8080;": f"server 127.0.0.1:{pages.server_port};"}
            if recipe == "nginx-edge-place":
                moved["/etc/nginx/countries.conf"] = str(where / "countries.conf")
            with proxying(
                nginx, config(recipe), where / "nginx", service.port, is_told_the_reader=True, moved=moved
            ) as it:
                yield Setup(it, service, pages)


Run = Callable[..., Setup]


@pytest.fixture(scope="module")
def run(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Starts a recipe where no test before has; the tests change nothing, so they share what runs."""
    with ExitStack() as stack:
        yield cache(
            lambda recipe, **how: stack.enter_context(running(nginx, recipe, tmp_path_factory.mktemp(recipe), **how))
        )


@pytest.fixture
def behind_nginx(run: Run) -> Setup:
    return run("nginx")


@pytest.fixture
def behind_cdn(run: Run) -> Setup:
    return run("nginx-behind-cdn")


@pytest.mark.parametrize("recipe", NAMES)
def test_the_settings_of_every_recipe_are_read(recipe: str) -> None:
    read = Settings.of(settings(recipe))
    assert (read.client_address is None) == (recipe.startswith("nginx-edge") or recipe in {"vercel", "netlify"})
    for document in (RECIPES / recipe).glob("*.yaml"):
        assert yaml.safe_load(document.read_text(encoding="utf-8"))["kind"]


def test_every_file_of_a_recipe_is_named_on_the_page_about_proxies_or_by_its_settings() -> None:
    page = (DEPLOY.parent / "docs" / "proxies.md").read_text(encoding="utf-8")
    assert {name for name in NAMES if f"(../deploy/recipes/{name}/compliance.toml)" not in page} == set()
    for path in RECIPES.glob("*/*"):
        assert path.name in {"compliance.toml", "nginx.conf", "network-policy.yaml"}
        assert path.name in page or path.name in (path.parent / "compliance.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("recipe", [name for name in NAMES if settings(name)])
def test_a_recipe_says_that_its_settings_are_no_second_file(recipe: str) -> None:
    text = (RECIPES / recipe / "compliance.toml").read_text(encoding="utf-8")
    assert "# The settings below go into the one compliance.toml of the service" in text


@pytest.mark.parametrize("recipe", [name for name in NAMES if config(name).is_file()])
def test_for_a_trial_without_root_the_head_of_the_configuration_names_every_file_that_nginx_writes(
    nginx: str, recipe: str, tmp_path: Path
) -> None:
    head = config("nginx").read_text(encoding="utf-8").partition("events {}")[0]
    assert recipe == "nginx" or "see the head of ../../nginx.conf" in config(recipe).read_text(encoding="utf-8")
    pid, log, *temporary, listen = re.findall(r"`([^`]+;)`", head)
    text = config(recipe).read_text(encoding="utf-8").replace("listen 80;", listen, 1)
    text = text.replace(LOG, "\n".join([log, *temporary]), 1).replace("/etc/nginx/countries.conf", "countries.conf")
    text = text.replace("/etc/nginx/compliance", "table").replace("/var/cache/nginx/pages", "pages")
    (tmp_path / "countries.conf").write_text(COUNTRIES, encoding="utf-8")
    edging.installed(edging.without_pages(), tmp_path / "table")
    (tmp_path / "trial.conf").write_text(f"{pid}\n{text}", encoding="utf-8")
    assert "/var/" not in re.sub(r"#.*", "", text)
    done = subprocess.run(
        [nginx, "-T", "-p", str(tmp_path), "-e", "trial.log", "-c", str(tmp_path / "trial.conf")],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    made = {"trial.log", "trial.pid", "body", "proxy", "fastcgi", "uwsgi", "scgi"}
    made |= {"pages"} if "the place of the cache" in text else set()
    assert {path.name for path in tmp_path.iterdir()} == made | {"trial.conf", "countries.conf", "table"}


SPOKEN = re.compile(
    r"^#.*?((client_address|trusted_hops|cdn|cdn_headers) = (?:\"[^\"]+\"|\[[^\]]+\]|[0-9]+))", re.MULTILINE
)


def test_the_settings_that_a_recipe_only_speaks_of_are_read_too() -> None:
    names: set[str] = set()
    for path in RECIPES.glob("*/compliance.toml"):
        spoken = dict(reversed(each) for each in SPOKEN.findall(path.read_text(encoding="utf-8")))
        names |= spoken.keys()
        network = [spoken.pop(name) for name in ("cdn", "cdn_headers") if name in spoken]
        for lines in (*([line] for line in spoken.values()), network[:1], network):
            read = tomllib.loads("\n".join(lines))
            if read != {"cdn": "fastly"}:  # which has no headers of its own
                Settings.of({"trusted_proxies": ["192.0.2.1"], "client_address": "x-forwarded-for", **read})
    assert names == {"client_address", "trusted_hops", "cdn", "cdn_headers"}


@pytest.mark.parametrize(("readers", "country"), [(IN_RUSSIA, "RU"), (IN_AMERICA, "US")])
def test_nginx_gives_the_reader_it_saw_whatever_the_reader_claims(
    behind_nginx: Setup, readers: tuple[str, ...], country: str
) -> None:
    for reader in readers:
        proxy = behind_nginx.seen_from(reader)
        assert place(proxy.check(body=ASKED)) == country
        assert place(proxy.check(*LIES, body=ASKED)) == country
    behind_nginx.wrote_nothing()


def test_who_comes_through_a_proxy_of_somebody_else_is_where_that_proxy_is(behind_nginx: Setup) -> None:
    proxy = behind_nginx.seen_from(IN_AMERICA[0])
    assert place(proxy.check(f"X-Forwarded-For: {IN_RUSSIA[0]}", "Via: 1.1 proxy", body=ASKED)) == "US"


def test_whoever_asks_past_nginx_is_not_believed(behind_nginx: Setup, tmp_path: Path) -> None:
    """The same request, to a service that trusts nginx elsewhere only."""
    (tmp_path / "other").mkdir()
    elsewhere = tmp_path / "other" / "compliance.toml"
    elsewhere.write_text('trusted_proxies = ["192.0.2.1"]\nclient_address = "x-forwarded-for"\n', encoding="utf-8")
    claim = {"X-Forwarded-For": IN_AMERICA[0]}
    rules = written(tmp_path / "other" / "rules")
    with serving(tmp_path / "other" / "log", "--config", str(elsewhere), "--rules", str(rules)) as service:
        assert place(service.ask("POST", "/v1/check", ASKED, **claim)) is None
    assert place(behind_nginx.service.ask("POST", "/v1/check", ASKED, **claim)) == "US"


@pytest.mark.parametrize("recipe", ["nginx", "nginx-behind-cdn"])
def test_over_ipv6_it_is_the_same(run: Run, recipe: str) -> None:
    setup = run(recipe, host="::1")
    for reader, country in ((IN_RUSSIA[1], "RU"), (IN_AMERICA[0], "US")):
        assert place(setup.seen_from(reader).check(*LIES, body=ASKED)) == country
    setup.wrote_nothing()


@pytest.mark.parametrize("cdn", CDN)
@pytest.mark.parametrize(("readers", "country"), [(IN_RUSSIA, "RU"), (IN_AMERICA, "US")])
def test_behind_a_cdn_the_reader_is_the_one_whom_the_cdn_saw(
    behind_cdn: Setup, cdn: str, readers: tuple[str, ...], country: str
) -> None:
    proxy = behind_cdn.seen_from(cdn)
    for reader in readers:
        assert place(proxy.check(f"X-Forwarded-For: {reader}", body=ASKED)) == country
        assert place(proxy.check(f"X-Forwarded-For: {reader}, {CDN[0]}", body=ASKED)) == country
        assert place(proxy.check(*LIES, f"X-Forwarded-For: {reader}", body=ASKED)) == country
        assert place(proxy.check(f"X-Forwarded-For: {CLAIMED}, {reader}", *LIES[2:], body=ASKED)) == country
    behind_cdn.wrote_nothing()


@pytest.mark.parametrize(("readers", "country"), [(IN_RUSSIA, "RU"), (IN_AMERICA, "US")])
def test_who_goes_past_the_cdn_is_found_at_an_address_of_his_own(
    behind_cdn: Setup, readers: tuple[str, ...], country: str
) -> None:
    for reader in readers:
        assert place(behind_cdn.seen_from(reader).check(body=ASKED)) == country
        assert place(behind_cdn.seen_from(reader).check(*LIES, body=ASKED)) == country


@pytest.mark.parametrize("value", ["unknown", "_hidden", "", "garbage", f"{IN_AMERICA[0]} {IN_AMERICA[0]}", CDN[1]])
def test_where_the_cdn_names_no_reader_the_place_is_unknown_and_not_that_of_the_cdn(
    behind_cdn: Setup, value: str
) -> None:
    proxy = behind_cdn.seen_from(CDN[0])
    assert place(proxy.check(body=ASKED)) is None
    assert place(proxy.check(f"X-Forwarded-For: {CLAIMED}, {value}", body=ASKED)) is None or value == CDN[1]
    assert place(proxy.check(f"X-Forwarded-For: {value}", body=ASKED)) is None


def test_the_place_that_a_cdn_tells_counts_only_from_the_cdn(run: Run) -> None:
    setup = run("nginx-behind-cdn", is_told_the_place=True)
    for cdn in CDN:
        proxy = setup.seen_from(cdn)
        for reader in IN_AMERICA:
            told = proxy.check(f"X-Forwarded-For: {reader}", "CF-IPCountry: CA", body=ASKED).json["location"]
            assert (told["anywhere"], set(told["places"])) == (False, {"CA", "US"})
            for nobody in ("XX", "T1", "CA, BY"):
                reply = proxy.check(f"X-Forwarded-For: {reader}", f"CF-IPCountry: {nobody}", body=ASKED)
                assert place(reply) is None
            twice = ("CF-IPCountry: US", "CF-IPCountry: BY")  # of which nginx before 1.23 passes on the first
            assert place(proxy.check(f"X-Forwarded-For: {reader}", *twice, body=ASKED)) in {None, "US"}
            underscored = ("CF-IPCountry: US", "CF_IPCountry: BY")
            assert place(proxy.check(f"X-Forwarded-For: {reader}", *underscored, body=ASKED)) == "US"
        assert place(proxy.check("CF-IPCountry: US", body=ASKED)) is None
    for readers, country in ((IN_RUSSIA, "RU"), (IN_AMERICA, "US")):
        for reader in readers:
            assert place(setup.seen_from(reader).check("CF-IPCountry: BY", body=ASKED)) == country
            assert place(setup.seen_from(reader).check(*LIES, body=ASKED)) == country
    setup.wrote_nothing()


@pytest.mark.parametrize("recipe", ["nginx-edge", "nginx-edge-place"])
@pytest.mark.parametrize("path", ["/", "/notices?page=a/1.html"])
def test_an_edge_tells_the_reader_it_saw_to_the_site_and_to_the_service(run: Run, recipe: str, path: str) -> None:
    setup = run(recipe)
    for readers, country in ((IN_RUSSIA, "RU"), (IN_AMERICA, "US")):
        for reader in readers:
            proxy = setup.seen_from(reader)
            assert place(proxy.get(path)) == country
            assert place(proxy.get(path, *LIES)) == country
    setup.wrote_nothing()
    assert setup.site is not None
    told = re.findall("(?im)^(?:x-real-ip|x-forwarded-for|forwarded): .*$", "".join(setup.site.got))
    assert CLAIMED not in "".join(told)


def test_a_reader_whom_the_edge_cannot_place_may_be_anywhere(run: Run) -> None:
    setup = run("nginx-edge-place")
    for path in ("/", "/notices?page=a/1.html"):
        assert place(setup.seen_from("198.51.100.1").get(path, *LIES)) is None


@pytest.mark.parametrize("recipe", ["nginx-edge", "nginx-edge-place"])
@pytest.mark.parametrize(
    "page",
    [
        'x"},"reader":{"location":{"country":"BY"}}}',
        "x%22},%22reader%22:{%22location%22:{%22country%22:%22BY%22}}}",
        'x","publisher":"rferl.org',
        "x\\u0022",
        "x" * 201,
    ],
)
def test_what_a_reader_writes_into_the_address_of_the_page_stays_an_address(run: Run, recipe: str, page: str) -> None:
    setup = run(recipe)
    reply = setup.seen_from(IN_RUSSIA[0]).get(f"/notices?page={page}")
    assert reply.status == 200
    assert place(reply) == "RU"
    assert reply.headers["cache-control"] == "no-store"
    assert (
        setup.seen_from(IN_RUSSIA[0]).exchange(b"POST /notices HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status
        == 403
    )
