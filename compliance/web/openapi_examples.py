"""Examples for the OpenAPI document: an answer, an error, and a page as it carries itself."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec

from compliance import answer as said
from compliance.errors import Problem
from compliance.web.problems import details

_RULE: Final = "ru-undesirable-organization-reader-risk"
_TEXT: Final = (
    "If you are in Russia or the Russia-controlled parts of Ukraine, you could face fines or imprisonment for sharing, "
    "liking, commenting on, or saving our content."
)
_DIGEST: Final = "sha256:" + 64 * "0"

ARTICLE: Final[dict[str, Any]] = {
    "content": {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "A headline",
        "articleBody": "The words of the article.",
        "datePublished": "2009-12-17",
        "publisher": {"@type": "Organization", "name": "RFE/RL"},
    },
    "reader": {"location": {"country": "RU"}},
    "as_of": "2025-01-10",
}
"""The body of a check that has a page as JSON-LD."""
_NOTICE: Final = said.Notice(
    id=_RULE,
    entity=None,
    rules=(_RULE,),
    rule_count=1,
    status="required",
    display="show",
    purpose="reader-safety",
    severity="alert",
    placement="footer",
    group=None,
    language="en",
    direction="ltr",
    text=_TEXT,
    short=_TEXT,
    html=f'<aside role="note" class="notice notice-alert" lang="en" dir="ltr"><p>{_TEXT}</p></aside>',
    link=None,
    effects=(said.Effect(type="suppress", component="share"),),
    because=(
        said.Because(
            rule=_RULE,
            title='Reader risk, content of an "undesirable organization"',
            status="required",
            facts=(
                said.Ground(
                    fact="reader.location",
                    asks_for=("RU", "ua-russia-controlled"),
                    truth="true",
                    detail="the reader is in UA-43",
                ),
            ),
            legal_basis=(said.LegalBasis(title="Criminal Code of the Russian Federation", article="284.1"),),
        ),
    ),
    unknowns=(),
    wording=said.Wording(first_day=None, last_day=None, fixity="equivalent", digest=_DIGEST),
    placements=("footer",),
)
ANSWER: Final[dict[str, Any]] = msgspec.to_builtins(
    said.Answer(
        notices=(_NOTICE,),
        reviews=(),
        unknowns=(),
        stale=(),
        advice=(),
        location=said.Location(
            places=("UA-43",), anywhere=False, territories={"ua-russia-controlled": "in"}, basis=("place given",)
        ),
        ruleset=said.Digests(meaning=_DIGEST, source=_DIGEST),
        as_of=date(2025, 1, 10),
        preview=True,
        valid_until=None,
        cache=said.Cache(
            key=32 * "0", vary=("reader.location", "languages"), max_age=0, surrogate_keys=(f"rule:{_RULE}",)
        ),
        decision=_DIGEST,
        evidence=said.Evidence(state="preview"),
    )
)
"""An answer to a check, with one of its notices."""
PROBLEM: Final[dict[str, Any]] = msgspec.to_builtins(
    details(
        400,
        "invalid-request",
        "the request cannot be understood",
        [Problem("unknown field `pulisher`", where="content", help="the nearest is `publisher`")],
    )
)
"""An error."""
