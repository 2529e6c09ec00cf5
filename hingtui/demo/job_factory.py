"""Make the jobs of a demo: which model makes which clip, at which gateway, at what price.

The same seed makes the same jobs, except for their times.
"""

from __future__ import annotations

import random
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from hingtui.demo.film import CLIPS
from hingtui.demo.job import Delivery, GatewayName, Job, Outcome, Shape, Vocabulary
from hingtui.demo.prompts import PROMPTS
from hingtui.model.video import USUAL_LIFE


@dataclass(frozen=True, slots=True)
class _ClipModel:
    """The model and gateway of a clip; `price` is USD for each second of video."""

    model: str
    gateway: GatewayName
    price: float
    vocabulary: Vocabulary = "openai"


_CLIP_MODELS = {
    "sunrise": _ClipModel("sora-2", "hingnet", 0.1, "hingnet"),
    "aurora": _ClipModel("seedance-2.5", "ark", 0.12),
    "moon": _ClipModel("veo-3.1", "hingnet", 0.4),
    "tunnel": _ClipModel("grok-imagine-1.5", "relay", 0.07),
    "bubbles": _ClipModel("sora-2", "hingnet", 0.1, "hingnet"),
    "silk": _ClipModel("kling-3", "relay", 0.14),
    "lotus": _ClipModel("wan-2.7", "relay", 0.1),
    "ridges": _ClipModel("seedance-2.5", "ark", 0.12),
}
"""By clip: the model that makes it, and where. The clips of `ark` have a resolution of its own."""
LIFETIMES: dict[GatewayName, float] = {"hingnet": USUAL_LIFE, "relay": 86_400.0, "ark": 86_400.0}
"""Seconds that each gateway keeps a file."""

_SHAPES: tuple[Shape, ...] = ("linear", "linear", "noisy", "steps", "stalling", "none")
_PADDING = (1_000_000, 4_900_000)
"""Bytes that make a file of 1 to 5 MB."""
_ARK_ZONE = 8 * 3600
"""Seconds that Ark's clock, which its ids quote, is ahead of UTC."""


class Traits(TypedDict, total=False):
    """The fields of `Job` that differ from job to job."""

    outcome: Outcome
    shape: Shape
    content: Delivery
    lifetime: float
    error: tuple[str, str]
    cut_at: int


class JobFactory:
    """Makes jobs for some of the demo's gateways."""

    def __init__(self, seed: int, pad: int | None, gateways: Sequence[GatewayName]) -> None:
        """`pad` bytes are added to every file; None: enough for a file of 1 to 5 MB.

        A job whose gateway is not among `gateways` is the first one's.
        """
        self._seed = seed
        self._pad = pad
        self._gateways = tuple(gateways)

    def job(self, part: str, clip: str, take: int, times: tuple[float, ...], traits: Traits) -> Job:
        """The job of that part; `times` are its creation, seconds in the queue and generating."""
        chance = self.chance(f"job/{part}")
        maker, gateway = _CLIP_MODELS[clip], self.gateway_of(clip)
        created_at, queued_for, generating_for = times
        if gateway == "ark" or "lifetime" not in traits:  # each link of Ark lasts as long
            traits = traits | Traits(lifetime=LIFETIMES[gateway])
        return Job(
            id=_id(chance, gateway, maker.vocabulary, created_at),
            created_at=created_at,
            model=maker.model,
            prompt=PROMPTS[clip][take % len(PROMPTS[clip])],
            size=CLIPS[clip].size,
            seconds=CLIPS[clip].seconds,
            vocabulary=maker.vocabulary,
            queued_for=queued_for,
            generating_for=generating_for,
            clip=clip,
            pad=chance.randint(*_PADDING) if self._pad is None else self._pad,
            gateway=gateway,
            cost=round(maker.price * CLIPS[clip].seconds, 2),
            **traits,
        )

    def gateway_of(self, clip: str) -> GatewayName:
        """The gateway that makes this clip."""
        gateway = _CLIP_MODELS[clip].gateway
        return gateway if gateway in self._gateways else self._gateways[0]

    def turn(self, number: int) -> tuple[str, int]:
        """The clip and the prompt of a job: clips take turns, with other prompts in each round."""
        clips = list(_CLIP_MODELS)
        return clips[(number + self._seed) % len(clips)], number + number // len(clips)

    def random_traits(self, chance: random.Random) -> Traits:
        """How a job's progress is reported, and how its file is delivered."""
        content: Delivery = "redirect" if chance.random() < 0.5 else "direct"
        return Traits(shape=chance.choice(_SHAPES), content=content)

    def chance(self, part: str) -> random.Random:
        """The random numbers of one part of the story, always the same for the same seed."""
        return random.Random(f"{self._seed}/{part}")  # noqa: S311 - nothing secret


def _id(
    chance: random.Random, gateway: GatewayName, vocabulary: Vocabulary, created_at: float
) -> str:
    """An id in the gateway's form: HingNet's sample begins with its creation in hexadecimal."""
    letters = string.ascii_lowercase + string.digits
    if gateway == "relay":
        return "task_" + "".join(chance.choices(letters + string.ascii_uppercase, k=32))
    if gateway == "ark":
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(created_at + _ARK_ZONE))
        return f"cgt-{stamp}-" + "".join(chance.choices(letters, k=5))
    if vocabulary == "hingnet":
        return f"video_{int(created_at):08x}{chance.getrandbits(160):040x}"
    return "video_" + "".join(chance.choices(letters, k=12))
