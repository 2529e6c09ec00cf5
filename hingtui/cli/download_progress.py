"""The line that shows how far the downloads of a command are."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hingtui.cli.live_line import live_line
from hingtui.monitor import DownloadState, Row
from hingtui.text.cell_width import cells_of
from hingtui.text.clean import human_bytes, human_duration
from hingtui.text.i18n import _

_BAR_CELLS = 20
_FULL, _EMPTY = "━", "─"


def show_progress(unfinished: Sequence[Row], *, saved: int, lost: int, received: int) -> None:
    """Show the line on stderr, if that is a terminal and the last time was long enough ago.

    `unfinished` are neither saved nor given up. `received` are the bytes of those saved by now.
    """
    if not live_line.is_due:
        return
    words = progress_text(unfinished, saved=saved, lost=lost, received=received)
    if live_line.is_plain:
        live_line.show(words)
        return
    running = [row.download.progress for row in unfinished if row.download is not None]
    shares = sum(min(1.0, each.received / each.total) for each in running if each.total)
    total = saved + lost + len(unfinished)
    line = f"{_bar((saved + shares) / total if total else 0.0)}  {words}"
    live_line.show(line if cells_of(line) <= live_line.width else words)


def progress_text(unfinished: Sequence[Row], *, saved: int, lost: int, received: int) -> str:
    """How many are saved, bytes, speed, the time left where it is known, and what is waited for."""
    total = saved + lost + len(unfinished)
    parts = [_("{n} of {total} saved").format(n=saved, total=total)]
    if lost:
        parts.append(_("{n} not saved").format(n=lost))
    downloads = [row.download for row in unfinished if row.download is not None]
    received += sum(each.progress.received for each in downloads)
    if received:
        parts.append(human_bytes(received))
    running = [each.progress for each in downloads if each.state is DownloadState.RUNNING]
    speed = sum(each.speed for each in running)
    if speed >= 1:
        parts.append(_("{size}/s").format(size=human_bytes(speed)))
        missing = [each.total - each.received for each in running if each.total is not None]
        if len(missing) == len(unfinished):
            left = human_duration(max(0, sum(missing)) / speed)
            parts.append(_("~{time} left").format(time=left))
    waiting = sum(1 for each in downloads if each.state is DownloadState.WAITING)
    if waiting:
        parts.append(_("{n} to be tried again").format(n=waiting))
    if unasked := len(unfinished) - len(downloads):
        parts.append(_("waiting for {n} to be generated").format(n=unasked))
    return "  ".join(parts)


def _bar(share: float) -> str:
    full, empty = _FULL, _EMPTY
    try:
        (full + empty).encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        full, empty = "#", "-"
    done = round(_BAR_CELLS * share)
    return full * done + empty * (_BAR_CELLS - done)
