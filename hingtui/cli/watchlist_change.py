"""What commands that change the watchlist have in common: reading it, a line for each id."""

from __future__ import annotations

from collections.abc import Callable

from hingtui.cli.input import Given
from hingtui.cli.output import print_line
from hingtui.cli.session import check_gateway, fail
from hingtui.model.errors import StorageError
from hingtui.storage.settings import Settings
from hingtui.storage.watchlist import Contents, Entry, Watchlist
from hingtui.text.i18n import _


def read_to_change(settings: Settings, gateway: str | None) -> tuple[Watchlist, Contents]:
    """The watchlist and what is in it.

    Raises StorageError where it cannot be read or changed, SettingsError where there is no such
    gateway.
    """
    watchlist = Watchlist(settings.watchlist_path)
    contents = watchlist.read()
    check_gateway(settings, gateway, contents.entries)
    if contents.read_only:
        sentence = _("The watchlist was written by a newer hingtui: upgrade to change it.")
        raise StorageError(sentence)
    return watchlist, contents


def entries_of(contents: Contents, gateway: str | None) -> list[Entry]:
    """The watched videos, with `gateway` only those of that gateway."""
    entries = contents.entries.values()
    return [entry for entry in entries if gateway in (None, entry.gateway)]


def print_each(given: Given, word_of: Callable[[str], str]) -> None:
    """Print a line for each id, and for each word that is none."""
    for video_id in given.ids:
        print_line(word_of(video_id), video_id)
    for word in given.rejected:
        print_line(_("not an id"), word)


def fail_without_ids() -> int:
    """Print that no id was given; the exit status."""
    return fail(_("No id was found. An id looks like video_691209aab0a0..."))
