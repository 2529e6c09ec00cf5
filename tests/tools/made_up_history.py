"""A made-up history: 3,000 videos of one week at three gateways, the same for the same seed.

`HINGTUI_HOME=… python3 -m tests.tools.made_up_history [--videos N] [--days N] [--seed N]` writes it
into that home; then look at it with `hingtui`, `t`, or with `hingtui history` and `hingtui stats`.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from hingtui.demo.prompts import PROMPTS, REFUSALS
from hingtui.model.eta import Basis, Expiry
from hingtui.model.video import Cost, Status, Video, VideoError
from hingtui.monitor.history_words import parse_history_words
from hingtui.storage.history import (
    HISTORY_FILE,
    Duration,
    History,
    HistoryVideo,
    Search,
    Sighting,
    StatusChange,
)
from hingtui.storage.watchlist.entry import Entry
from hingtui.system.clock import Clock
from hingtui.ui.history_view import MOST_FOUND

WEEK = 7
VIDEOS = 3000
_AT_ONCE = 500
_PAGE = 150
_DAY = 86_400.0
_PICTURES = tuple(prompt for prompts in PROMPTS.values() for prompt in prompts)
_FURTHER = (
    "slow dolly in, shallow depth of field",
    "handheld, natural light, muted colours",
    "no text, no logo, seamless loop",
    "镜头缓慢推进，浅景深，电影质感",
    "人物背影，雨夜街道，霓虹倒影",
    "竖屏，节奏明快，适合短视频",
)


@dataclass(frozen=True, slots=True)
class _Model:
    """How one model behaves at one gateway."""

    gateway: str
    model: str
    share: float
    lengths: tuple[float, ...]
    median: float
    """Seconds that a video of the first length usually takes."""
    price: float
    """For each second of the video."""
    unit: str
    fails: float
    life: float | None
    """Seconds for which a file is kept; None: the gateway does not say."""
    names_end: bool = True
    """Whether the gateway says when a video was finished."""


_MODELS = (
    _Model("hingnet", "sora-2-pro", 0.22, (4, 8, 12), 96, 0.12, "USD", 0.05, 3600),
    _Model("hingnet", "veo-3.1-fast", 0.20, (8,), 64, 0.10, "USD", 0.03, 3600),
    _Model("hingnet", "kling-3", 0.12, (5, 10), 210, 0.07, "USD", 0.02, 3600),
    _Model("relay", "seedance-2.5", 0.18, (5, 8, 10), 118, 4.0, "credits", 0.09, None, False),
    _Model("relay", "wan-2.7", 0.10, (5,), 380, 2.0, "credits", 0.16, None, False),
    _Model("ark", "seedance-2.5", 0.18, (5, 10), 92, 0.0, "", 0.02, 86_400),
)


def made_up(
    folder: Path, *, videos: int = VIDEOS, days: float = WEEK, seed: int = 1, now: float
) -> Iterator[Sighting]:
    """The videos of the days before `now` (Unix seconds), the oldest first, saved in `folder`."""
    chance = random.Random(seed)  # noqa: S311 - the same story in every run
    moments = sorted(_moment(chance, days, now) for _ in range(videos))
    for number, began_at in enumerate(moments):
        model = chance.choices(_MODELS, [one.share for one in _MODELS])[0]
        yield _video(chance, model, folder, number, began_at, now)


def _moment(chance: random.Random, days: float, now: float) -> float:
    """People make videos in the evening of UTC+8 rather than at night, and seldom on weekends."""
    while True:
        moment = now - 600 - chance.random() * (days * _DAY - 600)
        hour = (moment / 3600 + 8) % 24
        busy = 0.08 + 0.92 * math.exp(-(((hour - 16) / 5) ** 2))
        if chance.random() < busy:
            return moment


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How far one video has come."""

    status: Status
    ended_at: float
    expires_at: float | None
    is_saved: bool


def _video(
    chance: random.Random, model: _Model, folder: Path, number: int, began_at: float, now: float
) -> Sighting:
    video_id = f"video_{number:05x}{chance.getrandbits(40):010x}"
    length = chance.choice(model.lengths)
    took = model.median * (length / model.lengths[0]) ** 0.6 * chance.lognormvariate(0, 0.35)
    if 14 <= (began_at / 3600 + 8) % 24 < 20:
        took *= 1.6  # when everybody makes videos
    outcome = _outcome(chance, model, began_at + took, now)
    price = Cost(round(model.price * length, 4), model.unit) if model.price else None
    asked = Video(video_id, seconds=float(length), created_at=began_at, cost=price)
    entry = Entry(
        video_id,
        began_at,
        _response(chance, model, asked, outcome),
        min(now, outcome.ended_at),
        saved=folder / _file_name(model, number, began_at) if outcome.is_saved else None,
        saved_bytes=chance.randrange(2_000_000, 9_000_000) if outcome.is_saved else None,
        gateway=model.gateway,
    )
    ends, is_finished = outcome.expires_at, outcome.status in (Status.READY, Status.EXPIRED)
    return Sighting(
        HistoryVideo(
            entry,
            expiry=Expiry(ends, Basis.SERVER) if ends is not None else None,
            duration=Duration(took, not model.names_end) if is_finished else None,
            highest_cost=price.amount if price is not None else None,
            saved_at=outcome.ended_at + 4 if outcome.is_saved else None,
            sha256=f"{chance.getrandbits(256):064x}" if outcome.is_saved else None,
        ),
        _changes(began_at, outcome.ended_at, now, outcome.status),
    )


