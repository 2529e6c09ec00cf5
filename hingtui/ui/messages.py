"""The messages that widgets of the dashboard send, in the past tense."""

from __future__ import annotations

from textual.message import Message

from hingtui.monitor import Changes


class VideosChanged(Message):
    """Rows, downloads or the gateway's state changed."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes
