"""Folders and the watchlist: can they be written to, is there room, is the list whole?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict

from hingtui.cli.doctor.check import Check, Subject
from hingtui.model.key import UNKNOWN_GATEWAY
from hingtui.storage.settings import Settings
from hingtui.storage.watchlist.inspection import WatchlistFacts, inspect_watchlist
from hingtui.system.files.names import LONGEST_NAME
from hingtui.system.folder_check import FolderFacts, check_folder
from hingtui.text.clean import human_bytes
from hingtui.text.i18n import _, ngettext

_LITTLE_ROOM = 1_000_000_000
"""Bytes of free space below which a few videos fill the disk."""
_NO_ROOM = 50_000_000
"""Bytes below which perhaps no video fits."""
_ROOM_FOR_LISTS = 5_000_000
"""Bytes that the watchlist and the other small files need."""


def folder_checks(settings: Settings) -> Iterator[Check]:
    """The folder for videos, then those of hingtui's own files. Blocks."""
    facts = check_folder(settings.downloads)
    yield _folder(facts, _("Videos are saved in {path}"), is_for_videos=True)
    yield _names(settings)
    settings_folder, log_folder = settings.token_path.parent, settings.log_path.parent
    watchlist_folder = settings.watchlist_path.parent
    if settings_folder == log_folder == watchlist_folder:  # HINGTUI_HOME
        yield _folder(
            check_folder(log_folder), _("hingtui's own files are in {path}"), is_for_videos=False
        )
        return
    others = (
        (watchlist_folder, _("The watchlist is in {path}")),
        (log_folder, _("Log and state are in {path}")),
        (settings_folder, _("Settings and token are in {path}")),
    )
    for path, sentence in others:
        yield _folder(check_folder(path), sentence, is_for_videos=False)


def _names(settings: Settings) -> Check:
    example = f"{settings.name.example()}.mp4"
    about = Subject("folder", details={"example": example, "sidecar": settings.sidecar})
    if settings.sidecar:
        sentence = _("A saved video is named like: {name}, with a .json of that name beside it.")
    else:
        sentence = _("A saved video is named like: {name}")
    return about.ok(sentence.format(name=example))


def _folder(facts: FolderFacts, sentence: str, *, is_for_videos: bool) -> Check:
    details = {
        name: value for name, value in asdict(facts).items() if name not in ("path", "tried")
    }
    about = Subject("folder", details={"path": str(facts.path), **details})
    where = sentence.format(path=facts.path)
    if facts.error:
        message = _("{where}, where nothing can be written ({reason}).")
        message = message.format(where=where, reason=facts.error)
        return about.problem(message, _what_to_do(facts, is_for_videos=is_for_videos))
    if not facts.exists:
        where = _("{where}, which is made when it is needed").format(where=where)
    if facts.has_long_names is False:
        message = _("{where}: file names of {n} bytes, which hingtui needs, are too long there.")
        message = message.format(where=where, n=LONGEST_NAME)
        return about.problem(message, _what_to_do(facts, is_for_videos=is_for_videos))
    free = facts.free_bytes
    if free is not None:
        where = _("{where}; {size} free").format(where=where, size=human_bytes(free))
    if is_for_videos:
        where = "".join((where, *_kind_of(facts)))
    least = _NO_ROOM if is_for_videos else _ROOM_FOR_LISTS
    if (free is not None and free < least) or facts.free_files == 0:
        message = _("{where}: the disk is full.").format(where=where)
        return about.problem(message, _("Free some space."))
    if is_for_videos and free is not None and free < _LITTLE_ROOM:
        message = _("{where}: there is little room.").format(where=where)
        return about.note(message, _("Free some space, or name another folder."))
    if facts.has_locks is False:
        message = _("{where}: this file system has no locks.").format(where=where)
        return about.note(message, _("Run only one hingtui at a time there."))
    return about.ok(_("{where}.").format(where=where))


def _kind_of(facts: FolderFacts) -> Iterator[str]:
    """What the file system is like. Parts lie in the same folder, so it is theirs, too."""
    if facts.file_system:
        yield _("; {name}").format(name=facts.file_system)
    if facts.longest_name:
        yield _("; file names of up to {n} bytes").format(n=facts.longest_name)
    if facts.has_case is False:
        yield _("; not case-sensitive")
    if facts.has_links is False:
        yield _("; no hard links")


def _what_to_do(facts: FolderFacts, *, is_for_videos: bool) -> str:
    if is_for_videos:
        return _("Check who owns {path}, or name another folder in HINGTUI_DOWNLOADS.").format(
            path=facts.tried
        )
    return _("Check who owns {path}, or name another folder in HINGTUI_HOME.").format(
        path=facts.tried
    )


def watchlist_checks(settings: Settings, gateways: Collection[str]) -> Iterator[Check]:
    """Whether the watchlist can be read and changed, and all `gateways` in it exist. Blocks."""
    facts = inspect_watchlist(settings.watchlist_path)
    yield _watchlist(facts)
    known = {*gateways, UNKNOWN_GATEWAY}  # which of them knows an id may not be known yet
    if unknown := [name for name in facts.gateways if name not in known]:
        message = _("Some videos are watched at {names}, which the settings do not name.")
        next_step = _("Add that gateway again, or take the videos off the watchlist.")
        about = Subject("watchlist", details={"unknown_gateways": unknown})
        yield about.note(message.format(names=", ".join(unknown)), next_step)


def _watchlist(facts: WatchlistFacts) -> Check:
    about = Subject("watchlist", details={**asdict(facts), "path": str(facts.path)})
    path = facts.path
    if facts.error:
        message = _("{path} cannot be read: {reason}.").format(path=path, reason=facts.error)
        return about.problem(message, _("Check who owns it, and move away what is no file."))
    if facts.is_locked:
        message = _("Another hingtui holds {path}, so nothing can be added.").format(path=path)
        return about.problem(message, _("If it was stopped (Ctrl+Z), continue it or end it."))
    if not facts.exists and facts.has_backup:
        message = _("{path} is missing, but its backup is there.").format(path=path)
        return about.note(message, _("The next start of hingtui takes the backup."))
    if not facts.exists:
        return about.ok(_("Nothing is watched yet; {path} is not there.").format(path=path))
    watched = ngettext("{n} video is watched", "{n} videos are watched", facts.videos)
    watched = watched.format(n=facts.videos)
    if facts.damage is not None:
        message = _("{path} is damaged: {n} videos in it can be read, others not.")
        if not facts.videos:
            message = _("{path} is damaged: no video in it can be read.")
        next_step = _(
            "Keep a copy of it. The next start of hingtui repairs it from its backup, and keeps "
            "the damaged file."
        )
        if not facts.has_backup:
            next_step = _(
                "It has no backup. The next start of hingtui keeps what can be read, and the "
                "damaged file."
            )
        return about.problem(message.format(path=path, n=facts.videos), next_step)
    if facts.is_of_the_future:
        message = _("{watched}; a later hingtui wrote {path}, so this one only reads it.")
        next_step = _("Install the newest hingtui.")
        return about.note(message.format(watched=watched, path=path), next_step)
    return about.ok(_("{watched}, in {path}.").format(watched=watched, path=path))
