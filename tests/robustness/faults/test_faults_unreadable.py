"""Faults while polling: responses that hold no video.

The whole monitor over real sockets; single bodies are in tests/unit/api.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.errors import BadResponse
from hingtui.model.video import Status
from tests.robustness.faults.faulty_watch import MANY, faulty_watch
from tests.servers.sockets import CLOSE, Part, answer, chunked, json_answer

RUBBISH: dict[str, tuple[Part | list[Part], str]] = {
    "a web page": (answer(200, b"<html>Hi", content_type="text/html"), "web page"),
    "a page of no declared type": (answer(200, b"<!DOCTYPE html>"), "web page"),
    "nothing": (answer(200, b""), "empty"),
    "blanks": (answer(200, b" \r\n\t "), "empty"),
    "half": (answer(200, b'{"id": "a", "status": "suc'), "not valid JSON"),
    "two": (answer(200, b'{"id": "a"}{"id": "b"}'), "not valid JSON"),
    "null": (answer(200, b"null"), "no video"),
    "a list": (answer(200, b"[]"), "no video"),
    "a word": (answer(200, b'"success"'), "."),
    "a number": (answer(200, b"100"), "no video"),
    "an envelope": (json_answer({"error": {"message": "upstream 超时"}}), "upstream 超时"),
    "another": (json_answer({"code": 500, "message": "内部错误", "data": None}), "内部错误"),
    "success: false": (json_answer({"success": False, "message": "稍后再试"}), "稍后再试"),
    "no UTF-8": (answer(200, b'{"id": "\xff\xfe"}'), "not valid JSON"),
    "gzip that is none": (answer(200, b"{}", content_encoding="gzip"), "compression"),
    "an unknown packing": (answer(200, b"{}", content_encoding="br"), "compression"),
    "no content": (answer(204), "."),
    "an early end in chunks": (
        [
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(b'{"id": "a", '),
            CLOSE,
        ],
        "not valid JSON",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("response", "shown"), RUBBISH.values(), ids=RUBBISH.keys())
async def test_an_unreadable_response_keeps_the_state_and_is_shown(
    tmp_path: Path, response: Part | list[Part], shown: str
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        here.gateway.fault("/v1/videos/a", response)
        await here.look(after=15)
        row = here.row("a")
        assert (row.status, row.video and row.video.progress) == (Status.GENERATING, 50)
        assert row.last_error is not None
        assert isinstance(row.last_error.error, BadResponse)
        assert shown in row.last_error.error.message or shown == "."
        here.gateway.video("a", progress=60)
        await here.look(after=15, times=2)
        assert here.row("a").last_error is None
        assert here.row("a").video.progress == 60  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["a web page", "half", "null", "an envelope", "no content"])
async def test_an_unreadable_list_falls_back_to_single_polling(tmp_path: Path, kind: str) -> None:
    async with faulty_watch(tmp_path) as here:
        for name in MANY[:12]:
            here.gateway.video(name)
        here.gateway.fault("/v1/videos?", RUBBISH[kind][0], times=99)
        await here.watch(*MANY[:12])
        await here.look(after=3, times=5)
        assert {w.status for w in here.monitor.rows.values()} == {Status.GENERATING}
