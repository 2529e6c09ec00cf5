"""Previews on a real pseudo-terminal: what stands in its cells, and whether keys are answered."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest

from hingtui.preview.decoder import Decoder
from hingtui.preview.pictures import Box
from hingtui.preview.previews import source_of
from hingtui.preview.tools import find_tools
from tests.support.pty import Terminal, clean_environ, terminal
from tests.support.saved_videos import save_videos

pytest.importorskip("av", reason="the extra `preview` is not installed")

Cell = tuple[str, str]


def cells(running: Terminal) -> list[list[Cell]]:
    """The colours of every half block on the screen, line by line, as pyte has them: `rrggbb`."""
    screen: pyte.Screen = running._screen
    lines = (screen.buffer[y] for y in range(screen.lines))
    blocks = [
        [(c.fg, c.bg) for x in range(screen.columns) if (c := line[x]).data == "▀"]
        for line in lines
    ]
    return [row for row in blocks if row]


def distance(shown: list[list[Cell]], rgb: bytes) -> float:
    """The mean difference of the cells' colours and a picture's, 0–255."""
    halves = [
        color
        for row in shown
        for colors in ([upper for upper, _ in row], [lower for _, lower in row])
        for color in colors
    ]
    drawn = b"".join(bytes.fromhex(color) for color in halves)
    assert len(drawn) == len(rgb)
    return sum(abs(a - b) for a, b in zip(drawn, rgb, strict=True)) / len(rgb)


@pytest.mark.slow
def test_poster_film_and_playback_on_a_terminal(tmp_path: Path) -> None:
    save_videos(tmp_path, "silk", "lotus")
    environ = clean_environ(
        tmp_path,
        COLORTERM="truecolor",
        HINGNET_BASE_URL="http://127.0.0.1:9",
        HINGNET_API_KEY="oh-none",
    )
    how = {"columns": 160, "rows": 45, "is_modern": True}
    with terminal(environ=environ, is_executed=True, **how) as running:  # type: ignore[arg-type]
        running.shows("H.264 · 1792×1024 · 8 s")
        running.until(lambda _text: len(cells(running)) > 8, "the poster")
        poster = cells(running)
        decoder = Decoder(find_tools().folders)
        box = Box(len(poster[0]), 2 * len(poster))
        _facts, picture = decoder.poster(source_of(tmp_path / "videos/video_silk_0.mp4"), box)
        decoder.close()
        assert distance(poster, picture.rgb) < 4
        running.press("]]")
        running.shows("2/12")
        assert cells(running) != poster
        running.press("j")
        running.shows("H.264 · 1280×720 · 4 s")
        running.press("v")
        running.shows("any key stops")
        running.press("?")
        running.until(lambda text: "any key stops" not in text, "the table again")
        assert "Search all commands" not in running.text()
        running.press("v")
        running.shows("any key stops")
        first = cells(running)
        running.until(lambda _text: cells(running) not in ([], first), "another frame")
        running.until(lambda text: "any key stops" not in text, "the end of the film")
        running.press("?")
        running.shows("Search all commands")
