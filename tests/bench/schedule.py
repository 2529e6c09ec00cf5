"""How many requests a video costs and how late its end is seen, beside polling at fixed intervals.

A simulation of the real functions of `hingtui.model.eta`; no clock runs and no socket is opened.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from hingtui.model.eta import Pace, first_pace, jitter, poll_interval
from hingtui.model.video import Status, Video
from hingtui.monitor.duration_stats import DurationStats
from tests.bench import Figure, against, alone, number

MEDIAN, SPREAD = 90.0, 0.6
"""Seconds that half of the videos take at most; the sigma of the lognormal durations."""
SHARES = {"linear": 0.3, "noisy": 0.3, "steps of ten": 0.15, "stalling at 99": 0.15, "none": 0.1}
"""How progress is reported, and of which share of the videos."""
FIXED = (1, 2, 5, 10, 15)
"""Seconds between the questions of fixed polling; requests × delay is the same for all."""
_PEER = 5
START = 1_762_789_802.0

Course = Callable[[float], float | None]
"""The progress that the gateway reports so many seconds after the creation."""
Policy = Callable[[Video, Pace, float], float]
"""Seconds until the next request."""


@dataclass(frozen=True, slots=True)
class SimulatedVideo:
    """One video."""

    shape: str
    duration: float
    course: Course
    first_look: float
    """Seconds after the creation."""


@dataclass(slots=True)
class Cost:
    """What watching some videos to their end took."""

    requests: int = 0
    delays: list[float] = field(default_factory=list)
    """Seconds from each video's end to the question that found out."""

    def add(self, requests: int, delay: float) -> None:
        self.requests += requests
        self.delays.append(delay)

    @property
    def per_video(self) -> float:
        return self.requests / len(self.delays)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.delays)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.delays, n=20)[-1]

    @property
    def product(self) -> float:
        return self.per_video * self.mean


def run(short: bool = False) -> list[Figure]:
    """Watch the same videos by each policy."""
    videos = list(simulated_videos(100 if short else 4000))
    fixed = {seconds: _watch(videos, _every(seconds)) for seconds in FIXED}
    figures = [_interval_figure(seconds, cost["mix"]) for seconds, cost in fixed.items()]
    peer = fixed[_PEER]
    for name, stats in {"prior learned": _learned(), "no prior": DurationStats()}.items():
        ours = _watch(videos, _adaptive(stats))
        figures += _compared(name, ours, peer)
    return figures


def _interval_figure(seconds: int, cost: Cost) -> Figure:
    name = f"every {seconds} s: {number(cost.per_video)} requests a video, p95 {number(cost.p95)} s"
    return alone(f"{name}; late by", cost.mean, "s")


def _compared(name: str, ours: dict[str, Cost], fixed: dict[str, Cost]) -> Iterator[Figure]:
    peer = f"every {_PEER} s"
    mix, same = ours["mix"], fixed["mix"]
    yield against(f"{name}, mix: requests a video", mix.per_video, "", peer, same.per_video)
    yield against(f"{name}, mix: late by, mean", mix.mean, "s", peer, same.mean)
    yield against(f"{name}, mix: late by, p95", mix.p95, "s", peer, same.p95)
    for shape, at_most in {"mix": 0.45, **dict.fromkeys(SHARES), "linear": 0.15}.items():
        label = f"{name}, {shape}: requests × delay"
        cost = ours[shape]
        yield against(label, cost.product, "s", peer, fixed[shape].product, at_most=at_most)


def simulated_videos(count: int) -> Iterator[SimulatedVideo]:
    rng = random.Random(5)  # noqa: S311 - the same videos in every run
    for shape, share in SHARES.items():
        for _ in range(round(count * share)):
            duration = duration_of(rng)
            yield SimulatedVideo(shape, duration, _course(shape, duration, rng), rng.uniform(0, 1))


def duration_of(rng: random.Random) -> float:
    """How long one video takes, in seconds."""
    return rng.lognormvariate(math.log(MEDIAN), SPREAD)


def _course(shape: str, duration: float, rng: random.Random) -> Course:
    match shape:
        case "linear":
            return lambda age: min(99, math.floor(100 * age / duration))
        case "noisy":
            return _noisy(duration, [rng.uniform(0.5, 1.5) for _ in range(20)])
        case "steps of ten":
            return lambda age: min(90, 10 * math.floor(10 * age / duration))
        case "stalling at 99":
            moves_for = rng.uniform(0.5, 0.8) * duration
            return lambda age: min(99, math.floor(99 * age / moves_for))
    return lambda _age: None


def _noisy(duration: float, paces: list[float]) -> Course:
    """Each twentieth of the time has a pace of its own."""
    reached = [100 * sum(paces[:done]) / sum(paces) for done in range(len(paces) + 1)]

    def reported(age: float) -> float:
        passed, rest = divmod(min(0.999, age / duration) * len(paces), 1)
        before, after = reached[int(passed)], reached[int(passed) + 1]
        return min(99, math.floor(before + (after - before) * rest))

    return reported


def _every(seconds: float) -> Policy:
    return lambda _video, _pace, _now: seconds


def _adaptive(stats: DurationStats) -> Policy:
    rng = random.Random(3)  # noqa: S311 - the same jitter in every run

    def wait(video: Video, pace: Pace, now: float) -> float:
        return jitter(poll_interval(video.status, pace, now, stats.median(video)), rng)

    return wait


def _learned() -> DurationStats:
    """What fifty videos that were finished before have taught."""
    rng = random.Random(11)  # noqa: S311
    stats = DurationStats()
    for _ in range(50):
        ended_at = START + duration_of(rng)
        stats.record(Video("v", Status.READY, model="m", created_at=START, completed_at=ended_at))
    return stats


def _watch(videos: Iterable[SimulatedVideo], policy: Policy) -> dict[str, Cost]:
    """What it took, by shape and for all of them: the mix."""
    costs = {shape: Cost() for shape in ("mix", *SHARES)}
    for video in videos:
        seen = _follow(video, policy)
        costs[video.shape].add(*seen)
        costs["mix"].add(*seen)
    return costs


def _follow(simulated: SimulatedVideo, policy: Policy) -> tuple[int, float]:
    """How many questions one video takes, and how late the last one is."""
    age, requests = simulated.first_look, 1
    pace: Pace | None = None
    while age < simulated.duration:
        progress = simulated.course(age)
        video = Video("v", Status.GENERATING, progress=progress, model="m", created_at=START)
        now = START + age
        pace = first_pace(video, now) if pace is None else pace.seen(progress or 0.0, now)
        age += policy(video, pace, now)
        requests += 1
    return requests, age - simulated.duration
