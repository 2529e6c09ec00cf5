"""The add, status and download commands. Output formatting is in `output`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hingtui.cli.output import (
    json_record,
    print_json,
    print_line,
    print_saved,
    print_table,
    shown_progress,
    tell,
)
from hingtui.download import discard_part
from hingtui.model.errors import (
    ApiError,
    Busy,
    HingtuiError,
    NotFound,
    NotReady,
    Scope,
    SettingsError,
    StorageTrouble,
)
from hingtui.model.explain import diagnose
from hingtui.model.ids import PASTE_LIMIT, Found, find_ids, find_ids_in_arguments
from hingtui.model.video import Status
from hingtui.monitor import Connection, DownloadState, GatewayState, Monitor, Row
from hingtui.storage.settings import Settings, absolute_path, load_settings
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from hingtui.system.clock import Clock
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.i18n import _

_Work = Callable[[Monitor, list[Row], Settings], Awaitable[int]]

_ROUNDS = 3
"""Times that a script with --wait lets a download fail in a row."""
_SOON = 10.0
"""Seconds within which a script without --wait learns that a video cannot be saved now."""
_LOOK_AGAIN = 0.5
_GIVE_UP = 8
"""Failed questions in a row about one video, some minutes' worth, after which nobody waits."""


def add(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Put ids on the watchlist, one line each; 0, or 1 if nothing usable was given."""
    found = _found(arguments)
    try:
        settings = _settings(environ)
        watchlist = Watchlist(settings.watchlist_path)
        before = watchlist.read()
        if before.read_only:
            return _refuse(_("The watchlist is of a newer hingtui: upgrade this one to add to it."))
        now = Clock().time()
        after = watchlist.change(add=[Entry(video_id, now) for video_id in found.ids])
    except (HingtuiError, OSError) as error:
        return _refuse(error)
    _tell_of_damage(before.set_aside or after.set_aside)
    known, added, odd = _("already watched"), _("added"), _("not an id")
    for video_id in found.ids:
        print_line(known if video_id in before.entries else added, video_id)
    for word in found.rejected:
        print_line(odd, word)
    if not found.ids:
        return _refuse(_("No id was found. An id looks like video_691209aab0a0..."))
    return 0


def status(environ: Mapping[str, str], arguments: Sequence[str], *, as_json: bool) -> int:
    """Ask once and print; 0, or 1 if any could not be asked."""
    return _with_monitor(
        environ, arguments, lambda monitor, rows, _settings: _status(monitor, rows, as_json=as_json)
    )


def download(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    *,
    wait: bool,
    folder: str | None,
    as_json: bool,
) -> int:
    """Bring finished videos home; 0 when all were saved."""
    return _with_monitor(
        environ,
        arguments,
        lambda monitor, rows, settings: _download(
            monitor, rows, settings.downloads, wait=wait, as_json=as_json
        ),
        folder=folder,
        want_digest=as_json,
        polls=wait,
    )


# How a command is carried out


def _with_monitor(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    work: _Work,
    *,
    folder: str | None = None,
    want_digest: bool = False,
    polls: bool = False,
) -> int:
    """Load settings, connect, do `work` on the videos named, and put everything in order."""
    try:
        settings = _settings(environ)
        token = settings.token
        if token is None:
            return _refuse(
                _("There is no token. Set HINGNET_API_KEY, or type it once in the dashboard.")
            )
        ids = _named(arguments)
        if folder is not None:
            settings = replace(settings, downloads=absolute_path(folder, "--output"))
        log = open_log(settings.log_path)
        try:
            if log is not None:
                log.hide(token)
            return this_process.run(
                _session(settings, token, ids, work, want_digest=want_digest, polls=polls)
            )
        finally:
            if log is not None:
                log.close()
    except BrokenPipeError:
        raise  # the reader of our output is gone
    except (HingtuiError, OSError) as error:
        return _refuse(error)


async def _session(
    settings: Settings,
    token: str,
    ids: list[str],
    work: _Work,
    *,
    want_digest: bool,
    polls: bool,
) -> int:
    from hingtui.api import Api

    monitor = Monitor(
        Watchlist(settings.watchlist_path),
        folder=settings.downloads,
        only=frozenset(ids) if ids else None,
        max_downloads=settings.max_downloads,
        want_digest=want_digest,
    )
    await monitor.load()
    _tell_of_damage(monitor.set_aside)
    monitor.add(ids, remember=False)
    monitor.connect(Api(settings.base_url, token))
    runner = asyncio.create_task(monitor.run(polls=polls))
    try:
        rows = [monitor.watched[video_id] for video_id in ids or monitor.watched]
        return await work(monitor, rows, settings)
    finally:
        await monitor.stop()
        runner.cancel()


def _tell_of_damage(set_aside: Path | None) -> None:
    """Say so where the watchlist was just found to be damaged."""
    if set_aside is not None:
        words = _("The watchlist was damaged. Its backup is used; the bad file is {name}.")
        tell(f"hingtui: {words.format(name=set_aside.name)}")


async def _status(monitor: Monitor, rows: list[Row], *, as_json: bool) -> int:
    await _ask_once(monitor, rows)
    now = monitor.now()
    if as_json:
        for watched in rows:
            print_json(json_record(watched, now))
    elif rows:
        print_table(rows, monitor.now())
    else:
        tell(_("Nothing is watched. Add videos with: hingtui add ID"))
    unanswered = [watched for watched in rows if not _is_answered(watched)]
    for watched in unanswered:
        tell(f"{watched.id}: {_why_unanswered(watched, monitor)}")
    return 1 if unanswered else 0


async def _download(
    monitor: Monitor, rows: list[Row], folder: Path, *, wait: bool, as_json: bool
) -> int:
    waiting = []
    for watched in rows:
        if _is_home(watched, folder):
            with suppress(StorageTrouble):  # what a killed process left of it matters to nobody
                await asyncio.to_thread(discard_part, watched.id, folder)
            print_saved(watched, monitor.now(), as_json=as_json)
        else:
            waiting.append(watched)
    if not wait:
        await _ask_once(monitor, waiting)
    begun: set[str] = set()
    failed: list[Row] = []
    told: set[GatewayState | str] = set()

    def is_over() -> bool:
        for watched in list(waiting):
            if _is_hopeless(watched, monitor, wait=wait):
                waiting.remove(watched)
                failed.append(watched)
            elif watched.id in begun and watched.saving is None:
                waiting.remove(watched)
                print_saved(watched, monitor.now(), as_json=as_json)
            elif watched.id not in begun and watched.status is Status.READY:
                begun.update(monitor.save([watched.id]))
        if waiting:
            _tell_why_it_takes_long(monitor.connection, told)
            _tell_who_is_waited_for(waiting, told)
        return not waiting or monitor.connection.link is GatewayState.DENIED

    await _until(monitor, is_over)
    failed += waiting
    for watched in failed:
        tell(f"{watched.id}: {_why_not_saved(watched, monitor)}")
    return 1 if failed else 0


async def _ask_once(monitor: Monitor, rows: list[Row]) -> None:
    """Ask about each, finished ones too: they may have gone. A terminal sees how far it is."""
    with shown_progress() as show:
        await monitor.ask_once([watched.id for watched in rows], show)


async def _until(monitor: Monitor, is_over: Callable[[], bool]) -> None:
    """Look after each change, and now and then, whether it is over."""
    changed = asyncio.Event()
    monitor.subscribe(lambda _changes: changed.set())
    while not is_over():
        changed.clear()
        try:
            async with asyncio.timeout(_LOOK_AGAIN):
                await changed.wait()
        except TimeoutError:
            continue


def _is_answered(watched: Row) -> bool:
    return watched.video is not None and not watched.is_old and watched.trouble is None


def _is_home(watched: Row, folder: Path) -> bool:
    """Whether the file saved earlier is still in this folder; then nobody need be asked."""
    path = watched.saved
    if path is None or path.parent != folder or not path.is_file():
        return False
    return watched.saved_bytes in (None, path.stat().st_size)


def _is_hopeless(watched: Row, monitor: Monitor, *, wait: bool) -> bool:
    """Whether this video will not be saved in this run."""
    if watched.id not in monitor.watched:
        return True  # somebody has taken it off the watchlist
    if (saving := watched.saving) is not None:
        return saving.state is DownloadState.FAILED or (
            saving.state is DownloadState.WAITING
            and not _is_worth_another_try(watched, saving.error, monitor, wait=wait)
        )
    if watched.status is Status.READY:
        return False
    if not wait or watched.is_final:
        return True
    if watched.trouble is None:
        return False
    return isinstance(watched.trouble.error, NotFound) or watched.failures >= _GIVE_UP


def _is_worth_another_try(
    watched: Row, error: HingtuiError | None, monitor: Monitor, *, wait: bool
) -> bool:
    """Whether a script should wait until a download that was put off is tried again."""
    saving = watched.saving
    if error is None or saving is None or isinstance(error, Busy):
        return True
    if isinstance(error, StorageTrouble):
        return False  # a script makes no room on a full disk
    if not wait:
        is_early = monitor.clock.monotonic() - saving.asked_at < _SOON
        return is_early and error.scope is not Scope.GATEWAY and error.retry.first <= _SOON
    if isinstance(error, NotReady):
        return not _seems_gone(watched, monitor.now())
    return error.scope is Scope.GATEWAY or saving.failures < _ROUNDS


def _seems_gone(watched: Row, now: float) -> bool:
    """Whether its time is over, by the server's word or by estimate."""
    ends = watched.expiry
    return watched.status is Status.EXPIRED or (ends is not None and now >= ends.at)


def _tell_why_it_takes_long(connection: Connection, told: set[GatewayState | str]) -> None:
    """Say once on stderr that the gateway cannot be reached, or that it asks to slow down."""
    link, error = connection.link, connection.error
    if (
        link in (GatewayState.OFFLINE, GatewayState.SLOWED)
        and link not in told
        and error is not None
    ):
        told.add(link)
        diagnosis = diagnose(error)
        tell(f"hingtui: {diagnosis.what} {diagnosis.advice}")


def _tell_who_is_waited_for(waiting: list[Row], told: set[GatewayState | str]) -> None:
    """Say once on stderr that another process is saving a video: it may have been stopped."""
    for watched in waiting:
        error = watched.saving.error if watched.saving is not None else None
        if isinstance(error, Busy) and watched.id not in told:
            told.add(watched.id)
            tell(f"{watched.id}: {diagnose(error).what}")


def _why_unanswered(watched: Row, monitor: Monitor) -> str:
    error = watched.trouble.error if watched.trouble is not None else monitor.connection.error
    if error is None:
        return _("the gateway does not know this id (yet)") if watched.failures else _("no answer")
    return _in_words(error)


def _why_not_saved(watched: Row, monitor: Monitor) -> str:
    if watched.id not in monitor.watched:
        return _("it was taken off the watchlist meanwhile")
    video = watched.video
    if watched.status is Status.FAILED and video is not None:
        words = video.error.message or video.error.code if video.error else ""
        return _("the gateway failed to make this video. {words}").format(words=words).strip()
    error = watched.saving.error if watched.saving is not None else None
    is_refused = isinstance(error, ApiError) and error.scope is not Scope.GATEWAY
    if watched.status is Status.EXPIRED or (is_refused and _seems_gone(watched, monitor.now())):
        return _("the file has expired on the server")
    if error is not None:
        return _in_words(error)
    if video is None or watched.trouble is not None or monitor.connection.error is not None:
        return _why_unanswered(watched, monitor)
    return _("it is not finished yet ({word}); with --wait it is waited for").format(
        word=video.raw_status or watched.status.value
    )


def _in_words(error: Exception) -> str:
    told = diagnose(error)
    return f"{told.what} {told.said}".strip()


# What is given


def _settings(environ: Mapping[str, str]) -> Settings:
    settings = load_settings(environ)
    i18n.use_language(settings.language)
    for notice in settings.notices:
        tell(f"hingtui: {notice}")
    return settings


def _found(arguments: Sequence[str]) -> Found:
    """The ids in the arguments, and in standard input where one of them is `-`."""
    each = [
        find_ids(_piped()) if text == "-" else find_ids_in_arguments([_as_typed(text)])
        for text in arguments
    ]
    return Found(
        tuple(dict.fromkeys(word for one in each for word in one.ids)),
        tuple(dict.fromkeys(word for one in each for word in one.rejected)),
    )


def _piped() -> str:
    text = sys.stdin.read(PASTE_LIMIT + 1)
    if len(text) > PASTE_LIMIT:
        told = _("Only the first {n} million characters of standard input were looked at.")
        tell(f"hingtui: {told.format(n=PASTE_LIMIT // 1_000_000)}")
    return text


def _as_typed(argument: str) -> str:
    """What a locale that knows ASCII only made surrogates of is UTF-8 nearly always."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return os.fsencode(argument).decode("utf-8", "replace")
    return argument


def _named(arguments: Sequence[str]) -> list[str]:
    """The ids named; what is none is an error, because a script means what it says."""
    found = _found(arguments)
    if found.rejected:
        raise SettingsError(_("Not an id: {word}").format(word=found.rejected[0]))
    if arguments and not found.ids:
        raise SettingsError(_("No id was found. An id looks like video_691209aab0a0..."))
    return list(found.ids)


def _refuse(problem: object) -> int:
    tell(f"hingtui: {problem}")
    return 1
