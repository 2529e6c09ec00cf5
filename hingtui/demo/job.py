"""One made-up job, from its creation to its expiry.

Everything about it is a pure function of the time, so a test can move the clock as it likes. How a
gateway writes it is in `families`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from hingtui.demo.film import Film
from hingtui.model.video import USUAL_LIFE, Status

Vocabulary = Literal["hingnet", "openai"]
Outcome = Literal["ready", "failed", "missing"]
Shape = Literal["linear", "noisy", "steps", "stalling", "none"]
Delivery = Literal["direct", "redirect"]
GatewayName = Literal["hingnet", "relay", "ark"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Times are Unix seconds, spans are seconds, `pad` and `cut_at` are bytes."""

    id: str
    created_at: float
    model: str = "sora-2"
    prompt: str = "冰镇汽水广告"
    size: str = "720x1280"
    seconds: int = 4
    vocabulary: Vocabulary = "hingnet"
    queued_for: float = 5.0
    generating_for: float = 60.0
    outcome: Outcome = "ready"
    shape: Shape = "linear"
    lifetime: float = USUAL_LIFE
    error: tuple[str, str] | None = None
    """Code and message; some failures name neither."""
    content: Delivery = "direct"
    clip: str = "bubbles"
    pad: int = 0
    cut_at: int | None = None
    """The byte at which the first download is cut off; None: it is not."""
    gateway: GatewayName = "hingnet"
    """The gateway that knows it."""
    cost: float = 0.0
    """USD."""

    @property
    def film(self) -> Film:
        """The file that it becomes."""
        return Film(self.clip, self.id, self.pad)

    def file(self) -> bytes:
        """The whole file."""
        return self.film.whole()

    @property
    def finished_at(self) -> float:
        """When it is ready or has failed."""
        return self.created_at + self.queued_for + self.generating_for

    @property
    def expires_at(self) -> float:
        """When its file expires."""
        return self.finished_at + self.lifetime

    def is_known(self, now: float) -> bool:
        """Whether the gateway responds with anything but 404."""
        return self.outcome != "missing" and self.created_at <= now

    def status(self, now: float) -> Status:
        """What it is doing at `now`."""
        if now < self.created_at + self.queued_for:
            return Status.QUEUED
        if now < self.finished_at:
            return Status.GENERATING
        if self.outcome == "failed":
            return Status.FAILED
        return Status.READY if now < self.expires_at else Status.EXPIRED

    def progress(self, now: float) -> float:
        """Per cent as the gateway reports them, which may be wrong, depending on the shape."""
        status = self.status(now)
        if status is Status.QUEUED:
            return 0.0
        if status in (Status.READY, Status.EXPIRED):
            return 100.0
        moment = min(now, self.finished_at - 1)  # a failed one stays where it was
        done = 1.0
        if self.generating_for:
            done = max(0.0, (moment - self.created_at - self.queued_for) / self.generating_for)
        match self.shape:
            case "linear":
                return 100 * done
            case "noisy":
                return min(99.0, max(1.0, 100 * done + 7 * math.sin(40 * done + len(self.prompt))))
            case "steps":
                return 10.0 * int(10 * done)
            case "stalling":
                return min(99.0, 140 * done)
            case "none":
                return 0.0
