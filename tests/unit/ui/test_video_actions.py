"""The toasts of the commands for videos without a file, status by status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hingtui.monitor import Row
from hingtui.ui.keys import default_key_for
from hingtui.ui.video_actions import ActionContext, Outcome, VideoActions
from tests.support.watch import job, watching

QUEUED: dict[str, Any] = {"queued_for": 1000}
GENERATING: dict[str, Any] = {"queued_for": 0, "generating_for": 1000}
FAILED: dict[str, Any] = {"queued_for": 0, "generating_for": 0, "outcome": "failed"}
READY: dict[str, Any] = {"queued_for": 0, "generating_for": 0}


async def never(_path: Path) -> bool:
    raise AssertionError("no player is expected to be started")


def actions_on(monitor: Any, row: Row, copied: list[str] | None = None) -> VideoActions:
    copy = ([] if copied is None else copied).append
    context = ActionContext(lambda: [row], lambda: [row.key], copy, never, default_key_for)
    return VideoActions(monitor, context)


def words(outcome: Outcome) -> str:
    return "" if outcome.toast is None else outcome.toast.text


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (QUEUED, "It is still in the gateway's queue."),
        (GENERATING, "It is still being generated."),
        (FAILED, "Its generation failed, so there is no file."),
    ],
)
async def test_the_toast_for_a_missing_file_depends_on_the_status(
    tmp_path: Path, how: dict[str, Any], sentence: str
) -> None:
    async with watching(tmp_path, job(**how)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=10)
        actions = actions_on(watch.monitor, watch.row("video_one"))
        assert words(await actions.download()) == sentence
        assert words(await actions.open()) == sentence


async def test_before_the_first_response_the_toast_mentions_the_gateway(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        actions = actions_on(watch.monitor, watch.row("video_one"))
        assert words(await actions.download()) == "The gateway has not answered about it yet."


async def test_a_ready_video_is_opened_only_when_saved(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**READY)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        actions = actions_on(watch.monitor, watch.row("video_one"))
        assert words(await actions.open()) == "It is not saved yet: d downloads it."
        assert words(await actions.download()) == ""
        assert words(await actions.download()) == "It is being downloaded already."
        await watch.saved("video_one")
        assert words(await actions.download()).startswith("It is saved already: ")


async def test_the_complete_id_is_copied(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        copied: list[str] = []
        actions_on(watch.monitor, watch.row("video_one"), copied).copy_id()
        assert copied == ["video_one"]


def test_actions_and_notifications_import_no_textual() -> None:
    code = (
        "import sys; sys.modules['textual'] = None\n"  # importing it raises
        "import hingtui.ui.video_actions, hingtui.ui.notifications\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
