"""The family `videos`: HingNet, in the two vocabularies of its documentation.

Messages and codes are those of the real gateway, where its documentation or similar gateways show
them.
"""

from __future__ import annotations

from urllib.parse import unquote

from hingtui.demo.billing import subscription, usage
from hingtui.demo.exchange import ErrorResponse, Request, Response, json_response
from hingtui.demo.families.family import Family, Site, page_of
from hingtui.demo.job import Job, Vocabulary
from hingtui.model.video import Status

_WORDS: dict[Vocabulary, dict[Status, str]] = {
    "hingnet": {
        Status.QUEUED: "queued",
        Status.GENERATING: "processing",
        Status.READY: "success",
        Status.FAILED: "failed",
        Status.EXPIRED: "success",
    },
    "openai": {
        Status.QUEUED: "queued",
        Status.GENERATING: "in_progress",
        Status.READY: "completed",
        Status.FAILED: "failed",
        Status.EXPIRED: "completed",
    },
}
"""Neither has a word for an expired file: only its content says so."""
_LINK_LIFE = 300.0
"""Seconds that the signed link of a redirect is good for."""
_PAGE, _LARGEST_PAGE = 20, 100


def video_object(job: Job, now: float, link: str = "") -> dict[str, object]:
    """The video object at `now`; `link` is included only when the file is there."""
    status = job.status(now)
    is_openai = job.vocabulary == "openai"
    progress = job.progress(now)
    payload: dict[str, object] = {
        "id": job.id,
        "object": "video",
        "created_at": int(job.created_at),
        "status": _WORDS[job.vocabulary][status],
        "model": job.model,
        "prompt": job.prompt,
        "progress": round(progress, 1) if is_openai else int(progress),
        "seconds": job.seconds if is_openai else str(job.seconds),
        "size": job.size,
    }
    if status is Status.FAILED and job.error:
        payload["error"] = dict(zip(("code", "message"), job.error, strict=True))
    if status in (Status.READY, Status.EXPIRED):
        payload["completed_at"] = int(job.finished_at)
        if not is_openai:
            payload["expires_at"] = int(job.expires_at)
        if link:
            payload["video_url"] = link
    return payload


def content(site: Site, job: Job, request: Request, error: ErrorResponse) -> Response:
    """The file of a job, a redirect to it, or why there is none."""
    status = job.status(request.at)
    if status is Status.FAILED:
        return error(400, "任务失败，没有可下载的视频", "video_generation_failed")
    if status is Status.EXPIRED:
        gone = 404 if job.vocabulary == "hingnet" else 410
        return error(gone, "视频已过期，文件已被清理", "video_expired")
    if status is not Status.READY:
        return error(404, "视频尚未生成完成", "video_not_ready")
    if job.content == "redirect":
        until = min(job.expires_at, request.at + _LINK_LIFE)
        location = {"Location": site.storage.link(job, until), "Cache-Control": "no-store"}
        return Response(302, location)
    return site.storage.file(job, request.headers)


def one_hub_error(status: int, message: str, code: str = "") -> Response:
    """An error as one-hub and its relatives write it."""
    error = {"message": message, "type": "one_hub_error"} | ({"code": code} if code else {})
    return json_response(status, {"error": error})


def invalid_url(path: str) -> Response:
    """The response to a path that such a gateway does not have."""
    error = {"message": f"Invalid URL (GET {path})", "type": "invalid_request_error"}
    return json_response(404, {"error": error})


def _respond(site: Site, path: str, request: Request) -> Response:
    match path.split("/")[1:]:
        case ["v1", "videos"]:
            return _page(site, request)
        case ["v1", "videos", name] if job := site.jobs.find(unquote(name), request.at):
            return json_response(200, _video(site, job, request.at))
        case ["v1", "videos", name, "content"] if job := site.jobs.find(unquote(name), request.at):
            return content(site, job, request, one_hub_error)
        case ["v1", "videos", _] | ["v1", "videos", _, "content"]:
            return one_hub_error(404, "任务不存在", "task_not_exist")
        case ["v1", "dashboard", "billing", "subscription"]:
            return subscription(site.limit)
        case ["v1", "dashboard", "billing", "usage"]:
            return usage(site.jobs.listed(request.at), request.at)
    return invalid_url(path)


def _video(site: Site, job: Job, now: float) -> dict[str, object]:
    """The video object; in the vocabulary with `video_url` it links to the storage."""
    is_linked = job.vocabulary == "openai"
    return video_object(job, now, site.storage.link(job, job.expires_at) if is_linked else "")


def _page(site: Site, request: Request) -> Response:
    query = request.query
    jobs = site.jobs.listed(request.at)
    if query.get("order", "desc") == "desc":
        jobs.reverse()
    if after := query.get("after"):
        places = [place for place, job in enumerate(jobs) if job.id == after]
        jobs = jobs[places[0] + 1 :] if places else []
    page = page_of(jobs, 0, query.get("limit", ""), usual=_PAGE, most=_LARGEST_PAGE)
    payload = {
        "object": "list",
        "data": [_video(site, job, request.at) for job in page],
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
        "has_more": len(page) < len(jobs),
    }
    return json_response(200, payload)


VIDEOS = Family(
    prefix="/v1/",
    error=one_hub_error,
    unauthorized=one_hub_error(401, "无效的令牌"),
    respond=_respond,
    request_id="X-Oneapi-Request-Id",
)
