"""Notices in the pages of a site: middleware for WSGI (Flask among others), ASGI and Django.

Theory: which notices go into a page is asked of a checker in the same process, or of a service (`deciding`); where in
the page, is seen as its bytes come by (`insertion`); what of its headers has to change follows (`headers`). A page is
never lost and never late for the sake of a notice: what cannot be decided is what any page of the publisher may need,
and what cannot be read passes with the notices at its end.
"""

from __future__ import annotations

from compliance.geo.client_address import ProxyTrust
from compliance.middleware.asgi import AsgiNotices
from compliance.middleware.deciding import PageRequest
from compliance.middleware.wsgi import WsgiNotices

__all__ = ["AsgiNotices", "PageRequest", "ProxyTrust", "WsgiNotices"]
