"""The words for an error and the next step, as the user reads them. `explain` finds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Step(Enum):
    """Something to do in hingtui. The screen names the key for it, the command line the command."""

    RESUME = "resume"
    """Go on with the download."""
    TRY_AGAIN = "try again"
    """Start the download again."""
    ASK_OR_DOWNLOAD = "ask or download"
    """Ask about the video again, or download it again."""
    TYPE_TOKEN = "type token"  # noqa: S105 - the name of a step
    """Give another token."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The next step; empty where waiting is all there is to do and the diagnosis says so."""

    text: str = ""
    """What happens automatically, or what to do outside hingtui: whole sentences."""
    step: Step | None = None
    """What to do in hingtui after that."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One error explained. No field holds a secret; `details` is cleaned."""

    short: str
    """A few words for a narrow place."""
    what: str
    """One sentence on what happened."""
    advice: Advice
    details: str = ""
    """The server's own words, where it had any."""
    request_id: str = ""
