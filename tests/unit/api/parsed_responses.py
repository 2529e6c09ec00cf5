"""Parse responses with the client, over a real socket."""

from __future__ import annotations

from typing import Any

from hingtui.api import Api
from hingtui.model.video import Video
from tests.servers.gateway import TOKEN
from tests.servers.sockets import FaultServer, json_answer
from tests.support.clock import EPOCH, FakeClock

LINK = "https://cdn.example/a.mp4"


async def parse_response(
    body: bytes, now: float = EPOCH, token: str = TOKEN, video_id: str = "v1"
) -> Video:
    """The video that the client parses from this HTTP response."""
    with FaultServer(lambda _: body) as server:
        api = Api(server.url, token, clock=FakeClock(now), environ={})
        try:
            return (await api.retrieve(video_id)).video
        finally:
            await api.aclose()


async def parse_fields(now: float = EPOCH, **fields: Any) -> Video:
    """The video parsed from an ordinary response with these fields."""
    return await parse_response(json_answer({"id": "v1", "object": "video", **fields}), now)
