"""The comparison of several videos: the facts under each picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.ui.screens.compare import Compared
from hingtui.ui.widgets.picture import PictureView
from tests.support.keys import key
from tests.support.pilot import piloted
from tests.support.saved_videos import save_videos
from tests.support.waiting import until

pytest.importorskip("av", reason="the extra `preview` is not installed")


async def test_facts_wider_than_the_picture_wrap(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk", "lotus", "moon")
    async with piloted(tmp_path, watched=[], size=(80, 24), has_previews=True) as acting:
        await acting.press("ctrl+a", "v")
        await until(lambda: len(acting.app.screen.query(Compared)) == 3)
        await until(lambda: acting.text().count("no sound") == 3)
        assert ".." not in acting.text()


async def test_a_long_prompt_ends_in_dots_on_its_second_line(tmp_path: Path) -> None:
    first, _second = (key(one) for one in save_videos(tmp_path, "silk", "moon"))
    async with piloted(tmp_path, watched=[], size=(60, 24), has_previews=True) as acting:
        row = acting.app.monitor.rows[first]
        assert row.video is not None
        row.video = replace(row.video, prompt="Crimson silk folds in slow motion, again and again")
        await acting.press("ctrl+a", "v")
        await until(lambda: acting.text().count("no sound") == 2)
        await acting.drawn()
        first_line, second_line = acting.line_with("Crimson silk"), acting.line_with("slow motion")
        assert "Crimson silk folds in " in first_line
        assert "slow motion, again and.." in second_line


async def test_pictures_leave_room_for_their_texts_after_a_resize(tmp_path: Path) -> None:
    save_videos(tmp_path, "moon", "lotus")
    async with piloted(tmp_path, watched=[], size=(120, 40), has_previews=True) as acting:
        await acting.press("ctrl+a", "v")
        await until(lambda: acting.text().count("no sound") == 2)
        await acting.pilot.resize_terminal(60, 15)
        await until(lambda: acting.text().count("The film") == 2)


async def test_all_texts_begin_below_the_highest_picture(tmp_path: Path) -> None:
    save_videos(tmp_path, "moon", "lotus")  # one is upright
    async with piloted(tmp_path, watched=[], size=(120, 40), has_previews=True) as acting:
        await acting.press("ctrl+a", "v")
        await until(lambda: acting.text().count("no sound") == 2)
        texts = acting.app.screen.query(".compared-text")
        heights = {one.cells.height for one in acting.app.screen.query(PictureView)}
        assert len(heights) == 2
        await until(lambda: len({text.region.y for text in texts}) == 1)
