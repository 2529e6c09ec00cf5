"""A screen whose footer shows the commands that are possible now."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.binding import ActiveBinding
from textual.screen import Screen

from hingtui.ui.keys import LiveKeys
from hingtui.ui.widgets.key_bar import FooterKey, HasFooterKeys, KeyBar, rank_of


class FooterScreen(Screen[None]):
    """Composes no footer itself: `KeyBar(self.footer_keys)` is one."""

    def __init__(self, keys: LiveKeys) -> None:
        super().__init__()
        self._live_keys = keys
        self._footer_order = {c.id: place for place, c in enumerate(keys.commands)}
        self._is_covered = False

    @on(events.ScreenSuspend)
    @on(events.ScreenResume)
    def _covered(self, event: events.Event) -> None:
        """Behind a dialog no key of this screen works."""
        self._is_covered = isinstance(event, events.ScreenSuspend)
        self.query_one(KeyBar).show_keys()

    def footer_keys(self) -> Sequence[FooterKey]:
        """The commands that are possible now; the keys of what has the focus, if it has its own."""
        if self._is_covered:
            return ()
        if isinstance(self.focused, HasFooterKeys):
            return self.focused.footer_keys()
        active = [one.binding for one in self.active_bindings.values() if one.enabled]
        labels = {one.id: one.description for one in active}  # one key may do two things in turn
        keys = self._live_keys
        return [
            FooterKey(
                keys.keys_of(command.id)[0],
                self.footer_label(command.id, labels[command.id]),
                rank_of(command.id),
            )
            for command in keys.commands
            if command.in_footer and command.id in labels and keys.keys_of(command.id)
        ]

    def footer_label(self, _command: str, label: str, /) -> str:
        """What the footer calls a command: its own label, unless it does something else now."""
        return label

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """As Textual's, but the footer keeps its order: a keymap moves changed keys to the end."""
        last = len(self._footer_order)
        active = super().active_bindings.items()
        places = {key: self._footer_order.get(a.binding.id or "", last) for key, a in active}
        return dict(sorted(active, key=lambda item: places[item[0]]))
