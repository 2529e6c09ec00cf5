"""Videos that are ready and expire, and the time until then."""

from __future__ import annotations

from pathlib import Path

from hingtui.demo.job import Job
from tests.support.pilot import PilotedApp
from tests.support.watch import job


def ready(video_id: str, ends_in: float, prompt: str = "", **traits: object) -> Job:
    """A video that is ready, and expires in so many seconds."""
    times = {"queued_for": 0, "generating_for": 0, "lifetime": ends_in}
    return job(video_id, prompt=prompt or video_id, **times, **traits)


def configure(home: Path, text: str) -> None:
    """Write config.toml."""
    home.mkdir()
    (home / "config.toml").write_text(text)


async def live_through(acting: PilotedApp, seconds: int) -> None:
    """Let time pass in steps: a jump would look like a machine that slept."""
    for _step in range(seconds // 10):
        await acting.pass_time(10)
