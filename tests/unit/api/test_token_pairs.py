"""Several gateways in one program: none ever sees the token of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.model.errors import ApiError
from hingtui.storage.settings import GatewaySettings, load_settings, load_token, save_token
from tests.servers.gateway import Gateway
from tests.servers.sockets import answer
from tests.support.clock import FakeClock

TOKENS = {
    "default": "oh-default-0123456789",
    "by_variable": "sk-variable-0123456789",
    "by_file": "sk-file-0123456789",
    "by_command": "sk-command-0123456789",
    "typed": "sk-typed-0123456789",
}
"""The token of each gateway; each comes to it by another way."""


@pytest.fixture
def servers() -> Iterator[dict[str, Gateway]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(Gateway(FakeClock(), token=token))
            for name, token in TOKENS.items()
        }


@pytest.fixture
def gateways(tmp_path: Path, servers: dict[str, Gateway]) -> dict[str, GatewaySettings]:
    lines = {
        "by_variable": 'token_env = "VARIABLE"',
        "by_file": 'token_file = "by-file"',
        "by_command": f'token_command = ["echo", "{TOKENS["by_command"]}"]',
        "typed": "",
    }
    config = "\n".join(
        f'[gateways.{name}]\nbase_url = "{servers[name].url}"\n{line}'
        for name, line in lines.items()
    )
    (tmp_path / "config.toml").write_text(config)
    (tmp_path / "by-file").write_text(TOKENS["by_file"])
    environ = {
        "HINGTUI_HOME": str(tmp_path),
        "HINGNET_BASE_URL": servers["default"].url,
        "HINGNET_API_KEY": TOKENS["default"],
        "VARIABLE": TOKENS["by_variable"],
    }
    save_token(load_settings(environ), TOKENS["typed"], "typed")
    settings = load_settings(environ)
    return {gateway.name: load_token(gateway) for gateway in settings.gateways}


def strangers_seen_by(name: str, server: Gateway) -> list[str]:
    """The gateways whose token this one has got, its own apart."""
    got = b"".join(request.raw for request in server.requests)
    return [other for other, token in TOKENS.items() if other != name and token.encode() in got]


async def test_each_gateway_gets_its_own_token_only(
    servers: dict[str, Gateway], gateways: dict[str, GatewaySettings]
) -> None:
    assert {name: gateway.token for name, gateway in gateways.items()} == TOKENS
    for name, gateway in gateways.items():
        servers[name].video("video_1")
        api = Api(gateway.base_url, gateway.token or "")
        await api.retrieve("video_1")
        await api.list_page()
        await api.aclose()
    for name, server in servers.items():
        assert TOKENS[name].encode() in server.requests[0].raw
        assert strangers_seen_by(name, server) == []


async def test_no_redirect_takes_a_token_to_another_gateway(
    servers: dict[str, Gateway], gateways: dict[str, GatewaySettings]
) -> None:
    for one, other in permutations(TOKENS, 2):
        target = f"{servers[other].url}/v1/videos/from_{one}"
        servers[other].video(f"from_{one}")
        servers[one].fault("/v1/videos/video_1", answer(307, location=target), 9)
        api = Api(gateways[one].base_url, gateways[one].token or "")
        with pytest.raises(ApiError):
            await api.retrieve("video_1")
        with pytest.raises(ApiError), api.open_content("video_1"):
            pass
        await api.aclose()
        servers[one].fault_no_more()
        assert servers[one].asked("video_1/content")
        assert servers[other].asked(f"from_{one}"), "the redirect to the content is followed"
        assert strangers_seen_by(other, servers[other]) == []
