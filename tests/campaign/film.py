"""One video as its gateway knows it: its fate, every version of its file, how they are served.

It must not know faults: everything it says is right.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from tests.fault_server import Part, Request
from tests.file_server import Say, said
from tests.mp4_samples import mp4

SIZES = (3_000, 8_000, 20_000, 20_000, 64_000, 150_000)
WORDS = {
    "hingnet": ("queued", "processing", "success", "failed"),
    "openai": ("queued", "in_progress", "completed", "failed"),
    "sibling": ("NOT_START", "Running", "SUCCEED", "error"),
}


@dataclass(frozen=True, slots=True)
class Nature:
    """How a gateway treats one video; nothing of it is a fault."""

    id: str
    seed: int
    words: str = "hingnet"
    queued_for: float = 0.0
    generating_for: float = 0.0
    fails: bool = False
    route: str = "stream"
    """How `/content` leads to the file: `stream`, `redirect`, `json`."""
    tagging: str = "strong"
    """What tells one version from another: `strong`, `weak`, `date`, `none`."""
    length: str = "said"
    ranges: bool = True
    if_range: bool = True
    """Whether If-Range is heeded."""
    has_link: bool = False
    """Whether the video's own JSON holds a direct link."""
    says_expiry: bool = True
    link_life: float = 300.0
    is_wide: bool = False
    to_end: bool = False
    index_first: bool = True
    size: int = 20_000


def drawn_nature(rng: random.Random, video_id: str, *, is_ready: bool) -> Nature:
    """A gateway's way with one video."""
    index_first = rng.random() < 0.6
    return Nature(
        id=video_id,
        seed=rng.randrange(2**32),
        words=rng.choice(tuple(WORDS)),
        queued_for=0.0 if is_ready else rng.choice((0.0, 2.0, 5.0)),
        generating_for=0.0 if is_ready else rng.choice((1.0, 5.0, 15.0, 40.0)),
        fails=not is_ready and rng.random() < 0.1,
        route=rng.choice(("stream", "stream", "stream", "redirect", "redirect", "json")),
        tagging=rng.choice(("strong", "strong", "strong", "weak", "date", "none")),
        length=rng.choice(("said", "said", "said", "said", "chunked", "unsaid")),
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


@dataclass
class Film:
    """A video, from its creation at `created_at` (Unix seconds) on."""

    nature: Nature
    created_at: float
    versions: list[bytes] = field(default_factory=list)
    """Every file that the server ever had of it, as a whole; the last one is the present one."""
    is_known: bool = True
    """Whether the gateway still, or already, knows the id."""

    def __post_init__(self) -> None:
        self.change(same_length=False)

    @property
    def id(self) -> str:
        return self.nature.id

    @property
    def data(self) -> bytes:
        return self.versions[-1]

    @property
    def ready_at(self) -> float:
        return self.created_at + self.nature.queued_for + self.nature.generating_for

    def is_ready(self, now: float) -> bool:
        return now >= self.ready_at and not self.nature.fails

    def change(self, *, same_length: bool) -> None:
        """From now on the server has another file."""
        nature, number = self.nature, len(self.versions)
        if nature.tagging == "none":
            same_length = False  # then nobody could tell the one from the other
        size = nature.size + (0 if same_length else 1000 * number)
        self.versions.append(
            mp4(
                size,
                seed=nature.seed + number,
                index_first=nature.index_first,
                wide=nature.is_wide,
                to_end=nature.to_end,
            )
        )

    def tags(self, version: int, now: float) -> tuple[str | None, dict[str, str]]:
        """(ETag, other headers) of a version."""
        tag = f'"{self.nature.seed:x}-{version}"'
        if self.nature.tagging == "strong":
            return tag, {}
        if self.nature.tagging == "weak":
            return f"W/{tag}", {}
        if self.nature.tagging == "date":
            modified = formatdate(self.created_at - 86_400 + 3600 * version, usegmt=True)
            return None, {"Last-Modified": modified, "Date": formatdate(now, usegmt=True)}
        return None, {}

    def serve(self, request: Request, now: float, **lies: Any) -> Iterator[Part]:
        """What the server answers to a request for the file; `lies` are fields of Say."""
        version = len(self.versions) - 1
        etag, headers = self.tags(version, now)
        say = Say(etag=etag, headers=headers, length=self.nature.length, ranges=self.nature.ranges)
        if "headers" in lies:
            lies["headers"] = headers | lies["headers"]
        say = replace(say, **lies)
        if_range = request.headers.get("if-range")
        if if_range and (not self.nature.if_range or if_range == headers.get("Last-Modified")):
            kept = {name: value for name, value in request.headers.items() if name != "if-range"}
            request = replace(request, headers=kept)
        return said(say, self.data, request)

    def json(self, now: float, link: str) -> dict[str, Any]:
        """The video object at this moment."""
        nature = self.nature
        queued, generating, ready, failed = WORDS[nature.words]
        passed = now - self.created_at - nature.queued_for
        found: dict[str, Any] = {
            "id": nature.id,
            "object": "video",
            "status": queued if passed < 0 else generating,
            "progress": max(0, min(99, int(100 * passed / (nature.generating_for or 1.0)))),
            "model": "sora-2",
            "seconds": "4",
            "size": "720x1280",
            "prompt": "a cat\nplays the piano",
            "created_at": int(self.created_at),
        }
        if now < self.ready_at:
            return found
        if nature.fails:
            error = {"code": "content_policy", "message": "refused by the upstream"}
            return found | {"status": failed, "progress": 100, "error": error}
        found |= {"status": ready, "progress": 100, "completed_at": int(self.ready_at)}
        if nature.says_expiry:
            found["expires_at"] = int(self.ready_at) + 3600
        if nature.has_link and link:
            found["video_url"] = link
        return found


def iso(moment: float) -> str:
    """A moment as ISO 8601 says it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()
