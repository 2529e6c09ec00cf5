"""The family `ark`: Volcengine's tasks of Seedance. The file is only at a signed link."""

from __future__ import annotations

from urllib.parse import unquote

from hingtui.demo.exchange import Request, Response, json_response
from hingtui.demo.families.family import Family, Site, page_of
from hingtui.demo.job import Job
from hingtui.model.video import Status

_WORDS = {
    Status.QUEUED: "queued",
    Status.GENERATING: "running",
    Status.READY: "succeeded",
    Status.FAILED: "failed",
    Status.EXPIRED: "expired",
}
_TYPES = {401: "Unauthorized", 404: "NotFound", 429: "TooManyRequests", 503: "ServiceUnavailable"}
_RATIOS = {"1280x720": "16:9", "720x1280": "9:16", "1792x1024": "16:9", "1024x1792": "9:16"}
_FRAMES = 24
"""Frames a second."""
_PIXELS_A_TOKEN = 1024
_LISTED_FOR = 7 * 86_400.0
"""Seconds that a task stays in the list."""
_PAGE, _LARGEST_PAGE = 10, 500


def task_object(job: Job, now: float, link: str) -> dict[str, object]:
    """The task at `now`. It holds neither prompt nor progress."""
    status = job.status(now)
    payload: dict[str, object] = {
        "id": job.id,
        "model": job.model,
        "status": _WORDS[status],
        "created_at": int(job.created_at),
        "updated_at": int(min(now, job.finished_at)),
        "execution_expires_after": 172_800,
    }
    if status is Status.FAILED and job.error:
        payload["error"] = dict(zip(("code", "message"), job.error, strict=True))
    if status is Status.READY:
        width, height = map(int, job.size.split("x"))
        tokens = width * height * _FRAMES * job.seconds // _PIXELS_A_TOKEN
        payload |= {
            "content": {"video_url": link},
            "usage": {"completion_tokens": tokens, "total_tokens": tokens},
            "seed": 1,
            "resolution": f"{min(width, height)}p",
            "ratio": _RATIOS.get(job.size, "adaptive"),
            "duration": job.seconds,
            "framespersecond": _FRAMES,
        }
    return payload


def ark_error(status: int, message: str, code: str = "") -> Response:
    """An error as Ark writes it."""
    kind = _TYPES.get(status, "BadRequest")
    error = {"code": code or kind, "message": message, "param": "", "type": kind}
    return json_response(status, {"error": error})


def _respond(site: Site, path: str, request: Request) -> Response:
    match path.split("/")[1:]:
        case ["api", "v3", "contents", "generations", "tasks"]:
            return _page(site, request)
        case ["api", "v3", "contents", "generations", "tasks", name]:
            if job := site.jobs.find(unquote(name), request.at):
                return json_response(200, _task(site, job, request.at))
            message = f"The specified task {unquote(name)} is not found."
            return ark_error(404, message, "ResourceNotFound")
    return ark_error(404, f"The path {path} is not found.", "InvalidEndpointOrModel.NotFound")


def _task(site: Site, job: Job, now: float) -> dict[str, object]:
    return task_object(job, now, site.storage.tos_link(job))


def _page(site: Site, request: Request) -> Response:
    query, now = request.query, request.at
    jobs = [job for job in site.jobs.listed(now) if now - job.created_at < _LISTED_FOR]
    jobs.reverse()
    number = query.get("page_num", "")
    size = query.get("page_size", "")
    width = len(page_of(jobs, 0, size, usual=_PAGE, most=_LARGEST_PAGE))
    first = (max(1, int(number)) - 1) * width if number.isdecimal() else 0
    page = page_of(jobs, first, size, usual=_PAGE, most=_LARGEST_PAGE)
    return json_response(
        200, {"total": len(jobs), "items": [_task(site, job, now) for job in page]}
    )


ARK = Family(
    prefix="/api/v3/",
    error=ark_error,
    unauthorized=ark_error(
        401, "The API key in the request is missing or invalid.", "AuthenticationError"
    ),
    respond=_respond,
    request_id="X-Request-Id",
)
