"""Testing a typed gateway before it is saved: the result in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hingtui.api import Api
from hingtui.model.errors import SettingsError
from hingtui.monitor.gateway_api import Api as MonitorApi
from hingtui.storage.settings import GatewaySettings
from hingtui.ui.gateway_check import Checked, ask_gateway
from tests.servers.gateway import TOKEN, Gateway
from tests.servers.sockets import Answer, answer, json_answer
from tests.support.clock import FakeClock

ANYTHING = 9
PAGE = answer(404, b"<html><title>Not found</title></html>", content_type="text/html")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(FakeClock()) as gateway:
        yield gateway


async def checked(
    gateway: Gateway, *, token: str | None = TOKEN, video_id: str | None = None
) -> Checked:
    typed = GatewaySettings("lab", gateway.url, token=token)
    return await ask_gateway(make_api, typed, video_id)


def make_api(gateway: GatewaySettings) -> MonitorApi:
    return Api(gateway.base_url, gateway.token or "", kind=gateway.kind)


@pytest.mark.parametrize(
    ("videos", "sentence"),
    [
        (0, "It works and has a list: 0 videos."),
        (1, "It works and has a list: 1 video."),
        (37, "It works and has a list: 37 videos."),
        (130, "It works and has a list: more than 100 videos."),
    ],
)
async def test_a_list_is_counted(gateway: Gateway, videos: int, sentence: str) -> None:
    for number in range(videos):
        gateway.video(f"video_{number}")
    assert await checked(gateway) == Checked(sentence, has_list=True)
    assert len(gateway.requests) == 1


async def test_a_refused_token_is_reported_in_the_gateways_words(gateway: Gateway) -> None:
    result = await checked(gateway, token="oh-wrong-0123456789")
    assert result.is_problem
    assert "无效的令牌" in result.sentence
    assert "oh-wrong" not in result.sentence


async def test_a_missing_token_is_asked_for(gateway: Gateway) -> None:
    assert await checked(gateway, token=None) == Checked(
        "It requires a token: type it above.", is_problem=True
    )


@pytest.mark.parametrize(
    "fault",
    [PAGE, json_answer({}, 501), json_answer({"error": {"message": "provider?"}}, 400)],
    ids=["404 as a page", "501", "400"],
)
async def test_without_a_list_nothing_is_known_until_there_is_a_video(
    gateway: Gateway, fault: Answer
) -> None:
    gateway.fault("/v1/videos?", fault, ANYTHING)
    result = await checked(gateway)
    assert "no list that hingtui can read (HTTP " in result.sentence
    assert "cannot be tested until you watch a video there" in result.sentence
    assert not result.is_problem


async def test_without_a_list_a_pasted_video_proves_that_it_works(gateway: Gateway) -> None:
    gateway.fault("/v1/videos?", json_answer({}, 501), ANYTHING)
    gateway.video("video_1")
    assert await checked(gateway, video_id="video_1") == Checked(
        "This gateway has no list that hingtui can read (HTTP 501). "
        "It works: add its videos by their ids.",
        lacks_list=True,
    )


async def test_a_pasted_video_of_another_account_is_a_problem(gateway: Gateway) -> None:
    gateway.fault("/v1/videos?", json_answer({}, 501), ANYTHING)
    result = await checked(gateway, video_id="video_2")
    assert result.is_problem
    assert "does not know video_2" in result.sentence


async def test_a_page_instead_of_the_api_is_a_problem(gateway: Gateway) -> None:
    gateway.fault(
        "/v1/videos?", answer(200, b"<html>hi</html>", content_type="text/html"), ANYTHING
    )
    result = await checked(gateway)
    assert result.is_problem
    assert "a web page instead of" in result.sentence


@pytest.mark.parametrize("kind", ["generations", "kie", "v2"])
async def test_a_family_without_a_list_is_not_asked(gateway: Gateway, kind: str) -> None:
    typed = GatewaySettings("lab", gateway.url, kind, token=TOKEN)
    assert "until you watch a video there" in (await ask_gateway(make_api, typed, None)).sentence
    assert gateway.requests == []


async def test_a_token_without_list_access_is_tried_on_the_video(gateway: Gateway) -> None:
    gateway.fault("/v1/videos?", json_answer({"error": {"message": "no"}}, 403), ANYTHING)
    gateway.video("video_1")
    assert not (await checked(gateway, video_id="video_1")).is_problem
    assert (await checked(gateway)).is_problem


async def test_a_server_that_is_gone_is_a_problem(gateway: Gateway) -> None:
    gateway.__exit__(None, None, None)
    result = await checked(gateway)
    assert result.is_problem
    assert "does not answer" in result.sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [(SettingsError("the command failed"), "the command failed"), (ValueError("s3cr3t"), "log")],
)
async def test_a_client_that_cannot_be_created_is_reported(error: Exception, words: str) -> None:
    def fails(_gateway: GatewaySettings) -> MonitorApi:
        raise error

    result = await ask_gateway(fails, GatewaySettings("lab", "https://lab.example"), None)
    assert result.is_problem
    assert words in result.sentence
    assert "s3cr3t" not in result.sentence
