"""The comparison of several videos: the facts under each picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.ui.screens.compare import Compared
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


async def test_pictures_leave_room_for_their_texts_after_a_resize(tmp_path: Path) -> None:
    save_videos(tmp_path, "moon", "lotus")
    async with piloted(tmp_path, watched=[], size=(120, 40), has_previews=True) as acting:
        await acting.press("ctrl+a", "v")
        await until(lambda: acting.text().count("no sound") == 2)
        await acting.pilot.resize_terminal(60, 15)
        await until(lambda: acting.text().count("The film") == 2)
