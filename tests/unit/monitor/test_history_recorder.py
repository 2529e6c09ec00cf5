"""What the recorder writes into the history, and what it does when it cannot."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hingtui.api import Api
from hingtui.model.errors import StorageError
from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor import Monitor, Row
from hingtui.monitor.changes import Changes
from hingtui.monitor.history_recorder import AT_ONCE, GATHER, READ_AFTER, RETRY, HistoryRecorder
from hingtui.monitor.row import HistoryEntry
from hingtui.storage.history import (
    Duration,
    History,
    HistoryVideo,
    Search,
    Sighting,
    StatusChange,
)
from hingtui.storage.watchlist import Entry, Watchlist
from tests.servers.gateway import TOKEN
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import key
from tests.support.waiting import until
from tests.support.watch import job


@dataclass
class Store:
    """A history that keeps what it is given, or fails."""

    videos: dict[VideoKey, HistoryVideo] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    error: StorageError | None = None
    generation: int = 0
    set_aside: Path | None = None
    is_closed: bool = False
    path: Path = Path(__file__)
    durations: dict[tuple[str, float | None], list[float]] = field(default_factory=dict)

    def usual_durations(self) -> dict[tuple[str, float | None], list[float]]:
        if self.error is not None:
            raise self.error
        return self.durations

    def usual_stills(self) -> dict[tuple[str, float | None], list[float]]:
        return {kind: [5.0] for kind in self.durations}

    def are_known(self, entries: Sequence[Entry]) -> list[bool]:
        known = (self.videos.get(entry.key) for entry in entries)
        return [
            video is not None and video.entry == entry
            for video, entry in zip(known, entries, strict=True)
        ]

    def saved(self, keys: Sequence[VideoKey]) -> dict[VideoKey, HistoryVideo]:
        if self.error is not None:
            raise self.error
        return {key: self.videos[key] for key in keys if key in self.videos}

    def record(self, sightings: Sequence[Sighting]) -> None:
        if self.error is not None:
            raise self.error
        self.batches.append(len(sightings))
        self.videos.update((one.video.key, one.video) for one in sightings)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Recording:
    """A recorder, what it watches, and where it writes."""

    clock: FakeClock
    rows: dict[VideoKey, Row]
    store: Store
    recorder: HistoryRecorder
    reports: list[str]

    def change(self, *ids: str, **fields: object) -> None:
        """These rows are new, or changed."""
        for video_id in ids:
            row = self.rows.setdefault(key(video_id), Row(video_id, EPOCH))
            known = row.video or Video(video_id, created_at=EPOCH)
            row.video = replace(known, **fields)  # type: ignore[arg-type]  # a wrong name raises
        self.recorder.changed(Changes(keys={key(video_id) for video_id in ids}))


def recording(clock: FakeClock) -> Recording:
    rows: dict[VideoKey, Row] = {}
    store, reports = Store(), list[str]()

    def report() -> None:
        reports.append(str(recorder.problem or recorder.set_aside or "well"))

    recorder = HistoryRecorder(lambda: store, rows, clock, reported=report)
    return Recording(clock, rows, store, recorder, reports)


async def test_changes_are_gathered_and_written_together(clock: FakeClock) -> None:
    recorded = recording(clock)
    running = asyncio.create_task(recorded.recorder.run())
    recorded.change("a", "b")
    await asyncio.sleep(0)
    recorded.change("c", status=Status.GENERATING)
    await asyncio.sleep(0)
    assert recorded.store.batches == []
    clock.advance(GATHER)
    await until(lambda: recorded.store.batches == [3])
    running.cancel()


async def test_a_change_of_progress_alone_is_not_written(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change("a", status=Status.GENERATING, progress=10.0)
    await recorded.recorder.flush()
    recorded.change("a", progress=20.0)
    await recorded.recorder.flush()
    assert recorded.store.batches == [1]
    recorded.change("a", status=Status.READY)
    await recorded.recorder.flush()
    assert recorded.store.batches == [1, 1]


async def test_what_an_earlier_run_recorded_is_not_written_again(clock: FakeClock) -> None:
    before, now = recording(clock), recording(clock)
    before.change("a", "b")
    await before.recorder.flush()
    now.store.videos = before.store.videos
    now.change("a", "b", "c")
    await now.recorder.flush()
    assert now.store.batches == [1]


async def test_many_rows_are_written_in_parts(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change(*(f"v_{n}" for n in range(AT_ONCE + 1)))
    await recorded.recorder.flush()
    assert recorded.store.batches == [AT_ONCE, 1]


async def test_an_id_whose_gateway_is_not_known_yet_is_not_recorded(clock: FakeClock) -> None:
    recorded = recording(clock)
    unknown = VideoKey(UNKNOWN_GATEWAY, "a")
    recorded.rows[unknown] = Row("a", EPOCH, gateway=UNKNOWN_GATEWAY)
    recorded.recorder.changed(Changes(keys={unknown}))
    await recorded.recorder.flush()
    assert recorded.store.batches == []


async def test_a_removed_row_is_recorded_as_it_last_was(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change("a", prompt="moon")
    del recorded.rows[key("a")]
    recorded.recorder.changed(Changes(keys={key("a")}))
    await recorded.recorder.flush()
    assert recorded.store.videos.keys() == {key("a")}


async def test_an_error_is_reported_once_and_the_write_tried_again(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.store.error = StorageError("The disk is full.")
    running = asyncio.create_task(recorded.recorder.run())
    recorded.change("a")
    for _time in range(3):
        await asyncio.sleep(0)
        clock.advance(RETRY)
        await until(lambda: recorded.recorder.problem is not None)
        await recorded.recorder.flush()
    assert recorded.reports == ["The disk is full."]
    recorded.store.error = None
    await recorded.recorder.flush()
    assert recorded.store.videos.keys() == {key("a")}
    assert recorded.reports == ["The disk is full.", "well"]
    running.cancel()


async def test_a_new_file_gets_all_rows_again(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change("a", "b")
    await recorded.recorder.flush()
    recorded.store.videos.clear()
    recorded.store.generation = 1
    recorded.store.set_aside = Path("history.sqlite3.damaged-1")
    recorded.change("b", status=Status.READY)
    await recorded.recorder.flush()
    assert recorded.store.videos.keys() == {key("a"), key("b")}
    assert recorded.reports == ["history.sqlite3.damaged-1"]


async def test_pending_changes_are_written_at_the_end(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change("a")
    await recorded.recorder.stop()
    assert recorded.store.videos.keys() == {key("a")}
    assert recorded.store.is_closed


async def test_nothing_opens_the_history_after_the_end(clock: FakeClock) -> None:
    opened: list[Store] = []

    def open_store() -> Store:
        opened.append(Store({key("a"): HistoryVideo(Entry("a", EPOCH))}))
        return opened[-1]

    recorder = HistoryRecorder(open_store, {}, clock, reported=lambda: None)
    looking = asyncio.create_task(recorder.saved_before([key("a")]))
    await asyncio.sleep(0)
    await recorder.stop()
    assert (await looking).keys() == {key("a")}
    assert [store.is_closed for store in opened] == [True]
    assert await recorder.saved_before([key("a")]) == {}
    assert len(opened) == 1


async def test_without_a_history_nothing_is_kept(clock: FakeClock) -> None:
    rows = {key("a"): Row("a", EPOCH)}
    recorder = HistoryRecorder(None, rows, clock, reported=lambda: None)
    recorder.changed(Changes(keys={key("a")}))
    await recorder.stop()
    assert recorder.problem is None


def entry(at: float, status: Status) -> HistoryEntry:
    return HistoryEntry(EPOCH + at, status, status.value, None)


async def test_the_gateways_own_duration_is_recorded(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change("a", status=Status.READY, completed_at=EPOCH + 90)
    await recorded.recorder.flush()
    assert recorded.store.videos[key("a")].duration == Duration(90.0)


async def test_an_observed_duration_is_marked(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.change("seen", "unseen", "failed", status=Status.READY)
    generating, ready = entry(50, Status.GENERATING), entry(95, Status.READY)
    recorded.rows[key("seen")].history = [generating, ready]
    recorded.rows[key("unseen")].history = [ready]
    recorded.change("failed", status=Status.FAILED)
    recorded.rows[key("failed")].history = [generating, entry(95, Status.FAILED)]
    await recorded.recorder.flush()
    durations = {one.id: video.duration for one, video in recorded.store.videos.items()}
    assert durations == {"seen": Duration(95.0, is_observed=True), "unseen": None, "failed": None}


@asynccontextmanager
async def recorded_watch(
    folder: Path, clock: FakeClock, history: History
) -> AsyncIterator[Monitor]:
    """A monitor that records what it sees of a real gateway."""
    from hingtui.demo.server import DemoServer
    from hingtui.demo.story import Story

    story = Story([job("v_1", prompt="中秋夜", queued_for=5, generating_for=60)])
    with DemoServer(story, clock=clock, token=TOKEN) as server:
        monitor = Monitor(
            Watchlist(folder / "watchlist.toml", clock=clock),
            folder=folder / "videos",
            auto_download=True,
            history=lambda: history,
            clock=clock,
            rng=random.Random(7),  # noqa: S311 - the same jitter in every run
        )
        await monitor.load()
        monitor.connect(Api(server.base_url, server.token, clock=clock, environ={}))
        try:
            yield monitor
        finally:
            await monitor.stop()


async def test_a_watched_video_is_in_the_history_with_its_file(
    tmp_path: Path, clock: FakeClock
) -> None:
    history = History(tmp_path / "history.sqlite3", clock=clock)
    async with recorded_watch(tmp_path, clock, history) as monitor:
        monitor.add(["v_1"])
        await monitor.checked()
        watch = monitor.gateways["default"]
        while monitor.rows[key("v_1")].status is not Status.READY:
            await watch.poller.settle()
            clock.advance(5)
        monitor.queue.start_next()
        await until(lambda: monitor.rows[key("v_1")].saved is not None)
    (video,) = history.videos(history.find(Search()))
    path = video.entry.saved
    assert path is not None
    assert video.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert video.entry.video is not None
    assert video.entry.video.prompt == "中秋夜"
    assert video.duration is not None
    assert video.still is not None
    assert list(history.usual_stills().values()) == [[video.still]]
    assert 0 < video.still < 60
    changes = history.changes(key("v_1"))
    assert [change.status for change in changes] == [
        *(Status.QUEUED, Status.GENERATING, Status.READY),
    ]
    assert all(isinstance(change, StatusChange) for change in changes)
    history.close()


async def test_the_durations_of_the_history_are_read_after_the_first_picture(
    clock: FakeClock,
) -> None:
    recorded, read = recording(clock), list[object]()
    recorded.store.durations = {("m", 8.0): [60.0]}
    recorded.recorder.durations_read = lambda *known: read.append(known)
    running = asyncio.create_task(recorded.recorder.run())
    await asyncio.sleep(0)
    assert read == []
    clock.advance(READ_AFTER)
    await until(lambda: read == [({("m", 8.0): [60.0]}, {("m", 8.0): [5.0]})])
    running.cancel()


async def test_a_history_that_cannot_be_read_stops_no_recording(clock: FakeClock) -> None:
    recorded = recording(clock)
    recorded.store.error = StorageError("locked")
    recorded.recorder.durations_read = lambda _durations, _stills: None
    running = asyncio.create_task(recorded.recorder.run())
    recorded.change("a")
    await asyncio.sleep(0)

    def is_written() -> bool:
        clock.advance(RETRY)
        if recorded.recorder.durations_read is None:
            recorded.store.error = None
        return recorded.store.batches == [1]

    await until(is_written)
    running.cancel()
