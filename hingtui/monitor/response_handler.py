"""Apply responses and errors to rows, and decide which errors are the gateway's.

It sends nothing: it says what is asked next, and when.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from hingtui.model.errors import ApiError, Expired, HingtuiError, NotFound, RateLimited, Scope
from hingtui.model.estimate import has_stalled
from hingtui.model.eta import GRACE, RARE, SLOW, STEADY, first_pace, jitter, poll_interval
from hingtui.model.key import VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor.gateway import LIST, MANY_REFUSED, Gateway
from hingtui.monitor.list_poller import Swept
from hingtui.monitor.poller import Poller, VideoResponse
from hingtui.monitor.row import HistoryEntry, LastError, Row
from hingtui.monitor.shared import Shared

HISTORY = 200
"""Lines of history kept of one video."""
_ODD = 3
"""How often in a row a known video may be reported unknown before it is polled rarely."""
_RECENT = 10.0
"""Seconds for which a success proves the token valid."""

_log = logging.getLogger(__name__)

Outcome = VideoResponse | Swept | Exception
"""Of a request: the video, the end of a sweep over the list, or what went wrong."""


class ResponseHandler:
    """What follows from each response and each error."""

    def __init__(self, gateway: Gateway, poller: Poller, shared: Shared) -> None:
        """`poller` gets when each row is asked about next."""
        self.gateway = gateway
        self.poller = poller
        self._shared = shared
        self.asked_for: set[str] = set()
        """Ids that a person asked about: what is wrong with them is shown, finished or not."""

    def handle(self, video_id: str, outcome: Outcome) -> None:
        """Take in the outcome of a request about this video, or of one for the list (`LIST`)."""
        row = self._row(video_id)
        if row is None and video_id != LIST:
            return  # unwatched meanwhile
        self.update_gateway(video_id, outcome)
        if row is not None and not isinstance(outcome, Swept):
            try:
                if not isinstance(outcome, Exception):
                    self._apply(row, outcome)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown on the row
                outcome = error
            if isinstance(outcome, Exception):
                self._apply_error(row, outcome)
            self.asked_for.discard(video_id)
            self._shared.feed.row_changed(row.key)
        if isinstance(outcome, HingtuiError):
            outcome.forget_frames()

    def update_gateway(self, video_id: str, outcome: Outcome) -> None:
        """Take in what the outcome says about the gateway, and so about other rows."""
        gateway = self.gateway
        if isinstance(outcome, ApiError):
            active = self.poller.active + (self.poller.next_due_in(video_id) is None)
            affected = gateway.failed(
                video_id, outcome, active=active, watched=len(self.poller.watched)
            )
        elif isinstance(outcome, Exception):
            return
        else:
            lead = gateway.clock_lead
            affected = gateway.answered(video_id, outcome.server_time)
            if gateway.clock_lead != lead:
                self._set_clocks()
        for other in affected:
            if gateway.is_probing:
                self._clear_error(other)
            elif (row := self._row(other)) is not None and not row.is_final:
                self.poller.schedule(other, self._shared.rng.random())
        if affected:
            self._shared.queue.wake()
            self.poller.wake()
        elif gateway.refused_count and not gateway.may_be_refused:
            self._confirm_refusal()

    def _set_clocks(self) -> None:
        """The gateway's clock turned out to differ: correct the expiry of all its rows."""
        for row in self._shared.rows.values():
            if row.gateway == self.gateway.name:
                row.clock_lead = self.gateway.clock_lead
                self._shared.feed.row_changed(row.key)

    def expire(self, row: Row) -> None:
        """The gateway has deleted it."""
        gone = replace(row.video or Video(row.id), status=Status.EXPIRED)
        before, row.video = row.video, gone
        row.is_old = False
        row.last_error = None
        row.asked_at = self._shared.clock.time()
        self._finish(row, before, row.asked_at)
        self._shared.watchlist_sync.updated(row.key)
        self._shared.feed.row_changed(row.key)

    def _row(self, video_id: str) -> Row | None:
        return self._shared.rows.get(VideoKey(self.gateway.name, video_id))

    def _clear_error(self, video_id: str) -> None:
        """The error is the gateway's: show it once in the banner, not on each row."""
        row = self._row(video_id)
        if row is None:
            return
        if row.last_error is not None and is_of_gateway(row.last_error.error):
            row.last_error = None
        if row.download is not None and is_of_gateway(row.download.error):
            self._shared.queue.requeue(row)
        self._shared.feed.row_changed(row.key)

    def _confirm_refusal(self) -> None:
        """The token was refused for some: ask about others soon, to find out whether for all."""
        if self._shared.clock.monotonic() - self.gateway.last_success < _RECENT:
            return
        watched = self.poller.watched
        missing = min(MANY_REFUSED, len(watched)) - self.gateway.refused_count
        for video_id in self.gateway.not_refused(watched):
            if missing <= 0:
                return
            missing -= 1
            due = self.poller.next_due_in(video_id)
            if (due is None or due > _RECENT) and not self.poller.is_asking(video_id):
                self.poller.schedule(video_id, 0, alone=True)

    def _apply(self, row: Row, response: VideoResponse) -> None:
        now = self._shared.clock.time()
        before = row.video
        video = response.video if before is None else before.followed_by(response.video)
        _record(row, response.video, now)
        self._shared.raw_responses.keep(row.key, response.raw)
        row.video = video
        row.asked_at = now
        row.is_old = False
        row.last_error = None
        row.failures = 0
        if video.status.is_final:
            row.is_stalled = False
            self._finish(row, before, now)
        else:
            self._go_on(row, video, self.gateway.now())
        if video != before:
            status_changed = before is None or before.status is not video.status
            self._shared.watchlist_sync.updated(row.key, soon=status_changed)

    def _go_on(self, row: Row, video: Video, now: float) -> None:
        """The video is not finished: plan the next request."""
        pace = row.pace
        pace = first_pace(video, now) if pace is None else pace.seen(video.progress or 0.0, now)
        row.pace = pace
        earlier = self._shared.duration_stats.earlier(video)
        row.is_stalled = video.status is Status.GENERATING and has_stalled(pace, now, earlier)
        row.is_stalled_by_earlier = earlier.still_limit(pace) is not None
        wait = poll_interval(video.status, pace, now, self._shared.duration_stats.median(video))
        self.poller.schedule(row.id, jitter(wait, self._shared.rng))

    def _finish(self, row: Row, before: Video | None, now: float) -> None:
        """The video is final. Report that where it was not before."""
        if row.video is None or (before is not None and before.status is row.video.status):
            return
        if row.video.status is not Status.READY:
            if before is not None:
                self._shared.feed.new.failed.append(row.key)
            return
        self._shared.duration_stats.record(row.video)
        if before is not None:
            if row.pace is not None:
                now_there = self.gateway.now()
                row.still = self._shared.duration_stats.record_still(row.video, row.pace, now_there)
            row.ready_seen_at = now
            self._shared.feed.new.ready.append(row.key)
        if row.saved is None:
            self._shared.download(row)

    def _apply_error(self, row: Row, error: Exception) -> None:
        """The request failed. What is wrong with the gateway is shown once, not on every row."""
        if row.is_final and row.id not in self.asked_for:
            return  # it was a probe of the gateway
        self._keep_body(row, error)
        if isinstance(error, Expired):
            self.expire(row)
            return
        if not isinstance(error, RateLimited):
            row.failures += 1
        wait = self._wait_after(row, error)
        if not row.is_final:
            self.poller.schedule(row.id, jitter(wait, self._shared.rng))

    def _keep_body(self, row: Row, error: Exception) -> None:
        """Keep what the gateway sent with an error, for the details."""
        if isinstance(error, ApiError) and error.body is not None:
            # The gateway may keep the error for long: the body is kept here, in bounded memory.
            body, error.body = error.body, None
            self._shared.raw_responses.keep(row.key, body)

    def _wait_after(self, row: Row, error: Exception) -> float:
        """Seconds until the next request after an error, which is noted on the row if it is its."""
        if isinstance(error, NotFound):
            return self._not_found(row, error)
        if isinstance(error, RateLimited):
            return 0.0  # as soon as the rate limit allows
        retry = HingtuiError.retry
        if isinstance(error, HingtuiError):
            retry = error.retry
        else:
            _log.error("asking about %s failed unexpectedly", row.id, exc_info=error)
        if not (self.gateway.is_probing and is_of_gateway(error)):
            row.last_error = LastError(error, self._shared.clock.time())
        return retry.after(row.failures, self._shared.rng)

    def _not_found(self, row: Row, error: NotFound) -> float:
        """Seconds until the next request about a video that the gateway does not know."""
        is_young = self._shared.clock.time() - row.added_at < GRACE and row.video is None
        if is_young:
            row.last_error = None
            return STEADY
        row.last_error = LastError(error, self._shared.clock.time())
        # Once known, it may only be unknown to one of the gateway's machines.
        is_odd = row.video is not None and row.failures <= _ODD
        return SLOW if is_odd else RARE


def is_of_gateway(error: Exception | None) -> bool:
    """Whether it can be the gateway's or the token's, rather than one video's."""
    return isinstance(error, HingtuiError) and error.scope in (Scope.GATEWAY, Scope.TOKEN)


def _record(row: Row, video: Video, now: float) -> None:
    """Write into the history what was reported, if it is not what was reported before."""
    seen = HistoryEntry(now, video.status, video.raw_status, video.progress)
    if not row.history or replace(row.history[-1], at=now) != seen:
        row.history.append(seen)
        del row.history[:-HISTORY]
