"""One seed from its schedule to its verdict, and many seeds in one process."""

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
class Verdict:
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

    def judge(self, schedule: Schedule) -> Verdict:
        """Run this schedule and return its verdict."""
        assert self._folder is not None
        began = time.perf_counter()
        self.trap.lines.clear()
        self.trap.errors.clear()
        self.hosts.rest()
        root = self._folder / f"life-{schedule.seed}"
        root.mkdir()
        leftovers = Leftovers()
        retry._jitter = random.Random(schedule.seed)  # type: ignore[assignment]  # noqa: S311
        with warnings.catch_warnings(record=True) as warned, _unraisable() as unraisable:
            warnings.simplefilter("always", ResourceWarning)
            if schedule.life == DOWNLOAD:
                life: OneDownload | AWatch = OneDownload(schedule, self.hosts, root, self.loop)
            else:
                life = AWatch(schedule, self.hosts, root, self.loop, self.pool)
            try:
                life.live()
            except (Exception, Killed, Endless):  # noqa: BLE001 - the other seeds are still to be lived
                life.breach(f"the campaign itself failed: {traceback.format_exc()}")
        self.hosts.rest()
        if not _ENDS.intersection(life.fired):  # a killed process closes nothing
            life.breach(*(f"warned: {warning.message}" for warning in warned))
        life.breach(*unraisable)
        life.breach(*leftovers.check())
        life.breach(*(f"logged: {line}" for line in self.trap.errors))
        life.breach(*leaked_secrets("the log", "\n".join(self.trap.lines)))
        life.seen.unlink()
        shutil.rmtree(root, ignore_errors=True)
        return Verdict(
            schedule.seed,
            tuple(life.breaches),
            tuple(life.fired),
            time.perf_counter() - began,
            (*schedule.described(), *life.story, *(f"log: {x}" for x in self.trap.lines)),
            life.rows if isinstance(life, AWatch) else (),
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
class Tally:
    """The results of many seeds."""

    runs: int = 0
    seconds: float = 0.0
    slowest: Verdict | None = None
    fired: Counter[str] = field(default_factory=Counter)
    breaches: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        self.runs += 1
        self.seconds += verdict.seconds
        self.fired.update(verdict.fired)
        if verdict.breaches:
            self.breaches.append(verdict)
        if self.slowest is None or verdict.seconds > self.slowest.seconds:
            self.slowest = verdict

    def merge(self, other: Tally) -> None:
        self.runs += other.runs
        self.seconds += other.seconds
        self.fired.update(other.fired)
        self.breaches += other.breaches
        if other.slowest and (self.slowest is None or other.slowest.seconds > self.slowest.seconds):
            self.slowest = other.slowest


def lived(seeds: Iterable[int], folder: Path | None = None) -> Tally:
    """Run all these seeds, one after another, in this process."""
    tally = Tally()
    with Campaign(folder) as campaign:
        for seed in seeds:
            if tally.runs % 25 == 0:  # each time it starts a thread
                faulthandler.dump_traceback_later(_SILENT, exit=True)
            verdict = campaign.judge(drawn(seed))
            tally.add(Verdict(seed, verdict.breaches, verdict.fired, verdict.seconds))
    faulthandler.cancel_dump_traceback_later()
    gc.collect()
    return tally
