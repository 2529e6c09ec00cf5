"""The text of the help: all commands by group, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, zip_longest

from rich.cells import cell_len
from rich.text import Text

from hingtui.monitor import RowState
from hingtui.monitor.state_words import row_state_icon, row_state_word
from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped
from hingtui.ui.commands import Group, group_title
from hingtui.ui.keys import LiveKeys
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.theme.palette import Palette

_GAP = 3
"""Cells between two columns."""
_LEGEND = (
    RowState.ASKING,
    RowState.QUEUED,
    RowState.GENERATING,
    RowState.STALLED,
    RowState.READY,
    RowState.DOWNLOADING,
    RowState.WAITING,
    RowState.SAVED,
    RowState.FAILED,
    RowState.EXPIRED,
    RowState.UNKNOWN,
)

Lines = list[Text]


def help_text(keys: LiveKeys, palette: Palette, width: int) -> Text:
    """Everything that the help says, in lines of at most `width` cells."""
    lines = _key_table(keys, width)
    lines += [Text(), Text(_("Signs"), "bold underline"), *_signs(palette, width)]
    for sentence, style in (
        (_("~ marks an estimate; progress and times without it are the gateway's."), palette.plain),
        (_("hingtui only reads: no key can start, change or delete a job."), palette.muted),
    ):
        lines += [Text(part, style) for part in wrapped(sentence, width)]
    return Text("\n").join(lines)


def _key_table(keys: LiveKeys, width: int) -> Lines:
    """The groups side by side in three columns, two, or one."""
    room = max(cell_len(keys.shown(command.id)) for command in keys.commands)
    blocks = [_block(group, keys, room) for group in Group]
    for count in (3, 2):
        columns = min(_splits(blocks, count), key=lambda some: max(len(lines) for lines in some))
        widths = [max(cell_len(line.plain) for line in lines) for lines in columns]
        if sum(widths) + _GAP * (count - 1) <= width:
            return list(_side_by_side(columns, widths))
    return [part for line in _stacked(blocks) for part in _wrapped(line, room + 2, width)]


def _block(group: Group, keys: LiveKeys, room: int) -> Lines:
    """A heading, and each command of the group behind its key."""
    lines = [Text(group_title(group), "bold underline")]
    for command in keys.commands:
        if command.group is group:
            key = keys.shown(command.id)
            padding = " " * (room - cell_len(key))
            lines.append(Text.assemble(padding, (key, "bold"), f"  {command.help}"))
    return lines


def _splits(blocks: Sequence[Lines], count: int) -> Iterator[list[Lines]]:
    """Every way to put the blocks into so many columns, in their order."""
    for cuts in combinations(range(1, len(blocks)), count - 1):
        ends = (0, *cuts, len(blocks))
        yield [_stacked(blocks[start:end]) for start, end in pairwise(ends)]


def _stacked(blocks: Sequence[Lines]) -> Lines:
    """One below the other, with a line between them."""
    lines: Lines = []
    for block in blocks:
        lines += [Text(), *block] if lines else block
    return lines


def _side_by_side(columns: Sequence[Lines], widths: Sequence[int]) -> Iterator[Text]:
    for parts in zip_longest(*columns, fillvalue=Text()):
        line = Text()
        for part, width in zip(parts, widths, strict=True):
            line.append_text(part)
            line.append(" " * (width + _GAP - cell_len(part.plain)))
        line.rstrip()
        yield line


def _wrapped(line: Text, indent: int, width: int) -> Lines:
    """A line of the table, its words wrapped beside the key; below it where that is too narrow."""
    if cell_len(line.plain) <= width:
        return [line]
    if width < indent * 2:
        return [Text(part) for part in wrapped(line.plain.strip(), width)]
    head, words = line[:indent], line.plain[indent:]
    parts = wrapped(words, width - indent)
    return [Text.assemble(head if at == 0 else " " * indent, part) for at, part in enumerate(parts)]


def _signs(palette: Palette, width: int) -> Lines:
    """The icon and word of each state; a line never breaks between the two."""
    lines: Lines = [Text()]
    for state in _LEGEND:
        sign = f"{row_state_icon(state)} {row_state_word(state)}"
        if lines[-1] and cell_len(lines[-1].plain) + _GAP + cell_len(sign) > width:
            lines.append(Text())
        lines[-1].append(" " * _GAP if lines[-1] else "")
        lines[-1].append(sign, row_state_style(state, palette))
    return lines
