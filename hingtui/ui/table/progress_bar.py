"""The bars of running jobs and downloads."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from hingtui.monitor import DownloadState, Row
from hingtui.text.cell_width import fit
from hingtui.text.clean import human_bytes
from hingtui.ui.table.cell import Cell
from hingtui.ui.theme.palette import Palette


def download_bar(row: Row, palette: Palette, width: int) -> Cell:
    """How much of the file is here, and how fast the rest comes."""
    if row.download is None or row.download.state is DownloadState.QUEUED:
        return ()
    progress = row.download.progress
    share = progress.received / progress.total if progress.total else None
    return bar(share, _bytes_label(row, width), width, palette.track, palette.filled_download)


def bar(share: float | None, label: str, width: int, track: Style, filled: Style) -> Cell:
    """A bar of `width` cells filled to `share` (0–1; None: not known), with a label on it.

    It is drawn with background colour alone: the usual bar characters are double-wide in some
    terminals. Where `filled` is reverse video there are too few colours for that, and what is still
    to come is drawn as `-`.
    """
    label = fit(label, width - 1)
    done = 0 if share is None else round(min(1.0, max(0.0, share)) * width)
    if share is not None and share > 0:
        done = max(1, done)
    # A label that the end of the bar would cut is put behind it, if there is room.
    before = done + 1 if 0 < done <= cell_len(label) + 1 else 1
    if before + cell_len(label) > width:
        before = 1
    line = set_cell_size(" " * before + label, width)
    cut = _chars_within(line, done)
    rest = _dashes(line[cut:]) if filled.reverse else line[cut:]
    return tuple(piece for piece in ((line[:cut], filled), (rest, track)) if piece[0])


def _dashes(line: str) -> str:
    """With `-` in place of the blanks around a label, but for one on each side of it."""
    if not (label := line.strip()):
        return "-" * len(line)
    before = len(line) - len(line.lstrip())
    after = len(line) - len(line.rstrip())
    return f"{'-' * (before - 1)}{' ' * bool(before)}{label}{' ' * bool(after)}{'-' * (after - 1)}"


def _chars_within(line: str, cells: int) -> int:
    """How many characters of `line` fill `cells` cells."""
    taken = 0
    for index, char in enumerate(line):
        if taken >= cells:
            return index
        taken += cell_len(char)
    return len(line)


def _bytes_label(row: Row, width: int) -> str:
    """`1.2/3.4 MB 800 kB/s`, or as much of it as there is room for."""
    if row.download is None:
        return ""
    progress = row.download.progress
    got = human_bytes(progress.received)
    speed = f"{human_bytes(progress.speed)}/s" if progress.speed > 0 else ""
    if not progress.total:
        return f"{got} {speed}".strip()
    total = human_bytes(progress.total)
    if got.split()[1] == total.split()[1]:
        got = got.split()[0]
    figures = f"{got}/{total}"
    per_cent = f"{progress.received * 100 / progress.total:.0f}%"
    for label in (f"{figures} {speed}".strip(), f"{per_cent} {speed}".strip(), per_cent):
        if cell_len(label) < width:
            return label
    return per_cent
