"""Settings of the evidence: what is recorded, under which name and key, and who may ask for it."""

from __future__ import annotations

import re

import pytest

from compliance.config import Settings
from compliance.errors import ConfigError


def test_tables_are_recorded_unless_somebody_says_otherwise() -> None:
    assert Settings().evidence == "table"
    assert Settings.of({"evidence": "off"}).evidence == "off"


def test_every_decision_is_recorded_only_by_somebody_who_accepts_what_that_does_to_readers() -> None:
    with pytest.raises(ConfigError, match="readers may be punished for reading"):
        Settings.of({"evidence": "every"})
    assert Settings.of({"evidence": "every"}, {"COMPLIANCE_I_ACCEPT_READER_RISK": "true"}).evidence == "every"


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("i_accept_reader_risk", "false", False),
        ("i_accept_reader_risk", True, True),
        ("page_parameters", "id, page", ("id", "page")),
        ("page_parameters", ["id"], ("id",)),
        ("page_parameters", ["filter[id]", "статья", "a.b_c-d"], ("filter[id]", "статья", "a.b_c-d")),
        ("evidence_origin", "example.org/evidence/2026", "example.org/evidence/2026"),
        ("checkpoint_to", "file:/backup/checkpoint", ("file:/backup/checkpoint",)),
        ("checkpoint_to", ["command:/usr/bin/tee a", "https://log.example/x"], None),
        ("audit_token", "0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_what_is_written_is_read(name: str, written: object, read: object) -> None:
    expected = tuple(written) if read is None and isinstance(written, list) else read
    assert getattr(Settings.of({name: written}), name) == expected


@pytest.mark.parametrize(
    ("name", "written", "message"),
    [
        (
            "evidence",
            "tables",
            "names `tables`, which is no kind of evidence that is known here; the nearest is `table`",
        ),
        ("i_accept_reader_risk", "yes", "true or false, not `yes`"),
        ("i_accept_reader_risk", 1, "true or false, not `1`"),
        ("page_parameters", 5, "a list of words"),
        ("page_parameters", ["id", "a&b", "c=1", ""], "names `a&b`, `c=1`, ``, which is no parameter"),
        ("page_parameters", "?id, page", "names `?id`, which is no parameter"),
        ("page_parameters", ["id,page"], "names `id,page`, which is no parameter"),
        ("evidence_origin", "https://example.org/log", "the name of a log such as `example.org/evidence`"),
        ("evidence_origin", "two words", "the name of a log"),
        ("checkpoint_to", ["file:/a", "ftp://b"], "names `ftp://b`: write `file:PATH`"),
        ("checkpoint_to", 7, "a list such as `file:/backup/checkpoint`"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, written: object, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        Settings.of({name: written})


@pytest.mark.parametrize("token", ["too short", "with a space in it, and long enough", 17, ""])
def test_a_token_that_could_be_guessed_is_refused_and_never_said_back(token: object) -> None:
    with pytest.raises(ConfigError, match="16 letters or digits at least") as refused:
        Settings.of({"audit_token": token})
    assert not token or str(token) not in str(refused.value)


def test_settings_that_are_shown_do_not_show_the_token() -> None:
    assert "0123456789abcdef" not in repr(Settings.of({"audit_token": "0123456789abcdef"}))
