"""The settings with which the demo starts the dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.cli.demo import configured
from hingtui.demo.server import DemoServer, demo_servers
from hingtui.demo.story import Story
from hingtui.storage.settings import Settings, load_settings
from tests.support.clock import FakeClock


@pytest.fixture
def servers(clock: FakeClock) -> Iterator[dict[str, DemoServer]]:
    with demo_servers(Story(), clock=clock) as running:
        yield running


@pytest.fixture
def settings(servers: dict[str, DemoServer], tmp_path: Path) -> Settings:
    own = {"HINGNET_API_KEY": "oh-the-users", "HINGTUI_LANG": "zh", "HINGTUI_HOME": "/elsewhere"}
    return load_settings(configured(own, tmp_path, servers))


def test_the_demo_has_settings_for_each_of_its_gateways(
    settings: Settings, servers: dict[str, DemoServer]
) -> None:
    found = {gateway.name: (gateway.base_url, gateway.token) for gateway in settings.gateways}
    assert found == {name: (server.base_url, server.token) for name, server in servers.items()}


def test_the_settings_of_the_demo_need_no_notice(settings: Settings) -> None:
    assert settings.notices == ()


def test_the_demo_asks_for_the_balance_where_it_has_one(settings: Settings) -> None:
    assert [gateway.name for gateway in settings.gateways if gateway.balance] == ["hingnet"]


def test_only_the_kind_that_cannot_be_found_out_is_named(settings: Settings) -> None:
    kinds = {gateway.name: gateway.kind for gateway in settings.gateways}
    assert kinds == {"hingnet": "auto", "relay": "auto", "ark": "ark"}


def test_the_demo_keeps_the_users_language_but_not_their_folder(
    settings: Settings, tmp_path: Path
) -> None:
    assert (settings.language, settings.watchlist_path.parent) == ("zh", tmp_path)
