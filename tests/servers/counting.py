"""A gateway that counts how often each file leaves it, whole; it knows nothing of clients."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.servers.sockets import Answer, FaultServer, Part, Request, answer, json_answer
from tests.support.mp4 import mp4

TOKEN = "oh-counting-0123456789"


@dataclass
class Counting:
    """Every id is a finished video, whose file takes `pieces` times `pause` seconds to send."""

    server: FaultServer
    pieces: int = 10
    pause: float = 0.02
    begun: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    held: dict[str, threading.Event] = field(default_factory=dict)
    """Files that stop half-way until their event is set."""

    def film(self, video_id: str) -> bytes:
        return mp4(100_000, seed=sum(video_id.encode()))

    def hold(self, video_id: str) -> threading.Event:
        """Let half of this file out, and the rest once the event is set."""
        return self.held.setdefault(video_id, threading.Event())

    def respond(self, request: Request) -> Answer:
        found = re.fullmatch(r"/v1/videos/([\w-]+)(/content)?", request.target)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return json_answer({"error": {"message": "无效的令牌"}}, 401)
        if found is None:
            return json_answer({"error": {"message": "no list here"}}, 501)
        if found[2]:
            return self._file(found[1], request)
        now = int(time.time())
        told = {"id": found[1], "object": "video", "status": "completed", "created_at": now - 60}
        return json_answer(told | {"completed_at": now - 5, "expires_at": now + 3000})

    def _file(self, video_id: str, request: Request) -> Iterator[Part]:
        film = self.film(video_id)
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        start = int(wanted[1]) if wanted else 0
        headers = {"content_type": "video/mp4", "etag": f'"{video_id}"'}
        headers["content_length"] = str(len(film) - start)
        if start:
            headers["content_range"] = f"bytes {start}-{len(film) - 1}/{len(film)}"
        self.begun[video_id] += 1
        yield answer(206 if start else 200, **headers)
        size = len(film) // self.pieces + 1
        for at in range(start, len(film), size):
            if at >= len(film) // 2 and video_id in self.held:
                self.held[video_id].wait()
            self.server.stopping.wait(self.pause)
            yield film[at : at + size]
        self.delivered[video_id] += 1


@contextmanager
def counting() -> Iterator[Counting]:
    with FaultServer() as server:
        gateway = Counting(server)
        server.respond = gateway.respond
        try:
            yield gateway
        finally:
            for event in gateway.held.values():
                event.set()
