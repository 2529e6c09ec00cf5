"""What the monitor needs of a gateway's client. Only type checkers import it."""

from __future__ import annotations

from typing import Protocol

from hingtui.download.interface import ContentSource
from hingtui.monitor.balance import BalanceApi
from hingtui.monitor.poller import VideoApi


class Api(VideoApi, ContentSource, BalanceApi, Protocol):
    """All calls."""

    async def aclose(self) -> None: ...
    def address(self, video_id: str) -> str: ...
