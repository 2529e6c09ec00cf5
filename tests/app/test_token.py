"""The token dialog: a token is tried with a request before it is used or saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from hingtui.monitor import GatewayState
from hingtui.storage.settings import GatewaySettings
from hingtui.ui.screens.token_dialog import TokenDialog
from tests.servers.gateway import TOKEN
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

PROBLEM = "#token-problem"


async def type_token(acting: PilotedApp, token: str) -> None:
    """Open the dialog and submit this token."""
    await acting.press("enter")
    assert isinstance(acting.app.screen, TokenDialog)
    acting.app.screen.query_one(Input).value = token
    await acting.press("enter")


def is_closed(acting: PilotedApp) -> bool:
    return not isinstance(acting.app.screen, TokenDialog)


async def test_a_working_token_is_saved_and_reported(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        await type_token(acting, TOKEN)
        await until(lambda: bool(acting.toasts()))
        assert acting.toasts() == ["The gateway accepts the token."]
        assert (tmp_path / "token").read_text().strip() == TOKEN
        assert acting.app.monitor.gateway_status.state is GatewayState.ONLINE


@pytest.mark.slow
async def test_a_refused_token_is_saved_only_when_asked_again(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        await type_token(acting, "oh-wrong-0123456789")
        await until(lambda: "refuses" in acting.shown_in(PROBLEM))
        assert "无效的令牌" in acting.shown_in(PROBLEM)
        assert "oh-wrong" not in acting.text()
        assert not (tmp_path / "token").exists()
        await acting.press("enter")
        await until(lambda: is_closed(acting))
        await until(lambda: (tmp_path / "token").exists())
        assert not acting.toasts()


@pytest.mark.slow
async def test_offline_a_token_can_be_saved_untested(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        acting.server.stop()
        await type_token(acting, TOKEN)
        await until(lambda: "does not answer" in acting.shown_in(PROBLEM))
        assert acting.shown_in(PROBLEM).endswith("Enter or a button uses it anyway.")
        await acting.press("enter")
        await until(lambda: (tmp_path / "token").exists())


@pytest.mark.slow
async def test_another_token_is_tried_anew(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        await type_token(acting, "oh-wrong-0123456789")
        await until(lambda: "refuses" in acting.shown_in(PROBLEM))
        acting.app.screen.query_one(Input).value = TOKEN
        await acting.drawn()
        assert acting.shown_in(PROBLEM) == ""
        await acting.press("enter")
        await until(lambda: acting.app.monitor.gateway_status.state is not GatewayState.NO_TOKEN)
        assert acting.app.settings.token == TOKEN


async def test_a_token_of_another_gateway_is_kept_apart(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        lab = GatewaySettings("lab", acting.server.base_url)
        await acting.app.change_settings(lambda settings: settings.with_gateway(lab))
        acting.app.ask_for_token("lab")
        await acting.drawn()
        acting.app.screen.query_one(Input).value = TOKEN
        await acting.press("enter")
        await until(lambda: (tmp_path / "gateways.toml").exists())
        assert not (tmp_path / "token").exists()
        await until(lambda: acting.app.settings.named("lab").token == TOKEN)
        assert acting.app.settings.named("default").token is None


@pytest.mark.slow
async def test_without_a_list_a_watched_video_proves_the_token(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        acting.server.once("/v1/videos?", status=404, times=9)
        await type_token(acting, TOKEN)
        await until(lambda: bool(acting.toasts()))
        assert acting.toasts() == ["The gateway accepts the token."]
