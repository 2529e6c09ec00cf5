"""The decoder process, asked about real files: good, odd, broken and malicious ones."""

from __future__ import annotations

import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from hingtui.preview.decoder import Decoder
from hingtui.preview.pictures import Box, Picture, PreviewError, PreviewFailure, looks_of
from hingtui.preview.previews import source_of
from hingtui.preview.protocol import Message, encode
from hingtui.preview.tools import Tools
from tests.support.made_clips import make_clip

BOX = Box(40, 40)
DEMO = Path(str(resources.files("hingtui.demo") / "clips" / "lotus.mp4"))


def outcome(decoder: Decoder, path: Path) -> PreviewFailure | None:
    """Why there is no poster, None if there is one."""
    try:
        decoder.poster(source_of(path), BOX)
    except PreviewError as error:
        return error.why
    return None


def color(picture: Picture) -> tuple[int, ...]:
    """The colour in the middle."""
    at = 3 * (picture.width * (picture.height // 2) + picture.width // 2)
    return tuple(picture.rgb[at : at + 3])


def is_near(one: tuple[int, ...], other: tuple[int, ...], most: int = 12) -> bool:
    return all(abs(a - b) <= most for a, b in zip(one, other, strict=True))


def test_facts_and_poster_of_a_clip(decoder: Decoder, clip: Path) -> None:
    make_clip(clip, size=(64, 32), seconds=2, color=lambda _at: (200, 40, 90), has_audio=True)
    facts, picture = decoder.poster(source_of(clip), BOX)
    assert (facts.codec, facts.width, facts.height, facts.has_audio) == ("mpeg4", 64, 32, True)
    assert facts.duration == pytest.approx(2, abs=0.1)
    assert (picture.width, picture.height) == (40, 20)
    assert is_near(color(picture), (200, 40, 90))


def test_the_poster_is_the_first_frame_that_is_not_black(decoder: Decoder, clip: Path) -> None:
    make_clip(clip, seconds=4, color=lambda at: (0, 0, 0) if at < 1 else (30, 180, 60))
    _facts, picture = decoder.poster(source_of(clip), BOX)
    assert is_near(color(picture), (30, 180, 60))


def test_the_frames_of_a_strip_are_those_of_their_times(decoder: Decoder, clip: Path) -> None:
    make_clip(clip, seconds=4, color=lambda at: (int(at) * 50, 100, 100))
    pictures: list[Picture] = []
    decoder.frames(source_of(clip), BOX, [0.1, 0.4, 0.6, 0.9], pictures.append)
    assert [round(picture.at) // 1 for picture in pictures] == [0, 2, 2, 4]
    assert all(is_near(color(p), (int(p.at) * 50, 100, 100)) for p in pictures)


@pytest.mark.parametrize(
    ("color_at", "black", "frozen"),
    [
        (lambda _at: (0, 0, 0), True, False),
        (lambda _at: (90, 120, 30), False, True),
        (lambda at: (int(60 * at) % 250, 120, 30), False, False),
    ],
)
def test_black_and_frozen_videos_are_noticed(
    decoder: Decoder,
    clip: Path,
    color_at: Callable[[float], tuple[int, int, int]],
    black: bool,
    frozen: bool,
) -> None:
    make_clip(clip, color=color_at)
    pictures: list[Picture] = []
    decoder.frames(source_of(clip), BOX, [0.1, 0.5, 0.9], pictures.append)
    looks = looks_of(pictures)
    assert (looks.is_black, looks.is_frozen) == (black, frozen)


def test_a_playback_is_in_time_and_ends(decoder: Decoder, clip: Path) -> None:
    make_clip(clip, seconds=0.5)
    began, shown = time.monotonic(), []
    decoder.play(source_of(clip), BOX, lambda p: shown.append((time.monotonic(), p.at)))
    assert shown[-1][1] == pytest.approx(5 / 12, abs=0.02)
    first = shown[0][0]
    assert all(at - 0.01 <= when - first for when, at in shown)
    assert 0.4 < time.monotonic() - began < 3


def test_a_cancelled_playback_stops_and_the_decoder_goes_on(decoder: Decoder, clip: Path) -> None:
    make_clip(clip, seconds=60, rate=4)
    pid = decoder.pid
    shown: list[Picture] = []
    decoder.play(source_of(clip), BOX, shown.append, lambda: len(shown) >= 2)
    assert len(shown) == 2
    assert decoder.poster(source_of(DEMO), BOX)[0].codec == "h264"
    assert decoder.pid == pid or pid is None


def test_a_part_of_a_faststart_file_has_a_poster(decoder: Decoder, tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "w.mp4", seconds=6, options={"movflags": "faststart"})
    part = tmp_path / "part"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert decoder.poster(source_of(part, is_part=True), BOX)[0].duration is not None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", PreviewFailure.BROKEN),
        (b"<html>Gateway timeout</html>", PreviewFailure.BROKEN),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n", PreviewFailure.BROKEN),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", PreviewFailure.BROKEN),
        (os.urandom(5000), PreviewFailure.BROKEN),
    ],
    ids=["empty", "html", "playlist", "concat", "noise"],
)
def test_a_file_that_is_no_video_is_refused(
    decoder: Decoder, tmp_path: Path, content: bytes, reason: PreviewFailure
) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    assert outcome(decoder, path) is reason


