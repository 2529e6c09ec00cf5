"""Find out with one request whether a gateway accepts a token.

Must not import Textual or httpx: it is tested without a screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from hingtui.model.errors import ApiError, NotFound, NotOffered, Rejected, Scope
from hingtui.model.explain import diagnose
from hingtui.model.no_list import lacks_list
from hingtui.text.i18n import _
from hingtui.ui.advice import sentences

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api

_log = logging.getLogger(__name__)


async def check_token(make_api: Callable[[str], Api], token: str, video_id: str | None) -> str:
    """Why `token` is not proven to work, as a sentence; "" if it is. `make_api` may block."""
    try:
        api = await asyncio.to_thread(make_api, token)
    except Exception:  # noqa: BLE001 - it can be used unproven; what went wrong can be secret
        _log.exception("no client could be made")
        return _("Something unexpected went wrong inside hingtui; the details are in its log.")
    try:
        problem = await _token_problem(api, video_id)
    finally:
        await api.aclose()
    return "" if problem is None else problem_text(problem)


async def _token_problem(api: Api, video_id: str | None) -> ApiError | None:
    """Why `api`'s token is not proven to work; None if the gateway answers with it.

    It asks for one entry of the account's list. Where the gateway has no list, or the token may not
    read it, it asks about the watched video `video_id`, if there is any.
    """
    try:
        await api.list_page(limit=1)
    except ApiError as error:
        if lacks_list(error):
            return error if video_id is None else await _problem_with_video(api, video_id)
        if error.scope is Scope.TOKEN and video_id is not None and error.http_status == 403:
            return await _problem_with_video(api, video_id)
        return error
    return None


async def _problem_with_video(api: Api, video_id: str) -> ApiError | None:
    try:
        await api.retrieve(video_id)
    except ApiError as error:
        return error
    return None


def problem_text(problem: Exception) -> str:
    """What is known of a token that is not proven to work, with the gateway's own words."""
    if isinstance(problem, NotFound | NotOffered | Rejected):
        return _("The gateway answers, but not whether the token is right.")
    diagnosis = diagnose(problem, of_all=True)
    return sentences(diagnosis.what, details=diagnosis.details)
