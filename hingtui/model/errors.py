"""The errors that a gateway, the way to it, or the local disk can cause; no httpx, no Textual.

HingtuiError                  everything this program raises on purpose
├── SettingsError             a setting that cannot be used; says which and what to do
├── ApiError                  the gateway, or the way to it, refused or failed
│   ├── Unauthorized          401, 402 as JSON: bad token, or its quota is used up
│   ├── Forbidden             403 as JSON: the token's group may not use this channel
│   ├── Blocked               401, 402, 403 without JSON: something in between refuses
│   │   └── LoginRequired     401 of something in front of the gateway: HTTP Basic, NTLM
│   ├── NotFound              404 or `task_not_exist`: no such video, or not yet
│   ├── Expired               410: the gateway has deleted it
│   ├── NotReady              `/content` before the video is finished
│   ├── RangeRefused          416: there are no bytes from that offset on
│   ├── RateLimited           429: every request of this token must slow down
│   ├── ServerTrouble         408 and 5xx: passing, as a rule
│   ├── NotOffered            501, or the route is unknown here
│   ├── BadReply              a response that is not what the API promises
│   │   └── Rejected          400, 422 and their kin: this request is refused, however often
│   ├── BadRedirect           a redirect that must not be followed
│   ├── StorageRefused        the storage server behind a link refuses: the link may be too old
│   └── Unreachable           no response: refused, no such name, cut, timed out, dead proxy
│       ├── BadCertificate    the other side cannot prove who it is
│       │   ├── UntrustedCertificate  no authority that this machine trusts has signed it
│       │   └── ProxyCertificate      the other side is an encrypted proxy
│       └── ProxyLogin        407: the proxy asks for a name and password
└── DownloadError             the bytes came, but no whole video of them
    ├── Cancelled             by the user
    ├── Busy                  another process is downloading this very video
    ├── Corrupt               bytes are missing, or nothing proves that none are
    ├── Stalled               too slow or too often cut to ever finish
    │   └── Slow              hardly anything comes, but something does: later again
    ├── TooLarge              more bytes than promised, or than the cap
    └── StorageTrouble        this machine's disk refused

Each class says what its errors concern (`scope`), whether they pass by themselves
(`is_transient`), and when the same request is worth repeating (`retry`). The poller, the gateway's
state, the download queue, the commands and the screen all read it here.

A module of its own, because the screen and the monitor use these before the network stack is
imported.
"""

from __future__ import annotations

import errno
import os
import random
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Self

_MOST_DOUBLINGS = 16


def is_disk_full(error: OSError) -> bool:
    """Whether there is no room left, on the disk or in the user's quota."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class Scope(Enum):
    """What an error is about, and so what else it says something about."""

    VIDEO = "video"
    """This video only: no other one is affected."""
    GATEWAY = "gateway"
    """Every request to this gateway."""
    TOKEN = "token"  # noqa: S105 - a scope, not a secret
    """Perhaps the token: for one video it is that video's own, for many the token is refused."""
    DISK = "disk"
    """This machine: its disk, or another process on it."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait between tries: `first` seconds, doubled each time, at most `longest`."""

    first: float
    longest: float

    def after(self, failures: int, rng: random.Random) -> float:
        """Seconds to wait after that many failures in a row (1 or more), varied by ±25 %."""
        doubled: float = self.first * 2 ** min(max(failures, 1) - 1, _MOST_DOUBLINGS)
        return min(self.longest, doubled) * rng.uniform(0.75, 1.25)


GATEWAY_BACKOFF = Backoff(2.0, 60.0)
"""Between requests to a gateway that does not respond."""
REFUSED_BACKOFF = Backoff(60.0, 300.0)
"""Between requests to a gateway that refuses the token."""


class HingtuiError(Exception):
    """Everything that hingtui raises on purpose. `str()` of it holds no secret."""

    scope: ClassVar[Scope] = Scope.VIDEO
    retry: ClassVar[Backoff] = Backoff(10.0, 120.0)
    """When the same request is repeated, where the error is transient."""

    @property
    def is_transient(self) -> bool:
        """Whether the same request can succeed later without anybody changing anything."""
        return False

    def forget_frames(self) -> None:
        """Drop tracebacks and chained errors: they keep whole responses in memory."""
        error: BaseException | None = self
        while error is not None:
            beneath = error.__context__
            error.__traceback__ = error.__context__ = error.__cause__ = None
            error = beneath


class _Transient(HingtuiError):
    """An error that passes by itself."""

    @property
    def is_transient(self) -> bool:
        return True


class SettingsError(HingtuiError):
    """A setting that cannot be used: one sentence, and what to do about it."""


