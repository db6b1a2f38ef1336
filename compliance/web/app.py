"""The application: made from a checker and a few settings, so that tests and other servers make it alike."""

from __future__ import annotations

from collections.abc import Collection
from time import perf_counter
from typing import Final

from flask import Flask, Response, request

from compliance.check import Checker
from compliance.config import Settings
from compliance.geo.client_address import ProxyTrust
from compliance.kept import KeptAnswers
from compliance.web import api, batch, changes, describing, evidence, fragment, lists, reports
from compliance.web.access import Access
from compliance.web.auditing import EXTENSION as AUDITING
from compliance.web.auditing import Auditing
from compliance.web.delivery import deliver
from compliance.web.fast_lane import FastLane, head
from compliance.web.guard import stand_guard
from compliance.web.metrics import Metrics
from compliance.web.service import BEGUN, EXTENSION, Sealing, Service
from compliance.web.withheld import silence_words

MOST_KEPT: Final = 64 * 1024 * 1024
"""So many bytes of answers are kept, and of pages, unless settings say otherwise."""


def create_app(
    checker: Checker,
    *,
    body_limit: int = Settings().body_limit,
    trust: ProxyTrust | None = None,
    auditing: Auditing | None = None,
    sealing: Sealing | None = None,
    access: Access | None = None,
    origins: Collection[str] = (),
) -> Flask:
    """The WSGI application that answers with `checker`.

    Args:
        checker: what answers.
        body_limit: the largest request body, in bytes.
        trust: which peers are believed when they name a reader; without it, none. A server that is not ours has
            to drop headers with underscores in their names, as nginx does: WSGI cannot tell them from others.
        auditing: what auditors get, and by which token; without it, nothing.
        sealing: says how the log of evidence is sealed; without it, nobody knows.
        access: who may ask for what; without it, anybody for everything.
        origins: those that browsers may ask from.
    """
    app = Flask("compliance", static_folder=None)
    silence_words(app.logger.name)
    app.url_map.merge_slashes = False  # a redirect would repeat the query, and whoever asks mends the path at once
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    kept = KeptAnswers(checker, MOST_KEPT, head)
    app.extensions[EXTENSION] = shared = Service(
        checker, kept, Metrics(), trust or ProxyTrust(), sealing, access or Access.free()
    )
    app.extensions[AUDITING] = auditing
    deliver(app)
    stand_guard(app, shared.access, origins)
    for each in (api, batch, changes, describing, evidence, lists, reports, fragment):
        app.register_blueprint(each.routes)
    _finish(app, shared)
    app.wsgi_app = FastLane(app.wsgi_app, shared, body_limit)  # type: ignore[method-assign]
    return app


def _finish(app: Flask, shared: Service) -> None:
    """What is done with every response."""

    @app.after_request
    def empty(response: Response) -> Response:
        if request.method == "OPTIONS" and response.status_code == 200:  # Flask's own, as an empty page of HTML
            response.status_code = 204
            del response.headers["Content-Type"]
        return response

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        shared.metrics.add("compliance_requests_total", route=route, status=str(response.status_code))
        if (begun := request.environ.get(BEGUN)) is not None:
            shared.metrics.took(route, perf_counter() - begun)
        return response

    @app.after_request
    def name_rules(response: Response) -> Response:
        response.headers.setdefault("Ruleset", shared.checker.ruleset.meaning)
        return response
