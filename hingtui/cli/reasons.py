"""Write in one sentence why a video was not asked about, or not downloaded."""

from __future__ import annotations

from hingtui.model.errors import ApiError, NotFound, Scope
from hingtui.model.explain import diagnose
from hingtui.model.key import DEFAULT_GATEWAY, UNKNOWN_GATEWAY
from hingtui.model.video import Status
from hingtui.monitor import GatewayState, Monitor, Row
from hingtui.text.i18n import _
from hingtui.text.wrap import in_a_row

MOST_UNANSWERED = 8
"""Failed requests in a row about one video, some minutes' worth, after which a command that waits
gives it up."""
_MOST_UNKNOWN = 4
"""The same where the gateway says that it does not know a video that it has known."""


def why_unanswered(row: Row, monitor: Monitor) -> str:
    """Why there is no fresh response about this video."""
    status = monitor.status_of(row.gateway)
    if status.state is GatewayState.NO_TOKEN:
        return _("its gateway {name} has no token").format(name=row.gateway)
    if status.state is GatewayState.NOT_SET:
        return _("its gateway {name} is not in the settings").format(name=row.gateway)
    error = row.last_error.error if row.last_error is not None else status.error
    if row.gateway == UNKNOWN_GATEWAY and not row.failures:
        return _why_not_found(error)
    if error is not None:
        return _explained(error)
    return _("The gateway does not know this id (yet).") if row.failures else _("no answer")


def _why_not_found(error: Exception | None) -> str:
    """Why it is still not known at which of several gateways the video is."""
    if error is None:
        return _("No gateway could be asked about it. hingtui doctor says why.")
    sentence = _(
        "No gateway is known to have it, and one could not say ({reason}). "
        "hingtui doctor says which one."
    )
    return sentence.format(reason=_explained(error).rstrip(".。"))


def why_not_saved(row: Row, monitor: Monitor) -> str:
    """Why this run ends without the file of this video."""
    if row.key not in monitor.rows:
        return _("it was removed from the watchlist meanwhile")
    video = row.video
    if row.status is Status.FAILED and video is not None:
        reason = video.error.message or video.error.code if video.error else ""
        return _("the gateway failed to make this video. {words}").format(words=reason).strip()
    error = row.download.error if row.download is not None else None
    is_refused = isinstance(error, ApiError) and error.scope is not Scope.GATEWAY
    if row.status is Status.EXPIRED or (is_refused and row.has_vanished(monitor.now())):
        return _("the file has expired at the gateway")
    if is_refused and seems_gone(row, monitor.now()):
        return _("the file has probably expired at the gateway")
    if error is not None:
        return _explained(error)
    if (
        video is None
        or row.last_error is not None
        or monitor.status_of(row.gateway).error is not None
    ):
        return why_unanswered(row, monitor)
    return _("it is not finished yet ({word}); use --wait to wait for it").format(
        word=video.raw_status or row.status.value
    )


def is_unanswerable(row: Row, monitor: Monitor) -> bool:
    """Whether nothing more is to be expected from the gateway about this video.

    It refuses the token, does not know the video, or fails each time it is asked about it.
    """
    state = monitor.status_of(row.gateway).state
    if state in (GatewayState.DENIED, GatewayState.NO_TOKEN):
        return True
    if state is GatewayState.NOT_SET and row.gateway != DEFAULT_GATEWAY:
        return True  # the others are asked about what came without a gateway
    if row.is_final or row.last_error is None:
        return False
    most = _MOST_UNKNOWN if row.video is not None else 1
    is_unknown = isinstance(row.last_error.error, NotFound) and row.failures >= most
    return is_unknown or row.failures >= MOST_UNANSWERED


def seems_gone(row: Row, now: float) -> bool:
    """Whether the file has expired, as the gateway says or as its usual lifetime suggests."""
    expiry = row.expiry
    return row.status is Status.EXPIRED or (expiry is not None and now >= expiry.at)


def _explained(error: Exception) -> str:
    diagnosis = diagnose(error)
    return in_a_row(filter(None, (diagnosis.what, diagnosis.details)))
