"""The toasts of the commands for videos without a file, status by status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hingtui.monitor import Row
from hingtui.system.open_file import Opened
from hingtui.ui.copy_actions import CopyActions
from hingtui.ui.file_actions import FileActions
from hingtui.ui.keys import default_key_for
from hingtui.ui.opening_text import folder_toast
from hingtui.ui.video_actions import ActionContext, Outcome, VideoActions
from tests.support.watch import job, watching

QUEUED: dict[str, Any] = {"queued_for": 1000}
GENERATING: dict[str, Any] = {"queued_for": 0, "generating_for": 1000}
FAILED: dict[str, Any] = {"queued_for": 0, "generating_for": 0, "outcome": "failed"}
READY: dict[str, Any] = {"queued_for": 0, "generating_for": 0}


async def never(_path: Path) -> Opened:
    raise AssertionError("no player is expected to be started")


class Actions(VideoActions, FileActions, CopyActions):
    """All commands about one row."""


def actions_on(
    monitor: Any, row: Row, copied: list[str] | None = None, opened: Opened | None = None
) -> Actions:
    async def play(path: Path) -> Opened:
        return await never(path) if opened is None else opened

    copy = ([] if copied is None else copied).append
    context = ActionContext(lambda: [row], lambda: [row.key], copy, play, play, default_key_for)
    return Actions(monitor, context)


def words(outcome: Outcome) -> str:
    return "" if outcome.toast is None else outcome.toast.text


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (QUEUED, "It is still in the gateway's queue: it can be downloaded once it is ready."),
        (GENERATING, "It is still being generated: it can be downloaded once it is ready."),
        (FAILED, "Its generation failed, so there is no file. Enter shows why."),
        (
            {"outcome": "missing"},
            "The gateway does not know this id (yet). It is asked again automatically.",
        ),
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


async def test_a_deleted_video_is_not_called_unsaved(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**READY)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.monitor.gateways["default"].responses.expire(watch.row("video_one"))
        actions = actions_on(watch.monitor, watch.row("video_one"))
        sentence = "It has expired: the gateway has deleted its file. Ask for it again where "
        assert words(await actions.download()).startswith(sentence)
        assert words(await actions.open()).startswith(sentence)


async def test_outdated_states_are_described_in_the_past(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**GENERATING)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.monitor.pause(True)
        actions = actions_on(watch.monitor, watch.row("video_one"))
        sentence = "When it was last asked about, it was still being generated."
        assert words(await actions.download()) == sentence


async def test_an_unsaved_video_past_its_expiry_is_not_promised(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**READY)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.clock.advance(4000)
        actions = actions_on(watch.monitor, watch.row("video_one"))
        for action, end in (
            (actions.open, " d tries anyway."),
            (actions.download, " hingtui tries anyway."),
        ):
            sentence = words(await action())
            assert sentence.startswith("It was not saved, and its file should have expired at ")
            assert sentence.endswith(end)


async def test_polling_while_paused_is_answered_with_the_pause(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        actions = actions_on(watch.monitor, watch.row("video_one"))
        assert words(actions.ask_all()) == "Asking about all that are not finished."
        watch.monitor.pause(True)
        assert words(actions.ask()) == words(actions.ask_all()) == "Asking is paused: p goes on."


async def test_polling_with_only_finished_videos_asks_nothing(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**READY)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        actions = actions_on(watch.monitor, watch.row("video_one"))
        assert words(actions.ask_all()) == "All are finished: there is nothing to ask about."


async def test_without_a_token_every_command_names_the_key_to_type_it(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**READY), job("video_two")) as watch:
        watch.monitor.add(["video_one", "video_two"])
        await watch.look()
        watch.monitor.add(["video_new"])
        watch.monitor.connect(None)
        sentence = "There is no token yet: Enter types it."
        new = actions_on(watch.monitor, watch.row("video_new"))
        assert words(await new.download()) == words(new.ask()) == sentence
        ready = actions_on(watch.monitor, watch.row("video_one"))
        assert words(ready.download_all()) == f"1 video will be downloaded. {sentence}"
        assert words(await ready.download()) == sentence
        assert words(ready.download_all()) == "All that are ready are saved or being downloaded."


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
        assert words(await actions.download()) == "It is in line: others are downloaded first."
        await watch.saved("video_one")
        assert words(await actions.download()).startswith("It is saved already: ")


async def test_the_complete_id_is_copied_and_shown(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        long = "video_" + "6b085b77d297" * 10
        watch.monitor.add([long])
        copied: list[str] = []
        sentence = actions_on(watch.monitor, watch.row(long), copied).copy_id()
        assert copied == [long]
        assert words(sentence) == f"Sent to the terminal's clipboard: {long}"


@pytest.mark.parametrize(
    ("opened", "sentence"),
    [
        (Opened("mpv"), "Opening with mpv: video_one.mp4"),
        (Opened(""), "No player was found. "),
        (Opened("xdg-open", status=4), "xdg-open could not open it (exit status 4). "),
        (
            Opened("mpv", reason="No such file or directory"),
            "mpv could not be started (No such file or directory). ",
        ),
    ],
    ids=str,
)
async def test_opening_reports_its_outcome(tmp_path: Path, opened: Opened, sentence: str) -> None:
    async with watching(tmp_path, job(**READY)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.monitor.download([watch.row("video_one").key])
        await watch.saved("video_one")
        actions = actions_on(watch.monitor, watch.row("video_one"), opened=opened)
        assert words(await actions.open()).startswith(sentence)


async def test_the_folder_of_a_saved_video_is_shown(tmp_path: Path) -> None:
    async with watching(tmp_path, job(**READY)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        row = watch.row("video_one")
        assert "not saved yet" in words(await actions_on(watch.monitor, row).reveal())
        watch.monitor.download([row.key])
        await watch.saved("video_one")
        actions = actions_on(watch.monitor, row, opened=Opened("xdg-open"))
        assert words(await actions.reveal()) == "Opening with xdg-open: videos"
        without = actions_on(watch.monitor, row, opened=Opened(""))
        assert words(await without.reveal()).startswith("No program to show folders was found.")


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        (Opened(""), "No program to show folders was found. The folder: /of/videos"),
        (
            Opened("xdg-open", status=4),
            "xdg-open could not open it (exit status 4). The folder: /of/videos",
        ),
        (
            Opened("xdg-open", reason="Permission denied"),
            "xdg-open could not be started (Permission denied). The folder: /of/videos",
        ),
    ],
    ids=str,
)
def test_a_folder_that_is_not_shown_is_no_matter_of_a_player(opened: Opened, said: str) -> None:
    assert folder_toast(Path("/of/videos"), opened).text == said


async def test_a_curl_line_holds_a_variable_and_no_token(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_one")) as watch:
        watch.monitor.add(["video_one"])
        copied: list[str] = []
        actions_on(watch.monitor, watch.row("video_one"), copied).copy_curl()
        url = f"{watch.server.base_url}/v1/videos/video_one"
        assert copied == [f'curl -H "Authorization: Bearer $HINGNET_API_KEY" {url}']
        watch.monitor.connect(None)
        sentence = words(actions_on(watch.monitor, watch.row("video_one"), copied).copy_curl())
        assert sentence == "Its gateway cannot be asked: nothing is copied."


def test_actions_and_notifications_import_no_textual() -> None:
    code = (
        "import sys; sys.modules['textual'] = None\n"  # importing it raises
        "import hingtui.ui.video_actions, hingtui.ui.file_actions, hingtui.ui.notifications\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
