"""The campaign from the command line: many seeds in several processes, or the events of one."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed

from tests.robustness.campaign.run import Campaign, Totals, run_seeds
from tests.robustness.campaign.schedule import drawn

CHUNK = 500
"""Seeds per process."""


def main() -> int:
    """Return exit status 1 if an invariant was broken."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.robustness.campaign", description=__doc__
    )
    parser.add_argument("--schedules", type=int, default=2000, metavar="N", help="how many seeds")
    parser.add_argument("--seed-from", type=int, default=0, metavar="N", help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes at once")
    parser.add_argument("--seed", type=int, metavar="N", help="this one only")
    parser.add_argument("--kind", choices=("download", "watch"), default="", help="with --seed")
    parser.add_argument("-v", "--verbose", action="store_true", help="with --seed: its story")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return _one(chosen.seed, chosen.kind, verbose=chosen.verbose)
    return _many(chosen.schedules, chosen.seed_from, chosen.jobs)


def _one(seed: int, run_kind: str, *, verbose: bool) -> int:
    with Campaign() as campaign:
        result = campaign.run(drawn(seed, run_kind=run_kind))
    if verbose:
        print("\n".join(result.story))
    print(f"seed {seed}: {len(result.breaches)} breaches in {result.seconds:.2f} s")
    for breach in result.breaches:
        print(f"  {breach}")
    return 1 if result.breaches else 0


def _many(schedules: int, first: int, jobs: int) -> int:
    began = time.monotonic()
    total = Totals()
    chunks = [
        range(start, min(start + CHUNK, first + schedules))
        for start in range(first, first + schedules, CHUNK)
    ]
    try:
        for number, totals in enumerate(_results(chunks, jobs), 1):
            total.merge(totals)
            for result in totals.breaches:
                print(f"seed {result.seed}: {result.breaches[0][:300]}", flush=True)
            if number % 10 == 0:
                passed = time.monotonic() - began
                found = len(total.breaches)
                line = f"… {total.runs:,} of {schedules:,} in {passed:.0f} s, {found} breaches"
                print(line, flush=True)
    except KeyboardInterrupt:
        print("interrupted")
        for process in multiprocessing.active_children():
            process.terminate()
    _tell(total, time.monotonic() - began)
    return 1 if total.breaches else 0


def _results(chunks: list[range], jobs: int) -> Iterator[Totals]:
    """Run each chunk in a new process.

    `max_tasks_per_child` is not used, because the executor of Python 3.11 sometimes hangs with it.
    """
    pool = ThreadPoolExecutor(jobs)
    try:
        for done in as_completed([pool.submit(_in_a_process, chunk) for chunk in chunks]):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_a_process(seeds: range) -> Totals:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(run_seeds, seeds).result()


def _tell(total: Totals, seconds: float) -> None:
    print(f"{total.runs:,} schedules in {seconds:.0f} s, {len(total.breaches)} breaches")
    each = 1000 * total.seconds / max(1, total.runs)
    print(f"{sum(total.fired.values()):,} faults came about; {each:.1f} ms for a schedule")
    for kind, count in sorted(total.fired.items()):
        print(f"  {count:7,}  {kind}")
    if total.slowest is not None:
        print(f"the slowest was seed {total.slowest.seed}: {total.slowest.seconds:.2f} s")
    for result in total.breaches:
        print(f"seed {result.seed}: {'; '.join(result.breaches)[:500]}")


if __name__ == "__main__":
    sys.exit(main())
