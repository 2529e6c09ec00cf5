"""Hold the rows, apply responses to them, and carry out what a person asks for.

It asks nothing and downloads nothing itself, and it knows no screen.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from hingtui.download import ContentSource, Saved
from hingtui.model.errors import (
    ApiError,
    Expired,
    HingtuiError,
    NotFound,
    RateLimited,
    Scope,
    StorageTrouble,
)
from hingtui.model.eta import GRACE, RARE, SLOW, STEADY, ask_again_in, first_pace, jitter
from hingtui.model.eta import remaining as seconds_remaining
from hingtui.model.video import Status, Video
from hingtui.monitor.changes import ChangeFeed, Changes
from hingtui.monitor.download_queue import DownloadQueue
from hingtui.monitor.duration_stats import DurationStats
from hingtui.monitor.gateway import LIST, MANY_REFUSED, Connection, Gateway, GatewayState
from hingtui.monitor.list_poller import Swept
from hingtui.monitor.one_round import OneRound
from hingtui.monitor.poller import Answered, Asks, Poller
from hingtui.monitor.row import HistoryEntry, LastError, Row
from hingtui.monitor.watchlist_sync import WatchlistSync
from hingtui.storage.watchlist import Contents, Entry, Watchlist
from hingtui.system.clock import Clock

PROGRESS_EVERY = 0.25
"""Seconds between two looks at the bytes of running downloads."""
HISTORY = 200
"""Lines of history kept of one video."""
UNDO = 20
"""Removals that can be undone, one after the other."""
_ODD = 3
"""Times in a row that a video which was known may be unknown before it is asked about rarely."""

_RECENT = 10.0
"""Seconds for which a success vouches for the token."""

_log = logging.getLogger(__name__)


class Api(Asks, ContentSource, Protocol):
    """What the monitor needs of a client."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Added:
    """What became of ids that were added."""

    added: tuple[str, ...]
    known: tuple[str, ...]


