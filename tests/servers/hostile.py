"""A gateway that puts the same text into every field of HTTP and of the API that can hold any."""

from __future__ import annotations

import re
import time
from pathlib import Path

from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.servers.gateway import TOKEN
from tests.servers.sockets import FaultServer, Request
from tests.support.hostile_text import as_body
from tests.support.mp4 import mp4
from tests.support.pty import clean_environ

IDS = (
    *("video_running", "video_odder", "video_failed", "video_ready", "video_away", "video_home"),
    *("video_missing", "video_refused", "video_text", "video_page", "video_storage"),
)
_FIELDS = ("id", "model", "size", "seconds", "prompt", "remixed_from_video_id", "video_url")
_NO_HEADER = re.compile("[\0\r\n\x0b\x0c]")


class HostileGateway(FaultServer):
    """Speaks of eleven videos, each in another way."""

    def __init__(self, words: str) -> None:
        super().__init__(respond=self._respond)
        self.words = words
        self.denies = False
        """Whether the token is refused from now on."""
        self.film = mp4(20_000)

    def environ(self, home: Path, **more: str) -> dict[str, str]:
        """An environment whose watchlist holds all of these videos."""
        Watchlist(home / "watchlist.toml").change(
            add=[Entry(video_id, time.time() - 1000 - at) for at, video_id in enumerate(IDS)]
        )
        (home / "config.toml").write_text('open_command = ["true"]\n')
        return clean_environ(home, HINGNET_BASE_URL=self.url, HINGNET_API_KEY=TOKEN, **more)

    def _respond(self, request: Request) -> bytes:
        if self.denies:
            return self._response(401, as_body({"error": self._error()}))
        match = re.match(r"/v1/videos/(\w+)(/content)?", request.target)
        if match is None:
            return self._response(501, self._video(self.words))
        return self._content(match[1]) if match[2] else self._video_answer(match[1])

    def _video_answer(self, video_id: str) -> bytes:
        words = self.words.encode("utf-8", "replace")
        match video_id:
            case "video_running":
                return self._response(200, self._video("processing", progress=45))
            case "video_odder":
                return self._response(200, self._video(self.words, progress=self.words))
            case "video_failed":
                return self._response(200, self._video("failed"))
            case "video_missing":
                return self._response(404, as_body({"error": self._error()}))
            case "video_refused":
                return self._response(418, as_body({"error": self.words}))
            case "video_text":
                return self._response(400, words)
            case "video_page":
                return self._response(200, b"<html><title>" + words + b"</title>")
            case "video_storage":
                return self._response(
                    403 + 15, b"<E><Code>A</Code><Message>" + words + b"</Message>"
                )
        return self._response(200, self._video("success", created_at=int(time.time())))

    def _content(self, video_id: str) -> bytes:
        if video_id == "video_home":
            return self._response(200, self.film, content_type="video/mp4")
        if video_id == "video_away":
            return self._response(302, b"", location=f"http://{self.words}:x/")
        return self._response(200, as_body(self._error()))

    def _error(self) -> dict[str, object]:
        return dict.fromkeys(("code", "message", "type"), self.words)

    def _video(self, status: str, **more: object) -> bytes:
        video: dict[str, object] = dict.fromkeys(_FIELDS, self.words)
        return as_body(video | {"status": status, "error": self._error()} | more)

    def _response(self, status: int, body: bytes, **headers: str) -> bytes:
        """An answer with these words for its reason and in its headers."""
        words = _NO_HEADER.sub("", self.words)
        headers_sent = dict.fromkeys(
            ("x-oneapi-request-id", "server", "etag", "content-disposition", "retry-after"), words
        )
        headers_sent |= {"content-type": "application/json", "content-length": str(len(body))}
        headers_sent |= {
            name.replace("_", "-"): _NO_HEADER.sub("", text) for name, text in headers.items()
        }
        lines = "".join(f"{name}: {text}\r\n" for name, text in headers_sent.items())
        head = f"HTTP/1.1 {status} {words}\r\n{lines}\r\n"
        return head.encode("utf-8", "replace") + body
