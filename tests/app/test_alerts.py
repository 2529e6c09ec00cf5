"""Alarms, the forecast and the return from an absence, on the dashboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from hingtui.monitor import DownloadState, RowState
from hingtui.monitor.state_words import row_state_icon
from hingtui.ui.table.row_state import row_state_style
from tests.app.expiring_videos import configure, live_through, ready
from tests.support.clock import EPOCH
from tests.support.keys import key
from tests.support.pilot import PilotedApp, piloted
from tests.support.watch import job


def signals(acting: PilotedApp) -> list[str]:
    """What is sent to the terminal from now on."""
    sent: list[str] = []
    alerts = acting.app.alerts
    assert alerts is not None
    alerts._signals._write = sent.append
    return sent


async def test_an_unsaved_video_alarms_until_it_has_expired(home: Path) -> None:
    async with piloted(home, ready("one", 700, "A lighthouse"), ready("two", 700)) as acting:
        sent = signals(acting)
        assert "expire" not in acting.lines()[1]
        await live_through(acting, 100)
        assert acting.toasts()[-1] == "2 videos expire within 10 minutes"
        assert acting.lines()[1] == " 2 expire within 10 minutes: D downloads them"
        assert sent.count("\a") == 1
        await live_through(acting, 410)
        assert sent.count("\a") == 1, "each threshold once"
        await live_through(acting, 10)
        assert acting.toasts()[-1] == "2 videos expire within 3 minutes"
        await live_through(acting, 120)
        assert acting.lines()[1] == " 2 expire within 1 minute: D downloads them"
        assert sent.count("\a") == 3
        await live_through(acting, 60)
        assert acting.toasts()[-1] == "2 videos expired before they were saved"
        line = (
            " 2 videos expired before they were saved: A lighthouse and 1 more (Esc dismisses this)"
        )
        assert acting.lines()[1] == line
        await live_through(acting, 700)
        assert acting.lines()[1] == line, "it stays until somebody has seen it"
        await acting.press("escape")
        assert "expired before" not in acting.text()


async def test_an_answer_does_not_take_an_alarms_place(home: Path) -> None:
    async with piloted(home, ready("one", 700, "A lighthouse")) as acting:
        await live_through(acting, 100)
        await acting.press("u")
        assert acting.toasts() == [
            "Expires within 10 minutes: A lighthouse",
            "Nothing to undo.",
        ]


async def test_a_later_expiry_does_not_hide_the_next_one(home: Path) -> None:
    async with piloted(home, ready("one", 170, "A lighthouse"), ready("two", 400, "Sea")) as acting:
        assert acting.toasts() == [
            "Expires within 3 minutes: A lighthouse",
            "Expires within 10 minutes: Sea",
        ]


async def test_the_banner_says_what_expires_first_and_what_follows(home: Path) -> None:
    async with piloted(home, ready("one", 170), ready("two", 300), ready("three", 310)) as acting:
        assert acting.lines()[1] == (
            " 1 expires within 3 minutes, 3 in all within 10 minutes: D downloads them"
        )


@pytest.mark.slow
async def test_an_expired_video_is_red(home: Path) -> None:
    async with piloted(home, ready("one", 60)) as acting:
        palette = acting.dashboard.palette
        assert row_state_style(RowState.EXPIRED, palette) == palette.error
        await acting.pass_time(70)
        assert "expired" in acting.line_with(row_state_icon(RowState.EXPIRED))


async def test_the_banner_names_the_users_own_keys(home: Path) -> None:
    configure(home, '[keys]\ndownload_all = "ctrl+d"')
    async with piloted(home, ready("one", 170)) as acting:
        assert acting.lines()[1] == " 1 expires within 3 minutes: Ctrl+D downloads it"


async def test_alarms_are_in_chinese(home: Path) -> None:
    async with piloted(home, ready("one", 170, "冰镇汽水"), language="zh") as acting:
        assert acting.lines()[1].replace(" ", "") == "1个将在3分钟内过期：按D下载"
        assert "3 分钟内过期：冰镇汽水" in acting.toasts()
        (event,) = (e for e in acting.app.event_log.newest_first() if "过期" in e.text)
        assert event.key == key("one")  # so that Enter in the list of events selects it


async def test_saving_it_ends_the_alarm(home: Path) -> None:
    async with piloted(home, ready("one", 170)) as acting:
        sent = signals(acting)
        await acting.press("D")
        await acting.saved("one")
        assert "expires within" not in acting.text()
        await acting.pass_time(200)
        assert "\a" not in sent


async def test_an_estimated_expiry_that_passes_is_only_probable(home: Path) -> None:
    old = replace(ready("one", 3600, vocabulary="openai"), created_at=EPOCH - 3500)
    async with piloted(home, old) as acting:
        await live_through(acting, 110)
        assert acting.lines()[1] == (
            " 1 probably expired before it was saved: one (D tries it, Esc dismisses this)"
        )
        assert acting.toasts()[-1] == ("Probably expired before it was saved (d tries anyway): one")
        await acting.press("escape")
        assert "probably" not in acting.text()


async def test_a_video_the_gateway_calls_expired_is_reported(home: Path) -> None:
    async with piloted(home, ready("one", 900)) as acting:
        acting.app.monitor.gateways["default"].responses.expire(acting.row("one"))
        await acting.drawn()
        assert acting.lines()[1].startswith(" 1 video expired before it was saved: one")
        assert acting.toasts()[-1] == "Expired before it was saved: one"
        assert not any(toast.startswith("Failed") for toast in acting.toasts())


@pytest.mark.slow
async def test_late_downloads_are_forecast_with_what_would_save_them(home: Path) -> None:
    jobs = [
        ready("long", 3000, "The long one", pad=40_000_000),
        ready("soon", 90, pad=2_000_000),
    ]
    async with piloted(home, *jobs) as acting:
        acting.app.monitor.queue._at_once = 1
        gateway = acting.app.monitor.gateways["default"]
        api, gateway.api = gateway.api, None  # nothing really moves
        acting.app.monitor.download([acting.row("long").key, acting.row("soon").key])
        download, waiting = acting.row("long").download, acting.row("soon").download
        assert download is not None
        assert waiting is not None
        waiting.progress.total = 2_000_000
        download.state, download.progress.total = DownloadState.RUNNING, 40_000_000
        for _second in range(8):
            download.progress.received += 100_000
            await acting.pass_time(1)
        assert " ".join(" ".join(acting.lines()[1:3]).split()) == (
            "1 of 2 downloads will probably not be saved before it expires (estimate: 100 kB/s in "
            "the last 20 s). Cancelling “The long one” (c) would save 1 more."
        )
        assert "Expires within 3 minutes: soon" in acting.toasts(), "although it is downloaded"
        gateway.api = api  # to be closed with the app


async def test_a_returning_user_gets_a_summary_in_one_line(home: Path) -> None:
    later = job("later", queued_for=0, generating_for=300)
    async with piloted(home, ready("one", 120), later) as acting:
        await live_through(acting, 620)
        await acting.press("j")
        assert "While you were away (10:20): 1 ready · 1 expired" in acting.toasts()


async def test_desktop_notifications_are_sent_only_without_focus(home: Path) -> None:
    jobs = [job(f"v{n}", queued_for=0, generating_for=at) for n, at in enumerate((30, 60, 60, 61))]
    async with piloted(home, *jobs) as acting:
        sent = signals(acting)
        await acting.pass_time(40)
        assert sent == [], "somebody looks"
        acting.app.post_message(events.AppBlur())
        await acting.pass_time(25)
        assert sent == ["\a"], "this terminal is not known to have notifications"
        await acting.pass_time(20)
        acting.app.post_message(events.AppFocus())
        await acting.pass_time(20)
        assert sent == ["\a"]
