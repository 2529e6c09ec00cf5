"""Faults in the JSON of a video: words, numbers, times, sizes and hostile text.

From the socket to the row that the screen shows. Every form of every field is in tests/unit/api,
hostile text on the screen in tests/app/test_hostile_screen.py.
"""

from __future__ import annotations

import gc
import json
import math
import random
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from hingtui.model.errors import ApiError, BadResponse
from hingtui.model.video import Status, Video
from hingtui.monitor import GatewayState, Row
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.sockets import Part, answer, json_answer
from tests.support.clock import EPOCH
from tests.support.keys import ids, key, keys
from tests.support.mp4 import mp4

DATA = mp4(20_000)


async def video_for(here: FaultyWatch, **payload: Any) -> Video:
    """The video of a new row after the gateway responded with this payload."""
    name = f"v{len(here.monitor.rows)}"
    here.gateway.videos[name] = {"id": name, "status": "processing", **payload}
    await here.watch(name)
    video = here.row(name).video
    assert video is not None
    return video


async def row_for(here: FaultyWatch, body: bytes | list[Part], **headers: str) -> Row:
    """A new row after the gateway responded with this body."""
    name = f"v{len(here.monitor.rows)}"
    response = answer(200, body, **headers) if isinstance(body, bytes) else body
    here.gateway.fault(f"/v1/videos/{name}", response)
    await here.watch(name)
    return here.row(name)


def texts(video: Video) -> list[str]:
    """Every text of a video that a screen could show."""
    found = [str(getattr(video, f.name)) for f in fields(video) if f.name not in ("link", "id")]
    return found + ([video.error.code, video.error.message] if video.error else [])


HOSTILE_BYTES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def is_harmless(text: str) -> bool:
    return HOSTILE_BYTES.search(text) is None


WORDS = {
    Status.QUEUED: "queued queueing pending submitted created not_start NOT-START waiting",
    Status.GENERATING: "processing in_progress In-Progress running generating started",
    Status.READY: "success succeeded succeed completed complete finished done SUCCESS",
    Status.FAILED: "failed failure fail error rejected cancelled canceled",
    Status.EXPIRED: "expired",
    Status.UNKNOWN: "moderating upscaling 排队中 successful? unfinished",
}


@pytest.mark.parametrize("name", ["status", "task_status", "state"])
async def test_every_status_word_is_parsed_and_stays_visible(tmp_path: Path, name: str) -> None:
    async with faulty_watch(tmp_path) as here:
        for status, words in WORDS.items():
            for word in words.split():
                here.gateway.has_list = False
                here.clock.advance(1)
                payload = {"status": None, name: word}
                video = await video_for(here, **payload)
                assert (video.status, video.raw_status) == (status, word)


async def test_a_video_is_found_in_every_known_envelope(tmp_path: Path) -> None:
    inner = {"id": "x", "status": "in_progress", "progress": 12}
    async with faulty_watch(tmp_path) as here:
        for envelope in (
            inner,
            {"code": "success", "data": inner},
            {"code": 0, "message": "ok", "data": {"task": inner}},
            {"status": "success", "result": inner},
        ):
            row = await row_for(here, json.dumps(envelope).encode())
            assert row.video is not None
            assert (row.video.status, row.video.progress) == (Status.GENERATING, 12)


async def test_an_unknown_status_word_is_polled_slowly(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path, auto_download=True) as here:
        video = await video_for(here, status="moderating", progress=100)
        assert video.status is Status.UNKNOWN
        due = here.monitor.gateways["default"].poller.next_due_in(video.id)
        assert due is not None
        assert 20 < due < 40
        assert here.gateway.asked("/content") == []


PROGRESS: list[tuple[bytes, float | None]] = [
    (b"NaN", None), (b"Infinity", None), (b"-Infinity", None), (b"1e999", None), (b"-1e999", None),
    (b"-5", 0), (b"150", 100), (b'"45%"', 45), (b'" 45 % "', 45), (b'"NaN"', None),
    (b"45", 45), (b"45.5", 45.5), (b'"45.5"', 45.5), (b"null", None), (b"true", None),
    (b"[]", None), (b"{}", None), (b'""', None), (b'"half"', None), (b"1e3", 100),
    (b"0.0", 0), (b"-0.0", 0), (b'"1e400"', None), (b"9" * 400, None),
]  # fmt: skip


