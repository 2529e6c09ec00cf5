"""The `remove` command: take ids off the watchlist. It sends no request and deletes no file.

A running dashboard takes the rows out within seconds, and ends their downloads.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from hingtui.cli.input import Given, given_ids
from hingtui.cli.output import print_message
from hingtui.cli.session import fail, read_settings, report_damage
from hingtui.cli.watchlist_change import entries_of, fail_without_ids, print_each, read_to_change
from hingtui.model.errors import HingtuiError
from hingtui.model.key import VideoKey
from hingtui.storage.followed import FollowedFile
from hingtui.storage.settings import Settings
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
    try:
        settings = read_settings(environ)
        given = Given((), (), {}) if saved else given_ids(arguments)
        watchlist, before = read_to_change(settings, gateway)
        wanted = frozenset(given.ids)
        keys = [
            entry.key
            for entry in entries_of(before, gateway)
            if (entry.saved is not None if saved else entry.id in wanted)
        ]
        _mark_as_seen(settings, keys)
        after = watchlist.change(remove=keys)
    except (HingtuiError, OSError) as error:
        return fail(error)
    report_damage(before.repair or after.repair)
    removed = dict.fromkeys(key.id for key in keys)
    if saved:
        given = Given(tuple(removed), (), {})
    print_each(given, lambda video_id: _("removed") if video_id in removed else _("not watched"))
    if saved and not removed:
        return fail(_("No watched video is saved."))
    if not given.ids:
        return fail_without_ids()
    return 0 if removed else 1


def _mark_as_seen(settings: Settings, keys: Sequence[VideoKey]) -> None:
    """Mark these as seen where their account is followed, so that they are not added again.

    Before they go, as a crash between the two must not bring them back. An account that was
    followed once counts too. A file that cannot be written is reported, and keeps nothing back.
    """
    followed = FollowedFile(settings.followed_path)
    wanted = {gateway.name for gateway in settings.gateways if gateway.follow}
    by_gateway: dict[str, list[str]] = {}
    for key in keys:
        by_gateway.setdefault(key.gateway, []).append(key.id)
    try:
        for gateway, ids in by_gateway.items():
            if gateway in wanted or followed.read(gateway) is not None:
                followed.add(gateway, ids, now=time.time())
    except OSError as error:
        words = _("{path} cannot be written: what is followed may come back. {reason}")
        reason = error.strerror or error
        print_message(f"hingtui: {words.format(path=settings.followed_path, reason=reason)}")
    if damage := followed.take_damage():
        print_message(f"hingtui: {damage}")
