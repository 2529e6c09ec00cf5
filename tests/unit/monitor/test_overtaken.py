"""Requests and downloads that end when their row, gateway or token is another one by then."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor import GatewayState, Monitor
from hingtui.monitor.alarms import ExpiryAlarms
from hingtui.monitor.download_queue import KEEP_PART
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.servers.gateway import Gateway
from tests.servers.sockets import Answer, Request, json_answer
from tests.support.clock import FakeClock
from tests.support.mp4 import mp4
from tests.support.waiting import until

ONE = "video_one"
CLIP = mp4()
EAST, WEST = VideoKey("east", ONE), VideoKey("west", ONE)


class Held:
    """An answer that is sent once it is let go."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self._answer = answer
        self.begun, self._go_on = threading.Event(), threading.Event()

    def __call__(self, request: Request) -> Answer:
        self.begun.set()
        self._go_on.wait(30)
        return self._answer(request)

    def let_go(self) -> None:
        self._go_on.set()


class Here:
    def __init__(self, folder: Path, clock: FakeClock, **options: Any) -> None:
        self.clock = clock
        self.servers: dict[str, Gateway] = {}
        self.watchlist = Watchlist(folder / "watchlist.toml", clock=clock)
        self.monitor = Monitor(
            self.watchlist,
            folder=folder / "videos",
            clock=clock,
            rng=random.Random(7),  # noqa: S311 - the same in every run
            **options,
        )

    def connect(self, name: str, token: str = "") -> None:
        server = self.servers[name]
        api = Api(server.url, token or server.token, clock=self.clock, environ={})
        self.monitor.connect(api, name)

    async def look(self, after: float = 0.0) -> None:
        self.clock.advance(after)
        await self.monitor.lookup.settle()
        for watch in self.monitor.gateways.values():
            await watch.poller.settle()
        self.monitor.feed.flush()


@asynccontextmanager
async def opened(
    folder: Path, *names: str, clock: FakeClock | None = None, **options: Any
) -> AsyncIterator[Here]:
    clock = clock or FakeClock()
    here = Here(folder, clock, gateways=names, **options)
    async with AsyncExitStack() as stack:
        for name in names:
            here.servers[name] = stack.enter_context(Gateway(clock, token=f"oh-{name}-token"))
        try:
            yield here
        finally:
            await here.monitor.stop()


async def begun(held: Held) -> None:
    await until(held.begun.is_set)


async def test_a_download_goes_on_when_its_gateway_becomes_known(tmp_path: Path) -> None:
    async with opened(tmp_path, "east", "west", auto_download=True) as here:
        ready = Entry(ONE, here.clock.time(), Video(ONE, Status.READY), here.clock.time())
        here.watchlist.change(add=[ready])
        here.servers["west"].file(ONE, CLIP)
        go_on = here.servers["west"].hold(ONE)
        await here.monitor.load()
        assert here.monitor.rows[VideoKey(DEFAULT_GATEWAY, ONE)].is_downloading
        for name in here.servers:
            here.connect(name)
        await here.look()
        here.monitor.queue.start_next()
        await until(lambda: here.servers["west"].begun[ONE])
        here.monitor.queue.start_next()
        assert len(here.monitor.queue.under_way) == 1
        go_on.set()
        row = here.monitor.rows[WEST]
        await until(lambda: row.saved is not None and not here.monitor.queue.under_way)
        assert here.servers["west"].begun[ONE] == 1
        assert here.monitor.downloads == []


async def test_a_removed_gateways_id_is_looked_for_at_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path, "east", "west") as here:
        for name, server in here.servers.items():
            server.video(ONE)
            here.connect(name)
        await here.monitor.load()
        other = VideoKey("west", "video_other")
        here.servers["west"].file(other.id, CLIP)
        here.servers["west"].hold(other.id)
        here.monitor.add([other.id], gateway="west")
        await here.look()
        here.monitor.download([other])  # no client is closed while a download is under way
        here.monitor.queue.start_next()
        held = Held(lambda _r: json_answer(here.servers["east"].videos[ONE]))
        here.servers["east"].fault("/v1/videos/", held)
        here.monitor.add([ONE])
        here.monitor.lookup.start_due()
        await begun(held)
        here.monitor.remove_gateway("east")
        held.let_go()
        await here.look()
        assert list(here.monitor.rows) == [other, WEST]
        assert here.monitor.rows[WEST].video is not None


