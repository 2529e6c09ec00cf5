"""A failed row's reason stands before its prompt, and can be told from one without colours."""

from __future__ import annotations

from hingtui.model.video import Status, Video, VideoError
from hingtui.monitor import Row
from hingtui.monitor.history_text import own_prompt_text, prompt_text, reason_text
from hingtui.storage.history import HistoryVideo
from hingtui.storage.watchlist import Entry
from hingtui.ui.table.cells import RenderContext, title_cell
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from tests.support.clock import EPOCH

FAILED = Video("v", Status.FAILED, prompt="a moonlit lake", error=VideoError("nsfw", "Refused."))
READY = Video("v", Status.READY, prompt="a moonlit lake")


def shown(video: Video, width: int = 40) -> str:
    palette = palette_of(DARK.to_color_system().generate(), no_color=True)
    cell = title_cell(Row("v", EPOCH, video=video), RenderContext(EPOCH, palette), width)
    return "".join(text for text, _style in cell).rstrip()


def test_the_reason_of_a_failure_has_its_icon() -> None:
    assert shown(FAILED) == "✗ Refused.  a moonlit lake"
    assert shown(FAILED, 8) == "✗ Refu.."
    assert shown(READY) == "a moonlit lake"


def test_the_history_tells_reason_and_prompt_apart() -> None:
    failed, ready = (HistoryVideo(Entry("v", EPOCH, video)) for video in (FAILED, READY))
    assert prompt_text(failed) == "✗ Refused.  a moonlit lake"
    assert (reason_text(failed), own_prompt_text(failed)) == ("Refused.", "a moonlit lake")
    assert (prompt_text(ready), reason_text(ready)) == ("a moonlit lake", "")
    nothing = HistoryVideo(Entry("video_9", EPOCH))
    assert (prompt_text(nothing), own_prompt_text(nothing)) == ("video_9", "")
