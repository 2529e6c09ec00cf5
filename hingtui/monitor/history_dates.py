"""Read the dates of a person's words for the history: days, months, and times ago.

Dates are those of this machine. Days that this machine's clock cannot reach, such as those of the
years 1 and 9999, are taken as they stand in UTC.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from hingtui.text.cell_width import repeated
from hingtui.text.i18n import _, in_all_languages, mark

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?")
_AGO = re.compile(r"(\d{1,9})(d|天|h|小时|w|周)")
_SECONDS = {"d": 86_400, "天": 86_400, "h": 3600, "小时": 3600, "w": 604_800, "周": 604_800}
_TODAY, _YESTERDAY = mark("today"), mark("yesterday")


class BadDate(ValueError):
    """A word that should be a date and is none: one sentence with an example."""


def is_day_word(word: str) -> bool:
    """Whether it is a word for today or yesterday, in any language."""
    return word.casefold() in (*_words_of(_TODAY), *_words_of(_YESTERDAY))


def read_span(word: str, now: float, shown: str) -> tuple[float, float]:
    """When a day, a month or a time ago begins and ends, in Unix seconds like `now`.

    Raises BadDate, which repeats what the person wrote (`shown`).
    """
    word = word.casefold()
    today = datetime.fromtimestamp(now).astimezone().date()
    if word in _words_of(_TODAY):
        return _days(today.year, today.month, today.day)
    if word in _words_of(_YESTERDAY):
        day = today - timedelta(days=1)
        return _days(day.year, day.month, day.day)
    if (ago := _AGO.fullmatch(word)) is not None:
        moment = now - int(ago[1]) * _SECONDS[ago[2]]
        return moment, moment
    if (date := _DAY.fullmatch(word)) is None:
        sentence = _("{word} is no date. Write since:2026-11-20, since:7d or today.")
        raise BadDate(sentence.format(word=repeated(shown)))
    year, month, day_of_month = int(date[1]), int(date[2]), int(date[3]) if date[3] else None
    _check(year, month, day_of_month, shown)
    return _days(year, month, day_of_month)


def check_is_wanted(shown: str, *, is_wanted: bool) -> None:
    """Raise BadDate where a date has a `!` before it: what would be left are two spans."""
    if not is_wanted:
        sentence = _("{word}: no ! goes before a date. Write until:2026-11-20, say.")
        raise BadDate(sentence.format(word=repeated(shown)))


def contradiction(since: float | None, until: float | None, words: str, now: float) -> str:
    """Why no video can be between these times, whatever was watched; "" if one could be.

    `words` are the person's words for both.
    """
    shown = repeated(words)
    if since is not None and until is not None and since > until:
        sentence = _("{words}: this ends before it begins. Swap the two dates.")
        return sentence.format(words=shown)
    if since is not None and since > now:
        sentence = _("{words}: this is still to come. Write since:7d, say.")
        return sentence.format(words=shown)
    return ""


def _check(year: int, month: int, day: int | None, shown: str) -> None:
    """Raise BadDate if there is no such day."""
    sentence = ""
    if year == 0:
        sentence = _("{word}: there is no year 0. Write since:2026-11-20, say.")
    elif not 1 <= month <= 12:
        sentence = _("{word}: the months are 1 to 12. Write since:2026-11-20, say.")
    elif day is not None and not 1 <= day <= monthrange(year, month)[1]:
        sentence = _("{word}: the days of that month are 1 to {last}. Write since:2026-11-20, say.")
        raise BadDate(sentence.format(word=repeated(shown), last=monthrange(year, month)[1]))
    if sentence:
        raise BadDate(sentence.format(word=repeated(shown)))


def _days(year: int, month: int, day: int | None) -> tuple[float, float]:
    """When a day begins and ends here; without `day`, a month."""
    begin = datetime(year, month, day or 1)  # noqa: DTZ001 - this machine's zone follows
    length = timedelta(days=monthrange(year, month)[1] if day is None else 1)
    try:
        return _moment(begin), _moment(begin + length)
    except OverflowError:  # the last day of the last year
        return _moment(begin), _moment(begin) + length.total_seconds()


def _moment(local: datetime) -> float:
    try:
        return local.astimezone().timestamp()
    except (ValueError, OverflowError, OSError):  # outside of what this machine's clock has
        return local.replace(tzinfo=UTC).timestamp()


def _words_of(marked: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in in_all_languages(marked))
