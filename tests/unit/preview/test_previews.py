"""The thread that makes previews: its order, its tools, and the end of its processes."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from hingtui.preview.pictures import STRIP, Box, Picture, PreviewError, PreviewFailure
from hingtui.preview.previews import Previews
from hingtui.preview.tools import Tools, find_tools
from tests.support.made_clips import make_clip
from tests.support.waiting import until

BOX = Box(40, 40)
CLIPS = Path(str(resources.files("hingtui.demo"))) / "clips"


@asynccontextmanager
async def previews(folder: Path, **how: Any) -> AsyncIterator[Previews]:
    made = Previews(folder / "cache", **how)
    try:
        yield made
    finally:
        thread = made._thread
        made.close()
        if thread is not None:
            await asyncio.to_thread(thread.join)


async def test_a_poster_seen_before_needs_no_decoder(tmp_path: Path) -> None:
    async with previews(tmp_path) as first:
        seen = await first.preview(CLIPS / "moon.mp4", BOX)
    async with previews(tmp_path, find=Tools) as second:
        again = await second.preview(CLIPS / "moon.mp4", BOX)
    assert seen.picture is not None
    assert again.picture is not None
    assert again.picture.rgb == seen.picture.rgb
    assert again.facts == seen.facts


async def test_without_extra_and_ffmpeg_only_facts_are_shown(tmp_path: Path) -> None:
    async with previews(tmp_path, find=Tools) as made:
        shown = await made.preview(CLIPS / "moon.mp4", BOX)
        assert (shown.picture, shown.why) == (None, PreviewFailure.NO_DECODER)
        assert (shown.facts.width, shown.facts.height, shown.facts.duration) == (1024, 1792, 8.0)
        with pytest.raises(PreviewError):
            await made.looks(CLIPS / "moon.mp4")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
async def test_ffmpeg_makes_posters_where_the_extra_is_missing(tmp_path: Path) -> None:
    by_ffmpeg = Tools(ffmpeg=find_tools().ffmpeg)
    async with (
        previews(tmp_path / "a", find=lambda: by_ffmpeg) as one,
        previews(tmp_path / "b") as other,
    ):
        for name in ("moon.mp4", "ridges.mp4"):
            poster = (await one.preview(CLIPS / name, BOX)).picture
            expected = (await other.preview(CLIPS / name, BOX)).picture
            assert poster is not None
            assert expected is not None
            assert abs(poster.brightness - expected.brightness) < 8
        broken = tmp_path / "list.mp4"
        broken.write_text("ffconcat version 1.0\nfile '/etc/passwd'\n")
        assert (await one.preview(broken, BOX)).why is PreviewFailure.BROKEN


@pytest.mark.slow
async def test_another_request_ends_the_search_for_black_frames(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", size=(320, 240), seconds=60, rate=24)
    async with previews(tmp_path) as made:
        await made.preview(CLIPS / "silk.mp4", BOX)
        looks = asyncio.ensure_future(made.looks(clip))
        poster = asyncio.ensure_future(made.preview(CLIPS / "moon.mp4", BOX))
        assert await looks is None
        assert (await poster).picture is not None


async def test_a_strip_goes_on_after_another_request(tmp_path: Path) -> None:
    """Two strips at once interrupt each other after each frame."""
    clip = make_clip(tmp_path / "short.mp4", seconds=3)
    alone, one, other = list[Picture](), list[Picture](), list[Picture]()
    async with previews(tmp_path) as made:
        await made.strip(clip, BOX, alone.append)
        strips = [made.strip(clip, BOX, pictures.append) for pictures in (one, other)]
        await asyncio.gather(*strips, made.preview(CLIPS / "moon.mp4", BOX))
    assert len(alone) == len(STRIP)
    for pictures in (one, other):
        assert [picture.rgb for picture in pictures] == [picture.rgb for picture in alone]


async def test_an_abandoned_request_is_not_carried_out(tmp_path: Path) -> None:
    async with previews(tmp_path) as made:
        first = asyncio.ensure_future(made.preview(CLIPS / "moon.mp4", BOX))
        second = asyncio.ensure_future(made.preview(CLIPS / "silk.mp4", BOX))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await made.tools()
        assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.slow
async def test_the_process_ends_while_nothing_is_wanted_and_starts_again(tmp_path: Path) -> None:
    async with previews(tmp_path, idle=0.05) as made:
        await made.preview(CLIPS / "moon.mp4", BOX)
        decoder = made._decoder
        assert decoder is not None
        await until(lambda: decoder.pid is None)
        assert (await made.preview(CLIPS / "silk.mp4", BOX)).picture is not None


async def test_a_playback_ends_with_the_program(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", seconds=60, rate=4)
    shown: list[Picture] = []
    async with previews(tmp_path) as made:
        playing = asyncio.ensure_future(made.play(clip, BOX, shown.append, lambda: False))
        await until(lambda: shown)
        assert made._decoder is not None
        pid = made._decoder.pid
        made.close()
        with pytest.raises(PreviewError):
            await playing
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)
