"""Settings, log, gateway and watchlist for one run of a command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from hingtui.cli.history_notices import HistoryNotices
from hingtui.cli.input import Given, required_ids
from hingtui.cli.live_line import live_line
from hingtui.cli.output import print_message, show_asking
from hingtui.model.errors import HingtuiError, SettingsError
from hingtui.model.key import VideoKey
from hingtui.monitor import Changes, Monitor, Row
from hingtui.monitor.download_thread import Naming
from hingtui.storage.open_history import history_of
from hingtui.storage.settings import (
    GatewaySettings,
    Settings,
    absolute_path,
    gateways_by_url,
    load_settings,
    load_token,
)
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.repair import Repair, repair_text
from hingtui.system.files import error_text
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.cell_width import repeated
from hingtui.text.i18n import _

Work = Callable[[Monitor, list[Row], Path], Awaitable[int]]
"""What a command does: with a connected monitor, the rows of the ids that were given (all watched
ones if none was), and the folder for downloads. The result is the exit status."""

LAST_DOWNLOADS = 1.0
"""Seconds for downloads that are being saved, when a signal ends a command."""
_NOWHERE = logging.NullHandler()
"""For what is logged without a file, as by `history`: Python would print it as it is."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What the monitor of a command does without being asked."""

    want_digest: bool = False
    """Compute the SHA-256 of each saved file."""
    polls: bool = False
    """Keep asking about videos that are not finished."""
    auto_download: bool = False
    """Download each video as soon as it is ready."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings, with their language in use and their notices printed. Raises SettingsError."""
    logging.getLogger().addHandler(_NOWHERE)
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
    gateway: str | None = None,
    folder: str | None = None,
    want_digest: bool = False,
    polls: bool = False,
) -> int:
    """Load the settings, connect, do `work`, and disconnect; the exit status.

    `gateway` is the name of the only one to ask, `folder` replaces the settings' folder for
    downloads, `want_digest` computes the SHA-256 of each file, `polls` keeps asking about
    unfinished videos.
    """
    try:
        settings = read_settings(environ)
        if gateway is not None:
            settings = replace(settings, gateways=(named_gateway(settings, gateway),))
        given = required_ids(arguments)
        if folder is not None:
            settings = replace(settings, downloads=absolute_path(folder, "--output"))
    except (HingtuiError, OSError) as error:
        return fail(error)
    only = _chosen_keys(given, gateway)
    return run_with(settings, given, only, work, Mode(want_digest=want_digest, polls=polls))


def run_with(
    settings: Settings,
    given: Given,
    only: Callable[[VideoKey], bool] | None,
    work: Work,
    mode: Mode,
) -> int:
    """Connect, do `work` on the videos `given`, and disconnect; the exit status.

    With `only`, no other videos of the watchlist are watched.
    """
    try:
        log = open_log(settings.log_path)
        try:
            settings = replace(settings, gateways=_with_tokens(settings, log.hide))
            return this_process.run(_connected(settings, given, only, work, mode))
        finally:
            log.close()
    except BrokenPipeError:
        raise  # the reader has closed our output: `parser` ends the run silently
    except (HingtuiError, OSError) as error:
        return fail(error)


def named_gateway(settings: Settings, name: str) -> GatewaySettings:
    """The gateway that `--gateway` names. Raises SettingsError."""
    if (found := settings.gateway(name)) is None:
        names = ", ".join(gateway.name for gateway in settings.gateways)
        sentence = _("There is no gateway {name}. The settings have: {names}.")
        if not (shown := repeated(name)):
            sentence = _("--gateway names no gateway. The settings have: {names}.")
        raise SettingsError(sentence.format(name=shown, names=names))
    return found


def check_gateway(settings: Settings, name: str | None, watched: Iterable[VideoKey]) -> None:
    """Raise SettingsError if `--gateway` names one of neither the settings nor the `watched`."""
    if name is not None and (not name or all(key.gateway != name for key in watched)):
        named_gateway(settings, name)


