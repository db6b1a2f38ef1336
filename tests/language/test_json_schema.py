"""The schema for editors: whatever loads is valid, and slips in keys and words are underlined."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from compliance.language.fields import KEBAB
from compliance.language.json_schema import schema
from compliance.language.keys import KEYS
from compliance.language.sections import FILES
from compliance.language.source import Map, read
from compliance.model.facts import FACTS, Kind
from tests.examples import step
from tests.language.test_messages import GOLDEN, MISTAKES
from tests.tiny import TINY, changed

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "schema.json"
VALIDATOR = Draft202012Validator(schema())
PLACES = ("rules", "tests/language/situations")
FOLDERS = sorted(
    {path.parent.relative_to(ROOT).as_posix() for place in PLACES for path in (ROOT / place).rglob("*.yaml")}
)
"""A test for each folder: one of them has hundreds of small files, and a test of its own costs more than a file."""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SLIP = re.compile(
    r"error: unknown (key|fact|severity|status|purpose|placement|reach|fixity|answer|expectation|stance|milestone)"
    r"|error: `[\w.]+` is never `"
)
"""How a message begins that speaks of a key or a word that there is not."""
CORE: dict[str, Callable[[str], object]] = {
    r"[-+]?[0-9]+": int,
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?": float,
    "true|True|TRUE": lambda _: True,
    "false|False|FALSE": lambda _: False,
    "null|Null|NULL|~|": lambda _: None,
}
"""What an editor makes of a plain scalar: the core schema of YAML 1.2."""


def typed(text: str) -> object:
    return next((read_as(text) for pattern, read_as in CORE.items() if re.fullmatch(pattern, text)), text)


def value(node: yaml.Node | None, plain: Callable[[str], object]) -> Any:
    """A node as data; what stands without quotation marks goes through `plain`."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: value(each, plain) for key, each in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [value(each, plain) for each in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return node.value if node.style else plain(node.value)


def as_an_editor_reads(data: bytes) -> Any:
    """The file with types, which the rule language has not."""
    return value(yaml.compose(data.decode("utf-8-sig"), Loader=LOADER), typed)


def as_we_read(data: bytes) -> Any:
    """The file as the rule language has it: everything is text."""
    return value(yaml.compose(data.decode("utf-8-sig"), Loader=LOADER), str)


def faults(data: Any, kind: str | None = None) -> list[str]:
    validator = VALIDATOR if kind is None else Draft202012Validator(schema(kind))
    found = []
    for error in validator.iter_errors(data):
        causes = [*error.context] or [error]
        found += [f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in causes]
    return found


def tiny(file: str, *edits: tuple[str, str]) -> Any:
    return as_an_editor_reads(changed(file, *edits)[file].encode())


@pytest.mark.parametrize("kind", [None, *FILES])
def test_the_schema_is_one(kind: str | None) -> None:
    whole = schema(kind)
    if kind is not None:
        assert whole.pop("$defs") == schema()["$defs"]
    Draft202012Validator.check_schema(whole)
    references = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(whole)))
    assert references <= set(schema(kind)["$defs"])


def test_the_page_that_editors_fetch_is_what_the_command_prints() -> None:
    assert json.loads(PAGE.read_text(encoding="utf-8")) == schema(), "run python -m tests.docs.test_keys"


@pytest.mark.parametrize("read_as", [as_an_editor_reads, as_we_read])
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_that_loads_is_valid(folder: str, read_as: Any) -> None:
    """In every run each fourth of the entities, which are much alike."""
    for path in sorted((ROOT / folder).glob("*.yaml"))[:: step(4) if folder.startswith("rules/entities") else 1]:
        data = path.read_bytes()
        if not read(path.name, data)[1]:
            assert faults(read_as(data)) == [], path.name


@pytest.mark.parametrize("path", TINY)
def test_the_smallest_files_are_valid(path: str) -> None:
    kind = next(key for key in tiny(path) if key in FILES)
    assert faults(tiny(path)) == []
    assert faults(tiny(path), kind) == []
    assert all(faults(tiny(path), other) for other in FILES if other != kind)


def slips() -> list[Path]:
    """The files of the golden messages which hold a key or a word that there is not, and can be read."""
    found = []
    for path in MISTAKES:
        if path.is_file() and SLIP.search(path.with_suffix(".txt").read_text(encoding="utf-8")):
            tree, problems = read(path.name, path.read_bytes())
            if not problems and isinstance(tree, Map):
                found.append(path)
    return found


@pytest.mark.parametrize("path", slips(), ids=lambda path: path.stem)
def test_a_key_or_a_word_that_there_is_not_is_underlined(path: Path) -> None:
    assert faults(as_an_editor_reads(path.read_bytes())) != []


