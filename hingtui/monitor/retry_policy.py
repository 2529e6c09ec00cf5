"""Decide whether and when a failed download is retried.

Each error's class says whether it is transient and how long to wait; this module compares that with
the time that is left until the file expires. The queue is in `download_queue`, its threads are in
`download_thread`.
"""

from __future__ import annotations

import random

from hingtui.model.errors import Busy, Expired, HingtuiError, NotFound, NotReady, Scope, Slow
from hingtui.model.eta import Basis
from hingtui.model.video import USUAL_LIFE
from hingtui.monitor.row import Download, Row

TURNS_WITHOUT_BYTES = 5
"""Turns in a row without a byte gained after which a slow download is given up."""


def retry_in(
    row: Row,
    download: Download,
    error: HingtuiError,
    *,
    now: float,
    unix_now: float,
    rng: random.Random,
) -> float | None:
    """Seconds until the next try after `error`; None when there is no point in one.

    `now` is in monotonic seconds, `unix_now` in Unix seconds, both on this machine's clock.
    """
    download.failures += 1
    if not error.is_transient or not _is_in_time(row, download, error, now, unix_now):
        return None
    if isinstance(error, Slow):
        return error.retry.first if _gains(download) else None
    return error.retry.after(download.failures, rng)


def _is_in_time(
    row: Row, download: Download, error: HingtuiError, now: float, unix_now: float
) -> bool:
    """Whether the file can still be there when it is tried again."""
    ends = row.expiry
    if isinstance(error, Busy):
        return True  # the other process may be about to finish
    if ends is not None and ends.basis is Basis.SERVER:
        return unix_now < ends.at
    if error.scope in (Scope.GATEWAY, Scope.DISK):
        return True  # it says nothing about this file
    left = download.asked_at + USUAL_LIFE - now
    return left > 0 or (ends is not None and unix_now < ends.at)


def final_error(row: Row, error: HingtuiError, unix_now: float) -> HingtuiError:
    """The error to show when giving up.

    Many gateways answer 404 both for a deleted file and for one that is not ready: after the
    expiry it becomes Expired.
    """
    if not isinstance(error, NotFound | NotReady) or not row.has_vanished(unix_now):
        return error
    gone = Expired(
        error.message,
        code=error.code,
        request_id=error.request_id,
        http_status=error.http_status,
    )
    gone.is_bare, gone.body = error.is_bare, error.body
    return gone


def _gains(download: Download) -> bool:
    """Whether a slow download has received anything in its last turns; then it goes on."""
    received = download.progress.received
    download.turns += 1
    download.turns_without_bytes = (
        0 if received > download.most_received else download.turns_without_bytes + 1
    )
    download.most_received = max(download.most_received, received)
    return download.turns_without_bytes < TURNS_WITHOUT_BYTES