def _with_tokens(settings: Settings, hide: Callable[[str], None]) -> tuple[GatewaySettings, ...]:
    """The gateways with their tokens. Raises SettingsError if none of them has one."""
    gateways = []
    for gateway in settings.gateways:
        try:
            gateways.append(load_token(gateway))
        except SettingsError as error:
            if len(settings.gateways) == 1:
                raise
            print_message(f"hingtui: {error}")
            gateways.append(replace(gateway, token_command=()))
    for gateway in gateways:
        if gateway.token:
            hide(gateway.token)
    if all(gateway.needs_token for gateway in gateways):
        sentence = _("There is no token. Set HINGNET_API_KEY, or type it once in the dashboard.")
        raise SettingsError(sentence)
    return tuple(gateways)


def _chosen_keys(given: Given, gateway: str | None) -> Callable[[VideoKey], bool] | None:
    """Whether a video is one of those that were given, at the gateway that was; None for all."""
    if not given.ids and gateway is None:
        return None
    ids = frozenset(given.ids)
    return lambda key: (not ids or key.id in ids) and gateway in (None, key.gateway)


async def _connected(
    settings: Settings,
    given: Given,
    only: Callable[[VideoKey], bool] | None,
    work: Work,
    mode: Mode,
) -> int:
    monitor = _monitor_of(settings, only, mode)
    await monitor.load()
    report_damage(monitor.repair)
    named = gateways_by_url(given.urls, settings.gateways)
    added = monitor.add(given.ids, named=named, remember=False)
    keys = dict.fromkeys([*added.known, *added.added]) if given.ids else monitor.rows
    rows = [monitor.rows[key] for key in keys]
    await monitor.checked()  # the history may know the gateway of a row, which changes its key
    _connect(monitor, settings)
    runner = asyncio.create_task(monitor.run(polls=mode.polls))
    try:
        places = {video_id: place for place, video_id in enumerate(given.ids)}
        rows.sort(key=lambda row: places.get(row.id, 0))
        return await work(monitor, rows, settings.downloads)
    finally:
        live_line.hide()
        await monitor.stop()
        monitor.feed.flush()
        runner.cancel()


def _monitor_of(settings: Settings, only: Callable[[VideoKey], bool] | None, mode: Mode) -> Monitor:
    """The monitor of a command, which prints what cannot be written."""
    monitor = Monitor(
        Watchlist(settings.watchlist_path),
        folder=settings.downloads,
        only=only,
        max_downloads=settings.max_downloads,
        auto_download=mode.auto_download,
        want_digest=mode.want_digest,
        naming=Naming(settings.name, settings.sidecar),
        gateways=[gateway.name for gateway in settings.gateways],
        history=partial(history_of, settings),
    )
    monitor.subscribe(_print_not_written)
    monitor.subscribe(HistoryNotices(monitor.history).print_new)
    return monitor


def _connect(monitor: Monitor, settings: Settings) -> None:
    """Give each gateway that has a token its client."""
    from hingtui.api import Api

    for gateway in settings.gateways:
        api = None
        if not gateway.needs_token:
            api = Api(gateway.base_url, gateway.token or "", kind=gateway.kind)
        monitor.connect(api, gateway.name)


def _print_not_written(changes: Changes) -> None:
    for sentence in changes.not_written:
        print_message(sentence)


async def ask_once(monitor: Monitor, rows: list[Row]) -> None:
    """Ask once about each video, finished ones too: their files may have expired.

    Shows its progress where stderr is a terminal.
    """
    try:
        await monitor.ask_once(rows, show_asking)
    finally:
        live_line.hide()


def report_damage(repair: Repair | None) -> None:
    """Print that the watchlist was damaged, where it was just repaired."""
    if repair is not None:
        print_message(f"hingtui: {repair_text(repair)}")


def fail(problem: object) -> int:
    """Print why the command failed; its exit status."""
    text = error_text(problem) if isinstance(problem, OSError) else problem
    print_message(f"hingtui: {text}")
    return 1
