"""Tell from a response whether the path that was asked exists at this gateway.

A gateway without a path answers 404, 405, 501, or with a web page: its start page, as a rule. One
that has the path and not the video answers in JSON that it knows no such video.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hingtui.api.error_text import server_message
from hingtui.api.fields import load_json
from hingtui.api.response_errors import Response, is_unknown_id, is_web_page

_ABOUT_PATH = re.compile(
    r"(?i)invalid url|unknown url|\b(?:route|path|endpoint|page|method)\b|cannot (?:get|find /)"
    r"|/v1/|\bapi\b.*not (?:found|exist)|路由|路径|接口|页面"
)
"""What an error says about the path, and not about the id in it."""
_REQUEST_ID = re.compile(r"(?i)request[ _-]?id\W*\S+")
_ABOUT_ID = re.compile(
    r"(?i)(?:^|[^a-z])(?:video|task|job|generation|operation|id)s?(?:[^a-z]|$)|任务|视频|作业"
)


def has_route(response: Response, video_id: str) -> bool | None:
    """Whether the path exists at which `video_id` was asked about; None if that is unclear.

    It is for responses without a video in them.
    """
    status = response.status
    if status in (405, 501):
        return False
    try:
        payload: object = load_json(response.body)
    except (ValueError, RecursionError):
        is_page = is_web_page(response) and 200 <= status < 300
        return False if status == 404 or is_page else None
    if not (status in (400, 404) or 200 <= status < 300):
        return None
    if isinstance(payload, Mapping | str) and is_about_id(payload, video_id):
        return True
    return False if status == 404 else None


def is_about_id(payload: object, video_id: str) -> bool:
    """Whether an error says that there is no such video, and not that there is no such path."""
    message, code = server_message(payload)
    if is_unknown_id(code):
        return True
    if _ABOUT_PATH.search(message):
        return False
    words = _REQUEST_ID.sub("", f"{code} {message}")
    return video_id in words or _ABOUT_ID.search(words) is not None
