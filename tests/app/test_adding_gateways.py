"""The dialog that adds a gateway: tested with a request, saved, and used at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from hingtui.model.key import VideoKey
from hingtui.ui.screens.gateway_dialog import GatewayDialog
from hingtui.ui.screens.gateway_fields import KindField
from tests.servers.gateway import TOKEN
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

RESULT = "#gateway-result"


async def open_dialog(acting: PilotedApp) -> None:
    await acting.press("f3")
    assert isinstance(acting.app.screen, GatewayDialog)


def field(acting: PilotedApp, name: str) -> Input:
    return acting.app.screen.query_one(f"#gateway-{name}", Input)


async def fill(acting: PilotedApp, **values: str) -> None:
    """Write into these fields."""
    for name, value in values.items():
        field(acting, name).value = value
        await acting.drawn()


def saved(home: Path) -> dict[str, Any]:
    """The gateways of gateways.toml."""
    path = home / "gateways.toml"
    gateways: dict[str, Any] = tomllib.loads(path.read_text())["gateways"] if path.exists() else {}
    return gateways


async def test_a_gateway_is_tested_then_saved_and_used_at_once(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), job("video_2")) as acting:
        await open_dialog(acting)
        url = acting.server.base_url
        await fill(acting, address=f"{url}/v1/", name="lab", token=TOKEN)
        await acting.press("enter")
        await until(lambda: "It works and has a list: 2 videos." in acting.shown_in(RESULT))
        assert saved(tmp_path) == {}
        assert TOKEN not in acting.text()
        await acting.press("enter")
        await until(lambda: "lab" in acting.app.monitor.gateways)
        assert saved(tmp_path) == {"lab": {"base_url": url, "kind": "auto", "token": TOKEN}}
        assert acting.app.monitor.gateways["lab"].api is not None
        assert [gateway.name for gateway in acting.app.settings.gateways] == ["default", "lab"]
        assert acting.toasts() == ["The gateway lab is saved, and used from now on."]


async def test_a_pasted_links_gateway_is_added_over_the_paste(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), job("video_691209aab0a0"), watched=["video_one"]) as acting:
        url = acting.server.base_url.replace("127.0.0.1", "localhost")
        await acting.paste(f"{url}/v1/videos/video_691209aab0a0")
        await until(lambda: "F3 adds one" in acting.shown_in("#add-hosts"))
        await open_dialog(acting)
        await fill(acting, address=url, name="lab", token=TOKEN)
        await acting.press("enter")
        await until(lambda: "It works" in acting.shown_in(RESULT))
        await acting.press("enter")
        await until(lambda: "lab" in acting.app.monitor.gateways)
        await until(lambda: acting.shown_in("#add-found") == "1 new id")
        await until(lambda: acting.shown_in("#add-hosts") == "")
        await acting.press("enter")
        await until(lambda: VideoKey("lab", "video_691209aab0a0") in acting.app.monitor.rows)


@pytest.mark.slow
async def test_a_refused_token_is_saved_only_as_it_was_tested(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await open_dialog(acting)
        await fill(acting, address=acting.server.base_url, token="oh-wrong-0123456789")
        await acting.press("enter")
        await until(lambda: "无效的令牌" in acting.shown_in(RESULT))
        assert acting.shown_in(RESULT).endswith("Enter saves it anyway.")
        assert "oh-wrong" not in acting.text()
        await fill(acting, token="oh-other-0123456789")
        assert acting.shown_in(RESULT) == ""
        await acting.press("enter")
        await until(lambda: "无效的令牌" in acting.shown_in(RESULT))
        await acting.press("enter")
        await until(lambda: "local" in saved(tmp_path))


@pytest.mark.slow
async def test_a_pasted_video_gives_address_name_and_family(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await open_dialog(acting)
        await acting.paste(
            "https://ark.x-y.volces.com/api/v3/contents/generations/tasks/cgt-1a?x=1"
        )
        await acting.drawn()
        values = (field(acting, "address").value, field(acting, "name").value)
        assert values == ("https://ark.x-y.volces.com", "volces")
        assert acting.app.screen.query_one(KindField).kind == "ark"
        await acting.press("tab", "tab", "right")
        assert acting.app.screen.query_one(KindField).kind == "kie"
        assert "Other family" in acting.lines()[-1]


@pytest.mark.slow
async def test_without_a_list_the_pasted_video_is_asked_about(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_1")) as acting:
        acting.server.once("/v1/videos?", status=501, times=99)
        await open_dialog(acting)
        await acting.paste(f"{acting.server.base_url}/v1/videos/video_1/content")
        await fill(acting, token=TOKEN)
        await acting.press("enter")
        await until(lambda: "It works: add its videos by their ids." in acting.shown_in(RESULT))


async def test_an_invalid_gateway_is_reported_without_a_request(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await open_dialog(acting)
        for values, words in (
            ({"address": ""}, "name is 1 to 32"),
            ({"address": "https://me:pw@lab.example"}, "a user name or a password"),
            ({"address": "http://lab.example"}, "allow_http"),
            ({"address": "https://lab.example", "name": "default"}, "already"),
            ({"name": "a b"}, "Rename it"),
            ({"name": "lab", "token": "one two"}, "holds a blank"),
        ):
            await fill(acting, **values)
            await acting.press("enter")
            assert words in acting.shown_in(RESULT)
        assert saved(tmp_path) == {}


@pytest.mark.slow
async def test_a_gateway_that_cannot_be_saved_is_used_in_this_run(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await open_dialog(acting)
        await fill(acting, address=acting.server.base_url, name="lab", token=TOKEN)
        await acting.press("enter")
        await until(lambda: "It works" in acting.shown_in(RESULT))
        (tmp_path / "gateways.toml").mkdir()
        await acting.press("enter")
        await until(lambda: "lab" in acting.app.monitor.gateways)
        assert "gateways.toml cannot be used" in acting.toasts()[0]


@pytest.mark.slow
async def test_a_list_that_a_test_has_missed_is_not_offered(tmp_path: Path) -> None:
    """The default gateway has none either, so that nothing is left to choose from."""
    async with piloted(tmp_path) as acting:
        acting.app.monitor.gateways["default"].account_list.is_missing = True
        await open_dialog(acting)
        await fill(acting, address=acting.server.base_url, name="lab", token=TOKEN)
        acting.server.once("/v1/videos?", status=404)
        await acting.press("enter")
        await until(lambda: "has no list" in acting.shown_in("#gateway-result"))
        await acting.press("enter")
        await until(lambda: "lab" in acting.app.monitor.gateways)
        await until(lambda: "paste the ids" in acting.text())
        assert "choose from the account's list" not in acting.text()