def test_a_clip_cut_anywhere_costs_only_the_preview(
    decoder: Decoder, tmp_path: Path, thorough: bool
) -> None:
    whole = DEMO.read_bytes()
    path = tmp_path / "cut.mp4"
    for length in range(0, len(whole), 97 if thorough else 2500):
        path.write_bytes(whole[:length])
        assert outcome(decoder, path) in (
            None,
            PreviewFailure.BROKEN,
            PreviewFailure.NO_VIDEO,
            PreviewFailure.CODEC,
        )
    assert decoder.poster(source_of(DEMO), BOX)[1].width == 40


def test_a_clip_with_damage_anywhere_costs_only_the_preview(
    decoder: Decoder, tmp_path: Path, thorough: bool
) -> None:
    whole = DEMO.read_bytes()
    path = tmp_path / "damaged.mp4"
    for at in range(0, len(whole), 61 if thorough else 1500):
        path.write_bytes(whole[:at] + bytes(255 - b for b in whole[at : at + 9]) + whole[at + 9 :])
        assert outcome(decoder, path) is not PreviewFailure.TIMEOUT
    assert decoder.poster(source_of(DEMO), BOX)[1].width == 40


@pytest.mark.parametrize("side", [10_000, 65_535])
def test_huge_dimensions_are_refused(decoder: Decoder, tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.gif"
    path.write_bytes(
        b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\0\0\0\0\0\xff\xff\xff"
        b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    )
    assert outcome(decoder, path) in (PreviewFailure.TOO_LARGE, PreviewFailure.BROKEN)


def test_a_stream_larger_than_its_container_says_costs_only_the_preview(
    decoder: Decoder, clip: Path
) -> None:
    data = make_clip(clip, codec="mjpeg", size=(64, 48)).read_bytes()
    small, huge = struct.pack(">HH", 48, 64), struct.pack(">HH", 10_000, 10_000)
    assert b"\xff\xc0\0\x11\x08" + small in data
    clip.write_bytes(data.replace(b"\x08" + small, b"\x08" + huge))
    assert outcome(decoder, clip) is not None
    assert outcome(decoder, DEMO) is None


def test_an_unknown_codec_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "unknown.mp4"
    path.write_bytes(DEMO.read_bytes().replace(b"avc1", b"zzzz"))
    assert outcome(decoder, path) is PreviewFailure.CODEC


def test_an_odd_codec_is_refused_and_its_facts_are_not_needed(
    decoder: Decoder, tmp_path: Path
) -> None:
    assert outcome(decoder, make_clip(tmp_path / "odd.avi", codec="ffv1")) is PreviewFailure.CODEC


def test_a_file_without_a_picture_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame("fltp", "mono", 1024)
        frame.sample_rate = 44100
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    assert outcome(decoder, path) is PreviewFailure.NO_VIDEO


def test_a_pipe_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert outcome(decoder, tmp_path / "pipe") is PreviewFailure.NO_FILE


def test_a_decoder_that_hangs_is_ended_and_started_again(tools: Tools) -> None:
    decoder = Decoder(tools.folders)
    assert outcome(decoder, DEMO) is None
    assert decoder.pid is not None
    first = decoder.pid
    os.kill(first, signal.SIGSTOP)
    decoder._timeout = 0.2
    assert outcome(decoder, DEMO) is PreviewFailure.TIMEOUT
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    decoder._timeout = 20
    assert decoder.poster(source_of(DEMO), BOX)[1].width == 40
    decoder.close()


@pytest.mark.slow
def test_a_decoder_that_dies_is_started_again(tools: Tools) -> None:
    decoder = Decoder(tools.folders)
    assert outcome(decoder, DEMO) is None
    assert decoder.pid is not None
    os.kill(decoder.pid, signal.SIGKILL)
    assert outcome(decoder, DEMO) in (
        None,
        PreviewFailure.CRASHED,
    )  # it may be noticed while writing
    assert outcome(decoder, DEMO) is None
    decoder.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff" * 64,
        encode(Message({"id": 1, "kind": "frame", "width": 9, "height": 9}, b"abc")),
        encode(Message({"id": 1, "kind": "error", "why": ["?"]})),
    ],
)
def test_the_output_of_a_hijacked_decoder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    script = f"import sys; sys.stdin.buffer.read(9); sys.stdout.buffer.write({sent!r})"
    monkeypatch.setattr(
        "hingtui.preview.decoder.child_command",
        lambda *_folders: [sys.executable, "-c", script],
    )
    decoder = Decoder(["x"])
    assert outcome(decoder, DEMO) in (PreviewFailure.CRASHED, PreviewFailure.BROKEN)
    decoder.close()


