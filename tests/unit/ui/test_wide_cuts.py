"""Wide characters that a moving box covers by half."""

from __future__ import annotations

import pyte
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
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


async def test_textuals_own_compositor_leaves_half_a_character() -> None:
    """Try without the workaround if this fails."""
    assert await cell_before_the_moved_box(BoxOverText()) == "字"


class Counted(Static):
    """Notes which of its lines are rendered."""

    def __init__(self, lines: int, name: str) -> None:
        super().__init__("\n".join("abcdefgh"[:lines]), name=name)
        self.rendered: list[tuple[int, int]] = []

    def render_lines(self, crop: Region) -> list[Strip]:
        self.rendered.append(crop.line_span)
        return super().render_lines(crop)


class ThreeTexts(App[None]):
    """Three widgets, one below the other."""

    def compose(self) -> ComposeResult:
        for name, lines in (("first", 2), ("second", 3), ("third", 4)):
            yield Counted(lines, name)

    def get_default_screen(self) -> Screen[None]:
        screen = super().get_default_screen()
        keep_wide_characters(screen)
        return screen


async def test_only_changed_lines_are_rendered_again() -> None:
    app = ThreeTexts()
    terminal = pyte.Screen(20, 10)
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        texts = list(app.screen.query(Counted))
        for text in texts:
            text.rendered.clear()
        compositor = app.screen._compositor
        compositor._dirty_regions = {Region(0, 1, 20, 1), Region(0, 7, 20, 1)}
        update = compositor.render_partial_update()
        assert update is not None
        pyte.Stream(terminal).feed(update.render_segments(app.console))
    assert [text.rendered for text in texts] == [[(1, 2)], [], [(2, 3)]]
    drawn = {at: line.strip() for at, line in enumerate(terminal.display) if line.strip()}
    assert drawn == {1: "b", 7: "c"}


class Covered(ThreeTexts):
    """A box that covers the second of three texts."""

    CSS = """
    Screen { layers: below above; }
    #box { layer: above; width: 100%; height: 3; offset: 0 2; }
    """

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Static("x\nx\nx", id="box")


async def test_what_is_covered_is_not_rendered() -> None:
    app = Covered()
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        texts = list(app.screen.query(Counted))
        for text in texts:
            text.rendered.clear()
        update = app.screen._compositor.render_full_update()
        terminal = pyte.Screen(20, 10)
        pyte.Stream(terminal).feed(update.render_segments(app.console))
    assert [text.rendered for text in texts] == [[(0, 2)], [], [(0, 4)]]
    assert "".join(line[0] for line in terminal.display[:9]) == "abxxxabcd"
