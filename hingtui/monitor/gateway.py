"""All state of one gateway: reachable, rate limited, token refused, paused, and its clock.

It is updated with each response and each error, and it decides whether an error that concerned one
video is the gateway's own. It sends nothing and changes no rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from hingtui.model.errors import (
    GATEWAY_BACKOFF,
    REFUSED_BACKOFF,
    ApiError,
    Backoff,
    NotFound,
    NotOffered,
    RateLimited,
    Scope,
    Unreachable,
)
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.monitor.gateway_clock import GatewayClock
from hingtui.monitor.gateway_status import GatewayState, GatewayStatus
from hingtui.monitor.rate_limiter import RateLimiter
from hingtui.system.clock import Clock

MANY_REFUSED = 5
"""Different videos for which the token must be refused, with no success since, before the token
itself is taken to be refused."""
MANY_FAILED = 3
"""Different videos that must fail, with no response since, before the gateway counts as down."""
LIST = ""
"""Stands for the list where an id is expected: no video has an empty id."""


class Gateway:
    """The state of one gateway, as its responses and errors show it.

    All methods but `admit` belong to the event loop's thread.
    """

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        changed: Callable[[], None],
        *,
        name: str = DEFAULT_GATEWAY,
    ) -> None:
        """`changed` is called when the state to show has changed. `name` is the gateway's name in
        the settings."""
        self.name = name
        self.limiter = RateLimiter(rng)
        self._base_state = GatewayState.STARTING
        """STARTING, NO_TOKEN or ONLINE: whether requests can be sent at all."""
        self.is_paused = False
        """The user has stopped all polling."""
        self._refused: ApiError | None = None
        """The error of a token that is suspected to be refused; a probe confirms it."""
        self._down: ApiError | None = None
        """The error of a gateway that is suspected to be down; a probe confirms it."""
        self.answered_before: dict[str, None] = {}
        """Ids whose request succeeded, the latest last: the best ones to probe with."""
        self._clock = clock
        self._gateway_clock = GatewayClock(clock)
        self._rng = rng
        self._changed = changed
        self._limited: ApiError | None = None
        self._since = 0.0
        self._failing: dict[str, None] = {}
        """Ids that failed since the last response."""
        self._refusals: dict[str, None] = {}
        """Ids for which the token was refused since the last success."""
        self._healthy: set[str] = set()
        """Ids whose last request succeeded."""
        self._lost_healthy = False
        """Whether one of those has failed since the last response."""
        self._probes = 0
        self._probe_at = 0.0
        self._probing: str | None = None
        self.last_success = float("-inf")
        """Monotonic seconds of the last success."""
        self._answered_at: float | None = None
        """Monotonic seconds of the last response of any status; None after a reset."""

    def now(self) -> float:
        """Unix seconds on the gateway's clock, as far as it is known."""
        return self._gateway_clock.now()

    @property
    def clock_lead(self) -> float:
        """Seconds by which the gateway's clock is ahead of this machine's, as far as is known."""
        return self._gateway_clock.lead

    @property
    def is_clock_outdated(self) -> bool:
        """Whether only another response can say what `clock_lead` is now."""
        return self._gateway_clock.is_outdated

    @property
    def is_probing(self) -> bool:
        """Whether only one request at a time is sent, until one succeeds."""
        return self._down is not None or self._refused is not None

    @property
    def refused(self) -> ApiError | None:
        """Why the gateway refuses the token, once a probe has confirmed it."""
        return self._refused if self._probes else None

    @property
    def down(self) -> ApiError | None:
        """Why nothing on the gateway answers, once a probe has confirmed it."""
        return self._down if self._probes else None

    @property
    def may_be_refused(self) -> bool:
        """Whether probes are about the token, confirmed or not."""
        return self._refused is not None

    def probe_in(self, now: float) -> float:
        """Seconds (monotonic clock) until the next probe, while probing."""
        return max(0.0, self._probe_at - now)

    def begin_probe(self, video_id: str) -> None:
        """The next probe asks about this video, or for the list: its outcome decides."""
        self._probing = video_id

    def admit(self, now: float) -> float:
        """Seconds until a download may send a request; counts it where that is 0. Any thread."""
        if self._down is not None and now < self._probe_at:
            return self._probe_at - now
        return self.limiter.admit(now)

    def begin(self, state: GatewayState) -> None:
        """Reset everything: the address or the token has changed."""
        self._base_state = state
        self._answered_at = None
        self.reset()
        self.answered_before.clear()
        self._healthy.clear()

    def reset(self) -> None:
        """Send the next request at once: the user asks for it, or the token has changed."""
        if self.is_probing:
            self._answered_at = None  # a reset does not prove that it answers
        self.last_success = float("-inf")  # what was answered before proves nothing about now
        self.limiter.reopen()
        self._limited = None
        self._recover()
        self._changed()

    def answered(self, video_id: str, server_time: float | None = None) -> list[str]:
        """The gateway answered for this video, at `server_time` by its own clock.

        Returns the ids that failed while the gateway was down: ask about them again.
        """
        self.limiter.succeeded()
        self.last_success = self._clock.monotonic()
        if video_id != LIST:
            self._healthy.add(video_id)
            self.answered_before.pop(video_id, None)
            self.answered_before[video_id] = None
        is_news = self.is_probing or self._limited is not None or self._answered_at is None
        self._answered_at = self.last_success
        if is_news:
            self._limited = None
            self._changed()
        if server_time is not None and self._gateway_clock.update(server_time):
            self._changed()
        return self._recover()

    def failed(self, video_id: str, error: ApiError, *, active: int, watched: int) -> list[str]:
        """A request about this video failed. `active` videos are being polled, of `watched`.

        Returns the ids whose own error turned out to be the gateway's.
        """
        if isinstance(error, NotOffered) and error.http_status is None:
            return []  # found without a request: the gateway has not answered
        now = self._clock.monotonic()
        if not isinstance(error, Unreachable):
            self._answered_at = now
        if isinstance(error, RateLimited):
            self._limit(error, now)
            return []
        if error.scope is Scope.TOKEN:
            return self._refuse(video_id, error, watched, now)
        if not error.is_transient or isinstance(error, NotFound):
            return self.answered(video_id)
        return self._fail(video_id, error, active, now)

    def forget(self, video_ids: Iterable[str]) -> None:
        """These are not watched any more."""
        for video_id in video_ids:
            self.answered_before.pop(video_id, None)
            self._failing.pop(video_id, None)
            self._refusals.pop(video_id, None)
            self._healthy.discard(video_id)

    @property
    def refused_count(self) -> int:
        """For how many different videos the token was refused since the last success."""
        return len(self._refusals)

    def not_refused(self, video_ids: Iterable[str]) -> list[str]:
        """Those of the ids for which the token was not refused since the last success."""
        return [video_id for video_id in video_ids if video_id not in self._refusals]

    @property
    def status(self) -> GatewayStatus:
        """The state to show."""
        if self._base_state is not GatewayState.ONLINE:
            return GatewayStatus(self._base_state)
        if self.refused is not None:
            return GatewayStatus(GatewayState.DENIED, error=self.refused)
        if self.is_paused:
            return GatewayStatus(GatewayState.PAUSED)
        if self.down is not None:
            return GatewayStatus(GatewayState.OFFLINE, self._since, error=self.down)
        left = self.limiter.closed_until - self._clock.monotonic()
        if self._limited is None or left <= 0:
            if self._answered_at is None:
                return GatewayStatus(GatewayState.CONNECTING)
            ago = self._clock.monotonic() - self._answered_at
            return GatewayStatus(GatewayState.ONLINE, self._clock.time() - ago)
        until = self._clock.time() + left
        return GatewayStatus(GatewayState.SLOWED, self._since, until, self._limited)

    def _limit(self, error: RateLimited, now: float) -> None:
        self.limiter.slow_down(now, error.retry_after)
        if self._limited is None:
            self._since = self._clock.time()
        self._limited = error
        self._changed()

    def _refuse(self, video_id: str, error: ApiError, watched: int, now: float) -> list[str]:
        """Count a refused token; start probing when enough videos are refused."""
        if self._down is not None:  # a refusal is a response: the gateway is not down
            self._recover()
            self._changed()
        if video_id == LIST:
            return []
        self._refusals[video_id] = None
        self._healthy.discard(video_id)
        if self._refused is None and len(self._refusals) < min(MANY_REFUSED, max(1, watched)):
            return []
        is_first, self._refused = self._refused is None, error
        if is_first and self._healthy:
            self._probe_at = now  # the first probe, sent at once, asks about one that was answered
        else:
            self._plan_probe(video_id, REFUSED_BACKOFF, now, is_first=is_first)
        self._changed()
        return list(self._refusals) if self._probes else []

    def _fail(self, video_id: str, error: ApiError, active: int, now: float) -> list[str]:
        """Count a failed video; start probing when enough videos fail."""
        if video_id == LIST and self._down is None:
            return []  # where the list fails, the videos are asked about one by one
        self._failing[video_id] = None
        if video_id in self._healthy:
            self._healthy.discard(video_id)
            self._lost_healthy = True
        if self._down is None:
            is_enough = len(self._failing) >= min(MANY_FAILED, max(1, active))
            if not is_enough or (self._healthy and not self._lost_healthy):
                return []
            self._since = self._clock.time()
        is_first, self._down = self._down is None, error
        if is_first and error.scope is not Scope.GATEWAY:
            self._probe_at = now  # some videos fail: the first probe, sent at once, says if all do
        else:
            self._plan_probe(video_id, GATEWAY_BACKOFF, now, is_first=is_first)
        self._changed()
        return list(self._failing) if self._probes else []

    def _plan_probe(self, video_id: str, backoff: Backoff, now: float, *, is_first: bool) -> None:
        """Lengthen the pause only after a failed probe, not after requests sent before it."""
        if is_first or video_id == self._probing:
            self._probing = None
            self._probes += 1
            self._probe_at = now + backoff.after(self._probes, self._rng)

    def _recover(self) -> list[str]:
        """The gateway answers: end probing, and return the ids to ask about again."""
        affected = [*self._failing, *self._refusals] if self.is_probing and self._probes else []
        self._down = self._refused = None
        self._failing.clear()
        self._refusals.clear()
        self._lost_healthy = False
        self._probes = 0
        self._probe_at = 0.0
        self._probing = None
        return [video_id for video_id in affected if video_id != LIST]
