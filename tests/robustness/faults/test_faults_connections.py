"""Faults of kept connections, and invalid HTTP on them.

The whole monitor, or one client, over real sockets; other faults are in test_faults_network.py.
"""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.model.errors import Unreachable
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.robustness.faults.faulty_watch import faulty_watch
from tests.servers.files import Reply
from tests.servers.sockets import (
    CLOSE,
    HANG,
    RESET,
    End,
    FaultServer,
    Request,
    answer,
    chunked,
    cut,
    in_turn,
    json_answer,
)
from tests.support.keys import ids, keys
from tests.support.mp4 import mp4
from tests.support.waiting import until

DATA = mp4(60_000)
RUNNING = {"id": "a", "object": "video", "status": "processing", "progress": 50}
VIDEO_ANSWER = answer(200, DATA, content_type="video/mp4", etag='"v1"')
GREETINGS = b"HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n"


async def test_hundreds_of_abandoned_requests_leave_the_pool_usable() -> None:
    rng = random.Random(3)  # noqa: S311 - where to abandon
    slow = json_answer(RUNNING)

    def respond(_: Request) -> Iterator[bytes]:
        yield slow[:30]
        server.stopping.wait(0.002)
        yield slow[30:]

    with FaultServer(respond) as server:
        api = Api(server.url, "oh-x", environ={}, max_connections=4)
        try:
            for _ in range(60):
                gone = [asyncio.create_task(api.retrieve(f"v{n}")) for n in range(10)]
                await asyncio.sleep(rng.uniform(0, 0.004))
                for task in gone:
                    task.cancel()
                await asyncio.gather(*gone, return_exceptions=True)
            async with asyncio.timeout(10):
                kept = await asyncio.gather(*(api.retrieve(f"w{n}") for n in range(20)))
            assert len(kept) == 20
        finally:
            await api.aclose()


async def test_rows_removed_while_polled_leave_the_pool_usable(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = False
        here.gateway.video("kept", progress=7)
        for round_ in range(40):
            names = [f"v{round_}-{n}" for n in range(8)]
            here.monitor.add(names)
            here.monitor.gateways["default"].poller.start_due()
            await asyncio.sleep(0)
            here.monitor.remove(keys(*names))
            here.clock.advance(3)
        await here.watch("kept")
        await here.look(after=5)
        assert here.row("kept").video.progress == 7  # type: ignore[union-attr]
        assert ids(here.monitor.rows) == ["kept"]


async def test_repeatedly_cancelled_downloads_leave_nothing_behind(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path, max_downloads=2) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag='"v1"')
        here.gateway.fault("/v1/videos/a/content", cut(VIDEO_ANSWER, 3000, HANG), times=30)
        await here.watch("a")
        for count in range(30):
            here.download("a")
            await here.asked_for_content(count + 1)
            here.monitor.cancel(keys("a"))
            await until(lambda: not here.threads)
            here.clock.advance(1)
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


@pytest.mark.parametrize("where", ["before the headers", "in the body"])
async def test_cancelling_a_stalled_download_starts_the_next_at_once(
    tmp_path: Path, where: str
) -> None:
    async with faulty_watch(tmp_path, max_downloads=1) as here:
        here.gateway.file("stuck", DATA, expires_at=int(here.clock.time()) + 600)
        here.gateway.file("next", DATA)
        at = 9 if where == "before the headers" else 9000
        here.gateway.fault("/v1/videos/stuck/content", cut(VIDEO_ANSWER, at, HANG))
        await here.watch("stuck", "next")
        here.download("stuck", "next")
        await until(lambda: bool(here.gateway.asked("stuck/content")))
        if where == "in the body":
            await until(lambda: here.received("stuck") > 0)
        async with asyncio.timeout(3):  # the read timeout is 30 seconds
            here.monitor.cancel(keys("stuck"))
            await here.saved("next")
            await until(lambda: not here.threads)
        assert here.files == {"next.mp4": DATA}