@pytest.mark.parametrize(
    ("sent", "is_taken"),
    [
        (b"\x1bP0;1q#0;2;0;0;0-\x1b\\", True),
        (b"\x1b]52;c;eA==\x07", False),
        (b"\x1bPq\x1b]0;x\x07\x1b\\", False),
        (b"\x1bPq~\x1b\\\n\x1b[2J", False),
    ],
    ids=["sixel", "clipboard", "title", "clear"],
)
def test_only_sixel_goes_to_the_terminal_as_sixel(sent: bytes, is_taken: bool) -> None:
    from hingtui.preview.decoder import _checked_sixels

    assert bool(_checked_sixels(sent)) is is_taken


@pytest.mark.slow
def test_a_picture_becomes_a_sixel_for_each_line(decoder: Decoder) -> None:
    pytest.importorskip("textual_image")
    picture = Picture(20, 24, bytes((200, 30, 40)) * 480)
    pieces = decoder.sixels(picture, 12)
    assert len(pieces) == 2
    assert all("20;12" in piece for piece in pieces)


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/limits"), reason="the system has no /proc")  # noqa: PTH110
def test_the_process_has_limits_and_no_environment(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder.close()
    monkeypatch.setenv("HINGNET_API_KEY", "oh-secret-of-the-test")
    assert outcome(decoder, DEMO) is None
    text = Path(f"/proc/{decoder.pid}/limits").read_text()
    limits = {line[:26].strip(): line[26:].split()[0] for line in text.splitlines()[1:]}
    assert int(limits["Max address space"]) <= 1 << 30
    assert limits["Max file size"] == "0"
    assert int(limits["Max cpu time"]) < 30
    environ = Path(f"/proc/{decoder.pid}/environ").read_bytes()
    assert b"secret" not in environ
    assert b"HOME" not in environ
