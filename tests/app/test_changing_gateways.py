"""The dialog that changes or removes a gateway that was added in the dashboard."""

from __future__ import annotations

import asyncio
import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Label

from hingtui.model.key import VideoKey
from hingtui.storage.settings import GatewaySettings, load_settings, save_gateway
from hingtui.system.files import locked
from hingtui.ui.screens.gateway_dialog import GatewayDialog
from hingtui.ui.screens.gateway_fields import FollowField
from hingtui.ui.screens.gateway_health import GatewayHealthDialog
from hingtui.ui.screens.remove_gateway import RemoveGatewayDialog
from tests.servers.gateway import TOKEN
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

RESULT = "#gateway-result"

CONFIG = '[gateways.house]\nbase_url = "https://house.example"\ntoken_env = "NO_SUCH_TOKEN"\n'


def saved(home: Path) -> dict[str, Any]:
    gateways: dict[str, Any] = tomllib.loads((home / "gateways.toml").read_text())["gateways"]
    return gateways


async def add_lab(acting: PilotedApp) -> None:
    """Add the demo's gateway a second time, followed."""
    await acting.press("f3")
    values = (("address", acting.server.base_url), ("name", "lab"), ("token", TOKEN))
    for name, value in values:
        acting.app.screen.query_one(f"#gateway-{name}", Input).value = value
    await acting.press("enter")
    await until(lambda: "has a list" in acting.shown_in(RESULT))
    acting.app.screen.query_one(FollowField).focus()
    await acting.press("space", "enter")
    await until(lambda: "lab" in acting.app.monitor.gateways)


def working(acting: PilotedApp, group: str) -> bool:
    """Whether a worker of this group is not over yet."""
    return any(worker.group == group and not worker.is_finished for worker in acting.app.workers)


async def select_lab(acting: PilotedApp) -> None:
    await acting.press("f4", "j")
    assert isinstance(acting.app.screen, GatewayHealthDialog)
    await until(lambda: "▸ lab" in acting.text())


async def test_a_changed_gateway_keeps_its_token_at_its_origin_only(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await add_lab(acting)
        assert saved(tmp_path)["lab"]["follow"] is True
        monitor = acting.app.monitor
        await until(lambda: any(key.gateway == "lab" for key in monitor.rows))
        await select_lab(acting)
        assert "a Add  Enter Change  x Remove  Esc Close" in acting.text()
        assert "from gateways.toml" not in acting.text()
        await acting.press("enter")
        assert isinstance(acting.app.screen, GatewayDialog)
        assert TOKEN not in acting.text()
        acting.app.screen.query_one(FollowField).focus()
        await acting.press("space")
        await acting.pilot.click("#gateway-save")
        await until(lambda: "follow" not in saved(tmp_path)["lab"])
        assert saved(tmp_path)["lab"]["token"] == TOKEN
        await until(lambda: monitor.gateways["lab"]._follower is None)
        await acting.press("enter")
        acting.app.screen.query_one("#gateway-address", Input).value = "https://other.example"
        await acting.drawn()
        await acting.pilot.click("#gateway-save")
        await until(lambda: saved(tmp_path)["lab"]["base_url"] == "https://other.example")
        assert "token" not in saved(tmp_path)["lab"]


@pytest.mark.slow
async def test_a_gateway_is_removed_after_a_question_and_its_videos_stay(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_1")) as acting:
        await add_lab(acting)
        monitor = acting.app.monitor
        await until(lambda: VideoKey("lab", "video_1") in monitor.rows)
        await select_lab(acting)
        await acting.press("x")
        assert isinstance(acting.app.screen, RemoveGatewayDialog)
        words = [str(label.content) for label in acting.app.screen.query(Label)]
        assert words[1].startswith("1 video is watched there. It stays on the watchlist")
        await acting.press("escape")
        assert "lab" in saved(tmp_path)
        await acting.press("x", "enter")
        await until(lambda: "lab" not in monitor.gateways)
        assert saved(tmp_path) == {}
        assert isinstance(acting.app.screen, GatewayHealthDialog)
        assert VideoKey("lab", "video_1") in monitor.rows
        assert monitor._followers.get("lab") is None


@pytest.mark.parametrize(
    ("keys", "words"),
    [((), "by HINGNET_… or in"), (("j",), "here: it is described in")],
    ids=["default", "config.toml"],
)
async def test_a_gateway_of_config_toml_cannot_be_changed(
    tmp_path: Path, keys: tuple[str, ...], words: str
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    async with piloted(tmp_path, job()) as acting:
        await acting.press("f4", *keys, "x", "enter")
        assert isinstance(acting.app.screen, GatewayHealthDialog)
        assert "a Add  Esc Close" in acting.text()
        assert "from HINGNET_BASE_URL" in acting.text()
        assert "from config.toml" in acting.text()
        (toast,) = acting.toasts()  # the same for both keys
        assert words in toast
        assert (tmp_path / "config.toml").read_text() == CONFIG


SLOW = """[gateways.slow]
base_url = "https://slow.example"
token_command = ["cat", "{pipe}"]
"""


async def test_a_gateway_removed_while_its_token_is_read_stays_removed(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    (tmp_path / "gateways.toml").write_text(SLOW.format(pipe=pipe))
    async with piloted(tmp_path, job()) as acting:
        monitor = acting.app.monitor
        await acting.press("f4", "j")
        await until(lambda: "▸ slow" in acting.text())
        await acting.press("x", "enter")
        await until(lambda: "slow" not in monitor.gateways)
        await asyncio.to_thread(pipe.write_text, TOKEN)
        await until(lambda: monitor.gateways._group is not None)  # all are connected
        assert "slow" not in monitor.gateways


async def test_two_gateways_saved_at_once_are_both_used(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        with locked(tmp_path / "gateways.toml.lock"):  # another process writes there
            for name in ("one", "two"):
                typed = GatewaySettings(name, f"https://{name}.example", token=TOKEN)
                acting.app._gateway_typed(typed)
            await acting.drawn()
        await until((tmp_path / "gateways.toml").exists)
        await until(lambda: set(saved(tmp_path)) == {"one", "two"})
        await until(lambda: not working(acting, "gateway"))
        assert set(acting.app.monitor.gateways) == {"default", "one", "two"}


async def test_a_gateway_that_another_process_has_added_is_kept(tmp_path: Path) -> None:
    lab = GatewaySettings("lab", "https://lab.example", token=TOKEN)
    async with piloted(tmp_path, job()) as acting:
        save_gateway(load_settings({"HINGTUI_HOME": str(tmp_path)}), lab)
        acting.app._gateway_typed(replace(lab, base_url="https://other.example"))
        await until(lambda: not working(acting, "gateway"))
        assert saved(tmp_path)["lab"]["base_url"] == "https://lab.example"
        assert "lab" not in acting.app.monitor.gateways
        assert any("lab already" in toast for toast in acting.toasts())
