"""The lines of the table where rows are grouped: a header above the rows of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from hingtui.model.batch import batch_time
from hingtui.model.key import VideoKey
from hingtui.monitor import Row
from hingtui.monitor.row_groups import Grouping, GroupProgress, group_of
from hingtui.text.clean import date_and_time, day, human_estimate, time_of_day
from hingtui.text.i18n import _, ngettext
from hingtui.ui.table.cell import Cell, number_cell, text_cell
from hingtui.ui.table.progress_bar import bar
from hingtui.ui.theme.palette import Palette

_HEADER = "\0group"
"""Stands for the gateway in the key of a header: no gateway's name holds a NUL."""

_SECONDS = len(":07")
_MINUTES = len("14:03")
"""Characters of a time of day."""


def is_header(key: VideoKey | None) -> bool:
    """Whether this is the key of a header, not of a video."""
    return key is not None and key.gateway == _HEADER


class GroupLines:
    """Which lines there are, and which groups are collapsed."""

    def __init__(self) -> None:
        self.grouping = Grouping.NONE
        self.collapsed: set[VideoKey] = set()
        """The headers of the groups whose rows are hidden."""
        self.members: dict[VideoKey, list[VideoKey]] = {}
        """The videos of each header, from top to bottom."""
        self._header_of: dict[VideoKey, VideoKey] = {}

    def use(self, grouping: Grouping) -> None:
        """Group by something else; all groups are open."""
        self.grouping = grouping
        self.collapsed.clear()

    def arrange(self, order: Sequence[VideoKey], rows: Mapping[VideoKey, Row]) -> list[VideoKey]:
        """The lines for these videos; a group stands where the first of its videos stood.

        Videos that share nothing with another one come last.
        """
        self.members, self._header_of = {}, {}
        if self.grouping is Grouping.NONE:
            return list(order)
        groups: dict[str, list[VideoKey]] = {}
        for key in order:
            groups.setdefault(group_of(rows[key], self.grouping), []).append(key)
        others: list[VideoKey] = []
        for name, keys in groups.items():
            if name and len(keys) > 1:
                self.members[VideoKey(_HEADER, name)] = keys
        grouped = {key for keys in self.members.values() for key in keys}
        others = [key for key in order if key not in grouped]
        if self.members and others:
            self.members[VideoKey(_HEADER, "")] = others
        self._header_of = {key: head for head, keys in self.members.items() for key in keys}
        if not self.members:
            return others
        lines: list[VideoKey] = []
        for header, keys in self.members.items():
            lines.append(header)
            if header not in self.collapsed:
                lines += keys
        return lines

    @property
    def videos(self) -> list[VideoKey]:
        """The grouped videos in the order of the lines, hidden ones too."""
        return [key for keys in self.members.values() for key in keys]

    def toggle(self, header: VideoKey) -> None:
        """Hide the rows of this group, or show them again."""
        self.collapsed ^= {header}

    def reveal(self, key: VideoKey) -> bool:
        """Open the group of this video; whether it was collapsed."""
        header = self._header_of.get(key)
        if header is None or header not in self.collapsed:
            return False
        self.collapsed.discard(header)
        return True

    def title(self, header: VideoKey, first: Row, now: float) -> str:
        """What the videos of a group have in common; `now` is in Unix seconds."""
        if not header.id:
            return _("others")
        if self.grouping is Grouping.PROMPT:
            return first.video.prompt if first.video is not None else ""
        at = batch_time(header.id)
        if at is None:
            return _("added together")
        is_today = day(at) == day(now)
        time = time_of_day(at)[:_MINUTES] if is_today else date_and_time(at)[:-_SECONDS]
        return _("added at {time}").format(time=time)


def header_cell(
    column: str, progress: GroupProgress, title: str, palette: Palette, width: int, sign: str
) -> Cell:
    """What stands in this column of a header."""
    match column:
        case "status":
            words = ngettext("{n} video", "{n} videos", progress.count).format(n=progress.count)
            if cell_len(f"{sign} {words}") > width:  # show the number alone, not a cut word
                words = f"{progress.count}"
            return text_cell(f"{sign} {words}", palette.primary, width)
        case "progress":
            label = _("{n} of {m}").format(n=progress.finished, m=progress.count)
            return bar(progress.share, label, width, palette.track, palette.filled)
        case "time":
            left = progress.left
            if left is None:
                return ()
            if left < 1:
                return number_cell(_("soon"), palette.plain, width)
            shown = human_estimate(left)
            return number_cell(_("~{time} left").format(time=shown), palette.plain, width)
        case "model":
            return text_cell(progress.model, palette.muted, width)
        case "title":
            return _title_cell(progress, title, palette, width)
        case _:
            return ()


def _title_cell(progress: GroupProgress, title: str, palette: Palette, width: int) -> Cell:
    """What needs a person first, then what the group has in common."""
    parts = []
    if progress.not_saved:
        parts.append(_("{n} not saved yet").format(n=progress.not_saved))
    if failed := progress.failed:
        parts.append(ngettext("{n} failed", "{n} failed", failed).format(n=failed))
    if progress.lost:
        parts.append(_("{n} lost").format(n=progress.lost))
    if progress.saved:
        parts.append(_("{n} saved").format(n=progress.saved))
    return text_cell(" · ".join([*parts, title]), palette.muted, width)
