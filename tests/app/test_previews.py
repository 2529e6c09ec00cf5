"""Previews on the dashboard: the poster, the film strip, playing, comparing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hingtui.download.part_names import part_paths, target_of
from hingtui.monitor import Download, DownloadState
from hingtui.preview.decoder import Decoder
from hingtui.preview.pictures import STRIP, Box, Picture
from hingtui.preview.previews import source_of
from hingtui.preview.tools import Tools, find_tools
from hingtui.ui.screens.compare import Compared, CompareDialog
from hingtui.ui.screens.player import Player
from hingtui.ui.widgets.poster import Poster
from tests.support.keys import key
from tests.support.made_clips import make_clip
from tests.support.pilot import PilotedApp, piloted
from tests.support.saved_videos import save_videos
from tests.support.waiting import until
from tests.support.watch import job

pytest.importorskip("av", reason="the extra `preview` is not installed")

Color = tuple[int, ...]


@asynccontextmanager
async def with_videos(home: Path, *names: str, **how: Any) -> AsyncIterator[PilotedApp]:
    """The dashboard with these clips saved."""
    save_videos(home, *names)
    given: dict[str, Any] = {"size": (160, 45), "has_previews": True} | how
    async with piloted(home, watched=[], **given) as acting:
        yield acting


def poster(acting: PilotedApp) -> Poster:
    return acting.dashboard.query_one(Poster)


async def shown(acting: PilotedApp) -> Poster:
    """Wait until the poster stands on the screen."""
    await until(lambda: acting.dashboard.query(Poster) and poster(acting).region.height)
    await acting.drawn()
    return poster(acting)


def colors_at(acting: PilotedApp) -> list[list[tuple[Color, Color]]]:
    """The two colours of each cell where the poster is, as they go to the terminal."""
    region = poster(acting).region
    lines = acting.dashboard._compositor.render_strips()[region.y : region.bottom]
    rows = []
    for line in lines:
        cells: list[tuple[Color, Color]] = []
        for text, style, _control in line.crop(region.x, region.right):
            assert set(text) == {"▀"}
            assert style is not None
            assert style.color is not None
            assert style.bgcolor is not None
            upper, lower = style.color.triplet, style.bgcolor.triplet
            assert upper is not None
            assert lower is not None
            cells += [(tuple(upper), tuple(lower))] * len(text)
        rows.append(cells)
    return rows


def distance(cells: list[list[tuple[Color, Color]]], picture: Picture) -> float:
    """The mean difference of the cells' colours and a picture's, 0–255."""
    total = 0
    for y, row in enumerate(cells):
        for x, pair in enumerate(row):
            for half, color in enumerate(pair):
                line = min(2 * y + half, picture.height - 1)
                at = 3 * (line * picture.width + x)
                wanted = picture.rgb[at : at + 3]
                total += sum(abs(a - b) for a, b in zip(color, wanted, strict=True))
    return total / (6 * len(cells) * len(cells[0]))


def frame_of(name: Path, width: int, height: int) -> Picture:
    decoder = Decoder(find_tools().folders)
    try:
        return decoder.poster(source_of(name), Box(width, height))[1]
    finally:
        decoder.close()


async def test_the_half_blocks_of_the_poster_have_the_colours_of_the_frame(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "silk", "aurora") as acting:
        await shown(acting)
        cells = colors_at(acting)
        width, height = len(cells[0]), 2 * len(cells)
        videos = tmp_path / "videos"
        assert distance(cells, frame_of(videos / "video_silk_0.mp4", width, height)) < 4
        assert distance(cells, frame_of(videos / "video_aurora_0.mp4", width, height)) > 20


@pytest.mark.slow
async def test_the_poster_takes_a_third_of_the_pane_and_keeps_its_shape(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "moon") as acting:
        region = (await shown(acting)).region
        pane = acting.dashboard.query_one("DetailPane").size
        assert pane.height // 3 - 1 <= region.height <= pane.height // 3
        assert region.width / (2 * region.height) == pytest.approx(1024 / 1792, abs=0.05)
        lines = acting.lines()
        video = next(n for n, line in enumerate(lines) if "H.264" in line)
        model = next(n for n, line in enumerate(lines) if "Model  " in line)
        assert video < region.y < model


@pytest.mark.slow
async def test_a_small_pane_has_facts_and_no_picture(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "moon", size=(100, 30)) as acting:
        await acting.press("enter")
        await until(lambda: poster(acting).preview is not None)
        await acting.drawn()
        assert "H.264 · 1024×1792 · 8 s · no sound" in acting.detail()
        assert not poster(acting).region.height


async def test_two_keys_step_through_the_film_strip(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "lotus") as acting:
        await shown(acting)
        first = colors_at(acting)
        for _key in range(2):  # the second does not begin the film anew
            await acting.press("right_square_bracket")
        await until(lambda: "2/12" in acting.detail())
        await until(lambda: len(poster(acting).strip) == len(STRIP))
        await acting.drawn()
        second = colors_at(acting)
        assert second != first
        await acting.press("left_square_bracket")
        await until(lambda: "1/12" in acting.detail())
        await acting.press("left_square_bracket")
        await until(lambda: "/12" not in acting.detail())
        await acting.drawn()
        assert colors_at(acting) == first


async def test_keys_count_while_the_film_strip_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first frame is there, then three more: this file has no twelve."""
    arrived = asyncio.Event()

    async def strip(_path: Path, _box: Box, show: Callable[[Picture], None]) -> None:
        show(Picture(1, 1, b"\0\0\0"))
        await arrived.wait()
        for _frame in range(3):
            show(Picture(1, 1, b"\xff\xff\xff"))
        await asyncio.sleep(0)  # until they have come from what is a thread as a rule

    async with with_videos(tmp_path, "lotus") as acting:
        await shown(acting)
        monkeypatch.setattr(acting.app.previews, "strip", strip)
        await acting.press("right_square_bracket")
        await until(lambda: "1/12" in acting.detail())
        await acting.press("right_square_bracket", "right_square_bracket")
        arrived.set()
        await until(lambda: "3/12" in acting.detail())
        await acting.press("right_square_bracket", "right_square_bracket")
        await until(lambda: "4/12" in acting.detail())


