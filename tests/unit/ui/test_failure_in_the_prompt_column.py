"""A failed row's reason stands beside its prompt or, where there is no room, before it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.style import Style

from hingtui.model.errors import Expired, LoginRequired, StorageRefused
from hingtui.model.video import Status, Video, VideoError
from hingtui.monitor import Row
from hingtui.monitor.history_text import own_prompt_text, prompt_text, reason_text
from hingtui.monitor.row import Download, DownloadState, LastError
from hingtui.storage.history import HistoryVideo
from hingtui.storage.watchlist import Entry
from hingtui.ui.table.cell import JOINED, Cell
from hingtui.ui.table.cells import RenderContext, title_cell
from hingtui.ui.table.columns import USUAL_COLUMNS, ColumnLayout, ContentWidths, plan_columns
from hingtui.ui.table.reason import reason_fields, spread_reason
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


def test_the_history_separates_reason_and_prompt() -> None:
    failed, ready = (HistoryVideo(Entry("v", EPOCH, video)) for video in (FAILED, READY))
    assert prompt_text(failed) == "✗ Refused.  a moonlit lake"
    assert (reason_text(failed), own_prompt_text(failed)) == ("Refused.", "a moonlit lake")
    assert (prompt_text(ready), reason_text(ready)) == ("a moonlit lake", "")
    nothing = HistoryVideo(Entry("video_9", EPOCH))
    assert (prompt_text(nothing), own_prompt_text(nothing)) == ("video_9", "")


LAKE = Video(
    "v", Status.FAILED, "m", prompt="a moonlit lake", error=VideoError("", "Zebra trouble")
)
LONG = replace(LAKE, error=VideoError("", "Zebra trouble " * 9), completed_at=EPOCH - 90)


def line(row: Row, width: int, columns: frozenset[str] = USUAL_COLUMNS) -> dict[str, str | None]:
    """What stands in each column; None where the one before reaches across it."""
    plan = plan_columns(width, ContentWidths(), ColumnLayout(columns))
    context = RenderContext(EPOCH, palette_of(DARK.to_color_system().generate(), no_color=True))
    cells = [column.cell(row, context, column.width) for column in plan]
    spread = spread_reason(row, context, plan, cells)
    return {
        column.key: None if cell is JOINED else "".join(text for text, _ in cell).strip()
        for column, cell in zip(plan, spread, strict=True)
    }


@pytest.mark.parametrize("width", [80, 100, 120, 160, 200])
def test_a_reason_reaches_across_as_many_columns_as_it_needs(width: int) -> None:
    shown = line(Row("v", EPOCH, video=LAKE), width)
    assert (shown["progress"], shown["title"]) == ("Zebra trouble", "a moonlit lake")
    assert (shown["time"] is None) == (width < 100)
    shown = line(Row("v", EPOCH, video=LONG), width)
    assert shown["title"] == "a moonlit lake"
    assert (shown["time"], shown.get("expiry")) == (None, None)
    room = 25 if width < 100 else 44
    assert cell_len(shown["progress"] or "") in (room - 1, room)
    assert (shown["progress"] or "").startswith("Zebra trouble Zebra")


def test_a_chinese_reason_is_never_cut_within_a_character() -> None:
    row = Row("v", EPOCH, video=replace(LAKE, error=VideoError("", "斑马出错" * 20)))
    for width in range(70, 130):
        reason = line(row, width)["progress"] or ""
        assert cell_len(reason) <= 44
        assert set(reason) <= set("斑马出错.")


@pytest.mark.parametrize("columns", [{"model"}, {"time"}, {"progress"}, {"time", "expiry"}])
def test_where_columns_have_no_room_the_reason_stands_before_the_prompt(columns: set[str]) -> None:
    shown = line(Row("v", EPOCH, video=LAKE), 160, frozenset(columns))
    assert (shown["title"] or "").startswith("✗ Zebra trouble  a moonlit lake")


def test_the_reason_of_a_failed_download_reaches_across_empty_cells_only() -> None:
    row = Row("v", EPOCH, video=replace(READY, expires_at=EPOCH + 90))
    row.download = Download(DownloadState.FAILED, error=StorageRefused("no"))
    narrow, wide = line(row, 80), line(row, 120)
    assert narrow["title"] == wide["title"] == "a moonlit lake"
    assert (narrow["time"], wide["expiry"]) == ("1:30", "1:30")
    request = Row("v", EPOCH, video=replace(READY, status=Status.QUEUED))
    request.last_error = LastError(LoginRequired("no"), EPOCH)
    assert line(request, 80)["progress"] == "login in front"
    assert line(request, 120)["time"] == ""


def test_a_filter_word_is_found_in_a_reason_that_begins_elsewhere() -> None:
    cells: tuple[Cell, ...] = ((), (("Zebra", Style()),), JOINED, ())
    assert reason_fields(["progress", "time", "expiry", "prompt"], cells)[1:] == [
        "error",
        "expiry",
        "prompt",
    ]


def test_an_expired_row_does_not_say_twice_that_it_expired() -> None:
    row = Row("v", EPOCH, video=replace(READY, status=Status.EXPIRED))
    for error, words in ((Expired("gone"), ""), (StorageRefused("no"), "odd answer")):
        row.download = Download(DownloadState.FAILED, error=error)
        shown = line(row, 100)
        assert (shown["status"], shown["progress"]) == ("∅ expired", words)
