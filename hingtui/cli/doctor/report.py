"""Print the checks, as lines for people or as JSON, so that they can be pasted anywhere.

Every text passes `Privacy`: no token, no signed link, no password, no home folder, no user name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hingtui.cli.doctor.check import Check, State, check_word, state_word
from hingtui.cli.output import columns_of_stdout, encodable, print_json, write_line
from hingtui.text.cell_width import cells, padded
from hingtui.text.clean import BLOCK_LIMIT, clean_line
from hingtui.text.i18n import _, ngettext
from hingtui.text.redaction import redacted
from hingtui.text.wrap import wrapped

WIDTH = 80
"""Cells of a line where stdout is no terminal: what support systems show without wrapping."""
_NARROWEST, _WIDEST = 40, 100
_ICONS = {State.OK: "✓", State.NOTE: "◌", State.PROBLEM: "✗"}
_PLAIN_ICONS = {State.OK: "+", State.NOTE: "-", State.PROBLEM: "!"}
"""For encodings without the others."""
_NEXT, _PLAIN_NEXT = "▸", ">"
_GAP = "  "
_END = r"(?![A-Za-z0-9_-]|\.[A-Za-z0-9_])"
"""Where a name ends: Chinese may follow it without a blank."""
_AFTER_CHINESE = re.compile("(?<=[。；，：！？）]) ")
"""The blank between two sentences, where they are Chinese."""


class Privacy:
    """Takes private data out of a text."""

    def __init__(self, environ: Mapping[str, str], secrets: Iterable[str]) -> None:
        self._secrets = tuple(text for text in secrets if text)
        home = environ.get("HOME", "") or os.path.expanduser("~")  # noqa: PTH111 - may be missing
        home_folders = {home.rstrip("/\\"), os.path.realpath(home)} if len(home) > 1 else set()
        self._home_folders = sorted(
            (text for text in home_folders if len(text) > 1), key=len, reverse=True
        )
        names = {environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER")}
        names |= {Path(text).name for text in self._home_folders}
        self._names = sorted(name for name in names if name and name != "root")

    def text(self, text: str) -> str:
        """`text` on one line, without secrets, home folder and user name."""
        text = _AFTER_CHINESE.sub("", clean_line(text, BLOCK_LIMIT))
        text = redacted(text, self._secrets)
        for home in self._home_folders:
            text = re.sub(re.escape(home) + _END, "~", text)
        for name in self._names:
            # As a part of a path or an address: elsewhere it may be an ordinary word.
            text = re.sub(rf"(?<=[/\\~]){re.escape(name)}{_END}", "…", text)
            text = re.sub(rf"(?<![A-Za-z0-9_.-]){re.escape(name)}(?=@)", "…", text)
        return text

    def line(self, line: str) -> str:
        """`text` for one line of several: its indent stays."""
        rest = line.lstrip(" ")
        return " " * (len(line) - len(rest)) + self.text(rest)

    def value(self, value: object) -> object:
        """The same for what JSON can hold."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {str(name): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value


def print_as_json(checks: Iterable[Check], privacy: Privacy) -> None:
    """Print one JSON object a line."""
    for check in checks:
        print_json(
            {
                "check": check.check,
                "gateway": privacy.value(check.gateway),
                "state": check.state.value,
                "message": privacy.text(check.message),
                "next_step": privacy.text(check.next_step) or None,
                "details": privacy.value(check.details),
            }
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Checks that are printed under one title."""

    title: str
    """"" for none."""
    checks: Sequence[Check]


def print_as_text(groups: Sequence[Group], privacy: Privacy) -> None:
    """Print the checks in groups, and how many found something."""
    for line in text_lines(groups, privacy, _width()):
        write_line(line)


def text_lines(groups: Sequence[Group], privacy: Privacy, width: int) -> list[str]:
    """The lines of all checks, each at most `width` cells wide."""
    checks = [check for group in groups for check in group.checks]
    layout = _Layout(checks, width)
    lines: list[str] = []
    for group in groups:
        if group.title:
            lines += ["", *wrapped(encodable(privacy.text(group.title)), width)]
        for check in group.checks:
            lines += layout.lines(check, privacy)
    return [*lines, "", *wrapped(encodable(_summary(checks)), width)]


def _summary(checks: Sequence[Check]) -> str:
    """How many problems and notes there are, and where the problems are."""
    problems = [check for check in checks if check.state is State.PROBLEM]
    notes = sum(check.state is State.NOTE for check in checks)
    noted = ngettext("{n} note", "{n} notes", notes).format(n=notes)
    if not problems:
        return _("All is well.") if not notes else _("All is well; {notes}.").format(notes=noted)
    places = (
        f"{check.gateway}: {check_word(check.check)}" if check.gateway else check_word(check.check)
        for check in problems
    )
    found = ngettext("{n} problem ({places})", "{n} problems ({places})", len(problems))
    found = found.format(n=len(problems), places=", ".join(dict.fromkeys(places)))
    if not notes:
        return _("{problems}.").format(problems=found)
    return _("{problems}, {notes}.").format(problems=found, notes=noted)


class _Layout:
    """Columns: icon and word, what was checked, what was found."""

    def __init__(self, checks: Sequence[Check], width: int) -> None:
        icons = "".join((*_ICONS.values(), _NEXT))
        is_plain = encodable(icons) != icons
        self._icons = _PLAIN_ICONS if is_plain else _ICONS
        self._next = _PLAIN_NEXT if is_plain else _NEXT
        words = [f"{self._icons[state]} {state_word(state)}" for state in State]
        self._state_cells = max(map(cells, words))
        self._name_cells = max((cells(check_word(check.check)) for check in checks), default=0)
        self._width = width

    def lines(self, check: Check, privacy: Privacy) -> list[str]:
        """The lines of one check: the state and its name stand before the first only."""
        state = f"{self._icons[check.state]} {state_word(check.state)}"
        head = padded(state, self._state_cells) + _GAP
        head += padded(check_word(check.check), self._name_cells) + _GAP
        indent = cells(head)
        if self._width - indent < _NARROWEST // 2:
            head, indent = f"{state}{_GAP}{check_word(check.check)}", 2
        message = _hung(head, encodable(privacy.text(check.message)), indent, self._width)
        if not check.next_step:
            return message
        step = f"{' ' * indent}{self._next} "
        text = encodable(privacy.text(check.next_step))
        return [*message, *_hung(step, text, indent + 2, self._width)]


def _hung(head: str, text: str, indent: int, width: int) -> list[str]:
    """`head` and `text` in lines of `width` cells; all but the first begin with `indent` blanks."""
    lines = [" " * indent + line for line in wrapped(text, width - indent)]
    if cells(head) > indent:  # a narrow terminal: the text has lines of its own
        return [head.rstrip(), *lines]
    return [(head + lines[0][indent:]).rstrip(), *lines[1:]]


def _width() -> int:
    columns = columns_of_stdout()
    return WIDTH if columns is None else max(_NARROWEST, min(columns, _WIDEST))
