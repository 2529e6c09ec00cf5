"""The time at the gateway: this machine's clock, corrected by the `Date` of responses."""

from __future__ import annotations

from hingtui.system.clock import Clock, is_believable

_NOISE = 2.0
"""Seconds: `Date` counts whole seconds and the response travels; less than this says nothing."""


class GatewayClock:
    """Unix seconds as the gateway counts them; this machine's own until a response came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lead = 0.0
        """Seconds by which it is ahead of this machine's clock."""
        self._offset: float | None = None
        """This machine's clock less its monotonic one when the lead was found; None before."""

    def now(self) -> float:
        """Unix seconds on the gateway's clock, as far as it is known."""
        return self._clock.time() + self.lead

    @property
    def is_outdated(self) -> bool:
        """Whether this machine's clock was set since the last response, or the machine slept.

        Where it was set, the lead is another one now.
        """
        offset = self._clock.time() - self._clock.monotonic()
        return self._offset is not None and abs(offset - self._offset) > _NOISE

    def update(self, server_time: float) -> bool:
        """Take in the time of a response (Unix seconds); whether the lead has changed."""
        here = self._clock.time()
        if not is_believable(server_time, here):
            return False
        self._offset = here - self._clock.monotonic()
        lead = server_time - here
        if abs(lead - self.lead) <= _NOISE:
            return False
        self.lead = lead if abs(lead) > _NOISE else 0.0
        return True
