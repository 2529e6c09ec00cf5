"""One run of a download, tried until it is saved, by one process after another.

It decides when a try may fail; the oracle checks the saved files.
"""

from __future__ import annotations

import asyncio
import random
import threading
import traceback
from pathlib import Path

from hingtui.api import Api
from hingtui.download.attempts import download
from hingtui.download.interface import DownloadHooks, DownloadJob, Saved
from hingtui.download.progress import Progress
from hingtui.model.errors import HingtuiError
from tests.robustness.campaign.film import Film
from tests.robustness.campaign.hosts import Hosts
from tests.robustness.campaign.oracle import harmful
from tests.robustness.campaign.schedule import Schedule
from tests.robustness.campaign.surroundings import Surroundings
from tests.robustness.campaign.traces import stacks
from tests.servers.gateway import TOKEN
from tests.support.disk.faulty_disk import Killed
from tests.support.keys import key

MOST_TRIES = 14
"""The number of tries after which all faults end."""
PAUSE = 20.0
"""Seconds between two tries of the user."""
HANGS = 30.0
"""Real seconds after which a try counts as hanging."""


class OneDownload(Surroundings):
    """A download whose process is a client and a thread; a kill ends both."""

    def __init__(self, schedule: Schedule, hosts: Hosts, root: Path, loop: asyncio.Runner) -> None:
        super().__init__(schedule, hosts, root)
        self.film = next(iter(self.gateway.films.values()))
        self._loop = loop
        self._cancelled = threading.Event()
        self._api = self._client()

    def _client(self) -> Api:
        read_timeout = 0.05 if self.schedule.is_stalling else 5.0
        url = self.gateway.hosts.api.url
        return Api(url, TOKEN, clock=self.clock, environ={}, read_timeout=read_timeout)

    def run(self) -> None:
        """Run from the first try to the saved file."""
        if self.disk is None:
            self._live()
        else:
            with self.disk.disk:
                self._live()

    def _live(self) -> None:
        try:
            self._begin()
            is_saved = any(self._try(number) for number in range(MOST_TRIES + 1))
            if not is_saved and not self.breaches:
                self.breach("no file, though everything is well again")
            if is_saved and self.schedule.is_repeated:
                self._save_once_more()
            self._look_at_the_end()
        finally:
            self._loop.run(self._api.aclose())

    def _begin(self) -> None:
        if self.disk is not None:
            self.disk.begin()

    def _try(self, number: int) -> bool:
        """Make one try; True if nothing is left to do."""
        if number == MOST_TRIES:
            self.heal()
        fired, had_faults = len(self.fired), self.has_faults
        outcome = self._run()
        if self.disk is not None:
            self.disk.note_fired()
        self.note(f"a try ended: {outcome!r}")
        if isinstance(outcome, Killed):
            self._die()
        self.check_files()
        if isinstance(outcome, Saved):
            self._look_at(outcome)
            return True
        if isinstance(outcome, HingtuiError):
            self.check(harmful("a reason", outcome))
            is_calm = len(self.fired) == fired and not (had_faults or self.has_faults)
            if is_calm and not self._cancelled.is_set():  # on a slow machine the cancel comes late
                self.breach(f"failed without a cause: {outcome!r}")
        elif not isinstance(outcome, Killed):
            trace = "".join(traceback.format_exception(outcome)).strip()
            self.breach(
                f"escaped: {outcome!r}", *([trace] if isinstance(outcome, Exception) else [])
            )
        self.clock.advance(PAUSE)
        return bool(self.breaches)

    def _run(self) -> Saved | BaseException:
        outcome: list[Saved | BaseException] = []
        self._cancelled = threading.Event()

        def work() -> None:
            try:
                outcome.append(self._download())
            except BaseException as error:  # noqa: BLE001 - judged by the waiting thread
                outcome.append(error)

        thread = threading.Thread(target=work, name="the download", daemon=True)
        thread.start()
        thread.join(HANGS)
        if not outcome:
            self.breach(f"hangs\n{stacks()}")
            return TimeoutError()
        return outcome[0]

    def _download(self) -> Saved:
        is_stale = self.film.traits.link_is_stale
        link = self.gateway.direct_link(self.film, is_stale=is_stale)
        video = self.film.json(self.clock.now, link)
        job = DownloadJob(
            self._api,
            key(self.film.id),
            self.folder,
            progress=Progress(),
            cancelled=self._cancelled,
            clock=self.clock,
            want_digest=self.schedule.wants_digest,
        )
        hooks = DownloadHooks(fresh_link=self._fresh_link)
        return download(job, link=video.get("video_url", ""), hooks=hooks)

    def _fresh_link(self) -> str:
        """Retrieve the video again for a new link."""
        link = self.gateway.direct_link(self.film)
        return str(self.film.json(self.clock.now, link).get("video_url", ""))

    def _die(self) -> None:
        self._loop.run(self._api.aclose())
        self.revive()
        self.note("a new process begins")
        self._api = self._client()
        self._begin()

    def _save_once_more(self) -> None:
        self.note("and once more")
        for _ in range(MOST_TRIES):
            outcome = self._run()
            self.note(f"a try ended: {outcome!r}")
            if isinstance(outcome, Killed):
                self._die()
            self.check_files()
            if isinstance(outcome, Saved):
                self._look_at(outcome)
                return
            self.clock.advance(PAUSE)

    def _look_at(self, saved: Saved) -> None:
        self.oracle.reported.add(saved.path.name)
        files = {path.name: data for path, data in self.oracle.saved.items()}
        if saved.path.name not in files:
            self.breach(f"reported as saved as {saved.path.name}, which is not there")
        elif saved.bytes != len(files[saved.path.name]):
            self.breach(f"reported to have {saved.bytes} bytes")
        if (saved.mp4 is not None) != (saved.path.suffix == ".mp4"):
            self.breach(f"I7: {saved.path.name}, and reported as verified: {saved.mp4!r}")
        faults = [kind for kind in self.fired if not kind.startswith("traits")]
        if self.film.traits.grows == "prefix" and not faults and saved.path.suffix != ".mp4":
            self.breach(f"I7: {saved.path.name} was still growing, and nothing else was wrong")

    def _look_at_the_end(self) -> None:
        if self.disk is not None:
            self.disk.heal()
        elif not any(kind.startswith(("part", "foreign: the part")) for kind in self.fired):
            self.check(self.oracle.leftovers())
        self.check(self.oracle.request_rates())
        self.check(self.oracle.secrets())
        self.check(self.gateway.wrong_requests)

    def happen(self, kind: str, film: Film, rng: random.Random) -> None:
        if kind == "user: cancels":
            self._cancelled.set()
            self.note("  happened: the user cancels")
        else:
            super().happen(kind, film, rng)
