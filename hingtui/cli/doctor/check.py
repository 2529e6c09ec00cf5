"""What one check has found. Nothing is hidden or printed here: see `report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hingtui.text.i18n import _


class State(Enum):
    """How a check has ended."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; hingtui works anyway."""
    PROBLEM = "problem"
    """Something does not work, or is not safe."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    check: str
    """What was checked: a word for scripts, such as `clock`. `check_word` is what people read."""
    state: State
    message: str
    """What was found: whole sentences."""
    next_step: str = ""
    """What to do about it, as a sentence; "" where there is nothing to do."""
    gateway: str | None = None
    """The gateway that it is about."""
    details: Mapping[str, object] = field(default_factory=dict, hash=False)
    """For scripts and support: what JSON can hold."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a check is about, to make the check from what is found."""

    check: str
    gateway: str | None = None
    details: Mapping[str, object] = field(default_factory=dict, hash=False)

    def ok(self, message: str) -> Check:
        """All is well."""
        return Check(self.check, State.OK, message, "", self.gateway, self.details)

    def note(self, message: str, next_step: str = "") -> Check:
        """Worth knowing."""
        return Check(self.check, State.NOTE, message, next_step, self.gateway, self.details)

    def problem(self, message: str, next_step: str) -> Check:
        """Something does not work, or is not safe."""
        return Check(self.check, State.PROBLEM, message, next_step, self.gateway, self.details)


def state_word(state: State) -> str:
    """The word for a state, in the language in use."""
    words = {State.OK: _("ok"), State.NOTE: _("note"), State.PROBLEM: _("problem")}
    return words[state]


def check_word(check: str) -> str:
    """The name of a check, in the language in use."""
    return {
        "settings": _("settings"),
        "token": _("token"),
        "route": _("route"),
        "name": _("name"),
        "connection": _("connection"),
        "encryption": _("encryption"),
        "api": _("API"),
        "access": _("token"),
        "list": _("list"),
        "clock": _("clock"),
        "rate_limit": _("rate limit"),
        "proxy": _("proxy"),
        "certificates": _("certificates"),
        "folder": _("folder"),
        "watchlist": _("watchlist"),
        "terminal": _("terminal"),
        "colors": _("colours"),
        "text": _("characters"),
        "focus": _("focus"),
        "notifications": _("notifications"),
        "images": _("pictures"),
        "versions": _("versions"),
        "time": _("time"),
    }[check]