def _outcome(chance: random.Random, model: _Model, ended_at: float, now: float) -> _Outcome:
    fate = chance.random()
    is_running, is_failed = ended_at > now, fate < model.fails
    is_lost = not is_failed and fate > 0.996 and model.life is not None
    status = Status.GENERATING if is_running else Status.FAILED if is_failed else Status.READY
    expires_at = None
    if status is Status.READY and model.life is not None:
        expires_at = ended_at + model.life
    if is_lost and expires_at is not None and expires_at < now and not is_running:
        status = Status.EXPIRED
    is_saved = status is Status.READY and (expires_at is None or fate < 0.99 or expires_at < now)
    return _Outcome(status, ended_at, expires_at, is_saved)


def _response(chance: random.Random, model: _Model, asked: Video, outcome: _Outcome) -> Video:
    """The gateway's last response about the video that was asked for."""
    status, price = outcome.status, asked.cost
    is_refunded = status is Status.FAILED and chance.random() < 0.7
    error = VideoError(*chance.choice(REFUSALS)) if status is Status.FAILED else None
    names = {Status.READY: "success", Status.GENERATING: "processing"}
    return replace(
        asked,
        status=status,
        raw_status=names.get(status, status.value),
        model=model.model,
        prompt=f"{chance.choice(_PICTURES)}, {chance.choice(_FURTHER)}",
        size=chance.choice(("1280x720", "720x1280")),
        completed_at=outcome.ended_at if model.names_end and status is Status.READY else None,
        expires_at=outcome.expires_at,
        error=error,
        cost=Cost(0.0, price.unit) if price is not None and is_refunded else price,
    )


def _file_name(model: _Model, number: int, began_at: float) -> str:
    return f"{time.strftime('%Y-%m-%d', time.gmtime(began_at))} {model.model} {number}.mp4"


def _changes(
    began_at: float, ended_at: float, now: float, status: Status
) -> tuple[StatusChange, ...]:
    changes = [StatusChange(began_at + 1, Status.QUEUED, "queued")]
    if began_at + 9 < now:
        changes.append(StatusChange(began_at + 9, Status.GENERATING, "processing"))
    if ended_at <= now:
        changes.append(StatusChange(ended_at, status, status.value))
    return tuple(changes)


def load(history: History, sightings: Iterator[Sighting]) -> int:
    """Write all of these; how many there were."""
    count = 0
    batch: list[Sighting] = []
    for sighting in sightings:
        batch.append(sighting)
        if len(batch) == _AT_ONCE:
            history.record(batch)
            count += len(batch)
            batch = []
    history.record(batch)
    return count + len(batch)


def make_files(sightings: Iterator[Sighting]) -> Iterator[Sighting]:
    """Make an empty file for each saved video, but for some: a person has moved them."""
    for number, sighting in enumerate(sightings):
        path = sighting.video.entry.saved
        if path is not None and number % 40:
            path.touch()
        yield sighting


def measure(history: History) -> None:
    """Print how long the statistics and some searches take, in milliseconds: wall and CPU."""
    jobs: dict[str, Callable[[], object]] = {
        "statistics": history.statistics,
        "usual durations": history.usual_durations,
    }
    for words in ("moon", "满月", "月", "m", "zz", "model:veo", "failed", "!moon", "since:7d"):
        wanted = parse_history_words(words, Clock().time()).wanted
        jobs[words] = partial(_first_page, history, wanted)
    for name, job in jobs.items():
        times = []
        for _time in range(3):
            wall, cpu = time.perf_counter(), time.thread_time()
            job()
            times.append((time.perf_counter() - wall, time.thread_time() - cpu))
        wall, cpu = min(times)
        print(f"{name:16} {1000 * wall:7.1f} {1000 * cpu:7.1f}")


def _first_page(history: History, wanted: Search) -> None:
    history.videos(history.find(wanted, MOST_FOUND)[:_PAGE])


def main() -> int:
    """Write a history into HINGTUI_HOME."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--days", type=float, default=WEEK)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help="print how long reading takes")
    given = parser.parse_args()
    home = os.environ.get("HINGTUI_HOME")
    if not home:
        parser.error("set HINGTUI_HOME to a folder for it: your own history stays out of this")
    path = Path(home) / HISTORY_FILE
    history = History(path, most=max(given.videos, 1))
    now = Clock().time()
    folder = Path(home) / "videos"
    folder.mkdir(parents=True, exist_ok=True)
    made = made_up(folder, videos=given.videos, days=given.days, seed=given.seed, now=now)
    print(f"{load(history, make_files(made))} videos are in {path}")
    if given.measure:
        measure(history)
    history.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
