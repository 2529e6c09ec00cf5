"""The gateway over HTTP: videos and content in, one family of errors out; httpx lives here only.

client      the calls: retrieve, list, content
├── content     the bytes of a video: redirects, ranges
├── setup       TLS, proxies, the token's place, how much is read at most
└── wire        the socket under a request; httpx's faults → our errors
    answers         a body → a Video, a page, or a refusal
    ├── refusals        a status and its words → the error family
    ├── payload         how a server writes a video → a Video
    │   ├── envelopes       which object in an answer is the video
    │   ├── error_text      why it failed, in the server's words
    │   ├── times           its times, with or without a zone
    │   ├── link_expiry     when a signed link ends
    │   ├── places          words and places, as data
    │   └── fields          single values out of JSON
    └── headers         what the headers say: ranges, times, validators
    origins         whether a place may be followed to
    proxies         which proxy leads there

From `answers` on, none knows httpx.
"""

from hingtui.api.client import MAX_LIST_BODY, MAX_VIDEO_BODY, Api
from hingtui.api.client_config import USER_AGENT
from hingtui.api.content import Content
from hingtui.api.responses import Answer, Page

__all__ = ["MAX_LIST_BODY", "MAX_VIDEO_BODY", "USER_AGENT", "Answer", "Api", "Content", "Page"]
