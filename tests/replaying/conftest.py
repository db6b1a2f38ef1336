"""A log that all tests here look at and none alters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import IO, Any

import pytest

from compliance import bundle
from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from compliance.replaying import rules
from tests.replaying.logs import Sealed, two_versions


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Pages under two versions of the shipped rules."""
    return two_versions(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="session", autouse=True)
def same_files_are_read_and_loaded_once() -> Iterator[None]:
    """Two rule sets lie beside nearly all logs here; what a rule set is depends on its files alone."""

    @cache
    def once(files: tuple[tuple[str, Any], ...], zones: Any, root: str) -> Ruleset:
        return load(dict(files), zones, root=root)

    def loaded(files: Mapping[str, Any], zones: Any, *, root: str) -> Ruleset:
        return once(tuple(files.items()), zones, root)

    @cache
    def unpacked(data: bytes, name: str) -> bundle.Bundle:
        return bundle.read(BytesIO(data), name)

    def read(file: IO[bytes], name: str) -> bundle.Bundle:
        return unpacked(file.read(), name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "load", loaded)
        patch.setattr(rules, "bundle", SimpleNamespace(read=read))
        yield
