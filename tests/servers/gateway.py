"""The gateway of the tests and its storage, on two real origins.

It answers as the real one does, unless a test adds faults, slow files or a refused token. It
remembers each request, and counts how often each file was sent.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from hingtui.system.clock import Clock
from tests.servers.files import Reply, respond_with
from tests.servers.sockets import Answer, FaultServer, Part, Request, answer, json_answer

TOKEN = "oh-test-0123456789abcdef"
SECRET = "sig-never-to-be-shown"
"""In the query of every signed link."""

Fault = Answer | Callable[[Request], Answer]


@dataclass(slots=True)
class _Fault:
    prefix: str
    response: Fault
    left: int


class Gateway:
    """A gateway that holds the videos a test adds, and the storage that it redirects to."""

    def __init__(self, clock: Clock, *, token: str = TOKEN, certificate: str = "") -> None:
        self.clock = clock
        self.token = token
        self.videos: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.replies: dict[str, Reply] = {}
        """How the file of an id is served, if not as `usual`."""
        self.usual = Reply()
        """How files are served; each has an ETag of its own."""
        self.makes: Callable[[str], bytes] | None = None
        """The file of any id asked for: each is finished then, and none is unknown."""
        self.begun: Counter[str] = Counter()
        """How often the file of each id was begun to be sent."""
        self.begun_at: dict[str, float] = {}
        """When that was for the last time, on the machine's monotonic clock."""
        self.delivered: Counter[str] = Counter()
        """How often it was sent to its end, or to the end of the range."""
        self._held: dict[str, threading.Event] = {}
        self.redirects = False
        """Whether `/content` leads to the storage by a signed link; else it streams."""
        self.date: str | None = None
        """What the Date header says instead of the clock's time; "" for none at all."""
        self.has_list = True
        self.link_life = 300.0
        """Seconds that a signed link is good for."""
        self.api = FaultServer(self._api, certificate=certificate)
        self.storage = FaultServer(self._storage, certificate=certificate)
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._links = 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.storage)
        self._stack.enter_context(self.api)
        return self

    def __exit__(self, *_: object) -> None:
        for event in self._held.values():
            event.set()
        self._stack.close()

    @property
    def url(self) -> str:
        return self.api.url

    def video(self, video_id: str, **payload: Any) -> None:
        """There is such a video; what is given replaces what was true of it before."""
        fresh = {"id": video_id, "object": "video", "status": "processing", "progress": 45}
        known = self.videos.get(video_id, fresh | {"created_at": int(self.clock.time())})
        self.videos[video_id] = known | payload

    def file(self, video_id: str, data: bytes, **payload: Any) -> None:
        """The video is finished and this is its file."""
        now = int(self.clock.time())
        times = {"completed_at": now, "expires_at": now + 3600}
        self.files[video_id] = data
        self.video(video_id, **{"status": "success", "progress": 100, **times, **payload})

    def fault(self, path_prefix: str, response: Fault, times: int = 1) -> None:
        """Answer the next requests whose path begins so with this; the first added comes first.

        An id's path, its `/content` and its file in the storage (`/files/<id>`) differ by
        the longest prefix that fits. An answer used more than once must be no iterator.
        """
        with self._lock:
            self._faults.append(_Fault(path_prefix, response, times))

    def hold(self, video_id: str) -> threading.Event:
        """Send half of this file, and the rest once the event is set."""
        return self._held.setdefault(video_id, threading.Event())

    def fault_no_more(self) -> None:
        """Answer rightly from now on."""
        with self._lock:
            self._faults.clear()

    @property
    def requests(self) -> list[Request]:
        """Every request to the gateway itself."""
        return self.api.requests

    def asked(self, part: str = "") -> list[str]:
        """The targets that the gateway was asked for and that hold `part`."""
        return [request.target for request in self.api.requests if part in request.target]

    def asked_about(self, video_id: str) -> list[Request]:
        """The questions about a video itself, not about its content."""
        return [
            r for r in self.api.requests if r.target == f"/v1/videos/{quote(video_id, safe='')}"
        ]

    @property
    def leaks(self) -> list[Request]:
        """Requests that brought the token to where it must never go."""
        token = self.token.encode()
        away = [r for r in self.storage.requests if token in r.raw or b"uthorization:" in r.raw]
        return away + [r for r in self.api.requests if self.token in r.target]

    def _fault_for(self, request: Request) -> Fault | None:
        with self._lock:
            fitting = [f for f in self._faults if request.target.startswith(f.prefix) and f.left]
            if not fitting:
                return None
            longest = max(len(fault.prefix) for fault in fitting)
            chosen = next(fault for fault in fitting if len(fault.prefix) == longest)
            chosen.left -= 1
            return chosen.response

    def _api(self, request: Request) -> Answer:
        fault = self._fault_for(request)
        if fault is not None:
            return fault(request) if callable(fault) else fault
        if request.headers.get("authorization") != f"Bearer {self.token}":
            words = {"message": "无效的令牌", "type": "one_hub_error"}
            return self._json({"error": words}, 401)
        path = urlsplit(request.target).path
        if path == "/v1/videos":
            return self._page(request) if self.has_list else self._json({}, 501)
        found = re.fullmatch(r"/v1/videos/([^/]+)(/content)?", path)
        video_id = unquote(found[1]) if found else ""
        if found and self.makes is not None and video_id not in self.videos:
            self.file(video_id, self.makes(video_id))
        if found is None or video_id not in self.videos:
            return self._json(
                {"code": "task_not_exist", "message": "任务不存在", "data": None}, 404
            )
        return self._content(video_id, request) if found[2] else self._json(self.videos[video_id])

    def _page(self, request: Request) -> Answer:
        query = parse_qs(urlsplit(request.target).query)
        videos = list(self.videos.values())
        if query.get("order", ["desc"])[0] == "desc":
            videos.reverse()
        after, limit = query.get("after", [""])[0], int(query.get("limit", ["20"])[0])
        ids = [video["id"] for video in videos]
        first = ids.index(after) + 1 if after in ids else 0
        data = videos[first : first + limit]
        return self._json({"object": "list", "data": data, "has_more": len(videos) > first + limit})

    def _content(self, video_id: str, request: Request) -> Answer:
        if video_id not in self.files:
            return self._json({"error": {"message": "视频尚未生成"}}, 404)
        if self.redirects:
            return answer(302, location=self.link(video_id))
        return self._file(video_id, request)

    def link(self, video_id: str) -> str:
        """A fresh signed link to the file in the storage."""
        self._links += 1
        until = self.clock.time() + self.link_life
        query = f"until={until:.3f}&number={self._links}&signature={SECRET}"
        return f"{self.storage.url}/files/{quote(video_id, safe='')}?{query}"

    def _storage(self, request: Request) -> Answer:
        fault = self._fault_for(request)
        if fault is not None:
            return fault(request) if callable(fault) else fault
        link = urlsplit(request.target)
        query = parse_qs(link.query)
        video_id = unquote(link.path.removeprefix("/files/"))
        if query.get("signature") != [SECRET] or video_id not in self.files:
            return answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        if self.clock.time() >= float(query["until"][0]):
            return answer(403, b"<Error><Message>Request has expired</Message></Error>")
        return self._file(video_id, request)

    def _file(self, video_id: str, request: Request) -> Answer:
        data = self.files[video_id]
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        reply = self.replies.get(video_id, replace(self.usual, etag=etag))
        if video_id in self._held:
            reply = replace(reply, midway=self._held[video_id].wait)
        return self._counted(video_id, respond_with(reply, data, request))

    def _counted(self, video_id: str, parts: Iterator[Part]) -> Iterator[Part]:
        self.begun[video_id] += 1
        self.begun_at[video_id] = time.monotonic()
        yield from parts
        self.delivered[video_id] += 1

    def _json(self, payload: object, status: int = 200) -> bytes:
        date = formatdate(self.clock.time(), usegmt=True) if self.date is None else self.date
        more = {"date": date} if date else {}
        return json_answer(payload, status, x_oneapi_request_id="20251110-test", **more)


def as_json(payload: object) -> bytes:
    """The body of a JSON answer."""
    return json.dumps(payload).encode()
