"""Faults while downloading: ranges, "not ready", and text instead of a video.

The whole monitor over real sockets. Bodies: test_faults_bodies.py; redirects and signed links:
test_faults_redirects.py; single steps: tests/unit/download, tests/unit/api/test_content.py.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.download.interface import Limits
from hingtui.model.errors import BadResponse, NotReady
from hingtui.monitor import DownloadState
from tests.robustness.faults.downloads import (
    CONTENT,
    DATA,
    ETAG,
    HALF,
    OTHER,
    download_file,
    error_of,
    failing_download,
    half,
    piece,
    ranges,
)
from tests.robustness.faults.faulty_watch import faulty_watch
from tests.servers.files import Reply, respond_with
from tests.servers.sockets import RESET, Answer, Part, Request, answer, chunked, json_answer
from tests.support.mp4 import mp4


@pytest.mark.parametrize("validator", [{"etag": ETAG}, {"etag": 'W/"v1"'}, {}])
async def test_a_partial_response_that_fits_is_appended(
    tmp_path: Path, validator: dict[str, str]
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag=validator.get("etag"))
        await download_file(here, half(**validator))
        assert here.files == {"a.mp4": DATA}
        asked = ranges(here)
        assert len(asked) == 2
        assert asked[1] is not None
        assert HALF - 17_000 < int(asked[1][6:-1]) <= HALF


async def test_a_part_of_an_earlier_run_is_resumed(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault(CONTENT, half(etag=ETAG))
        here.gateway.fault(CONTENT, answer(429, retry_after="3000"))
        await here.watch("a")
        here.download("a")
        await here.put_off("a")
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag=ETAG)
        await download_file(here)
        assert here.files == {"a.mp4": DATA}
        assert ranges(here) == [f"bytes={HALF}-"]
        assert here.gateway.requests[-1].headers["if-range"] == ETAG


async def test_ranges_shorter_than_requested_add_up(tmp_path: Path) -> None:
    def some(request: Request) -> bytes:
        start = int(request.headers.get("range", "bytes=0-")[6:-1])
        end = min(len(DATA), start + 9000)
        headers = {"content_range": f"bytes {start}-{end - 1}/{len(DATA)}", "etag": ETAG}
        return answer(206, DATA[start:end], content_type="video/mp4", **headers)

    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await download_file(here, *[some] * 9)
        assert here.files == {"a.mp4": DATA}


LONGER = mp4(61_000, seed=3)
MISMATCHES: dict[str, tuple[bytes, bytes]] = {
    "200": (answer(200, OTHER, content_type="video/mp4"), OTHER),
    "200 with a Content-Range": (
        answer(200, OTHER, content_type="video/mp4", content_range=f"bytes {HALF}-59999/60000"),
        OTHER,
    ),
    "later": (piece(HALF + 7, OTHER, etag=ETAG), OTHER),
    "earlier": (piece(HALF - 7, OTHER, etag=ETAG), OTHER),
    "from 0": (piece(0, OTHER, etag=ETAG), OTHER),
    "longer, same ETag": (piece(HALF, LONGER, etag=ETAG), LONGER),
    "same length, other ETag": (piece(HALF, OTHER, etag='"v2"'), OTHER),
    "weak now": (piece(HALF, OTHER, etag='W/"v1"'), OTHER),
    "no ETag any more": (piece(HALF, OTHER), OTHER),
    "no Content-Range": (answer(206, OTHER[HALF:], content_type="video/mp4", etag=ETAG), OTHER),
    "nonsense": (piece(HALF, OTHER, "some of it", etag=ETAG), OTHER),
    "other units": (piece(HALF, OTHER, f"lines {HALF}-59999/60000", etag=ETAG), OTHER),
    "end before start": (piece(HALF, OTHER, f"bytes {HALF}-5/60000", etag=ETAG), OTHER),
    "end past the whole": (piece(HALF, OTHER, f"bytes {HALF}-59999/500", etag=ETAG), OTHER),
    "several pieces": (
        answer(206, b"--x\r\n\r\n" + OTHER, content_type="multipart/byteranges; boundary=x"),
        OTHER,
    ),
    "packed": (piece(HALF, OTHER, etag=ETAG, content_encoding="gzip"), OTHER),
    "words": (json_answer({"error": "no ranges here"}, 206), OTHER),
    "no content": (answer(204), OTHER),
    "not modified": (answer(304), OTHER),
}


@pytest.mark.parametrize(("response", "now"), MISMATCHES.values(), ids=MISMATCHES.keys())
async def test_a_response_that_does_not_fit_the_part_restarts_it(
    tmp_path: Path, response: bytes, now: bytes
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", now)  # the file has changed since the first half came
        here.gateway.replies["a"] = Reply(etag='"v2"')
        await download_file(here, half(etag=ETAG), response)
        assert here.files == {"a.mp4": now}


@pytest.mark.parametrize("first", [{}, {"etag": 'W/"v1"'}, {"etag": "v1"}])
@pytest.mark.parametrize("then", [None, 'W/"v1"', 'W/"v2"', '"v2"'])
async def test_without_a_validator_a_changed_file_is_noticed_by_its_bytes(
    tmp_path: Path, first: dict[str, str], then: str | None
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", OTHER)
        here.gateway.replies["a"] = Reply(etag=then)
        await download_file(here, half(**first))
        assert here.files == {"a.mp4": OTHER}


async def test_a_changed_weak_etag_restarts_the_download(
    tmp_path: Path,
) -> None:
    now = OTHER[:1000] + DATA[1000:]
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", now)
        here.gateway.replies["a"] = Reply(etag='W/"v2"')
        await download_file(here, half(etag='W/"v1"'))
        assert here.files == {"a.mp4": now}


async def test_a_weak_etag_is_never_sent_in_if_range(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(etag='W/"v1"')
        await download_file(here, half(etag='W/"v1"'))
        assert all("if-range" not in request.headers for request in here.gateway.requests)
        assert here.files == {"a.mp4": DATA}


async def test_an_always_changing_etag_fails_the_download_at_last(
    tmp_path: Path,
) -> None:
    count = iter(range(10_000))

    def changing(request: Request) -> Iterator[Part]:
        return respond_with(Reply(etag=f'"{next(count)}"', cut=HALF), DATA, request)

    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault(CONTENT, changing, times=10_000)
        await download_file(here)
        assert here.save_state("a") is DownloadState.FAILED
        assert len(ranges(here)) <= Limits().tries + 2


def no_length(data: bytes) -> list[Part]:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\netag: {ETAG}\r\n\r\n"
    return [head.encode() + data, RESET]


async def test_a_416_for_a_complete_part_verifies_and_saves_it(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await download_file(
            here, no_length(DATA), answer(416, content_range=f"bytes */{len(DATA)}")
        )
        assert here.files == {"a.mp4": DATA}


@pytest.mark.parametrize(
    "stated_total",
    [
        {"content_range": f"bytes */{HALF - 1}"},  # the part is larger than the whole
        {"content_range": f"bytes */{HALF + 1}"},
        {"content_range": f"bytes */{len(DATA)}"},
        {"content_range": "bytes */*"},
        {"content_range": "bytes */0"},
        {"content_range": "nonsense"},
        {},
    ],
)
async def test_any_other_416_restarts_the_download_once(
    tmp_path: Path, stated_total: dict[str, str]
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", OTHER)
        await download_file(here, no_length(DATA[:HALF]), answer(416, **stated_total))
        assert here.files == {"a.mp4": OTHER}
        assert ranges(here) == [None, f"bytes={HALF}-", None]


async def test_a_416_with_a_wrong_total_is_not_trusted(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        refused = answer(416, content_range=f"bytes */{HALF}")
        await download_file(here, no_length(DATA[:HALF]), refused, refused)
        assert here.files == {"a.mp4": DATA}
        assert len(ranges(here)) == 4


async def test_a_416_of_a_changed_file_restarts_the_download(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", OTHER)
        await download_file(
            here, no_length(DATA), answer(416, content_range=f"bytes */{len(DATA)}")
        )
        assert here.files == {"a.mp4": OTHER}


async def test_a_416_to_every_request_fails_the_download(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault(CONTENT, half(etag=ETAG))
        here.gateway.fault(CONTENT, answer(416, content_range="bytes */7"), times=1000)
        await download_file(here)
        assert here.save_state("a") is DownloadState.FAILED
        assert len(ranges(here)) < 10
        assert here.files == {}


NOT_YET: dict[str, Answer] = {
    "202": json_answer({"status": "queued"}, 202),
    "202, empty": answer(202),
    "204": answer(204),
    "400": json_answer({"error": {"message": "not finished", "code": "video_not_ready"}}, 400),
    "404": json_answer({"error": {"message": "任务尚未完成"}}, 404),
    "404, a page": answer(404, b"<html>", content_type="text/html"),
    "409": answer(409),
    "425": answer(425),
    "200, still running": json_answer({"id": "a", "status": "processing"}),
    "200, an envelope": json_answer({"code": "not_ready", "message": "wait"}),
}


@pytest.mark.parametrize("response", NOT_YET.values(), ids=NOT_YET.keys())
async def test_a_download_that_is_not_ready_is_retried(tmp_path: Path, response: Answer) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault(CONTENT, response, times=8)
        await here.watch("a")
        here.download("a")
        await here.put_off("a")
        assert isinstance(error_of(here), NotReady)
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_not_ready_beyond_the_expiry_fails_the_download(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA, expires_at=int(here.clock.time()) + 300)
        here.gateway.fault(CONTENT, NOT_YET["404"], times=10_000)
        await download_file(here)
        assert here.save_state("a") is DownloadState.FAILED
        assert 10 < len(ranges(here)) < 80


WORDS: dict[str, tuple[Answer, str]] = {
    "an error": (json_answer({"error": {"message": "上游错误"}}), "上游错误"),
    "a code": (json_answer({"code": 500, "message": "内部错误", "data": None}), "内部错误"),
    "a page": (answer(200, b"<html>x", content_type="text/html"), "web page"),
    "plain words": (answer(200, b"upstream error", content_type="text/plain"), "JSON"),
    "JSON declared as a video": (
        answer(200, b'{"error": {"message": "no file"}}', content_type="video/mp4"),
        "no file",
    ),
    "a page declared as bytes": (
        answer(200, b"\n<!DOCTYPE html>", content_type="application/octet-stream"),
        "web page",
    ),
    "JSON of no type": (answer(200, b'{"error": "no file"}'), "no file"),
    "packed JSON": (
        answer(200, gzip.compress(b'{"error": "packed"}'), content_encoding="gzip"),
        "packed",
    ),
    "chunked JSON": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(b'{"err', b'or": "c"}'),
        "c",
    ),
}


@pytest.mark.parametrize(("response", "shown"), WORDS.values(), ids=WORDS.keys())
async def test_text_is_never_saved_and_its_message_is_shown(
    tmp_path: Path, response: Answer, shown: str
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        error = await failing_download(here, response)
        assert isinstance(error, BadResponse)
        assert shown in error.message


@pytest.mark.parametrize(("response", "shown"), WORDS.values(), ids=WORDS.keys())
async def test_text_of_the_storage_server_is_never_saved(
    tmp_path: Path, response: Answer, shown: str
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.redirects = True
        here.gateway.file("a", DATA)
        assert shown in str(await failing_download(here, response, "/files/a"))
