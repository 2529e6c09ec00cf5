"""The column of costs: off until it is chosen, figures at the right."""

from __future__ import annotations

import pytest

from hingtui.model.video import Cost, Status, Video
from hingtui.monitor import Row
from hingtui.monitor.row_filter import parse_filter
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.columns import COLUMNS, ColumnLayout, ContentWidths, plan_columns
from hingtui.ui.table.row_view import Sort, sort_key
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from tests.support.clock import EPOCH


def row(cost: Cost | None) -> Row:
    return Row("v1", EPOCH, video=Video("v1", Status.READY, cost=cost))


def shown(width: int, layout: ColumnLayout) -> list[str]:
    return [plan.key for plan in plan_columns(width, ContentWidths(), layout)]


def test_costs_are_not_shown_until_they_are_chosen() -> None:
    assert "cost" not in shown(400, ColumnLayout())
    chosen = ColumnLayout(frozenset(COLUMNS))
    assert shown(400, chosen)[-1] == "cost"
    assert "cost" in shown(100, chosen)
    assert "cost" not in shown(50, chosen)


def test_the_column_is_as_wide_as_the_longest_cost() -> None:
    widths = ContentWidths()
    assert widths.grow([row(Cost(1_050_000, "credits")), row(None)])
    plan = plan_columns(200, widths, ColumnLayout(frozenset(COLUMNS)))[-1]
    assert plan.width == len("1050000 credits")


def test_costs_stand_at_the_right_beneath_their_head() -> None:
    palette = palette_of(DARK.to_color_system().generate(), no_color=True)
    plan = plan_columns(400, ContentWidths(cost=12), ColumnLayout(frozenset(COLUMNS)))[-1]
    context = RenderContext(EPOCH, palette)
    cell = "".join(text for text, _ in plan.cell(row(Cost(0.42, "USD")), context, plan.width))
    assert cell.endswith(" 0.42 USD")
    assert plan.label.endswith(" COST")
    assert len(cell) == len(plan.label) == plan.width
    assert plan.cell(row(None), context, plan.width) == ()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0 USD"),
        (0.42, "0.42 USD"),
        (11.5, "11.5 USD"),
        (1250.0, "1250 USD"),
        (0.00002, "2e-05 USD"),
        (-1.5, "-1.5 USD"),
        (1e300, "1e+300 USD"),
        (0.123456, "0.1235 USD"),
    ],
)
def test_a_cost_is_written_with_its_unit(amount: float, text: str) -> None:
    assert Cost(amount, "USD").text == text


def test_sorting_by_cost_begins_with_the_highest() -> None:
    costs = [None, Cost(3, "credits"), Cost(0.5, "USD"), Cost(2, "USD")]
    ordered = sorted(costs, key=lambda cost: sort_key(row(cost), Sort.COST, EPOCH, None))
    assert ordered == [Cost(2, "USD"), Cost(0.5, "USD"), Cost(3, "credits"), None]


def test_a_cost_is_filtered_only_by_its_name() -> None:
    paid = row(Cost(0.42, "USD"))
    assert parse_filter("cost:0.42").matches(paid, EPOCH)
    assert not parse_filter("0.42").matches(paid, EPOCH)