async def test_the_downloads_of_a_removed_gateway_stop(tmp_path: Path) -> None:
    async with opened(tmp_path, "east", max_downloads=1) as here:
        here.connect("east")
        await here.monitor.load()
        server, ids = here.servers["east"], [ONE, "video_two"]
        for video_id in ids:
            server.file(video_id, CLIP)
        go_on = server.hold(ONE)
        here.monitor.add(ids, gateway="east")
        await here.look()
        here.monitor.download(list(here.monitor.rows))
        here.monitor.queue.start_next()
        await until(lambda: server.begun.total())
        here.monitor.remove_gateway("east")
        assert here.monitor.downloads == []
        go_on.set()
        await until(lambda: not here.monitor.queue.under_way)
        assert [row.saved for row in here.monitor.rows.values()] == [None, None]


async def test_a_late_refusal_says_nothing_about_another_token(tmp_path: Path) -> None:
    async with opened(tmp_path, "east") as here:
        here.connect("east", "oh-old")
        await here.monitor.load()
        server = here.servers["east"]
        server.video(ONE)
        held = Held(lambda _r: json_answer({"error": {"message": "no"}}, 401))
        server.fault("/v1/videos/", held)
        here.monitor.add([ONE], gateway="east")
        here.monitor.gateways["east"].poller.start_due()
        await begun(held)
        here.connect("east")
        held.let_go()
        await until(lambda: not here.monitor.gateways["east"].poller.under_way)
        assert here.monitor.status_of("east").state is not GatewayState.DENIED
        await here.look()
        assert here.monitor.rows[EAST].video is not None


async def test_a_late_refusal_of_a_link_says_nothing_about_another_token(tmp_path: Path) -> None:
    async with opened(tmp_path, "east") as here:
        here.connect("east")
        await here.monitor.load()
        server = here.servers["east"]
        server.file(ONE, CLIP)
        here.monitor.add([ONE], gateway="east")
        await here.look()
        held = Held(lambda _r: json_answer({"error": {"message": "no"}}, 401))
        server.fault(f"/v1/videos/{ONE}/content", json_answer({}, 404))
        server.fault(f"/v1/videos/{ONE}", held)
        here.monitor.download([EAST])
        here.monitor.queue.start_next()
        await begun(held)
        here.connect("east")
        held.let_go()
        await until(lambda: not here.monitor.queue.under_way)
        assert here.monitor.status_of("east").state is not GatewayState.DENIED


async def test_a_late_refusal_of_the_list_says_nothing_about_another_token(tmp_path: Path) -> None:
    async with opened(tmp_path, "east") as here:
        here.connect("east", "oh-old")
        await here.monitor.load()
        server, ids = here.servers["east"], [f"video_{n}" for n in range(20)]
        for video_id in ids:
            server.video(video_id)
        held = Held(lambda _r: json_answer({"error": {"message": "no"}}, 401))
        server.fault("/v1/videos?", held)
        here.monitor.add(ids, gateway="east")
        here.monitor.gateways["east"].poller.start_due()
        await begun(held)
        here.connect("east")
        held.let_go()
        await here.look()
        assert all(row.video is not None for row in here.monitor.rows.values())
        assert [target for target in server.asked() if "?" not in target] == []


@pytest.mark.parametrize("count", [3, 20], ids=["videos", "list"])
async def test_a_silent_address_holds_up_no_request_to_the_next_one(
    tmp_path: Path, count: int
) -> None:
    async with opened(tmp_path, "east", "west") as here:
        here.connect("east")
        await here.monitor.load()
        ids = [f"video_{n}" for n in range(count)]
        for video_id in ids:
            here.servers["west"].video(video_id)
        held = Held(lambda _r: json_answer({}, 404))
        here.servers["east"].fault("/v1/videos", held, times=99)
        here.monitor.add(ids, gateway="east")
        poller = here.monitor.gateways["east"].poller
        poller.start_due()
        await begun(held)
        west = here.servers["west"]
        api = Api(west.url, west.token, clock=here.clock, environ={})
        here.monitor.connect(api, "east")
        poller.start_due()
        rows = here.monitor.rows.values()
        async with asyncio.timeout(5):
            await until(lambda: all(row.video is not None for row in rows))
        held.let_go()
        await here.look()
        assert all(row.last_error is None for row in rows)


