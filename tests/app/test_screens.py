"""The screens as text, in both languages, compared with stored and reviewed dumps.

`HINGTUI_SCREENS=write python3 -m pytest tests/app/test_screens.py -n 0` updates them:
review the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.ui.event_log import EventKind
from hingtui.ui.screens.details import VERY_WIDE
from tests.support.dumps import check_dump
from tests.support.keys import key, keys
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

pytestmark = pytest.mark.usefixtures("in_utc")

JOBS = (
    job("video_queued", prompt="片头：紫色的黎明在海面上变成金色", queued_for=90),
    job("video_linear", prompt="A paper boat crosses a rain puddle at dusk", model="sora-2-pro"),
    job(
        "video_veo",
        prompt="北极光在雪山上空舞动，星空清晰，延时摄影",
        model="veo-3.1-fast-generate-preview",
        vocabulary="openai",
        size="1280x720",
        seconds=8,
    ),
    job("video_ready", prompt="百事可乐宣传片", queued_for=0, generating_for=1, lifetime=150),
    job(
        "video_failed",
        prompt="Somebody famous",
        outcome="failed",
        error=("moderation_blocked", "The prompt was refused."),
        queued_for=0,
        generating_for=2,
    ),
    job("video_saved", prompt="千里江山图", queued_for=0, generating_for=0),
    job("video_missing", outcome="missing"),
)

SIZES = [(60, 15), (80, 24), (120, 40), (200, 50)]


async def show_every_status(acting: PilotedApp) -> None:
    await acting.pass_time(1)
    acting.app.monitor.download(keys("video_saved"))
    await acting.saved("video_saved")
    await acting.pass_time(20)
    acting.app.monitor.ask()
    await acting.pass_time(10)
    acting.app.clear_notifications()
    await acting.drawn()


@pytest.mark.sample(2)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_screens_match_their_dumps(
    tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    """One run of the app for all screens of a size: to start it is what costs."""
    name = f"{language}-{size[0]}x{size[1]}"
    async with piloted(tmp_path, *JOBS, size=size, language=language, is_demo=True) as acting:
        await show_every_status(acting)
        check_dump(acting, f"dashboard-{name}")
        await acting.press("question_mark")
        check_dump(acting, f"help-{name}")
        await acting.press("escape")
        acting.table.select(key("video_failed"))
        await acting.press(*(["enter"] if size[0] < VERY_WIDE else []))
        check_dump(acting, f"detail-{name}")
        happen(acting)
        await acting.press("e", "j", "j")
        check_dump(acting, f"events-{name}")
        await acting.press("escape")
        for video_id in ("video_veo", "video_ready", "video_queued"):
            acting.table.select(key(video_id))
            await acting.press("x")
        await acting.press("i")
        await until(lambda: acting.line_with("北极光") or acting.line_with("百事可乐"))
        await acting.press("ctrl+a", "j")
        check_dump(acting, f"import-{name}")


def happen(acting: PilotedApp) -> None:
    """Events, in a certain order: what happened at one moment is in any."""
    log = acting.app.event_log
    log._events.clear()
    reason = "The prompt was refused: it may show a real person's likeness."
    log.add(f"Failed: Somebody famous – {reason * 2}", EventKind.FAILED)
    log.add("网关恢复响应。 The gateway answers again.")
    log.add("Saved: 千里江山图", EventKind.SAVED, key("video_saved"))
    log.add("The gateway cannot be reached.", EventKind.WARNING)


@pytest.mark.sample(2)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((80, 24), "first-start"),
        ((60, 15), "first-start-60x15"),
        ((160, 45), "first-start-160x45"),
    ],
)
async def test_the_first_start_matches_its_dump(
    tmp_path: Path, language: str, size: tuple[int, int], name: str
) -> None:
    async with piloted(tmp_path, size=size, language=language, token=None) as acting:
        check_dump(acting, f"{name}-{language}")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_dialog_to_add_videos_fits_a_small_screen(tmp_path: Path, language: str) -> None:
    async with piloted(tmp_path, *JOBS, size=(60, 15), language=language) as acting:
        await acting.press("a")
        await acting.paste("video_new video_queued")
        await until(lambda: acting.line_with("1"))
        await acting.drawn()
        check_dump(acting, f"add-60x15-{language}")
