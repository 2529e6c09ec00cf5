"""Say that a gateway has no list of the account's videos, or none that hingtui can read, and why.

A gateway without the route answers 404, 405 or 501; one that wants other parameters 400 or 422.
"""

from __future__ import annotations

from http import HTTPStatus

from hingtui.model.errors import ApiError, BadResponse, NotFound, NotOffered
from hingtui.model.quotation import quotation, shortened
from hingtui.text.i18n import _

_LONGEST = 160
"""Characters of the gateway's answer in a sentence: a toast and a dialog have to hold it."""


def lacks_list(error: Exception) -> bool:
    """Whether this error of a request for the list means that asking again does not help."""
    return isinstance(error, NotOffered | NotFound | BadResponse)


def no_list(error: Exception | None) -> str:
    """That there is no list, and what the gateway answered, as one sentence."""
    if reason := _reason(error):
        return _("This gateway has no list that hingtui can read ({reason}).").format(reason=reason)
    return _("This gateway has no list of the account's videos.")


def no_more_pages(error: Exception) -> str:
    """That the list broke off, although a page had come, as one sentence."""
    words = _("The gateway sends no further page of its list ({reason}).")
    return words.format(reason=_reason(error) or type(error).__name__)


def not_followed(gateway: str, error: Exception) -> str:
    """That an account cannot be followed, why, and what to do instead."""
    if reason := _reason(error):
        words = _(
            "{gateway} cannot be followed; add its videos by their ids. "
            "It has no list that hingtui can read ({reason})."
        )
        return words.format(gateway=gateway, reason=reason)
    words = _(
        "{gateway} cannot be followed; add its videos by their ids. "
        "It has no list of the account's videos."
    )
    return words.format(gateway=gateway)


def _reason(error: Exception | None) -> str:
    """What the gateway answered, or what is wrong with it; "" where it was not asked."""
    if not isinstance(error, ApiError) or error.http_status is None:
        return ""
    is_page = error.http_status == HTTPStatus.OK  # what is wrong is not the status
    text = error.message if is_page else quotation(error, separator=": ")
    return shortened(text, _LONGEST).rstrip(".。")
