"""One run of a watch, from adding the ids to the saved files.

It advances the clock until something happens; the oracle and the action log check the invariants.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from concurrent.futures import wait as wait_for_all
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from hingtui.api import Api
from hingtui.model.errors import DownloadError, HingtuiError
from hingtui.monitor import Monitor, Row
from hingtui.storage.history import HISTORY_FILE
from hingtui.storage.watchlist import Watchlist
from tests.robustness.campaign.film import LIFE, Film
from tests.robustness.campaign.gateway import Fault
from tests.robustness.campaign.history_faults import HISTORY, FaultyHistory
from tests.robustness.campaign.hosts import Hosts
from tests.robustness.campaign.oracle import harmful
from tests.robustness.campaign.other_videos import OtherVideos
from tests.robustness.campaign.pool import CountingPool, awaitable
from tests.robustness.campaign.schedule import TIME, Schedule
from tests.robustness.campaign.surroundings import Surroundings
from tests.robustness.campaign.traces import stacks
from tests.robustness.campaign.user_actions import ActionLog, UserActions
from tests.servers.gateway import TOKEN
from tests.support.disk.faulty_disk import Killed
from tests.support.keys import ids, key, keys

HEALED_AT = 150.0
"""Seconds after which all faults end."""
NEIGHBOURS_HEALED_AT = 1500.0
"""The same for runs with only single videos' faults, unless all healthy videos are saved before."""
ENOUGH = 30.0
"""The least seconds for which such faults last."""
LONG_ENOUGH = 3 * 3600.0
"""Seconds after that in which everything must have ended."""
HANGS = 20.0
"""Real seconds after which a watch counts as hanging."""
LOOKS_EVERY = 5.0
"""Seconds on the run's clock after which a watch that is never quiet is checked."""
_BUSY = ("ask ", "download ", "list")
_WORKERS = ("download ", "history")
"""Threads that end with the process."""


