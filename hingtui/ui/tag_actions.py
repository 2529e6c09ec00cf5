"""The command that puts tags on the selected videos.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from hingtui.model.tags import parse_tags
from hingtui.monitor import Monitor
from hingtui.text.cell_width import repeated
from hingtui.text.i18n import ngettext
from hingtui.ui.notifications import Toast
from hingtui.ui.video_actions import ActionContext, Outcome


class TagActions:
    """Each method is one command."""

    def __init__(self, monitor: Monitor, context: ActionContext) -> None:
        self._monitor = monitor
        self._context = context

    def tag(self, text: str) -> Outcome:
        """Put the tags in a text on the selected videos; `-` before it takes them off."""
        removes = text.strip().startswith(("-", "－"))
        tags = parse_tags(text.strip().lstrip("-－"))
        if not tags:
            return Outcome()
        n = self._monitor.tag((row.key for row in self._context.targets()), tags, removes=removes)
        shown = repeated(" ".join(f"#{tag}" for tag in tags))
        if removes:
            words = ngettext("{tags} taken off {n} video", "{tags} taken off {n} videos", n)
        else:
            words = ngettext("{tags} put on {n} video", "{tags} put on {n} videos", n)
        return Outcome(Toast(words.format(tags=shown, n=n)), rows_changed=True)
