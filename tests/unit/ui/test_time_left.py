"""The cell that says how much time is left, of a download and of a video being generated."""

from __future__ import annotations

import pytest

from hingtui.model.video import Status, Video
from hingtui.monitor import DownloadState, Row
from hingtui.monitor.row import Download
from hingtui.ui.table.cells import RenderContext, time_cell
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from tests.support.clock import EPOCH

PALETTE = palette_of(DARK.to_color_system().generate())


def shown(row: Row, left: float | None = None) -> str:
    cell = time_cell(row, RenderContext(EPOCH, PALETTE, left=left), 20)
    return "".join(text for text, _style in cell).strip()


@pytest.mark.parametrize(("received", "words"), [(100, "~0:09 left"), (991, "soon")])
def test_a_download_about_to_end_ends_soon(received: int, words: str) -> None:
    download = Download(DownloadState.RUNNING)
    progress = download.progress
    progress.received, progress.total, progress.speed = received, 1000, 100.0
    video = Video("v", Status.READY, "completed", completed_at=EPOCH)
    assert shown(Row("v", EPOCH, video, download=download)) == words


@pytest.mark.parametrize(("left", "words"), [(0.5, "soon"), (25.0, "~0:25 left")])
def test_a_video_about_to_be_finished_is_finished_soon(left: float, words: str) -> None:
    assert shown(Row("v", EPOCH, Video("v", Status.GENERATING, "processing")), left) == words
