"""Errors of a gateway, of the storage server behind a link, or of the way to either."""

from __future__ import annotations

from typing import Protocol

from hingtui.model.errors.backoff import Backoff
from hingtui.model.errors.base import HingtuiError, Scope, Transient


class ErrorBody(Protocol):
    """The body of a response that was an error, cleaned when it is read."""

    @property
    def size(self) -> int: ...
    def text(self) -> str: ...


class ApiError(HingtuiError):
    """The gateway, or the way to it, refused or failed.

    `message` is the server's own, cleaned, or ours if it sent none. `code` is the server's error
    code, or "". `request_id` is what its support asks for, or "". `http_status` is None if there
    was no response.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        request_id: str = "",
        http_status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id
        self.http_status = http_status
        self.is_bare = False
        """Whether the server sent no words, so that `message` is a general sentence of ours."""
        self.body: ErrorBody | None = None
        """The response's body, if there was one."""
        self.is_from_storage = False
        """Whether the storage behind a link caused it, and not the gateway."""


class Unauthorized(Transient, ApiError):
    """401 or 402 as JSON: a bad token, or one whose quota is used up; or this one video's."""

    scope = Scope.TOKEN
    retry = Backoff(30.0, 300.0)


class Forbidden(Transient, ApiError):
    """403 as JSON: the token's group may not use this channel; or this one video's."""

    scope = Scope.TOKEN
    retry = Backoff(30.0, 300.0)


class Blocked(Transient, ApiError):
    """401, 402 or 403 without JSON: something between here and the gateway's API refuses."""

    retry = Backoff(5.0, 120.0)


class LoginRequired(Blocked):
    """A 401 that is not the gateway's: something in front of it asks for a name and password."""

    retry = Backoff(30.0, 300.0)


class NotFound(Transient, ApiError):
    """404, or a 400 with `task_not_exist`: no such video here, or not known yet."""

    retry = Backoff(30.0, 300.0)


class Expired(ApiError):
    """410: the gateway had it and has deleted it."""


class NotReady(Transient, ApiError):
    """The content was requested before it was there: wait."""

    retry = Backoff(5.0, 30.0)


class RangeRefused(ApiError):
    """416. `total` is the whole length in bytes where the server named it."""

    total: int | None = None


class RateLimited(Transient, ApiError):
    """429. `retry_after` is seconds from now; None if the server named no plausible time."""

    scope = Scope.GATEWAY
    retry = Backoff(8.0, 60.0)
    retry_after: float | None = None


class ServerError(Transient, ApiError):
    """408 or 5xx: usually transient."""

    retry = Backoff(2.0, 120.0)


class NotOffered(ApiError):
    """501 or an unknown route: this gateway does not have this call."""


class BadResponse(Transient, ApiError):
    """A response that is not what the API promises: a web page, no JSON, no video in it.

    It may come from something on the way, so it is transient.
    """

    retry = Backoff(10.0, 120.0)


class Rejected(BadResponse):
    """400, 422 and the like: this request is refused, and would be again."""

    retry = Backoff(30.0, 300.0)

    @property
    def is_transient(self) -> bool:
        return False


class BadRedirect(ApiError):
    """A redirect to plain http, to a private address, in a loop, or to another scheme."""


class StorageRefused(Transient, ApiError):
    """The storage behind a link refuses: usually the link is too old, or the storage is busy."""

    retry = Backoff(2.0, 120.0)


class Unreachable(Transient, ApiError):
    """No response at all: refused, unknown name, cut off, timed out, or a dead proxy."""

    scope = Scope.GATEWAY
    retry = Backoff(1.0, 60.0)


class BadCertificate(Unreachable):
    """The other side's certificate could not be verified."""

    retry = Backoff(15.0, 60.0)


class UntrustedCertificate(BadCertificate):
    """Signed by no authority that this machine trusts: a company's own, perhaps."""


class ProxyCertificate(BadCertificate):
    """The certificate of a proxy, with a TLS connection of its own, could not be verified."""


class ProxyLogin(Unreachable):
    """A proxy asks for a name and password, or refuses those it got."""

    retry = Backoff(15.0, 60.0)
