"""The details' lines about a running video: elapsed, left and why, stalled, and the bar."""

from __future__ import annotations

import pytest

from hingtui.model.estimate import Estimate, EstimateBasis
from hingtui.model.eta import Pace
from hingtui.model.video import Status, Video
from hingtui.monitor import Row
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from hingtui.ui.widgets.detail_text import DetailLayout, detail_text
from hingtui.ui.widgets.progress_text import time_bar, time_left_text
from tests.support.clock import EPOCH

PALETTE = palette_of(DARK.to_color_system().generate())
VIDEO = Video(
    "v", Status.GENERATING, model="seedance-2.5", seconds=8, created_at=EPOCH, progress=40
)
BY_PROGRESS = Estimate(80, EstimateBasis.PROGRESS)


def context(
    at: float, estimate: Estimate | None = None, usual: float | None = None
) -> RenderContext:
    left = None if estimate is None else estimate.seconds
    return RenderContext(EPOCH + at, PALETTE, left, estimate=estimate, usual=usual)


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (BY_PROGRESS, "~1:20, from its progress"),
        (
            Estimate(80, EstimateBasis.EARLIER, 14),
            "~1:20, from 14 earlier seedance-2.5 of 8 s",
        ),
        (None, ""),
    ],
)
def test_an_estimate_names_its_basis(estimate: Estimate | None, text: str) -> None:
    assert time_left_text(VIDEO, estimate) == text


def test_the_details_show_the_time_passed_beside_the_usual_one() -> None:
    row = Row("v", EPOCH, video=VIDEO)
    shown = detail_text(row, context(90, BY_PROGRESS, usual=100), DetailLayout(60)).plain
    assert "1:30, usually 1:40" in shown
    assert "~1:20, from its progress" in shown
    assert "usually" not in detail_text(row, context(90), DetailLayout(60)).plain


def test_the_bar_has_a_mark_at_the_usual_duration() -> None:
    row = Row("v", EPOCH, video=VIDEO)
    for at, before in ((50, True), (150, False)):
        pieces = time_bar(row, context(at, usual=100), 40)
        filled = sum(len(text) for text, style in pieces if style == PALETTE.filled)
        mark = "".join(text for text, _style in pieces).index("|")
        assert sum(len(text) for text, _style in pieces) == 40
        assert (filled <= mark) is before


@pytest.mark.parametrize(("usual", "room"), [(None, 40), (100.0, 8)])
def test_there_is_no_bar_without_a_usual_duration_or_room(usual: float | None, room: int) -> None:
    assert time_bar(Row("v", EPOCH, video=VIDEO), context(50, usual=usual), room) == ()


@pytest.mark.parametrize(("by_earlier", "words"), [(True, "19 of 20"), (False, "far longer")])
def test_a_stalled_video_says_for_how_long_and_against_what(by_earlier: bool, words: str) -> None:
    row = Row("v", EPOCH, video=VIDEO, pace=Pace(EPOCH, 0, EPOCH, 40, EPOCH + 30))
    row.is_stalled, row.is_stalled_by_earlier = True, by_earlier
    shown = " ".join(detail_text(row, context(400)).plain.split())
    assert "stalled" in shown
    assert "no change for 6:10" in shown
    assert words in shown
