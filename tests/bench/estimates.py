"""How wrong the estimates of the time left are, on the mix of `schedule`: before and after.

Before: as when estimates knew only what had finished since the start. After: with the durations of
the history. A simulation; no clock runs and no socket is opened.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from hingtui.model.estimate import NOTHING_KNOWN, EarlierVideos, estimate
from hingtui.model.eta import EARLY, Pace, first_pace, remaining
from hingtui.model.video import Status, Video
from tests.bench import Figure, against
from tests.bench.schedule import START, SimulatedVideo, duration_of, simulated_videos

_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Of a video's duration: the moments at which the estimate is looked at."""
_EARLIER = 50
"""Videos in the history."""
_MOVED = 5.0
"""Per cent of progress that had to be seen before there was an estimate."""

Estimator = Callable[[Pace, float], float | None]
"""Seconds left at a moment, from what was observed."""


@dataclass(slots=True)
class Errors:
    """How wrong the estimates were, as shares of the videos' durations."""

    moments: int = 0
    errors: list[float] = field(default_factory=list)
    """Of the moments at which there was an estimate."""

    @property
    def median(self) -> float:
        """Per cent of the duration; a moment without any estimate counts as 100."""
        missing = [1.0] * (self.moments - len(self.errors))
        return 100 * statistics.median([*self.errors, *missing])

    @property
    def where_shown(self) -> float:
        """The same without the moments that had no estimate."""
        return 100 * statistics.median(self.errors) if self.errors else 100.0

    @property
    def shown(self) -> float:
        """Per cent of the moments at which there was an estimate."""
        return 100 * len(self.errors) / self.moments


def run(short: bool = False) -> list[Figure]:
    """Look at the same moments of the same videos with each estimator."""
    chosen = list(simulated_videos(100 if short else 4000))
    before = _errors(chosen, _before)
    figures: list[Figure] = []
    for name, earlier in {"no history": NOTHING_KNOWN, "with the history": _history()}.items():
        ours = _errors(chosen, partial(_after, earlier))
        for shape, errors in ours.items():
            label = f"{name}, {shape}: median error, of the duration"
            reach = 1.0 if shape == "mix" else None
            old = before[shape].median
            figures.append(against(label, errors.median, "%", "before", old, at_most=reach))
        mix, old_mix = ours["mix"], before["mix"]
        label = f"{name}, mix: median error where one is shown"
        figures += [
            against(label, mix.where_shown, "%", "before", old_mix.where_shown),
            against(f"{name}, mix: moments with one", mix.shown, "%", "before", old_mix.shown),
        ]
    return figures


def _before(pace: Pace, now: float) -> float | None:
    """What was shown right after a start, when nothing had finished yet."""
    is_worth_showing = pace.latest - pace.first >= _MOVED or pace.latest >= EARLY
    return (remaining(pace, now, None) or None) if is_worth_showing else None


def _after(earlier: EarlierVideos, pace: Pace, now: float) -> float | None:
    found = estimate(pace, now, earlier)
    return None if found is None else found.seconds


def _history() -> EarlierVideos:
    rng = random.Random(11)  # noqa: S311 - the same videos in every run
    return EarlierVideos.of(duration_of(rng) for _ in range(_EARLIER))


def _errors(chosen: Sequence[SimulatedVideo], estimator: Estimator) -> dict[str, Errors]:
    """The errors by shape, and of all: the mix."""
    found: dict[str, Errors] = {"mix": Errors()}
    for video in chosen:
        for age, pace in _looks(video):
            seconds = estimator(pace, START + age)
            for each in (found["mix"], found.setdefault(video.shape, Errors())):
                each.moments += 1
                if seconds is not None:
                    each.errors.append(abs(seconds - (video.duration - age)) / video.duration)
    return found


def _looks(simulated: SimulatedVideo) -> Iterator[tuple[float, Pace]]:
    """(seconds since the creation, the pace observed until then), asked about every 5 s."""
    moments = [share * simulated.duration for share in _SHARES]
    age, pace = simulated.first_look, None
    while moments:
        if pace is not None and age > moments[0]:
            yield moments.pop(0), pace
            continue
        progress = simulated.course(age)
        now = START + age
        video = Video("v", Status.GENERATING, progress=progress, model="m", created_at=START)
        pace = first_pace(video, now) if pace is None else pace.seen(progress or 0.0, now)
        age += 5.0
