"""Warn before a video expires: alarms, the forecast, the summary of an absence.

What is due is decided in `monitor.alarms`, `monitor.forecast` and `monitor.absence`; here it
becomes toasts, lines of the banner, signals of the terminal and the person's own commands. Must not
import Textual: it is tested without a screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor import Changes, Monitor
from hingtui.monitor.absence import Absence, Happened, Summary
from hingtui.monitor.alarms import DueAlarms, ExpiryAlarms, Soon
from hingtui.monitor.batch_progress import Batch, BatchProgress
from hingtui.monitor.event_commands import EventCommands
from hingtui.monitor.late_downloads import LateDownloads
from hingtui.ui.alert_text import (
    BannerLine,
    alarm_toasts,
    expired_line,
    forecast_line,
    offer_line,
    overdue_line,
    soon_line,
    summary_toast,
    window_title,
)
from hingtui.ui.auto_download import AutoDownload
from hingtui.ui.notifications import Toast, change_toasts
from hingtui.ui.terminal_signals import TerminalSignals

if TYPE_CHECKING:
    from hingtui.ui.keys import KeyFor  # imports Textual

_COUNT_EVERY = 0.5
"""Seconds between two counts of what expires soon, during a storm of changes."""
_NOTIFY_EVERY = 30.0
"""Seconds for which events are gathered into one desktop notification, after the last one."""


class Alerts:
    """All methods belong to the event loop's thread, and none of them waits."""

    def __init__(
        self,
        monitor: Monitor,
        auto_download: AutoDownload,
        signals: TerminalSignals,
        commands: EventCommands,
        key_for: KeyFor,
    ) -> None:
        self.auto_download = auto_download
        self.is_focused = True
        """Whether the terminal has the focus, as far as it says so."""
        self._monitor = monitor
        self._signals = signals
        self._commands = commands
        self._key_for = key_for
        self._alarms = ExpiryAlarms()
        self._late_downloads = LateDownloads()
        self._batches = BatchProgress()
        self.batch: Batch | None = None
        """How far the downloads are that run now."""
        self._absence = Absence(monitor.clock.time())
        self._soon: list[Soon] = []
        self._counted_at = 0.0
        self._toasts: list[Toast] = []
        self._unsent = Changes()
        self._sent_at = -_NOTIFY_EVERY

    @property
    def needs_ticks(self) -> bool:
        """Whether something may have to be sent or shown soon, although no row changes."""
        return bool(self._unsent.keys or self._soon)

    def update(self, changes: Changes | None = None) -> list[Toast]:
        """Take in what changed (None: all rows, or only time passed); return the toasts to show."""
        monitor = self._monitor
        if changes is not None:
            self._take_in(changes)
        now = monitor.now()
        queue, downloads = monitor.queue, self._late_downloads
        monotonic = monitor.clock.monotonic()
        downloads.update(queue.active, queue.at_once, now=now, monotonic=monotonic)
        due = self._alarms.due(monitor.rows, now, downloads.late)
        if due or changes is None or changes.membership or now >= self._counted_at + _COUNT_EVERY:
            self._counted_at = now
            self._soon = self._alarms.soon(monitor.rows, now)
        self._signals.show_title(window_title(self._soon, len(self._alarms.unseen)))
        if due:
            self._alarm(due)
        self._notify()
        batch = self.batch = self._batches.update(queue.active, monitor.rows)
        self._signals.show_progress(
            None if batch is None else batch.percent,
            is_waiting=batch is not None and batch.is_waiting,
        )
        self._show_summary(self._absence.time_passed(monitor.clock.time()))
        toasts, self._toasts = self._toasts, []
        return toasts

    def rows_loaded(self) -> None:
        """Take in all rows that there are."""
        rows = self._monitor.rows
        self._alarms.update(rows, rows, self._monitor.now())

    def banner(self, ready: int) -> list[BannerLine]:
        """The lines of the banner, the most important first; `ready` videos are not saved."""
        rows, key_for = self._monitor.rows, self._key_for
        lines = []
        if self._alarms.unseen:
            lines.append(expired_line(list(self._alarms.unseen), rows, key_for))
        if self._alarms.unseen_overdue:
            lines.append(overdue_line(list(self._alarms.unseen_overdue), rows, key_for))
        if self._soon:
            lines.append(soon_line(self._soon, key_for))
        forecast = self._late_downloads.forecast
        if forecast is not None and forecast.late:
            lines.append(forecast_line(forecast, rows, key_for))
        if ready and not lines and self.auto_download.is_offered():
            lines.append(offer_line(key_for))
        return lines

    def dismiss_error(self) -> bool:
        """Forget what expired unsaved: a person has seen it. Returns whether there was any."""
        return self._alarms.see()

    def person_came(self) -> bool:
        """Note an input. Returns whether there is something to show."""
        self._show_summary(self._absence.person_came(self._monitor.clock.time()))
        return bool(self._toasts)

    def focus_changed(self, is_focused: bool) -> bool:
        """Note that the focus has changed. Returns whether there is something to show."""
        self.is_focused = is_focused
        if is_focused:
            self._unsent = Changes()  # the screen shows it
            return self.person_came()
        self._absence.person_left(self._monitor.clock.time())
        return False

    def terminal_taken_again(self) -> None:
        """The program goes on after a suspension."""
        self._signals.show_again()

    def _take_in(self, changes: Changes) -> None:
        rows = self._monitor.rows
        self._alarms.update(rows, changes.keys, self._monitor.now())
        self._late_downloads.saved(changes.saved, rows)
        failed = [key for key in changes.failed if self._has_status(key, Status.FAILED)]
        self._commands.changed(changes, rows)
        for keys, what in (
            (changes.ready, Happened.READY),
            (changes.saved, Happened.SAVED),
            (failed, Happened.FAILED),
        ):
            for _key in filter(rows.__contains__, keys):
                self._absence.happened(what)
        unsent = self._unsent
        unsent.ready += changes.ready
        unsent.saved += changes.saved
        unsent.failed += failed
        unsent.not_saved += changes.not_saved
        unsent.keys |= {*changes.ready, *changes.saved, *failed, *changes.not_saved}

    def _has_status(self, key: VideoKey, status: Status) -> bool:
        row = self._monitor.rows.get(key)
        return row is not None and row.status is status

    def _alarm(self, due: DueAlarms) -> None:
        rows = self._monitor.rows
        toasts = list(alarm_toasts(due, rows, self._key_for))
        self._toasts += toasts
        self._signals.ring()
        if not self.is_focused:
            text = " · ".join(toast.text for toast in toasts)
            self._signals.notify_of_alarm(text)
        self._commands.alarmed(due, rows)
        for _key in due.expired:
            self._absence.happened(Happened.EXPIRED)

    def _notify(self) -> None:
        """Gather what happened into one desktop notification, during an absence."""
        now = self._monitor.clock.monotonic()
        if self.is_focused:
            self._unsent = Changes()
        elif self._unsent.keys and now - self._sent_at >= _NOTIFY_EVERY:
            unsent, self._unsent = self._unsent, Changes()
            # One notification for a video that became ready and was saved since the last one.
            unsent.ready = [key for key in unsent.ready if key not in unsent.saved]
            toasts = change_toasts(unsent, self._monitor.rows)
            self._signals.notify(" · ".join(toast.text for toast in toasts))
            self._sent_at = now

    def _show_summary(self, summary: Summary | None) -> None:
        if summary is not None:
            self._toasts.append(summary_toast(summary))
