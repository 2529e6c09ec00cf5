"""The attempts of one download: resuming, retrying, cancelling, and the direct link."""

from __future__ import annotations

import hashlib
import threading
from contextlib import closing

import pytest

from hingtui.api import Api
from hingtui.download.interface import DownloadHooks, Limits, Saved
from hingtui.download.progress import Phase
from hingtui.model.errors import (
    ApiError,
    BadResponse,
    Cancelled,
    Forbidden,
    HingtuiError,
    NotReady,
    RateLimited,
    ServerError,
    Stalled,
    StorageRefused,
    Unauthorized,
    Unreachable,
)
from hingtui.model.mp4 import Mp4
from tests.servers.files import Reply, serving
from tests.support.mp4 import mp4
from tests.unit.download.attempts_setup import (
    BAD_GATEWAY,
    CUT,
    DATA,
    HALF,
    ID,
    WHOLE,
    Closing,
    Pauses,
    Setup,
)

NOT_READY = Reply(status=404, body=b'{"error": "not finished"}', type="application/json")


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
    with closing(Closing(setup.api)), pytest.raises(Unreachable):
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


def test_a_cancelled_download_stops_midway_and_keeps_its_bytes(setup: Setup) -> None:
    setup.server.answer_with(Reply(midway=setup.cancelled.set))
    with pytest.raises(Cancelled):
        setup.download()
    assert f"{ID}.mp4" not in setup.files
    setup.cancelled.clear()
    setup.download()
    assert setup.files == WHOLE


def test_cancelling_ends_the_pause_between_tries(setup: Setup) -> None:
    class CancelledAtOnce(Pauses):
        def wait(self, event: threading.Event, seconds: float) -> bool:
            event.set()
            return super().wait(event, seconds)

    setup.server.usual = BAD_GATEWAY
    with pytest.raises(Cancelled):
        setup.download(clock=CancelledAtOnce())
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
