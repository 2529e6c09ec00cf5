"""What a video is: its status, its fields, and how a newer response updates it.

How gateways spell these fields is in `api.payload`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

USUAL_LIFE = 3600.0
"""Seconds that a finished file is kept if the gateway names no time (its sample: 3600)."""
MOST_FILES = 10
"""The most files of one job that are downloaded."""


class Status(Enum):
    """The state of a video, in the words of `--json`."""

    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """Any other word: shown as it is, treated as still running."""

    @property
    def is_final(self) -> bool:
        """Whether the status will not change any more, except from ready to expired."""
        return self in (Status.READY, Status.FAILED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class VideoError:
    """Why a video failed, in the gateway's words. Either may be ""."""

    code: str
    message: str
    request_id: str = field(default="", compare=False)
    """What the gateway's support asks for: the id of the response that said so; may be ""."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a video cost, as the gateway reports it."""

    amount: float
    unit: str
    """`USD`, or a unit of the gateway's own, such as `credits`."""

    @property
    def text(self) -> str:
        """The amount and its unit, such as `0.42 USD`: four decimals, more where all are zero."""
        if 0 < abs(self.amount) < 1e-4 or abs(self.amount) >= 1e9:
            return f"{self.amount:.2g} {self.unit}"
        return f"{f'{self.amount:.4f}'.rstrip('0').rstrip('.')} {self.unit}"


@dataclass(frozen=True, slots=True)
class Video:
    """One video as the gateway last described it; every text in it is cleaned."""

    id: str
    """The id that the user added, which identifies it everywhere."""
    status: Status = Status.UNKNOWN
    raw_status: str = ""
    """The gateway's own word; "" if it gave none."""
    progress: float | None = None
    """0–100 as reported; 100 does not prove that it is finished."""
    model: str = ""
    prompt: str = ""
    """May have many lines."""
    seconds: float | None = None
    """Length of the video in seconds."""
    size: str = ""
    """Width x height in pixels, such as `720x1280`."""
    created_at: float | None = None
    """Unix seconds, like the next two."""
    completed_at: float | None = None
    expires_at: float | None = None
    """When the file expires, if the gateway or its signed link says so."""
    expires_by_link: bool = False
    """Whether `expires_at` was read from the signed link, and not stated by the gateway."""
    usual_life: float | None = None
    """Seconds that gateways of this kind usually keep files, if known; inf: for ever."""
    error: VideoError | None = None
    cost: Cost | None = None
    remote_id: str = ""
    """The id in the response, if it is not the one that was asked for."""
    remixed_from: str = ""
    link: str = field(default="", repr=False)
    """A direct link to the file. Secret: it can hold an access token. Never stored."""
    more_links: tuple[str, ...] = field(default=(), repr=False)
    """Direct links to the further files of the job; "" for one that only `/content` has."""
    outputs: int = 1
    """How many files the job made, as far as known."""

    def link_of(self, index: int) -> str:
        """The direct link to the file number `index`, from 0; "" if none is known."""
        links = (self.link, *self.more_links)
        return links[index] if index < len(links) else ""

    def followed_by(self, newer: Video) -> Video:
        """This video updated by `newer`: a final status stays, known fields are kept."""
        vanished = self.status is Status.READY and newer.status is Status.EXPIRED
        if self.status.is_final and newer.status is not self.status and not vanished:
            return self
        kept = {
            name: getattr(self, name)
            for name in _KEPT_IF_MISSING
            if getattr(newer, name) in (None, "") and getattr(self, name) not in (None, "")
        }
        if self.expires_at is not None and not self.expires_by_link and newer.expires_by_link:
            kept["expires_at"] = self.expires_at  # the gateway's own statement outranks its link
        if "expires_at" in kept:
            kept["expires_by_link"] = self.expires_by_link
        if self.outputs > newer.outputs:  # an entry of a list may say nothing of the others
            kept |= {"outputs": self.outputs, "more_links": newer.more_links or self.more_links}
        return replace(newer, **kept) if kept else newer


_KEPT_IF_MISSING = (
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
