"""The help: all commands with their keys, and what the signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from hingtui.text.i18n import _
from hingtui.ui.keys import LiveKeys
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.screens.help_text import help_text
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.key_bar import FooterKey, KeyBar


class HelpBox(VerticalScroll):
    """Scrolls with the keys that move in the table, and says when there is more below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", show=False, id="down"),
        Binding("k", "move(-1)", show=False, id="up"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("g", "move(-9999)", show=False, id="top"),
        Binding("home", "move(-9999)", show=False),
        Binding("G", "move(9999)", show=False, id="bottom"),
        Binding("end", "move(9999)", show=False),
        Binding("pagedown,space,ctrl+f", "page(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
    ]

    class Resized(Message):
        """The box has another size now."""

    def on_resize(self) -> None:
        """Another height alone changes neither the scrolling nor the scrollbar."""
        self.post_message(self.Resized())

    def action_move(self, lines: int) -> None:
        """Scroll so many lines, at once."""
        self.scroll_relative(y=lines, animate=False)

    def action_page(self, direction: int) -> None:
        """Scroll one page, of which a line stays in view."""
        self.action_move(direction * max(1, self.scrollable_content_region.height - 1))

    @property
    def is_cut(self) -> bool:
        """Whether there is more than the box shows."""
        return self.max_scroll_y > 0

    @property
    def has_more_below(self) -> bool:
        """Whether the end is not in view."""
        return self.scroll_offset.y < self.max_scroll_y


class HelpDialog(Dialog[None]):
    """All keys, and what the signs mean."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding(
            "question_mark,fullwidth_question_mark,f1", "dismiss_nothing", show=False, id="help"
        ),
        Binding("enter", "dismiss_nothing", show=False),
    ]

    def __init__(self, keys: LiveKeys, palette: Palette) -> None:
        super().__init__()
        self._keys = keys
        self._palette = palette

    def compose(self) -> ComposeResult:
        with HelpBox(id="help-box", classes="box"):
            yield Static(markup=False, id="help-text")

    def on_mount(self) -> None:
        """Follow the scrolling."""
        for changing in ("scroll_y", "show_vertical_scrollbar"):
            self.watch(self._box, changing, self._show_hints, init=False)
        self._box.focus()

    def footer_keys(self) -> Sequence[FooterKey]:
        """How to scroll, where there is more than fits, and how to leave."""
        if not self._box.is_cut:
            return super().footer_keys()
        down, up = self._keys.keys_of("down"), self._keys.keys_of("up")
        return [
            FooterKey((down or ("down",))[0], _("Down"), 1),
            FooterKey((up or ("up",))[0], _("Up"), 2),
            *super().footer_keys(),
        ]

    def on_resize(self) -> None:
        """Use the width there is now."""
        box = self._box
        self.when_laid_out(self._lay_out)  # the box has its frame for this size then
        box.refresh(layout=True)

    @on(HelpBox.Resized)
    def _box_resized(self) -> None:
        self.when_laid_out(self._show_hints)

    def _lay_out(self) -> None:
        box = self._box
        around = box.gutter.width + box.styles.scrollbar_size_vertical
        width = max(1, self.app.size.width - around)
        shown = help_text(self._keys, self._palette, width)
        self.query_one("#help-text", Static).update(shown)

    @property
    def _box(self) -> HelpBox:
        return self.query_one(HelpBox)

    def _show_hints(self) -> None:
        """Say in the frame whether there is more below."""
        key = self._keys.shown("down") or "↓"
        more = _("more below: {key}").format(key=key) if self._box.has_more_below else ""
        if self._box.border_subtitle != more:
            self._box.border_subtitle = more
        for bar in self.query(KeyBar):
            bar.show_keys()
