"""Which notifications this terminal understands, and the escape sequences of them.

What a terminal can do cannot be asked for, so it is taken from the environment. A terminal that is
not known gets none of these: some would print them, or show the text of one as a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

BELL = "\x07"
PUSH_TITLE, POP_TITLE = "\x1b[22;0t", "\x1b[23;0t"
"""Keep the window's title, and bring it back. Terminals without a memory for it ignore both."""
NO_PROGRESS = "\x1b]9;4;0\x1b\\"
_END = "\x1b\\"
_LONGEST = 200
"""Characters of a title or a text. Terminals limit the length of a sequence."""
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f]")

_SETS_TITLE = re.compile(
    r"(?:xterm|rxvt|tmux|alacritty|foot|konsole|vte|gnome|st|wezterm|contour|mlterm|iterm2?)\b"
)
"""Names (TERM) of terminals that take a window title by OSC 2."""
_MULTIPLEXED = re.compile(r"(?:screen|tmux)\b")


class Notification(Enum):
    """How a terminal is asked for a desktop notification."""

    NONE = "none"
    OSC_9 = "osc9"
    """iTerm2's."""
    OSC_99 = "osc99"
    """kitty's."""
    OSC_777 = "osc777"
    """rxvt's, with a title."""


@dataclass(frozen=True, slots=True)
class TerminalFeatures:
    """What can be sent to a terminal."""

    notification: Notification = Notification.NONE
    needs_bell: bool = True
    """Whether it may show no notification: it has none, or only some builds of it have."""
    has_title: bool = False
    has_progress: bool = False
    """Whether it shows a progress (OSC 9;4) in its tab or on the taskbar."""
    is_in_tmux: bool = False
    """Whether notifications have to pass through tmux."""


def terminal_features(environ: Mapping[str, str]) -> TerminalFeatures:
    """What the terminal of this environment is known to understand."""
    term = environ.get("TERM", "")
    if "TMUX" in environ or "STY" in environ or _MULTIPLEXED.match(term):
        # tmux drops notifications unless `allow-passthrough` is on; its bell marks the window.
        is_tmux = "TMUX" in environ or term.startswith("tmux")
        return TerminalFeatures(has_title=is_tmux, is_in_tmux=is_tmux)
    has_title = _SETS_TITLE.match(term) is not None
    if not has_title and term not in ("xterm-kitty", "xterm-ghostty"):
        return TerminalFeatures()  # dumb, linux, unknown: whatever else the environment says
    return replace(_of_program(environ, term), has_title=True)


def _of_program(environ: Mapping[str, str], term: str) -> TerminalFeatures:
    """By the program's own variables, or by its name in TERM, all that is left over ssh."""
    program = environ.get("TERM_PROGRAM", "")
    version = environ.get("TERM_PROGRAM_VERSION", "")
    sends = TerminalFeatures(needs_bell=False)
    if term == "xterm-kitty" or "KITTY_WINDOW_ID" in environ:
        return replace(sends, notification=Notification.OSC_99)
    if term == "xterm-ghostty" or program == "ghostty":
        has_progress = _numbers(version) >= (1, 2)
        return replace(sends, notification=Notification.OSC_777, has_progress=has_progress)
    if program == "WezTerm" or "WEZTERM_PANE" in environ or term == "wezterm":
        # Its version is a date; before 2025 a progress was shown as a message.
        has_progress = _numbers(version) >= (20250301,)
        return replace(sends, notification=Notification.OSC_777, has_progress=has_progress)
    if program == "iTerm.app":
        has_progress = _numbers(version) >= (3, 6, 6)
        return replace(sends, notification=Notification.OSC_9, has_progress=has_progress)
    if term.startswith(("foot", "rxvt-unicode")):
        is_foot = term.startswith("foot")  # rxvt needs an extension
        return TerminalFeatures(notification=Notification.OSC_777, needs_bell=not is_foot)
    if vte := environ.get("VTE_VERSION", ""):
        # Only some systems build VTE with notifications; the others ignore them.
        has_progress = _numbers(vte) >= (8000,)
        return TerminalFeatures(notification=Notification.OSC_777, has_progress=has_progress)
    if "WT_SESSION" in environ or environ.get("ConEmuANSI") == "ON":
        return TerminalFeatures(has_progress=True)
    return TerminalFeatures()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def notification_sequence(
    features: TerminalFeatures, title: str, text: str, *, topic: str = "hingtui"
) -> str:
    """The sequence that shows a desktop notification; "" where the terminal has none.

    In kitty it replaces the earlier one of the same topic (a word of ASCII letters).
    """
    title, text = _safe(title), _safe(text)
    match features.notification:
        case Notification.OSC_9:
            # The title first: a text that began with a digit would be another command.
            sequence = f"\x1b]9;{title}: {text}{_END}"
        case Notification.OSC_99:
            name = f"i={topic}:o=unfocused"
            sequence = f"\x1b]99;{name}:d=0;{title}{_END}\x1b]99;{name}:p=body;{text}{_END}"
        case Notification.OSC_777:
            sequence = f"\x1b]777;notify;{title};{text}{_END}"
        case _:
            return ""
    return _through_tmux(sequence) if features.is_in_tmux else sequence


def title_sequence(title: str) -> str:
    """The sequence that sets the title of the window and of its tab."""
    return f"\x1b]0;{_safe(title)}{_END}"


def progress_sequence(percent: int | None, *, is_waiting: bool = False) -> str:
    """The sequence that shows a progress; None: that there is none any more."""
    if percent is None:
        return NO_PROGRESS
    return f"\x1b]9;4;{4 if is_waiting else 1};{max(0, min(100, percent))}{_END}"


def _through_tmux(sequence: str) -> str:
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}{_END}"


def _safe(text: str) -> str:
    """One line without control characters, and without the `;` that separates fields."""
    return _UNSAFE.sub(" ", text).replace(";", ",")[:_LONGEST]
