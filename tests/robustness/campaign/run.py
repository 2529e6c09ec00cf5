"""One seed from its schedule to its result, and many seeds in one process."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Self, cast

from hingtui.download import retry
from tests.robustness.campaign import disk
from tests.robustness.campaign.a_watch import AWatch
from tests.robustness.campaign.clock import Endless
from tests.robustness.campaign.hosts import Hosts
from tests.robustness.campaign.one_download import OneDownload
from tests.robustness.campaign.oracle import leaked_secrets
from tests.robustness.campaign.pool import CountingPool
from tests.robustness.campaign.schedule import DOWNLOAD, Schedule, drawn
from tests.robustness.campaign.traces import Leftovers, LogTrap
from tests.support.disk.faulty_disk import Killed

_SILENT = 400.0
"""Real seconds after which a hanging run prints its stacks and its process ends."""

_ENDS = {disk.KILL, disk.POWER_CUT}


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of one seed."""

    seed: int
    breaches: tuple[str, ...]
    fired: tuple[str, ...]
    seconds: float
    story: tuple[str, ...] = field(repr=False, default=())
    rows: tuple[str, ...] = ()
    """What a watch shows of each video at the end: id, status and file."""


class Campaign:
    """Runs one schedule after another with shared servers and a shared event loop."""

    def __init__(self, folder: Path | None = None) -> None:
        self._stack = ExitStack()
        self._folder = folder

    def __enter__(self) -> Self:
        if self._folder is None:
            self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.hosts = self._stack.enter_context(Hosts())
        # httpcore tries to import it at every request, which searches all folders each time.
        sys.modules.setdefault("sniffio", cast(ModuleType, None))
        self.loop = self._stack.enter_context(asyncio.Runner())
        self.pool = CountingPool(4)
        self.loop.get_loop().set_default_executor(self.pool)
        self.pool.warm_up()
        self.trap = self._stack.enter_context(LogTrap())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, schedule: Schedule) -> RunResult:
        """Run this schedule and return its result."""
        assert self._folder is not None
        began = time.perf_counter()
        self.trap.lines.clear()
        self.trap.errors.clear()
        self.hosts.rest()
        root = self._folder / f"run-{schedule.seed}"
        root.mkdir()
        leftovers = Leftovers()
        retry._jitter = random.Random(schedule.seed)  # type: ignore[assignment]  # noqa: S311
        with warnings.catch_warnings(record=True) as warned, _unraisable() as unraisable:
            warnings.simplefilter("always", ResourceWarning)
            if schedule.run_kind == DOWNLOAD:
                run: OneDownload | AWatch = OneDownload(schedule, self.hosts, root, self.loop)
            else:
                run = AWatch(schedule, self.hosts, root, self.loop, self.pool)
            try:
                run.run()
            except (Exception, Killed, Endless):  # noqa: BLE001 - the other seeds are still to be run
                run.breach(f"the campaign itself failed: {traceback.format_exc()}")
        self.hosts.rest()
        if not _ENDS.intersection(run.fired):  # a killed process closes nothing
            run.breach(*(f"warned: {warning.message}" for warning in warned))
        run.breach(*unraisable)
        run.breach(*leftovers.check())
        run.breach(*(f"logged: {line}" for line in self.trap.errors))
        run.breach(*leaked_secrets("the log", "\n".join(self.trap.lines)))
        run.seen.unlink()
        shutil.rmtree(root, ignore_errors=True)
        return RunResult(
            schedule.seed,
            tuple(run.breaches),
            tuple(run.fired),
            time.perf_counter() - began,
            (*schedule.described(), *run.story, *(f"log: {x}" for x in self.trap.lines)),
            run.rows if isinstance(run, AWatch) else (),
        )


@contextmanager
def _unraisable() -> Iterator[list[str]]:
    """Collect unraisable exceptions, mostly of finalizers.

    A finalizer that runs deep inside nested JSON may exceed the stack; that is ignored.
    """
    found: list[str] = []

    def note(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, RecursionError | Killed):
            found.append(f"unraisable: {unraisable.exc_value!r} in {unraisable.object!r}")

    before, sys.unraisablehook = sys.unraisablehook, note
    try:
        yield found
    finally:
        sys.unraisablehook = before


@dataclass
class Totals:
    """The results of many seeds."""

    runs: int = 0
    seconds: float = 0.0
    slowest: RunResult | None = None
    fired: Counter[str] = field(default_factory=Counter)
    breaches: list[RunResult] = field(default_factory=list)

    def add(self, result: RunResult) -> None:
        self.runs += 1
        self.seconds += result.seconds
        self.fired.update(result.fired)
        if result.breaches:
            self.breaches.append(result)
        if self.slowest is None or result.seconds > self.slowest.seconds:
            self.slowest = result

    def merge(self, other: Totals) -> None:
        self.runs += other.runs
        self.seconds += other.seconds
        self.fired.update(other.fired)
        self.breaches += other.breaches
        if other.slowest and (self.slowest is None or other.slowest.seconds > self.slowest.seconds):
            self.slowest = other.slowest


def run_seeds(seeds: Iterable[int], folder: Path | None = None) -> Totals:
    """Run all these seeds, one after another, in this process."""
    totals = Totals()
    with Campaign(folder) as campaign:
        for seed in seeds:
            if totals.runs % 25 == 0:  # each time it starts a thread
                faulthandler.dump_traceback_later(_SILENT, exit=True)
            result = campaign.run(drawn(seed))
            totals.add(RunResult(seed, result.breaches, result.fired, result.seconds))
    faulthandler.cancel_dump_traceback_later()
    gc.collect()
    return totals
