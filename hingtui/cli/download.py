"""The `download` command: download finished videos, or wait until they are finished.

Paths or JSON go to stdout. On a terminal, stderr shows how far it is (`download_progress`).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hingtui.cli.download_progress import show_progress
from hingtui.cli.output import advice_text, print_message, print_saved
from hingtui.cli.reasons import MOST_UNANSWERED, seems_gone, why_not_saved
from hingtui.cli.session import LAST_DOWNLOADS, ask_once, with_monitor
from hingtui.download.leftover_parts import discard_part
from hingtui.model.errors import Busy, HingtuiError, NotFound, NotReady, Scope, StorageError
from hingtui.model.explain import diagnose
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor import DownloadState, GatewayState, GatewayStatus, Monitor, Row
from hingtui.text.i18n import _

_MOST_FAILURES = 3
"""Failures of one download in a row after which --wait gives it up."""
_SOON = 10.0
"""Seconds: without --wait, a retry that is further away is not waited for."""
_CHECK_EVERY = 0.5
"""Seconds between two checks where no change is reported."""


def download(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    *,
    ready: bool = False,
    wait: bool,
    folder: str | None,
    as_json: bool,
    gateway: str | None = None,
) -> int:
    """Download finished videos and print where they are; 0 when all of them are saved.

    With `ready`, these are all watched videos that are ready and not saved yet; with `wait`, also
    those that are not finished now.
    """

    async def work(monitor: Monitor, rows: list[Row], folder: Path) -> int:
        run = _DownloadRun(monitor, folder, wait=wait, as_json=as_json)
        return await (run.run_ready(rows) if ready else run.run(rows))

    return with_monitor(
        environ,
        arguments,
        work,
        gateway=gateway,
        folder=folder,
        want_digest=as_json,
        polls=wait,
    )


class _DownloadRun:
    """The downloads of one run of the command."""

    def __init__(self, monitor: Monitor, folder: Path, *, wait: bool, as_json: bool) -> None:
        self._monitor = monitor
        self._folder = folder
        self._wait = wait
        self._as_json = as_json
        self._open: list[Row] = []
        """Neither saved nor given up."""
        self._begun: set[VideoKey] = set()
        """Ids whose download was started in this run."""
        self._failed: list[Row] = []
        self._saved = 0
        self._saved_bytes = 0
        """Of the files that were saved in this run."""
        self._reported: set[tuple[str, GatewayState] | str] = set()
        """Gateway states, and ids being downloaded elsewhere, that stderr has a line about."""

    async def run(self, rows: list[Row]) -> int:
        """Download the videos of `rows`; the exit status."""
        for row in rows:
            if _is_saved(row, self._folder):
                await self._print_earlier(row)
            else:
                self._open.append(row)
        if not self._wait:
            await ask_once(self._monitor, self._open)
        return await self._download_open()

    async def run_ready(self, rows: list[Row]) -> int:
        """Download those of `rows` that are ready, the first to expire first; the exit status.

        With --wait, those that are not finished are waited for.
        """
        if not self._wait:
            await ask_once(self._monitor, rows)
        now = self._monitor.now()
        for row in sorted(rows, key=_expires_at):
            is_awaited = self._wait and row.saved is None and not row.is_final
            if is_awaited or row.can_be_downloaded(now):
                self._open.append(row)
            elif self._may_be_ready(row):
                self._failed.append(row)
        if not self._open and not self._failed:
            print_message(_("Nothing is ready that is not saved yet."))
        return await self._download_open()

    def _may_be_ready(self, row: Row) -> bool:
        """Whether it could not be asked about; that the gateway does not know it is an answer."""
        if row.is_final or row.saved is not None:
            return False
        error = row.last_error.error if row.last_error else self._status_of(row).error
        is_answered = row.video is not None and not row.is_old and row.last_error is None
        return error is not None and not isinstance(error, NotFound) and not is_answered

    async def _download_open(self) -> int:
        try:
            await self._until_over()
        except asyncio.CancelledError:
            await self._stop()
            raise
        self._failed += self._open
        for row in self._failed:
            print_message(f"{row.id}: {why_not_saved(row, self._monitor)}")
        return 1 if self._failed else 0

    async def _stop(self) -> None:
        """Print what is saved by the time that all have stopped: no later --ready does."""
        await self._monitor.stop(LAST_DOWNLOADS)
        for row in self._open:
            if row.key in self._begun and _is_saved(row, self._folder):
                print_saved(row, self._monitor.now(), as_json=self._as_json)

    async def _print_earlier(self, row: Row) -> None:
        """Print a video that an earlier run saved; remove the part that a killed one left."""
        with suppress(StorageError):  # the video is here: a part beside it does no harm
            await asyncio.to_thread(discard_part, row.key, self._folder)
        self._saved += 1
        print_saved(row, self._monitor.now(), as_json=self._as_json)

    async def _until_over(self) -> None:
        """Check the downloads after each change, and every `_CHECK_EVERY` seconds."""
        changed = asyncio.Event()
        self._monitor.subscribe(lambda _changes: changed.set())
        while not self._is_over():
            changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_EVERY):
                    await changed.wait()

    def _is_over(self) -> bool:
        """Start, print or give up what can be; whether nothing is left to wait for."""
        for row in list(self._open):
            self._advance(row)
        if self._open:
            self._report_gateway()
            self._report_other_processes()
            self._show_progress()
        return all(self._status_of(row).state is GatewayState.DENIED for row in self._open)

    def _status_of(self, row: Row) -> GatewayStatus:
        return self._monitor.status_of(row.gateway)

    def _show_progress(self) -> None:
        lost = len(self._failed)
        show_progress(self._open, saved=self._saved, lost=lost, received=self._saved_bytes)

    def _advance(self, row: Row) -> None:
        if self._is_hopeless(row):
            self._open.remove(row)
            self._failed.append(row)
        elif row.key in self._begun and row.download is None:
            self._open.remove(row)
            self._saved += 1
            self._saved_bytes += row.saved_bytes or 0
            print_saved(row, self._monitor.now(), as_json=self._as_json)
        elif row.key not in self._begun and row.status is Status.READY:
            self._begun.update(self._monitor.download([row.key]))

    def _is_hopeless(self, row: Row) -> bool:
        """Whether this video will not be saved in this run."""
        if row.key not in self._monitor.rows:
            return True  # another process took it off the watchlist
        if (download := row.download) is not None:
            return download.state is DownloadState.FAILED or (
                download.state is DownloadState.WAITING
                and not self._is_worth_waiting_for(row, download.error)
            )
        if self._status_of(row).state in (GatewayState.NO_TOKEN, GatewayState.NOT_SET):
            return True
        if row.status is Status.READY:
            return False
        if not self._wait or row.is_final:
            return True
        if row.last_error is None:
            return False
        return isinstance(row.last_error.error, NotFound) or row.failures >= MOST_UNANSWERED

    def _is_worth_waiting_for(self, row: Row, error: HingtuiError | None) -> bool:
        """Whether to wait until a download that was put off is tried again."""
        download = row.download
        if error is None or download is None or isinstance(error, Busy):
            return True
        if isinstance(error, StorageError):
            return False  # a script makes no room on a full disk
        if not self._wait:
            is_early = self._monitor.clock.monotonic() - download.asked_at < _SOON
            return is_early and error.scope is not Scope.GATEWAY and error.retry.first <= _SOON
        if isinstance(error, NotReady):
            return not seems_gone(row, self._monitor.now())
        return error.scope is Scope.GATEWAY or download.failures < _MOST_FAILURES

    def _report_gateway(self) -> None:
        """Print once that a gateway cannot be reached, or asks for fewer requests."""
        for name in dict.fromkeys(row.gateway for row in self._open):
            status = self._monitor.status_of(name)
            if status.state not in (GatewayState.OFFLINE, GatewayState.SLOWED):
                continue
            if status.error is not None and (name, status.state) not in self._reported:
                self._reported.add((name, status.state))
                diagnosis = diagnose(status.error)
                start = "hingtui" if len(self._monitor.gateways) == 1 else name
                print_message(f"{start}: {diagnosis.what} {advice_text(diagnosis.advice)}")

    def _report_other_processes(self) -> None:
        """Print once that another process downloads a video: that one may have been stopped."""
        for row in self._open:
            error = row.download.error if row.download is not None else None
            if isinstance(error, Busy) and row.id not in self._reported:
                self._reported.add(row.id)
                print_message(f"{row.id}: {diagnose(error).what}")


def _expires_at(row: Row) -> float:
    return math.inf if row.expiry is None else row.expiry.at


def _is_saved(row: Row, folder: Path) -> bool:
    """Whether the file that an earlier run saved is still in this folder."""
    path = row.saved
    if path is None or path.parent != folder or not path.is_file():
        return False
    if not all(one.is_file() for one in row.paths):
        return False
    return row.saved_bytes in (None, path.stat().st_size)
