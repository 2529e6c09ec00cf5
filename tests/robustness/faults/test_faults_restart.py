"""Requested downloads continue at the next start."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.errors import Corrupt
from hingtui.model.video import Status
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.sockets import HANG
from tests.support.keys import keys
from tests.support.mp4 import mp4

DATA = mp4(60_000)


async def start_downloads(here: FaultyWatch, *names: str) -> None:
    """Request downloads of finished videos that do not end."""
    for name in names:
        here.gateway.file(name, DATA)
        here.gateway.fault(f"/v1/videos/{name}/content", [HANG], times=9)
    await here.watch(*names)
    here.download(*names)
    await here.asked_for_content(min(3, len(names)))


async def test_requested_downloads_continue_at_the_next_start(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await start_downloads(here, "a", "b", "c", "d", "e")
    async with faulty_watch(tmp_path, resume_downloads=True) as here:
        for name in "abcde":
            here.gateway.file(name, DATA)
        assert all(here.row(name).is_downloading for name in "abcde")
        await here.saved(*"abcde")
        assert len(here.files) == 5
        assert not any(here.row(name).download_requested for name in "abcde")


async def test_a_cancelled_download_does_not_continue(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await start_downloads(here, "a", "b")
        here.monitor.cancel(keys("a"))
        await here.monitor.watchlist_sync.sync()
    async with faulty_watch(tmp_path, resume_downloads=True) as here:
        assert not here.row("a").is_downloading
        assert here.row("b").is_downloading


async def test_a_requested_download_is_stored_at_once(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await start_downloads(here, "a")
        await here.monitor.watchlist_sync.sync()
        assert "download_requested = true" in (tmp_path / "watchlist.toml").read_text("utf-8")


async def test_a_command_does_not_change_the_dashboards_downloads(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await start_downloads(here, "a", "b")
    async with faulty_watch(tmp_path, only=frozenset(keys("a")).__contains__) as here:
        here.gateway.file("a", DATA)
        here.monitor.ask(keys("a"))
        await here.look()
        assert not here.row("a").is_downloading
        assert here.row("a").status is Status.READY
    async with faulty_watch(tmp_path, resume_downloads=True) as here:
        assert here.row("a").is_downloading
        assert here.row("b").is_downloading


async def test_a_failed_download_does_not_continue(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", b"", expires_at=int(here.clock.time()) + 100)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        saving = here.row("a").download
        assert saving is not None
        assert isinstance(saving.error, Corrupt)
    async with faulty_watch(tmp_path, resume_downloads=True) as here:
        assert not here.row("a").is_downloading
