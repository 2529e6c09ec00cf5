"""The `tag` command: put words on watched videos, or take them off. It sends no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingtui.cli.input import given_ids
from hingtui.cli.output import print_line
from hingtui.cli.session import check_gateway, fail, read_settings, report_damage
from hingtui.model.errors import HingtuiError
from hingtui.model.tags import joined_tags, parse_tags, without_tags
from hingtui.storage.watchlist import Entry, Watchlist
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
    tags = parse_tags(words)
    if not tags:
        return fail(_("A tag is a word, such as draft."))
    try:
        settings = read_settings(environ)
        found = given_ids(arguments)
        watchlist = Watchlist(settings.watchlist_path)
        before = watchlist.read()
        check_gateway(settings, gateway, before.entries)
        if before.read_only:
            return fail(_("The watchlist was written by a newer hingtui: upgrade to change it."))
        wanted = set(found.ids)
        entries = [
            entry
            for key, entry in before.entries.items()
            if key.id in wanted and gateway in (None, key.gateway)
        ]
        after = watchlist.change(update=[_changed(each, tags, removes) for each in entries])
    except (HingtuiError, OSError) as error:
        return fail(error)
    report_damage(before.repair or after.repair)
    changed = {
        entry.id: after.entries[entry.key] for entry in entries if entry.key in after.entries
    }
    for video_id in found.ids:
        if video_id in changed:
            print_line(_tags_of(changed[video_id]), video_id)
        else:
            print_line(_("not watched"), video_id)
    for word in found.rejected:
        print_line(_("not an id"), word)
    if not found.ids:
        return fail(_("No id was found. An id looks like video_691209aab0a0..."))
    return 0 if changed else 1


def _changed(entry: Entry, tags: tuple[str, ...], removes: bool) -> Entry:
    """What is to be written of a video: its tags alone."""
    known = entry.tags or ()
    new = without_tags(known, tags) if removes else joined_tags(known, tags)
    return Entry(entry.id, entry.added_at, gateway=entry.gateway, tags=new)


def _tags_of(entry: Entry) -> str:
    return " ".join(f"#{tag}" for tag in entry.tags or ()) or _("no tags")
