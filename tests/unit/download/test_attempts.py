"""The attempts of one download: resuming, retrying, and keeping a file that stays broken."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.download.attempts import download
from hingtui.download.interface import DownloadHooks, Limits, Saved
from hingtui.download.progress import Phase, Progress
from hingtui.model.errors import (
    ApiError,
    BadResponse,
    Cancelled,
    Corrupt,
    Forbidden,
    HingtuiError,
    NotReady,
    RateLimited,
    ServerError,
    Stalled,
    StorageRefused,
    TooLarge,
    Unauthorized,
    Unreachable,
)
from hingtui.model.mp4 import Mp4
from tests.servers.files import FileServer, Reply, serving
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4
from tests.support.part_size import part_size

DATA = mp4(50_000)
HALF = len(DATA) // 2
CUT = Reply(cut=HALF)
BAD_GATEWAY = Reply(status=502, body=b'{"error": "bad gateway"}', type="application/json")
NOT_READY = Reply(status=404, body=b'{"error": "not finished"}', type="application/json")
ID = "video_1"


class Pauses(FakeClock):
    """Records the length of each pause."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.pauses.append(seconds)
        return super().wait(event, seconds)


@dataclass
class Setup:
    """A file server, a folder, and the other arguments of a download."""

    server: FileServer
    folder: Path
    api: Api
    clock: Pauses = field(default_factory=Pauses)
    progress: Progress = field(default_factory=Progress)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def download(self, video_id: str = ID, **more: Any) -> Saved:
        return download(
            self.api,
            key(video_id),
            self.folder,
            progress=self.progress,
            cancelled=self.cancelled,
            clock=more.pop("clock", self.clock),
            **more,
        )

    def leave_half(self) -> None:
        """Leave the part that a program ended in the middle of the file leaves."""
        self.server.answer_with(CUT, Reply(status=429, body=b""))
        with pytest.raises(RateLimited):
            self.download()
        assert part_size(key(ID), self.folder) == HALF
        self.server.requests.clear()

    @property
    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    with serving(DATA) as server:
        api = Api(server.url, "oh-secret", environ={})
        with closing(_Closing(api)):
            yield Setup(server, tmp_path / "videos", api)


class _Closing:
    def __init__(self, api: Api) -> None:
        self.api = api

    def close(self) -> None:
        asyncio.run(self.api.aclose())


WHOLE = {f"{ID}.mp4": DATA}


def test_a_video_is_saved_byte_for_byte_without_leftovers(setup: Setup) -> None:
    saved = setup.download()
    assert setup.files == WHOLE
    assert saved == Saved(setup.folder / f"{ID}.mp4", len(DATA), None, Mp4(4.0, 720, 1280))


def test_the_digest_is_returned_if_requested(setup: Setup) -> None:
    assert setup.download(want_digest=True).sha256 == hashlib.sha256(DATA).hexdigest()


def test_progress_ends_at_the_total(setup: Setup) -> None:
    setup.download()
    assert (setup.progress.received, setup.progress.total) == (len(DATA), len(DATA))
    assert setup.progress.phase is Phase.DONE


def test_progress_is_updated_while_bytes_arrive(setup: Setup) -> None:
    seen: list[tuple[Phase, int | None]] = []
    setup.server.answer_with(
        Reply(midway=lambda: seen.append((Phase.RECEIVING, setup.progress.total)))
    )
    setup.download()
    assert len(seen) == 1


def test_a_file_of_unknown_length_is_saved_if_its_boxes_are_complete(setup: Setup) -> None:
    setup.server.answer_with(Reply(length="chunked"))
    setup.download()
    assert setup.files == WHOLE


def test_a_file_saved_by_another_process_is_not_downloaded_again(setup: Setup) -> None:
    there = setup.download().path
    setup.server.requests.clear()
    assert setup.download(hooks=DownloadHooks(saved_by_another=lambda: there)).path == there
    assert setup.server.requests == []


def test_a_saved_file_that_is_missing_is_downloaded(setup: Setup) -> None:
    hooks = DownloadHooks(saved_by_another=lambda: setup.folder / "gone.mp4")
    assert setup.download(hooks=hooks).path.name == f"{ID}.mp4"


def test_an_id_that_looks_like_a_path_stays_in_the_folder(setup: Setup) -> None:
    assert setup.download("../../x").path.parent == setup.folder


