"""Say in one sentence why a video was not asked about, or not downloaded."""

from __future__ import annotations

from hingtui.model.errors import ApiError, Scope
from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import Monitor, Row
from hingtui.text.i18n import _


def why_unanswered(watched: Row, monitor: Monitor) -> str:
    error = watched.trouble.error if watched.trouble is not None else monitor.connection.error
    if error is None:
        return _("the gateway does not know this id (yet)") if watched.failures else _("no answer")
    return _in_words(error)


def why_not_saved(watched: Row, monitor: Monitor) -> str:
    if watched.id not in monitor.watched:
        return _("it was taken off the watchlist meanwhile")
    video = watched.video
    if watched.status is Status.FAILED and video is not None:
        words = video.error.message or video.error.code if video.error else ""
        return _("the gateway failed to make this video. {words}").format(words=words).strip()
    error = watched.saving.error if watched.saving is not None else None
    is_refused = isinstance(error, ApiError) and error.scope is not Scope.GATEWAY
    if watched.status is Status.EXPIRED or (is_refused and seems_gone(watched, monitor.now())):
        return _("the file has expired on the server")
    if error is not None:
        return _in_words(error)
    if video is None or watched.trouble is not None or monitor.connection.error is not None:
        return why_unanswered(watched, monitor)
    return _("it is not finished yet ({word}); with --wait it is waited for").format(
        word=video.raw_status or watched.status.value
    )


def seems_gone(watched: Row, now: float) -> bool:
    """Whether its time is over, by the server's word or by estimate."""
    ends = watched.expiry
    return watched.status is Status.EXPIRED or (ends is not None and now >= ends.at)


def _in_words(error: Exception) -> str:
    told = diagnose(error)
    return f"{told.what} {told.said}".strip()
