"""What a person's words look for in the history: as in the dashboard's filter, and dates.

`since:2026-11-20`, `until:2026-11-27` (that day included), `since:7d`, `since:12h`; `today` and
`yesterday` stand alone too. The dates are read in `history_dates`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from hingtui.monitor.history_dates import (
    BadDate,
    check_is_wanted,
    contradiction,
    is_day_word,
    read_span,
)
from hingtui.monitor.state_words import row_state_words
from hingtui.monitor.status_counts import RowState
from hingtui.storage.history import HistoryState, Search, Term
from hingtui.text.i18n import in_all_languages, mark

_NOT = ("!", "！")
_COLON = re.compile("[:：]")
_FIELDS = ("status", "prompt", "model", "gateway", "id", "error", "size")
_DATES = ("since", "until")
_LOST = mark("lost")


@dataclass(frozen=True, slots=True)
class HistoryWords:
    """What was understood of a person's words."""

    wanted: Search
    problem: str = ""
    """What is wrong with the first date that is, and an example; "" if all are right. A word that
    is no date is left out."""
    highlighted: tuple[str, ...] = ()
    """Words, casefolded, that stand in the prompts."""


def parse_history_words(text: str, now: float) -> HistoryWords:
    """What the words look for; `now` is in Unix seconds. Any text can be looked for."""
    wanted = Search()
    terms: list[Term] = []
    problem = ""
    dates: dict[str, str] = {}
    """The last word that set a limit, by the limit."""
    for part in text.split():
        is_wanted = not part.startswith(_NOT)
        word = part if is_wanted else part[1:]
        name, *rest = _COLON.split(word, maxsplit=1)
        field = name.casefold()
        is_day = not rest and is_wanted and is_day_word(word)
        if is_day or (rest and field in _DATES):
            try:
                check_is_wanted(part, is_wanted=is_wanted)
                since, until = read_span(rest[0] if rest else word, now, part)
            except BadDate as error:
                problem = problem or str(error)
                continue
            if is_day or field == "since":
                wanted, dates["since"] = replace(wanted, since=since), part
            if is_day or field == "until":
                wanted, dates["until"] = replace(wanted, until=until), part
        elif rest and field in _FIELDS:
            terms += [_term(rest[0], field, is_wanted=is_wanted)] if rest[0] else []
        elif word:
            terms.append(_term(word, "", is_wanted=is_wanted))
    words = " ".join(dict.fromkeys(dates.values()))
    problem = problem or contradiction(wanted.since, wanted.until, words, now)
    shown = [term.word for term in terms if term.is_wanted and term.field in ("", "prompt")]
    return HistoryWords(
        replace(wanted, terms=tuple(terms)), problem, tuple(word for word in shown if word)
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
