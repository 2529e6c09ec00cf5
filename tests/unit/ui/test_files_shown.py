"""What the details show of a job with several files."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.video import Status, Video
from hingtui.monitor import Row
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from hingtui.ui.widgets.detail_text import detail_text
from tests.support.clock import EPOCH

ONE, TWO = Path("/v/a.mp4"), Path("/v/a-2.mp4")


def details(saved: Path | None, *files: Path | None) -> str:
    video = Video("a", Status.READY, outputs=2)
    row = Row("a", EPOCH, video=video, saved=saved, saved_bytes=None, files=files)
    palette = palette_of(DARK.to_color_system().generate(), no_color=True)
    return detail_text(row, RenderContext(EPOCH, palette)).plain


def test_all_files_of_a_saved_job_are_listed() -> None:
    shown = details(ONE, ONE, TWO)
    assert str(ONE) in shown
    assert str(TWO) in shown
    assert "so far" not in shown


def test_an_unfinished_job_shows_how_much_of_it_is_saved() -> None:
    shown = details(None, None, TWO)
    assert "1 of 2 files" in shown
    assert str(TWO) in shown


def test_one_unverified_file_makes_the_job_unverified() -> None:
    odd = Path("/v/a-2.unverified")
    assert Row("a", EPOCH, saved=ONE, files=(ONE, TWO)).is_verified
    assert not Row("a", EPOCH, saved=ONE, files=(ONE, odd)).is_verified
