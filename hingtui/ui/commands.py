"""Every command with its default keys: what footer, palette, help and README are made from.

Which keys run a command now, with those of config.toml, is in `keys`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from hingtui.text.i18n import _


class Group(Enum):
    """Where the help lists a command."""

    VIDEOS = "videos"
    DOWNLOADS = "downloads"
    TABLE = "table"
    PROGRAM = "program"


def group_title(group: Group) -> str:
    """The heading of a group, in the language in use."""
    return {
        Group.VIDEOS: _("Videos"),
        Group.DOWNLOADS: _("Downloads"),
        Group.TABLE: _("Table"),
        Group.PROGRAM: _("Program"),
    }[group]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a person can do with a key or from the palette."""

    id: str
    """Its name under `[keys]` in config.toml; also the id of its Textual binding."""
    action: str
    """The Textual action that runs it, with its namespace."""
    keys: tuple[str, ...]
    """The default keys as Textual names them, the one to show first.

    The others are the same key on a Chinese keyboard, or a second habit.
    """
    label: str
    """One or two words for the footer."""
    help: str
    """One line for the help, the palette and the README."""
    group: Group
    in_footer: bool = False


_QUESTION_MARK = ("question_mark", "fullwidth_question_mark", "f1")
_STAR = ("asterisk", "fullwidth_asterisk")
_OPENING = ("left_square_bracket", "left_black_lenticular_bracket")
_CLOSING = ("right_square_bracket", "right_black_lenticular_bracket")
_SLASH = ("slash", "ideographic_comma", "fullwidth_solidus")


