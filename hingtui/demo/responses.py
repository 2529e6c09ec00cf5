"""The responses of the demo's gateway and storage server, byte ranges included. No sockets.

Messages and codes are those of the real gateway, where its documentation or similar gateways show
them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from hingtui.demo.film import Film
from hingtui.demo.job import Job
from hingtui.demo.story import Story
from hingtui.model.video import Status

Origin = Literal["api", "cdn"]

_LINK_LIFE = 300.0
"""Seconds that the signed link of a redirect is good for."""
_PAGE, _LARGEST_PAGE = 20, 100
_WEB_PAGE = b"<!doctype html><title>HingTui demo gateway</title><p>Nothing to see here.</p>"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as received. `path` includes the query; names of `headers` are in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    origin: Origin
    at: float


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers, and a body: `body`, or the bytes `start` to `stop` of `film`."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    film: Film | None = None
    start: int = 0
    stop: int = 0
    cut_at: int | None = None
    """The connection breaks at this byte of the film."""


class Responses:
    """The responses to requests, from what is true in the story at their time."""

    def __init__(self, story: Story, token: str, cdn_url: str) -> None:
        self._story = story
        self._token = token
        self._cdn_url = cdn_url
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._cut: set[str] = set()

    def api(self, request: Request) -> Response:
        """The gateway's response."""
        path = urlsplit(request.path).path
        if not path.startswith("/v1/"):  # like similar gateways, it has a web site on the same port
            return Response(200, {"Content-Type": "text/html; charset=utf-8"}, _WEB_PAGE)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return _error(401, "无效的令牌", kind="one_hub_error")
        if request.method != "GET":
            return _error(405, f"{request.method} is not allowed in the demo: it is only watched")
        if self._story.refuses(request.at):
            return _error(429, "当前请求过于频繁，请稍后再试", "rate_limit_exceeded", retry_after=4)
        match path.split("/")[1:]:
            case ["v1", "videos"]:
                return self._page(request)
            case ["v1", "videos", name] if job := self._story.find(unquote(name), request.at):
                return _json(200, self._video(job, request.at))
            case ["v1", "videos", name, "content"] if job := self._story.find(
                unquote(name), request.at
            ):
                return self._content(job, request)
            case ["v1", "videos", _] | ["v1", "videos", _, "content"]:
                return _error(404, "任务不存在", "task_not_exist")
        return _error(404, f"Invalid URL (GET {path})", kind="invalid_request_error")

    def cdn(self, request: Request) -> Response:
        """The storage's response: only a signed link is accepted, and a token is an error."""
        if request.method != "GET":
            return _storage_error(405, "MethodNotAllowed")
        if "authorization" in request.headers:
            return _storage_error(400, "InvalidArgument: only one auth mechanism allowed")
        link = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(link.query).items()}
        expires, signature = query.get("Expires", ""), query.get("Signature", "")
        if not hmac.compare_digest(self._signature(link.path, expires), signature):
            return _storage_error(403, "SignatureDoesNotMatch")
        if request.at >= int(expires):
            return _storage_error(403, "AccessDenied: Request has expired")
        name = unquote(link.path.removeprefix("/videos/")).removesuffix(".mp4")
        job = self._story.find(name, request.at)
        if job is None or job.status(request.at) is not Status.READY:
            return _storage_error(404, "NoSuchKey")
        return self._file(job, request.headers)

    def _video(self, job: Job, now: float) -> dict[str, object]:
        """The video object; in the vocabulary with `video_url` it links to the storage."""
        return job.response(
            now, self._link(job, job.expires_at) if job.vocabulary == "openai" else ""
        )

    def _page(self, request: Request) -> Response:
        query = {n: v[0] for n, v in parse_qs(urlsplit(request.path).query).items()}
        jobs = self._story.listed(request.at)
        if query.get("order", "desc") == "desc":
            jobs.reverse()
        if after := query.get("after"):
            places = [place for place, job in enumerate(jobs) if job.id == after]
            jobs = jobs[places[0] + 1 :] if places else []
        limit = query.get("limit", "")
        limit_number = int(limit) if limit.isdecimal() else _PAGE
        page = jobs[: max(1, min(_LARGEST_PAGE, limit_number))]
        payload = {
            "object": "list",
            "data": [self._video(job, request.at) for job in page],
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
            "has_more": len(page) < len(jobs),
        }
        return _json(200, payload)

    def _content(self, job: Job, request: Request) -> Response:
        status = job.status(request.at)
        if status is Status.FAILED:
            return _error(400, "任务失败，没有可下载的视频", "video_generation_failed")
        if status is Status.EXPIRED:
            gone = 410 if job.vocabulary == "openai" else 404
            return _error(gone, "视频已过期，文件已被清理", "video_expired")
        if status is not Status.READY:
            return _error(404, "视频尚未生成完成", "video_not_ready")
        if job.content == "redirect":
            until = min(job.expires_at, request.at + _LINK_LIFE)
            return Response(302, {"Location": self._link(job, until), "Cache-Control": "no-store"})
        return self._file(job, request.headers)

    def _file(self, job: Job, headers: Mapping[str, str]) -> Response:
        """The file, or the requested range of it if `If-Range` still matches."""
        film, length = job.film, job.film.length
        fields = {
            "Content-Type": "video/mp4",
            "Accept-Ranges": "bytes",
            "ETag": film.etag,
            "Last-Modified": formatdate(job.finished_at, usegmt=True),
        }
        if headers.get("if-range", film.etag) in (film.etag, fields["Last-Modified"]):
            requested = _requested_range(headers.get("range", ""), length)
        else:
            requested = None
        cut_at = self._cut_once(job)
        if requested is None:
            return Response(200, fields, film=film, stop=length, cut_at=cut_at)
        if not requested:
            return Response(416, {"Content-Range": f"bytes */{length}"})
        start, stop = requested.start, requested.stop
        fields["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
        return Response(206, fields, film=film, start=start, stop=stop, cut_at=cut_at)

    def _cut_once(self, job: Job) -> int | None:
        with self._lock:
            if job.id in self._cut:
                return None
            self._cut.add(job.id)
        return job.cut_at

    def _link(self, job: Job, until: float) -> str:
        path = f"/videos/{quote(job.id, safe='')}.mp4"
        expires = str(int(until))
        query = urlencode({"Expires": expires, "Signature": self._signature(path, expires)})
        return f"{self._cdn_url}{path}?{query}"

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _requested_range(header: str, length: int) -> range | None:
    """The bytes that a Range header asks for: None for all of them, empty if there are none.

    Several ranges at once, and invalid ones, are ignored, as RFC 9110 allows.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.replace(" ", ""))
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, length - int(last)), length)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(length, int(last) + 1) if last else length)


def _json(status: int, payload: object) -> Response:
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, body)


def _error(
    status: int,
    message: str,
    code: str = "",
    *,
    kind: str = "one_hub_error",
    retry_after: int | None = None,
) -> Response:
    error = {"message": message, "type": kind} | ({"code": code} if code else {})
    response = _json(status, {"error": error})
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _storage_error(status: int, code: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return Response(status, {"Content-Type": "application/xml"}, body.encode())
