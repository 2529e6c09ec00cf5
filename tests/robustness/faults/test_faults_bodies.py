"""Faults while downloading: bodies without a length, broken or too large, and the order.

The whole monitor over real sockets; which MP4 is complete is in tests/unit/model/test_mp4.py.
"""

from __future__ import annotations

import gzip
import random
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.download.attempts import download
from hingtui.download.interface import DownloadJob, Limits
from hingtui.download.progress import Progress
from hingtui.model.errors import BadResponse, Corrupt, TooLarge
from tests.robustness.faults.downloads import (
    DATA,
    ETAG,
    HALF,
    OTHER,
    download_file,
    error_of,
    failing_download,
    half,
    ranges,
)
from tests.robustness.faults.faulty_watch import faulty_watch
from tests.servers.files import Reply, respond_with
from tests.servers.sockets import CLOSE, Answer, FaultServer, Part, Request, answer, chunked
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import FTYP, box, full, moov, mp4

UNSTATED = ["chunked", "unstated"]


@pytest.mark.parametrize("length", UNSTATED)
@pytest.mark.parametrize("at", [1, 7, 8, 100, HALF, len(DATA) - 1])
async def test_a_body_cut_without_an_error_is_not_accepted(
    tmp_path: Path, length: str, at: int
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag=ETAG)

        def early(request: Request) -> Iterator[Part]:
            return respond_with(Reply(length=length, cut=at, end=None, etag=ETAG), DATA, request)

        await download_file(here, early)
        assert here.files == {"a.mp4": DATA}


@pytest.mark.parametrize("lie", [5, HALF, len(DATA) - 1, len(DATA) + 1, 10**17])
async def test_chunked_encoding_outranks_a_wrong_length(tmp_path: Path, lie: int) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {lie}\r\ntransfer-encoding: chunked\r\n\r\n"
        await download_file(here, [head.encode() + chunked(DATA[:HALF], DATA[HALF:]), CLOSE])
        assert (here.files, len(ranges(here))) == ({"a.mp4": DATA}, 1)


