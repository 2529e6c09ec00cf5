"""Make the videos of a history, each in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hingtui.model.eta import Basis, Expiry
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.video import Cost, Status, Video
from hingtui.storage.history import Duration, HistoryVideo, Sighting, StatusChange
from hingtui.storage.watchlist import Entry
from tests.support.clock import EPOCH


def seen(
    video_id: str = "v_1",
    *changes: StatusChange,
    gateway: str = DEFAULT_GATEWAY,
    at: float = 0.0,
    status: Status = Status.READY,
    saved: str = "",
    took: float | None = None,
    is_observed: bool = False,
    expires: float | None = None,
    basis: Basis = Basis.SERVER,
    cost: tuple[float, str] | None = None,
    **fields: Any,
) -> Sighting:
    """A video created `at` seconds after the clock's start; `expires` counts from there too."""
    video = Video(
        video_id,
        status=status,
        created_at=EPOCH + at,
        completed_at=EPOCH + at + took if took is not None and not is_observed else None,
        cost=Cost(*cost) if cost is not None else None,
        **fields,
    )
    entry = Entry(
        video_id,
        EPOCH + at,
        video,
        EPOCH + at,
        saved=Path(saved) if saved else None,
        gateway=gateway,
    )
    return Sighting(
        HistoryVideo(
            entry,
            expiry=Expiry(EPOCH + expires, basis) if expires is not None else None,
            duration=Duration(took, is_observed) if took is not None else None,
            saved_at=EPOCH + at if saved else None,
        ),
        changes,
    )
