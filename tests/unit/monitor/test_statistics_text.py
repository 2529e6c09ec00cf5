"""The statistics as lines of text, and the tables they are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.model.video import Status
from hingtui.monitor.statistics_text import bars, money_text, statistics_lines
from hingtui.monitor.text_table import Column, Piece, Role, plain, text_table
from hingtui.storage.history import History, HistoryState, HistoryVideo, Sighting, Statistics
from hingtui.storage.history.statistics import Kind, Outcome
from hingtui.storage.watchlist import Entry
from hingtui.text import i18n
from hingtui.text.cell_width import cells_of
from tests.support.clock import EPOCH, FakeClock
from tests.support.histories import seen


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.use_language(request.param)
    yield request.param
    i18n.use_language("en")


@pytest.fixture
def figures(tmp_path: Path, clock: FakeClock) -> Statistics:
    """Long names, large sums, three units."""
    history = History(tmp_path / "history.sqlite3", clock=clock)
    history.record(
        [
            seen(
                f"v_{n}",
                at=n * 999,
                gateway=f"a-gateway-with-a-long-name-{n % 3}",
                model=f"视频模型-with-a-very-long-name-{n % 4}",
                seconds=float(n % 3 * 5),
                status=Status.FAILED if n % 7 == 0 else Status.READY,
                took=None if n % 7 == 0 else 20.0 + n * 30,
                is_observed=n % 2 == 0,
                cost=(12_345.678, ("USD", "credits", "积分")[n % 3]),
                saved="/v.mp4" if n % 5 and n % 7 else "",
            )
            for n in range(60)
        ]
    )
    found = history.statistics()
    history.close()
    return found


@pytest.mark.parametrize("width", [56, 80, 110, 160])
def test_no_line_is_wider_than_the_screen(figures: Statistics, language: str, width: int) -> None:
    wide = [plain(line) for line in statistics_lines(figures, width)]
    assert len(wide) > 20
    assert max(map(cells_of, wide)) <= width


def test_a_narrow_screen_gets_the_whole_first_lines(figures: Statistics) -> None:
    lines = [plain(line) for line in statistics_lines(figures, 40)]
    shown = " ".join(lines[: lines.index("")])
    assert "saved 41, lost 0 · failed 9 (15%)" in shown
    assert "10 not finished or not saved" in shown
    assert "spent 246,914 USD" in shown
    assert "for failed and lost ones 37,037" in shown


def test_the_legend_explains_what_is_shown(figures: Statistics, language: str) -> None:
    wide, narrow = ("".join(map(plain, statistics_lines(figures, at))) for at in (110, 56))
    ends = {"en": "from 0:45 (left) to 34:08 (right)", "zh": "最左 0:45，最右 34:08"}[language]
    assert ends in wide
    assert ends not in narrow
    assert "。 " not in wide


def test_videos_that_no_gateway_knew_have_a_row_without_gaps(
    tmp_path: Path, clock: FakeClock
) -> None:
    history = History(tmp_path / "history.sqlite3", clock=clock)
    history.record([Sighting(HistoryVideo(Entry("lost_1", EPOCH)))])
    lines = [plain(line) for line in statistics_lines(history.statistics(), 80)]
    history.close()
    assert any(line.split()[:3] == ["unknown", "–", "1"] for line in lines)


def test_an_empty_history_has_one_line() -> None:
    assert [plain(line) for line in statistics_lines(Statistics(), 80)] == ["No videos."]


def test_the_first_lines_say_what_was_saved_and_lost(figures: Statistics) -> None:
    first, second, *_rest = (plain(line) for line in statistics_lines(figures, 80))
    assert first.startswith("60 videos  from ")
    assert second.startswith("saved 41, lost 0 · failed 9 (15%)")


@pytest.mark.parametrize(("count", "verb"), [(1, "has"), (2, "have")])
def test_the_probably_expired_are_counted_in_good_english(count: int, verb: str) -> None:
    outcome = Outcome(Counter({HistoryState.READY: 3}), maybe_lost=count)
    lines = statistics_lines(Statistics({Kind("default", "veo", None): outcome}), 80)
    assert any(f"{count} of them {verb} probably expired" in plain(line) for line in lines)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [([], ""), ([0, 0], "  "), ([1, 2, 4, 8], "▂▃▅█"), ([0, 0.001, 1], " ▁█")],
)
def test_bars_are_relative_to_the_highest(counts: list[float], shown: str) -> None:
    assert bars(counts) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0.5, "0.50 USD"),
        (3.0, "3 USD"),
        (1234.56, "1,235 USD"),
        (0.0012, "0.0012 USD"),
        (0, "0 USD"),
    ],
)
def test_money_has_as_many_digits_as_matter(amount: float, shown: str) -> None:
    assert money_text(amount, "USD") == shown


def test_a_table_drops_the_least_important_columns_first() -> None:
    columns = (Column("NAME", is_number=False), Column("MORE", rank=2), Column("SOME", rank=1))
    rows = [[Piece("one"), Piece("12345"), Piece("7", Role.BAD)]]
    for width, heading, line in (
        (40, "NAME   MORE  SOME", "one   12345     7"),
        (12, "NAME  SOME", "one      7"),
        (5, "NAME", "one"),
    ):
        assert [plain(each) for each in text_table(columns, rows, width)] == [heading, line]


def test_a_column_without_content_takes_no_room() -> None:
    columns = (Column("A"), Column(""), Column("B"))
    table = text_table(columns, [[Piece("1"), Piece(""), Piece("2")]], 40)
    assert [plain(line) for line in table] == ["A  B", "1  2"]
