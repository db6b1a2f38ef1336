"""A bundle is the rule set that went into it, byte for byte, or it is refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance import Checker, bundle
from compliance.cli import main
from compliance.dictionary import table_of
from compliance.errors import RulesError
from compliance.language import digest
from compliance.store import Store, open_snapshot, read_files, read_rules
from tests.tiny import TINY, changed, written

EDITS = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 4),
    st.binary(max_size=4) | st.sampled_from([b"PK\x05\x06", b"\xff" * 4]),
)
"""Where in the file, so many bytes taken out, and these put in."""
NO_FILES = f'"source": "{digest.source({})}"'.encode()
Tamper = Callable[[dict[str, bytes]], Mapping[str, bytes]]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path / "rules")


@pytest.fixture
def bundled(rules: Path) -> Path:
    return build(rules, rules.parent / "rules.bundle")


def build(rules: Path, to: Path) -> Path:
    ruleset = read_rules(rules)
    bundle.write(to, read_files(rules), ruleset, table_of(ruleset))
    return to


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def refused(path: Path) -> str:
    with pytest.raises(RulesError) as raised:
        Checker.open(path)
    return str(raised.value)


def with_forms(entries: dict[str, bytes], forms: bytes) -> dict[str, bytes]:
    """A bundle with other word forms, and a manifest that names them."""
    digest_ = f'"forms": "sha256:{hashlib.sha256(forms).hexdigest()}"'.encode()
    manifest = re.sub(rb'"forms": "[^"]+"', digest_, entries[bundle.MANIFEST])
    return {**entries, bundle.FORMS: forms, bundle.MANIFEST: manifest}


def former(entries: dict[str, bytes]) -> dict[str, bytes]:
    """A bundle as former versions wrote it, without word forms."""
    said = json.loads(entries[bundle.MANIFEST])
    del said["forms"]
    files = {name: data for name, data in entries.items() if name != bundle.FORMS}
    return {**files, bundle.MANIFEST: json.dumps({**said, "format": 1}).encode()}


def tampered(path: Path, change: Tamper) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in change(entries).items():
            archive.writestr(name, data)


def test_a_bundle_is_read_as_the_rules_that_went_into_it(rules: Path, bundled: Path) -> None:
    assert read_files(bundled) == read_files(rules)
    assert (read_rules(bundled).meaning, read_rules(bundled).source) == (
        read_rules(rules).meaning,
        read_rules(rules).source,
    )
    facts = {"publisher": "radio", "reader.location": "RU"}
    assert Checker.open(bundled).decide(facts) == Checker.open(rules).decide(facts)


def test_the_same_rules_give_the_same_bytes_wherever_and_whenever_they_are_built(rules: Path, tmp_path: Path) -> None:
    first = build(rules, tmp_path / "first.bundle").read_bytes()
    for path in rules.rglob("*.yaml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
        path.chmod(0o600)
    assert build(rules, tmp_path / "second.bundle").read_bytes() == first


def test_what_is_kept_as_evidence_is_a_bundle_without_word_forms(rules: Path, tmp_path: Path) -> None:
    snapshot = open_snapshot(rules)
    (tmp_path / "kept").write_bytes(bundle.packed(snapshot.files, snapshot.ruleset))
    again = open_snapshot(tmp_path / "kept")
    assert (again.ruleset.meaning, again.ruleset.source) == (snapshot.ruleset.meaning, snapshot.ruleset.source)
    assert again.files == read_files(rules)
    assert bundle.packed(again.files, again.ruleset) == (tmp_path / "kept").read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda all_: {**all_, "warn.yaml": all_["warn.yaml"].replace(b"RU", b"UA")}, "does not hold the files"),
        (lambda all_: {**all_, "more.yaml": b"language: 1\n"}, "does not hold the files"),
        (lambda all_: {name: data for name, data in all_.items() if name != "radio.yaml"}, "does not hold the files"),
        (lambda all_: {name: data for name, data in all_.items() if name != bundle.MANIFEST}, "has no manifest"),
        (lambda all_: {**all_, bundle.MANIFEST: b"{}"}, "has no manifest"),
        (lambda all_: {**all_, bundle.MANIFEST: b"\xff"}, "has no manifest"),
        (
            lambda all_: {**all_, bundle.MANIFEST: all_[bundle.MANIFEST].replace(b'"format": 2', b'"format": 3')},
            "has format 3 and rule language 1",
        ),
        (
            lambda all_: {
                bundle.MANIFEST: re.sub(rb'"source": "[^"]+"', NO_FILES, all_[bundle.MANIFEST]),
                bundle.FORMS: all_[bundle.FORMS],
            },
            "holds no rule file",
        ),
        (lambda all_: {**all_, "large.yaml": b"#" * 4_000_001}, "holds more than can be unpacked"),
        (lambda all_: {**all_, bundle.FORMS: all_[bundle.FORMS][:-1]}, "does not hold the word forms"),
        (lambda all_: {name: data for name, data in all_.items() if name != bundle.FORMS}, "does not hold the word"),
        (lambda all_: with_forms(all_, b'{"format":2}'), "has word forms of format 2"),
        (lambda all_: with_forms(all_, b"{}"), "has no word forms that can be read"),
        (
            lambda all_: {**all_, bundle.MANIFEST: re.sub(rb',\s*"forms": "[^"]+"', b"", all_[bundle.MANIFEST])},
            "has a manifest that does not fit format 2",
        ),
        (
            lambda all_: {**all_, bundle.MANIFEST: all_[bundle.MANIFEST].replace(b'"format": 2', b'"format": 1')},
            "has a manifest that does not fit format 1",
        ),
        (lambda all_: {**former(all_), bundle.FORMS: all_[bundle.FORMS]}, "does not hold the files"),
    ],
    ids=[
        "altered",
        "added",
        "removed",
        "no-manifest",
        "empty-manifest",
        "not-utf-8",
        "format",
        "no-files",
        "too-large",
        "forms-altered",
        "forms-removed",
        "forms-of-another-format",
        "forms-unreadable",
        "forms-unnamed",
        "forms-in-a-former-format",
        "forms-added",
    ],
)
def test_a_bundle_that_is_not_what_it_was_is_refused(bundled: Path, change: Tamper, message: str) -> None:
    tampered(bundled, change)
    assert message in refused(bundled)
    assert "help: " in refused(bundled)


@pytest.mark.parametrize("length", [0, 1, 22, 500, -1])
def test_a_bundle_that_was_cut_is_refused(bundled: Path, length: int) -> None:
    bundled.write_bytes(bundled.read_bytes()[:length])
    assert "is no bundle, or was cut" in refused(bundled)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDITS, min_size=1, max_size=6))
def test_whatever_happens_to_a_bundle_it_is_what_it_was_or_refused(
    bundled: Path, edits: list[tuple[float, int, bytes]]
) -> None:
    good = bundle.read(bundled, "it")
    altered = bundled.with_name("altered.bundle")
    data = bundled.read_bytes()
    for place, cut, put in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + cut :]
    altered.write_bytes(data)
    try:
        found = bundle.read(altered, "it")
    except RulesError:
        return
    assert found == good  # what was altered was no part of a file: a date, for example


def test_two_files_of_one_name_are_refused(bundled: Path) -> None:
    with zipfile.ZipFile(bundled, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("warn.yaml", b"language: 1\n")
    assert "two of one name" in refused(bundled)


def test_what_only_seems_to_be_small_is_not_unpacked(bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_UNPACKED", 100)
    assert "holds more than can be unpacked" in refused(bundled)


class OpenedError(Exception):
    """A file of a bundle was unpacked."""


@pytest.mark.parametrize(
    ("name", "most"), [(bundle.FORMS, 32_000_000), ("large.yaml", 4_000_000), ("MANIFEST.json", 4_000_000)]
)
def test_a_file_that_unpacks_to_very_much_is_refused_before_anything_is_unpacked(
    bundled: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    def opened(*_: object) -> None:
        raise OpenedError

    tampered(bundled, lambda all_: {**all_, name: bytes(most)})
    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "open", opened)
        with pytest.raises(OpenedError):
            bundle.read(bundled, "it")  # what is just not too much is unpacked
    tampered(bundled, lambda all_: {**all_, name: bytes(most + 1)})
    monkeypatch.setattr(zipfile.ZipFile, "open", opened)
    assert "holds more than can be unpacked" in refused(bundled)


def test_a_file_that_is_larger_than_it_says_is_unpacked_no_further(bundled: Path) -> None:
    with zipfile.ZipFile(bundled, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large.yaml", bytes(80_000_000))
    said, less = (size.to_bytes(4, "little") for size in (80_000_000, 7))
    bundled.write_bytes(bundled.read_bytes().replace(said, less))
    tracemalloc.start()
    try:
        assert "is no bundle, or was cut" in refused(bundled)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_a_bundle_that_could_not_be_read_back_is_not_written(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MOST_FORMS", 50)
    done = run("build", rules, "-o", tmp_path / "out.bundle")
    assert done.exit_code == 2
    assert "the rules are more than a bundle can hold" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["rules"]


def test_a_service_takes_a_new_bundle_and_keeps_the_last_good_one(rules: Path, bundled: Path) -> None:
    store = Store(bundled)
    before = store.current.ruleset.meaning
    warn = rules / "warn.yaml"
    warn.write_text(TINY["warn.yaml"].replace("is on the list", "stands on the list"), encoding="utf-8")
    build(rules, bundled)
    assert store.reload()
    after = store.current.ruleset.meaning
    assert after != before
    bundled.write_bytes(b"")
    assert not store.reload()
    assert store.current.ruleset.meaning == after
    assert "is no bundle" in str(store.failure)


def test_the_command_says_what_it_wrote_and_the_others_read_it(rules: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.bundle"
    done = run("build", rules, "-o", target, "--json")
    assert done.exit_code == 0
    said = json.loads(done.output)
    assert (said["bundle"], said["files"], said["rules"]) == (str(target), len(TINY), 1)
    assert said["meaning"] == read_rules(rules).meaning
    assert said["forms"] == f"sha256:{hashlib.sha256(table_of(read_rules(rules)).encoded()).hexdigest()}"
    assert (said["words"], said["word_forms"]) == (0, 0)
    assert run("test", target).output == run("test", rules).output.replace(str(rules), str(target))
    assert "1 rule(s) in" in run("build", rules, "-o", target).output


def test_rules_with_a_problem_or_a_failing_scenario_are_not_built(rules: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.bundle"
    warn = rules / "warn.yaml"
    for broken in (
        TINY["warn.yaml"].replace("RU\n", "RX\n", 1),
        TINY["warn.yaml"].replace("expect: none", "expect: required"),
    ):
        warn.write_text(broken, encoding="utf-8")
        assert run("build", rules, "-o", target).exit_code == 2
        assert not target.exists()


def test_a_place_that_cannot_be_written_is_said_so(rules: Path, tmp_path: Path) -> None:
    done = run("build", rules, "-o", tmp_path / "nowhere" / "out.bundle")
    assert done.exit_code == 2
    assert "cannot be written: no such file or directory" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["rules"]


def test_what_is_no_file_is_not_replaced_by_a_bundle(rules: Path, tmp_path: Path) -> None:
    """Whoever is root would put a file in the place of a device."""
    os.mkfifo(tmp_path / "pipe")
    done = run("build", rules, "-o", tmp_path / "pipe")
    assert (done.exit_code, "cannot be written: not a regular file" in done.output) == (2, True)
    assert (tmp_path / "pipe").is_fifo()


# -- word forms ---------------------------------------------------------------------------------------------

NAMED = "names: {en: [The Radio], ru: [Радио Маяковка], uk: [Радіо Хвиля]}"
TEXT = "Слушали Радио Маяковку, читали о Радіо Хвилі."
ASKED = """\
import sys
from compliance import Checker, Content
for path in sys.argv[2:]:
    found = Checker.open(path).mentions(Content(text=sys.argv[1])).mentions
    print([(each.surface, each.verdict) for each in found], any("pymorphy" in name for name in sys.modules))
