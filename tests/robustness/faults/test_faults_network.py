"""Faults of the network: refused, cut and slow connections, certificates and proxies.

The whole monitor over real sockets; single requests are in tests/unit/api, single downloads in
tests/unit/download.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.model.errors import BadCertificate, Slow, Stalled, Unreachable
from hingtui.model.video import Status
from hingtui.monitor import DownloadState, GatewayState
from hingtui.monitor.gateway import Gateway
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.files import Reply
from tests.servers.sockets import (
    CERTIFICATES,
    CLOSE,
    HANG,
    RESET,
    End,
    FaultServer,
    Names,
    Part,
    Request,
    answer,
    cut,
    in_turn,
    json_answer,
    trickle,
)
from tests.support.clock import FakeClock
from tests.support.mp4 import mp4

DATA = mp4(60_000)
RUNNING = {"id": "a", "object": "video", "status": "processing", "progress": 50}
TRUST = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}


def endless(head: bytes, more: bytes) -> Callable[[Request], Iterator[bytes]]:
    def respond(_: Request) -> Iterator[bytes]:
        yield head
        while True:
            yield more

    return respond


def refuse(here: FaultyWatch, _: Names) -> None:
    here.gateway.api.go_away()


def forget_the_name(here: FaultyWatch, names: Names) -> None:
    names.addresses.clear()
    here.gateway.api.hang_up()


def cut_the_handshake(here: FaultyWatch, _: Names) -> None:
    here.gateway.api.certificate = ""
    here.gateway.api.handle = lambda _sock: None
    here.gateway.api.hang_up()


def answer_the_handshake_in_plain_text(here: FaultyWatch, _: Names) -> None:
    here.gateway.api.certificate = ""
    here.gateway.api.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    here.gateway.api.hang_up()


@pytest.mark.parametrize(
    "go", [refuse, forget_the_name, cut_the_handshake, answer_the_handshake_in_plain_text]
)
async def test_an_unreachable_gateway_is_offline_and_keeps_the_last_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, go: Callable[[FaultyWatch, Names], None]
) -> None:
    names = Names(monkeypatch)
    names.addresses["localhost"] = "127.0.0.1"
    is_tls = go not in (refuse, forget_the_name)
    certificate = "good.pem" if is_tls else ""
    host = "localhost" if go is forget_the_name else "127.0.0.1"
    async with faulty_watch(tmp_path, environ=TRUST, certificate=certificate, host=host) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        assert here.row("a").status is Status.GENERATING
        go(here, names)
        await here.look(after=15)
        since = here.gateway_status.since
        await here.look(after=10, times=20)
        assert here.state is GatewayState.OFFLINE
        assert isinstance(here.gateway_status.error, Unreachable)
        assert here.gateway_status.since == since
        assert since is not None
        assert 100 < here.monitor.now() - since <= 200
        row = here.row("a")
        assert (row.status, row.video and row.video.progress) == (Status.GENERATING, 50)
        assert row.last_error is None  # it is the gateway's error, shown once and not on every row


async def test_a_gateway_that_returns_is_online_again(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        here.gateway.api.go_away()
        await here.look(after=10, times=20)
        here.gateway.api.come_back()
        here.gateway.video("a", progress=60)
        await here.look(after=40, times=3)
        assert here.state is GatewayState.ONLINE
        assert here.row("a").video.progress == 60  # type: ignore[union-attr]


async def test_an_unreachable_gateway_is_polled_less_and_less(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        names = [f"v{n}" for n in range(30)]
        for name in names:
            here.gateway.video(name)
        here.gateway.has_list = False
        await here.watch(*names)
        here.gateway.api.handle = lambda _sock: None
        here.gateway.api.hang_up()
        before = here.gateway.api.connections
        attempts: list[float] = []
        for second in range(600):
            await here.look(after=1)
            if here.gateway.api.connections > before:
                before = here.gateway.api.connections
                attempts.append(float(second))
        gaps = [later - earlier for earlier, later in pairwise(attempts)]
        assert len(attempts) < 25
        assert 40 <= gaps[-1] <= 80
        assert max(gaps[:3]) < 10


def test_several_dashboards_retry_at_different_times() -> None:
    pauses = set()
    for seed in range(8):
        gateway = Gateway(FakeClock(), random.Random(seed), lambda: None)  # noqa: S311 - jitter
        gateway.failed("a", Unreachable(), active=1, watched=1)
        pauses.add(round(gateway.probe_in(0.0), 3))
    assert len(pauses) == 8


async def test_a_download_resumes_when_its_gateway_returns(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await here.watch("a")
        here.gateway.api.go_away()
        here.download("a")
        await here.put_off("a")
        here.gateway.api.come_back()
        here.clock.advance(20)
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        ("expired.pem", "expired.pem", "expired"),
        ("other-host.pem", "other-host.pem", "not valid for"),
        ("good.pem", "other-host.pem", "self-signed"),
    ],
)
async def test_a_bad_certificate_is_a_clear_error_and_never_accepted(
    tmp_path: Path, certificate: str, trusted: str, reason: str
) -> None:
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / trusted), "PYTHONHTTPSVERIFY": "0"}
    async with faulty_watch(tmp_path, environ=environ, certificate=certificate) as here:
        here.gateway.video("a")
        await here.watch("a")
        await here.look(after=60, times=10)
        assert isinstance(here.gateway_status.error, BadCertificate)
        assert reason in here.gateway_status.error.message
        assert here.gateway.requests == []
        assert here.state is GatewayState.OFFLINE


async def test_an_expired_storage_certificate_stops_the_download(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path, environ=TRUST, certificate="good.pem") as here:
        here.gateway.file("a", DATA)
        await here.watch("a")
        here.gateway.redirects = True
        here.gateway.storage.certificate = "expired.pem"
        here.download("a")
        await here.put_off("a")
        assert isinstance(here.row("a").download.error, BadCertificate)  # type: ignore[union-attr]
        assert here.gateway.storage.requests == []
        here.gateway.storage.certificate = "good.pem"
        here.clock.advance(60)
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


VIDEO_ANSWER = answer(200, DATA, content_type="video/mp4", etag='"v1"')
HEAD = len(VIDEO_ANSWER) - len(DATA)


@pytest.mark.parametrize("end", [CLOSE, RESET])
@pytest.mark.parametrize("at", [1, 12, 30, HEAD - 3, HEAD - 1, HEAD + 1, HEAD + 20_000, -1])
async def test_a_download_cut_at_any_byte_is_resumed(tmp_path: Path, at: int, end: End) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag='"v1"')
        here.gateway.fault("/v1/videos/a/content", cut(VIDEO_ANSWER, at, end))
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        second = here.gateway.requests[-1].headers
        assert ("range" in second) is (at == -1 or at > HEAD)


@pytest.mark.parametrize("end", [CLOSE, RESET])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.999])
async def test_a_poll_response_cut_at_any_byte_changes_nothing(
    tmp_path: Path, share: float, end: End
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        whole = json_answer(RUNNING | {"progress": 99, "prompt": "x" * 200})
        here.gateway.fault("/v1/videos/a", cut(whole, int(len(whole) * share), end), times=2)
        await here.look(after=15)
        row = here.row("a")
        assert row.video is not None
        assert (row.status, row.video.progress) == (Status.GENERATING, 50)
        here.gateway.video("a", progress=60)
        await here.look(after=15, times=3)
        assert (row.video.progress, here.state) == (60, GatewayState.ONLINE)


@pytest.mark.slow
async def test_new_bytes_reset_the_number_of_tries(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(cut=1500)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        assert len(here.gateway.asked("/content")) > 30


def dripping(here: FaultyWatch, video_id: str) -> Reply:
    """100 bytes per second: after each piece that arrived, the clock advances half a minute."""
    seen = 0

    def pass_time() -> None:
        nonlocal seen
        gives_up_at = time.monotonic() + 0.05  # a client that left receives no more
        while here.received(video_id) <= seen and time.monotonic() < gives_up_at:
            here.gateway.api.stopping.wait(0.0005)
        seen = here.received(video_id)
        here.clock.advance(30)

    return Reply(piece=3000, between=pass_time)


async def test_a_very_slow_download_is_postponed_and_resumed(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = dripping(here, "a")
        await here.watch("a")
        here.download("a")
        await here.put_off("a")
        saving = here.row("a").download
        assert saving is not None
        assert isinstance(saving.error, Slow)
        got = saving.progress.received
        assert 0 < got < len(DATA)
        here.gateway.replies["a"] = Reply()
        here.clock.advance(10)
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        assert here.gateway.requests[-1].headers["range"] == f"bytes={got}-"


async def test_very_slow_downloads_do_not_block_others(tmp_path: Path) -> None:
    slow = [f"slow{n}" for n in range(3)]
    async with faulty_watch(tmp_path, max_downloads=3) as here:
        now = int(here.clock.time())
        for name in slow:  # they expire first, so they are downloaded first
            here.gateway.file(name, DATA, expires_at=now + 3000)
            here.gateway.replies[name] = dripping(here, name)
        here.gateway.file("quick", DATA)
        await here.watch(*slow, "quick")
        here.download(*slow, "quick")
        await here.saved("quick")
        assert "quick.mp4" in here.files
        for name in slow:
            here.gateway.replies[name] = Reply()
        here.clock.advance(10)
        await here.saved(*slow)
        assert len(here.files) == 4


async def test_a_slow_download_is_retried_after_all_others(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path, max_downloads=1) as here:
        now = int(here.clock.time())
        here.gateway.file("slow", DATA, expires_at=now + 3000)
        here.gateway.replies["slow"] = dripping(here, "slow")
        for name in ("one", "two"):
            here.gateway.file(name, DATA)
            here.gateway.replies[name] = Reply(midway=lambda: here.clock.advance(20))
        await here.watch("slow", "one", "two")
        here.download("slow", "one", "two")
        await here.put_off("slow")
        here.gateway.replies["slow"] = Reply()
        await here.saved("slow", "one", "two")
        came = [target.split("/")[3] for target in here.gateway.asked("/content")]
        assert came == ["slow", "one", "two", "slow"]


async def test_a_slow_download_without_ranges_fails_with_a_reason(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        drips = dripping(here, "a")
        here.gateway.replies["a"] = replace(drips, ranges=False)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.save_state("a") is DownloadState.FAILED
        assert type(here.row("a").download.error) is Stalled  # type: ignore[union-attr]
        assert 5 <= len(here.gateway.asked("/content")) < 20


@pytest.mark.slow
async def test_a_slow_download_continues_until_its_expiry(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", mp4(400_000), expires_at=int(here.clock.time()) + 1800)
        here.gateway.replies["a"] = dripping(here, "a")
        await here.watch("a")
        here.download("a")
        began = here.clock.monotonic()
        await here.saved("a")
        saving = here.row("a").download
        assert saving is not None
        assert type(saving.error) is Stalled
        assert 1800 <= here.clock.monotonic() - began < 2100
        assert saving.progress.received > 100_000
        assert here.files == {}


@pytest.mark.slow
async def test_responses_cut_after_a_few_bytes_count_as_slow(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(cut=50)
        await here.watch("a")
        here.download("a")
        await here.put_off("a")
        assert isinstance(here.row("a").download.error, Slow)  # type: ignore[union-attr]


async def test_a_stalled_download_times_out_and_is_resumed(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path, api={"read_timeout": 0.1}) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag='"v1"')
        here.gateway.fault("/v1/videos/a/content", lambda _: HANG)
        here.gateway.fault("/v1/videos/a/content", cut(VIDEO_ANSWER, HEAD + 30_000, HANG))
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        assert len(here.gateway.asked("/content")) == 3
        assert here.gateway.requests[-1].headers["range"] == "bytes=30000-"


HEADERS = b"HTTP/1.1 200 OK\r\nx: "
GREETINGS = b"HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n"


@pytest.mark.parametrize("is_kept", [False, True], ids=["new connection", "kept connection"])
@pytest.mark.parametrize("kind", ["drops", "greetings", "silence"])
async def test_endless_headers_time_out_on_new_and_kept_connections(
    is_kept: bool, kind: str
) -> None:
    def stuck(_: Request) -> Iterator[Part]:
        if kind == "drops":
            yield from trickle(server, HEADERS)
        while kind == "greetings" and not server.stopping.wait(0.01):
            yield GREETINGS
        yield HANG

    good = json_answer(RUNNING)
    answers = in_turn(good, stuck, good) if is_kept else in_turn(stuck, good)
    with FaultServer(answers) as server:
        api = Api(server.url, "oh-x", environ={}, connect_timeout=0.15, read_timeout=0.15)
        try:
            if is_kept:
                await api.retrieve("a")
            async with asyncio.timeout(5):
                with pytest.raises(Unreachable, match="nothing for too long"):
                    await api.retrieve("a")
            assert [r.connection for r in server.requests] == ([1, 1] if is_kept else [1])
            assert (await api.retrieve("a")).video.progress == 50
        finally:
            await api.aclose()


async def test_closing_ends_a_request_on_a_kept_connection_at_once() -> None:
    asked = threading.Event()

    def hang(_: Request) -> Part:
        asked.set()
        return HANG

    with FaultServer(in_turn(json_answer(RUNNING), hang)) as server:
        api = Api(server.url, "oh-x", environ={})
        await api.retrieve("a")
        question = asyncio.create_task(api.retrieve("a"))
        await asyncio.to_thread(asked.wait, 5)
        async with asyncio.timeout(1):
            await api.aclose()
            with pytest.raises(Unreachable):
                await question


@pytest.mark.parametrize("etag", ['"v1"', 'W/"v1"', None])
@pytest.mark.parametrize("length", ["stated", "chunked"])
async def test_a_download_cut_at_every_response_is_completed(
    tmp_path: Path, etag: str | None, length: str
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        minute = Reply(cut=len(DATA) // 6, length=length, etag=etag)
        here.gateway.replies["a"] = minute
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_without_ranges_a_download_always_cut_fails_with_a_reason(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(cut=len(DATA) // 2, ranges=False)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        saving = here.row("a").download
        assert saving is not None
        assert saving.state is DownloadState.FAILED
        assert "30 kB" in str(saving.error)
        assert here.files == {}


@pytest.mark.slow
async def test_a_list_that_is_always_cut_falls_back_to_single_polling(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        names = [f"v{n:02}" for n in range(20)]
        for name in names:
            here.gateway.video(name, progress=30)
        whole = json_answer({"object": "list", "data": list(here.gateway.videos.values())})
        here.gateway.fault("/v1/videos?", cut(whole, len(whole) // 2), times=99)
        await here.watch(*names)
        await here.look(after=5, times=30)
        progress = {w.video.progress for w in here.monitor.rows.values() if w.video}
        assert progress == {30}


@pytest.mark.parametrize(
    "variables",
    [
        {"ALL_PROXY": "socks://127.0.0.1:9"},
        {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "localhost,[::1]"},
        {"http_proxy": "not a proxy at all", "HTTPS_PROXY": "://"},
        {"ALL_PROXY": "socks4://127.0.0.1:9", "NO_PROXY": "*:x"},
        {"HTTP_PROXY": "http://user:p%40ss@127.0.0.1:99999"},
    ],
)
async def test_a_gateway_on_loopback_ignores_the_proxy_variables(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    async with faulty_watch(tmp_path, environ=variables) as here:
        here.gateway.redirects = True
        here.gateway.file("a", DATA)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert (here.files, here.state) == ({"a.mp4": DATA}, GatewayState.ONLINE)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"HTTPS_PROXY": "http://me:pa55@{dead}"},
            "The proxy HTTPS_PROXY ({dead}) does not respond",
        ),
        ({"all_proxy": "socks://{dead}"}, "The proxy all_proxy ({dead}) does not respond"),
        ({"HTTPS_PROXY": "http://host:port"}, "HTTPS_PROXY holds no usable proxy address"),
        ({"ALL_PROXY": "ftp://host"}, "ALL_PROXY names a proxy of the kind “ftp”"),
    ],
)
async def test_a_dead_proxy_is_one_error_of_the_gateway(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    with FaultServer() as dead:
        dead.go_away()
        place = f"127.0.0.1:{dead.port}"
        environ = {name: value.replace("{dead}", place) for name, value in variables.items()}
        async with faulty_watch(
            tmp_path, base_url="https://gateway.example", environ=environ
        ) as here:
            await here.watch("a")
            error = here.gateway_status.error
            assert here.state is GatewayState.OFFLINE
            assert isinstance(error, Unreachable)
            assert error.message.startswith(sentence.replace("{dead}", place))
            assert "pa55" not in error.message
            assert here.row("a").last_error is None
