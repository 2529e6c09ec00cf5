"""Links pasted on the dashboard: the gateway of each, and hosts that belong to none."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from hingtui.storage.settings import foreign_hosts, gateways_by_url, load_settings
from hingtui.system.open_file import Opened
from hingtui.ui.keys import default_key_for
from hingtui.ui.screens.dialogs import describe_found, foreign_message
from hingtui.ui.video_actions import ActionContext, VideoActions
from tests.support.watch import job, watching

CONFIG = """\
[gateways.lab]
base_url = "https://lab.example/api"
[gateways.main]
base_url = "https://main.example"
"""
LAB = "https://lab.example/api/v1/videos/video_691209aab0a0"
OTHER = "https://elsewhere.example/v1/videos/video_691209aab0a1"


def test_hosts_of_no_gateway_are_reported(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    gateways = load_settings({"HINGTUI_HOME": str(tmp_path)}).gateways
    foreign = partial(foreign_hosts, gateways=gateways)
    assert describe_found(f"{LAB} {OTHER}", frozenset(), foreign).hosts == ["elsewhere.example"]
    assert describe_found(f"{LAB} video_691209aab0a1", frozenset(), foreign).hosts == []
    text = foreign_message(["elsewhere.example"], "F3")
    assert text.startswith("None of your gateways is at elsewhere.example: F3 adds one.")
    assert foreign_message([], "F3") == ""


def test_any_number_of_hosts_fits_one_line() -> None:
    text = foreign_message([f"host-{n}.example" for n in range(1000)], "F3")
    assert "host-0.example" in text
    assert len(text) < 150


async def test_an_id_is_watched_at_the_gateway_of_its_link(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    gateways = load_settings({"HINGTUI_HOME": str(tmp_path)}).gateways

    async def never(_path: Path) -> Opened:
        raise AssertionError("no player is expected to be started")

    async with watching(tmp_path, job()) as watch:
        context = ActionContext(list, list, lambda _text: None, never, never, default_key_for)
        actions = VideoActions(watch.monitor, context)
        await actions.add(LAB, partial(gateways_by_url, gateways=gateways))
        (key,) = watch.monitor.rows
        assert (key.gateway, key.id) == ("lab", "video_691209aab0a0")
