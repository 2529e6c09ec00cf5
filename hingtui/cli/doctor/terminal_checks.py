"""What the terminal can do: what it has answered is known, the rest is guessed and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

from hingtui.cli.doctor.check import Check, Subject
from hingtui.cli.terminal_check import why_no_dashboard
from hingtui.storage.settings import AlertSettings
from hingtui.system.terminal import STREAMS
from hingtui.system.terminal_features import Notification, terminal_features
from hingtui.system.terminal_query import FOCUS, SYNCHRONIZED, TerminalReplies
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

_SMALLEST = (60, 15)
_TMUX_WITHIN = 1.0
_ITERM_IMAGES = ("iTerm.app", "WezTerm", "mintty", "vscode", "rio", "Tabby")
"""Values of TERM_PROGRAM of terminals that draw iTerm2's images."""
_SPELLINGS = {
    Notification.OSC_9: "OSC 9",
    Notification.OSC_99: "OSC 99",
    Notification.OSC_777: "OSC 777",
}


def terminal_checks(
    environ: Mapping[str, str], replies: TerminalReplies, alerts: AlertSettings
) -> Iterator[Check]:
    """All checks of the terminal. Blocks for a moment where tmux has to be asked."""
    if not _streams():
        message = _("Not checked: this was run without a terminal.")
        next_step = _("To have it checked, run hingtui doctor in a terminal.")
        yield Subject("terminal", details={"TERM": environ.get("TERM", "")}).note(
            message, next_step
        )
        yield _characters(replies)
        return
    options = _tmux_options(environ)
    yield _terminal(environ, replies)
    yield _colors(environ)
    yield _characters(replies)
    yield _focus(environ, replies, options)
    yield _notifications(environ, alerts, options)
    yield _images(environ, replies)


def _terminal(environ: Mapping[str, str], replies: TerminalReplies) -> Check:
    size = _size()
    term = clean_line(environ.get("TERM", ""), 40)
    program = _program(environ)
    between = _between(environ)
    about = Subject(
        "terminal",
        details={
            "columns": size[0] if size else None,
            "rows": size[1] if size else None,
            "TERM": term,
            "TERM_PROGRAM": program,
            "name": clean_line(replies.name, 60),
            "between": between,
            "is_asked": replies.is_asked,
            "is_answered": replies.is_answered,
            "synchronized_output": replies.modes.get(SYNCHRONIZED),
            "cell_pixels": replies.cell_pixels,
        },
    )
    parts = [_("{columns}×{rows} cells").format(columns=size[0], rows=size[1])] if size else []
    parts.append(_("TERM is {name}").format(name=term or _("not set")))
    if replies.name:
        parts.append(_("it calls itself {name}").format(name=clean_line(replies.name, 60)))
    elif program:
        parts.append(_("TERM_PROGRAM is {name}").format(name=program))
    if between:
        parts.append(_("through {names}").format(names=", ".join(between)))
    message = _("; ").join(parts) + _(".")
    if len(_streams()) == len(STREAMS) and why_no_dashboard(environ) is not None:
        message += " " + _("No dashboard can be drawn with this TERM.")
        return about.problem(message, _("Set TERM to the terminal's name, as xterm-256color."))
    if size is not None and (size[0] < _SMALLEST[0] or size[1] < _SMALLEST[1]):
        needed = _("Make the window larger: {columns}×{rows} cells or more.")
        return about.note(message, needed.format(columns=_SMALLEST[0], rows=_SMALLEST[1]))
    return about.ok(message)


def _streams() -> list[int]:
    """Those of the standard streams that are a terminal."""
    return [stream for stream in STREAMS if os.isatty(stream)]


def _size() -> tuple[int, int] | None:
    """(columns, rows) of the terminal; None if unknown."""
    for stream in _streams():
        with suppress(OSError):
            size = os.get_terminal_size(stream)
            if size.columns:
                return size.columns, size.lines
    return None


def _program(environ: Mapping[str, str]) -> str:
    words = (environ.get("TERM_PROGRAM", ""), environ.get("TERM_PROGRAM_VERSION", ""))
    return clean_line(" ".join(word for word in words if word), 60)


def _between(environ: Mapping[str, str]) -> list[str]:
    """What stands between hingtui and the terminal's window."""
    signs = {
        "tmux": ("TMUX",),
        "screen": ("STY",),
        "Zellij": ("ZELLIJ",),
        "mosh": ("MOSH_IP", "MOSH_KEY"),
        "ssh": ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"),
    }
    return [name for name, variables in signs.items() if any(map(environ.__contains__, variables))]


def _colors(environ: Mapping[str, str]) -> Check:
    term, color_term = environ.get("TERM", ""), environ.get("COLORTERM", "").lower()
    about = Subject(
        "colors",
        details={
            "COLORTERM": clean_line(color_term, 40),
            "NO_COLOR": bool(environ.get("NO_COLOR")),
            "TEXTUAL_THEME": clean_line(environ.get("TEXTUAL_THEME", ""), 40),
        },
    )
    if environ.get("NO_COLOR"):
        message = _("None: NO_COLOR is set.")
        return about.note(message, _("Unset NO_COLOR if you want colours."))
    if color_term in ("truecolor", "24bit") or term.endswith("-direct"):
        return about.ok(_("16 million (COLORTERM says so)."))
    if "256" in term or term in ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"):
        return about.ok(_("256 (TERM says so)."))
    message = _("16, as far as TERM and COLORTERM say.")
    return about.note(message, _("If the terminal shows more, set COLORTERM=truecolor."))


