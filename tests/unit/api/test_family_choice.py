"""How `auto` finds the family of a gateway, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.model import errors
from hingtui.model.video import Status
from tests.servers.gateway import TOKEN
from tests.servers.sockets import HANG, Answer, FaultServer, Request, answer, json_answer
from tests.support.clock import FakeClock

VIDEOS, GENERATIONS = "/v1/videos/", "/v1/video/generations/"
VIDEO = {"id": "v1", "object": "video", "status": "processing"}
TASK = {"code": "success", "data": {"task_id": "v1", "status": "IN_PROGRESS"}}
PAGE = answer(200, b"<!doctype html><title>New API</title>", content_type="text/html")
UNKNOWN_TASK = json_answer({"code": "task_not_exist", "message": "task_not_exist"}, 400)
NO_ROUTE = {
    "404 web page": answer(404, b"<html>404 Not Found</html>", content_type="text/html"),
    "404 empty": answer(404),
    "404 text": answer(404, b"404 page not found", content_type="text/plain"),
    "404 about the path": json_answer(
        {"error": {"message": "Invalid URL (GET /v1/videos/v1)", "type": "invalid_request_error"}},
        404,
    ),
    "404 of FastAPI": json_answer({"detail": "Not Found"}, 404),
    "404 of Fastify": json_answer({"message": "Route GET:/v1/videos/v1 not found"}, 404),
    "404 empty object": json_answer({}, 404),
    "405": json_answer({"error": "method not allowed"}, 405),
    "501": json_answer({"error": {"message": "not implemented"}}, 501),
    "200 web page": PAGE,
}
KNOWS_NO_ID = {
    "404 by id": json_answer({"error": {"message": "No such thing: v1"}}, 404),
    "404 by word": json_answer({"error": {"message": "Video not found"}}, 404),
    "404 by code": json_answer({"error": {"code": "video_not_found", "message": ""}}, 404),
    "404 in Chinese": json_answer({"code": "x", "message": "任务不存在"}, 404),
    "400 by code": UNKNOWN_TASK,
}
UNCLEAR = {
    "401": json_answer({"error": {"message": "无效的令牌"}}, 401),
    "403 of a firewall": answer(403, b"<html>denied</html>", content_type="text/html"),
    "429": answer(429),
    "500": json_answer({"error": "oops"}, 500),
    "502 web page": answer(502, b"<html>bad gateway</html>", content_type="text/html"),
    "503": answer(503),
}


class TwoRoutes(FaultServer):
    """A gateway that answers at the paths of both families, at each with what it was given."""

    def __init__(self, videos: Answer, generations: Answer) -> None:
        super().__init__(self._respond)
        self.answers = {VIDEOS: videos, GENERATIONS: generations}

    def _respond(self, request: Request) -> Answer:
        return next(a for path, a in self.answers.items() if request.target.startswith(path))

    @property
    def asked(self) -> list[str]:
        return [
            "generations" if r.target.startswith(GENERATIONS) else "videos" for r in self.requests
        ]


async def using(server: FaultServer, work: Callable[[Api], Any], clock: FakeClock) -> Any:
    api = Api(server.url, TOKEN, clock=clock, environ={})
    try:
        return await work(api)
    finally:
        await api.aclose()


@pytest.mark.parametrize("missing", NO_ROUTE.values(), ids=NO_ROUTE)
async def test_a_missing_route_switches_to_generations(missing: Answer, clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        assert api.family is None
        got = await api.retrieve("v1")
        assert got.video.status is Status.GENERATING
        assert api.family == "generations"
        await api.retrieve("v2")

    with TwoRoutes(missing, json_answer(TASK)) as server:
        await using(server, work, clock)
    assert server.asked == ["videos", "generations", "generations"]


@pytest.mark.parametrize("unknown", KNOWS_NO_ID.values(), ids=KNOWS_NO_ID)
async def test_an_unknown_id_shows_that_the_route_exists(unknown: Answer, clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        for _ in range(2):
            with pytest.raises(errors.NotFound):
                await api.retrieve("v1")
        assert api.family == "videos"

    with TwoRoutes(unknown, json_answer(TASK)) as server:
        await using(server, work, clock)
    assert server.asked == ["videos", "videos"]


@pytest.mark.parametrize("unclear", UNCLEAR.values(), ids=UNCLEAR)
async def test_another_error_decides_nothing(unclear: Answer, clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        with pytest.raises(errors.ApiError):
            await api.retrieve("v1")
        assert api.family is None
        server.answers[VIDEOS] = json_answer(VIDEO)
        await api.retrieve("v1")
        assert api.family == "videos"

    with TwoRoutes(unclear, json_answer(TASK)) as server:
        await using(server, work, clock)
    assert server.asked == ["videos", "videos"]


async def test_an_id_unknown_to_both_decides_nothing(clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        with pytest.raises(errors.NotFound):
            await api.retrieve("v1")
        assert api.family is None
        server.answers[GENERATIONS] = json_answer(TASK)
        await api.retrieve("v2")
        assert api.family == "generations"

    with TwoRoutes(PAGE, UNKNOWN_TASK) as server:
        await using(server, work, clock)
    assert server.asked == ["videos", "generations"] * 2


async def test_a_missing_page_of_one_video_keeps_the_others_at_videos(clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        with pytest.raises(errors.NotFound):
            await api.retrieve("v1")
        server.answers[VIDEOS] = json_answer(VIDEO)
        await api.retrieve("v2")
        assert api.family == "videos"

    with TwoRoutes(answer(404), UNKNOWN_TASK) as server:
        await using(server, work, clock)


async def test_a_token_refused_by_the_second_route_is_the_error(clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        with pytest.raises(errors.Unauthorized):
            await api.retrieve("v1")
        assert api.family is None

    with TwoRoutes(PAGE, UNCLEAR["401"]) as server:
        await using(server, work, clock)


async def test_two_missing_routes_give_the_first_error_and_are_tried_again_later(
    clock: FakeClock,
) -> None:
    async def work(api: Api) -> None:
        for _ in range(3):
            with pytest.raises(errors.NotFound, match="404"):
                await api.retrieve("v1")
        assert (api.family, server.asked.count("generations")) == (None, 1)
        clock.advance(61)
        server.answers[GENERATIONS] = json_answer(TASK)
        await api.retrieve("v1")
        assert api.family == "generations"

    with TwoRoutes(NO_ROUTE["404 text"], NO_ROUTE["404 web page"]) as server:
        await using(server, work, clock)


@pytest.mark.parametrize("videos", [json_answer(VIDEO), PAGE], ids=["videos", "generations"])
async def test_many_requests_at_once_decide_once(videos: Answer, clock: FakeClock) -> None:
    async def work(api: Api) -> None:
        await asyncio.gather(*(api.retrieve(f"v{n}") for n in range(12)))

    with TwoRoutes(videos, json_answer(TASK)) as server:
        await using(server, work, clock)
    assert len(server.requests) == 12 + (videos is PAGE)


async def test_a_first_request_without_a_response_holds_up_no_other(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hingtui.api.family_choice._TIMEOUT", 0.05)

    async def work(api: Api) -> None:
        first = asyncio.create_task(api.retrieve("v1"))
        await asyncio.sleep(0)
        await api.retrieve("v2")
        assert (first.done(), api.family) == (False, "videos")
        first.cancel()

    def respond(request: Request) -> Answer:
        return HANG if request.target.endswith("v1") else json_answer(VIDEO)

    with FaultServer(respond) as server:
        await using(server, work, clock)


async def test_a_kind_that_is_named_is_never_changed(clock: FakeClock) -> None:
    with TwoRoutes(json_answer(VIDEO), PAGE) as server:
        api = Api(server.url, TOKEN, kind="generations", clock=clock, environ={})
        with pytest.raises(errors.BadResponse):
            await api.retrieve("v1")
        await api.aclose()
    assert (server.asked, api.family) == (["generations"], "generations")


def test_an_unknown_kind_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="no family"):
        Api("https://gateway.example", TOKEN, kind="soap", environ={})
