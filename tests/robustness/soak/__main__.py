"""Run a day in minutes and print what grew: `python3 -m tests.robustness.soak --help`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.robustness.soak.abandoned import abandon
from tests.robustness.soak.day import live
from tests.robustness.soak.gauges import HEADINGS, Reading
from tests.support.memory_folder import use_memory

MOST_GROWTH = 5.0
"""The allowed growth in MB after the warm-up."""
WARM_UP = 0.15
"""The share of the time after which memory must not grow."""
SLACK = 12
"""The allowed growth in descriptors, threads, tasks or connections after the warm-up."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.robustness.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="of watching; 0: none")
    parser.add_argument("--videos", type=int, default=200, help="watched at any time")
    parser.add_argument("--abandoned", type=int, default=100_000, help="requests; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    use_memory()  # a day's fsyncs would wear the disk
    breaches: list[str] = []
    if wanted.hours:
        breaches += asyncio.run(day(wanted.hours, wanted.videos, wanted.seed))
    if wanted.abandoned:
        breaches += asyncio.run(abandoned(wanted.abandoned, wanted.seed))
    for breach in breaches:
        print("BREACH:", breach)
    return 1 if breaches else 0


async def day(hours: float, videos: int, seed: int) -> list[str]:
    """Watch for this many hours; return what grew."""
    print(f"{hours:g} hours with {videos} videos watched at any time\n{HEADINGS}")
    began = time.monotonic()
    warm: Reading | None = None
    last: Reading | None = None
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        async for hour, reading, so_far in live(
            Path(folder), hours=hours, videos=videos, seed=seed
        ):
            print(reading.line(hour), flush=True)
            if warm is None and hour >= hours * WARM_UP:
                warm = reading
            last = reading
            course = so_far
    assert warm is not None
    assert last is not None
    print(
        f"{course.watched} videos watched, {course.saved} saved, {course.asked} requests answered "
        f"in {time.monotonic() - began:.0f} s\n"
    )
    return grown(warm, last)


async def abandoned(count: int, seed: int) -> list[str]:
    """Abandon this many requests; return what is wrong afterwards."""
    print(f"{count} abandoned requests")
    began = time.monotonic()
    before, after, outcomes = await abandon(count, seed)
    print(HEADINGS, before.line(0), after.line(0), sep="\n")
    for outcome, times in outcomes.most_common():
        print(f"{times:>9}  {outcome}")
    print(f"in {time.monotonic() - began:.0f} s\n")
    breaches = grown(before, after)
    if outcomes["usable afterwards"] < 100:
        breaches.append("the client is not usable afterwards")
    return breaches


def grown(warm: Reading, last: Reading) -> list[str]:
    """The readings that grew beyond their limits, as lines."""
    growth = last.memory - warm.memory
    print(f"memory after the warm-up: {growth:+.1f} MB (at most +{MOST_GROWTH:g})")
    breaches = [f"memory grew by {growth:.1f} MB"] if growth >= MOST_GROWTH else []
    for name in ("descriptors", "threads", "tasks", "connections"):
        more = getattr(last, name) - getattr(warm, name)
        if more > SLACK:
            breaches.append(f"{more} {name} more than after the warm-up")
    return breaches


if __name__ == "__main__":
    sys.exit(main())
