"""The Compose file: what an engine would refuse, what each container may do, and that nginx gets what it is given."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from importlib.resources import files
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from compliance import __version__
from compliance.config import Settings
from tests.deploy.container import environment, image
from tests.deploy.proxying import DEPLOY, LISTEN, SERVICE, command, free_port, installed
from tests.web.process import SECONDS

FILE = DEPLOY / "compose.yaml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
NAMES = sorted(SERVICES)
SERVICE_HERE, NGINX_HERE, KEYS_HERE = (SERVICES[each] for each in ("compliance", "nginx", "keys"))


def address(service: dict[str, Any]) -> str:
    return str(service["networks"]["inside"]["ipv4_address"])


def schema() -> dict[str, Any]:
    """The schema of the Compose specification, as another package brings it."""
    text = (files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_file_is_as_the_specification_asks() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    assert [each.message for each in validator.iter_errors(COMPOSE)] == []
    wrong = {**COMPOSE, "services": {"x": {**SERVICE_HERE, "read_onyl": True}}}
    assert not validator.is_valid(wrong), "a slip in a key is not seen"


@pytest.mark.parametrize("name", NAMES)
def test_a_container_may_do_nothing_that_it_need_not(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ulimits"] == {"core": 0}
    assert not service.get("privileged")
    assert int(service["user"].partition(":")[0]) > 0
    assert not {"pid", "ipc", "devices", "userns_mode"} & service.keys()
    for each in service.get("tmpfs", ()):
        assert {"noexec", "nosuid", "nodev"} <= set(each.partition(":")[2].split(","))
        assert "size=" in each


def test_no_image_is_whatever_is_newest_and_ours_is_of_this_version() -> None:
    for service in SERVICES.values():
        assert service["image"].rpartition(":")[2] not in {"latest", service["image"]}
    assert SERVICE_HERE["image"] == KEYS_HERE["image"] == f"compliance:{__version__}"
    build = SERVICE_HERE["build"]
    assert (FILE.parent / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_only_nginx_is_published_and_only_it_reaches_the_service_which_reaches_nobody() -> None:
    assert [name for name in NAMES if SERVICES[name].get("ports")] == ["nginx"]
    (published,) = NGINX_HERE["ports"]
    assert published.startswith("127.0.0.1:")
    assert published.rpartition(":")[2] == LISTEN.removeprefix("listen ").rstrip(";")
    assert SERVICE_HERE["networks"].keys() == {"inside"}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name in NAMES if "inside" in SERVICES[name].get("networks", {})] == ["compliance", "nginx"]
    assert KEYS_HERE["network_mode"] == "none"


def test_the_addresses_are_in_their_network_and_differ() -> None:
    (config,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    taken = [config["gateway"], address(SERVICE_HERE), address(NGINX_HERE)]
    assert len(set(taken)) == 3
    assert all(ip_address(each) in ip_network(config["subnet"]) for each in taken)


def test_the_settings_are_settings_and_believe_nginx_alone() -> None:
    settings = Settings.of(environment={**environment(), **SERVICE_HERE["environment"]})
    assert [ip_network(each) for each in settings.trusted_proxies] == [ip_network(address(NGINX_HERE))]
    assert settings.client_address == "x-forwarded-for"
    assert not settings.allow_without_keys
    hidden = re.findall(r"^ +# (COMPLIANCE_\w+): (.*)$", TEXT, re.MULTILINE)
    assert len(hidden) >= 2
    Settings.of(environment={**environment(), **dict(hidden)})


def test_the_service_and_the_command_for_keys_are_the_same_user_with_the_same_evidence() -> None:
    for service in (SERVICE_HERE, KEYS_HERE):
        assert service["user"] == image().one("USER").rest
        assert f"evidence:{environment()['COMPLIANCE_DATA_DIR']}" in service["volumes"]
    assert COMPOSE["volumes"].keys() == {"evidence"}
    assert KEYS_HERE["profiles"] == ["keys"]
    assert KEYS_HERE["entrypoint"][:1] == image().one("ENTRYPOINT").words


def test_nothing_starts_before_what_it_needs_and_the_last_seal_has_its_time() -> None:
    assert NGINX_HERE["depends_on"] == {"compliance": {"condition": "service_healthy"}}
    unit = (DEPLOY / "compliance.service").read_text(encoding="utf-8")
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert SERVICE_HERE["stop_grace_period"] == f"{seconds}s"
    assert SERVICE_HERE["init"] is False, "the service is told to stop, and tells its sealer"


def test_what_is_mounted_is_there_and_only_to_be_read() -> None:
    for service in SERVICES.values():
        for each in service.get("volumes", ()):
            source, _, rest = each.partition(":")
            if source.startswith("."):
                assert (FILE.parent / source).exists()
                assert rest.endswith(":ro")


def made(tmp_path: Path) -> Path:
    """The configuration of nginx, made from the shipped one by the very command of the container."""
    shell, flag, line = NGINX_HERE["entrypoint"]
    assert (shell, flag, NGINX_HERE["command"]) == ("sh", "-c", [])
    making, _, starting = line.partition(" && exec ")
    (mounted,) = NGINX_HERE["volumes"]
    source, inside, _ = mounted.split(":")
    into = shlex.split(making)[-1]
    assert shlex.split(starting)[:3] == ["nginx", "-c", into]
    result = tmp_path / "made.conf"
    here = making.replace(inside, str(FILE.parent / source)).replace(into, str(result))
    subprocess.run([shell, flag, here], check=True, timeout=SECONDS)
    return result


def test_nginx_gets_the_shipped_configuration_with_the_address_of_the_service(nginx: str, tmp_path: Path) -> None:
    result = made(tmp_path)
    before = (DEPLOY / "nginx.conf").read_text(encoding="utf-8").splitlines()
    changed = [
        pair for pair in zip(before, result.read_text(encoding="utf-8").splitlines(), strict=True) if len({*pair}) > 1
    ]
    port = environment()["COMPLIANCE_PORT"]
    there = f"server {address(SERVICE_HERE)}:{port};"
    assert [(old.strip(), new.strip()) for old, new in changed] == [(SERVICE, there)]
    path = installed(result, tmp_path, {LISTEN: f"listen 127.0.0.1:{free_port()};"})
    done = subprocess.run(
        [*command(nginx, tmp_path, path), "-t", "-q"], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nginx_may_write_where_it_has_to_and_nowhere_that_is_kept() -> None:
    (user,) = {NGINX_HERE["user"].partition(":")[0]}
    places = {each.partition(":")[0]: each for each in NGINX_HERE["tmpfs"]}
    assert places.keys() == {"/tmp", "/run", "/var/cache/nginx"}  # noqa: S108 - its configuration, its number, its bodies
    assert all(f"uid={user}" in each and "mode=0700" in each for each in places.values())
    assert NGINX_HERE["healthcheck"]["test"][-1].endswith("/healthz")
