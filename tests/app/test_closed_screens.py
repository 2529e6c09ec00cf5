"""A closed dialog frees the lines it has drawn."""

from __future__ import annotations

from pathlib import Path
from weakref import ref

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.widget import Widget

from tests.support.pilot import piloted
from tests.support.waiting import until
from tests.support.watch import job


async def test_a_closed_dialog_keeps_no_drawn_lines(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await acting.press("question_mark")
        await acting.drawn()
        widgets = [acting.app.screen, *acting.app.screen.walk_children(Widget)]
        assert sum(len(widget._styles_cache._cache) for widget in widgets) > 20
        beneath = len(acting.dashboard._styles_cache._cache)
        await acting.press("escape")
        await acting.drawn()
        await until(lambda: not any(widget._styles_cache._cache for widget in widgets))
        assert len(acting.dashboard._styles_cache._cache) >= beneath


async def test_textual_keeps_no_object_for_its_background_colors(tmp_path: Path) -> None:
    async with piloted(tmp_path):
        cache = StylesCache()
        inner, outer = cache.get_inner_outer(Color(0, 0, 0), Color(255, 0, 0, 0.5))
        assert (inner.background, outer.background) == (Color(127, 0, 0), Color(0, 0, 0))
        left = ref(cache)
        del cache
        assert left() is None
