"""The workaround for httpcore's search for a module that is not there."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from hingtui.api import Api
from hingtui.model.errors import NotFound
from hingtui.system.clock import Clock
from tests.servers.gateway import TOKEN, Gateway


class Finder:
    """Notes which modules are searched for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> None:
        self.asked.append(name)


async def test_no_missing_module_is_searched_for_in_each_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)  # conftest may have dealt with it
    with Gateway(Clock()) as gateway:
        api = Api(gateway.url, TOKEN, environ={})
        with pytest.raises(NotFound):  # after it, whatever is needed has been imported
            await api.retrieve("video_unknown")
        finder = Finder()
        monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
        with pytest.raises(NotFound):
            await api.retrieve("video_unknown")
        await api.aclose()
    assert finder.asked == []
