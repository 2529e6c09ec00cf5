"""The gallery: its contents, moving in it, and commands for the poster under the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.ui.widgets.gallery import Gallery, Tile
from hingtui.ui.widgets.picture import PictureView
from tests.support.keys import key
from tests.support.pilot import PilotedApp, piloted
from tests.support.saved_videos import save_videos
from tests.support.waiting import until
from tests.support.watch import job

pytest.importorskip("av", reason="the extra `preview` is not installed")


def tiles(acting: PilotedApp) -> list[Tile]:
    return list(acting.dashboard.query(Tile))


def selected(acting: PilotedApp) -> str:
    cursor = acting.table.cursor_key
    assert cursor == acting.dashboard.query_one(Gallery).key
    return "" if cursor is None else cursor.id


async def open_gallery(acting: PilotedApp) -> None:
    await acting.press("tab")
    await until(lambda: tiles(acting) and tiles(acting)[0].key is not None)
    await acting.drawn()


@pytest.mark.slow
async def test_six_posters_stand_at_80_by_24(tmp_path: Path) -> None:
    save_videos(tmp_path)
    async with piloted(tmp_path, watched=[], size=(80, 24), has_previews=True) as acting:
        await open_gallery(acting)
        assert len(tiles(acting)) == 6
        views = list(acting.dashboard.query(PictureView).results(PictureView))
        await until(lambda: sum(view.cells.height > 1 for view in views) >= 6)
        await acting.drawn()
        text = acting.text()
        assert text.count("▀▀▀▀▀▀▀▀") > 30
        assert text.count("✓ saved") >= 6
        assert "sora-2  The film" in text
        await acting.press("tab")
        assert "▀" not in acting.text()
        assert acting.app.focused is acting.table


@pytest.mark.slow
async def test_a_banner_of_two_lines_leaves_room_for_six_posters(tmp_path: Path) -> None:
    save_videos(tmp_path)
    async with piloted(tmp_path, watched=[], size=(80, 22), has_previews=True) as acting:
        await open_gallery(acting)
        assert len(tiles(acting)) == 6
        assert {tile.size.height for tile in tiles(acting)} <= {9, 10}
        assert acting.text().count("✓ saved") == 6


async def test_arrow_keys_move_and_a_further_page_follows(tmp_path: Path) -> None:
    ids = save_videos(tmp_path)
    async with piloted(tmp_path, watched=[], size=(80, 24)) as acting:
        await open_gallery(acting)
        assert selected(acting) == ids[0]
        for pressed, place in (
            *(("right", 1), ("down", 4), ("left", 3), ("j", 6), ("up", 3), ("end", 7)),
            *(("right", 7), ("pageup", 1), ("home", 0), ("up", 0), ("G", 7), ("g", 0)),
        ):
            await acting.press(pressed)
            assert selected(acting) == ids[place], pressed
        await acting.press("end")
        shown = [tile.key.id for tile in tiles(acting) if tile.key is not None]
        assert shown == ids[6:]


async def test_after_the_gallery_the_table_stands_where_it_stood(tmp_path: Path) -> None:
    ids = save_videos(tmp_path)
    async with piloted(tmp_path, watched=[], size=(80, 10)) as acting:
        assert len(ids) > acting.table.size.height - acting.table.header_height
        await open_gallery(acting)
        await acting.press("right", "right")
        await acting.press("tab")
        assert acting.table.cursor_row == 2
        assert acting.table.scroll_offset.y == 0, "all of it was in view"
        await acting.press("tab")
        await acting.press("end")
        await acting.press("tab")
        assert acting.table.cursor_row == len(ids) - 1
        assert acting.table.is_visible_row(acting.table.cursor_row)


@pytest.mark.parametrize("pressed", ["v", "right_square_bracket"])
async def test_without_colours_playing_and_stepping_name_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pressed: str
) -> None:
    save_videos(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    async with piloted(tmp_path, watched=[], size=(80, 24)) as acting:
        await acting.press(pressed)
        await until(lambda: any("NO_COLOR is set" in toast for toast in acting.toasts()))


@pytest.mark.slow
async def test_arrow_keys_still_move_after_a_filter_was_typed(tmp_path: Path) -> None:
    ids = save_videos(tmp_path)
    async with piloted(tmp_path, watched=[], size=(80, 24)) as acting:
        await open_gallery(acting)
        for end in ("enter", "escape"):
            await acting.press("slash", *"saved", end, "home", "right")
            assert selected(acting) == ids[1], end


async def test_it_shows_saved_and_ready_videos(tmp_path: Path) -> None:
    jobs = [
        job("video_ready", queued_for=0, generating_for=0, prompt="a ready one"),
        job("video_queued", queued_for=900, prompt="a queued one"),
        job("video_failed", queued_for=0, generating_for=0, outcome="failed", prompt="no"),
    ]
    async with piloted(tmp_path, *jobs, size=(80, 24)) as acting:
        await acting.pass_time(1)
        await open_gallery(acting)
        keys = [tile.key for tile in tiles(acting) if tile.key is not None]
        assert keys == [key("video_ready")]
        text = acting.text()
        assert "not saved yet" in text
        assert "a ready one" in text
        assert "59:59" in text
        await acting.press("d")
        await acting.saved("video_ready")
        assert acting.row("video_ready").saved is not None


async def test_an_empty_gallery_shows_a_notice(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(queued_for=900), size=(80, 24)) as acting:
        await acting.press("tab")
        await until(lambda: "No saved or ready video is shown." in acting.text())


@pytest.mark.slow
async def test_commands_are_about_the_poster_under_the_cursor(tmp_path: Path) -> None:
    ids = save_videos(tmp_path, "silk", "moon", "lotus")
    async with piloted(tmp_path, watched=[], size=(120, 40)) as acting:
        await open_gallery(acting)
        await acting.press("right", "x")
        assert [row.id for row in acting.app.monitor.rows] == [ids[0], ids[2]]
        await acting.press("slash", *"lotus", "enter")
        assert selected(acting) == ids[2]
        await acting.press("space")
        assert acting.table.marks == {key(ids[2])}
        assert "*✓ saved" in acting.text()


@pytest.mark.parametrize("pressed", [["ctrl+a"], ["asterisk"], ["home", "V", "end", "V"]])
async def test_only_what_the_gallery_shows_is_marked(tmp_path: Path, pressed: list[str]) -> None:
    ids = save_videos(tmp_path, "silk", "lotus")
    jobs = [job(f"video_{n}") for n in range(3)]
    watched = [job.id for job in jobs]
    async with piloted(tmp_path, *jobs, watched=watched, size=(80, 24)) as acting:
        await open_gallery(acting)
        await acting.press(*pressed)
        assert acting.table.marks == set(map(key, ids)), "x would take off what is not seen"


async def test_the_line_about_those_left_out_fits_sixty_columns(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk")
    jobs = [job(f"video_{n}") for n in range(12)]
    async with piloted(tmp_path, *jobs, size=(60, 15)) as acting:
        await open_gallery(acting)
        assert acting.line_with("12 more are neither saved nor ready: Tab lists them.")


async def test_a_line_says_how_many_videos_are_left_out(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk")
    jobs = [job(f"video_{n}") for n in range(3)]
    async with piloted(tmp_path, *jobs, size=(60, 15), language="zh") as acting:
        await open_gallery(acting)
        assert "另有 3 个视频未保存也不可下载，按 Tab 查看。" in acting.text()
        await acting.press("slash", *"silk", "enter")
        assert "另有" not in acting.text()