def commands() -> tuple[Command, ...]:
    """All commands, in the language in use and in the order of the footer."""
    videos, downloads, table = Group.VIDEOS, Group.DOWNLOADS, Group.TABLE
    return (
        _screen("add", ("a",), _("Add"), _("Add videos: paste ids, URLs or JSON"), videos, True),
        _screen("import", ("i",), _("Import"), _("Choose from the account's list"), videos),
        _screen(
            "download", ("d",), _("Download"), _("Download the selected video"), downloads, True
        ),
        _screen(
            "download_all",
            ("D",),
            _("All"),
            _("Download all shown that are ready"),
            downloads,
            True,
        ),
        _screen("mark", ("space",), _("Mark"), _("Mark it, or take the mark away"), table, True),
        _screen("auto", ("A",), _("Auto"), _("Download automatically, or no longer"), downloads),
        _screen("detail", ("enter",), _("Details"), _("Show or hide the details"), table, True),
        _screen(
            "open", ("o",), _("Open"), _("Open the saved video in the player"), downloads, True
        ),
        _screen("reveal", ("O",), _("Folder"), _("Show it in its folder"), downloads),
        _screen(
            "remove", ("x", "delete"), _("Unwatch"), _("Take it off the watchlist"), videos, True
        ),
        _screen("filter", _SLASH, _("Filter"), _("Filter as you type"), table, True),
        _screen("sort", ("s",), _("Sort"), _("Choose what to sort by"), table, True),
        _screen("remove_saved", ("X",), _("Tidy"), _("Unwatch all that are saved"), videos),
        _screen("undo", ("u",), _("Undo"), _("Undo the last unwatch"), videos),
        _screen("cancel", ("c",), _("Cancel"), _("Cancel its download"), downloads),
        _screen("cancel_all", ("C",), _("Cancel all"), _("Cancel all downloads"), downloads),
        _screen("ask", ("r",), _("Ask"), _("Ask about it now"), videos),
        _screen("ask_all", ("R",), _("Ask all"), _("Ask about all now"), videos),
        _screen("pause", ("p",), _("Pause"), _("Pause asking, or go on"), videos),
        _screen("tag", ("T",), _("Tag"), _("Tag it, to find it by tag:…"), videos),
        _screen("copy_id", ("y",), _("Copy id"), _("Copy its id"), videos),
        _screen("clear_filter", ("escape",), _("Clear"), _("Clear filter, marks, details"), table),
        *_groups(),
        _screen("sort_back", ("S",), _("Reverse"), _("Sort the other way"), table),
        _screen("group", ("b",), _("Group"), _("Group: batches, prompts, or not"), table),
        _screen("columns", ("f2",), _("Columns"), _("Choose the columns"), table),
        _screen("next_attention", ("n",), _("Next"), _("Next that needs you"), table),
        _screen("previous_attention", ("N",), _("Previous"), _("Previous that needs you"), table),
        _screen("mark_range", ("V",), _("Mark range"), _("Mark up to here"), table),
        _screen("mark_invert", _STAR, _("Invert"), _("Invert the marks"), table),
        _screen("mark_all", ("ctrl+a",), _("Mark all"), _("Mark all that are shown"), table),
        _screen("play", ("v",), _("Play"), _("Play it here, or compare the marked"), downloads),
        _screen("strip_back", _OPENING, _("Earlier"), _("An earlier frame of its film"), downloads),
        _screen("strip_forward", _CLOSING, _("Later"), _("A later frame of its film"), downloads),
        _screen("gallery", ("tab",), _("Gallery"), _("Gallery, or the table again"), table),
        _screen("copy_prompt", ("P",), _("Copy prompt"), _("Copy its prompt"), videos),
        _screen("copy_path", ("F",), _("Copy path"), _("Copy the path of its file"), videos),
        _screen("copy_curl", ("Y",), _("Copy curl"), _("Copy a curl line that asks"), videos),
        _screen("copy_raw", ("W",), _("Copy raw"), _("Copy the gateway's raw response"), videos),
        _screen("detail_down", ("J",), _("Scroll"), _("Scroll the details down"), table),
        _screen("detail_up", ("K",), _("Scroll up"), _("Scroll the details up"), table),
        _screen(
            "detail_page_down", ("ctrl+d",), _("Page"), _("Scroll them down by half a page"), table
        ),
        _screen(
            "detail_page_up", ("ctrl+u",), _("Page up"), _("Scroll them up by half a page"), table
        ),
        _screen("down", ("j",), _("Down"), _("Move down (or the down arrow)"), table),
        _screen("up", ("k",), _("Up"), _("Move up (or the up arrow)"), table),
        _screen("top", ("g",), _("Top"), _("Move to the first"), table),
        _screen("bottom", ("G",), _("Bottom"), _("Move to the last"), table),
        _screen("history", ("t",), _("History"), _("History and statistics"), Group.PROGRAM),
        _screen("events", ("e",), _("Events"), _("List what has happened"), Group.PROGRAM),
        _screen(
            "gateway_health",
            ("f4",),
            _("Gateways"),
            _("The gateways: health, change, remove"),
            Group.PROGRAM,
        ),
        _app("add_gateway", "add_gateway", ("f3",), _("Gateway"), _("Add a gateway, and test it")),
        _app("palette", "command_palette", ("ctrl+p",), _("Palette"), _("Search all commands")),
        _app("help", "help", _QUESTION_MARK, _("Help"), _("This help"), in_footer=True),
        _app(
            "quit",
            "quit",
            ("q",),
            _("Quit"),
            _("Quit; downloads go on next time"),
            in_footer=True,
        ),
    )


def _groups() -> Iterator[Command]:
    """The commands that show the rows of one group of states."""
    words = (
        (_("All states"), _("Show all states")),
        (_("Ready"), _("Show ready videos only")),
        (_("Downloads"), _("Show downloads only")),
        (_("Generating"), _("Show those being generated only")),
        (_("Queued"), _("Show queued and unknown only")),
        (_("Saved"), _("Show saved videos only")),
        (_("Failed"), _("Show failed and expired only")),
    )
    for group, (label, help_line) in enumerate(words):
        action = f"screen.show_group({group})"
        yield Command(f"show_{group}", action, (f"{group}",), label, help_line, Group.TABLE)


def _screen(
    name: str, keys: tuple[str, ...], label: str, words: str, group: Group, in_footer: bool = False
) -> Command:
    """A command of the dashboard, whose action has the same name."""
    return Command(name, f"screen.{name}", keys, label, words, group, in_footer)


def _app(
    name: str, action: str, keys: tuple[str, ...], label: str, words: str, in_footer: bool = False
) -> Command:
    """A command of the app, which works on every screen."""
    return Command(name, f"app.{action}", keys, label, words, Group.PROGRAM, in_footer)