"""


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """Rules with an entity that has Russian names."""
    return written(tmp_path / "named", changed("radio.yaml", ("names: {en: [The Radio]}", NAMED)))


def asked(*paths: Path) -> str:
    """What a process of its own finds in a text by each rule set, and whether it has opened the dictionary by then."""
    command = [sys.executable, "-W", "error", "-c", ASKED, TEXT, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.stderr == ""
    return done.stdout


def test_whoever_serves_a_bundle_opens_no_dictionary_and_finds_the_same_names(named: Path, tmp_path: Path) -> None:
    found = "[('Радио Маяковку', 'certain'), ('Радіо Хвилі', 'certain')]"
    bundled = build(named, tmp_path / "named.bundle")
    by_others = build(named, tmp_path / "by_others.bundle")
    tampered(by_others, former)
    assert asked(bundled, by_others, named) == f"{found} False\n{found} True\n{found} True\n"


def test_the_command_says_how_many_words_and_forms_a_bundle_holds(named: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.bundle"
    assert ", 16 form(s) of 4 word(s)\n" in run("build", named, "-o", target).output
    said = json.loads(run("build", named, "-o", target, "--json").output)
    assert (said["words"], said["word_forms"]) == (4, 16)
    forms = bundle.read(target, "it").forms
    assert forms is not None
    assert forms.counts == (4, 16)
