"""Settings, log, gateway and watchlist for one run of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hingtui.cli.input import named_ids
from hingtui.cli.output import shown_progress, tell
from hingtui.model.errors import HingtuiError
from hingtui.monitor import Monitor, Row
from hingtui.storage.settings import Settings, absolute_path, load_settings
from hingtui.storage.watchlist import Watchlist
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.i18n import _

Work = Callable[[Monitor, list[Row], Settings], Awaitable[int]]
"""What a command does with the videos named; the result is its exit status."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    settings = load_settings(environ)
    i18n.use_language(settings.language)
    for notice in settings.notices:
        tell(f"hingtui: {notice}")
    return settings


def with_monitor(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    work: Work,
    *,
    folder: str | None = None,
    want_digest: bool = False,
    polls: bool = False,
) -> int:
    """Load settings, connect, do `work` on the videos named, and put everything in order."""
    try:
        settings = read_settings(environ)
        token = settings.token
        if token is None:
            return refuse(
                _("There is no token. Set HINGNET_API_KEY, or type it once in the dashboard.")
            )
        ids = named_ids(arguments)
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
        return refuse(error)


async def _session(
    settings: Settings,
    token: str,
    ids: list[str],
    work: Work,
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
    report_damage(monitor.set_aside)
    monitor.add(ids, remember=False)
    monitor.connect(Api(settings.base_url, token))
    runner = asyncio.create_task(monitor.run(polls=polls))
    try:
        rows = [monitor.watched[video_id] for video_id in ids or monitor.watched]
        return await work(monitor, rows, settings)
    finally:
        await monitor.stop()
        runner.cancel()


async def ask_once(monitor: Monitor, rows: list[Row]) -> None:
    """Ask about each, finished ones too: they may have gone. A terminal sees how far it is."""
    with shown_progress() as show:
        await monitor.ask_once([watched.id for watched in rows], show)


def report_damage(set_aside: Path | None) -> None:
    """Say so where the watchlist was just found to be damaged."""
    if set_aside is not None:
        words = _("The watchlist was damaged. Its backup is used; the bad file is {name}.")
        tell(f"hingtui: {words.format(name=set_aside.name)}")


def refuse(problem: object) -> int:
    tell(f"hingtui: {problem}")
    return 1
