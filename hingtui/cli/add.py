"""The `add` command: put ids on the watchlist. It sends no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingtui.cli.input import Given, given_ids
from hingtui.cli.output import print_message
from hingtui.cli.session import fail, named_gateway, read_settings, report_damage
from hingtui.cli.watchlist_change import fail_without_ids, print_each
from hingtui.model.batch import new_batch
from hingtui.model.errors import HingtuiError
from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.storage.settings import Settings, foreign_hosts, gateways_by_url
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from hingtui.system.clock import Clock
from hingtui.text.i18n import _


def add(environ: Mapping[str, str], arguments: Sequence[str], *, gateway: str | None = None) -> int:
    """Put ids on the watchlist and print a line for each; 0, or 1 if no id was given.

    They belong to `gateway`, else to that of the URL in which they stood, or to the only one there
    is. Which of several knows the others is given out when they are asked about.
    """
    try:
        settings = read_settings(environ)
        given = given_ids(arguments)
        keys = _keys(given, settings, gateway)
        watchlist = Watchlist(settings.watchlist_path)
        before = watchlist.read()
        if before.read_only:
            return fail(_("The watchlist was written by a newer hingtui: upgrade to add to it."))
        now = Clock().time()
        known = {key.id: key.gateway for key in before.entries}
        new = [key for key in keys if key not in before.entries and not _is_known(key, known)]
        batch = new_batch(now, len(new))
        after = watchlist.change(
            add=[Entry(key.id, now, gateway=key.gateway, batch=batch) for key in new]
        )
    except (HingtuiError, OSError) as error:
        return fail(error)
    report_damage(before.repair or after.repair)
    added = {key.id for key in new}
    print_each(given, lambda each: _("added") if each in added else _("already watched"))
    if gateway is None:
        for host in foreign_hosts(given.urls.values(), settings.gateways):
            print_message(
                _(
                    "None of your gateways is at {host}: ids in its links are looked up at those"
                    " that you have. F3 in the dashboard adds one."
                ).format(host=host)
            )
    if not given.ids:
        return fail_without_ids()
    return 0


def _keys(given: Given, settings: Settings, gateway: str | None) -> list[VideoKey]:
    """Each id with its gateway, as far as that is known. Raises SettingsError."""
    if gateway is not None:
        name = named_gateway(settings, gateway).name
        return [VideoKey(name, video_id) for video_id in given.ids]
    is_one = len(settings.gateways) == 1
    others = settings.gateways[0].name if is_one else UNKNOWN_GATEWAY
    named = gateways_by_url(given.urls, settings.gateways)
    return [VideoKey(named.get(video_id, others), video_id) for video_id in given.ids]


def _is_known(key: VideoKey, known: Mapping[str, str]) -> bool:
    """Whether an id without a gateway is watched at any, or one with a gateway without any."""
    return key.id in known and UNKNOWN_GATEWAY in (key.gateway, known[key.id])
