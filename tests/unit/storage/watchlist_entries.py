"""Entries of a watchlist."""

from __future__ import annotations

from dataclasses import replace

from hingtui.model.video import Status, Video
from hingtui.storage.watchlist import Entry, Watchlist
from tests.support.clock import EPOCH
from tests.support.keys import ids

RUNNING = Video("v_1", Status.GENERATING, "processing", progress=45.0, prompt="百事可乐宣传片")
READY = replace(RUNNING, status=Status.READY, raw_status="success", expires_at=EPOCH + 3600)


def entry(video_id: str, video: Video | None = None, asked_at: float | None = None) -> Entry:
    return Entry(video_id, EPOCH, video, asked_at)


def entries(*ids: str) -> list[Entry]:
    return [entry(video_id) for video_id in ids]


def ids_in(watchlist: Watchlist) -> list[str]:
    return ids(Watchlist(watchlist.path).read().entries)
