"""What each command does to the selected videos, and the toast that reports it.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.batch import new_batch
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor import DownloadState, GatewayStatus, Monitor, Row
from hingtui.monitor.gateway_status import in_best_state
from hingtui.monitor.list_poller import Listed
from hingtui.system.open_file import Opened
from hingtui.text.cell_width import legible
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _, ngettext
from hingtui.ui.advice import sentences
from hingtui.ui.explanations import (
    begun_message,
    expired_message,
    why_no_file,
    why_not_asking,
    why_waiting,
)
from hingtui.ui.notifications import Toast, about_one, row_title

if TYPE_CHECKING:
    from hingtui.ui.keys import KeyFor  # imports Textual

ByUrl = Callable[[Mapping[str, str]], Mapping[str, str]]
"""The gateway of each id, by the URL in which it stood, as far as that says it."""
_REJECTED_SHOWN = 3
"""Words that are no ids, of which a toast shows so many."""


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What the actions use of the screen and of the system."""

    targets: Callable[[], list[Row]]
    """The rows that an action is about: the marked ones, else the selected one; or none."""
    shown: Callable[[], Iterable[VideoKey]]
    """The rows that the filter lets through."""
    copy: Callable[[str], None]
    """Puts a text on the clipboard."""
    play: Callable[[Path], Awaitable[Opened]]
    """Opens a file in the player."""
    reveal: Callable[[Path], Awaitable[Opened]]
    """Shows the folder of a file."""
    key_for: KeyFor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action, for the screen to show."""

    toast: Toast | None = None
    rows_changed: bool = False
    """Whether rows were added or removed."""
    select: VideoKey | None = None
    """The row to put the cursor on."""


class VideoActions:
    """Each method is one command."""

    def __init__(self, monitor: Monitor, context: ActionContext) -> None:
        self._monitor = monitor
        self._context = context

    async def add(self, text: str, by_url: ByUrl) -> Outcome:
        """Watch all ids that are found in a text, at the gateways that their URLs name."""
        from hingtui.model.ids import find_ids, urls_of_ids  # not for the first picture

        found = await asyncio.to_thread(find_ids, text)  # a hostile paste can take seconds
        named = by_url(await asyncio.to_thread(urls_of_ids, text))
        batch = new_batch(self._monitor.clock.time(), len(found.ids))
        result = self._monitor.add(found.ids, named=named, batch=batch)
        parts = []
        if result.added:
            n = len(result.added)
            parts.append(ngettext("{n} added", "{n} added", n).format(n=n))
        if result.known:
            parts.append(_("{n} already watched").format(n=len(result.known)))
        if found.rejected:
            some = " ".join(found.rejected[:_REJECTED_SHOWN])
            parts.append(_("not an id: {words}").format(words=clean_line(some, 60)))
        toast = Toast(" · ".join(parts), "information" if found.ids else "warning")
        select = result.added[0] if result.added else None
        return Outcome(toast if parts else None, rows_changed=bool(result.added), select=select)

    def add_listed(self, chosen: Mapping[str, Sequence[Listed]]) -> Outcome:
        """Watch these entries of the lists of gateways."""
        batch = new_batch(self._monitor.clock.time(), sum(map(len, chosen.values())))
        added = [
            key
            for gateway, entries in chosen.items()
            for key in self._monitor.add_listed(gateway, entries, batch=batch).added
        ]
        text = ngettext("{n} added", "{n} added", len(added)).format(n=len(added))
        select = added[0] if added else None
        return Outcome(Toast(text), rows_changed=bool(added), select=select)

    async def download(self) -> Outcome:
        """Download the selected videos; say why where none can be."""
        keys: list[VideoKey] = []
        reasons: list[Toast] = []
        rows = self._context.targets()
        for row in rows:
            if (reason := await self._why_not_downloaded(row)) is None:
                keys.append(row.key)
            else:
                named = about_one(row, len(rows), reason.text)
                reasons.append(replace(reason, text=named))
        begun = self._monitor.download(keys)
        if not begun:
            return Outcome(reasons[0] if reasons else None)
        return Outcome(self._doubt_about(begun, len(rows)))

    def _doubt_about(self, begun: list[VideoKey], chosen: int) -> Toast | None:
        """Why downloads that were asked for just now may not begin, or not succeed."""
        if why := self._why_waiting(begun):
            return Toast(why, "warning")
        now = self._monitor.now()
        row = self._monitor.rows[begun[0]]
        if len(begun) == 1 and (gone := expired_message(row, now)):
            text = sentences(gone, _("hingtui tries anyway."))
            return Toast(about_one(row, chosen, text), "warning")
        return None

    def download_all(self) -> Outcome:
        """Download all videos that are shown, ready and not saved yet."""
        now, rows = self._monitor.now(), self._monitor.rows
        keys = [key for key in self._context.shown() if rows[key].can_be_downloaded(now)]
        begun = self._monitor.download(keys)
        if not begun:
            if self._monitor.downloads:
                return Outcome(Toast(_("All that are ready are saved or being downloaded.")))
            return Outcome(Toast(_("Nothing is ready that is not saved yet.")))
        return Outcome(Toast(begun_message(len(begun), self._why_waiting(begun))))

    def _why_waiting(self, keys: Iterable[VideoKey]) -> str:
        """Why none of these downloads begins now; "" if one of them does."""
        reasons = [
            why_waiting(self._monitor.status_of(name), self._context.key_for)
            for name in dict.fromkeys(key.gateway for key in keys)
        ]
        return reasons[0] if all(reasons) and reasons else ""

    def cancel(self) -> Outcome:
        """Stop the downloads of the selected videos."""
        rows = self._context.targets()
        stopped = self._monitor.cancel(row.key for row in rows)
        if not stopped:
            words = _("It is not being downloaded.")
            if len(rows) > 1:
                words = _("None of these is being downloaded.")
            return Outcome(Toast(words))
        words = _("Download stopped; {key} resumes it.")
        if stopped > 1:
            words = _("{n} downloads stopped; {key} resumes them.")
        return Outcome(Toast(words.format(n=stopped, key=self._context.key_for("download"))))

    def cancel_all(self) -> Outcome:
        """Stop all downloads."""
        stopped = self._monitor.cancel([row.key for row in self._monitor.downloads])
        if not stopped:
            return Outcome(Toast(_("Nothing is being downloaded.")))
        words = ngettext("{n} download stopped", "{n} downloads stopped", stopped)
        return Outcome(Toast(words.format(n=stopped)))

    def remove(self) -> Outcome:
        """Take the selected videos off the watchlist."""
        return self.remove_rows(self._context.targets())

    def remove_saved(self) -> Outcome:
        """Take all saved videos off the watchlist; their files stay."""
        rows = self._monitor.rows.values()
        saved = [row for row in rows if row.saved is not None and not row.is_downloading]
        return self.remove_rows(saved) if saved else Outcome(Toast(_("No watched video is saved.")))

    def remove_rows(self, rows: list[Row]) -> Outcome:
        """Take these videos off the watchlist."""
        if not rows:
            return Outcome()
        self._monitor.remove([row.key for row in rows])
        key = self._context.key_for("undo")
        if len(rows) == 1:
            words = _("No longer watched: {what} ({key} brings it back)")
            text = words.format(what=row_title(rows[0], rows[0].id), key=key)
        else:
            words = _("{n} no longer watched ({key} brings them back)")
            text = words.format(n=len(rows), key=key)
        return Outcome(Toast(text), rows_changed=True)

    def undo(self) -> Outcome:
        """Watch again what was taken off last."""
        restored = self._monitor.restore()
        if not restored:
            return Outcome(Toast(_("Nothing to undo.")))
        text = _("{n} watched again").format(n=len(restored))
        if len(restored) == 1:
            title = row_title(self._monitor.rows.get(restored[0]), restored[0].id)
            text = _("Watched again: {what}").format(what=title)
        return Outcome(Toast(text), rows_changed=True, select=restored[0])

    def ask(self) -> Outcome:
        """Ask the gateway about the selected videos now."""
        keys = [row.key for row in self._context.targets()]
        if not keys:
            return Outcome()
        self._monitor.ask(keys)
        statuses = [self._monitor.status_of(key.gateway) for key in keys]
        words = _("Asking about it now.")
        if len(keys) > 1:
            words = _("Asking about these {n} now.").format(n=len(keys))
        return Outcome(self._why_not_asking(in_best_state(statuses)) or Toast(words))

    def ask_all(self) -> Outcome:
        """Ask the gateway about all unfinished videos now."""
        self._monitor.ask()
        if (why := self._why_not_asking(self._monitor.gateway_status)) is not None:
            return Outcome(why)
        if all(row.is_final for row in self._monitor.rows.values()):
            return Outcome(Toast(_("All are finished: there is nothing to ask about.")))
        return Outcome(Toast(_("Asking about all that are not finished.")))

    def _why_not_asking(self, status: GatewayStatus) -> Toast | None:
        is_paused, key_for = self._monitor.is_paused, self._context.key_for
        why = why_not_asking(status, is_paused=is_paused, key_for=key_for)
        return Toast(why, "warning") if why else None

    def pause(self) -> Outcome:
        """Stop asking, or go on; the header shows which."""
        self._monitor.pause(not self._monitor.is_paused)
        return Outcome()

    async def _why_not_downloaded(self, row: Row) -> Toast | None:
        """Why a download of this cannot begin; None if it can."""
        if row.saved is not None and await asyncio.to_thread(row.saved.exists):
            return Toast(_("It is saved already: {path}").format(path=legible(row.saved)))
        if row.status is not Status.READY:
            status = self._monitor.status_of(row.gateway)
            text = why_no_file(row, status, self._context.key_for)
            return Toast(text, "warning")
        state = row.download.state if row.download is not None else None
        if state is DownloadState.RUNNING:
            return Toast(_("It is being downloaded already."))
        if state is DownloadState.QUEUED:
            why = self._why_waiting([row.key])
            return Toast(why or _("It is in line: others are downloaded first."))
        return None
