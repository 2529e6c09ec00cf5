"""What a person's words look for in the history: as in the dashboard's filter, and dates.

`since:2026-11-20`, `until:2026-11-27` (that day included), `since:7d`, `since:12h`; `today` and
`yesterday` stand alone too. Dates are those of this machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from hingtui.monitor.state_words import row_state_words
from hingtui.monitor.status_counts import RowState
from hingtui.storage.history import HistoryState, Search, Term
from hingtui.text.i18n import in_all_languages, mark

_NOT = ("!", "！")
_COLON = re.compile("[:：]")
_FIELDS = ("status", "prompt", "model", "gateway", "id", "error", "size")
_DATES = ("since", "until")
_DAY = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_AGO = re.compile(r"(\d{1,4})([dh])", re.IGNORECASE)
_TODAY, _YESTERDAY, _LOST = mark("today"), mark("yesterday"), mark("lost")


@dataclass(frozen=True, slots=True)
class HistoryWords:
    """What was understood of a person's words."""

    wanted: Search
    unclear: tuple[str, ...] = ()
    """Words that should be dates and are none: they are left out."""
    highlighted: tuple[str, ...] = ()
    """Words, casefolded, that stand in the prompts."""


def parse_history_words(text: str, now: float) -> HistoryWords:
    """What the words look for; `now` is in Unix seconds. Any text can be looked for."""
    wanted = Search()
    terms: list[Term] = []
    unclear: list[str] = []
    for part in text.split():
        is_wanted = not part.startswith(_NOT)
        word = part if is_wanted else part[1:]
        name, *rest = _COLON.split(word, maxsplit=1)
        field = name.casefold()
        if rest and field in _DATES:
            span = _span(rest[0], now)
            if span is None:
                unclear.append(part)
            elif field == "since":
                wanted = replace(wanted, since=span[0])
            else:
                wanted = replace(wanted, until=span[1])
        elif not rest and is_wanted and _is_day_word(word):
            since, until = _span(word, now) or (None, None)
            wanted = replace(wanted, since=since, until=until)
        elif rest and field in _FIELDS:
            terms += [_term(rest[0], field, is_wanted=is_wanted)] if rest[0] else []
        elif word:
            terms.append(_term(word, "", is_wanted=is_wanted))
    shown = [term.word for term in terms if term.is_wanted and term.field in ("", "prompt")]
    return HistoryWords(
        replace(wanted, terms=tuple(terms)), tuple(unclear), tuple(word for word in shown if word)
    )


def _term(word: str, field: str, *, is_wanted: bool) -> Term:
    word = word.casefold()
    states = frozenset[HistoryState]()
    if field in ("", "status"):
        states = frozenset(state for state in HistoryState if word in history_state_words(state))
    if field == "status":
        return Term("", field, states, is_wanted)
    return Term(word, field, states, is_wanted)


@cache
def history_state_words(state: HistoryState) -> str:
    """The words for a state in every language, casefolded."""
    words = row_state_words(RowState(state.value))
    if state is HistoryState.EXPIRED:
        words += in_all_languages(_LOST)
    return "\n".join(words).casefold()


def _is_day_word(word: str) -> bool:
    return word.casefold() in (*_words_of(_TODAY), *_words_of(_YESTERDAY))


def _words_of(marked: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in in_all_languages(marked))


def _span(word: str, now: float) -> tuple[float, float] | None:
    """When a day, a month or a time ago begins and ends, in Unix seconds; None for another word."""
    word = word.casefold()
    try:
        today = datetime.fromtimestamp(now).astimezone().date()
        if word in _words_of(_TODAY):
            return _days(today.year, today.month, today.day)
        if word in _words_of(_YESTERDAY):
            day = today - timedelta(days=1)
            return _days(day.year, day.month, day.day)
        if (ago := _AGO.fullmatch(word)) is not None:
            moment = now - int(ago[1]) * (86_400 if ago[2] == "d" else 3600)
            return moment, moment
        if (date := _DAY.fullmatch(word)) is not None:
            return _days(int(date[1]), int(date[2]), int(date[3]) if date[3] else None)
    except (ValueError, OverflowError, OSError):  # no such day
        return None
    return None


def _days(year: int, month: int, day: int | None) -> tuple[float, float]:
    """When a day begins and ends here; without `day`, a month. Raises ValueError."""
    start = datetime(year, month, day or 1)  # noqa: DTZ001 - this machine's zone follows
    if day is not None:
        end = start + timedelta(days=1)
    else:
        end = (start + timedelta(days=32)).replace(day=1)
    return start.astimezone().timestamp(), end.astimezone().timestamp()
