"""Draw lines of a terminal as an SVG picture, whichever program filled them.

Rich's own export gives each run of text the width of its `len()`, which squashes Chinese (rich
#2742). Here every width comes from cells, and a run ends where narrow and wide characters meet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from textual.app import App

CELL, LINE, FONT, WIDE_FONT = 12, 25, 20, 22
"""Pixels: a cell's width and height, the size of narrow characters, and of those two cells wide."""
_BASELINE = 19
_EDGE, _BAR = 12, 36
"""Pixels of window around the screen, and above it."""
_FONTS = (
    "'JetBrains Mono','Fira Code','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',"
    "'Noto Sans Mono CJK SC','PingFang SC','Microsoft YaHei',monospace"
)
_NO_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_WORDS = re.compile(r"\S+(?: \S+)*")
_LIGHTS = ("#ff5f57", "#febc2e", "#28c840")
_BLOCKS = {
    "▀": (0, 0, 8, 4),
    "▐": (4, 0, 4, 8),
    "▔": (0, 0, 8, 1),
    "▕": (7, 0, 1, 8),
    **{char: (0, 8 - high, 8, high) for high, char in enumerate("▁▂▃▄▅▆▇█", 1)},
    **{char: (0, 0, wide, 8) for wide, char in enumerate("▏▎▍▌▋▊▉", 1)},
}
"""What block elements fill: left, top, width, height in eighths of a cell."""
_BOXES = {
    **dict.fromkeys("┌╭", "dr"),
    **dict.fromkeys("┐╮", "dl"),
    **dict.fromkeys("└╰", "ur"),
    **dict.fromkeys("┘╯", "ul"),
    "─": "lr",
    "│": "ud",
    "├": "udr",
    "┤": "udl",
    "┬": "lrd",
    "┴": "lru",
    "┼": "lrud",
}
"""The sides that box characters reach from their middle: left, right, up, down."""

Line = Sequence[Segment]


def screen_lines(app: App[Any]) -> list[list[Segment]]:
    """What a running app shows at this moment, screens below a dialog included."""
    compositor = app.screen._compositor  # as App.export_screenshot does: there is no other way in
    update = compositor.render_update(full=True, screen_stack=app._background_screens)
    if update is None:
        return []
    options = app.console.options.update(width=app.size.width, height=app.size.height)
    segments = Segment.filter_control(app.console.render(update, options))
    return [list(line) for line in Segment.split_and_crop_lines(segments, app.size.width)][
        : app.size.height
    ]


def svg_of(lines: Sequence[Line], title: str) -> str:
    """A picture of the lines in a window with that title; the same for ever for the same lines."""
    return _Drawing(lines).svg(title)


@dataclass(frozen=True, slots=True)
class _Ink:
    """How a run looks, `dim` and `reverse` worked into its colours."""

    fore: str
    back: str
    rules: str

    @classmethod
    def of(cls, style: Style | None) -> _Ink:
        style = style or Style()
        fore = _triplet(style.color, SVG_EXPORT_THEME.foreground_color)
        back = _triplet(style.bgcolor, SVG_EXPORT_THEME.background_color)
        if style.reverse:
            fore, back = back, fore
        if style.dim:
            fore = blend_rgb(fore, back, 0.4)
        rules = (
            ";font-weight:bold" if style.bold else "",
            ";font-style:italic" if style.italic else "",
            ";text-decoration:underline" if style.underline else "",
            ";text-decoration:line-through" if style.strike else "",
        )
        return cls(fore.hex, back.hex, "".join(rules))


