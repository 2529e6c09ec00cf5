"""The curve of a video's progress, in Braille dots."""

from __future__ import annotations

import pytest

from hingtui.model.video import Status
from hingtui.monitor import HistoryEntry
from hingtui.ui.widgets.progress_curve import progress_curve


def seen(*points: tuple[float, float | None]) -> list[HistoryEntry]:
    return [HistoryEntry(at, Status.GENERATING, "processing", share) for at, share in points]


def test_an_even_progress_is_a_diagonal() -> None:
    steps = seen(*((n, n * 100 / 7) for n in range(8)))
    assert progress_curve(steps, 7, 4, 2) == ["⠀⠀⣠⠞", "⣠⠞⠁⠀"]


def test_a_stalled_video_shows_a_flat_line_up_to_now() -> None:
    (line,) = progress_curve(seen((0, 0), (1, 50), (2, 99)), 100, 10, 1)
    assert set(line[2:]) == {"⠉"}


@pytest.mark.parametrize(
    "points", [(), ((0, None),), ((0, 0), (1, 50)), ((5, 0), (5, 50), (5, 99)), ((0, 3),) * 9]
)
def test_too_few_reports_make_no_curve(points: tuple[tuple[float, float | None], ...]) -> None:
    assert progress_curve(seen(*points), 5, 10, 2) == []
