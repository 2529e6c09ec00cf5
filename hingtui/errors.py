"""The one family of errors that a gateway can cause; it knows neither httpx nor the screen.

HingtuiError                  everything this program raises on purpose
├── SettingsError             a setting that cannot be used; says which and what to do
├── ApiError                  the gateway, or the way to it, said no
│   ├── Unauthorized          401: bad token, or its quota is used up
│   ├── Forbidden             403: the token's group may not use this channel
│   ├── NotFound              404 or `task_not_exist`: no such video, or not yet
│   ├── NotReady              `/content` before the video is finished: wait
│   ├── RangeRefused          416: there are no bytes from that offset on
│   ├── RateLimited           429: slow down, the whole host
│   ├── ServerTrouble         408 and 5xx: passing, as a rule
│   ├── NotOffered            501, or the list call is unknown here
│   ├── BadReply              an answer that is not what the API promises
│   │   └── LoginRequired     401 of something in front of the gateway: HTTP Basic, NTLM
│   ├── BadRedirect           a redirect that must not be followed
│   └── Unreachable           no answer: refused, no such name, cut, timed out, dead proxy
│       ├── BadCertificate    the other side cannot prove who it is
│       │   ├── UntrustedCertificate  no authority that this machine trusts has signed it
│       │   └── ProxyCertificate      the other side is an encrypted proxy
│       └── ProxyLogin        407: the proxy asks for a name and password
└── DownloadError             the bytes came, but no whole video of them
    ├── Cancelled             the user's wish
    ├── Busy                  another process is saving this very video
    ├── Corrupt               bytes are missing, or nothing proves that none are
    ├── Stalled               too slow or too often cut to ever finish
    │   └── Slow              hardly anything comes, but something does: later again
    ├── TooLarge              more bytes than promised, or than the cap
    └── StorageTrouble        this machine's disk said no

Why a file of its own: the screen and the monitor name these before the network stack is imported.
"""

from __future__ import annotations


class HingtuiError(Exception):
    """Everything that hingtui raises on purpose. `str()` of it holds no secret."""

    def forget_frames(self) -> None:
        """Let go of the calls that it came through: they keep whole answers alive."""
        error: BaseException | None = self
        while error is not None:
            beneath = error.__context__
            error.__traceback__ = error.__context__ = error.__cause__ = None
            error = beneath


class SettingsError(HingtuiError):
    """A setting that cannot be used: one sentence, and what to do about it."""


class ApiError(HingtuiError):
    """The gateway, or the way to it, said no.

    `message` is the server's own words, cleaned, or ours where it said nothing.
    `code` is the server's own error code, or "". `request_id` is what its support asks for, or "".
    `http_status` is None when there was no answer at all.
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


class Unauthorized(ApiError):
    """401: a bad token, or one whose quota is used up."""


class Forbidden(ApiError):
    """403: the token's group may not use this channel."""


class NotFound(ApiError):
    """404, or a 400 with `task_not_exist`: no such video here, or not known yet."""


class NotReady(ApiError):
    """The content was asked for before it was there: no failure, wait."""


class RangeRefused(ApiError):
    """416. `total` is the whole length in bytes where the server named it."""

    total: int | None = None


class RateLimited(ApiError):
    """429. `retry_after` is seconds from now, or None where the server named no sane time."""

    retry_after: float | None = None


class ServerTrouble(ApiError):
    """408 or 5xx: passing, as a rule."""


class NotOffered(ApiError):
    """501 or an unknown route: this gateway does not have this call."""


class BadReply(ApiError):
    """An answer that is not what the API promises: a web page, no JSON, no video in it."""


class LoginRequired(BadReply):
    """A 401 that is not the gateway's: something in front of it asks for a name and password.

    Not Unreachable, as it can concern a single path: the others are asked on.
    """


class BadRedirect(ApiError):
    """A redirect to plain http, to a private address, in a loop, or to another scheme."""


class Unreachable(ApiError):
    """No answer at all: refused, unknown name, cut off, timed out, or a dead proxy."""


class BadCertificate(Unreachable):
    """The other side cannot prove who it is."""


class UntrustedCertificate(BadCertificate):
    """Signed by no authority that this machine trusts: a company's own, perhaps."""


class ProxyCertificate(BadCertificate):
    """A proxy that is spoken to over TLS cannot prove who it is."""


class ProxyLogin(Unreachable):
    """A proxy asks for a name and password, or refuses those it got."""


class DownloadError(HingtuiError):
    """The bytes came, but no whole video of them. `str()` is one sentence."""


class Cancelled(DownloadError):
    """The user's wish; what was received stays to be resumed unless the video was unwatched."""


class Busy(DownloadError):
    """Another process is saving this very video."""


class Corrupt(DownloadError):
    """The length is wrong, or the MP4 check did not pass."""


class Stalled(DownloadError):
    """Too slow, or cut so often that no bytes are gained."""


class Slow(Stalled):
    """Hardly anything comes: others go first, and this one goes on where it was left."""


class TooLarge(DownloadError):
    """More bytes than promised, or than the cap."""


class StorageTrouble(DownloadError):
    """This machine's disk said no. `is_full` tells a full disk from every other trouble."""

    is_full: bool = False
