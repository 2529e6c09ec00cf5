"""Talk to a gateway over HTTP. Only this package imports httpx. A failed request is an ApiError.

client          the calls: retrieve, list, content, balance
├── exchanges       sends their requests: connections, redirects, one retry
├── families        where each family of gateways answers: one entry each
├── family_choice   which family a gateway belongs to, by its first responses
│   └── routes          whether the path of a response exists
├── content_opener  opening the content of a video: redirects, ranges, links
│   └── content         the bytes of one open response
├── client_config   TLS, proxies, where the token may go, body limits
│   ├── certificates        which certificates are trusted
│   └── proxies             which proxy leads to an origin
├── connection      the socket under a request: its time, cutting it off
│   └── connection_errors   httpx's exceptions → ours
├── httpcore_fixes  a workaround
├── locations       where a redirect or a link leads, byte for byte
├── origins         whether a redirect may be followed
├── balance         what is left in the account
├── probe           each step of the way to a gateway, for `doctor`
│   └── probe_connection    names, connections and handshakes, without a request
└── responses       a body → a video, or a link (pages: → a page of the list)
    ├── payload             JSON → Video (envelopes, places, fields, times, error_text, link_expiry)
    ├── raw_response        what came, cleaned when it is looked at
    ├── response_errors     a status and its body → an error
    └── headers             ranges, times, validators, compressions
"""

from hingtui.api.client import MAX_LIST_BODY, MAX_VIDEO_BODY, Api
from hingtui.api.client_config import USER_AGENT
from hingtui.api.content import Content
from hingtui.api.families import FAMILIES, KINDS, Family
from hingtui.api.pages import Page
from hingtui.api.responses import VideoResponse

__all__ = [
    "FAMILIES",
    "KINDS",
    "MAX_LIST_BODY",
    "MAX_VIDEO_BODY",
    "USER_AGENT",
    "Api",
    "Content",
    "Family",
    "Page",
    "VideoResponse",
]
