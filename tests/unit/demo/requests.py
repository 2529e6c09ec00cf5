"""Send one request to a server of the demo, without the client under test."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit


class Response:
    """A response, read to its end."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> dict[str, object]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


def request(url: str, token: str = "", method: str = "GET", **headers: str) -> Response:
    """Send one request on a new connection; headers such as `Range` are given as keywords."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        given["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, url.removeprefix(f"http://{parts.netloc}"), headers=given)
        return Response(connection.getresponse())
    finally:
        connection.close()
