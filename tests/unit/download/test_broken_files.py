"""Files that are broken or cannot be verified: retried, then kept unverified."""

from __future__ import annotations

import pytest

from hingtui.download.interface import Limits
from hingtui.model.errors import Corrupt, HingtuiError, TooLarge
from tests.servers.files import Reply
from tests.unit.download.attempts_setup import BAD_GATEWAY, DATA, HALF, ID, WHOLE, Setup


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