async def test_cancelling_during_name_resolution_does_not_block_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, found = threading.Event(), threading.Event()
    resolve = socket.getaddrinfo

    def slow(host: Any, *args: Any, **more: Any) -> Any:
        if host != "stuck.example":
            return resolve(host, *args, **more)
        looking.set()
        found.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with faulty_watch(tmp_path, max_downloads=1) as here:
        here.gateway.file("stuck", DATA, expires_at=int(here.clock.time()) + 600)
        here.gateway.file("next", DATA)
        here.gateway.fault(
            "/v1/videos/stuck/content", answer(302, location="http://stuck.example/")
        )
        await here.watch("stuck", "next")
        here.download("stuck", "next")
        await asyncio.to_thread(looking.wait, 5)
        here.monitor.cancel(keys("stuck"))
        await here.saved("next")
        assert "download stuck" in here.threads
        found.set()
        await until(lambda: not here.threads)


@pytest.mark.parametrize("end", [CLOSE, RESET])
async def test_a_stale_connection_is_one_silent_retry(tmp_path: Path, end: End) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        here.gateway.fault("/v1/videos/a", [end])
        here.gateway.video("a", progress=60)
        await here.look(after=15)
        assert here.row("a").video.progress == 60  # type: ignore[union-attr]
        assert (here.state, here.row("a").failures) == (GatewayState.ONLINE, 0)
        assert [r.connection for r in here.gateway.asked_about("a")] == [1, 1, 2]


async def test_a_request_that_is_always_cut_is_retried_only_once() -> None:
    with FaultServer(in_turn(json_answer(RUNNING), CLOSE)) as server:
        api = Api(server.url, "oh-x", environ={})
        try:
            await api.retrieve("a")
            with pytest.raises(Unreachable, match="cut the connection"):
                await api.retrieve("a")
            assert [r.connection for r in server.requests] == [1, 1, 2]
        finally:
            await api.aclose()


OTHER = json_answer(RUNNING | {"id": "other", "status": "success", "progress": 100})


@pytest.mark.parametrize(
    "unrequested",
    [
        OTHER,
        OTHER * 3,
        b"garbage",
        b"\r\n\r\n\0\0",
        answer(500, b"oops"),
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + OTHER,
    ],
    ids=["another answer", "three", "garbage", "blanks", "an error", "half a head", "after 103"],
)
async def test_bytes_after_a_response_are_not_the_next_response(unrequested: bytes) -> None:
    first = json_answer(RUNNING | {"progress": 1})
    second = json_answer(RUNNING | {"progress": 2})
    with FaultServer(in_turn(first + unrequested, second)) as server:
        api = Api(server.url, "oh-x", environ={})
        try:
            assert (await api.retrieve("a")).video.progress == 1
            got = (await api.retrieve("b")).video
            assert (got.status, got.progress) == (Status.GENERATING, 2)
        finally:
            await api.aclose()


async def test_bytes_sent_between_requests_are_not_a_response() -> None:
    with FaultServer(in_turn(json_answer(RUNNING), json_answer(RUNNING))) as server:
        api = Api(server.url, "oh-x", environ={})
        try:
            await api.retrieve("a")
            server.push(OTHER)
            await asyncio.sleep(0.01)
            assert (await api.retrieve("b")).video.status is Status.GENERATING
        finally:
            await api.aclose()


@pytest.mark.parametrize("status", [204, 205, 304])
async def test_an_unexpected_body_does_not_spoil_the_next_response(status: int) -> None:
    bodied = answer(status, b'{"id": "x", "status": "success"}', ("content-length", "32"))
    with FaultServer(in_turn(bodied, json_answer(RUNNING))) as server:
        api = Api(server.url, "oh-x", environ={})
        try:
            with pytest.raises(Exception, match=r"."):
                await api.retrieve("a")
            assert (await api.retrieve("b")).video.status is Status.GENERATING
        finally:
            await api.aclose()


