"""Small sites whose pages get notices, and a checker that does what a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Flask, Response, make_response, request

from compliance.middleware import WsgiNotices

NAME: Final = "Radio Free Europe/Radio Liberty"
PUBLISHER: Final = "rferl.org"
PAGE: Final = "<!doctype html><html><head><title>A report</title></head><body><p>Words.</p></body></html>"
RUSSIA, NORWAY = "95.165.0.1", "193.213.112.4"


def flask_site() -> Flask:
    """A site with a page, and all that is no page."""
    app = Flask("site")
    page = PAGE

    @app.get("/page")
    def show() -> Any:
        response = make_response(page)
        response.headers["Cache-Control"] = "public, max-age=600, s-maxage=900"
        response.headers["Last-Modified"] = "Wed, 21 Oct 2015 07:28:00 GMT"
        response.set_etag("v1")
        return response.make_conditional(request)

    @app.get("/stream")
    def stream() -> Response:
        def parts() -> Iterator[str]:
            yield from (page[at : at + 7] for at in range(0, len(page), 7))

        return Response(parts(), content_type="text/html; charset=utf-8")

    @app.get("/file.css")
    def style() -> Any:
        response = Response("p { color: red }", content_type="text/css")
        response.set_etag("css")
        return response.make_conditional(request)

    @app.get("/said")
    def said() -> Response:
        return Response(repr(sorted(name for name, _ in request.headers)), content_type="text/plain")

    @app.route("/as/<int:status>", methods=["GET", "POST"])
    def status(status: int) -> Response:
        return Response(page, status, {"Content-Type": "text/html", **dict(request.args)})

    return app


def with_notices(application: Any, source: Any, **settings: Any) -> WsgiNotices:
    return WsgiNotices(application, source, **{"publisher": PUBLISHER, **settings})


class Broken:
    """A client that never answers."""

    def check(self, *_: object, **__: object) -> Any:
        raise ZeroDivisionError(RUSSIA)
