"""What these pages say of the house is what the contracts and the rooms say; their links lead somewhere."""

from __future__ import annotations

import re
import shutil
import tomllib
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker, Content, Reader
from compliance.model.period import ONE_DAY

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "docs/api.md",
    "docs/architecture.md",
    "docs/audit.md",
    "docs/diff.md",
    "docs/edge.md",
    "docs/editors.md",
    "docs/glossary.md",
    "docs/import.md",
    "docs/index.md",
    "docs/middleware.md",
    "docs/operations.md",
    "docs/proxies.md",
    "rules/README.md",
]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


_OWN_ON_PYPI = re.compile(r"""pip install (?:-\S+ )*["']?compliance(?![\w/.-])""")
_ANYBODY_READS = ["README.md", "CONTRIBUTING.md", "NOTICE", "Makefile", "docs", "deploy", "compliance", "rules"]


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    return found


def layers() -> str:
    """The layers of the contract that are built, in the notation of the documentation."""
    contract = next(each for each in contracts() if each["type"] == "layers")
    built = [
        " | ".join(room for room in layer.split(" | ") if not room.startswith("(")) for layer in contract["layers"]
    ]
    return " > ".join(f"`{layer}`" for layer in built if layer)


def rooms() -> set[str]:
    inside = {path for path in (ROOT / "compliance").iterdir() if not path.name.startswith("_")}
    return {path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").is_file()}


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", _CODE.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["docs/architecture.md"])
def test_the_layer_line_is_that_of_the_contract(page: str) -> None:
    assert layers() in text(page).splitlines()


def test_every_room_has_a_row_and_every_row_a_room() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", text("docs/architecture.md"), re.MULTILINE)
    assert set(rows) == rooms()


def test_the_pure_rooms_are_those_of_the_contract() -> None:
    contract = next(each for each in contracts() if each["name"].startswith("the core is pure"))
    checked = {name.removeprefix("compliance.") for name in contract["source_modules"]}
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\w ]*)\|", text("docs/architecture.md"), re.MULTILINE))
    assert {room for room, pure in rows.items() if pure.strip() == "yes"} == {
        name for name in checked if "." not in name
    }
    assert {room for room, pure in rows.items() if pure.strip() == "in part"} == {
        name.partition(".")[0] for name in checked if "." in name
    }


def test_every_module_that_the_architecture_names_exists() -> None:
    named = re.findall(r"`((?:\w+/)?\w+\.py)`", text("docs/architecture.md"))
    assert named
    assert [name for name in named if not (ROOT / "compliance" / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    broken = []
    for link in _LINK.findall(_CODE.sub("", text(page))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(str(target.resolve().relative_to(ROOT)))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_no_example_writes_into_the_data_of_a_service_that_runs(page: str) -> None:
    """Whoever follows a page at the top of a checkout has the real log of evidence in `data`."""
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```$", text(page), re.DOTALL | re.MULTILINE)
    assert [line for block in blocks for line in block.splitlines() if re.search(r">>? *data/", line)] == []


def test_a_private_key_of_an_example_is_never_committed_by_accident() -> None:
    patterns = text(".gitignore").split()
    keys = {name for page in PAGES for name in re.findall(r"--new-key (\w[\w.-]*)", text(page))}
    assert keys
    assert [key for key in keys if not any(fnmatch(key, each) for each in patterns)] == []


def test_nobody_is_told_to_install_the_package_of_a_stranger() -> None:
    """The name is taken on PyPI: `pip install "compliance[...]"` would run what somebody else wrote."""
    said = "and the package `compliance` there is a stranger's, which `pip install compliance` would run"
    assert said in text("docs/operations.md")
    assert _OWN_ON_PYPI.search('pip install -q "compliance[uk]"')
    trees = [ROOT / each for each in _ANYBODY_READS]
    files = [file for tree in trees for file in ([tree] if tree.is_file() else tree.rglob("*"))]
    kinds = {"", ".md", ".py", ".toml", ".service", ".yaml", ".conf"}
    read = [file for file in files if file.suffix in kinds and file.is_file()]
    assert len(read) > 100
    telling = [file for file in read if _OWN_ON_PYPI.search(file.read_text(encoding="utf-8").replace(said, ""))]
    assert telling == []


def test_a_declared_publisher_is_not_designated_as_long_as_the_complete_copy_is_fresh(tmp_path: Path) -> None:
    """The entity file of docs/operations.md, beside the shipped rules."""
    path, entity = re.findall(r"`(all-rules/\S+\.yaml)`:\n\n```\n(.*?)```", text("docs/operations.md"), re.DOTALL)[0]
    shutil.copytree(ROOT / "rules", tmp_path / "all-rules")
    (tmp_path / path).write_text(entity, encoding="utf-8")
    checker = Checker.open(tmp_path / "all-rules")
    copy = checker.ruleset.registers["ru/undesirable-organization"]
    assert [each.id for each in checker.ruleset.registers.values() if each.complete] == [copy.id]
    page, reader = Content(publisher="my-daily.example"), Reader(country="RU")
    fresh = checker.check(page, reader, as_of=copy.fresh_until)
    assert (fresh.notices, fresh.stale) == ((), ())
    late = checker.check(page, reader, as_of=copy.fresh_until + ONE_DAY)
    assert [notice.display for notice in late.notices] == ["hold"]
    assert [stale.register for stale in late.stale] == [copy.id]


def test_every_word_of_the_glossary_is_explained_once() -> None:
    words = [
        word
        for line in re.findall(r"^\*\*(.+?)\*\* - ", text("docs/glossary.md"), re.MULTILINE)
        for word in line.lower().split(", ")
    ]
    assert len(words) > 40
    assert [one for one, other in pairwise(sorted(words)) if one == other] == []
