"""Find the cause of a failure in a gateway's code and words, and say it plainly.

What is only guessed says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from hingtui.model.failures.access import ACCESS
from hingtui.model.failures.cause import Cause
from hingtui.model.failures.making import MAKING
from hingtui.model.failures.moderation import MODERATION
from hingtui.model.video import Status, Video, VideoError
from hingtui.text.i18n import _

CAUSES: tuple[Cause, ...] = (*MODERATION, *ACCESS, *MAKING)
"""The first that fits counts: the special ones stand before the general ones."""
_REFUNDS = ("refund", "退款", "退还", "返还", "not charged", "未扣费", "不扣费")


def gateway_says(error: VideoError | None) -> str:
    """The gateway's own words as a quotation, with its code; a sentence where it gave none."""
    if error is None or not (error.message or error.code):
        return _("The gateway does not say why.")
    if not error.message:
        return _("The gateway says: {code}").format(code=error.code)
    if not error.code:
        return _("The gateway says: “{words}”").format(words=error.message)
    text = _("The gateway says: “{words}” ({code})")
    return text.format(words=error.message, code=error.code)


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A cause, and how certain it is."""

    cause: Cause
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A video that failed, explained; all texts in the language in use."""

    name: str
    """The name of its cause; "unknown" where there is none."""
    short: str
    """A few words for a narrow place; "" where the cause is not known."""
    what: str
    """One sentence on what happened; "" where the cause is not known."""
    step: str
    money: str
    """What is known about its cost; "" where the gateway says nothing about that."""


def explain_failure(video: Video) -> Failure | None:
    """Why a failed video failed; None for any other."""
    if video.status is not Status.FAILED:
        return None
    error = video.error
    code, message = (error.code, error.message) if error is not None else ("", "")
    # Some gateways give no reason but a word of their own, such as `timeout`.
    found = find_cause(code, message) or find_cause(video.raw_status, "")
    money = _money(video, message)
    if found is None:
        step = _("Ask for it again where you made it; if it stays, ask the gateway's support.")
        return Failure("unknown", "", "", step, money)
    cause = found.cause
    what = _(cause.what)
    if found.is_guess:
        what = _("This is a guess: {sentence}").format(sentence=what)
    return Failure(cause.name, _(cause.short), what, _(cause.step), money)


def cause_of_refusal(code: str, message: str) -> Cause | None:
    """The cause for which a request was refused; None where it is not certain."""
    found = find_cause(code, message)
    return None if found is None or found.is_guess or not found.cause.request_step else found.cause


@lru_cache(maxsize=512)
def find_cause(code: str, message: str) -> FoundCause | None:
    """The cause for this code and message of a gateway; None if neither says one."""
    word, text = _plain(code), message.lower()
    for cause in CAUSES:
        if _has_code(cause, word, text) or _holds(text, cause.words):
            return FoundCause(cause)
    for cause in CAUSES:
        if _holds(text, cause.hints) or code.lower() in cause.hints:
            return FoundCause(cause, is_guess=True)
    return None


def _has_code(cause: Cause, word: str, text: str) -> bool:
    if word and any(word.startswith(_plain(code)) for code in cause.codes):
        return True
    return bool(text) and any(code.lower() in text for code in cause.codes if _is_odd(code))


def _is_odd(code: str) -> bool:
    """Whether this is no word of an ordinary sentence."""
    return re.search(r"[_.:]|[a-z][A-Z]", code) is not None


def _holds(text: str, words: Iterable[str]) -> bool:
    """Whether a word stands in the text; a number only as a whole."""
    return any(
        word in text if not word.isdigit() else re.search(rf"\b{word}\b", text) for word in words
    )


@cache
def _plain(code: str) -> str:
    """A code without what gateways write differently: case, blanks, `-`, `_`."""
    return re.sub(r"[\s_-]", "", code).lower()


def _money(video: Video, message: str) -> str:
    """What is known about the cost of a video that failed."""
    if _holds(message.lower(), _REFUNDS):
        return _("The gateway's message mentions a refund.")
    if video.cost is None:
        return ""
    if video.cost.amount == 0:
        return _("The gateway reports a cost of 0: it was refunded, or never charged.")
    text = _("The gateway still reports {cost}: look in its console whether that is refunded.")
    return text.format(cost=video.cost.text)