class ApiError(HingtuiError):
    """The gateway, or the way to it, refused or failed.

    `message` is the server's own words, cleaned, or ours where it said nothing.
    `code` is the server's own error code, or "". `request_id` is what its support asks for, or "".
    `http_status` is None when there was no response at all.
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
        self.is_from_storage = False
        """Whether the server that holds the files caused it, and not the gateway."""


class Unauthorized(_Transient, ApiError):
    """401 or 402 as JSON: a bad token, or one whose quota is used up; or this one video's."""

    scope = Scope.TOKEN
    retry = Backoff(30.0, 300.0)


class Forbidden(_Transient, ApiError):
    """403 as JSON: the token's group may not use this channel; or this one video's."""

    scope = Scope.TOKEN
    retry = Backoff(30.0, 300.0)


class Blocked(_Transient, ApiError):
    """401, 402 or 403 without JSON: something between here and the gateway's API refuses."""

    retry = Backoff(5.0, 120.0)


class LoginRequired(Blocked):
    """A 401 that is not the gateway's: something in front of it asks for a name and password."""

    retry = Backoff(30.0, 300.0)


class NotFound(_Transient, ApiError):
    """404, or a 400 with `task_not_exist`: no such video here, or not known yet."""

    retry = Backoff(30.0, 300.0)


class Expired(ApiError):
    """410: the gateway had it and has deleted it."""


class NotReady(_Transient, ApiError):
    """The content was asked for before it was there: no failure, wait."""

    retry = Backoff(5.0, 30.0)


class RangeRefused(ApiError):
    """416. `total` is the whole length in bytes where the server named it."""

    total: int | None = None


class RateLimited(_Transient, ApiError):
    """429. `retry_after` is seconds from now, or None where the server named no sane time."""

    scope = Scope.GATEWAY
    retry = Backoff(8.0, 60.0)
    retry_after: float | None = None


class ServerTrouble(_Transient, ApiError):
    """408 or 5xx: passing, as a rule."""

    retry = Backoff(2.0, 120.0)


class NotOffered(ApiError):
    """501 or an unknown route: this gateway does not have this call."""


class BadReply(_Transient, ApiError):
    """A response that is not what the API promises: a web page, no JSON, no video in it.

    It may come from something on the way, so it is transient.
    """

    retry = Backoff(10.0, 120.0)


class Rejected(BadReply):
    """400, 422 and their kin: this request is refused, and would be again."""

    retry = Backoff(30.0, 300.0)

    @property
    def is_transient(self) -> bool:
        return False


class BadRedirect(ApiError):
    """A redirect to plain http, to a private address, in a loop, or to another scheme."""


class StorageRefused(_Transient, ApiError):
    """The storage server behind a link refuses: as a rule the link is too old, or it is busy."""

    retry = Backoff(2.0, 120.0)


class Unreachable(_Transient, ApiError):
    """No response at all: refused, unknown name, cut off, timed out, or a dead proxy."""

    scope = Scope.GATEWAY
    retry = Backoff(1.0, 60.0)


class BadCertificate(Unreachable):
    """The other side cannot prove who it is."""

    retry = Backoff(15.0, 60.0)


class UntrustedCertificate(BadCertificate):
    """Signed by no authority that this machine trusts: a company's own, perhaps."""


class ProxyCertificate(BadCertificate):
    """A proxy that is spoken to over TLS cannot prove who it is."""


class ProxyLogin(Unreachable):
    """A proxy asks for a name and password, or refuses those it got."""

    retry = Backoff(15.0, 60.0)


class DownloadError(HingtuiError):
    """The bytes came, but no whole video of them. `str()` is one sentence."""


class Cancelled(DownloadError):
    """By the user; what was received stays to be resumed unless the video was unwatched."""


class Busy(_Transient, DownloadError):
    """Another process is downloading this very video."""

    scope = Scope.DISK
    retry = Backoff(2.0, 2.0)
    part: os.stat_result | None = None
    """The file that the other process is writing to, where it could be seen."""


class Corrupt(_Transient, DownloadError):
    """What came is no whole video; perhaps the gateway is still writing it."""

    retry = Backoff(1.0, 120.0)


class Stalled(DownloadError):
    """Too slow, or cut so often that no bytes are gained."""


class Slow(_Transient, Stalled):
    """Hardly anything comes: others go first, and this one goes on where it stopped."""

    retry = Backoff(5.0, 5.0)


class TooLarge(DownloadError):
    """More bytes than promised, or than the cap."""


class StorageTrouble(DownloadError):
    """This machine's disk refused. `is_full` tells a full disk from every other cause."""

    scope = Scope.DISK
    retry = Backoff(30.0, 30.0)
    is_full: bool = False

    @classmethod
    def caused_by(cls, cause: OSError, message: str) -> Self:
        """The error to raise from `cause`; `message` is one sentence about it."""
        error = cls(message)
        error.is_full = is_disk_full(cause)
        return error

    @property
    def is_transient(self) -> bool:
        """A full disk can be freed, and the download goes on by itself."""
        return self.is_full