def test_a_cut_body_is_resumed_where_it_ended(setup: Setup) -> None:
    setup.server.answer_with(CUT)
    setup.download()
    assert setup.files == WHOLE
    assert setup.server.ranges == [None, f"bytes={HALF}-"]
    assert setup.server.requests[1].headers["if-range"] == '"v1"'


def test_a_later_run_resumes_the_part_of_an_earlier_run(setup: Setup) -> None:
    setup.leave_half()
    setup.download()
    assert setup.files == WHOLE
    assert setup.server.ranges == [f"bytes={HALF}-"]


def test_a_download_cut_at_every_response_is_resumed_to_the_end(setup: Setup) -> None:
    setup.server.usual = Reply(cut=len(DATA) // 20)
    setup.download()
    assert setup.files == WHOLE
    assert len(setup.server.requests) > Limits().tries


def test_a_download_always_cut_without_ranges_stalls(setup: Setup) -> None:
    setup.server.usual = Reply(cut=HALF, ranges=False)
    with pytest.raises(Stalled, match="25 kB"):
        setup.download()
    assert f"{ID}.mp4" not in setup.files


@pytest.mark.parametrize(
    "changed",
    [
        Reply(ranges=False),
        Reply(shift=7),
        Reply(shift=-7),
        Reply(headers={"Content-Range": f"bytes {HALF}-{len(DATA)}/{len(DATA) + 1}"}),
        Reply(headers={"ETag": '"v2"'}),
        Reply(etag='"v2"'),
    ],
    ids=["200", "later", "earlier", "other length", "other ETag in a 206", "other ETag"],
)
def test_a_response_that_does_not_fit_the_part_restarts_it(setup: Setup, changed: Reply) -> None:
    setup.leave_half()
    setup.server.data = new = mp4(len(DATA), seed=2)
    setup.server.answer_with(changed)
    setup.download()
    assert setup.files == {f"{ID}.mp4": new}


def test_without_a_validator_an_equal_length_resumes_the_part(setup: Setup) -> None:
    setup.server.answer_with(Reply(etag=None, cut=HALF), Reply(etag=None))
    setup.download()
    assert setup.files == WHOLE
    again = HALF // 8 + 1  # bytes requested twice, to compare, for want of a validator
    assert setup.server.ranges == [None, f"bytes={HALF - again}-"]


def test_without_a_validator_another_length_restarts_the_download(setup: Setup) -> None:
    setup.server.usual = Reply(etag=None)
    setup.server.answer_with(Reply(etag=None, cut=HALF))
    longer = mp4(len(DATA) + 999, seed=2)
    setup.server.answer_with(Reply(etag=None, body=longer))
    setup.server.data = longer
    setup.download()
    assert setup.files == {f"{ID}.mp4": longer}


def test_a_complete_part_is_saved_without_a_request(setup: Setup) -> None:
    setup.leave_half()
    (setup.folder / f"{ID}.mp4.part").write_bytes(DATA)
    setup.download()
    assert (setup.files, setup.server.requests) == (WHOLE, [])


def test_a_416_for_a_complete_part_finishes_it(setup: Setup) -> None:
    setup.server.answer_with(Reply(length="unstated", cut=HALF), Reply(status=429, body=b""))
    with pytest.raises(RateLimited):
        setup.download()
    (setup.folder / f"{ID}.mp4.part").write_bytes(DATA)
    setup.server.requests.clear()
    setup.download()
    assert setup.files == WHOLE
    first, proof = setup.server.ranges
    assert first == f"bytes={len(DATA)}-"
    assert proof is not None
    assert proof != first  # it repeats some bytes of the part, to compare them


def test_any_other_416_restarts_the_download(setup: Setup) -> None:
    setup.leave_half()
    setup.server.data = new = mp4(HALF - 100, seed=2)
    setup.download()
    assert setup.files == {f"{ID}.mp4": new}
    assert setup.server.ranges == [f"bytes={HALF}-", None]


@pytest.mark.parametrize("refusal", [BAD_GATEWAY, NOT_READY], ids=["502", "404"])
def test_if_ranges_are_refused_the_whole_file_is_requested(setup: Setup, refusal: Reply) -> None:
    setup.leave_half()
    setup.server.answer_with(refusal) if refusal is NOT_READY else setup.server.answer_with(
        refusal, refusal
    )
    setup.download()
    assert setup.files == WHOLE
    assert setup.server.ranges[-1] is None


def test_a_signed_link_that_expires_midway_is_requested_anew(setup: Setup) -> None:
    with serving(DATA) as storage:
        links = [f"{storage.url}/file?sig={number}" for number in (1, 2)]
        setup.server.answer_with(
            *[Reply(status=302, body=b"", headers={"Location": to}) for to in links]
        )
        storage.answer_with(CUT)
        setup.download()
        assert setup.files == WHOLE
        assert [asked.target[-5:] for asked in storage.requests] == ["sig=1", "sig=2"]
        assert storage.ranges == [None, f"bytes={HALF}-"]


def test_pauses_between_retries_grow(setup: Setup) -> None:
    setup.server.answer_with(*[BAD_GATEWAY] * 4)
    setup.download()
    assert setup.files == WHOLE
    assert [round(pause) for pause in setup.clock.pauses] == sorted(map(round, setup.clock.pauses))
    assert setup.clock.pauses[-1] > 2 * setup.clock.pauses[0]


def test_a_lasting_server_error_is_raised_after_all_tries(setup: Setup) -> None:
    setup.server.usual = BAD_GATEWAY
    with pytest.raises(ServerError):
        setup.download()
    assert len(setup.server.requests) == Limits().tries


def test_new_bytes_reset_the_number_of_tries(setup: Setup) -> None:
    few = Reply(cut=1000)
    setup.server.answer_with(*[BAD_GATEWAY, few] * 8)
    setup.download()
    assert setup.files == WHOLE


def test_a_gateway_that_refuses_connections_is_unreachable(setup: Setup) -> None:
    with serving(b"") as gone:
        url = gone.url
    setup.api = Api(url, "oh-secret", environ={})
    with closing(_Closing(setup.api)), pytest.raises(Unreachable):
        setup.download()
    assert setup.files == {}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(202, NotReady), (400, NotReady), (404, NotReady), (401, Unauthorized), (403, Forbidden),
     (429, RateLimited)],
)  # fmt: skip
def test_errors_that_a_retry_cannot_fix_are_raised_at_once(
    setup: Setup, status: int, kind: type[ApiError]
) -> None:
    setup.server.answer_with(Reply(status=status, body=b"{}", type="application/json"))
    with pytest.raises(kind):
        setup.download()
    assert len(setup.server.requests) == 1
    assert setup.files == {}


