"""Which rows belong together, and how far all of a group are. No widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from hingtui.model.video import Status
from hingtui.monitor.row import Row


class Grouping(Enum):
    """What the rows of a group have in common; the value is its name in state.toml."""

    NONE = "none"
    BATCH = "batch"
    """They were added together: one paste, one import, one `hingtui add`."""
    PROMPT = "prompt"


def grouping_of(name: str | None) -> Grouping:
    """The grouping of this name; none for any other text."""
    return next((each for each in Grouping if each.value == name), Grouping.NONE)


def group_of(row: Row, grouping: Grouping) -> str:
    """The name of the row's group; "" if it belongs to none."""
    match grouping:
        case Grouping.BATCH:
            return row.batch
        case Grouping.PROMPT:
            return row.video.prompt if row.video is not None else ""
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """How far the videos of a group are."""

    count: int
    finished: int
    """Those that are not generated any more: ready, saved, failed or expired."""
    saved: int
    not_saved: int
    """Those that are ready and neither saved nor lost."""
    failed: int
    lost: int
    """Those that expired unsaved."""
    share: float
    """0–1: each video counts alike, by the progress that its gateway reports."""
    left: float | None
    """Estimated seconds until the last one is finished; None if no estimate covers them all."""
    model: str
    """That of all of them; "" if they have several."""


def group_progress(
    rows: Sequence[Row], now: float, remaining: Callable[[Row], float | None]
) -> GroupProgress:
    """How far these are at `now` (Unix seconds); `remaining` estimates when a video is finished."""
    running = [row for row in rows if not row.is_final]
    estimates = [remaining(row) for row in running]
    known = [left for left in estimates if left is not None]
    models = {row.video.model for row in rows if row.video is not None and row.video.model}
    unsaved = [row for row in rows if row.saved is None]
    return GroupProgress(
        count=len(rows),
        finished=len(rows) - len(running),
        saved=len(rows) - len(unsaved),
        not_saved=sum(row.status is Status.READY and not row.has_vanished(now) for row in unsaved),
        failed=sum(row.status is Status.FAILED for row in unsaved),
        lost=sum(row.status is not Status.FAILED and row.has_vanished(now) for row in unsaved),
        share=sum(map(_share, rows)) / len(rows) if rows else 0.0,
        left=max(known) if known and len(known) == len(running) else None,
        model=models.pop() if len(models) == 1 else "",
    )


def _share(row: Row) -> float:
    if row.is_final:
        return 1.0
    progress = row.video.progress if row.video is not None else None
    return 0.0 if progress is None else progress / 100
