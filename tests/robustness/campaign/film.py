"""One video at its gateway: its status over time, every version of its file, how they are served.

Some files are no MP4, some are still being written when the video is reported as finished, and
some gateways have no `/content`. Faults are elsewhere: everything here is served correctly.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from tests.robustness.campaign import containers
from tests.servers.files import Reply, respond_with
from tests.servers.sockets import Part, Request

SIZES = (3_000, 8_000, 20_000, 20_000, 64_000, 150_000)
ODD = 0.45
"""The share of videos with something unusual about them."""
CODINGS = ("aws-chunked", "none", "identity, identity", "utf-8", "binary")
WORDS = {
    "hingnet": ("queued", "processing", "success", "failed"),
    "openai": ("queued", "in_progress", "completed", "failed"),
    "sibling": ("NOT_START", "Running", "SUCCEED", "error"),
}


LIFE = 3600
"""Seconds from ready until the gateway says that a video expires."""


@dataclass(frozen=True, slots=True)
class VideoTraits:
    """How a gateway serves one video, with unusual properties that are no faults."""

    id: str
    seed: int
    words: str = "hingnet"
    queued_for: float = 0.0
    generating_for: float = 0.0
    fails: bool = False
    route: str = "stream"
    """How `/content` leads to the file: `stream`, `redirect`, `json`, or `missing` (not at all)."""
    tagging: str = "strong"
    """The validator of a version: `strong`, `weak`, `date`, `none`."""
    length: str = "stated"
    ranges: bool = True
    if_range: bool = True
    """Whether the server supports If-Range."""
    has_link: bool = False
    """Whether the video's own JSON holds a direct link."""
    link_at: str = "storage"
    """The host of the direct link: `storage`, or `gateway`, which requires the token."""
    link_is_stale: bool = False
    """Whether the first direct link has expired already; retrieving the video gives a new one."""
    missing: int = 0
    """The HTTP status of `/content` if the gateway has none, otherwise 0."""
    raw_place: bool = False
    """Whether redirects have a path of raw GBK bytes."""
    container: str = "mp4"
    """The kind of the file, as `containers` names it."""
    grows: str = ""
    """The form of an unfinished file: `prefix`, `no index`, `zeros`; "" if written at once."""
    grows_for: float = 0.0
    """Seconds for which the file is still being written after the video is reported as ready."""
    coding: str = ""
    """A Content-Encoding that is no compression."""
    exceeds: bool = False
    """Whether every 206 has more bytes than it states."""
    says_expiry: bool = True
    link_life: float = 300.0
    is_wide: bool = False
    to_end: bool = False
    index_first: bool = True
    size: int = 20_000

    @property
    def oddities(self) -> list[str]:
        """The unusual properties, by the names under which they are counted."""
        found = [f"traits: {self.container}"] if self.container != "mp4" else []
        found += [f"traits: growing, {self.grows}"] if self.grows else []
        found += [f"traits: encoded as {self.coding}"] if self.coding else []
        found += ["traits: no /content, only a link"] if self.route == "missing" else []
        found += ["traits: a link on the gateway"] if self.has_link_on_gateway else []
        found += ["traits: the first link is stale"] if self.link_is_stale else []
        found += ["traits: GBK in the Location"] if self.raw_place else []
        found += ["traits: every 206 is too long"] if self.exceeds else []
        return found

    @property
    def has_link_on_gateway(self) -> bool:
        return self.has_link and self.link_at == "gateway"


