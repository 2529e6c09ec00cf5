"""The `download` command: download finished videos, or wait until they are finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hingtui.cli.output import print_saved, tell
from hingtui.cli.reasons import seems_gone, why_not_saved
from hingtui.cli.session import ask_once, with_monitor
from hingtui.download import discard_part
from hingtui.model.errors import Busy, HingtuiError, NotFound, NotReady, Scope, StorageTrouble
from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import Connection, DownloadState, GatewayState, Monitor, Row

_ROUNDS = 3
"""Times that a script with --wait lets a download fail in a row."""
_SOON = 10.0
"""Seconds within which a script without --wait learns that a video cannot be saved now."""
_LOOK_AGAIN = 0.5
_GIVE_UP = 8
"""Failed questions in a row about one video, some minutes' worth, after which nobody waits."""


def download(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    *,
    wait: bool,
    folder: str | None,
    as_json: bool,
) -> int:
    """Bring finished videos home; 0 when all were saved."""
    return with_monitor(
        environ,
        arguments,
        lambda monitor, rows, settings: _download(
            monitor, rows, settings.downloads, wait=wait, as_json=as_json
        ),
        folder=folder,
        want_digest=as_json,
        polls=wait,
    )


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
        await ask_once(monitor, waiting)
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
        tell(f"{watched.id}: {why_not_saved(watched, monitor)}")
    return 1 if failed else 0


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
        return not seems_gone(watched, monitor.now())
    return error.scope is Scope.GATEWAY or saving.failures < _ROUNDS


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