async def test_a_lookup_under_way_outlasts_a_change_of_the_token(tmp_path: Path) -> None:
    async with opened(tmp_path, "east", "west") as here:
        for name in here.servers:
            here.connect(name)
        await here.monitor.load()
        server = here.servers["east"]
        server.video(ONE)
        held = Held(lambda _r: json_answer(server.videos[ONE]))
        server.fault("/v1/videos/", held)
        here.monitor.add([ONE])
        here.monitor.lookup.start_due()
        await begun(held)
        here.connect("east")
        await until(lambda: not here.monitor._background._tasks)  # the client before is closed
        held.let_go()
        await here.look()
        assert list(here.monitor.rows) == [EAST]


async def test_a_video_watched_again_takes_the_file_of_the_download_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, "east", auto_download=True) as here:
        here.connect("east")
        await here.monitor.load()
        here.servers["east"].file(ONE, CLIP)
        publishing, go_on = threading.Event(), threading.Event()
        publish = here.monitor.queue._thread.shared.publish

        def held_up(*args: Any) -> None:
            publishing.set()
            go_on.wait(30)
            publish(*args)

        monkeypatch.setattr(here.monitor.queue._thread.shared, "publish", held_up)
        here.monitor.add([ONE], gateway="east")
        await here.monitor.watchlist_sync.flush()
        await here.look()
        here.monitor.queue.start_next()
        await until(publishing.is_set)
        here.monitor.remove([EAST])
        here.monitor.add([ONE], gateway="east")
        await here.look()
        assert here.monitor.rows[EAST].is_downloading
        go_on.set()
        await until(lambda: not here.monitor.queue.under_way)
        here.monitor.queue.start_next()
        await until(lambda: not here.monitor.queue.under_way)
        row = here.monitor.rows[EAST]
        assert row.saved is not None
        assert not row.is_downloading


async def test_each_removal_keeps_the_part_for_its_full_time(tmp_path: Path) -> None:
    async with opened(tmp_path, "east") as here:
        here.connect("east")
        await here.monitor.load()
        server = here.servers["east"]
        server.file(ONE, CLIP)
        server.hold(ONE)
        here.monitor.add([ONE], gateway="east")
        await here.look()
        row = here.monitor.rows[EAST]
        here.monitor.download([EAST])

        async def under_way() -> None:
            here.monitor.queue.start_next()
            await until(lambda: row.download is not None and row.download.progress.received > 0)

        async def removed(times: int) -> None:
            here.monitor.remove([EAST])
            await until(lambda: not here.monitor.queue.under_way)
            await until(lambda: len(here.clock._sleepers) == times)  # the minute has begun

        await under_way()
        await removed(1)
        here.clock.advance(KEEP_PART / 2)
        here.monitor.restore()
        await under_way()
        await removed(2)
        here.clock.advance(KEEP_PART * 0.75)
        await until(lambda: len(here.monitor._background._tasks) == 1)
        assert list((tmp_path / "videos").glob("*.part"))


class SetClock(FakeClock):
    """A clock that can be set."""

    behind = 0.0

    def time(self) -> float:
        return self.now - self.behind


@pytest.mark.parametrize("before", [3 * 86_400.0, -7200.0], ids=["forward", "back"])
async def test_the_expiry_is_right_again_after_the_clock_was_set(
    tmp_path: Path, before: float
) -> None:
    clock, true = SetClock(), FakeClock()
    clock.behind = before
    async with opened(tmp_path, "east", clock=clock) as here:
        here.connect("east")
        await here.monitor.load()
        server, rows = here.servers["east"], here.monitor.rows
        server.clock = true
        server.file(ONE, CLIP)
        here.monitor.add([ONE], gateway="east")
        await here.look()
        alarms = ExpiryAlarms()
        alarms.update(rows, rows, here.monitor.now())
        watch = here.monitor.gateways["east"]
        watch.check_clock()
        assert watch.poller.active == 0
        clock.behind = 0.0
        alarms.due(rows, here.monitor.now())
        watch.check_clock()
        await here.look()
        alarms.update(rows, rows, here.monitor.now())
        assert not alarms.unseen
        ends = rows[EAST].expiry
        assert ends is not None
        assert abs(ends.at - (true.time() + 3600)) < 3
        assert rows[EAST].can_be_downloaded(here.monitor.now())
        asked = len(server.asked())
        watch.check_clock()
        await here.look(after=60)
        assert len(server.asked()) == asked