def drawn_traits(rng: random.Random, video_id: str, *, is_ready: bool) -> VideoTraits:
    """Draw how the gateway serves one video."""
    index_first = rng.random() < 0.6
    traits = VideoTraits(
        id=video_id,
        seed=rng.randrange(2**32),
        words=rng.choice(tuple(WORDS)),
        queued_for=0.0 if is_ready else rng.choice((0.0, 2.0, 5.0)),
        generating_for=0.0 if is_ready else rng.choice((1.0, 5.0, 15.0, 40.0)),
        fails=not is_ready and rng.random() < 0.1,
        route=rng.choice(("stream", "stream", "stream", "redirect", "redirect", "json")),
        tagging=rng.choice(("strong", "strong", "strong", "weak", "date", "none")),
        length=rng.choice(("stated", "stated", "stated", "stated", "chunked", "unstated")),
        ranges=rng.random() < 0.85,
        if_range=rng.random() < 0.7,
        has_link=rng.random() < 0.3,
        says_expiry=rng.random() < 0.7,
        link_life=rng.choice((30.0, 300.0, 3600.0)),
        is_wide=rng.random() < 0.2,
        to_end=index_first and rng.random() < 0.3,
        index_first=index_first,
        size=rng.choice(SIZES),
    )
    return _made_odd(traits, rng) if rng.random() < ODD else traits


def _made_odd(traits: VideoTraits, rng: random.Random) -> VideoTraits:
    """The same with one or two unusual properties that are no faults."""
    for _ in range(rng.choice((1, 1, 2))):
        match rng.choice(("container", "container", "grows", "coding", "link", "place", "exceeds")):
            case "container":
                container = rng.choice(containers.ODD)
                traits = replace(traits, container=container, grows="")
            case "grows":
                traits = replace(
                    traits,
                    container="mp4",
                    grows=rng.choice(("prefix", "no index", "zeros")),
                    grows_for=rng.choice((2.0, 6.0, 20.0, 60.0)),
                    index_first=False,
                    to_end=False,
                )
            case "coding":
                traits = replace(traits, coding=rng.choice(CODINGS))
            case "link":
                is_missing = rng.random() < 0.7
                traits = replace(
                    traits,
                    route="missing" if is_missing else traits.route,
                    missing=rng.choice((404, 405, 501)) if is_missing else 0,
                    has_link=True,
                    link_at=rng.choice(("storage", "gateway")),
                    link_is_stale=rng.random() < 0.5,
                )
            case "place" if traits.route != "missing":
                traits = replace(traits, route="redirect", raw_place=True)
            case "exceeds":
                traits = replace(traits, ranges=True, exceeds=True)
    return traits


