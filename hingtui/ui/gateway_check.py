"""Ask a gateway that was typed whether it can be used, before it is saved.

Must not import Textual or httpx: it is tested without a screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from hingtui.model.errors import (
    ApiError,
    BadResponse,
    NotFound,
    Rejected,
    Scope,
    SettingsError,
    Unauthorized,
)
from hingtui.model.no_list import lacks_list, no_list
from hingtui.storage.settings import GatewaySettings
from hingtui.text.i18n import _, ngettext
from hingtui.ui.token_check import problem_text

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a gateway answered."""

    sentence: str
    is_problem: bool = False
    """Whether something is wrong, and not only unknown."""
    has_list: bool = False
    """Whether the account's list was read, so that it can be followed."""
    lacks_list: bool = False
    """Whether the gateway has said that there is none."""


async def ask_gateway(
    make_api: Callable[[GatewaySettings], Api], gateway: GatewaySettings, video_id: str | None
) -> Checked:
    """Whether `gateway` can be used, with one or two requests. `make_api` may block.

    `video_id` is a video that it should know, for a gateway without a list.
    """
    try:
        api = await asyncio.to_thread(make_api, gateway)
    except SettingsError as error:
        return Checked(str(error), is_problem=True)
    except Exception:  # noqa: BLE001 - it can be saved untested; what went wrong can be secret
        _log.exception("no client could be made")
        words = _("Something unexpected went wrong inside hingtui; the details are in its log.")
        return Checked(words, is_problem=True)
    try:
        return await _checked(api, video_id, has_token=bool(gateway.token))
    finally:
        await api.aclose()


async def _checked(api: Api, video_id: str | None, *, has_token: bool) -> Checked:
    try:
        page = await api.list_page()
    except Unauthorized as error:
        words = problem_text(error) if has_token else _("It requires a token: type it above.")
        return Checked(words, is_problem=True)
    except ApiError as error:
        if lacks_list(error):
            return await _without_list(api, video_id, error)
        if error.scope is Scope.TOKEN and error.http_status == 403 and video_id is not None:
            return await _without_list(api, video_id, error)
        return Checked(problem_text(error), is_problem=True)
    n = len(page.videos)
    if page.last_id is not None:
        sentence = _("It works and has a list: more than {n} videos.")
        return Checked(sentence.format(n=n), has_list=True)
    sentence = ngettext(
        "It works and has a list: {n} video.", "It works and has a list: {n} videos.", n
    )
    return Checked(sentence.format(n=n), has_list=True)


async def _without_list(api: Api, video_id: str | None, why: ApiError) -> Checked:
    """Ask about one video; without one nothing more is known than why there is no list."""
    if video_id is None:
        if isinstance(why, BadResponse) and not isinstance(why, Rejected):
            return Checked(problem_text(why), is_problem=True)
        if why.http_status == HTTPStatus.OK:
            words = _("It sends a web page instead of a list of videos. Check the base URL.")
            return Checked(words, is_problem=True)
        words = _("{no_list} It cannot be tested until you watch a video there.")
        return Checked(words.format(no_list=no_list(why)), lacks_list=True)
    try:
        await api.retrieve(video_id)
    except NotFound:
        sentence = _("It answers, but does not know {id}: is it the token of that account?")
        return Checked(sentence.format(id=video_id), is_problem=True)
    except ApiError as error:
        return Checked(problem_text(error), is_problem=True)
    words = _("{no_list} It works: add its videos by their ids.")
    return Checked(words.format(no_list=no_list(why)), lacks_list=True)