@pytest.mark.slow
async def test_stepping_opens_closed_details_at_the_first_frame(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "lotus", size=(120, 40)) as acting:
        assert not acting.dashboard.is_detail_open
        await acting.press("right_square_bracket")
        await until(lambda: "1/12" in acting.detail())
        assert acting.toasts() == []


@pytest.mark.slow
async def test_another_row_has_another_picture_and_its_own_facts(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "silk", "tunnel") as acting:
        await shown(acting)
        assert "1792×1024" in acting.detail()
        await acting.press("j")
        assert "1792×1024 · " not in acting.detail()
        await until(lambda: poster(acting).preview is not None)
        await shown(acting)
        assert "720×1280 · 6 s" in acting.detail()


@pytest.mark.slow
async def test_what_differs_from_the_request_is_a_warning(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk")
    make_clip(tmp_path / "videos" / "video_silk_0.mp4", color=lambda _at: (0, 0, 0), has_audio=True)
    async with piloted(tmp_path, watched=[], size=(160, 45), has_previews=True) as acting:
        await until(lambda: acting.dashboard.query(Poster) and poster(acting).looks is not None)
        await acting.drawn()
        text = " ".join(acting.detail().split())
        assert "64×48 · 2 s · with sound" in text
        assert "It is 2 s long; 8 s were asked for." in text
        assert "It is 64×48; 1792×1024 was asked for." in text
        assert "It looks black." in text


@pytest.mark.slow
async def test_a_broken_file_costs_only_its_picture(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk", "lotus")
    (tmp_path / "videos" / "video_silk_0.mp4").write_bytes(b"\0\0\0\x20ftypisom" + b"x" * 900)
    async with piloted(tmp_path, watched=[], size=(160, 45), has_previews=True) as acting:
        await until(lambda: "No picture could be decoded" in acting.detail())
        await acting.press("j")
        await until(lambda: poster(acting).region.height)


async def test_without_the_extra_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hingtui.preview.previews.find_tools", Tools)
    monkeypatch.setattr("hingtui.preview.previews.Previews._found", lambda _self: Tools())
    async with with_videos(tmp_path, "moon") as acting:
        await until(lambda: "pip install 'hingtui[preview]'" in acting.detail())
        assert "1024×1792 · 8 s" in acting.detail()
        await acting.press("v")
        await until(lambda: any("hingtui[preview]" in toast for toast in acting.toasts()))


async def test_playing_ends_by_itself_and_by_any_key(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk")
    make_clip(tmp_path / "videos" / "video_silk_0.mp4", seconds=1)
    async with piloted(tmp_path, watched=[], size=(120, 40), has_previews=True) as acting:
        await acting.press("v")
        await until(lambda: isinstance(acting.app.screen, Player))
        player = acting.app.screen
        assert isinstance(player, Player)
        await until(lambda: acting.app.screen is acting.dashboard)
        assert player.frames >= 2
        await acting.press("v")
        await until(lambda: isinstance(acting.app.screen, Player) and acting.app.screen.frames)
        await acting.pilot.press("x")
        assert acting.app.screen is acting.dashboard
        assert len(acting.app.monitor.rows) == 1, "the key did nothing else"


async def test_a_resize_ends_playing(tmp_path: Path) -> None:
    """A smaller screen would get scrollbars, and on a larger one the film is not in its place."""
    async with with_videos(tmp_path, "silk", size=(60, 15)) as acting:
        await acting.press("v")
        await until(lambda: isinstance(acting.app.screen, Player) and acting.app.screen.frames)
        await acting.pilot.resize_terminal(61, 16)
        await acting.drawn()
        assert acting.app.screen is acting.dashboard


async def test_an_unsaved_video_is_not_played(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "silk", size=(120, 40)) as acting:
        acting.row("video_silk_0").saved = None
        for name in ("v", "right_square_bracket"):
            acting.app.clear_notifications()
            await acting.press(name)
            assert acting.toasts() == ["It is not saved yet: d downloads it."]
        assert not acting.dashboard.is_detail_open


@pytest.mark.slow
async def test_marked_videos_are_compared_and_one_is_unwatched(tmp_path: Path) -> None:
    async with with_videos(tmp_path, "silk", "lotus", "moon") as acting:
        await acting.press("space", "space", "v")
        await until(lambda: isinstance(acting.app.screen, CompareDialog))
        dialog = acting.app.screen
        await until(lambda: len(dialog.query(Compared)) == 2)
        compared = list(dialog.query(Compared))
        await until(lambda: all(one.pictures for one in compared))
        await acting.press("right", "x", "enter")
        assert acting.app.screen is acting.dashboard
        assert [key.id for key in acting.app.monitor.rows] == ["video_silk_0", "video_moon_0"]
        assert (tmp_path / "videos" / "video_lotus_0.mp4").exists()
        await acting.press("u")
        assert len(acting.app.monitor.rows) == 3


async def test_a_download_has_a_poster_after_its_first_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hingtui.ui.widgets.poster._AGAIN", 0.05)
    whole = make_clip(tmp_path / "whole.mp4", seconds=4, options={"movflags": "faststart"})
    data = whole.read_bytes()
    async with piloted(tmp_path, job(queued_for=900), size=(160, 45), has_previews=True) as acting:
        part, _metadata = part_paths(target_of(key("video_one"), acting.app.monitor.queue.folder))
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data[:30])
        acting.row("video_one").download = Download(state=DownloadState.RUNNING)
        acting.dashboard.time_passed()
        await until(lambda: poster(acting)._file is not None and poster(acting)._rest_timer)
        assert poster(acting).preview is None
        part.write_bytes(data[: len(data) * 3 // 4])
        await shown(acting)
        acting.row("video_one").download = None
        acting.dashboard.time_passed()
        assert poster(acting).preview is None
