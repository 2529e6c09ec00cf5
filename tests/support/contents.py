"""Opening a video's content at a gateway of a test: its bytes, or the error it ends with."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from hingtui.api import Api, Content
from hingtui.model import errors
from tests.servers.gateway import TOKEN
from tests.servers.sockets import Request, answer, shows_nothing_beneath
from tests.support.clock import FakeClock

MP4 = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 4


class Opened:
    """The fields and body of a content that was read to its end and closed."""

    def __init__(self, content: Content) -> None:
        self.status, self.start, self.total = content.status, content.start, content.total
        self.validator, self.origin = content.validator, content.origin
        self.body = b"".join(content.chunks())


def make_api(base_url: str, **options: Any) -> Api:
    options = {"environ": {}, "clock": FakeClock(), **options}
    return Api(base_url, TOKEN, **options)


def read(base_url: str, *, environ: dict[str, str] | None = None, **asked: Any) -> Opened:
    with make_api(base_url, environ=environ or {}).open_content("v1", **asked) as content:
        return Opened(content)


def error_from(base_url: str, **asked: Any) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as caught:
        read(base_url, **asked)
    text = str(caught.value) + "".join(traceback.format_exception(caught.value))
    assert TOKEN not in text
    assert "sig=" not in str(caught.value)
    assert shows_nothing_beneath(caught.value)
    return caught.value


def mp4(request: Request) -> bytes:
    return answer(200, MP4, content_type="video/mp4")
