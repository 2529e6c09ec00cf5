"""A few videos side by side, each going through its film, to choose which ones to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.widgets import Static

from hingtui.model.key import VideoKey
from hingtui.monitor import Row
from hingtui.preview.pictures import Box, Picture, PreviewError
from hingtui.text.cell_width import fit
from hingtui.text.clean import one_line
from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.key_bar import FooterKey
from hingtui.ui.widgets.picture import PictureView
from hingtui.ui.widgets.preview_text import facts_line

if TYPE_CHECKING:
    from hingtui.ui.previewing_app import PreviewingApp

MOST = 4
"""Videos that are compared at once."""
_TALL = 20
"""Lines of height from which a text may take two of them."""
_FRAME = 0.4
"""Seconds that each frame is shown."""


class Compared(Vertical):
    """One of the videos: its picture over what it is."""

    def __init__(self, row: Row) -> None:
        super().__init__(classes="compared")
        self.row = row
        self.pictures: list[Picture] = []
        self.facts = ""
        self.is_unwanted = False

    def compose(self) -> ComposeResult:
        yield PictureView()
        yield Static(classes="compared-text", markup=False)

    @property
    def _most(self) -> int:
        """Lines that each text may take."""
        return 2 if self.size.height >= _TALL else 1

    @property
    def room(self) -> Box:
        """The pixels that a picture may have."""
        lines = self.size.height - 4 - 2 * self._most  # facts and prompt; the model has one line
        return Box(max(8, self.size.width - 2), max(8, 2 * lines))

    def show_frame(self, number: int) -> None:
        """Show a frame of its film; the film begins again behind the last."""
        if self.pictures:
            self.query_one(PictureView).show(self.pictures[number % len(self.pictures)])

    def show_text(self, palette: Palette, *, is_chosen: bool) -> None:
        """Show what it is, and whether it is to be unwatched."""
        width = max(1, self.size.width - 2)
        text = Text(no_wrap=True)
        word = _("unwatch") if self.is_unwanted else _("keep")
        sign = "✗" if self.is_unwanted else "✓"
        text.append(f"{'▸' if is_chosen else ' '} {sign} {word}\n", _style(palette, self))
        video = self.row.video
        for line in (video.model if video else "", self.facts, video.prompt if video else ""):
            *whole, last = wrapped(one_line(line), width)
            shown = [*whole[: self._most - 1], " ".join([*whole[self._most - 1 :], last])]
            for piece in shown:
                text.append(fit(piece, width) + "\n", palette.muted)
        text.right_crop(1)
        self.query_one(".compared-text", Static).update(text)
        self.set_class(is_chosen, "-chosen")


class CompareDialog(Dialog[Sequence[VideoKey]]):
    """Answers the videos to unwatch; None where all stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("left,h", "choose(-1)", show=False),
        Binding("right,l,tab", "choose(1)", show=False),
        Binding("x,delete,space", "keep_or_not", show=False),
        Binding("enter", "answer", show=False),
    ]

    def __init__(self, rows: Sequence[Row], palette: Palette) -> None:
        """`rows` are those of saved videos, `MOST` at most."""
        super().__init__()
        self._rows = rows[:MOST]
        self._palette = palette
        self._chosen = 0
        self._number = 0
        self._begun_at = Size(0, 0)
        """The size of the screen for which the pictures are made."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="compare"):
            for row in self._rows:
                yield Compared(row)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Choosing, and the two ways out."""
        return [
            FooterKey("right", _("Choose"), 3),
            FooterKey("x", _("Keep or unwatch"), 2),
            FooterKey("enter", _("Done"), 1),
            FooterKey("escape", _("Keep all")),
        ]

    def on_mount(self) -> None:
        """Go through the films."""
        self.set_interval(_FRAME, self._next_frame)

    def on_resize(self) -> None:
        """Begin, or begin anew, once it is known how large each is."""
        self.when_laid_out(self._begin)

    def _begin(self) -> None:
        if self.size == self._begun_at:
            return
        self._begun_at = self.size
        for picture in self.query(PictureView):
            picture.styles.min_height = 0
        self._show_texts()
        self.run_worker(self._load(), group="compare", exclusive=True, exit_on_error=False)

    async def _load(self) -> None:
        """The posters first, then frames from all over each."""
        previews = cast("PreviewingApp", self.app).previews
        loop = asyncio.get_running_loop()
        for one in self.query(Compared):
            box = one.room
            preview = await previews.preview(one.row.saved, box) if one.row.saved else None
            if preview is not None and preview.picture is not None:
                one.facts, one.pictures = facts_line(preview.facts), [preview.picture]
                one.show_frame(0)
        self._align_texts()
        self._show_texts()
        for one in self.query(Compared):
            box = one.room
            found: list[Picture] = []

            def show(picture: Picture, found: list[Picture] = found) -> None:
                loop.call_soon_threadsafe(found.append, picture)

            with suppress(PreviewError):  # the poster stays
                if one.row.saved is not None:
                    await previews.strip(one.row.saved, box, show)
                    one.pictures = found or one.pictures

    def _align_texts(self) -> None:
        """Begin all texts below the highest picture, so that they can be read side by side."""
        pictures = list(self.query(PictureView))
        highest = max(picture.cells.height for picture in pictures)
        for picture in pictures:
            picture.styles.min_height = highest

    def _next_frame(self) -> None:
        self._number += 1
        for one in self.query(Compared):
            if len(one.pictures) > 1:
                one.show_frame(self._number)

    def _show_texts(self) -> None:
        for place, one in enumerate(self.query(Compared)):
            one.show_text(self._palette, is_chosen=place == self._chosen)

    def action_choose(self, step: int) -> None:
        """Go to the next video."""
        self._chosen = (self._chosen + step) % len(self._rows)
        self._show_texts()

    def action_keep_or_not(self) -> None:
        """Unwatch the chosen video, or keep it after all."""
        for place, one in enumerate(self.query(Compared)):
            if place == self._chosen:
                one.is_unwanted = not one.is_unwanted
        self._show_texts()

    def action_answer(self) -> None:
        """Close with the videos to unwatch."""
        self.dismiss([one.row.key for one in self.query(Compared) if one.is_unwanted])


def _style(palette: Palette, one: Compared) -> str:
    return str(palette.error if one.is_unwanted else palette.success)
