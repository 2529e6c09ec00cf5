"""The layout of the help: argparse's own, but in terminal cells instead of characters.

A Chinese character takes two cells. It imports nothing beyond the standard library: the help of a
command must not wait for Rich.
"""

from __future__ import annotations

import argparse
import re
from unicodedata import east_asian_width

TYPE_CHECKING = False  # typing itself takes a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FILLER = "\ue000"
"""Stands behind each wide character while argparse counts, and is taken out at the end."""
_HELP_POSITION = 28
"""The column at which the help of an option begins at most."""
_PIECE = re.compile(r"[（《“]*(?:[^\s\u2e80-\uffef（《“”]+|[^\s（《“])[，。、；：！？）》”]*\s*")
"""A word or a wide character with the marks that stay with it, between which a line may break."""


class HelpFormatter(argparse.HelpFormatter):
    """Align columns by cells, break Chinese anywhere, and keep paragraphs of indented lines."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_HELP_POSITION)

    def format_help(self) -> str:
        """The help, without what was only there to be counted."""
        return super().format_help().replace(_FILLER, "")

    def add_argument(self, action: argparse.Action) -> None:
        """Make the column as wide as the names of commands too, which are indented further."""
        super().add_argument(action)
        for command in self._iter_indented_subactions(action):
            length = len(self._format_action_invocation(command)) + self._current_indent
            self._action_max_length = max(self._action_max_length, length)

    def _metavar_formatter(
        self, action: argparse.Action, default_metavar: str
    ) -> Callable[[int], tuple[str, ...]]:
        names = super()._metavar_formatter(action, default_metavar)
        return lambda count: tuple(map(_filled, names(count)))

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None,
    ) -> str:
        if prefix is None:
            prefix = argparse._("usage: ")  # type: ignore[attr-defined]  # typeshed leaves it out
        return super()._format_usage(usage, actions, groups, _filled(prefix))

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _lines(text, width) or super()._split_lines(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(
            paragraph
            if "\n  " in paragraph
            else "\n".join(_lines(paragraph, width))
            or super(HelpFormatter, self)._fill_text(paragraph, width, indent)
            for paragraph in text.split("\n\n")
        )


def _filled(text: str) -> str:
    """As many characters as `text` takes cells."""
    return "".join(f"{char}{_FILLER}" if _is_wide(char) else char for char in text)


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in ("W", "F")


def _lines(text: str, width: int) -> list[str]:
    """A text with wide characters in lines of at most `width` cells; [] for another text."""
    if not any(map(_is_wide, text)):
        return []
    lines = [""]
    for piece in _PIECE.findall(text.strip()):
        if lines[-1] and len(_filled(lines[-1] + piece.rstrip())) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]
