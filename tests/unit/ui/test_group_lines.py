"""The lines of the table where rows are grouped."""

from __future__ import annotations

import pytest

from hingtui.model.batch import new_batch
from hingtui.model.key import VideoKey
from hingtui.model.video import Video
from hingtui.monitor import Row
from hingtui.monitor.row_groups import Grouping, GroupProgress
from hingtui.text import i18n
from hingtui.text.clean import date_and_time, time_of_day
from hingtui.ui.table.group_lines import GroupLines, header_cell, is_header
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from tests.support.clock import EPOCH
from tests.support.keys import ids, key

PALETTE = palette_of(DARK.to_color_system().generate())
BATCHES = {"a": "1", "b": "", "c": "2", "d": "1", "e": "2", "f": "alone"}
ROWS: dict[VideoKey, Row] = {
    key(name): Row(name, added_at=0.0, batch=batch, video=Video(name, prompt="p"))
    for name, batch in BATCHES.items()
}


def arranged(grouping: Grouping, *collapsed: str) -> tuple[GroupLines, list[str]]:
    """The lines, a header as `[id]`."""
    groups = GroupLines()
    groups.use(grouping)
    groups.arrange(list(ROWS), ROWS)
    for header in groups.members:
        if header.id in collapsed:
            groups.toggle(header)
    lines = groups.arrange(list(ROWS), ROWS)
    return groups, [f"[{line.id}]" if is_header(line) else line.id for line in lines]


def test_without_a_grouping_the_order_is_as_it_was() -> None:
    groups, lines = arranged(Grouping.NONE)
    assert lines == list("abcdef")
    assert groups.videos == []


def test_a_group_stands_where_its_first_video_stood_and_others_come_last() -> None:
    groups, lines = arranged(Grouping.BATCH)
    assert lines == ["[1]", "a", "d", "[2]", "c", "e", "[]", "b", "f"]
    assert ids(groups.videos) == list("adcebf")


def test_a_collapsed_group_hides_its_videos_until_one_is_looked_for() -> None:
    groups, lines = arranged(Grouping.BATCH, "2")
    assert lines == ["[1]", "a", "d", "[2]", "[]", "b", "f"]
    assert ids(groups.videos) == list("adcebf")
    assert groups.reveal(key("c"))
    assert not groups.reveal(key("c"))
    assert not groups.collapsed


def test_where_nothing_belongs_together_there_is_no_header() -> None:
    groups = GroupLines()
    groups.use(Grouping.BATCH)
    order = [key("a"), key("b")]
    assert groups.arrange(order, ROWS) == order


def test_a_header_says_what_its_videos_have_in_common() -> None:
    groups, row = GroupLines(), ROWS[key("a")]
    groups.use(Grouping.BATCH)
    header = VideoKey("", new_batch(EPOCH, 2))
    assert groups.title(header, row, EPOCH) == f"added at {time_of_day(EPOCH)[:5]}"
    week = EPOCH + 7 * 86400
    assert groups.title(header, row, week) == f"added at {date_and_time(EPOCH)[:16]}"
    groups.use(Grouping.PROMPT)
    assert groups.title(header, row, EPOCH) == "p"


@pytest.mark.parametrize(("count", "shown"), [(4, "- 4 个视频"), (19, "- 19"), (1000, "- 1000")])
def test_a_number_of_videos_is_never_cut(count: int, shown: str) -> None:
    i18n.use_language("zh")
    progress = GroupProgress(count, 0, 0, 0, 0, 0, 0.0, None, "")
    cell = header_cell("status", progress, "", PALETTE, 10, "-")
    i18n.use_language("en")
    assert "".join(text for text, _style in cell).strip() == shown