@dataclass
class Film:
    """A video, from its creation at `created_at` (Unix seconds) on."""

    traits: VideoTraits
    created_at: float
    versions: list[bytes] = field(default_factory=list)
    """Every complete file that the server ever had of it; the last one is the current one."""
    is_known: bool = True
    """Whether the gateway knows the id at this moment."""
    is_deleted: bool = False
    """Whether a response stated that it is deleted."""
    offers: Counter[bytes] = field(default_factory=Counter)
    """How often each complete body, correct or not, was served with a length that fits."""
    is_promised: bool = False
    """Whether a response stated the length of the file."""
    times_ready: int = 0
    """How often its JSON reported it as finished."""

    def __post_init__(self) -> None:
        self.is_promised = self.traits.length == "stated"
        self.change(same_length=False)

    @property
    def id(self) -> str:
        return self.traits.id

    @property
    def data(self) -> bytes:
        return self.versions[-1]

    @property
    def ready_at(self) -> float:
        return self.created_at + self.traits.queued_for + self.traits.generating_for

    def is_ready(self, now: float) -> bool:
        return now >= self.ready_at and not self.traits.fails

    def change(self, *, same_length: bool) -> None:
        """Replace the file on the server."""
        traits, number = self.traits, len(self.versions)
        if traits.tagging == "none" or traits.container == "zeros":
            same_length = False  # otherwise the two could not be distinguished
        size = traits.size + (0 if same_length else 1000 * number)
        self.versions.append(
            containers.made(
                traits.container,
                size,
                seed=traits.seed + number,
                index_first=traits.index_first,
                wide=traits.is_wide,
                to_end=traits.to_end,
            )
        )

    @property
    def suffix(self) -> str:
        """The suffix that its saved file must have."""
        return containers.SUFFIXES[self.traits.container]

    def is_growing(self, now: float) -> bool:
        """Whether its file is still being written."""
        return bool(self.traits.grows) and now < self.ready_at + self.traits.grows_for

    def present(self, now: float) -> bytes:
        """The file as it is on the server at this moment."""
        data = self.data
        if not self.is_growing(now):
            return data
        if self.traits.grows == "zeros":
            return bytes(len(data))
        if self.traits.grows == "no index":
            return data[: data.rindex(b"moov") - 4]
        share = (now - self.ready_at) / self.traits.grows_for
        return data[: max(0, int(len(data) * share))]

    def tags(self, version: int, now: float) -> tuple[str | None, dict[str, str]]:
        """(ETag, other headers) of a version."""
        age = max(0.01, now - self.ready_at) if self.is_growing(now) else 0.0
        tag = f'"{self.traits.seed:x}-{version}{f"-{age:.2f}" if age else ""}"'
        if self.traits.tagging == "strong":
            return tag, {}
        if self.traits.tagging == "weak":
            return f"W/{tag}", {}
        if self.traits.tagging == "date":
            written = self.created_at - 86_400 + 3600 * version - (3600 - age if age else 0)
            modified = formatdate(written, usegmt=True)
            return None, {"Last-Modified": modified, "Date": formatdate(now, usegmt=True)}
        return None, {}

    def serve(self, request: Request, now: float, **changes: Any) -> Iterator[Part]:
        """The response to a request for the file; `changes` are fields of Reply."""
        version, body = len(self.versions) - 1, self.present(now)
        etag, headers = self.tags(version, now)
        if self.traits.coding:
            headers = headers | {"Content-Encoding": self.traits.coding}
        reply = Reply(
            etag=etag, headers=headers, length=self.traits.length, ranges=self.traits.ranges
        )
        if "headers" in changes:
            changes["headers"] = headers | changes["headers"]
        if changes.get("body") is None and changes.get("cut") is None:
            self.offers[body] += 1
        reply = replace(reply, **changes)
        if_range = request.headers.get("if-range")
        if if_range and (not self.traits.if_range or if_range == headers.get("Last-Modified")):
            kept = {name: value for name, value in request.headers.items() if name != "if-range"}
            request = replace(request, headers=kept)
        answer = respond_with(reply, body, request)
        return _exceeding(answer) if self.traits.exceeds and not changes else answer

    def json(self, now: float, link: str) -> dict[str, Any]:
        """The video object at this moment."""
        traits = self.traits
        queued, generating, ready, failed = WORDS[traits.words]
        passed = now - self.created_at - traits.queued_for
        found: dict[str, Any] = {
            "id": traits.id,
            "object": "video",
            "status": queued if passed < 0 else generating,
            "progress": max(0, min(99, int(100 * passed / (traits.generating_for or 1.0)))),
            "model": "sora-2",
            "seconds": "4",
            "size": "720x1280",
            "prompt": "a cat\nplays the piano",
            "created_at": int(self.created_at),
        }
        if now < self.ready_at:
            return found
        if traits.fails:
            error = {"code": "content_policy", "message": "refused by the upstream"}
            return found | {"status": failed, "progress": 100, "error": error}
        found |= {"status": ready, "progress": 100, "completed_at": int(self.ready_at)}
        if traits.says_expiry:
            found["expires_at"] = int(self.ready_at) + LIFE
        if traits.has_link and link:
            found["video_url"] = link
        return found


def _exceeding(answer: Iterator[Part]) -> Iterator[Part]:
    """The same response, but a 206 is chunked and has five bytes more than its range."""
    head = next(answer)
    if not (isinstance(head, bytes) and head[9:12] == b"206"):
        yield head
        yield from answer
        return
    is_chunked = b"Transfer-Encoding: chunked" in head
    lines = [line for line in head.split(b"\r\n")[:-2] if not line.startswith(b"Content-Length")]
    lines += [] if is_chunked else [b"Transfer-Encoding: chunked"]
    yield b"\r\n".join(lines) + b"\r\n\r\n"
    for part in answer:
        if isinstance(part, bytes) and part and part != b"0\r\n\r\n":
            yield part if is_chunked else b"%x\r\n%b\r\n" % (len(part), part)
    yield b"5\r\nabcde\r\n0\r\n\r\n"


def iso(moment: float) -> str:
    """A time in ISO 8601."""
    return datetime.fromtimestamp(moment, UTC).isoformat()
