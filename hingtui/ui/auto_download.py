"""Automatic download: switch it on and off, remember that, and offer it once.

Must not import Textual.
"""

from __future__ import annotations

from hingtui.monitor import Monitor
from hingtui.text.i18n import _, ngettext
from hingtui.ui.memory import Memory
from hingtui.ui.notifications import Toast

_OFFERED_FOR = 300.0
"""Seconds after the start during which it is offered."""


class AutoDownload:
    """The switch of the monitor's automatic download, and what is remembered of it."""

    def __init__(self, monitor: Monitor, memory: Memory, configured: bool | None) -> None:
        """`configured` is what config.toml says, which applies at each start."""
        self._monitor = monitor
        self._memory = memory
        self._configured = configured
        self._began = monitor.clock.monotonic()

    @staticmethod
    def at_start(memory: Memory, configured: bool | None) -> bool:
        """Whether it is on when the program starts."""
        return bool(memory.state.auto_download if configured is None else configured)

    @property
    def is_on(self) -> bool:
        """Whether each video is downloaded as soon as it is ready."""
        return self._monitor.auto_download

    def toggle(self) -> Toast:
        """Switch it, and remember that."""
        is_on = not self.is_on
        begun = self._monitor.switch_auto_download(is_on)
        self._memory.change(auto_download=is_on, auto_download_offered=True)
        if not is_on:
            return Toast(_("Automatic download is off; downloads that have begun go on."))
        if not begun:
            return Toast(_("Automatic download is on: each video, as soon as it is ready."))
        words = ngettext(
            "Automatic download is on: {n} download begins.",
            "Automatic download is on: {n} downloads begin.",
            begun,
        )
        return Toast(words.format(n=begun))

    def is_offered(self) -> bool:
        """Whether it should be offered now, if a video is ready."""
        return (
            not self.is_on
            and self._configured is None
            and not self._memory.state.auto_download_offered
            and self._monitor.clock.monotonic() - self._began < _OFFERED_FOR
        )

    def dismiss(self) -> bool:
        """Stop offering it. Returns whether it was offered."""
        was_offered = self.is_offered()
        if was_offered:
            self._memory.change(auto_download_offered=True)
        return was_offered