@pytest.mark.parametrize("length", UNSTATED)
@pytest.mark.parametrize("ends_with_index", [True, False])
async def test_a_body_that_is_always_cut_is_kept_unverified(
    tmp_path: Path, length: str, ends_with_index: bool
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", mp4(60_000, index_first=not ends_with_index))
        here.gateway.replies["a"] = Reply(
            length=length, cut=HALF, end=None, ranges=False, etag=None
        )
        await download_file(here)
        assert here.files == {}
        assert [path.suffix for path in here.folder.iterdir()] == [".unverified"]


def fragmented(count: int) -> bytes:
    """A fragmented file, which can be cut between two fragments without a broken box."""
    rng = random.Random(count)  # noqa: S311 - noise
    index = moov([], [])
    index = box(b"moov", index[8:], box(b"mvex", full(b"trex", bytes(20))))
    one = box(b"moof", full(b"mfhd", struct.pack(">I", 1))) + box(b"mdat", rng.randbytes(5000))
    return FTYP + index + one * count


FILM = fragmented(10)
TO_A_SEAM = len(fragmented(4))


@pytest.mark.parametrize("ranged", [True, False])
@pytest.mark.parametrize("length", UNSTATED)
async def test_a_fragmented_file_cut_between_fragments_is_resumed(
    tmp_path: Path, length: str, ranged: bool
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", FILM)
        here.gateway.replies["a"] = Reply(length=length, ranges=ranged, etag=None)

        def early(request: Request) -> Iterator[Part]:
            return respond_with(
                Reply(length=length, cut=TO_A_SEAM, end=None, etag=None), FILM, request
            )

        await download_file(here, early)
        assert here.files == {"a.mp4": FILM}


async def test_a_fragmented_file_of_known_length_is_requested_once(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", FILM)
        await download_file(here)
        assert (here.files, len(ranges(here))) == ({"a.mp4": FILM}, 1)


MDAT = DATA.index(b"mdat") - 4
BROKEN = {
    "noise": random.Random(5).randbytes(len(DATA)),  # noqa: S311
    "zeros": bytes(len(DATA)),
    "the last picture missing": DATA[:MDAT]
    + struct.pack(">I", len(DATA) - MDAT - 9)
    + DATA[MDAT + 4 : -9],
    "packed without a word": gzip.compress(DATA),
    "only a beginning": FTYP,
    "nothing": b"",
    "the index of another": mp4(90_000)[: len(DATA)],
    "pieces with their headers": b"\0--x\r\nContent-Range: bytes 0-9/10\r\n\r\n" + DATA,
}


STRANGE = {"noise", "packed without a word", "pieces with their headers"}
"""What is no MP4 at all, and so cannot be called broken."""
CUT_MP4 = {name: body for name, body in BROKEN.items() if name not in STRANGE}


@pytest.mark.parametrize("body", CUT_MP4.values(), ids=CUT_MP4.keys())
async def test_a_file_broken_once_is_downloaded_again(tmp_path: Path, body: bytes) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await download_file(here, answer(200, body, content_type="video/mp4", etag=ETAG))
        assert here.files == {"a.mp4": DATA}


@pytest.mark.parametrize("name", sorted(BROKEN.keys() - {"nothing"}))
async def test_a_file_that_stays_broken_is_kept_unverified(tmp_path: Path, name: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", BROKEN[name])
        await download_file(here)
        assert here.files == {}
        assert [path.read_bytes() for path in here.folder.iterdir()] == [BROKEN[name]]
        assert here.row("a").saved is not None
        assert not here.row("a").is_verified
        assert len(ranges(here)) <= (1 if name in STRANGE else 6)


@pytest.mark.slow
async def test_a_file_that_changes_until_it_expires_is_kept_unverified(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA, expires_at=int(here.clock.time()) + 600)
        lengths = iter(range(9000, 59_000, 7))

        def growing(_request: Request) -> bytes:
            return answer(200, DATA[: next(lengths)], content_type="video/mp4")

        await download_file(here, *[growing] * 500)
        assert [path.suffix for path in here.folder.iterdir()] == [".unverified"]


@pytest.mark.slow
async def test_an_empty_file_is_retried_until_it_expires(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", b"", expires_at=int(here.clock.time()) + 900)
        await download_file(here)
        assert isinstance(error_of(here), Corrupt)
        assert not list(here.folder.iterdir())


@pytest.mark.parametrize("status", [200, 206])
async def test_a_multipart_response_is_refused(tmp_path: Path, status: int) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        body = b"\0\0\r\n--x\r\nContent-Range: bytes 0-59999/60000\r\n\r\n" + DATA
        response = answer(status, body, content_type="Multipart/ByteRanges; boundary=x")
        assert isinstance(await failing_download(here, response), BadResponse)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x-unknown"])
async def test_a_compressed_video_is_never_saved(tmp_path: Path, coding: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        packed = answer(200, gzip.compress(DATA), content_type="video/mp4", content_encoding=coding)
        assert isinstance(await failing_download(here, packed), BadResponse)


@pytest.mark.parametrize(
    "coding",
    ["identity", "Identity", " ", "aws-chunked", "none", "binary", "UTF-8", "identity, identity"],
)
async def test_an_encoding_that_is_no_compression_is_ignored(tmp_path: Path, coding: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await download_file(
            here, answer(200, DATA, content_type="video/mp4", content_encoding=coding)
        )
        assert (here.files, len(ranges(here))) == ({"a.mp4": DATA}, 1)


async def test_a_range_longer_than_stated_restarts_the_download(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        more = answer(
            206,
            OTHER * 20,
            content_type="video/mp4",
            etag=ETAG,
            content_range=f"bytes {HALF}-{len(DATA) - 1}/{len(DATA)}",
        )
        await download_file(here, half(etag=ETAG), more)
        assert here.files == {"a.mp4": DATA}
        assert ranges(here)[-1] is None


def endless(request: Request) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n" + FTYP
    yield struct.pack(">I4sQ", 1, b"mdat", 2**60)
    while True:
        yield bytes(2**16)


@pytest.mark.parametrize(
    "response",
    [
        endless,
        answer(200, DATA, content_type="video/mp4", content_length=str(10**17)),
        answer(200, DATA, content_type="video/mp4", content_length="30000000001"),
    ],
    ids=["endless", "an absurd promise", "past the cap"],
)
def test_a_file_over_the_size_limit_is_refused(
    tmp_path: Path, response: Answer | Callable[[Request], Answer]
) -> None:
    def respond(request: Request) -> Answer:
        return response(request) if callable(response) else response

    with FaultServer(respond) as server:
        api = Api(server.url, "oh-x", environ={})
        limits = Limits(max_bytes=10**6) if response is endless else Limits()
        job = DownloadJob(
            api,
            key("a"),
            tmp_path,
            progress=Progress(),
            cancelled=threading.Event(),
            clock=FakeClock(),
            limits=limits,
        )
        with pytest.raises(TooLarge):
            download(job)
        assert [p.name for p in tmp_path.iterdir() if p.stat().st_size] == []


async def test_videos_that_expire_first_are_downloaded_first(
    tmp_path: Path,
) -> None:
    names = [f"v{n:02}" for n in range(12)]
    lifetimes = random.Random(9).sample(range(600, 3600), 12)  # noqa: S311
    open_now: set[str] = set()
    most = 0
    guard = threading.Lock()

    def counted(name: str) -> Callable[[Request], Iterator[Part]]:
        def respond(request: Request) -> Iterator[Part]:
            nonlocal most
            with guard:
                open_now.add(name)
                most = max(most, len(open_now))
            yield from respond_with(Reply(etag=ETAG), DATA, request)
            with guard:
                open_now.discard(name)

        return respond

    async with faulty_watch(tmp_path, auto_download=True, max_downloads=3) as here:
        for name in names:
            here.gateway.video(name)
        await here.watch(*names)
        now = int(here.clock.time())
        for name, life in zip(names, lifetimes, strict=True):
            here.gateway.file(name, DATA, expires_at=now + life)
            here.gateway.fault(f"/v1/videos/{name}/content", counted(name), times=1)
        await here.look(after=5, times=8)
        await here.saved(*names)
        assert len(here.files) == 12
        assert most <= 3
        soonest = [name for _, name in sorted(zip(lifetimes, names, strict=True))]
        came = [target.split("/")[3] for target in here.gateway.asked("/content")]
        # A thread of the gateway can be late, so that others are served before it.
        assert all(abs(came.index(n) - soonest.index(n)) <= 4 for n in names)