def _triplet(color: Color | None, default: ColorTriplet) -> ColorTriplet:
    if color is None or color.is_default:
        return default
    return color.get_truecolor(SVG_EXPORT_THEME)


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters that stand side by side and look the same. Places and widths are cells."""

    x: int
    width: int
    text: str
    ink: _Ink


@dataclass(slots=True)
class _Drawing:
    lines: Sequence[Line]
    classes: dict[str, str] = field(default_factory=dict)
    """CSS rules and the class that stands for them, in the order of their first use."""

    def svg(self, title: str) -> str:
        rows = [list(_runs(line)) for line in self.lines]
        columns = max((run.x + run.width for row in rows for run in row), default=0)
        ground = _commonest(rows)
        body = [*_grounds(rows, ground), *self._texts(rows)]
        rules = "\n".join(f".{name}{{{rule}}}" for rule, name in self.classes.items())
        width, height = columns * CELL + 2 * _EDGE, len(rows) * LINE + _BAR + _EDGE
        words = escape(_NO_XML.sub("", title))
        lights = [
            f'<circle cx="{22 + 20 * place}" cy="18" r="6" fill="{color}"/>'
            for place, color in enumerate(_LIGHTS)
        ]
        return "\n".join(
            (
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                    f'width="{width}" height="{height}">'
                ),
                f"<style>\ntext{{font:{FONT}px {_FONTS};font-variant-ligatures:none}}",
                f"text.w{{font-size:{WIDE_FONT}px;letter-spacing:{2 * CELL - WIDE_FONT}px}}",
                "path{fill:none;stroke-width:1.5}",
                f"{rules}</style>",
                (
                    f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="9" '
                    f'fill="{ground}" stroke="#808080" stroke-opacity=".5"/>'
                ),
                *lights,
                f'<text x="{width // 2}" y="24" text-anchor="middle" fill="#808080">{words}</text>',
                f'<g transform="translate({_EDGE} {_BAR})">',
                *body,
                "</g>",
                "</svg>\n",
            )
        )

    def _texts(self, rows: list[list[_Run]]) -> Iterator[str]:
        for y, row in enumerate(rows):
            for run in row:
                if run.text[:1] in _BLOCKS:
                    yield _blocks(run, y)
                elif run.text[:1] in _BOXES:
                    yield _boxes(run, y)
                else:
                    yield from self._words(run, y)

    def _words(self, run: _Run, y: int) -> Iterator[str]:
        """The run without the blanks around it and without its gaps of two blanks and more."""
        for match in _WORDS.finditer(run.text):
            x = run.x + cell_len(run.text[: match.start()])
            words = match.group()
            length = f' textLength="{cell_len(words) * CELL}"' if len(words) > 1 else ""
            wide = " w" if cell_len(words[0]) == 2 else ""
            yield (
                f'<text class="{self._class(run.ink)}{wide}" x="{x * CELL}" '
                f'y="{y * LINE + _BASELINE}"{length}>{escape(words, quote=False)}</text>'
            )

    def _class(self, ink: _Ink) -> str:
        rule = f"fill:{ink.fore}" + ink.rules
        return self.classes.setdefault(rule, f"c{len(self.classes)}")


def _runs(line: Line) -> Iterator[_Run]:
    """The runs of a line: split where the look changes, or what kind of characters it is."""
    x = 0
    cells = ((char, _Ink.of(style)) for text, style, _ in line for char in _characters(text))
    for (ink, _kind), group in groupby(cells, key=lambda cell: (cell[1], _kind_of(cell[0]))):
        text = "".join(char for char, _ink in group)
        width = cell_len(text)
        yield _Run(x, width, text, ink)
        x += width


def _characters(text: str) -> Iterator[str]:
    """The characters with the marks that stand on them; what XML cannot hold is replaced."""
    held = ""
    for char in text:
        width = cell_len(char)
        if held and width:
            yield held
            held = ""
        held += "\ufffd" * width if _NO_XML.match(char) else char
    if held:
        yield held


def _kind_of(char: str) -> int | str:
    """What shares a run: narrow or wide characters, or one and the same line or block."""
    return char if char in _BLOCKS or char in _BOXES else cell_len(char)


def _grounds(rows: list[list[_Run]], ground: str) -> Iterator[str]:
    """One rectangle for each block of one colour, as many lines high as it goes."""
    yield '<g shape-rendering="crispEdges">'
    tops: dict[tuple[int, int, str], int] = {}
    for y, row in enumerate([*rows, []]):
        spans = {span: y for span in _spans(row) if span[2] != ground}
        for span in sorted(tops.keys() - spans.keys()):
            x, width, color = span
            top = tops.pop(span)
            yield (
                f'<rect x="{x * CELL}" y="{top * LINE}" width="{width * CELL}" '
                f'height="{(y - top) * LINE}" fill="{color}"/>'
            )
        tops = spans | tops
    yield "</g>"


def _spans(row: Iterable[_Run]) -> Iterator[tuple[int, int, str]]:
    """Place, width and colour of each stretch of one ground."""
    for color, group in groupby(row, key=lambda run: run.ink.back):
        runs = list(group)
        yield runs[0].x, sum(run.width for run in runs), color


def _commonest(rows: list[list[_Run]]) -> str:
    areas: Counter[str] = Counter()
    for row in rows:
        for run in row:
            areas[run.ink.back] += run.width
    return max(areas, key=lambda color: areas[color], default="#000000")


def _blocks(run: _Run, y: int) -> str:
    """Block elements: fonts leave gaps between them."""
    left, top, width, height = _BLOCKS[run.text[0]]
    each = range(run.x, run.x + run.width)
    places = [(run.x, CELL * run.width)] if width == 8 else [(x, width * CELL / 8) for x in each]
    return "".join(
        f'<rect x="{x * CELL + left * CELL / 8:g}" y="{y * LINE + top * LINE / 8:g}" '
        f'width="{pixels:g}" height="{height * LINE / 8:g}" fill="{run.ink.fore}"/>'
        for x, pixels in places
    )


def _boxes(run: _Run, y: int) -> str:
    """Box characters: fonts leave gaps between them, and taller lines do so with every font."""
    sides = _BOXES[run.text[0]]
    middle, up = y * LINE + LINE / 2, y * LINE
    steps = []
    for x in range(run.x * CELL, (run.x + run.width) * CELL, CELL):
        center = x + CELL // 2
        ends = {
            "l": f"{x} {middle:g}",
            "r": f"{x + CELL} {middle:g}",
            "u": f"{center} {up}",
            "d": f"{center} {up + LINE}",
        }
        if run.text[0] in "╭╮╰╯":
            steps.append(f"M{ends[sides[0]]}Q{center} {middle:g} {ends[sides[1]]}")
        elif sides == "lr":
            steps = [f"M{run.x * CELL} {middle:g}H{x + CELL}"]
        else:
            steps += [f"M{center} {middle:g}L{ends[side]}" for side in sides]
    return f'<path d="{"".join(steps)}" stroke="{run.ink.fore}"/>'
