"""The container file keeps its promises: no shell, no rights, nothing inside that is not needed, everything pinned."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import requires

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from compliance import __version__
from compliance.cli import main
from compliance.config import Settings
from tests.components import program
from tests.deploy.container import DOCKERFILE, ROOT, environment, image, is_sent, shipped, stages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = {
    "deploy/requirements.txt": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["granian"],
    ],
    "deploy/requirements-build.txt": PROJECT["build-system"]["requires"],
}
KEPT_OUT = (
    ".git/HEAD",
    ".venv/bin/python",
    "tests/deploy/test_image.py",
    "docs/operations.md",
    "data/evidence/log/checkpoint",
    "data/evidence-key",
    "keys.json",
    "compliance.toml",
    "deploy/compose.yaml",
    "deploy/Dockerfile",
    "deploy/data/geo.py",
    "compliance/web/__pycache__/app.cpython-313.pyc",
)


def pins(name: str) -> dict[str, tuple[str, int]]:
    """The version of each package of a file of pins, and how many hashes it may have."""
    text = re.sub(r"\\\n\s*", "", (ROOT / name).read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pinned = [re.match(r"([a-z0-9._-]+)==(\S+)", line) for line in lines]
    assert all(pinned)
    return {
        canonicalize_name(found[1]): (found[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)))
        for found, line in zip(pinned, lines, strict=True)
        if found
    }


def test_a_linter_finds_nothing_wrong_with_the_container_file() -> None:
    done = subprocess.run(
        [program("hadolint"), "--no-color", str(DOCKERFILE)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_runs_has_no_shell_and_needs_none() -> None:
    last = image()
    assert last.base.startswith("gcr.io/distroless/python3-")
    assert "debug" not in last.base
    assert not last.all("RUN")
    assert not last.all("SHELL")
    for name in ("ENTRYPOINT", "CMD"):
        assert last.one(name).is_exec
    assert last.one("HEALTHCHECK").rest.partition(" ")[2].startswith("[")


def test_what_runs_is_a_user_without_rights_who_owns_the_evidence_and_nothing_else() -> None:
    last = image()
    user, _, group = last.one("USER").rest.partition(":")
    assert int(user) > 999
    assert int(group) > 999
    names = [each.name for each in last.instructions]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "COPY")
    owned = {each.words[-1] for each in last.all("COPY") if each.options.get("chown") == f"{user}:{group}"}
    assert owned == set(last.one("VOLUME").words) == {environment()["COMPLIANCE_DATA_DIR"]}
    assert environment()["SQLITE_TMPDIR"] in owned, "it sorts in files, and writes nowhere else"
    assert last.one("WORKDIR").rest in {each.words[-1] for each in last.all("COPY")}


def test_both_stages_have_the_python_of_one_system_and_no_base_is_whatever_is_newest() -> None:
    build, last = shipped()
    assert {re.findall(r"debian:?\d+", each.base)[0].replace(":", "") for each in (build, last)} == {"debian13"}
    for each in (build, last):
        tag = each.base.rpartition(":")[2]
        assert tag not in {"latest", each.base}


def test_everything_that_is_copied_is_there_and_sent_to_the_build() -> None:
    build, last = shipped()
    for each in build.all("COPY"):
        for source in each.words[:-1]:
            assert (ROOT / source).exists()
            assert source == "." or is_sent(source)
    for each in last.all("COPY"):
        assert each.options["from"] == build.name
        (source, _) = each.words
        assert any(source in done.rest for done in build.all("RUN"))


@pytest.mark.parametrize("path", KEPT_OUT)
def test_what_the_image_is_not_made_of_is_not_sent_to_a_build(path: str) -> None:
    assert not is_sent(path)


def test_what_the_wheel_is_made_of_is_sent_to_a_build() -> None:
    told = PROJECT["project"]
    hatch = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    files = ["pyproject.toml", told["readme"], *told["license-files"]]
    for directory in (*hatch["packages"], *hatch["force-include"]):
        files += [str(each.relative_to(ROOT)) for each in (ROOT / directory).rglob("*") if each.is_file()]
    missing = [each for each in files if "__pycache__" not in each and not is_sent(each)]
    assert not missing


def test_the_last_pattern_about_a_file_decides_whether_it_is_sent() -> None:
    patterns = "*\n!a\n!deploy\ndeploy/*\n!deploy/kept.txt\n**/__pycache__\n"
    sent = {path: is_sent(path, patterns) for path in ("a/b", "b", "deploy/x", "deploy/kept.txt", "a/__pycache__/c")}
    assert sent == {"a/b": True, "b": False, "deploy/x": False, "deploy/kept.txt": True, "a/__pycache__/c": False}


@pytest.mark.parametrize("name", PINS)
def test_each_dependency_is_pinned_to_a_version_that_is_asked_for_and_to_hashes(name: str) -> None:
    pinned = pins(name)
    for text in PINS[name]:
        wanted = Requirement(text)
        version, _ = pinned[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(version), wanted
    assert all(hashes > 0 for _, hashes in pinned.values())


def test_what_dependencies_need_is_pinned_too() -> None:
    pinned = pins("deploy/requirements.txt")
    for name in pinned.keys() - {"pycparser"}:
        for wanted in map(Requirement, requires(name) or ()):
            if wanted.marker is None or wanted.marker.evaluate({"python_version": "3.13", "extra": ""}):
                assert canonicalize_name(wanted.name) in pinned, f"{wanted} of {name}"


def test_only_what_is_pinned_is_installed_and_only_from_wheels() -> None:
    build, _ = shipped()
    installed = [
        each for run in build.all("RUN") for each in run.rest.split("&&") if " install " in each and "pip" in each
    ]
    assert len(installed) == 3
    for each in installed:
        assert "--require-hashes" in each or "--no-index" in each
        assert "--only-binary :all:" in each or "--no-deps" in each


def test_the_settings_of_the_image_are_settings_and_nothing_of_it_is_a_secret() -> None:
    told = environment()
    settings = Settings.of(environment=told)
    assert (settings.host, settings.port) == ("0.0.0.0", int(image().one("EXPOSE").rest))  # noqa: S104
    assert settings.keys_file is settings.audit_token is None
    assert not settings.allow_without_keys
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert not re.search(r"(?i)\b(password|secret|token)\s*=", text)
    assert {each.rest.partition("=")[0] for each in image().all("ARG")} == set()


def test_freed_memory_is_overwritten_as_under_systemd() -> None:
    unit = (ROOT / "deploy/compliance.service").read_text(encoding="utf-8")
    for line in re.findall(r"^Environment=(.*)$", unit, re.MULTILINE):
        name, _, value = line.partition("=")
        assert environment()[name] == value


def test_the_image_says_what_it_is() -> None:
    labels = {name.rpartition(".")[2]: value for name, value in image().pairs("LABEL").items()}
    assert labels["version"] == __version__
    assert labels["licenses"].split(" AND ")[0] == PROJECT["project"]["license"]
    assert labels["description"] == PROJECT["project"]["description"]


def test_a_command_is_given_to_the_image_without_the_name_of_the_program() -> None:
    (entry,) = image().one("ENTRYPOINT").words
    assert entry in PROJECT["project"]["scripts"]
    (default,) = image().one("CMD").words
    commands = main.list_commands(click.Context(main))
    assert default in commands
    head = DOCKERFILE.read_text(encoding="utf-8").partition("\nARG")[0]
    shown = re.findall(r"^#   docker run (?:[^\n]|\\\n)*? compliance( [a-z].*)?$", head, re.MULTILINE)
    assert len(shown) >= 2
    for command in shown:
        assert not command or command.split()[0] in commands


def test_stages_are_read_with_options_continued_lines_and_arguments() -> None:
    first = "ARG A=x:1\n# a\nFROM ${A} AS one\nCOPY --chown=1:2 a \\\n  # b\n  b\n"
    one, two = stages(first + 'FROM y:2\nCMD ["a", "b c"]\nENV A=1 \\\n  B="2 3"\n')
    assert (one.base, one.name, two.base, two.name) == ("x:1", "one", "y:2", None)
    (copied,) = one.instructions
    assert (copied.words, copied.options) == (["a", "b"], {"chown": "1:2"})
    assert two.one("CMD").words == ["a", "b c"]
    assert two.pairs("ENV") == {"A": "1", "B": "2 3"}
