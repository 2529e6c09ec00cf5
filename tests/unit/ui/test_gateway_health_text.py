"""What the dialog of the gateways says of each."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.ui.gateway_health_text import gateways_health
from hingtui.ui.gateway_view import GatewayView
from tests.support.watch import watching


async def test_one_gateway_alone_has_the_name_by_which_it_is_removed(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        view = GatewayView(watch.monitor, lambda: {DEFAULT_GATEWAY: "127.0.0.1:46173"})
        (shown,) = gateways_health(watch.monitor, view, lambda _name: None, None)
        assert shown.label == "default (127.0.0.1:46173)"
        assert view.label(DEFAULT_GATEWAY) == "127.0.0.1:46173"
