"""The demo's storage server: signed links, and files by byte ranges. No sockets."""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import quote, unquote, urlencode, urlsplit

from hingtui.demo.exchange import Request, Response
from hingtui.demo.job import Job
from hingtui.demo.story import GatewayJobs
from hingtui.model.video import Status

_TOS_DATE = "%Y%m%dT%H%M%SZ"


class Storage:
    """The files of one gateway, each at a link that is signed and ends."""

    def __init__(self, jobs: GatewayJobs, origin: str) -> None:
        self._jobs = jobs
        self._origin = origin
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._cut: set[str] = set()

    def link(self, job: Job, until: float) -> str:
        """A link that is valid until then, and says so in `Expires`."""
        return self._signed(job, {"Expires": str(int(until))})

    def tos_link(self, job: Job) -> str:
        """A link as Volcengine's storage signs it: valid from the job's end for its lifetime."""
        signed_at = time.strftime(_TOS_DATE, time.gmtime(job.finished_at))
        fields = {
            "X-Tos-Algorithm": "TOS4-HMAC-SHA256",
            "X-Tos-Date": signed_at,
            "X-Tos-Expires": str(int(job.lifetime)),
            "X-Tos-SignedHeaders": "host",
        }
        return self._signed(job, fields)

    def response(self, request: Request) -> Response:
        """The storage's response: only a signed link is accepted, and a token is an error."""
        if request.method != "GET":
            return _error(405, "MethodNotAllowed")
        if "authorization" in request.headers:
            return _error(400, "InvalidArgument: only one auth mechanism allowed")
        path, fields = urlsplit(request.path).path, request.query
        name = "X-Tos-Signature" if "X-Tos-Date" in fields else "Signature"
        signature = fields.pop(name, "")
        if not hmac.compare_digest(self._signature(path, fields), signature):
            return _error(403, "SignatureDoesNotMatch")
        if request.at >= _end(fields):
            return _error(403, "AccessDenied: Request has expired")
        video_id = unquote(path.removeprefix("/videos/")).removesuffix(".mp4")
        job = self._jobs.find(video_id, request.at)
        if job is None or job.status(request.at) is not Status.READY:
            return _error(404, "NoSuchKey")
        return self.file(job, request.headers)

    def file(self, job: Job, headers: Mapping[str, str]) -> Response:
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

    def _signed(self, job: Job, fields: dict[str, str]) -> str:
        path = f"/videos/{quote(job.id, safe='')}.mp4"
        name = "X-Tos-Signature" if "X-Tos-Date" in fields else "Signature"
        query = urlencode(fields | {name: self._signature(path, fields)})
        return f"{self._origin}{path}?{query}"

    def _signature(self, path: str, fields: Mapping[str, str]) -> str:
        text = f"{path}\n{urlencode(sorted(fields.items()))}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _end(fields: Mapping[str, str]) -> float:
    """When a link with a valid signature ends, in Unix seconds."""
    if "X-Tos-Date" not in fields:
        return int(fields["Expires"])
    signed_at = calendar.timegm(time.strptime(fields["X-Tos-Date"], _TOS_DATE))
    return signed_at + int(fields["X-Tos-Expires"])


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


def _error(status: int, code: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return Response(status, {"Content-Type": "application/xml"}, body.encode())
