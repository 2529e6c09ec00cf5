"""The sentences of alarms, of the forecast, and of what happened during an absence.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from hingtui.model.key import VideoKey
from hingtui.monitor import Row
from hingtui.monitor.absence import Happened, Summary
from hingtui.monitor.alarms import THRESHOLDS, DueAlarms, Soon
from hingtui.monitor.transfer_speed import WINDOW
from hingtui.text.cell_width import fit
from hingtui.text.clean import human_bytes, human_duration
from hingtui.text.i18n import _, ngettext
from hingtui.ui.notifications import Severity, Toast, row_title

if TYPE_CHECKING:
    from hingtui.monitor.forecast import Forecast
    from hingtui.ui.keys import KeyFor  # imports Textual

Rows = Mapping[VideoKey, Row]
_TITLE_CELLS = 28
"""Cells that the banner gives the title of a video."""


@dataclass(frozen=True, slots=True)
class BannerLine:
    """One line of the banner. Its text is plain, not markup."""

    text: str
    severity: Severity


def minutes(seconds: float) -> str:
    """A threshold in words."""
    count = round(seconds / 60)
    return ngettext("{n} minute", "{n} minutes", count).format(n=count)


def alarm_toasts(due: DueAlarms, rows: Rows, key_for: KeyFor) -> Iterator[Toast]:
    """The toasts of alarms; several of a kind are counted, not listed."""
    if len(due.expired) == 1:
        words = _("Expired before it was saved: {what}")
        key = due.expired[0]
        yield Toast(words.format(what=_title(key, rows)), "error", "expired", key)
    elif due.expired:
        words = _("{n} videos expired before they were saved")
        yield Toast(words.format(n=len(due.expired)), "error", "expired")
    if due.overdue:
        words = _("Probably expired before it was saved ({key} tries anyway): {what}")
        what = _titles(due.overdue, rows)
        text = words.format(what=what, key=key_for("download"))
        yield Toast(text, "error", "overdue", _only(due.overdue))
    for within, group in groupby(due.expiring, lambda one: one.within):
        keys = [one.key for one in group]
        severity: Severity = "error" if within == min(THRESHOLDS) else "warning"
        if len(keys) == 1:
            words = _("Expires within {time}: {what}")
            text = words.format(time=minutes(within), what=_title(keys[0], rows))
        else:
            words = _("{n} videos expire within {time}")
            text = words.format(n=len(keys), time=minutes(within))
        yield Toast(text, severity, f"expiring {within}", _only(keys))


def _only(keys: Sequence[VideoKey]) -> VideoKey | None:
    """The one video that a sentence is about, None where it is about several."""
    return keys[0] if len(keys) == 1 else None


def expired_line(unseen: Sequence[VideoKey], rows: Rows, key_for: KeyFor) -> BannerLine:
    """Say that videos expired unsaved, and how to dismiss the line."""
    words = ngettext(
        "{n} video expired before it was saved: {what} ({key} dismisses this)",
        "{n} videos expired before they were saved: {what} ({key} dismisses this)",
        len(unseen),
    )
    key = key_for("clear_filter")
    return BannerLine(words.format(n=len(unseen), what=_titles(unseen, rows), key=key), "error")


def overdue_line(unseen: Sequence[VideoKey], rows: Rows, key_for: KeyFor) -> BannerLine:
    """Say that the estimated expiry of unsaved videos has passed, and how to try anyway."""
    words = ngettext(
        "{n} probably expired before it was saved: {what} ({all} tries it, {key} dismisses this)",
        "{n} probably expired before they were saved: {what} "
        "({all} tries them, {key} dismisses this)",
        len(unseen),
    )
    what, dismiss = _titles(unseen, rows), key_for("clear_filter")
    text = words.format(n=len(unseen), what=what, all=key_for("download_all"), key=dismiss)
    return BannerLine(text, "warning")


def soon_line(soon: Sequence[Soon], key_for: KeyFor) -> BannerLine:
    """How many videos expire soon, and how to save them; `soon` is not empty."""
    first, last = soon[0], soon[-1]
    key = key_for("download_all")
    if first is last:
        words = ngettext(
            "{n} expires within {time}: {key} downloads it",
            "{n} expire within {time}: {key} downloads them",
            first.count,
        )
    else:
        words = ngettext(
            "{n} expires within {time}, {all} in all within {longer}: {key} downloads them",
            "{n} expire within {time}, {all} in all within {longer}: {key} downloads them",
            first.count,
        )
    text = words.format(
        n=first.count,
        time=minutes(first.within),
        all=last.count,
        longer=minutes(last.within),
        key=key,
    )
    if first.are_estimates:
        text = _("{sentence} (estimated)").format(sentence=text)
    return BannerLine(text, "error" if first.within < max(THRESHOLDS) else "warning")


def forecast_line(found: Forecast, rows: Rows, key_for: KeyFor) -> BannerLine:
    """Which downloads will be late, on what that rests, and what would change it."""
    words = ngettext(
        "{n} of {all} downloads will probably not be saved before it expires",
        "{n} of {all} downloads will probably not be saved before they expire",
        len(found.late),
    )
    sentence = words.format(n=len(found.late), all=found.jobs)
    speed, seconds = human_bytes(found.speed), round(WINDOW)
    if found.assumed_sizes:
        words = ngettext(
            "{sentence} (estimate: {speed}/s in the last {seconds} s, {n} size assumed).",
            "{sentence} (estimate: {speed}/s in the last {seconds} s, {n} sizes assumed).",
            found.assumed_sizes,
        )
    else:
        words = _("{sentence} (estimate: {speed}/s in the last {seconds} s).")
    text = words.format(sentence=sentence, speed=speed, seconds=seconds, n=found.assumed_sizes)
    if found.cancel is not None:
        words = ngettext(
            "Cancelling “{what}” ({key}) would save {n} more.",
            "Cancelling “{what}” ({key}) would save {n} more.",
            found.saves,
        )
        what = _title(found.cancel, rows)
        text += " " + words.format(what=what, key=key_for("cancel"), n=found.saves)
    return BannerLine(text, "warning")


def offer_line(key_for: KeyFor) -> BannerLine:
    """The offer of automatic download."""
    words = _("{key} downloads each video as soon as it is ready ({dismiss} hides this offer)")
    text = words.format(key=key_for("auto"), dismiss=key_for("clear_filter"))
    return BannerLine(text, "information")


def window_title(soon: Sequence[Soon], expired: int) -> str | None:
    """What the window's title says of alarms; None while there is none."""
    if soon:
        first = soon[0]
        words = ngettext("{n} expires within {time}", "{n} expire within {time}", first.count)
        return words.format(n=first.count, time=minutes(first.within))
    if expired:
        return ngettext("{n} expired unsaved", "{n} expired unsaved", expired).format(n=expired)
    return None


def summary_toast(summary: Summary) -> Toast:
    """One line about what happened during an absence."""
    counts = summary.counts
    parts = [
        words.format(n=counts[what])
        for what, words in (
            (Happened.SAVED, ngettext("{n} saved", "{n} saved", counts[Happened.SAVED])),
            (Happened.READY, ngettext("{n} ready", "{n} ready", counts[Happened.READY])),
            (Happened.FAILED, ngettext("{n} failed", "{n} failed", counts[Happened.FAILED])),
            (Happened.EXPIRED, ngettext("{n} expired", "{n} expired", counts[Happened.EXPIRED])),
        )
        if counts[what]
    ]
    words = _("While you were away ({time}): {what}")
    text = words.format(time=human_duration(summary.seconds), what=" · ".join(parts))
    return Toast(text, "warning" if counts[Happened.EXPIRED] else "information")


def _title(key: VideoKey, rows: Rows) -> str:
    return row_title(rows.get(key), key.id)


def _titles(keys: Sequence[VideoKey], rows: Rows) -> str:
    """The first title, cut short, and how many more there are."""
    first, more = fit(_title(keys[0], rows), _TITLE_CELLS), len(keys) - 1
    return _("{what} and {n} more").format(what=first, n=more) if more else first
