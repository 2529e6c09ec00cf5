"""The family `generations`: a new-api relay, whose envelope holds its task."""

from __future__ import annotations

from urllib.parse import unquote

from hingtui.demo.billing import subscription, usage
from hingtui.demo.exchange import Request, Response, json_response
from hingtui.demo.families.family import Family, Site
from hingtui.demo.families.videos import content, invalid_url
from hingtui.demo.job import Job
from hingtui.model.video import Status

_WORDS = {
    Status.QUEUED: "QUEUED",
    Status.GENERATING: "IN_PROGRESS",
    Status.READY: "SUCCESS",
    Status.FAILED: "FAILURE",
    Status.EXPIRED: "SUCCESS",
}
_QUOTA = 500_000
"""Units of quota in one USD, new-api's default."""
_ROWS = 1_000_000
"""Rows of the relay's database."""


def task_object(job: Job, now: float, link: str) -> dict[str, object]:
    """The task at `now`. Its `id` is a row in the relay's database: `task_id` is the task's."""
    status = job.status(now)
    is_over = status.is_final
    has_file = status in (Status.READY, Status.EXPIRED)
    started_at = job.created_at + job.queued_for
    return {
        "id": int(job.created_at) % _ROWS,
        "created_at": int(job.created_at),
        "updated_at": int(min(now, job.finished_at)),
        "task_id": job.id,
        "platform": "54",
        "user_id": 1,
        "group": "default",
        "channel_id": 8,
        "quota": 0 if status is Status.FAILED else round(job.cost * _QUOTA),
        "action": "generate",
        "status": _WORDS[status],
        "fail_reason": job.error[1] if status is Status.FAILED and job.error else "",
        "result_url": link if has_file else "",
        "submit_time": int(job.created_at),
        "start_time": 0 if status is Status.QUEUED else int(started_at),
        "finish_time": int(job.finished_at) if is_over else 0,
        "progress": "100%" if is_over else f"{int(job.progress(now))}%",
        "properties": {
            "input": job.prompt,
            "upstream_model_name": job.model,
            "origin_model_name": job.model,
        },
        "data": {"content": {"video_url": link}} if has_file else None,
    }


def new_api_error(status: int, message: str, code: str = "") -> Response:
    """An error as new-api writes it."""
    error = {"message": message, "type": "new_api_error", "param": "", "code": code}
    return json_response(status, {"error": error})


def _respond(site: Site, path: str, request: Request) -> Response:
    """The relay has no list for tokens, and no route for one video in the family `videos`."""
    match path.split("/")[1:]:
        case ["v1", "video", "generations", name]:
            return _task(site, unquote(name), request)
        case ["v1", "videos", name, "content"]:
            if job := site.jobs.find(unquote(name), request.at):
                return content(site, job, request, new_api_error)
            return new_api_error(404, "task not found", "task_not_exist")
        case ["v1", "dashboard", "billing", "subscription"]:
            return subscription(site.limit)
        case ["v1", "dashboard", "billing", "usage"]:
            return usage(site.jobs.listed(request.at), request.at)
    return invalid_url(path)


def _task(site: Site, video_id: str, request: Request) -> Response:
    job = site.jobs.find(video_id, request.at)
    if job is None:
        payload = {"code": "task_not_exist", "message": "task_not_exist", "data": None}
        return json_response(400, payload)
    link = site.storage.link(job, job.expires_at)
    task = task_object(job, request.at, link)
    return json_response(200, {"code": "success", "message": "", "data": task})


GENERATIONS = Family(
    prefix="/v1/",
    error=new_api_error,
    unauthorized=new_api_error(401, "无效的令牌"),
    respond=_respond,
    request_id="X-Oneapi-Request-Id",
)
