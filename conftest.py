"""The README and the pages of docs that show commands are executed: what they show is what the product does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sybil import Sybil

from tests.docs.blocks import PARSERS
from tests.docs.service import serving

PAGES = ("api", "audit", "diff", "edge", "import", "mentions", "middleware", "operations", "proxies")

pytest_collect_file = Sybil(
    parsers=PARSERS,
    patterns=[
        "README.md",
        *(f"docs/{name}.md" for name in PAGES),
    ],
    excludes=["*/README.md"],  # a pattern matches from the right
    fixtures=["documented_service"],
).pytest()


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that a test runs keeps anything in the cache of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def documented_service() -> Iterator[str]:
    """The URL of the service, started with one command as a reader of the documentation would start it."""
    with serving(COMPLIANCE_SEAL_SECONDS="60") as url:  # a round a second costs a test run
        yield url