class Monitor:
    """All methods belong to the event loop's thread."""

    def __init__(
        self,
        watchlist: Watchlist | None,
        *,
        folder: Path,
        only: frozenset[str] | None = None,
        max_downloads: int = 3,
        auto_download: bool = False,
        want_digest: bool = False,
        resume_downloads: bool = False,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """Without a `watchlist` nothing is remembered. Videos are saved in `folder`. With `only`,
        no other videos of the watchlist are watched. With `resume_downloads`, `load` goes on with
        the downloads that were wanted when an earlier run ended."""
        self.clock = clock or Clock()
        self.watched: dict[str, Row] = {}
        self.auto_download = auto_download
        self.set_aside: Path | None = None
        """Where a damaged watchlist was put."""
        self.is_read_only = False
        """The watchlist's file is of a future version: nothing is written to it."""
        self.storage_error: StorageTrouble | None = None
        """Why the watchlist cannot be used right now."""
        self._rng = rng or random.Random()  # noqa: S311 - jitter needs no secrecy
        self._removed: list[list[Row]] = []
        self._background: set[asyncio.Task[None]] = set()
        self._is_progress_planned = False
        self._api: Api | None = None
        self._watchlist = watchlist
        self._folder = folder
        self._only = only
        self._resume_downloads = resume_downloads
        self._feed = ChangeFeed()
        self._duration_stats = DurationStats()
        self._asked_for: set[str] = set()
        """Ids that a person asked about: what is wrong with them is shown, finished or not."""
        self._gateway = Gateway(self.clock, self._rng, self._feed.host)
        self._poller = Poller(
            self._gateway,
            self.clock,
            self._rng,
            answered=self._answered,
            watched=self.watched.keys,
        )
        self._queue = DownloadQueue(
            self._gateway,
            self.clock,
            self._rng,
            folder=folder,
            at_once=max_downloads,
            already=self._saved_by_another,
            published=self._tell_others,
            changed=self._saving_changed,
            saved=self._saved,
            failed=self._not_saved,
            put_off=self._put_off,
            fresh_link=self._fresh_link,
            want_digest=want_digest,
        )
        self._keeper: WatchlistSync | None = None
        if watchlist is not None:
            self._keeper = WatchlistSync(
                watchlist,
                self.clock,
                entries=self._entries,
                read=self._read,
                failed=self._keeping_failed,
            )

    # Life

    async def load(self) -> None:
        """Take in what the watchlist's file holds; nothing is asked yet."""
        if self._keeper is None:
            return
        contents = await self._keeper.load()
        if self._resume_downloads:
            self.save(
                entry.id
                for entry in contents.entries.values()
                if entry.download_requested and entry.saved is None
            )

    def connect(self, api: Api | None) -> None:
        """Ask and download through `api` from now on; None: there is no token to ask with."""
        if self._api is not None:
            self._in_background(self._retire(self._api))
        self._api = api
        self._poller.use(api)
        self._queue.use(api)
        self._gateway.begin(GatewayState.ONLINE if api is not None else GatewayState.NO_TOKEN)
        for watched in self.watched.values():
            if watched.failures and not watched.is_final:
                self._poller.schedule(watched.id, 0)
            if watched.saving is not None and _is_of_gateway(watched.saving.error):
                self._queue.requeue(watched)

    async def run(self, *, polls: bool = True) -> None:
        """Watch for ever. What goes wrong inside is logged, and begun again.

        Without `polls`, nothing is asked by itself: only downloads go on.
        """
        loops = [self._queue.run, *([self._poller.run] if polls else [])]
        if self._keeper is not None:
            loops.append(self._keeper.run)
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(self._unbreakable(loop), name=loop.__qualname__)

    async def stop(self, within: float = 1.5) -> None:
        """Stop downloads (they can be resumed), write the watchlist, close the connections."""
        api, self._api = self._api, None
        self._poller.use(None)
        self._queue.cancel_all()
        if api is not None:
            await api.aclose()  # wakes threads that wait for a silent server
        await self._queue.at_rest(within)
        if self._keeper is not None:
            await self._keeper.flush()
        await self.at_rest(within)

    @property
    def unwritten(self) -> list[str]:
        """The ids added here that are not sure to be in the watchlist's file yet."""
        return self._keeper.unwritten if self._keeper is not None else []

    async def ask_once(
        self, video_ids: Sequence[str], progress: Callable[[int, int], None]
    ) -> None:
        """Ask about each of these once, and return when each has a response or an error.

        For commands that do not `run` the watch. `progress` gets (finished, all). The gateway's
        own state says why, where some were not asked: `connection`.
        """
        if self._api is None:
            return
        self._asked_for.update(video_ids)
        one_round = OneRound(
            self._api,
            self._gateway,
            self._poller.list_poller,
            self.clock,
            self._rng,
            answered=self._answered,
            progress=progress,
        )
        await one_round.run(video_ids)

    # The watch step by step, for those who move the clock themselves

    async def settle(self) -> None:
        """Ask all that is due now and wait for the answers."""
        await self._poller.settle()

    def start_asking(self) -> None:
        """Ask all that is due now."""
        self._poller.start_due()

    def start_downloads(self) -> None:
        """Start the downloads that are next in line."""
        self._queue.start_next()

    async def sync(self) -> None:
        """Write what is new to the watchlist's file, or read what is new there."""
        if self._keeper is not None:
            await self._keeper.sync()

    async def at_rest(self, within: float | None = None) -> None:
        """Wait until nothing is left to be done in the background, or so many seconds."""
        if self._background:
            await asyncio.wait(self._background, timeout=within)

    def tell(self) -> None:
        """Tell the listeners now what has changed."""
        self._feed.tell()

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` with what changed, a few times a second at most."""
        self._feed.subscribe(listener)

    # What a person wants

    def add(self, video_ids: Iterable[str], *, remember: bool = True) -> Added:
        """Watch these; with `remember` False only in this run, not in the file."""
        added: list[str] = []
        known: list[str] = []
        now = self.clock.time()
        for video_id in video_ids:
            if video_id in self.watched:
                known.append(video_id)
            else:
                self._insert(Row(video_id, added_at=now, is_old=False))
                added.append(video_id)
        if added and remember and self._keeper is not None:
            self._keeper.added(added)
        return Added(tuple(added), tuple(known))

    def remove(self, video_ids: Iterable[str]) -> int:
        """Watch these no more; nothing is deleted on the server. Returns how many there were."""
        gone = self._take_out(video_ids)
        if gone:
            self._removed.append(gone)
            del self._removed[:-UNDO]
            if self._keeper is not None:
                self._keeper.removed(w.id for w in gone)
        return len(gone)

    def restore(self) -> list[str]:
        """Undo the last `remove`; the ids that are back."""
        if not self._removed:
            return []
        back = [w for w in self._removed.pop() if w.id not in self.watched]
        for watched in back:
            self._insert(watched)
        if self._keeper is not None:
            self._keeper.added(w.id for w in back)
        return [w.id for w in back]

    def ask(self, video_ids: Iterable[str] | None = None) -> None:
        """Ask about these now, finished ones too; None: about all that are not finished."""
        self._gateway.reset()
        self._queue.wake()
        ids_given = video_ids is not None
        if video_ids is None:
            video_ids = [w.id for w in self.watched.values() if not w.is_final]
        for video_id in video_ids:
            if video_id in self.watched:
                self._poller.schedule(video_id, 0, alone=ids_given)
                self._asked_for.add(video_id)

    def save(self, video_ids: Iterable[str]) -> list[str]:
        """Bring these home; the ids whose download this began."""
        begun: list[str] = []
        for video_id in video_ids:
            watched = self.watched.get(video_id)
            if watched is None or watched.status is not Status.READY or watched.is_saving:
                continue
            self._queue.want(watched)
            self._note_request(watched, is_wanted=True)
            begun.append(video_id)
        return begun

    def cancel(self, video_ids: Iterable[str]) -> int:
        """Stop these downloads; they can be resumed. Returns how many there were."""
        stopped = [w for i in video_ids if (w := self.watched.get(i)) is not None and w.is_saving]
        for watched in stopped:
            self._queue.cancel(watched)
            self._note_request(watched, is_wanted=False)
        return len(stopped)

    @property
    def is_paused(self) -> bool:
        """Whether the user has stopped all asking."""
        return self._gateway.is_paused

    def pause(self, paused: bool) -> None:
        """Stop asking, or go on."""
        self._gateway.is_paused = paused
        self._poller.wake()
        self._feed.host()

    # What can be known

    def now(self) -> float:
        """Unix seconds on the server's clock, as far as it is known."""
        return self._gateway.now()

    @property
    def connection(self) -> Connection:
        """How things stand with the host."""
        return self._gateway.connection

    def remaining(self, watched: Row) -> float | None:
        """Estimated seconds until a running video is finished; None without grounds for it.

        An estimate that has run out was wrong, and is not shown as "no time left".
        """
        if watched.pace is None or watched.video is None or watched.is_final:
            return None
        usual = self._duration_stats.usual(watched.video)
        return seconds_remaining(watched.pace, self.now(), usual) or None

    def next_question_in(self, video_id: str) -> float | None:
        """Seconds until this video is asked about; None when it is not planned."""
        return self._poller.next_due_in(video_id)

    @property
    def saving(self) -> list[Row]:
        """The rows whose download is on its way."""
        return [w for w in self.watched.values() if w.is_saving]

    # What answers mean

    def _answered(self, video_id: str, outcome: Answered | Swept | Exception) -> None:
        """Take in the outcome of a request about this video, or of one for the list."""
        if video_id != LIST and video_id not in self.watched:
            return  # unwatched meanwhile
        self._update_gateway(video_id, outcome)
        watched = self.watched.get(video_id)
        if watched is not None and not isinstance(outcome, Swept):
            try:
                if not isinstance(outcome, Exception):
                    self._apply(watched, outcome)
            except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
                outcome = error
            if isinstance(outcome, Exception):
                self._troubled(watched, outcome)
            self._asked_for.discard(video_id)
            self._feed.row(video_id)
        if isinstance(outcome, HingtuiError):
            outcome.forget_frames()

    def _update_gateway(self, video_id: str, outcome: Answered | Swept | Exception) -> None:
        """What the outcome says about the gateway, and so about other rows."""
        gateway = self._gateway
        if isinstance(outcome, ApiError):
            active = self._poller.active + (self._poller.next_due_in(video_id) is None)
            affected = gateway.failed(video_id, outcome, active=active, watched=len(self.watched))
        elif isinstance(outcome, Exception):
            return
        else:
            affected = gateway.answered(video_id, outcome.server_time)
        for other in affected:
            if gateway.is_probing:
                self._excuse(other)
            elif other in self.watched and not self.watched[other].is_final:
                self._poller.schedule(other, self._rng.random())
        if affected:
            self._queue.wake()
            self._poller.wake()
        elif gateway.refusals and not gateway.may_be_refused:
            self._confirm_refusal()

    def _excuse(self, video_id: str) -> None:
        """What went wrong is the gateway's own: one banner says so, not each row."""
        watched = self.watched.get(video_id)
        if watched is None:
            return
        trouble, saving = watched.trouble, watched.saving
        if trouble is not None and _is_of_gateway(trouble.error):
            watched.trouble = None
        if saving is not None and _is_of_gateway(saving.error):
            self._queue.requeue(watched)
        self._feed.row(video_id)

    def _confirm_refusal(self) -> None:
        """The token was refused for some: ask about others soon, to know what that means."""
        if self.clock.monotonic() - self._gateway.last_success < _RECENT:
            return
        missing = min(MANY_REFUSED, len(self.watched)) - self._gateway.refusals
        for video_id in self._gateway.not_refused(self.watched):
            if missing <= 0:
                return
            missing -= 1
            due = self._poller.next_due_in(video_id)
            if (due is None or due > _RECENT) and not self._poller.is_asking(video_id):
                self._poller.schedule(video_id, 0, alone=True)

    def _apply(self, watched: Row, answer: Answered) -> None:
        now = self.now()
        before = watched.video
        video = answer.video if before is None else before.followed_by(answer.video)
        _note(watched, answer.video, now)
        watched.video = video
        watched.asked_at = self.clock.time()
        watched.is_old = False
        watched.trouble = None
        watched.failures = 0
        if video.status.is_final:
            self._finished(watched, before, now)
        else:
            self._goes_on(watched, video, now)
        if video != before and self._keeper is not None:
            is_news = before is None or before.status is not video.status
            self._keeper.updated(watched.id, soon=is_news)

    def _goes_on(self, watched: Row, video: Video, now: float) -> None:
        pace = watched.pace
        pace = first_pace(video, now) if pace is None else pace.seen(video.progress or 0.0, now)
        watched.pace = pace
        wait = ask_again_in(video.status, pace, now, self._duration_stats.usual(video))
        self._poller.schedule(watched.id, jitter(wait, self._rng))

    def _finished(self, watched: Row, before: Video | None, now: float) -> None:
        """The video is final. If it just turned so, that is news."""
        if watched.video is None or (before is not None and before.status is watched.video.status):
            return
        if watched.video.status is not Status.READY:
            if before is not None:
                self._feed.new.failed.append(watched.id)
            return
        self._duration_stats.learn(watched.video)
        if before is not None:
            watched.ready_seen_at = now
            self._feed.new.ready.append(watched.id)
        if self.auto_download and watched.saved is None:
            self.save([watched.id])

    def _troubled(self, watched: Row, error: Exception) -> None:
        """No video came. What is wrong with the gateway is shown once, not on every row."""
        if watched.is_final and watched.id not in self._asked_for:
            return  # asked about only to learn about the gateway
        if isinstance(error, Expired):
            self._expire(watched)
            return
        if not isinstance(error, RateLimited):
            watched.failures += 1
        if isinstance(error, NotFound):
            wait = self._not_found(watched, error)
        elif isinstance(error, HingtuiError):
            wait = error.retry.after(watched.failures, self._rng)
            if isinstance(error, RateLimited):
                wait = 0.0  # as soon as the rate limit allows
            elif not (self._gateway.is_probing and _is_of_gateway(error)):
                watched.trouble = LastError(error, self.now())
        else:
            wait = HingtuiError.retry.after(watched.failures, self._rng)
            _log.error("asking about %s went wrong unexpectedly", watched.id, exc_info=error)
            watched.trouble = LastError(error, self.now())
        if not watched.is_final:
            self._poller.schedule(watched.id, jitter(wait, self._rng))

    def _not_found(self, watched: Row, error: NotFound) -> float:
        """Seconds until it is asked again about a video that the gateway does not know."""
        is_young = self.clock.time() - watched.added_at < GRACE and watched.video is None
        if is_young:
            watched.trouble = None
            return STEADY
        watched.trouble = LastError(error, self.now())
        # Once known, it may only be unknown to one of the gateway's machines.
        is_odd = watched.video is not None and watched.failures <= _ODD
        return SLOW if is_odd else RARE

    def _expire(self, watched: Row) -> None:
        """The gateway has deleted it."""
        gone = replace(watched.video or Video(watched.id), status=Status.EXPIRED)
        before, watched.video = watched.video, gone
        watched.is_old = False
        watched.trouble = None
        watched.asked_at = self.clock.time()
        self._finished(watched, before, self.now())
        if self._keeper is not None:
            self._keeper.updated(watched.id)
        self._feed.row(watched.id)

    # Downloads

    def _note_request(self, watched: Row, *, is_wanted: bool) -> None:
        """Remember for the next run whether a person wants the file."""
        watched.download_requested = is_wanted
        if self._keeper is not None:
            self._keeper.updated(watched.id)

    def _saving_changed(self, video_id: str) -> None:
        self._feed.row(video_id)
        self._plan_progress()

    def _plan_progress(self) -> None:
        """Look at the bytes of running downloads, for as long as there are any."""
        if self._is_progress_planned or not self._queue.running:
            return
        self._is_progress_planned = True
        asyncio.get_running_loop().call_later(PROGRESS_EVERY, self._look_at_progress)

    def _look_at_progress(self) -> None:
        self._is_progress_planned = False
        for video_id in self._queue.running:
            self._feed.row(video_id)
        self._plan_progress()

    def _saved(self, watched: Row, saved: Saved) -> None:
        watched.saved = saved.path
        watched.saved_bytes = saved.bytes
        watched.download_requested = False
        watched.digest = saved.sha256
        self._feed.new.saved.append(watched.id)
        if self._keeper is not None:
            self._keeper.updated(watched.id)

    def _put_off(self, watched: Row, error: HingtuiError) -> None:
        """A download failed for now: is there more to it than this video?"""
        if isinstance(error, Expired):
            self._expire(watched)
        elif isinstance(error, RateLimited):
            self._update_gateway(watched.id, error)
        elif error.scope is Scope.TOKEN:
            # Its status says whether the token is refused, or only this content.
            self._poller.schedule(watched.id, 0, alone=True)

    async def _fresh_link(self, video_id: str) -> str:
        """Ask about a video once more, for a link that is valid now; "" where there is none."""
        api = self._api
        if api is None:
            return ""
        try:
            answer = await api.retrieve(video_id)
        except Exception as error:  # noqa: BLE001 - it is the row's, as with any other request
            self._answered(video_id, error)
            return ""
        self._answered(video_id, answer)
        return answer.video.link

    def _not_saved(self, watched: Row, error: Exception) -> None:
        if not isinstance(error, HingtuiError):
            _log.error("saving %s went wrong unexpectedly", watched.id, exc_info=error)
        elif not isinstance(error, ApiError):
            _log.warning("saving %s went wrong: %r", watched.id, error)
        self._feed.new.not_saved.append(watched.id)
        self._note_request(watched, is_wanted=False)

    def _saved_by_another(self, video_id: str) -> Path | None:
        """Where another process has put it; called in the download's thread."""
        if self._watchlist is None:
            return None
        entry = self._watchlist.read().entries.get(video_id)
        saved = entry.saved if entry is not None else None
        return saved if saved is not None and saved.parent == self._folder else None

    def _tell_others(self, video_id: str, saved: Saved) -> None:
        """Write down where it is while its part is still locked: whoever waits for that looks it
        up and fetches nothing. Called in the download's thread."""
        if self._watchlist is not None:
            entry = Entry(video_id, self.clock.time(), saved=saved.path, saved_bytes=saved.bytes)
            with suppress(StorageTrouble):  # it is written again, and told, with the next changes
                self._watchlist.change(update=[entry])

    # Rows and the file

    def _insert(self, watched: Row) -> None:
        self.watched[watched.id] = watched
        self._feed.new.membership = True
        self._feed.row(watched.id)
        if not watched.is_final:
            self._poller.schedule(watched.id, 0)

    def _take_out(self, video_ids: Iterable[str]) -> list[Row]:
        gone = [w for i in dict.fromkeys(video_ids) if (w := self.watched.pop(i, None)) is not None]
        self._poller.drop(w.id for w in gone)
        self._gateway.forget(w.id for w in gone)
        for watched in gone:
            self._feed.new.membership = True
            self._feed.row(watched.id)
            if watched.saving is not None:
                self._in_background(self._queue.forget(watched))
        return gone

    def _entries(self, video_ids: Iterable[str]) -> list[Entry]:
        return [
            Entry(
                w.id,
                w.added_at,
                w.video,
                w.asked_at,
                w.saved,
                w.saved_bytes,
                w.download_requested,
            )
            for i in video_ids
            if (w := self.watched.get(i)) is not None
        ]

    def _read(self, contents: Contents, gone: list[str]) -> None:
        """The file was read: take what is new in it, let go what another process removed."""
        if contents.set_aside is not None or contents.read_only != self.is_read_only:
            self.set_aside = contents.set_aside or self.set_aside
            self.is_read_only = contents.read_only
            self._feed.host()
        self._take_out(gone)
        for entry in contents.entries.values():
            watched = self.watched.get(entry.id)
            if self._only is not None and entry.id not in self._only:
                continue
            if watched is None:
                self._insert(_row(entry))
                if entry.video is not None:
                    self._duration_stats.learn(entry.video)
            elif entry.saved is not None and entry.saved != watched.saved and not watched.is_saving:
                watched.saved, watched.saved_bytes = entry.saved, entry.saved_bytes
                self._feed.row(entry.id)

    def _keeping_failed(self, error: StorageTrouble | None) -> None:
        self.storage_error = error
        self._feed.host()

    # Staying alive

    async def _retire(self, api: Api) -> None:
        """Close a client once nothing goes through it any more."""
        through = [*self._poller.under_way, *self._queue.under_way]
        if through:
            await asyncio.wait(through)
        await api.aclose()

    async def _unbreakable(self, loop: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await loop()
            except Exception:  # noqa: BLE001 - the watch goes on whatever happens
                _log.exception("a loop of the monitor failed and begins again")
                await self.clock.sleep(1.0)

    def _in_background(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background_done)

    def _background_done(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("something in the background went wrong", exc_info=error)


def _is_of_gateway(error: Exception | None) -> bool:
    """Whether it can be the gateway's or the token's, rather than one video's."""
    return isinstance(error, HingtuiError) and error.scope in (Scope.GATEWAY, Scope.TOKEN)


def _note(watched: Row, said: Video, now: float) -> None:
    """Write into the history what was said, if it is not what was said before."""
    seen = HistoryEntry(now, said.status, said.raw_status, said.progress)
    if not watched.history or replace(watched.history[-1], at=now) != seen:
        watched.history.append(seen)
        del watched.history[:-HISTORY]


def _row(entry: Entry) -> Row:
    was_ready = entry.video is not None and entry.video.status is Status.READY
    return Row(
        entry.id,
        added_at=entry.added_at,
        video=entry.video,
        asked_at=entry.asked_at,
        ready_seen_at=entry.asked_at if was_ready else None,
        saved=entry.saved,
        saved_bytes=entry.saved_bytes,
    )
