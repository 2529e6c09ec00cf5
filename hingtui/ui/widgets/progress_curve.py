"""A small curve of the progress that a gateway reported, in Braille dots.

Braille is of the same width in all terminals; the usual block characters are not.
"""

from __future__ import annotations

from collections.abc import Sequence

from hingtui.monitor import HistoryEntry

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a Braille character: four rows from the top, two columns."""
_BLANK = 0x2800
_FEWEST = 3
"""Reports of progress from which on a curve shows more than the figures do."""


def progress_curve(
    history: Sequence[HistoryEntry], until: float, width: int, height: int
) -> list[str]:
    """Lines of a curve from the first report to `until` (Unix seconds); none for too few reports.

    Between two reports the progress is drawn as it was last reported.
    """
    seen = [(entry.at, entry.progress) for entry in history if entry.progress is not None]
    if len({progress for _at, progress in seen}) < _FEWEST or width < 1:
        return []
    begin, columns, rows = seen[0][0], 2 * width, 4 * height
    length = max(until, seen[-1][0]) - begin
    if length <= 0:
        return []
    cells = [[_BLANK] * width for _line in range(height)]
    level = before = _row_of(seen[0][1], rows)
    at = 0
    for column in range(columns):
        end = begin + length * (column + 1) / columns
        levels = [level, before]
        while at < len(seen) and (seen[at][0] <= end or column == columns - 1):
            level = _row_of(seen[at][1], rows)
            levels.append(level)
            at += 1
        for row in range(min(levels), max(levels) + 1):
            line, dot = divmod(rows - 1 - row, 4)
            cells[line][column // 2] |= _DOTS[dot][column % 2]
        before = level
    return ["".join(map(chr, line)) for line in cells]


def _row_of(progress: float, rows: int) -> int:
    """The row of dots for a progress in per cent, 0 at the bottom."""
    return round(min(100.0, max(0.0, progress)) / 100 * (rows - 1))
