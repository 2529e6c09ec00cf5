"""The dialog about the health of the gateways: its figures, and how it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.video import Status
from hingtui.storage.history import HISTORY_FILE, History
from hingtui.ui.screens.gateway_health import GatewayHealthDialog
from hingtui.ui.widgets.header_part import GATEWAYS
from tests.support.clock import FakeClock
from tests.support.histories import seen
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

DAY = 86_400.0


def shown(acting: PilotedApp) -> str:
    """The screen's words, whatever the lines and boxes."""
    return " ".join(acting.text().replace("│", " ").split())


def with_history(home: Path) -> None:
    history = History(home / HISTORY_FILE, clock=FakeClock())
    earlier = [seen(f"v_{n}", at=-3 * DAY, took=100.0, model="veo") for n in range(10)]
    recent = [seen(f"w_{n}", at=-0.5 * DAY, took=150.0, model="veo") for n in range(3)]
    history.record([*earlier, *recent, seen("x", at=-2 * DAY, status=Status.FAILED, model="veo")])
    history.close()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "family videos",
                "usually 1:40, nine of ten within 2:30",
                "1 of 14 failed",
                "50 % slower since yesterday",
                "From the history of the last 7 days",
            ),
        ),
        ("zh", ("videos", "通常 1:40", "14 个中失败 1 个", "昨天以来慢了 50%", "历史")),
    ],
)
async def test_the_dialog_shows_the_figures_of_the_history(
    tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    with_history(tmp_path)
    async with piloted(tmp_path, job(), size=(80, 24), language=language) as acting:
        await acting.pass_time(1)
        await acting.press("f4")
        await until(lambda: words[-1] in shown(acting))
        for word in words:
            assert word in shown(acting)
        await acting.press("f4")
        assert not isinstance(acting.app.screen, GatewayHealthDialog)


async def test_without_a_history_it_covers_only_this_run(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(queued_for=0, generating_for=0)) as acting:
        await acting.pass_time(1)
        header = acting.dashboard.query_one("Header")
        first = next(first for first, _end, what in header._line.targets if what == GATEWAYS)  # type: ignore[attr-defined]
        await acting.pilot.click("Header", offset=(first + 1, 0))
        await until(lambda: "0 of 1 failed" in shown(acting))
        assert "From this run." in shown(acting)
