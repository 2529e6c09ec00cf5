"""Clearing the drawing caches does not change the screen."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cached_cell_len
from rich.segment import Segment

from hingtui.ui.textual_fixes.cache_trim import TRIM_EVERY, drawing_caches, trim
from tests.support.pilot import piloted
from tests.support.waiting import until
from tests.support.watch import job


def test_all_drawing_caches_are_found() -> None:
    names = {cache.__qualname__ for cache in drawing_caches()}
    assert names >= {"cached_cell_len", "Segment._split_cells", "Strip.blank"}


def test_trim_empties_the_caches() -> None:
    Segment("宽宽").split_cells(3)
    assert Segment._split_cells.cache_info().currsize
    trim()
    assert not any(cache.cache_info().currsize for cache in drawing_caches())


async def test_trim_does_not_change_the_screen(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(prompt="宽 one clip")) as acting:
        before = acting.lines()
        trim()
        acting.app.screen.refresh(layout=True)
        acting.table.refresh()
        await acting.drawn()
        assert acting.lines() == before


async def test_the_caches_are_trimmed_every_ten_minutes(tmp_path: Path) -> None:
    async with piloted(tmp_path) as acting:
        for number in range(1000):
            cached_cell_len(f"a text that was drawn once, {number}")
        acting.clock.advance(TRIM_EVERY)
        await until(lambda: cached_cell_len.cache_info().currsize < 500)
