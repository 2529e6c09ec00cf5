"""A gateway and a storage that quote every secret wherever they can, and a search for leaks."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.sockets import Answer, FaultServer, Request, answer, json_answer
from tests.support.mp4 import mp4
from tests.support.processes import start
from tests.support.waiting import TIMEOUT

MARKS = {"token": "q7Zk", "typed token": "Wm3x", "signature": "Jx9w", "proxy password": "Hy5v"}
"""Each secret is one of these again and again: any piece of it that leaks is recognised."""
TOKEN = "oh-" + 9 * MARKS["token"]
TYPED_TOKEN = "oh-" + 9 * MARKS["typed token"]
SIGNATURE = 9 * MARKS["signature"]
PASSWORD = 5 * MARKS["proxy password"]
QUERY = f"Expires=1762793402&Signature={SIGNATURE}%2B{SIGNATURE}%3D%3D"

REDIRECTED, LINKED, DIRECT_LINK = "video_redirected_1", "video_linked_2", "video_direct_link_3"
"""Saved through a redirect, a link in JSON instead of the content, and `video_url`."""
FAILED, UNSAVABLE, RUNNING = "video_failed_4", "video_unsavable_5", "video_running_6"
UNASKABLE = "video_unaskable_7"
SAVABLE = (REDIRECTED, LINKED, DIRECT_LINK)
IDS = (*SAVABLE, FAILED, UNSAVABLE, RUNNING, UNASKABLE)
QUOTED = "quoted-by-the-gateway"
"""Stands in every message with a secret: so a test can tell that it was shown at all."""
_CONTROL = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass
class Leaky:
    """Both servers. `valid` is the token that is accepted."""

    gateway: FaultServer
    storage: FaultServer
    valid: str = TOKEN
    video: bytes = field(default_factory=lambda: mp4(20_000))

    @property
    def link(self) -> str:
        return f"{self.storage.url}/files/video.mp4?{QUERY}"

    def quoting(self, request: Request) -> str:
        """What a careless proxy says about a request that failed."""
        token = request.headers.get("authorization", "")
        return f'{QUOTED}: Get "{self.link}": EOF, headers: {{Authorization: {token}}}, {token[7:]}'

    def respond(self, request: Request) -> Answer:
        """The gateway's answer."""
        refused = {"message": f"无效的令牌 {self.quoting(request)}", "type": "one_hub_error"}
        request_id = {"x_oneapi_request_id": f"2025-{request.headers.get('authorization', '')}"}
        if request.headers.get("authorization") != f"Bearer {self.valid}":
            return json_answer({"error": refused}, 401, **request_id)
        path = request.target.partition("?")[0].removeprefix("/v1/videos").strip("/")
        video_id, _, rest = path.partition("/")
        if not video_id:
            return json_answer({"error": {"message": self.quoting(request)}}, 501, **request_id)
        return self._content(video_id, request) if rest else self._video(video_id, request)

    def _video(self, video_id: str, request: Request) -> Answer:
        if video_id == UNASKABLE:
            return json_answer({"code": "broken", "message": self.quoting(request)}, 502)
        return json_answer(self.video_object(video_id, request.headers["authorization"]))

    def video_object(self, video_id: str, bearer: str) -> dict[str, object]:
        """What the gateway says about a video, the token in every field that a person reads."""
        now = int(time.time())
        payload: dict[str, object] = {
            "id": video_id,
            "object": "video",
            "model": f"sora-2 {self.link}",
            "prompt": f"a film of {self.link} with {bearer}",
            "size": f"720x1280 {self.link}",
            "remixed_from_video_id": bearer,
            "progress": 100,
            "created_at": now - 60,
            "completed_at": now - 5,
            "expires_at": now + 3000,
            "status": "completed",
        }
        if video_id == RUNNING:
            payload |= {"status": f"processing {bearer}", "progress": 10}
        elif video_id == FAILED:
            words = f"{QUOTED} {self.link} {bearer} "
            message = words + "x" * (2000 - len(words) - 9) + f" {TOKEN}"  # cut off in the middle
            payload |= {"status": "failed", "error": {"code": self.link, "message": message}}
        elif video_id == DIRECT_LINK:
            payload["result"] = {"video_url": self.link}
        return payload

    def _content(self, video_id: str, request: Request) -> Answer:
        if video_id == REDIRECTED:
            return answer(302, location=self.link, set_cookie=f"session={TOKEN}")
        if video_id == LINKED:
            return json_answer({"url": self.link})
        return json_answer({"error": {"message": self.quoting(request), "code": "no_file"}})

    def serve_file(self, request: Request) -> Answer:
        """The storage's answer."""
        if request.target != f"/files/video.mp4?{QUERY}":
            return answer(403, f"<Error><Message>{request.target}</Message></Error>".encode())
        return answer(200, self.video, content_type="video/mp4", etag='"v1"')


@contextmanager
def leaky() -> Iterator[Leaky]:
    with ExitStack() as stack:
        gateway = stack.enter_context(FaultServer())
        storage = stack.enter_context(FaultServer())
        both = Leaky(gateway, storage)
        gateway.respond, storage.respond = both.respond, both.serve_file
        yield both


def leaks(data: bytes | str, *allowed: str) -> list[str]:
    """Which secrets, or pieces of them, stand in `data`: as they are or as base64 or hex."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    plain = raw + _CONTROL.sub(b"", raw)
    return [
        name
        for name, mark in MARKS.items()
        if name not in allowed and any(spelt in plain for spelt in _spellings(mark))
    ]


def _spellings(mark: str) -> Iterator[bytes]:
    data = mark.encode()
    yield data
    yield data.hex().encode()
    for turn in range(len(data)):  # each of the ways in which base64 may begin
        yield base64.b64encode((4 * data)[turn : turn + 12])


def leaks_in_files(*folders: Path) -> dict[str, list[str]]:
    """The same for every file below, names included."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            if leaked := leaks(str(path).encode() + b"\0" + data):
                found[path.relative_to(folder).as_posix()] = leaked
    return found


def asked(server: FaultServer) -> str:
    """Everything that was sent to a server."""
    return json.dumps([[r.method, r.target, dict(r.headers)] for r in server.requests])


def run_all(environ: dict[str, str], commands: dict[str, list[str]]) -> dict[str, str]:
    """Run commands at the same time; by name all that they said, and their exit status.

    They pause between attempts, a quarter as long as usual.
    """
    running = {
        name: start(
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environ,
            encoding="utf-8",
            pace=4,
        )
        for name, arguments in commands.items()
    }
    return {
        name: process.communicate(timeout=TIMEOUT)[0] + f"\nexit {process.returncode}"
        for name, process in running.items()
    }
