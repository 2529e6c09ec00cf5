"""Groups and tags on the dashboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from hingtui.storage.state import load_state
from hingtui.ui.table.group_lines import is_header
from tests.support.keys import ids, key
from tests.support.pilot import PilotedApp, piloted
from tests.support.watch import job

READY = {"queued_for": 0, "generating_for": 0}
JOBS = (job("video_a", **READY), job("video_b"), job("video_c"), job("video_d"))


async def grouped(acting: PilotedApp) -> None:
    """Two batches, the second one collapsed later; the cursor on the header of the first."""
    acting.app.monitor.add(["video_a", "video_b"], batch="1")
    acting.app.monitor.add(["video_c", "video_d"], batch="2")
    await acting.pass_time(1)
    await acting.pass_time(1)
    await acting.press("b", "g")


@pytest.mark.slow
async def test_a_group_has_a_header_that_enter_collapses(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=[]) as acting:
        await grouped(acting)
        table = acting.table
        assert acting.line_with("1 of 2").strip().startswith("- 2 videos")
        assert "1 not saved yet" in acting.line_with("1 of 2")
        assert is_header(table.cursor_key)
        before = table.row_count
        await acting.press("enter")
        assert (table.row_count, before) == (4, 6)
        assert "+ 2 videos" in acting.text()
        assert len(table.order) == 4
        await acting.press("n")
        assert (table.cursor_key, table.row_count) == (key("video_a"), 6)
        await acting.app.memory.written(within=30)
    assert load_state(tmp_path / "state.toml").grouping == "batch"


async def test_a_command_on_a_header_is_for_the_whole_group(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=[]) as acting:
        await grouped(acting)
        await acting.press("T")
        acting.app.screen.query_one(Input).value = "moon draft"
        await acting.press("enter")
        assert acting.row("video_a").tags == acting.row("video_b").tags == ("moon", "draft")
        assert acting.row("video_c").tags == ()
        await acting.press("space")
        assert ids(sorted(acting.table.marks)) == ["video_a", "video_b"]
        await acting.press("slash", *"tag:moon", "enter")
        assert ids(sorted(acting.table.order)) == ["video_a", "video_b"]
