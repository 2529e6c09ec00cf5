"""Automatic download on the dashboard: when it begins, and when it is offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.storage.state import load_state
from tests.app.expiring_videos import configure, ready
from tests.support.pilot import piloted
from tests.support.watch import job


async def test_automatic_download_starts_with_ready_videos_and_is_remembered(home: Path) -> None:
    later = job("later", queued_for=0, generating_for=30)
    async with piloted(home, ready("one", 3000), later) as acting:
        await acting.press("A")
        assert "Automatic download is on: 1 download begins." in acting.toasts()
        await acting.saved("one")
        await acting.pass_time(60)
        await acting.saved("later")
        assert acting.row("later").saved is not None
    async with piloted(home, watched=[]) as acting:
        assert acting.app.monitor.auto_download
        await acting.press("A")
        assert acting.toasts()[-1].startswith("Automatic download is off")
    assert load_state(home / "state.toml").auto_download is False


@pytest.mark.slow
async def test_videos_ready_before_the_start_are_downloaded(home: Path) -> None:
    async with piloted(home, ready("one", 3000)) as acting:
        await acting.app.memory.written(1)
        acting.app.memory.change(auto_download=True)
    async with piloted(home, ready("one", 3000)) as acting:
        await acting.saved("one")
        assert acting.row("one").saved is not None


OFFER = "A downloads each video as soon as it is ready (Esc hides this offer)"


@pytest.mark.slow
async def test_automatic_download_is_offered_until_it_is_dismissed(home: Path) -> None:
    async with piloted(home, ready("one", 3000)) as acting:
        assert acting.lines()[1].strip() == OFFER
        await acting.press("escape")
        assert OFFER not in acting.text()
    async with piloted(home, ready("two", 3000)) as acting:
        assert OFFER not in acting.text()


@pytest.mark.slow
async def test_it_is_offered_in_the_first_minutes_only(home: Path) -> None:
    async with piloted(home, ready("one", 3000)) as acting:
        await acting.pass_time(301)
        assert OFFER not in acting.text()


async def test_it_is_not_offered_where_the_config_decides(home: Path) -> None:
    configure(home, "auto_download = false")
    async with piloted(home, ready("one", 3000)) as acting:
        assert OFFER not in acting.text()
        await acting.press("A")
        assert acting.app.monitor.auto_download
