"""Real components that tests need: where one is missing a test is skipped, but never in a full run."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def program(name: str) -> str:
    """The path of a program such as `nginx`."""
    return shutil.which(name) or missing(f"`{name}` is not installed")


def missing(what: str) -> NoReturn:
    """Ends the test; `make test` says `what` last, with the number of tests that were skipped for it."""
    if os.environ.get("REQUIRE_COMPONENTS") == "1" or os.environ.get("CI"):
        pytest.fail(f"{what}, and this run needs every component")
    pytest.skip(what)
