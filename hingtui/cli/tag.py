"""The `tag` command: put words on watched videos, or take them off. It sends no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingtui.cli.input import given_ids
from hingtui.cli.session import fail, read_settings, report_damage
from hingtui.cli.watchlist_change import entries_of, fail_without_ids, print_each, read_to_change
from hingtui.model.errors import HingtuiError
from hingtui.model.tags import joined_tags, parse_tags, without_tags
from hingtui.storage.watchlist import Entry
from hingtui.text.decoding import decode_argument
from hingtui.text.i18n import _


def tag(
    environ: Mapping[str, str],
    words: str,
    arguments: Sequence[str],
    *,
    removes: bool,
    gateway: str | None = None,
) -> int:
    """Put these tags on the videos, with `removes` take them off; a line for each id.

    With `gateway`, only on those of that gateway. The exit status is 1 if none is watched.
    """
    tags = parse_tags(decode_argument(words))
    if not tags:
        return fail(_("A tag is a word, such as draft."))
    try:
        settings = read_settings(environ)
        given = given_ids(arguments)
        watchlist, before = read_to_change(settings, gateway)
        wanted = frozenset(given.ids)
        entries = [entry for entry in entries_of(before, gateway) if entry.id in wanted]
        after = watchlist.change(update=[_changed(each, tags, removes) for each in entries])
    except (HingtuiError, OSError) as error:
        return fail(error)
    report_damage(before.repair or after.repair)
    changed = {
        entry.id: _tags_of(after.entries[entry.key])
        for entry in entries
        if entry.key in after.entries
    }
    print_each(given, lambda video_id: changed.get(video_id, _("not watched")))
    if not given.ids:
        return fail_without_ids()
    return 0 if changed else 1


def _changed(entry: Entry, tags: tuple[str, ...], removes: bool) -> Entry:
    """What is to be written of a video: its tags alone."""
    known = entry.tags or ()
    new = without_tags(known, tags) if removes else joined_tags(known, tags)
    return Entry(entry.id, entry.added_at, gateway=entry.gateway, tags=new)


def _tags_of(entry: Entry) -> str:
    return " ".join(f"#{tag}" for tag in entry.tags or ()) or _("no tags")
