"""The responses of one gateway of the demo and of its storage server. No sockets.

It checks path, token and method, and lets the gateway fail; the rest is the family's.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from hingtui.demo.exchange import Request, Response, web_page
from hingtui.demo.families.family import Site
from hingtui.demo.faults import FaultPlan
from hingtui.demo.gateways import GatewayPlan
from hingtui.demo.storage import Storage
from hingtui.demo.story import GatewayJobs


class Responses:
    """The responses to requests, from what is true in the story at their time."""

    def __init__(
        self,
        jobs: GatewayJobs,
        plan: GatewayPlan,
        token: str,
        cdn_url: str,
        faults: FaultPlan | None = None,
    ) -> None:
        """`faults` of None: the gateway never fails."""
        self._family = plan.family
        self._token = token
        self._site = Site(jobs, Storage(jobs, cdn_url), plan.limit)
        self._faults = faults

    def api(self, request: Request) -> Response:
        """The gateway's response."""
        path = urlsplit(request.path).path
        family = self._family
        if not path.startswith(family.prefix):
            return web_page()
        fault = self._faults and self._faults.response(request.at, family.error)
        if fault:
            return fault
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return family.unauthorized
        if request.method != "GET":
            message = f"{request.method} is not allowed in the demo: it is only watched"
            return family.error(405, message, "")
        return family.respond(self._site, path, request)

    def cdn(self, request: Request) -> Response:
        """The storage's response."""
        return self._site.storage.response(request)
