"""The monitor: the entry point for the UI and the commands.

It connects the rows, the gateways, the download queue and the watchlist's file. It sends no request
itself, and it imports neither Textual nor httpx. What follows when rows, downloads or responses
change something is in `row_events`, `download_events` and `response_handler`. It is over 300 lines
because it has a short method for everything that can be asked for.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.errors import StorageError
from hingtui.model.estimate import Estimate, estimate
from hingtui.model.key import DEFAULT_GATEWAY, UNKNOWN_GATEWAY, VideoKey
from hingtui.model.tags import joined_tags, without_tags
from hingtui.model.video import Status
from hingtui.monitor.background import Background
from hingtui.monitor.changes import ChangeFeed, Changes
from hingtui.monitor.download_events import DownloadEvents
from hingtui.monitor.download_queue import DownloadQueue
from hingtui.monitor.download_thread import USUAL_NAMING, Naming
from hingtui.monitor.duration_stats import DurationStats
from hingtui.monitor.following import FollowedStore, Follower, Followers
from hingtui.monitor.gateway_lookup import GatewayLookup
from hingtui.monitor.gateway_status import GatewayStatus
from hingtui.monitor.gateways import Gateways
from hingtui.monitor.history_recorder import HistoryRecorder, HistoryStore
from hingtui.monitor.list_poller import Listed, Paged
from hingtui.monitor.raw_responses import RawResponse
from hingtui.monitor.row import DownloadState, Row
from hingtui.monitor.row_events import RowEvents
from hingtui.monitor.rows import Rows
from hingtui.monitor.shared import Shared
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.monitor.watchlist_sync import WatchlistSync
from hingtui.storage.watchlist import Watchlist
from hingtui.system.clock import Clock

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api
    from hingtui.storage.watchlist.repair import Repair


@dataclass(frozen=True, slots=True)
class Added:
    """Which of the ids that were to be added are new, and which were watched already."""

    added: tuple[VideoKey, ...]
    known: tuple[VideoKey, ...]


class Monitor:
    """All methods belong to the event loop's thread."""

    def __init__(
        self,
        watchlist: Watchlist,
        *,
        folder: Path,
        only: Callable[[VideoKey], bool] | None = None,
        max_downloads: int = 3,
        auto_download: bool = False,
        want_digest: bool = False,
        naming: Naming = USUAL_NAMING,
        resume_downloads: bool = False,
        gateways: Iterable[str] = (DEFAULT_GATEWAY,),
        history: Callable[[], HistoryStore] | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """Videos are saved in `folder`; `gateways` are the names in the settings.

        With `only`, other videos of the watchlist are not watched. With `want_digest`, each saved
        file's SHA-256 is computed. `naming` gives the files their names. With `resume_downloads`,
        `load` goes on with the downloads that were wanted when an earlier run ended. `history`
        makes the history, in a thread.
        """
        self.clock = clock or Clock()
        self.auto_download = auto_download
        self.storage_error: StorageError | None = None
        """Why the watchlist cannot be used right now."""
        self._rng = rng or random.Random()  # noqa: S311 - jitter needs no secrecy
        self._resume_downloads = resume_downloads
        self._duration_stats = DurationStats()
        self._background = Background(self.clock)
        self.feed = ChangeFeed()
        self._rows = Rows(self.feed, self._duration_stats, only=only)
        self.watchlist_sync = WatchlistSync(
            watchlist,
            self.clock,
            entries=self._rows.entries,
            read=self._rows.merge,
            failed=self._storage_changed,
        )
        self.gateways = Gateways(self._background)
        self.queue = DownloadQueue(
            self.gateways,
            self.clock,
            self._rng,
            folder=folder,
            at_once=max_downloads,
            shared=SharedDownloads(watchlist, folder, self.clock),
            want_digest=want_digest,
            naming=naming,
        )
        self.gateways.shared = self._shared = Shared(
            rows=self.rows,
            queue=self.queue,
            feed=self.feed,
            duration_stats=self._duration_stats,
            watchlist_sync=self.watchlist_sync,
            download=self._download_automatically,
            clock=self.clock,
            rng=self._rng,
        )
        for name in gateways:
            self.gateways.add(name)
        self._download_events = DownloadEvents(
            gateways=self.gateways, feed=self.feed, watchlist_sync=self.watchlist_sync
        )
        self.queue.listener = self._download_events
        self.history = HistoryRecorder(
            history, self.rows, self.clock, reported=self.feed.gateway_changed
        )
        self._row_events = RowEvents(
            rows=self._rows,
            gateways=self.gateways,
            queue=self.queue,
            watchlist_sync=self.watchlist_sync,
            background=self._background,
            clock=self.clock,
            download=self._download_automatically,
            saved_before=None if history is None else self.history.saved_before,
        )
        self.lookup = GatewayLookup(
            self.gateways, self.clock, self._rng, self.feed, found=self._row_events.gateway_found
        )
        self._row_events.lookup = self.lookup
        self._rows.listener = self._row_events
        self._followers = Followers(self.clock, self._background)
        if history is not None:
            self.subscribe(self.history.changed)

    async def load(self) -> None:
        """Read the watchlist's file; no request is sent yet. Raises StorageError."""
        contents = await self.watchlist_sync.load()
        if self._resume_downloads:
            self.download(
                entry.key
                for entry in contents.entries.values()
                if entry.download_requested and entry.saved is None
            )
        if self.auto_download:
            self.download_ready()

    def connect(
        self, api: Api | None, gateway: str = DEFAULT_GATEWAY, *, asks_balance: bool = False
    ) -> None:
        """Ask this gateway, and download from it, through `api` from now on.

        None: there is no token to ask with. A gateway of a new name is added. With `asks_balance`,
        the account's balance is asked for now and then.
        """
        self.gateways.connect(api, gateway, asks_balance=asks_balance)

    def remove_gateway(self, name: str) -> None:
        """It is not in the settings any more: ask it nothing. Its rows stay, downloads stop."""
        self._followers.end(name)
        self.cancel([row.key for row in self.downloads if row.gateway == name])
        self.gateways.remove(name)

    async def run(self, *, polls: bool = True) -> None:
        """Watch for ever. An unexpected error is logged, and the loop that it ended starts again.

        Without `polls`, no request is sent but for downloads.
        """
        asking = [self.lookup.run, self._followers.run] if polls else []
        loops = [self.queue.run, self.watchlist_sync.run, self.history.run, *asking]
        if polls:
            self.history.durations_read = self._duration_stats.fill
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(self._background.run_forever(loop), name=loop.__qualname__)
            if polls:
                self.gateways.run_in(group)

    async def stop(self, within: float = 1.5) -> None:
        """Stop downloads (they can be resumed), write the watchlist, close the connections."""
        self.queue.cancel_all()
        await self.gateways.close()  # wakes threads that wait for a silent server
        await self.queue.at_rest(within)
        await self.watchlist_sync.flush()
        self.history.changed(self.feed.new)
        await self.history.stop()
        await self._background.wait(within)

    async def ask_once(self, rows: Sequence[Row], progress: Callable[[int, int], None]) -> None:
        """Ask about each of these once, and return when each has a response or an error.

        For commands that do not `run` the watch. `progress` gets (finished, all). Where some were
        not asked, the gateway's own state says why: `status_of`.
        """
        asked = [row for row in rows if row.gateway in self.gateways]
        await self.lookup.one_round()
        found = len(rows) - len(asked)
        await self.gateways.ask_once(asked, lambda done: progress(found + done, len(rows)))

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` with what changed, at most ten times a second."""
        self.feed.subscribe(listener)

    def add(
        self,
        video_ids: Iterable[str],
        *,
        gateway: str = UNKNOWN_GATEWAY,
        named: Mapping[str, str] | None = None,
        remember: bool = True,
        batch: str = "",
    ) -> Added:
        """Watch these ids; with `remember` False only in this run, not in the file.

        They belong to `batch`. `named` holds the gateway of single ids, `gateway` that of all
        others. Where it is unknown and there are several, they are asked in turn.
        """
        added: list[VideoKey] = []
        known: list[VideoKey] = []
        now = self.clock.time()
        if not gateway and len(self.gateways) == 1:
            gateway = next(iter(self.gateways))
        for video_id in video_ids:
            key = VideoKey((named or {}).get(video_id, gateway), video_id)
            if (watched := self.watched_as(key)) is not None:
                known.append(watched)
            else:
                row = Row(video_id, added_at=now, is_old=False, gateway=key.gateway, batch=batch)
                self._rows.insert(row)
                added.append(key)
        if added and remember:
            self.watchlist_sync.added(added)
        return Added(tuple(added), tuple(known))

    def add_listed(self, gateway: str, entries: Sequence[Listed], *, batch: str = "") -> Added:
        """Watch these entries of a gateway's list, and show at once what the list says of them."""
        result = self.add([entry.video.id for entry in entries], gateway=gateway, batch=batch)
        added = {key.id for key in result.added}
        listed = [entry for entry in entries if entry.video.id in added]
        if self._row_events.is_checking:
            self._background.start(self._take_listed(gateway, listed))
        else:
            self.gateways[gateway].take_listed(listed)
        return result

    async def _take_listed(self, gateway: str, entries: Sequence[Listed]) -> None:
        await self.checked()
        if gateway in self.gateways:
            self.gateways[gateway].take_listed(entries)

    async def checked(self) -> None:
        """Wait until all new rows were looked for in the history. They are not polled before."""
        await self._row_events.checked()

    async def list_page(
        self, gateway: str, after: str | None, is_wanted: Callable[[], bool]
    ) -> Paged | None:
        """A page of the account's list, the newest first; None if it is not wanted any more.

        It waits for the rate limit. Raises ApiError: NotOffered where the gateway has no list.
        """
        return await self.gateways[gateway].account_list.page(after, is_wanted=is_wanted)

    def follow(self, gateway: str, store: FollowedStore) -> None:
        """Add new videos of this gateway's account automatically from now on."""
        watch = self.gateways.add(gateway)
        follower = Follower(
            watch.gateway,
            watch.account_list,
            store,
            self.clock,
            self._rng,
            start=self._background.start,
            add=partial(self._add_followed, gateway),
            not_offered=partial(self.feed.not_followed, gateway),
            damaged=self.feed.followed_damaged,
        )
        watch.follow(follower)
        self._followers.begin(follower)

    def unfollow(self, gateway: str) -> None:
        """Leave new videos of this gateway's account alone from now on."""
        self._followers.end(gateway)
        if (watch := self.gateways.get(gateway)) is not None:
            watch.follow(None)

    async def _add_followed(self, gateway: str, entries: Sequence[Listed]) -> bool:
        """Watch what is new at a followed account; whether the watchlist's file holds it."""
        added = self.add_listed(gateway, entries).added
        self.feed.new.arrived += added
        await self.watchlist_sync.flush()
        return not (self.is_read_only or set(added).intersection(self.unwritten))

    def watched_as(self, key: VideoKey) -> VideoKey | None:
        """The key under which this video is watched; without a gateway, its id is looked for."""
        if key in self.rows:
            return key
        names = self.gateways if key.gateway == UNKNOWN_GATEWAY else ()
        keys = (VideoKey(name, key.id) for name in names)
        return next((each for each in keys if each in self.rows), None)

    def tag(self, keys: Iterable[VideoKey], tags: tuple[str, ...], *, removes: bool) -> int:
        """Put these tags on videos, or take them off; how many there were."""
        rows = [row for key in keys if (row := self.rows.get(key)) is not None]
        for row in rows:
            row.tags = (without_tags if removes else joined_tags)(row.tags, tags)
            row.has_new_tags = True
            self.watchlist_sync.updated(row.key)
            self.feed.row_changed(row.key)
        return len(rows)

    def remove(self, keys: Iterable[VideoKey]) -> int:
        """Watch these no more; nothing is deleted at the gateway. Returns how many there were."""
        gone = self._rows.remove(keys)
        self.watchlist_sync.removed(row.key for row in gone)
        return len(gone)

    def restore(self) -> list[VideoKey]:
        """Undo the last `remove` and resume its downloads; returns the restored keys."""
        back = [row.key for row in self._rows.restore()]
        self.watchlist_sync.added(back)
        self.download(self._row_events.take_stopped(back))
        return back

    def ask(self, keys: Iterable[VideoKey] | None = None) -> None:
        """Ask about these now, finished ones too; None: about all that are not finished."""
        are_given = keys is not None
        if keys is None:
            keys = [row.key for row in self.rows.values() if not row.is_final]
        wanted = [key for key in keys if key in self.rows]
        for name in {key.gateway for key in wanted} if are_given else self.gateways:
            if name in self.gateways:
                self.gateways[name].gateway.reset()
        self.queue.wake()
        for key in wanted:
            if key.gateway in self.gateways:
                self.gateways[key.gateway].ask(key.id, alone=are_given)
            else:
                self.lookup.ask(key)

    def download(self, keys: Iterable[VideoKey]) -> list[VideoKey]:
        """Download these; returns those whose download this began or retried at once."""
        begun: list[VideoKey] = []
        for key in keys:
            row = self.rows.get(key)
            if row is None or row.status is not Status.READY:
                continue
            if row.download is not None and row.download.state is DownloadState.WAITING:
                self.queue.requeue(row)
                self.queue.wake()
            elif row.is_downloading:
                continue
            else:
                self.queue.add(row)
                self._download_events.requested(row, is_wanted=True)
            begun.append(key)
        return begun

    def download_ready(self) -> list[VideoKey]:
        """Download all that are ready and not saved; returns those whose download this began."""
        now = self.now()
        return self.download([r.key for r in self.rows.values() if r.can_be_downloaded(now)])

    def switch_auto_download(self, is_on: bool) -> int:
        """Download each video as soon as it is ready, or no longer; how many downloads this began.

        Switched on, it begins with all that are ready. Switched off, it stops none.
        """
        self.auto_download = is_on
        return len(self.download_ready()) if is_on else 0

    def cancel(self, keys: Iterable[VideoKey]) -> int:
        """Stop these downloads; they can be resumed. Returns how many there were."""
        stopped = [w for key in keys if (w := self.rows.get(key)) is not None and w.is_downloading]
        for row in stopped:
            self.queue.cancel(row)
            self._download_events.requested(row, is_wanted=False)
        return len(stopped)

    @property
    def is_paused(self) -> bool:
        """Whether the user has stopped all polling."""
        return self.gateways.is_paused

    def pause(self, paused: bool) -> None:
        """Stop polling, or go on."""
        self.gateways.pause(paused)

    @property
    def rows(self) -> dict[VideoKey, Row]:
        """All rows, in the order in which they were added."""
        return self._rows.by_key

    @property
    def downloads(self) -> list[Row]:
        """The rows whose download is queued, running or waiting."""
        return self.queue.active

    @property
    def repair(self) -> Repair | None:
        """What was done about a damaged watchlist, where one was found."""
        return self._rows.repair

    @property
    def is_read_only(self) -> bool:
        """The watchlist's file is of a future version: nothing is written to it."""
        return self._rows.is_read_only

    @property
    def unwritten(self) -> list[VideoKey]:
        """Keys added here that may not be in the watchlist's file yet."""
        return self.watchlist_sync.unwritten

    def now(self) -> float:
        """Unix seconds on this machine's clock; `Row.expiry` is by it too."""
        return self.clock.time()

    @property
    def gateway_status(self) -> GatewayStatus:
        """The best state of all gateways."""
        return self.gateways.status_of(UNKNOWN_GATEWAY)

    def status_of(self, gateway: str) -> GatewayStatus:
        """The state of this gateway."""
        return self.gateways.status_of(gateway)

    def estimate(self, row: Row) -> Estimate | None:
        """How long a running video still takes; None without grounds for it."""
        if row.pace is None or row.video is None or row.is_final:
            return None
        return estimate(
            row.pace, self.now() + row.clock_lead, self._duration_stats.earlier(row.video)
        )

    def remaining(self, row: Row) -> float | None:
        """The estimated seconds until a running video is finished; None without grounds for it."""
        found = self.estimate(row)
        return None if found is None else found.seconds

    def usual_duration(self, row: Row) -> float | None:
        """Seconds that videos like this one usually take, if any was finished."""
        return None if row.video is None else self._duration_stats.median(row.video)

    def address_of(self, row: Row) -> str:
        """The URL at which this video is asked about; "" without a client of its gateway."""
        watch = self.gateways.get(row.gateway)
        return "" if watch is None or watch.api is None else watch.api.address(row.id)

    def raw_response(self, key: VideoKey) -> RawResponse | None:
        """What the gateway last sent about this video in this run, if it is kept."""
        return self._shared.raw_responses.get(key)

    def _download_automatically(self, row: Row) -> None:
        if self.auto_download:
            self.download([row.key])

    def _storage_changed(self, error: StorageError | None) -> None:
        self.storage_error = error
        self.feed.gateway_changed()
