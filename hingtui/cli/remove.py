"""The `remove` command: take ids off the watchlist. It sends no request and deletes no file.

A running dashboard takes the rows out within seconds, and ends their downloads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingtui.cli.input import Given, given_ids
from hingtui.cli.output import print_line
from hingtui.cli.session import fail, read_settings, report_damage
from hingtui.model.errors import HingtuiError
from hingtui.storage.watchlist import Watchlist
from hingtui.text.i18n import _


def remove(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    *,
    saved: bool,
    gateway: str | None = None,
) -> int:
    """Take these ids off the watchlist, with `saved` all that are saved; a line for each.

    With `gateway`, only those of that gateway.

    The exit status is 1 if none of them was watched.
    """
    found = Given((), (), {}) if saved else given_ids(arguments)
    try:
        watchlist = Watchlist(read_settings(environ).watchlist_path)
        before = watchlist.read()
        if before.read_only:
            return fail(_("The watchlist was written by a newer hingtui: upgrade to change it."))
        wanted = set(found.ids)
        keys = [
            key
            for key, entry in before.entries.items()
            if (entry.saved is not None if saved else key.id in wanted)
            and gateway in (None, key.gateway)
        ]
        after = watchlist.change(remove=keys)
    except (HingtuiError, OSError) as error:
        return fail(error)
    report_damage(before.set_aside or after.set_aside)
    removed = dict.fromkeys(key.id for key in keys)
    for video_id in removed if saved else found.ids:
        print_line(_("removed") if video_id in removed else _("not watched"), video_id)
    for word in found.rejected:
        print_line(_("not an id"), word)
    if saved and not removed:
        return fail(_("No watched video is saved."))
    if not saved and not found.ids:
        return fail(_("No id was found. An id looks like video_691209aab0a0..."))
    return 0 if removed else 1
