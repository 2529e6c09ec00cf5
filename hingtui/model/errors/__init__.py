"""The errors that a gateway, the way to it, or the local disk can cause; no httpx, no Textual.

HingtuiError                  everything that hingtui raises on purpose
├── SettingsError             a setting that cannot be used: which one, and what to do
├── ApiError                  the gateway, or the way to it, refused or failed
│   ├── Unauthorized          401, 402 as JSON: bad token, or its quota is used up
│   ├── Forbidden             403 as JSON: the token's group may not use this channel
│   ├── Blocked               401, 402, 403 without JSON: something before the gateway refuses
│   │   └── LoginRequired     401 of something in front of the gateway: HTTP Basic, NTLM
│   ├── NotFound              404 or `task_not_exist`: no such video, or not yet
│   ├── Expired               410: the gateway has deleted it
│   ├── NotReady              `/content` before the video is finished
│   ├── RangeRefused          416: there are no bytes from that offset on
│   ├── RateLimited           429: every request of this token must slow down
│   ├── ServerError           408 and 5xx: usually transient
│   ├── NotOffered            501, or the route is unknown here
│   ├── BadResponse           a response that is not what the API promises
│   │   └── Rejected          400, 422 and the like: this request is refused, and would be again
│   ├── BadRedirect           a redirect that must not be followed
│   ├── StorageRefused        the storage behind a link refuses: the link may be too old
│   └── Unreachable           no response: refused, no such name, cut, timed out, dead proxy
│       ├── BadCertificate    the other side's certificate could not be verified
│       │   ├── UntrustedCertificate  no authority that this machine trusts has signed it
│       │   └── ProxyCertificate      the other side is an encrypted proxy
│       └── ProxyLogin        407: the proxy asks for a name and password
└── DownloadError             the bytes came, but no whole video of them
    ├── Cancelled             by the user
    ├── Busy                  another process is downloading this video
    ├── Corrupt               bytes are missing, or nothing proves that none are
    ├── Stalled               too slow or too often cut to ever finish
    │   └── Slow              hardly anything comes: try others first, then this one again
    ├── TooLarge              more bytes than promised, or than the limit
    └── StorageError          this machine's disk failed or is full

Each class says what its errors concern (`scope`), whether they may pass
(`is_transient`), and when the same request is worth repeating (`retry`). The poller, the gateway's
state, the download queue, the commands and the screen all read it here. They are not in `api`,
because the screen and the monitor use them before the network stack is imported.

They are in `base` (what all have in common), `api`, `download` and `backoff` (growing pauses).
"""

from __future__ import annotations

from hingtui.model.errors.api import (
    ApiError,
    BadCertificate,
    BadRedirect,
    BadResponse,
    Blocked,
    Expired,
    Forbidden,
    LoginRequired,
    NotFound,
    NotOffered,
    NotReady,
    ProxyCertificate,
    ProxyLogin,
    RangeRefused,
    RateLimited,
    Rejected,
    ServerError,
    StorageRefused,
    Unauthorized,
    Unreachable,
    UntrustedCertificate,
)
from hingtui.model.errors.backoff import GATEWAY_BACKOFF, REFUSED_BACKOFF, Backoff
from hingtui.model.errors.base import HingtuiError, Scope, SettingsError
from hingtui.model.errors.download import (
    Busy,
    Cancelled,
    Corrupt,
    DownloadError,
    Slow,
    Stalled,
    StorageError,
    TooLarge,
    is_disk_full,
)

__all__ = [
    "GATEWAY_BACKOFF",
    "REFUSED_BACKOFF",
    "ApiError",
    "Backoff",
    "BadCertificate",
    "BadRedirect",
    "BadResponse",
    "Blocked",
    "Busy",
    "Cancelled",
    "Corrupt",
    "DownloadError",
    "Expired",
    "Forbidden",
    "HingtuiError",
    "LoginRequired",
    "NotFound",
    "NotOffered",
    "NotReady",
    "ProxyCertificate",
    "ProxyLogin",
    "RangeRefused",
    "RateLimited",
    "Rejected",
    "Scope",
    "ServerError",
    "SettingsError",
    "Slow",
    "Stalled",
    "StorageError",
    "StorageRefused",
    "TooLarge",
    "Unauthorized",
    "Unreachable",
    "UntrustedCertificate",
    "is_disk_full",
]
