"""The details pane: the text of `detail_text`, which scrolls, over a line of its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from hingtui.monitor import Row
from hingtui.preview.pictures import STRIP
from hingtui.text.cell_width import cells
from hingtui.text.i18n import _
from hingtui.ui.keys import LiveKeys
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.widgets.detail_text import DetailLayout, detail_text, picture_line
from hingtui.ui.widgets.line_text import LineText
from hingtui.ui.widgets.poster import Poster, preview_file, room_for_picture
from hingtui.ui.widgets.preview_text import preview_fields, strip_caption
from hingtui.ui.widgets.same_text import same_text

_LOW = 16
"""Lines of a pane from which on its first four need not hold everything."""
_KEYS_PADDING = 2
"""Cells beside the line of keys, as in dashboard.tcss."""


class DetailPane(Vertical):
    """Shows the details of one row."""

    def __init__(self, keys: LiveKeys, folder: Path) -> None:
        """`folder` is where downloads go."""
        super().__init__()
        self._folder = folder
        self.poster = Poster(self._draw)
        self._keys = keys
        self._row: Row | None = None
        self._render_context: RenderContext | None = None
        self._shown: Text | None = None
        self._shown_keys: Text | None = None
        self._line_count = 0
        self._step: Callable[[], None] | None = None
        """The step in the film that waits until the pane is drawn."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="detail-scroll", can_focus=False):
            yield LineText(id="detail-text", markup=False)
            yield self.poster
        yield Static(id="detail-keys", markup=False)

    def show(self, row: Row | None, context: RenderContext | None) -> None:
        """Show this row, or nothing."""
        is_other = row is not self._row
        self._row, self._render_context = row, context
        self._draw()
        if is_other:
            self.scroll_text(None)

    def step(self, frames: int, stepped: Callable[[bool], object]) -> None:
        """Step through the film at the next drawing, and call `stepped` with whether it has room.

        A pane that has just been opened does not know yet how large it is.
        """

        def step() -> None:
            stepped(room_for_picture(self.size).height > 0)
            self.poster.step(frames)

        self._step = step

    def scroll_text(self, lines: int | None) -> None:
        """Scroll the text by so many lines; to its beginning for None."""
        for box in self.query("#detail-scroll").results(VerticalScroll):
            if lines is None:
                box.scroll_home(animate=False, immediate=True)
            else:
                box.scroll_relative(y=lines, animate=False, immediate=True)

    @property
    def page(self) -> int:
        """Lines that a page key scrolls: half of what is visible."""
        return max(1, self.size.height // 2)

    def on_resize(self, _event: events.Resize) -> None:
        """Break the lines anew."""
        self._draw()

    def _draw(self) -> None:
        """Draw what has changed; a new layout is needed only if it scrolls further than before."""
        box = next(iter(self.query("#detail-scroll").results(VerticalScroll)), None)
        if box is None or not (width := box.scrollable_content_region.width):
            return  # not laid out yet: the resize comes
        text = Text(_("Nothing selected."))
        file = None if self._row is None else preview_file(self._row, self._folder)
        self.poster.use(file, self.size)
        if self._row is not None and self._render_context is not None:
            layout = self._detail_layout(self._row, self._render_context, width)
            try:
                text = detail_text(self._row, self._render_context, layout)
            except Exception:
                self._update(Text(), 0)  # clear the pane: it shows another video
                raise
            if (step := self._step) is not None:
                self._step = None
                step()
        self._update(text, box.scrollable_content_region.height)
        room = self.size.width - _KEYS_PADDING
        keys = detail_keys_text(self._keys, self._row, self._render_context, room)
        if not same_text(keys, self._shown_keys):
            self._shown_keys = keys
            self.query_one("#detail-keys", Static).update(keys, layout=False)  # always one line

    def _detail_layout(self, row: Row, context: RenderContext, width: int) -> DetailLayout:
        poster, caption = self.poster, ""
        if poster.place and poster.preview is not None and poster.place <= len(poster.strip):
            at, length = poster.strip[poster.place - 1].at, poster.preview.facts.duration
            caption = strip_caption(at, length, poster.place, len(STRIP))
        return DetailLayout(
            width,
            is_low=self.size.height < _LOW,
            picture_lines=poster.rows,
            caption=caption,
            preview=preview_fields(row, poster.preview, poster.looks, context),
        )

    def _place_poster(self, text: Text) -> None:
        """Put the picture over the lines that are left free for it."""
        line = picture_line(text)
        self.poster.display = line is not None
        if line is not None:
            self.poster.styles.offset = (0, line)

    def _update(self, text: Text, height: int) -> None:
        self._place_poster(text)
        lines = max(text.plain.count("\n") + 1, height)
        if same_text(text, self._shown):
            self._line_count = lines  # a pane of another size has been laid out already
            return
        self.query_one(LineText).show(text, layout=lines != self._line_count)
        self._shown, self._line_count = text, lines


def detail_keys_text(
    keys: LiveKeys, row: Row | None, context: RenderContext | None, width: int
) -> Text:
    """The pane's own keys, as many as there is room for; how to close it last of all."""
    prompt = row is not None and row.video is not None and row.video.prompt
    entries = [
        (f"{keys.shown('detail_down')} {keys.shown('detail_up')}".strip(), _("scroll")),
        (keys.shown("copy_prompt") if prompt else "", _("prompt")),
        (keys.shown("copy_path") if row is not None and row.saved else "", _("path")),
        (keys.shown("copy_raw") if row is not None else "", _("raw")),
        (keys.shown("clear_filter"), _("close")),
    ]
    entries = [(key, word) for key, word in entries if key]
    while entries and sum(cells(f"{key} {word}") + 2 for key, word in entries) - 2 > width:
        del entries[max(0, len(entries) - 2)]
    text = Text(no_wrap=True)
    for number, (key, word) in enumerate(entries):
        text.append("  " * bool(number))
        text.append(key, "" if context is None else context.palette.primary)
        text.append(f" {word}", "" if context is None else context.palette.muted)
    return text
