"""The list of commands and their keys. It feeds the bindings, the footer and the help."""

from __future__ import annotations

from dataclasses import dataclass

from hingtui.text.i18n import _


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a person can do with a key."""

    keys: str
    """As Textual names them, separated by commas; a Chinese keyboard's own signs included."""
    display: str
    """The key as it is shown."""
    action: str
    label: str
    """One or two words for the footer."""
    help: str
    """One line for the help screen."""
    in_footer: bool = True


def commands() -> tuple[Command, ...]:
    """All commands, in the language in use, the most wanted first."""
    return (
        Command("a", "a", "add", _("Add"), _("Add videos: paste ids, URLs or JSON")),
        Command("d", "d", "download", _("Download"), _("Download the selected video")),
        Command("D", "D", "download_all", _("All"), _("Download all that are ready")),
        Command("enter", "Enter", "detail", _("Details"), _("Show or hide the details")),
        Command("o", "o", "open", _("Open"), _("Open the saved video in the player")),
        Command("x,delete", "x", "remove", _("Unwatch"), _("Take it off the watchlist")),
        Command("u", "u", "undo", _("Undo"), _("Undo the last unwatch"), in_footer=False),
        Command("c", "c", "cancel", _("Cancel"), _("Cancel its download"), in_footer=False),
        Command("r", "r", "ask", _("Ask"), _("Ask about it now"), in_footer=False),
        Command("R", "R", "ask_all", _("Ask all"), _("Ask about all now"), in_footer=False),
        Command("p", "p", "pause", _("Pause"), _("Pause asking, or go on"), in_footer=False),
        Command("y", "y", "copy_id", _("Copy id"), _("Copy its id"), in_footer=False),
        Command(
            "slash,ideographic_comma,fullwidth_solidus",
            "/",
            "filter",
            _("Filter"),
            _("Filter as you type; Esc clears"),
            in_footer=False,
        ),
        Command("s", "s", "sort", _("Sort"), _("Sort by the next column"), in_footer=False),
        Command("S", "S", "sort_back", _("Reverse"), _("Sort the other way"), in_footer=False),
        Command(
            "escape", "Esc", "clear_filter", _("Clear"), _("Clear the filter"), in_footer=False
        ),
        Command("j", "j", "down", _("Down"), _("Move down (or the down arrow)"), in_footer=False),
        Command("k", "k", "up", _("Up"), _("Move up (or the up arrow)"), in_footer=False),
        Command("g", "g", "top", _("Top"), _("Move to the first"), in_footer=False),
        Command("G", "G", "bottom", _("Bottom"), _("Move to the last"), in_footer=False),
        Command(
            "question_mark,fullwidth_question_mark,f1",
            "?",
            "help",
            _("Help"),
            _("This help"),
        ),
        Command("q,ctrl+q", "q", "quit", _("Quit"), _("Quit; downloads can be resumed")),
    )
