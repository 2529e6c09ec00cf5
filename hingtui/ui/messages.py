"""The messages that widgets of the dashboard send, in the past tense."""

from __future__ import annotations

from textual.message import Message

from hingtui.model.key import VideoKey
from hingtui.monitor import Changes


class VideosChanged(Message):
    """Rows, downloads or the gateway's state changed."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes


class GalleryMoved(Message):
    """The person has moved to another video in the gallery."""

    def __init__(self, key: VideoKey) -> None:
        super().__init__()
        self.key = key


class GalleryChosen(Message):
    """The person wants to see more of the video under the gallery's cursor."""