@pytest.mark.parametrize(
    ("body", "type"),
    [(b"<html>Hello</html>", "text/html"), (b'{"error": {"message": "no"}}', "application/json")],
)
def test_html_and_json_are_never_saved_as_a_video(setup: Setup, body: bytes, type: str) -> None:  # noqa: A002
    setup.server.answer_with(Reply(body=body, type=type, etag=None))
    with pytest.raises((BadResponse, NotReady)):
        setup.download()
    assert setup.files == {}


class _Hours(Pauses):
    """Advances one hour each time it is read."""

    def monotonic(self) -> float:
        self.advance(3600)
        return super().monotonic()


def test_a_download_with_almost_no_bytes_stalls(setup: Setup) -> None:
    setup.server.usual = Reply(ranges=False, cut=1000)
    with pytest.raises(Stalled, match="Almost nothing"):
        setup.download(clock=_Hours())


def test_a_slow_connection_is_replaced_and_the_download_resumed(setup: Setup) -> None:
    setup.download(clock=_Hours(), limits=Limits(stall_bytes_per_second=1.0))
    assert setup.files == WHOLE


@pytest.mark.parametrize("broken", [bytes(len(DATA)), DATA[:-1]], ids=len)
def test_a_file_that_stays_broken_is_kept_unverified(setup: Setup, broken: bytes) -> None:
    setup.server.usual = Reply(body=broken)
    saved = setup.download()
    assert saved.mp4 is None
    assert setup.files == {f"{ID}.unverified": broken}


def test_an_empty_file_is_never_kept(setup: Setup) -> None:
    setup.server.usual = Reply(body=b"")
    with pytest.raises(Corrupt):
        setup.download()
    assert setup.files == {}


def test_a_video_still_being_written_is_retried_until_complete(setup: Setup) -> None:
    for length in (HALF, HALF + 5, len(DATA) - 7):
        setup.server.answer_with(Reply(body=DATA[:length], etag=f'"{length}"'))
    setup.download()
    assert setup.files == WHOLE


def test_without_a_length_bytes_after_the_last_box_are_kept(setup: Setup) -> None:
    tagged = DATA + b"TAG" + bytes(40) + b"end of the tag"
    setup.server.data = tagged
    setup.server.answer_with(Reply(length="unstated", cut=len(tagged) - 9, end=None))
    setup.download()
    assert setup.files == {f"{ID}.mp4": tagged}


def test_a_file_that_begins_with_zeros_is_downloaded_again_whole(setup: Setup) -> None:
    setup.server.answer_with(Reply(body=bytes(HALF) + DATA[HALF:], etag=None))
    setup.download()
    assert setup.files == WHOLE


def test_a_file_filled_with_zeros_is_retried_until_complete(setup: Setup) -> None:
    blank = DATA[:32] + bytes(len(DATA) - 32)
    setup.server.answer_with(*(Reply(body=blank, etag=None) for _ in range(3)))
    setup.download()
    assert setup.files == WHOLE


def test_a_broken_file_that_did_not_change_is_kept_unverified(setup: Setup) -> None:
    setup.server.usual = Reply(body=DATA[:HALF])
    setup.download()
    assert setup.files == {f"{ID}.unverified": DATA[:HALF]}
    assert setup.progress.received == HALF


UNVERIFIABLE = {
    ".webm": bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d") + bytes(99),
    ".mkv": bytes.fromhex("1a45dfa3a34282886d6174726f736b61") + bytes(99),
    ".avi": b"RIFF\x40\x40\0\0AVI LIST" + bytes(99),
    ".gif": b"GIF89a\x80\x02\xe0\x01\xf7\0\0" + bytes(99),
    ".webp": b"RIFF\x40\x40\0\0WEBPVP8X" + bytes(99),
    ".unverified": b"\xee\x01\xff\x00" * 99,
}


@pytest.mark.parametrize("suffix", UNVERIFIABLE)
def test_an_unverifiable_file_is_kept_under_its_own_suffix(setup: Setup, suffix: str) -> None:
    setup.server.usual = Reply(body=UNVERIFIABLE[suffix])
    saved = setup.download()
    assert saved.mp4 is None
    assert setup.files == {f"{ID}{suffix}": UNVERIFIABLE[suffix]}
    assert len(setup.server.requests) == 1


@pytest.mark.parametrize("suffix", UNVERIFIABLE)
def test_without_a_length_an_unverifiable_file_is_downloaded_twice(
    setup: Setup, suffix: str
) -> None:
    setup.server.usual = Reply(body=UNVERIFIABLE[suffix], length="chunked", etag=None, ranges=False)
    setup.download()
    assert setup.files == {f"{ID}{suffix}": UNVERIFIABLE[suffix]}
    assert len(setup.server.requests) == 2


@pytest.mark.parametrize("text", [b'{"oops": 1}', b"<html>busy</html>", b"please wait", b"[1]"])
def test_text_is_never_kept(setup: Setup, text: bytes) -> None:
    setup.server.usual = Reply(body=text)
    with pytest.raises(HingtuiError):
        setup.download()
    assert setup.files == {}


@pytest.mark.parametrize("length", ["chunked", "unstated"])
def test_a_body_cut_without_an_error_is_downloaded_again(setup: Setup, length: str) -> None:
    setup.server.answer_with(Reply(length=length, cut=HALF, end=None))
    setup.download()
    assert setup.files == WHOLE


def test_a_body_that_is_always_cut_without_an_error_is_kept_unverified(setup: Setup) -> None:
    setup.server.usual = Reply(length="chunked", cut=HALF, end=None, etag=None, ranges=False)
    setup.download()
    assert setup.files == {f"{ID}.unverified": DATA[:HALF]}


@pytest.mark.parametrize("length", ["stated", "chunked"])
def test_a_file_over_the_size_limit_is_refused(setup: Setup, length: str) -> None:
    setup.server.usual = Reply(length=length)
    with pytest.raises(TooLarge):
        setup.download(limits=Limits(max_bytes=HALF))
    assert setup.files == {}


def test_a_broken_file_is_retried_whatever_failed_before(setup: Setup) -> None:
    broken = Reply(body=DATA.replace(b"moov", b"moow"), etag=None, ranges=False)
    setup.server.answer_with(*[BAD_GATEWAY] * 4, broken)
    setup.download()
    assert setup.files == WHOLE