def test_the_golden_messages_hold_many_slips() -> None:
    assert len(slips()) > 10
    assert GOLDEN.is_dir()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title:", "titel:"),
        ("status: active", "status: maybe"),
        ("review_by: 2030-01-01", "review_by: 2030-1-1"),
        ("review_by: 2030-01-01", "review_by: soon"),
        ("rule: warn", "rule: A Warning"),
        ("reader.location: RU\nif", "reader.localtion: RU\nif"),
        ("reader.location: RU\nif", "reader.passport: RU\nif"),
        ("reader.location: RU\nif", "content.kind: articel\nif"),
        ("reader.location: RU\nif", "content.kind: []\nif"),
        ("reader.location: RU\nif", "content.date_published: 2020-01-01\nif"),
        ("reader.location: RU\nif", "any_of: [{content.kind: articel}]\nif"),
        ("publisher.designated_as: review", "publisher.designated_as: maybe"),
        ("severity: alert", "severity: loud"),
        ("expect: none", "expect: nothing"),
        ("because: reader.location unknown", "because: reader.place unknown"),
        ("publisher: radio, reader.location: US", "publisher: radio, content.kind: [article, nothing]"),
        ("confidence: A", "confidence: E"),
        ('href: "https://law.example/act"', "href: law.example"),
        ("first_day: 2020-01-01", "first_day: never"),
        ("owner: desk@example.org\n", ""),
        ("language: 1", "language: 2"),
    ],
)
def test_a_slip_in_a_rule_is_underlined(old: str, new: str) -> None:
    assert faults(tiny("warn.yaml", (old, new))) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reader.location: RU\nif", "reader.location: [RU, NO, somewhere-else]\nif"),
        ("reader.location: RU\nif", "content.date_published: {first_day: 2020-01-01, last_day: none}\nif"),
        ("reader.location: RU\nif", "any_of:\n    - content.kind: page\n    - {content.paid: no}\nif"),
        ("publisher.designated_as: review", "publisher.designated_as: {answer: skip, reason: because}"),
        ("if_unknown", "unless:\n  - content.kind: page\n  - content.kind: [image, video]\nif_unknown"),
        ("if_unknown", "unless: {content.kind: page}\nif_unknown"),
        ("publisher: radio, reader.location: US", "content.mentions: [radio, perhaps paper, unknown]"),
        ("publisher: radio, reader.location: US", "content.mentions: nothing, content.age_rating: [0+, 18+]"),
        ("title: A warning", "title: 20.33"),
        ("title: A warning", "title: true"),
        ('article: "1"', "article: 1"),
    ],
)
def test_what_the_language_allows_is_not_underlined(old: str, new: str) -> None:
    assert faults(tiny("warn.yaml", (old, new))) == []


@pytest.mark.parametrize(
    "one", ["domains: radio.example", "answers_to: NO", "names: {en: The Radio}", "excludes: paper"]
)
def test_one_text_counts_as_a_list_of_one(one: str) -> None:
    assert faults(as_an_editor_reads(f"language: 1\nentity: radio\ntitle: Radio\n{one}\n".encode())) == []
    assert faults(as_an_editor_reads(f"language: 1\nentity: radio\ntitle: Radio\n{one[:5]}: x\n".encode())) != []


def test_a_reference_to_a_notice_stands_for_one() -> None:
    whole = TINY["warn.yaml"]
    start, end = whole.index("notice:"), whole.index("scenarios:")
    assert faults(as_an_editor_reads(f"{whole[:start]}notice: {{ref: other}}\n{whole[end:]}".encode())) == []


def test_every_key_and_fact_is_offered_with_its_meaning() -> None:
    definitions = schema()["$defs"]
    for section, keys in KEYS.items():
        properties = definitions[section]["properties"]
        assert list(properties) == [key.name for key in keys]
        assert all(each["description"] and "](" not in each["description"] for each in properties.values())
    for name, spec in FACTS.items():
        for place in ("conditions", "facts", "answers"):
            assert re.sub(r"\W", "", spec.meaning).lower() in re.sub(
                r"\W", "", definitions[place]["properties"][name]["description"].lower()
            )


def test_words_are_offered_where_the_vocabulary_is_closed() -> None:
    definitions = schema()["$defs"]
    assert definitions["rule"]["properties"]["status"]["enum"] == ["draft", "active", "retired"]
    asked = definitions["conditions"]["properties"]
    for name, spec in FACTS.items():
        if spec.domain is not None:
            assert asked[name]["anyOf"][0]["enum"] == list(spec.domain)
    assert asked["reader.location"]["anyOf"][0] == {"$ref": "#/$defs/place"}
    assert definitions["place"]["anyOf"][0] == {"$ref": "#/$defs/country"}
    assert "NO" in definitions["country"]["enum"]


def test_every_map_refuses_what_the_table_does_not_have() -> None:
    definitions = schema()["$defs"]
    assert all(definitions[section]["additionalProperties"] is False for section in KEYS)


def test_a_kind_of_fact_that_has_a_form_has_its_pattern() -> None:
    asked = schema()["$defs"]["conditions"]["properties"]
    for name, spec in FACTS.items():
        if spec.kind is Kind.WORD and spec.domain is None:
            assert asked[name]["anyOf"][0]["pattern"] == f"^({KEBAB.pattern})$"
