"""The surroundings of a run: clock, gateway, folder, disk, and the events that change them."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from pathlib import Path

from tests.robustness.campaign import disk, history_faults, obstacles
from tests.robustness.campaign.clock import RunClock
from tests.robustness.campaign.film import Film
from tests.robustness.campaign.gateway import Gateway
from tests.robustness.campaign.hosts import Hosts
from tests.robustness.campaign.obstacles import Obstacles
from tests.robustness.campaign.oracle import Oracle
from tests.robustness.campaign.own_errors import WRONG_ANSWERS as OWN_WRONG_ANSWERS
from tests.robustness.campaign.schedule import WATCH, WRONG_ANSWERS, Schedule
from tests.support.clock import EPOCH

HOURS = (-7200.0, -30.0, 45.0, 4000.0, 30_000.0)
"""Seconds by which this machine's clock is set wrong."""


class Surroundings:
    """The surroundings of one run; subclasses override `happen` for more events."""

    def __init__(self, schedule: Schedule, hosts: Hosts, root: Path) -> None:
        self.schedule = schedule
        self.root = root
        self.folder = root / "videos"
        # Another path of the root: operations through it are not the program's and never fail.
        self.seen = root.with_name(f"{root.name}-seen")
        self.seen.symlink_to(root, target_is_directory=True)
        self.clock = RunClock()
        self.breaches: list[str] = []
        self.story: list[str] = []
        films = [Film(traits, EPOCH) for traits in schedule.films]
        wrong_answers = {kind: answer for kind, (_channels, answer) in WRONG_ANSWERS.items()}
        self.gateway = Gateway(
            hosts, self.clock, films, schedule.faults, wrong_answers, OWN_WRONG_ANSWERS, self
        )
        self.oracle = Oracle(self.seen, self.seen / "videos", self.gateway)
        self.obstacles = Obstacles(self.seen, self.seen / "videos", self.oracle.foreign)
        self.disk: disk.Disk | None = None
        has_kill = any(fault.kind == history_faults.KILL for fault in schedule.history)
        if has_kill or any(fault.channel == disk.DISK for fault in schedule.faults):
            has_history = schedule.run_kind == WATCH
            self.disk = disk.Disk(root, schedule.faults, self.clock, sqlite=has_history)
        self._blocked: list[Film] = []
        self._folder_lock = threading.Lock()
        """Held while a file of the user is written, so that it is not checked then."""
        self._put_obstacles(films)
        self.gateway.open()

    @property
    def fired(self) -> list[str]:
        """The kinds of faults that have occurred."""
        on_disk = self.disk.fired if self.disk else []
        return [*self.gateway.fired, *on_disk]

    @property
    def has_faults(self) -> bool:
        """Whether a fault is active that lasts longer than one request."""
        hosts = self.gateway.hosts
        is_offline = not (hosts.api.is_listening and hosts.storage.is_listening)
        is_growing = any(film.is_growing(self.clock.now) for film in self.gateway.films.values())
        has_disk_fault = self.disk is not None and self.disk.has_fault
        return bool(self._blocked) or is_offline or is_growing or has_disk_fault

    def note(self, line: str) -> None:
        """Add one line to the record of events."""
        self.story.append(f"{self.clock.monotonic():9.2f}  {line}")

    def breach(self, *found: str) -> None:
        """Record broken invariants."""
        for line in found:
            self.note(f"BREACH {line}")
            if line not in self.breaches:
                self.breaches.append(line)

    def revive(self) -> None:
        """Set everything to the state that the next process finds after a kill."""
        assert self.disk is not None
        self.disk.revive()
        if self.disk.fired[-1] == disk.POWER_CUT:
            self.oracle.power_was_cut()
        self.check_files()

    def check_files(self) -> None:
        """Check the files in the folder."""
        if self.disk is not None:
            self.disk.note_fired()
            errors = {*disk.ERRORS, *disk.LASTING}
            self.oracle.is_hard_to_read = not errors.isdisjoint(self.disk.fired)
        with self._folder_lock:
            self.check(self.oracle.files())

    def check(self, found: Iterable[str]) -> None:
        self.breach(*found)

    def heal(self) -> None:
        """End all faults and remove the blocking obstacles."""
        self.note("everything is well from here on")
        self.gateway.heal()
        if self.disk is not None:
            self.disk.heal()
        for film in self._blocked:
            self.obstacles.clear(film)
        self._blocked.clear()

    def happen(self, kind: str, film: Film, rng: random.Random) -> None:
        """Let an event happen during a response or at a planned moment."""
        hosts = self.gateway.hosts
        if kind == "clock: this machine's clock jumps":
            self.clock.wrong_by = rng.choice(HOURS)
        elif kind == "clock: the machine sleeps for hours":
            self.clock.advance(rng.choice((1800.0, 20_000.0)))
        elif kind.startswith("host: "):
            host = hosts.storage if "storage" in kind else hosts.api
            host.refuse()
            self.clock.later(rng.choice((3.0, 40.0, 200.0)), host.listen)
        elif kind.startswith("file: "):
            film.change(same_length=rng.random() < 0.5)
        elif kind == "foreign: the part is removed by somebody":
            (self.seen / "videos" / f"{film.id}.mp4.part").unlink(missing_ok=True)
        elif kind.startswith("foreign: "):
            if self.disk is None:  # a power cut would undo it
                with self._folder_lock:
                    self.obstacles.put(kind, film, rng)
        else:
            raise LookupError(kind)
        self.note(f"  happened: {kind}")

    def _put_obstacles(self, films: list[Film]) -> None:
        for fault in self.schedule.faults:
            if fault.channel == obstacles.START:
                film = films[fault.at]
                rng = random.Random(fault.seed)  # noqa: S311 - a schedule, no secret
                self.obstacles.put(fault.kind, film, rng)
                self.gateway.fired.append(fault.kind)
                if fault.kind in obstacles.BLOCKING:
                    self._blocked.append(film)
