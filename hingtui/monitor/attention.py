"""How much attention a row needs: the order of the dashboard, most urgent first."""

from __future__ import annotations

import math
from enum import IntEnum

from hingtui.model.video import Status
from hingtui.monitor.row import Row
from hingtui.monitor.status_counts import RowState, row_state_of

SOON, VERY_SOON = 600.0, 180.0
"""Seconds before its expiry from which an unsaved video is a warning, and an alarm."""


class Attention(IntEnum):
    """What a person has to do about a row, the most urgent first."""

    EXPIRING = 0
    """Ready, not saved, not being downloaded, and expires soon."""
    NOT_SAVED = 1
    """Its download was given up."""
    DOWNLOADING = 2
    READY = 3
    RUNNING = 4
    QUEUED = 5
    UNCLEAR = 6
    """No response yet, or a status that is not known here."""
    FAILED = 7
    EXPIRED = 8
    SAVED = 9


_BY_STATE = {
    RowState.DOWNLOADING: Attention.DOWNLOADING,
    RowState.WAITING: Attention.DOWNLOADING,
    RowState.READY: Attention.READY,
    RowState.GENERATING: Attention.RUNNING,
    RowState.STALLED: Attention.RUNNING,
    RowState.QUEUED: Attention.QUEUED,
    RowState.FAILED: Attention.FAILED,
    RowState.EXPIRED: Attention.EXPIRED,
    RowState.SAVED: Attention.SAVED,
}


def attention_of(row: Row, now: float) -> Attention:
    """The attention that a row needs at `now` (Unix seconds on this machine's clock)."""
    attention = _BY_STATE.get(row_state_of(row, now), Attention.UNCLEAR)
    if attention is Attention.READY:
        expiry = row.expiry
        if expiry is not None and expiry.at - now < SOON:
            return Attention.EXPIRING
        if row.download is not None and row.download.error is not None:
            return Attention.NOT_SAVED
    return attention


def needs_person(row: Row, now: float) -> bool:
    """Whether a finished video is neither saved nor being downloaded: only a person can help."""
    return row.can_be_downloaded(now)


def changes_at(row: Row, now: float) -> float:
    """When its attention changes next without any news; infinity for never."""
    if row.saved is not None or row.status is not Status.READY or (expiry := row.expiry) is None:
        return math.inf
    moments = (expiry.at - SOON, expiry.at)
    return min((moment for moment in moments if moment > now), default=math.inf)
