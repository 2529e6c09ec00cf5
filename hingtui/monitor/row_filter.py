"""Which rows a person's words choose: the words that the dashboard shows, in any language.

`word` matches anywhere in what is shown, `model:word` in one field only, `!word` what lacks it; a
row has to match all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from hingtui.model.explain import diagnose
from hingtui.monitor.row import Row
from hingtui.monitor.state_words import row_state_words, row_word
from hingtui.monitor.status_counts import RowState, row_state_of
from hingtui.text.i18n import in_all_languages, mark

_NOT = ("!", "！")
_COLON = re.compile("[:：]")
_KNOWN_HERE = ("gateway", "id", "tag", "batch")
"""Fields that no response changes; `gateway` is one of them once it is known."""
_UNVERIFIED = mark("unverified")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    word: str
    """Casefolded; "" matches everything."""
    field: str = ""
    """A key of `FIELDS`, "" for all that is shown."""
    is_wanted: bool = True
    """Whether the word has to be there, or must not be."""


@dataclass(frozen=True, slots=True)
class RowFilter:
    """All words of a filter."""

    terms: tuple[Term, ...] = ()

    def matches(self, row: Row, now: float, shown: str | None = None) -> bool:
        """Whether the row is chosen at `now` (Unix seconds on this machine's clock).

        `shown` is its `shown_text`, where the caller has kept it.
        """
        if shown is None and any(not term.field for term in self.terms):
            shown = shown_text(row, now)
        return all(
            (term.word in (_text(row, now, term.field) if term.field else shown or ""))
            is term.is_wanted
            for term in self.terms
        )

    def excludes(self, row: Row, now: float) -> bool:
        """Whether no response can make the row match: its tags, for example, do not match."""
        return any(
            (term.word in _text(row, now, term.field)) is not term.is_wanted
            for term in self.terms
            if term.field in _KNOWN_HERE and (term.field != "gateway" or row.gateway)
        )

    def highlighted(self, field: str) -> tuple[str, ...]:
        """The words that are looked for in a field, to be highlighted there."""
        return tuple(
            term.word
            for term in self.terms
            if term.is_wanted and term.word and term.field in ("", field)
        )


def parse_filter(text: str) -> RowFilter:
    """The filter that a person typed. Any text is one."""
    terms = []
    for part in text.split():
        is_wanted = not part.startswith(_NOT)
        word = part if is_wanted else part[1:]
        name, *rest = _COLON.split(word, maxsplit=1)
        field = name.casefold()
        if rest and field in FIELDS:
            word = rest[0]
        else:
            field = ""
        if word:
            terms.append(Term(word.casefold(), field, is_wanted))
    return RowFilter(tuple(terms))


def _status(row: Row, now: float) -> str:
    state = row_state_of(row, now)
    words = [_state_words(state), row_word(row, state)]
    if state is RowState.STALLED:
        words.append(_state_words(RowState.GENERATING))
    elif state in (RowState.ASKING, RowState.MISSING):  # as the header counts them
        words.append(_state_words(RowState.UNKNOWN))
    if row.saved is not None and not row.is_verified:
        words += in_all_languages(_UNVERIFIED)
    return "\n".join(words)


@cache
def _state_words(state: RowState) -> str:
    return "\n".join(row_state_words(state))


def _problem(row: Row, _now: float) -> str:
    """Why it failed, as the dashboard shows it."""
    from hingtui.model.failures import explain_failure  # not for the first picture

    texts = []
    if row.video is not None and row.video.error is not None:
        texts.append(row.video.error.message or row.video.error.code)
    if row.video is not None and (failure := explain_failure(row.video)) is not None:
        texts.append(failure.short)
    if row.download is not None and row.download.error is not None:
        texts.append(diagnose(row.download.error).short)
    elif row.last_error is not None:
        texts.append(diagnose(row.last_error.error).short)
    return "\n".join(texts)


def _size(row: Row, _now: float) -> str:
    video = row.video
    if video is None:
        return ""
    return video.size if video.seconds is None else f"{video.size} {video.seconds:g}s"


FIELDS: Mapping[str, Callable[[Row, float], str]] = {
    "status": _status,
    "model": lambda row, _now: row.video.model if row.video else "",
    "gateway": lambda row, _now: row.gateway,
    "prompt": lambda row, _now: row.video.prompt if row.video else "",
    "id": lambda row, _now: row.id,
    "error": _problem,
    "size": _size,
    "tag": lambda row, _now: "\n".join(row.tags),
    "batch": lambda row, _now: row.batch,
    "cost": lambda row, _now: row.video.cost.text if row.video and row.video.cost else "",
}
"""By name, the shown text of a row that a word of a filter may be confined to."""


def shown_text(row: Row, now: float, *, with_gateway: bool = False) -> str:
    """Everything in which a word without a field is looked for, casefolded.

    The gateway's name is part of it where it is shown; the cost is only looked for by its name.
    """
    left_out = ("cost",) if with_gateway else ("cost", "gateway")
    return "\n".join(
        field(row, now) for name, field in FIELDS.items() if name not in left_out
    ).casefold()


def _text(row: Row, now: float, field: str) -> str:
    return FIELDS[field](row, now).casefold()