async def test_progress_is_a_number_within_range_or_none(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        for value, expected in PROGRESS:
            here.clock.advance(1)
            row = await row_for(here, b'{"id":"x","status":"processing","progress":%b}' % value)
            assert row.video is not None, value
            assert row.video.progress == expected, value
            assert row.video.progress is None or math.isfinite(row.video.progress)


SECONDS: list[tuple[object, float | None]] = [
    ("4", 4), (4, 4), (None, None), (4.5, 4.5), ("4s", 4), (-4, None), (0, None), ("four", None),
    (math.nan, None), (math.inf, None), (10**30, None), (True, None), ([4], None), ("", None),
]  # fmt: skip


async def test_seconds_are_a_number_within_range_or_none(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        for value, expected in SECONDS:
            here.clock.advance(1)
            assert (await video_for(here, seconds=value)).seconds == expected, value


TIMES: list[tuple[object, float | None]] = [
    (EPOCH, EPOCH), (int(EPOCH) * 1000, EPOCH), (int(EPOCH) * 10**6, EPOCH),
    (str(int(EPOCH)), EPOCH), ("2025-11-10T15:50:02Z", EPOCH), ("2025-11-10T23:50:02+08:00", EPOCH),
    (None, None), (-1, None), (0, None), ("", None), ("soon", None), (math.nan, None),
    (1e300, None), ("2025-13-45", None), (True, None), ({}, None), ([1], None),
    ("9" * 400, None), (10**40, None),
]  # fmt: skip


@pytest.mark.parametrize("name", ["created_at", "completed_at", "expires_at"])
async def test_times_are_normalised_or_none(tmp_path: Path, name: str) -> None:
    async with faulty_watch(tmp_path) as here:
        for value, expected in TIMES:
            here.clock.advance(1)
            video = await video_for(here, **{name: value})
            assert getattr(video, name) == expected, value
        video = await video_for(here)
        assert getattr(video, name) is None


@pytest.mark.parametrize("value", [None, 0, -1, "never", math.inf])
async def test_an_estimated_expiry_does_not_prevent_a_download(
    tmp_path: Path, value: object
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA, expires_at=value, completed_at=int(EPOCH) - 9000)
        await here.watch("a")
        ends = here.row("a").expiry
        assert ends is not None
        assert ends.is_estimate
        assert (
            ends.at < here.monitor.now()
        )  # by the estimate it has expired, but the gateway may still have it
        assert here.row("a").can_be_downloaded(here.monitor.now())
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_an_expiry_in_milliseconds_is_converted_to_seconds(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA, expires_at=(int(EPOCH) + 3600) * 1000)
        await here.watch("a")
        ends = here.row("a").expiry
        assert ends is not None
        assert (ends.at, ends.is_estimate) == (EPOCH + 3600, False)


def fifty_megabytes() -> list[Part]:
    return [b"HTTP/1.1 200 OK\r\n\r\n", b'{"id": "x", "prompt": "', *[b"x" * 2**20] * 50, b'"}']


OVERSIZED: dict[str, bytes | list[Part]] = {
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"data":' * 100_000 + b"1" + b"}" * 100_000,
    "deep in a field": b'{"id":"x","status":"processing","prompt":' + b"[" * 100_000,
    "fifty megabytes": fifty_megabytes(),
    "a number of a million digits": b'{"id":"x","status":"processing","progress":' + b"9" * 10**6,
    "a million keys": b"{" + b",".join(b'"k%d":1' % n for n in range(200_000)) + b"}",
}


@pytest.fixture
def no_finalizers() -> Iterator[None]:
    """Disables garbage collection: a finalizer run deep inside nested JSON exceeds the stack."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_finalizers")
@pytest.mark.parametrize("body", OVERSIZED.values(), ids=OVERSIZED.keys())
async def test_an_oversized_response_is_refused_and_affects_no_other(
    tmp_path: Path, body: bytes | list[Part]
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("good", progress=5)
        row = await row_for(here, body)
        await here.watch("good")
        assert row.video is None
        assert row.last_error is not None
        assert isinstance(row.last_error.error, BadResponse)
        assert here.row("good").video is not None
        await here.monitor.watchlist_sync.sync()
        assert set(ids(here.watchlist.read().entries)) == {row.id, "good"}


@pytest.mark.parametrize("prompt", ["x" * 2 * 2**20, "很" * 2**19], ids=["x", "很"])
async def test_a_prompt_of_megabytes_is_cut(tmp_path: Path, prompt: str) -> None:
    async with faulty_watch(tmp_path) as here:
        video = await video_for(here, prompt=prompt, model=prompt[: 2**16])
        assert 1000 < len(video.prompt) < 50_000
        assert len(video.model) < 5000
        await here.monitor.watchlist_sync.sync()
        stored = here.watchlist.read().entries[key(video.id)].video
        assert stored is not None
        assert stored.prompt == video.prompt


STRINGS = {
    "lone surrogates": "a\ud800b\udfffc",
    "NUL": "a\0b",
    "every control byte": "".join(map(chr, range(32))) + "".join(map(chr, range(127, 160))),
    "noncharacters": "a\ufffe\uffff\U0010ffffb",
    "private use": "a\ue000\U000f0000b",
    "marks": "z" + "\u0301" * 5000,
}


@pytest.mark.parametrize("text", STRINGS.values(), ids=STRINGS.keys())
async def test_text_is_cleaned_before_it_is_stored(tmp_path: Path, text: str) -> None:
    async with faulty_watch(tmp_path) as here:
        everywhere = dict.fromkeys(("prompt", "model", "size", "remixed_from_video_id"), text)
        video = await video_for(here, **everywhere, error={"message": text, "code": text})
        assert all(map(is_harmless, texts(video)))
        await here.monitor.watchlist_sync.sync()
        stored = here.watchlist.read().entries[key(video.id)].video
        assert stored is not None
        assert (stored.prompt, stored.error) == (video.prompt, video.error)


HOSTILE = {
    "ESC": "\x1b[31mred\x1b[0m \x1bc",
    "OSC 8": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "OSC 52": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "DCS": "\x1bP+q544e\x1b\\",
    "C1": "\x9b31m \x9d52;c;eA==\x9c \x90q\x9c",
    "bidi": "\u202egnp.exe \u2066x\u2069 \u200f\u061c",
    "zero width": "a\u200bb\u2060c\ufeffd\u00ade",
    "tags": "a\U000e0041\U000e007fb",
    "lines": "a\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h",
    "markup": "see [/] here [@click=app.quit]x[/] [link=file:///etc/passwd]y[/link] [bold",
}
FIELDS = ("status", "model", "prompt", "size", "remixed_from_video_id", "id")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_in_any_field_is_cleaned(tmp_path: Path, text: str) -> None:
    async with faulty_watch(tmp_path) as here:
        payload = dict.fromkeys(FIELDS, text)
        row = await row_for(
            here,
            json.dumps(payload | {"error": {"message": text, "code": text, "type": text}}).encode(),
            x_oneapi_request_id="r1",
        )
        assert row.video is not None
        assert all(map(is_harmless, texts(row.video)))
        assert row.id.startswith("v")  # the requested id is the key, whatever the response contains
        for name in ("raw_status", "model", "size", "remixed_from", "remote_id"):
            assert "\n" not in getattr(row.video, name)
        if text is HOSTILE["markup"]:
            assert row.video.prompt == text  # markup is shown as text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
async def test_hostile_text_in_an_error_response_is_cleaned(
    tmp_path: Path, text: str, status: int
) -> None:
    in_header = text.encode("latin-1", "ignore").decode("latin-1")
    in_header = re.sub("[\r\n\0]", "", in_header)
    async with faulty_watch(tmp_path) as here:
        for body in ({"error": {"message": text, "code": text}}, {"message": text}, text):
            response = json_answer(body, status, x_request_id=in_header)
            here.gateway.fault("/v1/videos/a", response)
            here.monitor.add(["a"])
            here.monitor.ask(keys("a"))
            await here.look(after=100)
            await here.look(after=1)
            row = here.row("a")
            error = row.last_error.error if row.last_error else here.gateway_status.error
            if isinstance(error, ApiError):
                assert is_harmless(error.message)
                assert is_harmless(error.code + error.request_id)
                assert "\n" not in error.code + error.request_id


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_instead_of_a_file_is_cleaned(tmp_path: Path, text: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await here.watch("a")
        response = json_answer({"error": {"message": text, "code": text}})
        here.gateway.fault("/v1/videos/a/content", response, times=9)
        here.download("a")
        await here.put_off("a")
        saving = here.row("a").download
        assert saving is not None
        assert is_harmless(str(saving.error))
        assert here.files == {}


def any_json(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.randrange(12 if depth < 4 else 9)
    match kind:
        case 0:
            return None
        case 1:
            return rng.choice([True, False])
        case 2:
            return rng.choice([0, -1, 10**18, 10**400 % 7, 1e308, -1e308, math.nan, math.inf])
        case 3:
            return rng.randrange(10**13)
        case 4 | 5:
            return rng.choice(
                [*HOSTILE.values(), *STRINGS.values(), *" ".join(WORDS.values()).split()]
            )
        case 6:
            return rng.choice(["", "45%", "https://cdn.example/v?sig=1", "2025-11-10T15:50:02Z"])
        case 7 | 8:
            return rng.random() * 100
        case 9:
            return [any_json(rng, depth + 1) for _ in range(rng.randrange(4))]
        case _:
            names = (
                *("id", "status", "task_status", "state", "progress", "seconds", "size", "prompt"),
                *("model", "created_at", "completed_at", "expires_at", "error", "data", "result"),
                *("video_url", "url", "metadata", "code", "message", "video", "task", "output"),
            )
            return {rng.choice(names): any_json(rng, depth + 1) for _ in range(rng.randrange(8))}


@pytest.mark.parametrize("seed", range(4))
async def test_random_json_does_not_stop_the_monitor(
    tmp_path: Path, seed: int, thorough: bool
) -> None:
    rng = random.Random(seed)  # noqa: S311 - payloads
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = False
        count = 60 if thorough else 20
        for _ in range(count):
            here.clock.advance(1)
            row = await row_for(here, json.dumps(any_json(rng)).encode())
            if row.video is not None:
                assert all(map(is_harmless, texts(row.video)))
                assert row.video.id == row.id
            if row.last_error is not None:
                assert isinstance(row.last_error.error, ApiError)
        page = {"data": [any_json(rng) for _ in range(100)]}
        here.gateway.has_list = True
        here.gateway.fault("/v1/videos?", json_answer(page))
        here.monitor.ask()
        await here.look(after=60)
        here.gateway.video("last", progress=9)
        await here.watch("last")
        await here.look(after=3, times=20)
        assert here.row("last").video is not None
        assert here.state is GatewayState.ONLINE
        await here.monitor.watchlist_sync.sync()
        assert len(here.watchlist.read().entries) == count + 1
