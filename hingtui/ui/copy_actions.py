"""The commands that copy something of the selected video.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

import asyncio

from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.monitor import Monitor
from hingtui.text.cell_width import legible
from hingtui.text.i18n import _
from hingtui.ui.explanations import sent_to_clipboard, why_not_opened
from hingtui.ui.notifications import Toast, about_one, row_title
from hingtui.ui.video_actions import ActionContext, Outcome


class CopyActions:
    """Each method is one command."""

    def __init__(self, monitor: Monitor, context: ActionContext) -> None:
        self._monitor = monitor
        self._context = context

    def copy_id(self) -> Outcome:
        """Copy the ids of the selected videos."""
        ids = [row.id for row in self._context.targets()]
        if not ids:
            return Outcome()
        self._context.copy("\n".join(ids))
        return Outcome(Toast(sent_to_clipboard(ids)))

    def copy_prompt(self) -> Outcome:
        """Copy the prompts of the selected videos."""
        rows = self._context.targets()
        prompts = [row.video.prompt for row in rows if row.video is not None and row.video.prompt]
        if not prompts:
            words = _("The gateway did not report a prompt.")
            if len(rows) > 1:
                words = _("The gateways did not report their prompts.")
            return Outcome(Toast(words, "warning"))
        self._context.copy("\n\n".join(prompts))
        words = _("Prompt sent to the terminal's clipboard: {what}")
        if len(prompts) > 1:
            words = _("{n} prompts sent to the terminal's clipboard, the first: {what}")
        return Outcome(Toast(words.format(n=len(prompts), what=prompts[0])))

    def copy_path(self) -> Outcome:
        """Copy the paths of the selected videos' files."""
        rows = self._context.targets()
        paths = [str(row.saved) for row in rows if row.saved is not None]
        if not rows:
            return Outcome()
        if not paths:
            status, now = self._monitor.status_of(rows[0].gateway), self._monitor.now()
            text = why_not_opened(rows[0], now, status, self._context.key_for)
            return Outcome(Toast(about_one(rows[0], len(rows), text), "warning"))
        self._context.copy("\n".join(paths))
        words = _("Path sent to the terminal's clipboard: {what}")
        if len(paths) > 1:
            words = _("{n} paths sent to the terminal's clipboard, the first: {what}")
        return Outcome(Toast(words.format(n=len(paths), what=legible(paths[0]))))

    async def copy_raw(self) -> Outcome:
        """Copy what the gateway last sent about the selected videos, without secrets."""
        rows = self._context.targets()
        kept = [
            (row, text)
            for row in rows
            if (raw := self._monitor.raw_response(row.key)) is not None
            and (text := await asyncio.to_thread(raw.text))
        ]
        if not kept:
            words = _("No response about it is kept; {key} asks again.")
            if len(rows) > 1:
                words = _("No response about these is kept; {key} asks again.")
            return Outcome(Toast(words.format(key=self._context.key_for("ask")), "warning"))
        self._context.copy("\n".join(text for _row, text in kept))
        words = _("Response, without secrets, sent to the terminal's clipboard: {what}")
        if len(kept) > 1:
            words = _(
                "{n} responses, without secrets, sent to the terminal's clipboard, the first: "
                "{what}"
            )
        first = kept[0][0]
        return Outcome(Toast(words.format(n=len(kept), what=row_title(first, first.id))))

    def copy_curl(self) -> Outcome:
        """Copy command lines that ask about the selected videos; the token is a variable in it."""
        rows = self._context.targets()
        lines = [
            curl_line(url, row.gateway) for row in rows if (url := self._monitor.address_of(row))
        ]
        if not lines:
            words = _("Its gateway cannot be asked: nothing is copied.")
            if len(rows) > 1:
                words = _("Their gateways cannot be asked: nothing is copied.")
            return Outcome(Toast(words, "warning"))
        self._context.copy("\n".join(lines))
        return Outcome(Toast(sent_to_clipboard(lines)))


def curl_line(url: str, gateway: str) -> str:
    """A command line that asks about a video; the shell puts the token in."""
    import shlex  # hardly ever needed

    variable = "HINGNET_API_KEY" if gateway == DEFAULT_GATEWAY else "TOKEN"
    return f'curl -H "Authorization: Bearer ${variable}" {shlex.quote(url)}'
