"""Kill real processes with SIGKILL at any moment and check that no data is lost.

`python3 -m tests.robustness.kills [--kills N] [--seed N]` prints kills, breaches and seconds.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hingtui.model.errors import HingtuiError
from hingtui.storage.history import HISTORY_FILE, History, HistoryState, Search, Term
from hingtui.storage.watchlist import Watchlist
from hingtui.system.clock import Clock
from hingtui.system.files import lock_descriptor, locked
from tests.servers.files import Reply
from tests.servers.gateway import Gateway
from tests.support.mp4 import mp4
from tests.support.pty import clean_environ

AT_ONCE = 3
"""Processes that share one home folder at the same time."""
VIDEOS = 16
"""Videos per home folder."""
A_HOME_LASTS = 40
"""Kills after which all remaining videos must be saved, and a new home folder begins."""
TIMEOUT = 60.0
_PIECES = 24
_PAUSE = 0.003
"""Seconds between two pieces of a video, so that kills can occur between them."""
_LOOK_EVERY = 0.002
_LEFT_ALONE = 0.1
"""The share of processes that are not killed, to measure how long they run."""
_MINE = b"the user's own"


def film(video_id: str) -> bytes:
    """The file of a video, with its own length and bytes."""
    number = int(video_id.rpartition("_")[2])
    return mp4(40_000 + 997 * number, seed=number)


@dataclass
class Record:
    """The results."""

    kills: dict[str, int] = field(default_factory=lambda: {"add": 0, "download": 0})
    parts_left: int = 0
    """Kills that left a part."""
    spoke: int = 0
    """Kills of a process that had already printed something."""
    ended: int = 0
    """Processes that ended before their kill, or were not to be killed."""
    homes: int = 0
    resumed: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.kills.values())


@dataclass
class Victim:
    """One process, and the moment at which it is to be killed."""

    kind: str
    ids: list[str]
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    born: float
    dies_at: float
    waits_for_bytes: bool
    """Whether `dies_at` counts from the first bytes of a video."""

    def is_due(self, now: float, sent_at: dict[str, float]) -> bool:
        """Whether it is to be killed now."""
        asked_at = max((sent_at.get(video_id, 0.0) for video_id in self.ids), default=0.0)
        if self.waits_for_bytes and asked_at > self.born:
            self.waits_for_bytes = False
            self.dies_at = asked_at + self.dies_at - self.born
        return not self.waits_for_bytes and now >= self.dies_at


class Home:
    """One home folder with settings, watchlist and videos, shared by its processes."""

    def __init__(self, folder: Path, gateway: Gateway, number: int, record: Record) -> None:
        self.folder = folder
        self.videos = folder / "videos"
        self.gateway = gateway
        self.record = record
        self.pool = [f"video_{VIDEOS * number + i}" for i in range(VIDEOS)]
        self.given: set[str] = set()
        """Ids that a process tried to add."""
        self.acknowledged: set[str] = set()
        """Ids that a process reported as watched."""
        self.environ = clean_environ(
            folder,
            HINGNET_BASE_URL=gateway.url,
            HINGNET_API_KEY=gateway.token,
            PYTHONUNBUFFERED="1",
        )
        self.videos.mkdir(parents=True)
        self.mine = self.videos / f"{self.pool[0]}.mp4"
        self.mine.write_bytes(_MINE)

    def start(
        self, kind: str, ids: list[str], lasts: float, *, waits_for_bytes: bool = False
    ) -> Victim:
        if kind == "add":
            self.given.update(ids)
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process is collected
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "hingtui", kind, *ids],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=self.environ,
        )  # fmt: skip
        now = time.monotonic()
        return Victim(kind, ids, process, output, now, now + lasts, waits_for_bytes)

    def collect(self, victim: Victim) -> str:
        """Read the output of a killed process; everything it reported must be kept."""
        with victim.output:
            victim.output.seek(0)
            output = victim.output.read().decode("utf-8", "replace")
        for line in output.splitlines(keepends=True):
            word, _, rest = line.partition("  ")
            if victim.kind == "add" and word in ("added", "already watched") and "\n" in rest:
                self.acknowledged.add(rest.strip())
        if victim.process.returncode == 0 and victim.kind == "add":
            self.acknowledged.update(victim.ids)
        return output

    def check(self, when: str) -> None:
        """Check what must be true at any moment."""
        for breach in self._wrong():
            self.record.breaches.append(f"{when}: {breach}")

    def _wrong(self) -> Iterator[str]:
        try:
            contents = Watchlist(self.folder / "watchlist.toml").read()
        except HingtuiError as error:
            yield f"the watchlist cannot be read: {error}"
            return
        if contents.repair is not None:
            yield f"the watchlist was damaged: {contents.repair.kept.name}"
        watched = {key.id for key in contents.entries}
        if lost := self.acknowledged - watched:
            yield f"lost: {sorted(lost)}"
        if foreign := watched - self.given:
            yield f"never added: {sorted(foreign)}"
        if any(self.folder.glob(f"{HISTORY_FILE}.damaged-*")):
            yield "the history was damaged"
        for path in self.videos.glob("*.mp4"):
            data = film(path.stem.removesuffix("-2"))
            if path.read_bytes() != (_MINE if path == self.mine else data):
                yield f"{path.name} is not what it should be"

    def end(self) -> None:
        """Without further kills, check that all videos are saved and nothing else is left."""
        self.check("at rest")
        self._check_locks()
        for kind in ("add", "download"):
            victim = self.start(kind, self.pool, TIMEOUT)
            victim.process.wait(TIMEOUT)
            output = self.collect(victim)
            if victim.process.returncode:
                self.record.breaches.append(f"at the end, {kind}: {output}")
        self.check("at the end")
        there = {path.name for path in self.videos.iterdir()}
        wanted = {f"{video_id}.mp4" for video_id in self.pool} | {f"{self.pool[0]}-2.mp4"}
        if there != wanted:
            self.record.breaches.append(f"at the end: {sorted(there ^ wanted)}")
        if left := [path.name for path in self.folder.glob(".*")]:
            self.record.breaches.append(f"at the end: {left}")
        self._check_history()
        self.record.homes += 1

    def _check_history(self) -> None:
        """What was saved by a process that came to its end is in the history."""
        history = History(self.folder / HISTORY_FILE)
        saved = Term(states=frozenset((HistoryState.SAVED,)))
        known = {video.key.id for video in history.videos(history.find(Search((saved,))))}
        history.close()
        if missing := set(self.pool) - known:
            self.record.breaches.append(f"at the end, not in the history: {sorted(missing)}")

    def _check_locks(self) -> None:
        try:
            with locked(self.folder / "watchlist.toml.lock", blocking=False):
                pass
            for part in self.videos.glob("*.part"):
                with part.open("rb") as file:
                    lock_descriptor(file.fileno())
        except BlockingIOError as error:
            self.record.breaches.append(f"a lock of the dead is held: {error}")


class Killer:
    """Starts processes and kills them at moments spread over their run time."""

    def __init__(self, seed: int, record: Record) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same story in every run
        self.record = record
        self.lifetimes = {"add": 0.3, "download": 0.8}
        """Seconds that a process of each kind recently ran without a kill."""

    def kill_repeatedly(self, home: Home, kills: int) -> None:
        """Kill this many processes in this home folder, and check each time for losses."""
        ends = self.record.total + kills
        victims: list[Victim] = []
        while self.record.total < ends:
            victims += [self._next(home) for _ in range(AT_ONCE - len(victims))]
            time.sleep(_LOOK_EVERY)
            for victim in list(victims):
                if victim.process.poll() is not None:
                    self._ended(home, victim)
                elif victim.is_due(time.monotonic(), home.gateway.begun_at):
                    self._kill(home, victim)
                else:
                    continue
                victims.remove(victim)
        for victim in victims:
            victim.process.wait(TIMEOUT)
            self._ended(home, victim)

    def _next(self, home: Home) -> Victim:
        kind = self.chance.choice(["add", "download"])
        ids = self.chance.sample(home.pool, self.chance.randint(1, 3))
        if self.chance.random() < _LEFT_ALONE:
            return home.start(kind, ids, TIMEOUT)
        if kind == "download" and self.chance.random() < 0.6:
            lasts = self.chance.uniform(0.0, 2 * _PIECES * _PAUSE)
            return home.start(kind, ids, lasts, waits_for_bytes=True)
        # Some at any moment, the others while files are written.
        begin, end = self.chance.choice([(0.0, 1.0), (0.6, 1.0), (0.85, 1.05)])
        return home.start(kind, ids, self.lifetimes[kind] * self.chance.uniform(begin, end))

    def _kill(self, home: Home, victim: Victim) -> None:
        victim.process.kill()
        if victim.process.wait(TIMEOUT) >= 0:
            self._ended(home, victim)
            return
        output = home.collect(victim)
        self.record.kills[victim.kind] += 1
        self.record.spoke += bool(output)
        self.record.parts_left += victim.kind == "download" and any(
            (home.videos / f"{video_id}.mp4.part").exists() for video_id in victim.ids
        )
        home.check(f"kill {self.record.total} ({victim.kind})")

    def _ended(self, home: Home, victim: Victim) -> None:
        """Handle a process that ended before its kill."""
        life = time.monotonic() - victim.born
        self.lifetimes[victim.kind] += (life - self.lifetimes[victim.kind]) / 4
        self.record.ended += 1
        output = home.collect(victim)
        if victim.process.returncode:
            self.record.breaches.append(f"{victim.kind} {victim.ids} printed: {output}")


def kill(kills: int, *, seed: int) -> Record:
    """Kill this many processes and return the results."""
    record = Record()
    killer = Killer(seed, record)
    with ExitStack() as stack:
        gateway = stack.enter_context(Gateway(Clock()))
        gateway.makes = film
        stopping = gateway.api.stopping
        gateway.usual = Reply(
            piece=len(film("_0")) // _PIECES, between=lambda: stopping.wait(_PAUSE)
        )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        while record.total < kills:
            home = Home(folder / str(record.homes), gateway, record.homes, record)
            killer.kill_repeatedly(home, min(A_HOME_LASTS, kills - record.total))
            home.end()
        record.resumed = sum("range" in request.headers for request in gateway.requests)
    return record


def main() -> int:
    """Kill, print the results, and fail if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=4)
    given = parser.parse_args()
    began = time.monotonic()
    record = kill(given.kills, seed=given.seed)
    for breach in record.breaches[:20]:
        print(breach)
    kinds = ", ".join(f"{count} of {kind}" for kind, count in record.kills.items())
    print(
        f"{record.total} kills ({kinds}; {record.spoke} had spoken, {record.parts_left} left a "
        f"part, {record.resumed} were resumed; {record.ended} lived), {record.homes} homes, "
        f"{len(record.breaches)} breaches, {time.monotonic() - began:.1f} s"
    )
    return 1 if record.breaches else 0