class AWatch(Surroundings):
    """A watch whose process is a monitor, a client and their threads; a kill ends all of them."""

    def __init__(
        self,
        schedule: Schedule,
        hosts: Hosts,
        root: Path,
        loop: asyncio.Runner,
        pool: CountingPool,
    ) -> None:
        super().__init__(schedule, hosts, root)
        self._runner = loop
        self._loop = loop.get_loop()
        self._pool = pool
        self._thread = threading.get_ident()
        self._action_log = ActionLog(self.clock, self.seen / "watchlist.toml")
        self._user_actions = UserActions(self._action_log, pool, self.clock, root, self.seen)
        self._rng = random.Random(schedule.seed)  # noqa: S311 - a schedule, no secret
        self._hop = schedule.hop
        self._is_healed = self._is_to_begin_again = self._is_busy = False
        self._healed_at = 0.0
        self._other_videos = OtherVideos(self.gateway, schedule.faults)
        self._history = FaultyHistory(root, self.seen, self.clock, self.disk)
        self._saved_again: dict[str, int] = {}
        self._asked = 0
        self.monitor: Monitor
        self._api: Api
        self._run: asyncio.Task[None]

    def run(self) -> None:
        """Run from the first id to the last file."""
        disk = self.disk.disk if self.disk is not None else nullcontext()
        with disk, self._history.watched():
            self._runner.run(self._live())

    @property
    def rows(self) -> tuple[str, ...]:
        """What the rows show: id, status and file."""
        rows = self.monitor.rows.values()
        return tuple(sorted(f"{w.id} {w.status.value} {w.saved and w.saved.name}" for w in rows))

    @property
    def fired(self) -> list[str]:
        return [*super().fired, *self._history.fired]

    async def _live(self) -> None:
        for fault in (*self.schedule.faults, *self.schedule.history):
            if fault.channel in (TIME, HISTORY):
                self.clock.at(float(fault.at), partial(self._planned, fault))
        films = list(self.gateway.films)
        await self._begin()
        first = films[: max(1, len(films) - self._rng.randrange(2))]
        if self.schedule.is_of_other_videos:
            first = films
        for video_id in first if self.monitor.storage_error is None else films:
            self._user_actions.add(self.monitor, video_id)
        began = time.monotonic()
        while not self.breaches and not self._is_over():
            if not await self._quiet(began + HANGS):
                self.breach(f"hangs\n{stacks()}")
                break
            if self.disk is not None and self.disk.disk.is_dead:
                await self._die()
            elif self._is_to_begin_again:
                await self._begin_again()
            else:
                self._look()
                self._pass_time()
        await self._end()

    async def _begin(self) -> None:
        watchlist = Watchlist(self.root / "watchlist.toml", clock=self.clock)
        self.monitor = Monitor(
            watchlist,
            folder=self.folder,
            auto_download=True,
            clock=self.clock,
            rng=random.Random(self.schedule.seed),  # noqa: S311 - the same jitter every time
            history=self._history.open if self.schedule.has_history else None,
        )
        self.monitor.subscribe(lambda _changes: None)
        read_timeout = 0.05 if self.schedule.is_stalling else 5.0
        url = self.gateway.hosts.api.url
        self._api = Api(url, TOKEN, clock=self.clock, environ={}, read_timeout=read_timeout)
        if self.disk is not None:
            self.disk.begin()
        await self._load()
        self.monitor.connect(self._api)
        self._run = asyncio.create_task(self.monitor.run(), name="the watch")

    async def _load(self) -> None:
        """Load the watchlist; if it cannot be read, retry like a user who restarts."""
        for _ in range(20):
            try:
                await self.monitor.load()
            except HingtuiError as error:
                self.note(f"could not begin: {error!r}")
                self.clock.advance(10.0)
            except Killed:
                return
            else:
                return

    async def _begin_again(self) -> None:
        """The user quits and starts the program again."""
        self._is_to_begin_again = False
        try:
            await self.monitor.stop()
        except Killed:
            return  # while it was ending
        await self._cancelled(self._run)
        if self.disk is not None and self.disk.disk.is_dead:
            return
        self._history.between()
        unwritten = ids(self.monitor.unwritten)
        if self.monitor.storage_error is not None:
            self._action_log.after_failed_end()
        self.note(f"the process ended; a new one begins; to be added again: {unwritten}")
        await self._begin()
        for video_id in unwritten:
            self._user_actions.add(self.monitor, video_id)

    async def _die(self) -> None:
        self.note("the process was killed")
        await self._api.aclose()
        threads = [t for t in threading.enumerate() if t.name.startswith(_WORKERS)]
        for thread in threads:
            await asyncio.to_thread(thread.join, 10.0)
        await asyncio.to_thread(wait_for_all, set(self._pool.pending), 0.01)
        await self._cancelled(self._run, *(asyncio.all_tasks() - {asyncio.current_task()}))
        self.revive()
        self._history.between()
        self.check(self._action_log.after_kill())
        await self._begin()

    async def _cancelled(self, *tasks: asyncio.Task[Any]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> None:
        await self._quiet(time.monotonic() + HANGS)  # other processes finish their work
        while self.disk is not None and self.disk.disk.is_dead:
            await self._die()
            await self._quiet(time.monotonic() + HANGS)
        if self.disk is not None:
            self.disk.heal()
        await self._end_history()
        await self.monitor.stop()
        await self._cancelled(self._run)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        self.breach(*(f"a task is left: {task!r}" for task in left))
        await self._cancelled(*left)
        self.check_files()
        # The next process repairs a file damaged at the very end.
        await asyncio.to_thread(Watchlist(self.root / "watchlist.toml", clock=self.clock).read)
        self.check(self._action_log.at_the_end())
        self._check_history()
        # The part of a video that was deleted stays.
        may_stay = any(kind.startswith("part") or "410" in kind for kind in self.fired)
        if self.disk is None and not may_stay:
            self.check(self.oracle.leftovers())
        self.check(self.oracle.request_rates())
        self.check(self.oracle.secrets())
        self.check(self.gateway.wrong_requests)

    async def _end_history(self) -> None:
        """Let the history take in what is left; what was lost, the next process records again."""
        self._history.heal()
        if self._history.is_hurt:
            await self._begin_again()
        self.monitor.feed.flush()
        await self.monitor.history.flush()

    def _check_history(self) -> None:
        if not self.schedule.has_history:
            return
        problem = self.monitor.history.problem
        if problem is not None:
            self.breach(f"history: nothing is wrong, but it reports {problem!r}")
        ids = {*self.gateway.films, *self._action_log.ever}
        self.check(self._history.check(self.monitor.rows, ids))

    async def _quiet(self, deadline: float) -> bool:
        """Wait until nothing runs without the clock advancing; False if that takes too long.

        If some videos always fail, something always runs; then a check every few seconds suffices.
        """
        look_at = self.clock.monotonic() + LOOKS_EVERY
        self._is_busy = False
        while time.monotonic() < deadline and len(self.gateway.asked) < self.gateway.most_requests:
            for _ in range(4):
                await asyncio.sleep(0)
            if self._is_to_begin_again or (self.disk is not None and self.disk.disk.is_dead):
                return True
            busy: list[asyncio.Future[Any]] = [
                task for task in asyncio.all_tasks() if task.get_name().startswith(_BUSY)
            ]
            busy += [awaitable(future) for future in tuple(self._pool.pending)]
            if not busy and self.monitor.history._lock.locked():
                await asyncio.sleep(0.0005)
                continue
            if not busy:
                return True
            await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED, timeout=0.02)
            if self.schedule.is_of_other_videos and self.clock.monotonic() > look_at:
                self._is_busy = True
                return True
        return False

    def _pass_time(self) -> None:
        now = self.clock.monotonic()
        if not self._is_healed and self._is_time_to_heal(now):
            self._is_healed = True
            self._healed_at = now
            self.clock.forget_plans()
            self.heal()
            self._user_sees_to_it()
        asked = len(self.gateway.asked)
        slower = min(300.0, self._hop * 1.3)
        is_exact = self.schedule.is_of_other_videos and not self._is_healed
        self._hop = self.schedule.hop if asked > self._asked or is_exact else slower
        self._asked = asked
        if not self._is_busy:  # otherwise the pauses between tries advance the clock
            self.clock.advance(max(self.clock.next_wake() or 0.0, self._hop))

    def _is_time_to_heal(self, now: float) -> bool:
        if not self.schedule.is_of_other_videos:
            return now >= HEALED_AT
        is_enough = now >= ENOUGH and self._other_videos.are_all_saved
        return is_enough or now >= NEIGHBOURS_HEALED_AT

    def _is_over(self) -> bool:
        is_calm = self._is_healed or not (
            self.clock.has_plans or self.gateway.has_pending or self.disk is not None
        )
        if self.clock.monotonic() > 0 and is_calm and not self._unfinished():
            return True
        if self._is_healed and self.clock.monotonic() > self._healed_at + LONG_ENOUGH:
            self.breach(*(f"not at its end: {words}" for words in self._unfinished()))
        return False

    def _unfinished(self) -> list[str]:
        """What is not finished yet, as text."""
        found = []
        for video_id, film in self.gateway.films.items():
            watched = self.monitor.rows.get(key(video_id))
            if watched is None:
                if video_id in self._action_log.watched:
                    found.append(f"{video_id[:40]!r} is not watched")
            elif watched.status.value == "expired" and self._may_be_gone(film):
                continue
            elif film.traits.fails:
                if watched.status.value != "failed":
                    found.append(f"{video_id[:40]!r} has failed, and is {watched.status.value}")
            elif watched.saved is None or not self.oracle.copies(video_id):
                found.append(f"{video_id[:40]!r} is not saved: {watched!r}")
        return found

    def _look(self) -> None:
        if self.disk is not None:
            self.disk.note_fired()
        self.monitor.feed.flush()
        self._action_log.look()
        self.check_files()
        for watched in self.monitor.rows.values():
            if watched.saved is not None:
                self.oracle.reported.add(watched.saved.name)
            self.check(harmful("a row", watched))
            self.check(_unexpected(watched))
            self.check(self._other_videos.foreign_words(watched.id, _texts(watched)))
            if self._is_healed:
                self._save_again(watched)
        if self.schedule.is_of_other_videos and not self._is_healed:
            self._look_at_other_videos()
        self.check(harmful("the header", self.monitor.gateway_status))
        self.check(harmful("the header", self.monitor.storage_error))
        self.check(_of_history(self.monitor))

    def _look_at_other_videos(self) -> None:
        """Check I6: faults of some videos delay no other video."""
        saved = {w.id for w in self.monitor.rows.values() if w.saved is not None}
        self.check(self._other_videos.late(self.clock.monotonic(), saved.__contains__))
        self.check(self._other_videos.blamed(self.monitor.gateway_status.state.value))
        for film in self._other_videos.healthy:
            watched = self.monitor.rows.get(key(film.id))
            if watched is not None and watched.last_error is not None:
                self.breach(f"I6: {film.id} has nothing, and shows {watched.last_error.error!r}")

    def _save_again(self, watched: Row) -> None:
        """The user requests a failed download again."""
        if watched.download is None or watched.is_downloading or watched.saved is not None:
            return
        if self._may_be_gone(self.gateway.films[watched.id]):
            return
        times = self._saved_again[watched.id] = self._saved_again.get(watched.id, 0) + 1
        self.note(f"given up: {watched.download.error!r}; saved again")
        if times > 2:
            self.breach(f"given up, though everything is well: {watched.download.error!r}")
        self.monitor.download(keys(watched.id))

    def _may_be_gone(self, film: Film) -> bool:
        """Deleted, or refused after its time, which looks the same."""
        is_late = self.clock.now >= film.ready_at + LIFE
        return film.is_deleted or (is_late and self._other_videos.has_fault(film))

    def _user_sees_to_it(self) -> None:
        """After all faults have ended, do what a user at the screen would do.

        A download that goes on by itself is left alone, so that one which never does is found.
        """
        self.monitor.pause(False)
        if self.monitor.gateway_status.state.value == "denied" or self._rng.random() < 0.5:
            self.monitor.ask()
        rows = self.monitor.rows.values()
        self.monitor.download([w.key for w in rows if w.saved is None and not w.is_downloading])

    def _planned(self, fault: Fault) -> None:
        if fault.channel == HISTORY:
            self.note(f"  happens: {fault.kind}")
            self._history.begin(fault, self._restart)
            return
        rng = random.Random(fault.seed)  # noqa: S311 - a schedule, no secret
        film = rng.choice(list(self.gateway.films.values()))
        self.gateway.fired.append(fault.kind)
        self.happen(fault.kind, film, rng)

    def happen(self, kind: str, film: Film, rng: random.Random) -> None:
        if not kind.startswith(("user", "other", "process")):
            super().happen(kind, film, rng)
        elif threading.get_ident() == self._thread:
            self._act(kind, film, rng)
        else:
            done = threading.Event()

            def act() -> None:
                self._act(kind, film, rng)
                done.set()

            self._loop.call_soon_threadsafe(act)
            done.wait(5.0)

    def _restart(self) -> None:
        self._is_to_begin_again = True

    def _act(self, kind: str, film: Film, rng: random.Random) -> None:
        self.note(f"  happens: {kind} ({film.id[:40]!r})")
        if kind.startswith("process"):
            self._restart()
        elif kind.startswith("other"):
            if not ("the watchlist" in kind and self.disk is not None):
                self._user_actions.other(kind, film, rng)
        elif kind == "user: adds another":
            others = [f for f in self.gateway.films.values() if key(f.id) not in self.monitor.rows]
            self._user_actions.user("user: adds", self.monitor, (others or [film])[0], rng)
        elif kind == "user: pauses for a while":
            self._user_actions.user("user: pauses", self.monitor, film, rng)
            self.clock.later(15.0, lambda: self.happen("user: goes on", film, rng))
        else:
            self._user_actions.user(kind, self.monitor, film, rng)


def _texts(watched: Row) -> list[str]:
    """The messages on a row."""
    errors = [watched.last_error.error if watched.last_error is not None else None]
    errors += [watched.download.error if watched.download is not None else None]
    return [str(error) for error in errors if error is not None]


def _of_history(monitor: Monitor) -> list[str]:
    """Errors of the history in a place where those of something else are shown."""
    texts = [text for row in monitor.rows.values() for text in _texts(row)]
    texts.append(str(monitor.storage_error))
    return [f"history: its error is shown elsewhere: {one}" for one in texts if HISTORY_FILE in one]


def _unexpected(watched: Row) -> list[str]:
    """Errors on a row that are not of the program's error classes."""
    found = []
    if watched.last_error is not None and not isinstance(watched.last_error.error, HingtuiError):
        found.append(f"escaped: {watched.last_error.error!r}")
    if watched.download is not None and type(watched.download.error) is DownloadError:
        found.append(f"escaped: {watched.download.error!r}")
    return found
