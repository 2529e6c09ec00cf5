"""What a video is: its status, its fields, and how a newer response updates it.

It must not know how a server writes any of this (`api.payload`), nor the network or the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

USUAL_LIFE = 3600.0
"""Seconds a finished file stays on the server where it does not say (its sample: 3600)."""


class Status(Enum):
    """What a video is doing, in the words that `--json` uses."""

    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """A word not known here: shown as the server's own, treated as still running."""

    @property
    def is_final(self) -> bool:
        """Whether the server will never say anything else."""
        return self in (Status.READY, Status.FAILED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class VideoError:
    """Why a video failed, in the server's words. Either may be ""."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a video cost, as its server says it."""

    amount: float
    unit: str
    """`USD`, or whatever the server counts in, such as `credits`."""


@dataclass(frozen=True, slots=True)
class Video:
    """One video as its server last described it; every text in it is cleaned."""

    id: str
    """The id that the user asked for: the key of everything."""
    status: Status = Status.UNKNOWN
    raw_status: str = ""
    """The server's own word; "" where it gave none."""
    progress: float | None = None
    """0–100 as reported: a hint, never proof that anything is finished."""
    model: str = ""
    prompt: str = ""
    """May have many lines."""
    seconds: float | None = None
    """Length of the video in seconds."""
    size: str = ""
    """Width x height in pixels, such as `720x1280`."""
    created_at: float | None = None
    """Unix seconds, like the two below."""
    completed_at: float | None = None
    expires_at: float | None = None
    """When the file vanishes, where the server or its signed link said so."""
    expires_by_link: bool = False
    """Whether `expires_at` was read from the signed link, for want of a statement of its own."""
    usual_life: float | None = None
    """Seconds that files usually stay at a gateway of this kind, where known; inf is for ever."""
    error: VideoError | None = None
    cost: Cost | None = None
    remote_id: str = ""
    """The id in the answer where it is not the one asked for."""
    remixed_from: str = ""
    link: str = field(default="", repr=False)
    """A direct link to the file. Secret: it can hold an access token. Never stored."""

    def followed_by(self, newer: Video) -> Video:
        """What is known after `newer` was said: a final status stays, known fields are kept."""
        vanished = self.status is Status.READY and newer.status is Status.EXPIRED
        if self.status.is_final and newer.status is not self.status and not vanished:
            return self
        kept = {
            name: getattr(self, name)
            for name in _KEPT_WHEN_UNSAID
            if getattr(newer, name) in (None, "") and getattr(self, name) not in (None, "")
        }
        if self.expires_at is not None and not self.expires_by_link and newer.expires_by_link:
            kept["expires_at"] = self.expires_at  # what the server says outranks its link
        if "expires_at" in kept:
            kept["expires_by_link"] = self.expires_by_link
        return replace(newer, **kept) if kept else newer


_KEPT_WHEN_UNSAID = (
    "model",
    "prompt",
    "seconds",
    "size",
    "created_at",
    "completed_at",
    "expires_at",
    "usual_life",
    "error",
    "cost",
    "remote_id",
    "remixed_from",
    "link",
)
