"""The disk faults of one run, process after process: errors, full disks, kills, power cuts."""

from __future__ import annotations

import errno
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.robustness.campaign.clock import RunClock
from tests.robustness.campaign.gateway import Fault
from tests.support.disk.faulty_disk import FaultyDisk

DISK = "disk"
ERRORS = {
    "disk: no space, once": errno.ENOSPC,
    "disk: input/output error": errno.EIO,
    "disk: permission denied": errno.EACCES,
    "disk: over quota": errno.EDQUOT,
    "disk: no locks": errno.ENOLCK,
}
LASTING = {
    "disk: full for a while": errno.ENOSPC,
    "disk: read-only for a while": errno.EROFS,
    "disk: broken for a while": errno.EIO,
}
KILL, POWER_CUT = "process: killed", "process: power cut"
KINDS = (*ERRORS, *LASTING, KILL, KILL, KILL, POWER_CUT, POWER_CUT)


@dataclass(slots=True)
class _Order:
    fault: Fault
    step: int
    """The step at which it occurs, counted from the first step of the run."""


class Disk:
    """The disk below `root`. Call `begin` when a process begins."""

    def __init__(
        self, root: Path, faults: Iterable[Fault], clock: RunClock, *, sqlite: bool = False
    ) -> None:
        """With `sqlite` each of SQLite's statements is a step too."""
        self._left = [fault for fault in faults if fault.channel == DISK]
        remembers = any(fault.kind == POWER_CUT for fault in self._left)
        self.disk = FaultyDisk(root, remembers=remembers, sqlite=sqlite)
        self.fired: list[str] = []
        self._clock = clock
        self._orders: list[_Order] = []
        self._while: _Order | None = None

    def begin(self) -> None:
        """Begin a process: the remaining faults count from here, with one kill per process."""
        self.note_fired()
        self.disk.heal()  # the scheduled faults counted from the previous process
        done = len(self.disk.steps)
        self._orders = []
        self._while = None
        has_kill = False
        for fault in self._left:
            is_kill = fault.kind in (KILL, POWER_CUT)
            if not (is_kill and has_kill):
                self._orders.append(_Order(fault, done + fault.at))
            has_kill = has_kill or is_kill
        self._order()

    def note_fired(self) -> int:
        """Record the faults that just occurred; return the number of all so far."""
        done = len(self.disk.steps)
        for order in [order for order in self._orders if order.step <= done]:
            self._orders.remove(order)
            self._left.remove(order.fault)
            self.fired.append(order.fault.kind)
            if order.fault.kind in LASTING:
                self._while = order
                self._clock.later(5.0 + order.fault.seed % 60, self._end_while)
        return len(self.fired)

    @property
    def has_fault(self) -> bool:
        """Whether every step fails at this moment."""
        self.note_fired()
        return self._while is not None

    def kill_now(self) -> None:
        """Kill the process at its next step."""
        self.note_fired()
        self.fired.append(KILL)
        self.disk.kill(1)

    def revive(self) -> None:
        """Set the disk to the state that the next process finds after a kill."""
        self.note_fired()
        if self.fired[-1] == POWER_CUT:
            self.disk.power_cut(random.Random(len(self.disk.steps)))  # noqa: S311 - a schedule
        self.disk.revive()

    def heal(self) -> None:
        """End all faults."""
        self.note_fired()
        self._left.clear()
        self._orders.clear()
        self._while = None
        self.disk.heal()

    def _end_while(self) -> None:
        self._while = None
        self.disk.heal()
        self._order()

    def _order(self) -> None:
        done = len(self.disk.steps)
        for order in self._orders:
            at = max(1, order.step - done)
            if order.fault.kind in ERRORS:
                self.disk.fail(at, ERRORS[order.fault.kind])
            elif order.fault.kind in LASTING:
                self.disk.fail_from(at, LASTING[order.fault.kind])
            else:
                self.disk.kill(at)
