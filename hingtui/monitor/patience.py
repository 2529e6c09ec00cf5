"""Knows when a download that failed is tried again, and when there is no point in it.

It must not know queues or threads. Times are monotonic seconds, but for `server_now`.
"""

from __future__ import annotations

from hingtui.errors import (
    BadReply,
    Busy,
    Forbidden,
    NotReady,
    RateLimited,
    ServerTrouble,
    Slow,
    StorageTrouble,
    Unauthorized,
    Unreachable,
)
from hingtui.monitor.watched import Saving, Watched
from hingtui.video import USUAL_LIFE

BUSY_WAIT = 2.0
"""Seconds until a video that another process is saving is looked at again."""
NOT_READY_WAIT = 5.0
OFFLINE_WAIT = 15.0
FULL_WAIT = 30.0
"""Seconds until a full disk is tried again."""
SLOW_WAIT = 5.0
TROUBLE_WAIT, LONGEST_TROUBLE_WAIT = 10.0, 120.0
"""Seconds until a server in trouble is asked for the file again; they double."""
IDLE_TURNS = 5
"""Turns in a row without a byte gained after which a slow download is given up."""
_PATIENCE = 900.0
"""Seconds for which "not ready yet" is believed of a video whose expiry is not known."""


def retry_in(
    watched: Watched, saving: Saving, error: Exception, *, now: float, server_now: float
) -> float | None:
    """Seconds until the next try after `error`; None when there is no point in one."""
    ends = watched.expiry
    # For how long the file is still there by the server's own word.
    said = None if ends is None or ends.is_estimate else ends.at - server_now
    match error:
        case Busy():
            return BUSY_WAIT
        case RateLimited() | Unauthorized() | Forbidden():
            return 0.0  # as soon as the host lets us in again
        case StorageTrouble():
            return FULL_WAIT if error.is_full else None
        case NotReady():
            left = saving.asked_at + _PATIENCE - now if said is None else said
            return NOT_READY_WAIT if left > 0 else None
        case Unreachable():
            return OFFLINE_WAIT if said is None or said > 0 else None
        case ServerTrouble() | BadReply():  # a page may come from something on the way
            wait = min(LONGEST_TROUBLE_WAIT, TROUBLE_WAIT * 2 ** min(saving.failures, 10))
            saving.failures += 1
            left = saving.asked_at + USUAL_LIFE - now if ends is None else ends.at - server_now
            return wait if left > 0 else None
        case Slow():
            return _after_a_turn(saving) if said is None or said > 0 else None
        case _:
            return None


def _after_a_turn(saving: Saving) -> float | None:
    """A download that crawls goes on behind the others, for as long as it gains anything."""
    received = saving.progress.received
    saving.turns += 1
    saving.idle_turns = 0 if received > saving.most else saving.idle_turns + 1
    saving.most = max(saving.most, received)
    return SLOW_WAIT if saving.idle_turns < IDLE_TURNS else None
