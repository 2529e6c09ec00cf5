"""Forecast which downloads will not be saved before their files expire.

Pure: an estimate from the measured speed of all downloads together and the order in which the
queue starts them, the soonest to expire first.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hingtui.model.key import VideoKey
from hingtui.monitor.row import DownloadState, Row

_CANDIDATES = 8
"""The largest queued downloads, which are tried as the one to cancel, beside all running ones."""
_COMPARED = 100
"""Downloads, the soonest to expire, that are simulated to find the one to cancel."""


@dataclass(frozen=True, slots=True)
class Job:
    """One download that was asked for and is not finished."""

    key: VideoKey
    bytes_left: float
    time_left: float = math.inf
    """Seconds until its file expires; infinite where it does not, or where that is not known."""
    is_running: bool = False
    starts_in: float = 0.0
    """Seconds until it is tried again; 0 if it does not wait for that."""
    is_assumed: bool = False
    """Whether its size is only assumed."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will probably not be saved in time, and what would change that."""

    speed: float
    """Bytes a second of all downloads together, on which this rests."""
    jobs: int
    late: tuple[VideoKey, ...] = ()
    """Not saved before they expire, the soonest to expire first."""
    assumed_sizes: int = 0
    """Jobs whose size is only assumed, on which this rests too."""
    cancel: VideoKey | None = None
    """The download to cancel; None where no single one would help."""
    saves: int = 0
    """How many more would be saved in time without it."""


def forecast(jobs: Sequence[Job], speed: float, at_once: int) -> Forecast:
    """The forecast for these jobs at `speed` bytes a second, `at_once` of them at a time."""
    late = _late(jobs, speed, at_once)
    assumed = sum(job.is_assumed for job in jobs)
    cancel, saves = None, 0
    if late:
        # Later ones hardly delay these, and thousands would take too long.
        first = sorted(jobs, key=lambda job: (not job.is_running, job.time_left))[:_COMPARED]
        cancel, saves = _best_to_cancel(first, _late(first, speed, at_once), speed, at_once)
    return Forecast(speed, len(jobs), tuple(late), assumed, cancel, saves)


def jobs_of(rows: Iterable[Row], now: float, monotonic: float, sizes: Sequence[int]) -> list[Job]:
    """The downloads of these rows as jobs; `sizes` (bytes) are those of files saved before.

    `now` is in Unix seconds, `monotonic` in seconds, both of this machine's clock.
    """
    rows = list(rows)
    totals = [row.download.progress.total for row in rows if row.download is not None]
    known = sorted((*sizes, *(total for total in totals if total is not None)))
    usual = known[(len(known) - 1) // 2] if known else 0  # the lower median
    jobs = []
    for row in rows:
        download = row.download
        if download is None or not download.is_active:
            continue
        ends, progress = row.expiry, download.progress
        is_waiting = download.state is DownloadState.WAITING
        jobs.append(
            Job(
                row.key,
                max(0.0, (progress.total or usual) - progress.received),
                math.inf if ends is None else ends.at - now,
                is_running=download.state is DownloadState.RUNNING,
                starts_in=max(0.0, download.retry_at - monotonic) if is_waiting else 0.0,
                is_assumed=progress.total is None,
            )
        )
    return jobs


def finish_times(jobs: Sequence[Job], speed: float, at_once: int) -> dict[VideoKey, float]:
    """Seconds until each is saved, if those that run at a time share the speed equally."""
    finished: dict[VideoKey, float] = {}
    # By number, because jobs cannot be compared.
    queue = [(job.time_left, n) for n, job in enumerate(jobs) if not _has_begun(job)]
    later = sorted((jobs[n].starts_in, n) for _ends, n in queue if jobs[n].starts_in > 0)
    queue = [entry for entry in queue if jobs[entry[1]].starts_in <= 0]
    heapq.heapify(queue)
    active = {n: job.bytes_left for n, job in enumerate(jobs) if _has_begun(job)}
    later.reverse()
    now = 0.0
    while active or queue or later:
        while later and later[-1][0] <= now:
            number = later.pop()[1]
            heapq.heappush(queue, (jobs[number].time_left, number))
        while queue and len(active) < at_once:
            number = heapq.heappop(queue)[1]
            active[number] = jobs[number].bytes_left
        if not active:
            now = later[-1][0]
            continue
        share = speed / len(active)
        step = min(active.values()) / share
        if later:
            step = min(step, later[-1][0] - now)
        now += step
        active = {number: left - step * share for number, left in active.items()}
        for number in [number for number, left in active.items() if left <= 1e-6]:
            del active[number]
            finished[jobs[number].key] = now
    return finished


def _has_begun(job: Job) -> bool:
    return job.is_running and job.starts_in <= 0


def _late(jobs: Sequence[Job], speed: float, at_once: int) -> list[VideoKey]:
    if speed <= 0:
        late = [job for job in jobs if job.time_left < math.inf and job.bytes_left > 0]
    else:
        ends = finish_times(jobs, speed, at_once)
        late = [job for job in jobs if ends[job.key] > job.time_left]
    return [job.key for job in sorted(late, key=lambda job: job.time_left)]


def _best_to_cancel(
    jobs: Sequence[Job], late: Sequence[VideoKey], speed: float, at_once: int
) -> tuple[VideoKey | None, int]:
    """The one without which the most others are saved in time, and how many more those are.

    Among equals the one whose file lasts longest, because it can be downloaded later.
    """
    if speed <= 0:
        return None, 0
    running = [job for job in jobs if job.is_running]
    queued = sorted((job for job in jobs if not job.is_running), key=lambda job: -job.bytes_left)
    best, key = (0, -math.inf), None
    for job in (*running, *queued[:_CANDIDATES]):
        others = [other for other in jobs if other is not job]
        still_late = len(_late(others, speed, at_once))
        saves = len(late) - (job.key in late) - still_late
        if saves > 0 and (saves, job.time_left) > best:
            best, key = (saves, job.time_left), job.key
    return key, best[0]
