"""Knows how things stand with the one host that is asked: reachable, its clock, its mood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hingtui.clock import Clock
from hingtui.errors import ApiError, RateLimited
from hingtui.monitor.budget import HostBudget

_CLOCK_NOISE = 2.0
"""Seconds: `Date` counts whole seconds and the answer travels; less than this is no difference."""
_BELIEVED = 7 * 86_400.0
"""Seconds by which clocks can differ; a `Date` further off is the server's mistake."""
_BEGINNING = 1_735_689_600.0
"""The year 2025: a machine whose clock stands before it has surely lost the time."""


class Link(Enum):
    """How things stand with the host."""

    STARTING = "starting"
    NO_TOKEN = "no token"  # noqa: S105 - a state, not a secret
    ONLINE = "online"
    OFFLINE = "offline"
    SLOWED = "slowed"
    DENIED = "denied"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Connection:
    """The state of the host; `since` and `until` are Unix seconds on the server's clock."""

    link: Link
    since: float | None = None
    until: float | None = None
    error: ApiError | None = None


class Host:
    """What answers and failures say about the host as a whole."""

    def __init__(self, budget: HostBudget, clock: Clock, changed: Callable[[], None]) -> None:
        self.budget = budget
        self.link = Link.STARTING
        """STARTING, NO_TOKEN or ONLINE: whether there is anything to ask through."""
        self._clock = clock
        self._changed = changed
        self._offset = 0.0
        self._error: ApiError | None = None
        self._since = 0.0

    def now(self) -> float:
        """Unix seconds on the server's clock, as far as it is known."""
        return self._clock.time() + self._offset

    def begin(self, link: Link) -> None:
        """There is another way to ask, or none: what was known of the last one is void."""
        self.link = link
        self._error = None
        self.budget.reopen()
        self._changed()

    def answered(self, server_time: float | None = None) -> None:
        """An answer came, at this moment by the server's clock."""
        if self._error is not None:
            self._error = None
            self._changed()
        here = self._clock.time()
        if server_time is None or not _is_believable(server_time, here):
            return
        offset = server_time - here
        if abs(offset - self._offset) > _CLOCK_NOISE:
            self._offset = offset if abs(offset) > _CLOCK_NOISE else 0.0
            self._changed()

    def failed(self, error: ApiError) -> None:
        """No answer came, or none that says anything but the host's own trouble."""
        was_slowed = isinstance(self._error, RateLimited)
        if self._error is None or was_slowed != isinstance(error, RateLimited):
            self._since = self.now()
        self._error = error
        self._changed()

    def connection(self, *, denied: ApiError | None, is_paused: bool) -> Connection:
        """The state to show."""
        if self.link is not Link.ONLINE:
            return Connection(self.link)
        if denied is not None:
            return Connection(Link.DENIED, error=denied)
        if is_paused:
            return Connection(Link.PAUSED)
        if self._error is None:
            return Connection(Link.ONLINE)
        if not isinstance(self._error, RateLimited):
            return Connection(Link.OFFLINE, self._since, error=self._error)
        left = self.budget.closed_until - self._clock.monotonic()
        if left <= 0:
            return Connection(Link.ONLINE)  # it may be asked again: that it answers, is the rule
        return Connection(Link.SLOWED, self._since, self.now() + left, self._error)


def _is_believable(server_time: float, here: float) -> bool:
    """Whether a server's time can be right, given what this machine's clock says."""
    return server_time >= _BEGINNING and (here < _BEGINNING or abs(server_time - here) < _BELIEVED)
