"""A gateway's client as the tests of `api` use it: asking for one video, and its errors."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.model import errors
from tests.servers.gateway import TOKEN
from tests.servers.sockets import FaultServer, shows_nothing_beneath
from tests.support.clock import FakeClock

VIDEO = {"id": "v1", "object": "video", "status": "processing", "progress": 45}


@asynccontextmanager
async def api_at(base_url: str, token: str = TOKEN, **options: Any) -> AsyncIterator[Api]:
    options = {"environ": {}, "clock": FakeClock(), **options}
    api = Api(base_url, token, **options)
    try:
        yield api
    finally:
        await api.aclose()


async def retrieve_from(server: FaultServer, video_id: str = "v1", **options: Any) -> Any:
    async with api_at(server.url, **options) as api:
        return await api.retrieve(video_id)


async def error_from(server: FaultServer, **options: Any) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as caught:
        await retrieve_from(server, **options)
    assert TOKEN not in str(caught.value) + repr(caught.value)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert shows_nothing_beneath(caught.value)
    return caught.value


def relay(client: socket.socket, port: int) -> None:
    """Copy bytes both ways between the ends of a tunnel until one end closes."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return  # the other direction has ended the tunnel

    with socket.create_connection(("127.0.0.1", port)) as target:
        back = threading.Thread(target=pump, args=(target, client))
        back.start()
        pump(client, target)
        back.join()
