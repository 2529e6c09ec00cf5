"""The `add` command: put ids on the watchlist. it sends no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingtui.cli.input import given_ids
from hingtui.cli.output import print_line
from hingtui.cli.session import fail, read_settings, report_damage
from hingtui.model.errors import HingtuiError
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from hingtui.system.clock import Clock
from hingtui.text.i18n import _


def add(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Put ids on the watchlist and print a line for each; 0, or 1 if no id was given."""
    found = given_ids(arguments)
    try:
        settings = read_settings(environ)
        watchlist = Watchlist(settings.watchlist_path)
        before = watchlist.read()
        if before.read_only:
            return fail(_("The watchlist was written by a newer hingtui: upgrade to add to it."))
        now = Clock().time()
        after = watchlist.change(add=[Entry(video_id, now) for video_id in found.ids])
    except (HingtuiError, OSError) as error:
        return fail(error)
    report_damage(before.set_aside or after.set_aside)
    known, added, rejected = _("already watched"), _("added"), _("not an id")
    for video_id in found.ids:
        is_known = VideoKey(DEFAULT_GATEWAY, video_id) in before.entries
        print_line(known if is_known else added, video_id)
    for word in found.rejected:
        print_line(rejected, word)
    if not found.ids:
        return fail(_("No id was found. An id looks like video_691209aab0a0..."))
    return 0