ODD = {
    "HTTP/1.0": answer(200, b'{"id": "a", "status": "processing"}', version="HTTP/1.0"),
    "greetings first": b"HTTP/1.1 100 Continue\r\n\r\n" + GREETINGS * 20 + json_answer(RUNNING),
    "chunk extensions and trailers": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        b'23;x="y"\r\n{"id": "a", "status": "processing"}\r\n0\r\nx-trailer: 1\r\n\r\n'
    ),
    "both lengths": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n"
        + chunked(b'{"id": "a", "status": "processing"}')
    ),
    "the same length twice": answer(
        200, b'{"id": "a", "status": "processing"}', ("Content-Length", "35"), content_length="35"
    ),
}


@pytest.mark.parametrize("whole", ODD.values(), ids=ODD.keys())
async def test_unusual_but_complete_responses_are_read(whole: bytes) -> None:
    with FaultServer(lambda _: [whole, CLOSE]) as server:
        api = Api(server.url, "oh-x", environ={})
        try:
            assert (await api.retrieve("a")).video.status is Status.GENERATING
        finally:
            await api.aclose()


OK = b"HTTP/1.1 200 OK\r\n"
BODY = b'{"id": "a", "status": "success"}'
BROKEN = {
    "a length below zero": OK + b"content-length: -1\r\n\r\n" + BODY,
    "a length that is no number": OK + b"content-length: many\r\n\r\n" + BODY,
    "an absurd length": OK + b"content-length: " + b"9" * 30 + b"\r\n\r\n" + BODY,
    "two lengths": OK + b"content-length: 32\r\ncontent-length: 31\r\n\r\n" + BODY,
    "a length too short": OK + b"content-length: 20\r\n\r\n" + BODY,
    "a length too long": OK + b"content-length: 99\r\n\r\n" + BODY,
    "a bad chunk size": OK + b"transfer-encoding: chunked\r\n\r\nxyz\r\n" + BODY,
    "a chunk size below zero": OK + b"transfer-encoding: chunked\r\n\r\n-5\r\n" + BODY,
    "a huge chunk header": OK + b"transfer-encoding: chunked\r\n\r\n5;" + b"x" * 300_000,
    "a missing last chunk": OK + b"transfer-encoding: chunked\r\n\r\n" + chunked(BODY, last=b""),
    "an unknown coding": OK + b"transfer-encoding: rot13\r\ncontent-length: 32\r\n\r\n" + BODY,
    "a header line of a megabyte": OK + b"x: " + b"y" * 2**20 + b"\r\ncontent-length: 32\r\n\r\n",
    "ten thousand headers": OK + b"x-header: 1234567890\r\n" * 10_000 + b"\r\n" + BODY,
    "no status": b"HTTP/1.1\r\n\r\n" + BODY,
    "status 0": b"HTTP/1.1 0 What\r\n\r\n" + BODY,
    "status 999": b"HTTP/1.1 999 What\r\ncontent-length: 32\r\n\r\n" + BODY,
    "switching protocols": b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n" + BODY,
    "a name without a colon": OK + b"nonsense\r\n\r\n" + BODY,
    "a header of NULs": OK + b"x: \0\0\r\n\r\n" + BODY,
    "nothing but blank lines": b"\r\n" * 300_000,
    "a page without any head": b"<html>" + BODY,
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_invalid_http_changes_no_row(tmp_path: Path, broken: bytes) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        here.gateway.video("b", progress=50)
        await here.watch("a", "b")
        here.gateway.fault("/v1/videos/a", [broken, CLOSE])
        await here.look(after=15)
        row = here.row("a")
        assert row.video is not None
        assert (row.status, row.video.progress) == (Status.GENERATING, 50)
        here.gateway.video("a", progress=60)
        here.gateway.video("b", progress=60)
        await here.look(after=15, times=3)
        assert {w.video.progress for w in here.monitor.rows.values() if w.video} == {60}
        assert here.state is GatewayState.ONLINE


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_invalid_http_is_never_saved_as_a_video(tmp_path: Path, broken: bytes) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault("/v1/videos/a/content", [broken, CLOSE])
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files in ({}, {"a.mp4": DATA})
        if here.files == {}:
            here.download("a")
            await here.saved("a")
            assert here.files == {"a.mp4": DATA}
