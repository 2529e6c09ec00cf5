"""What stays of a wide character over whose half a box moves."""

from __future__ import annotations

import pyte
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from hingtui.ui.textual_fixes.wide_cuts import keep_wide_characters


class BoxOverText(App[None]):
    """A line of wide characters, and a box over some of them."""

    CSS = """
    Screen { layers: text box; }
    #text { layer: text; width: 20; height: 1; }
    #box { layer: box; width: 4; height: 1; offset: 6 0; }
    """

    def compose(self) -> ComposeResult:
        yield Static("字" * 10, id="text")
        yield Static("box!", id="box")


async def cell_before_the_moved_box(app: BoxOverText) -> str:
    """The terminal's cell left of a box that has moved over half a character."""
    terminal = pyte.Screen(20, 2)
    stream = pyte.Stream(terminal)
    async with app.run_test(size=(20, 2)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        stream.feed(compositor.render_full_update().render_segments(app.console))
        box = app.query_one("#box")
        before = box.region
        box.styles.offset = (5, 0)
        await pilot.pause()
        compositor._dirty_regions = {before.union(box.region)}
        update = compositor.render_partial_update()
        assert update is not None
        stream.feed(update.render_segments(app.console))
    cells = [terminal.buffer[0][x].data for x in range(20)]
    assert "".join(cells[5:9]) == "box!"
    return cells[4]


class FixedBoxOverText(BoxOverText):
    """With the workaround."""

    def get_default_screen(self) -> Screen[None]:
        screen = super().get_default_screen()
        keep_wide_characters(screen)
        return screen


async def test_no_half_of_a_character_stays_beside_a_box() -> None:
    assert await cell_before_the_moved_box(FixedBoxOverText()) == " "


async def test_textuals_own_compositor_leaves_one() -> None:
    """Try without the workaround if this fails."""
    assert await cell_before_the_moved_box(BoxOverText()) == "字"