def test_a_broken_file_is_kept_although_the_link_is_dead(setup: Setup) -> None:
    broken = DATA.replace(b"moov", b"moow")
    setup.server.usual = Reply(body=broken)
    saved = setup.download(link="http://127.0.0.1:9/gone.mp4")
    assert setup.files == {f"{ID}.unverified": broken}
    assert saved.mp4 is None


def test_a_broken_file_is_kept_if_its_video_was_deleted(setup: Setup) -> None:
    broken = DATA.replace(b"moov", b"moow")
    setup.server.answer_with(Reply(body=broken))
    setup.server.usual = Reply(status=410, body=b"{}", type="application/json")
    setup.download()
    assert setup.files == {f"{ID}.unverified": broken}


def test_a_broken_file_that_always_changes_is_corrupt(setup: Setup) -> None:
    broken = (bytes([n]) + DATA[1:].replace(b"moov", b"moow") for n in range(1, 99))
    setup.server.answer_with(*[Reply(body=body, etag=None, ranges=False) for body in broken])
    with pytest.raises(Corrupt):
        setup.download()
    assert len(setup.server.requests) < 12
    assert setup.clock.pauses[-1] > 10 * setup.clock.pauses[0]


def test_after_an_overlong_range_no_range_is_requested_again(setup: Setup) -> None:
    broken = DATA.replace(b"moov", b"moow")
    start = len(DATA) - len(DATA) // 8 - 1  # a few bytes are requested twice, to compare them
    too_long = Reply(
        status=206,
        body=broken[start:] + b"more",
        headers={"Content-Range": f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"},
        etag=None,
    )
    whole = Reply(body=broken, length="chunked", etag=None, ranges=False)
    setup.server.answer_with(whole, too_long)
    setup.server.usual = whole
    assert setup.download().path.suffix == ".unverified"
    assert setup.files == {f"{ID}.unverified": broken}
    ranges = setup.server.ranges
    assert ranges == [None, f"bytes={start}-", *[None] * (len(ranges) - 2)]


def test_a_range_longer_than_stated_is_discarded(setup: Setup) -> None:
    setup.leave_half()
    promise = {"Content-Range": f"bytes {HALF}-{len(DATA) - 1}/{len(DATA)}"}
    setup.server.answer_with(Reply(body=DATA + DATA, headers=promise))
    setup.download()
    assert setup.files == WHOLE
    assert setup.server.ranges[-1] is None


def test_a_cancelled_download_stops_midway_and_keeps_its_bytes(setup: Setup) -> None:
    setup.server.answer_with(Reply(midway=setup.cancelled.set))
    with pytest.raises(Cancelled):
        setup.download()
    assert f"{ID}.mp4" not in setup.files
    setup.cancelled.clear()
    setup.download()
    assert setup.files == WHOLE


def test_cancelling_ends_the_pause_between_tries(setup: Setup) -> None:
    class Impatient(Pauses):
        def wait(self, event: threading.Event, seconds: float) -> bool:
            event.set()
            return super().wait(event, seconds)

    setup.server.usual = BAD_GATEWAY
    with pytest.raises(Cancelled):
        setup.download(clock=Impatient())
    assert len(setup.server.requests) == 1


@pytest.mark.parametrize("refusal", [BAD_GATEWAY, NOT_READY], ids=["502", "404"])
def test_the_link_is_used_if_content_keeps_failing(setup: Setup, refusal: Reply) -> None:
    setup.server.usual = refusal
    with serving(DATA) as storage:
        setup.download(link=f"{storage.url}/file?sig=secret")
        assert setup.files == WHOLE
        assert [asked.target for asked in storage.requests] == ["/file?sig=secret"]
        assert "authorization" not in storage.requests[0].headers


@pytest.mark.parametrize("status", [401, 403, 404, 429, 502])
def test_without_content_the_links_error_is_raised(setup: Setup, status: int) -> None:
    setup.server.usual = NOT_READY
    with serving(b"") as storage:
        storage.usual = Reply(status=status, body=b"")
        with pytest.raises(StorageRefused) as caught:
            setup.download(link=f"{storage.url}/file?sig=secret")
    assert "secret" not in str(caught.value)


def test_an_unknown_status_raises_an_error_with_its_message(setup: Setup) -> None:
    setup.server.usual = Reply(status=418, body=b"teapot", type="text/plain")
    with pytest.raises(HingtuiError, match="teapot"):
        setup.download()
