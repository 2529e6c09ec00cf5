"""One cause of failures: by which codes and words of a gateway it is known, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a video failed, or why a request about it did."""

    name: str
    """A word for scripts, which does not change."""
    short: str
    """A few words for a narrow place; like the sentences in the language of the code."""
    what: str
    """One sentence on what happened."""
    step: str
    """What to do about a video that failed so."""
    request_step: str = ""
    """What to do where a request was refused so; "" where no request is."""
    codes: tuple[str, ...] = ()
    """Beginnings of error codes; those that are no ordinary words count within a message too."""
    words: tuple[str, ...] = ()
    """Texts in a message that leave no doubt, in lower case."""
    hints: tuple[str, ...] = ()
    """Texts in a message, or whole codes, from which the cause is only guessed."""
