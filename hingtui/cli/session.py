"""Settings, log, gateway and watchlist for one run of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hingtui.cli.input import required_ids
from hingtui.cli.live_line import live_line
from hingtui.cli.output import print_message, show_asking
from hingtui.model.errors import HingtuiError
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.monitor import Monitor, Row
from hingtui.storage.settings import Settings, absolute_path, load_settings
from hingtui.storage.watchlist import Watchlist
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.i18n import _

Work = Callable[[Monitor, list[Row], Path], Awaitable[int]]
"""What a command does: with a connected monitor, the rows of the ids that were given (all watched
ones if none was), and the folder for downloads. The result is the exit status."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings, with their language in use and their notices printed. Raises SettingsError."""
    settings = load_settings(environ)
    i18n.use_language(settings.language)
    for notice in settings.notices:
        print_message(f"hingtui: {notice}")
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
    """Load the settings, connect, do `work`, and disconnect; the exit status.

    `folder` replaces the settings' folder for downloads, `want_digest` computes the SHA-256 of each
    file, `polls` keeps asking about unfinished videos.
    """
    try:
        settings = read_settings(environ)
        token = settings.token
        if token is None:
            return fail(
                _("There is no token. Set HINGNET_API_KEY, or type it once in the dashboard.")
            )
        ids = required_ids(arguments)
        if folder is not None:
            settings = replace(settings, downloads=absolute_path(folder, "--output"))
        log = open_log(settings.log_path)
        try:
            log.hide(token)
            return this_process.run(
                _connected(settings, token, ids, work, want_digest=want_digest, polls=polls)
            )
        finally:
            log.close()
    except BrokenPipeError:
        raise  # nobody reads our output any more: `parser` ends the run silently
    except (HingtuiError, OSError) as error:
        return fail(error)


async def _connected(
    settings: Settings,
    token: str,
    ids: list[str],
    work: Work,
    *,
    want_digest: bool,
    polls: bool,
) -> int:
    from hingtui.api import Api

    keys = [VideoKey(DEFAULT_GATEWAY, video_id) for video_id in ids]
    monitor = Monitor(
        Watchlist(settings.watchlist_path),
        folder=settings.downloads,
        only=frozenset(keys) if keys else None,
        max_downloads=settings.max_downloads,
        want_digest=want_digest,
    )
    await monitor.load()
    report_damage(monitor.set_aside)
    monitor.add(ids, remember=False)
    monitor.connect(Api(settings.base_url, token))
    runner = asyncio.create_task(monitor.run(polls=polls))
    try:
        rows = [monitor.rows[key] for key in keys or monitor.rows]
        return await work(monitor, rows, settings.downloads)
    finally:
        live_line.hide()
        await monitor.stop()
        runner.cancel()


async def ask_once(monitor: Monitor, rows: list[Row]) -> None:
    """Ask once about each video, finished ones too: their files may have expired.

    Shows its progress where stderr is a terminal.
    """
    try:
        await monitor.ask_once(rows, show_asking)
    finally:
        live_line.hide()


def report_damage(set_aside: Path | None) -> None:
    """Print that the watchlist was damaged, where its bad file was just `set_aside`."""
    if set_aside is not None:
        sentence = _("The watchlist was damaged. Its backup is used; the bad file is {name}.")
        print_message(f"hingtui: {sentence.format(name=set_aside.name)}")


def fail(problem: object) -> int:
    """Print why the command failed; its exit status."""
    print_message(f"hingtui: {problem}")
    return 1
