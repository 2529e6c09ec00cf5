"""What is looked for in the history, and the SQL that finds it.

Words of three letters and more are looked up in the index of all sequences of three; shorter ones,
such as most Chinese words, in the texts themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from hingtui.storage.history.record import HistoryState
from hingtui.storage.history.schema import has_word_index

_INDEXED = 3
"""Letters of the shortest word that the index knows."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; a video has to meet all."""

    word: str = ""
    """Is looked for in the texts of `field`; any case."""
    field: str = ""
    """`prompt`, `model`, `gateway`, `id`, `error`, `size`; "" for all of them but the gateway."""
    states: frozenset[HistoryState] = frozenset()
    """Or the video is in one of these states."""
    is_wanted: bool = True
    """Whether the video has to meet it, or must not."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which videos of the history are wanted."""

    terms: tuple[Term, ...] = ()
    since: float | None = None
    """Unix seconds: created at that time or later."""
    until: float | None = None
    """Created before that."""

    @property
    def is_all(self) -> bool:
        """Whether every video meets it."""
        return not self.terms and self.since is None and self.until is None


Condition = tuple[str, list[object]]
"""A condition of SQL and the values for its question marks."""

_COLUMNS = {"model": "model", "gateway": "gateway", "id": "id", "size": "size"}
_TEXTS = {"prompt": ("prompt",), "error": ("error_code", "error_message")}
_SAMPLE = 1000
"""Videos, the last ones, by which is judged how common a word is."""
_COMMON = 100
"""Of these: so many hold a common word."""


def condition(db: sqlite3.Connection, wanted: Search, now: float) -> Condition:
    """The condition on the table `videos`; `now` (Unix seconds) decides what has expired."""
    has_index = has_word_index(db)
    parts: list[str] = []
    values: list[object] = []
    for moment, comparison in ((wanted.since, ">="), (wanted.until, "<")):
        if moment is not None:
            parts.append(f"began_at {comparison} ?")
            values.append(moment)
    for term in wanted.terms:
        part, more = _term(db, term, now, has_index=has_index)
        parts.append(part if term.is_wanted else f"NOT ({part})")
        values += more
    return " AND ".join(parts) or "1", values


def _term(db: sqlite3.Connection, term: Term, now: float, *, has_index: bool) -> Condition:
    parts: list[str] = []
    values: list[object] = []
    if term.word:
        part, values = _word(db, term.word, term.field, has_index=has_index)
        parts.append(part)
    for state in term.states:
        part, more = state_condition(state, now)
        parts.append(part)
        values += more
    return f"({' OR '.join(parts)})" if parts else "0", values


def state_condition(state: HistoryState, now: float) -> Condition:
    """What holds for the videos in this state at `now`."""
    if state is HistoryState.EXPIRED:
        return "(state = 'expired' OR (state = 'ready' AND gone_at <= ?))", [now]
    if state is HistoryState.READY:
        return "(state = 'ready' AND (gone_at IS NULL OR gone_at > ?))", [now]
    return "state = ?", [state.value]


def _word(db: sqlite3.Connection, word: str, field: str, *, has_index: bool) -> Condition:
    if field in _COLUMNS:
        return _contains([_COLUMNS[field]], word)
    if has_index and len(word) >= _INDEXED and field != "error":
        phrase = '"{}"'.format(word.replace('"', '""'))
        match = f"{{prompt}} : {phrase}" if field == "prompt" else phrase
        return "n IN (SELECT rowid FROM words WHERE words MATCH ?)", [match]
    inside, values = _contains(_TEXTS.get(field, ("prompt", "rest")), word)
    if _is_common(db, inside, values):  # soon enough are found, from the last one backwards
        return f"EXISTS (SELECT 1 FROM texts WHERE texts.n = videos.n AND {inside})", values
    return f"n IN (SELECT n FROM texts WHERE {inside})", values


def _is_common(db: sqlite3.Connection, inside: str, values: list[object]) -> bool:
    sample = (
        f"SELECT prompt, rest, error_code, error_message FROM texts ORDER BY n DESC LIMIT {_SAMPLE}"
    )
    counted = db.execute(f"SELECT count(*) FROM ({sample}) WHERE {inside}", values)
    return bool(counted.fetchone()[0] >= _COMMON)


def _contains(columns: Sequence[str], word: str) -> Condition:
    """One of the columns holds the word. SQLite's LIKE ignores the case of ASCII letters only."""
    cases = {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}
    patterns = [f"%{_escaped(one)}%" for one in sorted(cases)]
    parts = [f"{column} LIKE ? ESCAPE '\\'" for column in columns for _pattern in patterns]
    return f"({' OR '.join(parts)})", [*patterns] * len(columns)


def _escaped(word: str) -> str:
    for char in "\\%_":
        word = word.replace(char, f"\\{char}")
    return word
