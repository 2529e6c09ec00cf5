"""What the dialog of the gateways says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.video import Cost
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.monitor.gateway_health import Health
from hingtui.ui.gateway_health_text import GatewayHealth, gateways_health, health_text
from hingtui.ui.gateway_view import GatewayView
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from tests.support.watch import watching


async def test_one_gateway_alone_has_the_name_by_which_it_is_removed(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        view = GatewayView(watch.monitor, lambda: {DEFAULT_GATEWAY: "127.0.0.1:46173"})
        (shown,) = gateways_health(watch.monitor, view, lambda _name: None, None)
        assert shown.label == "default (127.0.0.1:46173)"
        assert view.label(DEFAULT_GATEWAY) == "127.0.0.1:46173"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            56,
            [
                "usually 2:54, nine of ten within 5:45; 0 of 14 failed",
                "28.4 USD left",
            ],
        ),
        (50, ["usually 2:54, nine of ten within 5:45", "0 of 14 failed; 28.4 USD left"]),
        (
            30,
            ["usually 2:54, nine of ten", "within 5:45", "0 of 14 failed", "28.4 USD left"],
        ),
    ],
)
def test_figures_are_broken_between_two_of_them(width: int, lines: list[str]) -> None:
    health = Health(14, 0, 174.0, 345.0, None)
    one = GatewayHealth(
        "hingnet", "hingnet", GatewayStatus(GatewayState.ONLINE), "", health, Cost(28.4, "USD")
    )
    shown = health_text([one], 0.0, palette_of(DARK.to_color_system().generate()), width)
    assert [line.strip() for line in shown.text.plain.split("\n")[1:]] == lines