def _characters(replies: TerminalReplies) -> Check:
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower()
    widths = replies.widths
    about = Subject("text", details={"encoding": encoding, "widths": dict(widths)})
    if not encoding.replace("-", "").startswith(("utf8", "gb18030")):
        message = _("The locale's encoding is {name}: Chinese and icons cannot be shown.")
        next_step = _("Set LANG to a locale with UTF-8, such as C.UTF-8 or zh_CN.UTF-8.")
        message = message.format(name=encoding or _("unknown"))
        return about.problem(message, next_step) if _streams() else about.note(message, next_step)
    if not widths:
        text = _("{encoding}; how wide the terminal draws Chinese and emoji is not known.")
        return about.ok(text.format(encoding=encoding.upper()))
    if widths.get("chinese", 2) != 2 or widths.get("emoji", 2) != 2:
        message = _(
            "{encoding}; the terminal draws a Chinese character {chinese} and an emoji {emoji} "
            "cells wide (measured), so columns may shift."
        ).format(encoding=encoding.upper(), chinese=widths["chinese"], emoji=widths.get("emoji"))
        return about.note(message, _("Choose another font, or a newer version of the terminal."))
    if widths.get("ambiguous", 1) != 1:
        message = _(
            "{encoding}; the terminal draws signs such as ● two cells wide (measured), so some "
            "columns may shift."
        ).format(encoding=encoding.upper())
        next_step = _("In the terminal's settings, make characters of ambiguous width narrow.")
        return about.note(message, next_step)
    message = _("{encoding}; Chinese and emoji are as wide as they should be (measured).")
    return about.ok(message.format(encoding=encoding.upper()))


def _focus(
    environ: Mapping[str, str], replies: TerminalReplies, options: Mapping[str, str]
) -> Check:
    """Whether the terminal says when its window is in front: without that no notifications."""
    answer = replies.modes.get(FOCUS)
    setting = options.get("focus-events")
    about = Subject("focus", details={"answered": answer, "tmux_focus_events": setting})
    if "TMUX" in environ and setting == "off":
        message = _("tmux does not pass it on, so notifications also come while you look.")
        return about.note(message, _("Write into ~/.tmux.conf: set -g focus-events on"))
    if answer:
        return about.ok(_("The terminal reports when its window is in front (it says so)."))
    if answer is False:
        message = _("The terminal does not report when its window is in front (it says so).")
        return about.note(message)
    if setting == "on":
        return about.ok(_("tmux passes on when its window is in front (it says so)."))
    if environ.get("TERM", "") in ("", "dumb", "linux"):
        return about.ok(_("There is no window whose focus could be reported."))
    return about.ok(_("Most terminals report it; this one did not say (a guess)."))


def _notifications(
    environ: Mapping[str, str], alerts: AlertSettings, options: Mapping[str, str]
) -> Check:
    features = terminal_features(environ)
    passes = options.get("allow-passthrough")
    about = Subject(
        "notifications",
        details={
            "desktop": alerts.desktop,
            "known": features.notification.value,
            "title": features.has_title,
            "progress": features.has_progress,
            "tmux_allow_passthrough": passes,
        },
    )
    if alerts.desktop == "off":
        return about.ok(_("Switched off in config.toml; the bell remains."))
    if alerts.desktop != "auto":
        if "TMUX" in environ and passes in ("off", ""):
            message = _("{name}, as config.toml says, but tmux does not let it through.")
            next_step = _("Write into ~/.tmux.conf: set -g allow-passthrough on")
            return about.note(message.format(name=alerts.desktop), next_step)
        return about.ok(_("{name}, as config.toml says.").format(name=alerts.desktop))
    if features.notification in _SPELLINGS:
        name = _SPELLINGS[features.notification]
        return about.ok(_("By {name} (a guess from the terminal's name).").format(name=name))
    message = _("The bell only: this terminal is not known to show any (a guess).")
    if "TMUX" in environ:
        message = _("The bell only: in tmux the terminal outside is not known.")
    next_step = _('If yours shows them, set desktop = "osc9", "osc99" or "osc777".')
    return about.ok(message + " " + next_step)


def _images(environ: Mapping[str, str], replies: TerminalReplies) -> Check:
    program = environ.get("TERM_PROGRAM", "")
    is_kitty, is_sixel = replies.kitty_images, replies.has_sixel
    is_iterm = program in _ITERM_IMAGES or environ.get("LC_TERMINAL") == "iTerm2"
    about = Subject(
        "images", details={"kitty": is_kitty, "sixel": is_sixel, "iterm2_guessed": is_iterm}
    )
    known = [name for name, has in (("Kitty", is_kitty), ("Sixel", is_sixel)) if has]
    if known:
        message = _("{names}: the terminal says so.").format(names=", ".join(known))
    elif is_iterm:
        message = _("iTerm2's (a guess from the terminal's name).")
    elif is_kitty is False and is_sixel is not True:
        message = _("In half blocks: the terminal says that it has no others.")
    else:
        message = _("In half blocks, as the terminal did not say that it has others (a guess).")
    return about.ok(message)


def _tmux_options(environ: Mapping[str, str]) -> dict[str, str]:
    """The options of tmux that matter here; {} outside tmux or where it does not answer."""
    program = shutil.which("tmux") if "TMUX" in environ else None
    found: dict[str, str] = {}
    for name in ("focus-events", "allow-passthrough") if program else ():
        with suppress(OSError, subprocess.SubprocessError):
            answer = subprocess.run(  # noqa: S603 - tmux itself, with fixed words
                [str(program), "show-options", "-gv", name],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TMUX_WITHIN,
                check=True,
            )
            found[name] = clean_line(answer.stdout.decode("utf-8", "replace"), 40)
    return found
