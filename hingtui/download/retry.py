"""Decide what a download tries next: how often, from which byte, and from where.

What an error means is on its class, in `model.errors`.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from hingtui.download.interface import Limits
from hingtui.model.errors import Backoff, HingtuiError, NotFound, NotOffered, NotReady, Slow
from hingtui.system.clock import Clock
from hingtui.text.i18n import _

_FRESH_LINKS = 2
"""Times in a row that the gateway is asked for a new link, as long as none works."""
_NO_CONTENT = (NotFound, NotOffered, NotReady)
"""What a gateway without `/content` answers there."""
_jitter = random.SystemRandom()


class RetryBudget:
    """How many tries in a row may still fail, and how long to pause before the next one."""

    def __init__(self, limits: Limits, clock: Clock, size: int) -> None:
        self._limits = limits
        self._clock = clock
        self._tries_left = limits.tries
        self.most = size
        """The most bytes there ever were: more of them is progress."""
        self._checked_at, self._checked_size = clock.monotonic(), size
        """When the speed over all tries was last checked, and the bytes there were then."""

    @property
    def tries(self) -> int:
        """Failures in a row after which nothing more is tried."""
        return self._limits.tries

    def refill(self) -> None:
        """Allow the full number of tries again."""
        self._tries_left = self._limits.tries

    def refill_if_gained(self, size: int) -> None:
        """Refill if there are more bytes than ever. Raises Slow if there are hardly any more."""
        if size > self.most:
            self._check_speed(size)
            self.refill()

    def spend(self, size: int) -> bool:
        """Count a failure that left `size` bytes; whether another try is allowed."""
        self.most = max(self.most, size)
        self._tries_left -= 1
        return self._tries_left > 0

    def pause(self, changes: int) -> float:
        """Seconds to wait before the next try of a file that has changed so many times."""
        failures = max(self._limits.tries - self._tries_left, changes)
        backoff = Backoff(self._limits.first_pause, self._limits.longest_pause)
        return backoff.after(failures, _jitter)

    def _check_speed(self, size: int) -> None:
        """Raise Slow where every response is cut off after a few bytes."""
        now = self._clock.monotonic()
        passed = now - self._checked_at
        if passed < self._limits.stall_window:
            return
        if size - self._checked_size < self._limits.stall_bytes_per_second * passed:
            raise Slow(_("Almost nothing arrives"))
        self._checked_at, self._checked_size = now, size


class RangeChoice:
    """Whether the next request asks for the rest of the file or for all of it."""

    def __init__(self) -> None:
        self.start = 0
        """The byte that the latest request began with."""
        self.skips_once = False
        """The next request asks for the whole file."""
        self.is_off = False
        """No request asks for a range any more: one was answered with more bytes than it named."""
        self._failures = 0

    def next_start(self, rest: int) -> int:
        """The byte to begin with, where the file would be continued at byte `rest`."""
        self.start = 0 if self.skips_once or self.is_off else rest
        self.skips_once = False
        return self.start

    def worked(self) -> None:
        """A response continued the file."""
        self._failures = 0

    def failed(self) -> None:
        """A request for a range got a server error.

        Some gateways turn every range into a 502, so each second time ask for the whole file.
        """
        self._failures += 1
        self.skips_once = self._failures % 2 == 0


class Route:
    """Where the content is requested: first from `/content`, then from one link after another.

    The other way round if `begins_with_link`; then `/content` comes last, if it `falls_back`.
    """

    def __init__(
        self,
        link: str,
        fresh_link: Callable[[], str],
        *,
        begins_with_link: bool = False,
        falls_back: bool = True,
    ) -> None:
        self.link = ""
        """The link in use; "" stands for `/content`."""
        self._known = link
        self.fresh_link = fresh_link
        """Asks the gateway for a new link."""
        self._asked = 0
        """Times in a row that the gateway was asked for a link."""
        self._used: set[str] = set()
        self._content_error: HingtuiError | None = None
        """Why `/content` was given up."""
        self._begins_with_link = begins_with_link
        self._may_fall_back = False
        self._falls_back = falls_back
        self._link_error: HingtuiError | None = None
        """Why the links were given up, and `/content` is used instead."""

    def begin(self) -> None:
        """Take a link at once if the content comes by link; it may ask the gateway for one."""
        if not self._begins_with_link:
            return
        self.link = self._known or self.fresh_link()
        if self.link:
            self._used.add(self.link)
            self._may_fall_back = self._falls_back

    @property
    def has_unused_link(self) -> bool:
        """Whether a link is known that has not been tried."""
        return bool(self._known) and self._known not in self._used

    def take_next_link(self, error: HingtuiError) -> bool:
        """After `error`, take the known link or ask for a fresh one; False if there is none."""
        link = self._known
        if not self.has_unused_link:
            if self._asked >= _FRESH_LINKS:
                return self._fall_back(error)
            self._asked += 1
            link = self.fresh_link()
        if not link or link in self._used:
            return self._fall_back(error)
        self._content_error = self._content_error or error
        self.link = link
        self._used.add(link)
        return True

    def _fall_back(self, error: HingtuiError) -> bool:
        """Use `/content` after all links failed; False if it was used already."""
        if not self._may_fall_back:
            return False
        self._may_fall_back = False
        self._link_error = error
        self.link = ""
        return True

    def worked(self) -> None:
        """The link was accepted: when it has become too old, fresh ones may be asked for again."""
        self._asked = 0

    def cause(self, error: HingtuiError) -> HingtuiError:
        """The error to report: why `/content` failed, unless there simply is no `/content`."""
        if self._link_error is not None:
            return self._link_error if isinstance(error, _NO_CONTENT) else error
        if self._content_error is None or isinstance(self._content_error, _NO_CONTENT):
            return error
        return self._content_error
