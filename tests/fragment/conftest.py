"""The application of the fragment tests, and how a fragment is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from compliance import Checker
from compliance.web.app import create_app
from tests.web.asking import Asker
from tests.web.process import Service, serving


@pytest.fixture(scope="module")
def app(checker: Checker) -> Flask:
    return create_app(checker)


@pytest.fixture
def asker(app: Flask) -> Asker:
    """Asks the application without a server."""
    return Asker(app)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of the shipped rules."""
    with serving(tmp_path_factory.mktemp("service") / "log") as running:
        yield running
