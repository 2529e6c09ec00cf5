"""Keep the forecast of late downloads up to date, from the speed that is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hingtui.model.key import VideoKey
from hingtui.monitor.row import Row
from hingtui.monitor.transfer_speed import TransferSpeed

if TYPE_CHECKING:
    from hingtui.monitor.forecast import Forecast

_FORECAST_EVERY = 3.0
"""Seconds between two forecasts."""
_STILL = 180.0
"""Seconds before its expiry at which a download counts as late while nothing arrives at all."""


class LateDownloads:
    """Which downloads will probably not be saved before their files expire."""

    def __init__(self) -> None:
        self.forecast: Forecast | None = None
        """None while nothing is downloaded, or nothing arrives."""
        self.late: frozenset[VideoKey] = frozenset()
        self._speed = TransferSpeed()
        self._forecast_at = 0.0

    def saved(self, keys: Iterable[VideoKey], rows: Mapping[VideoKey, Row]) -> None:
        """These were saved."""
        for key in keys:
            if (row := rows.get(key)) is not None:
                self._speed.saved(row)

    def update(self, wanted: Sequence[Row], at_once: int, *, now: float, monotonic: float) -> None:
        """Forecast anew from time to time while downloads are `wanted`, `at_once` at a time.

        `now` is in Unix seconds, `monotonic` in seconds, both of this machine's clock.
        """
        self._speed.sample(wanted, monotonic)
        if not wanted:
            self.forecast, self.late = None, frozenset()
            return
        if monotonic < self._forecast_at:
            return
        from hingtui.monitor.forecast import forecast, jobs_of  # not for the first picture

        self._forecast_at = monotonic + _FORECAST_EVERY
        jobs = jobs_of(wanted, now, monotonic, self._speed.sizes)
        speed = self._speed.bytes_per_second()
        if speed:
            self.forecast = forecast(jobs, speed, at_once)
            self.late = frozenset(self.forecast.late)
        else:
            # Nothing arrives, so there is no speed to forecast with. Downloads close to their
            # expiry count as late.
            self.forecast = None
            is_unknown = speed is None
            late = (j for j in jobs if j.time_left < _STILL and (j.starts_in > 0 or not is_unknown))
            self.late = frozenset(job.key for job in late)
