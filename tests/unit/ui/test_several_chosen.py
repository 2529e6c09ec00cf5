"""Toasts about one of several selected videos name it."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.video import Status, Video
from hingtui.monitor import Monitor, Row
from hingtui.system.open_file import Opened
from hingtui.text.cell_width import cells
from hingtui.ui.copy_actions import CopyActions
from hingtui.ui.file_actions import FileActions
from hingtui.ui.keys import default_key_for
from hingtui.ui.notifications import about_one, row_title
from hingtui.ui.video_actions import ActionContext, Outcome, VideoActions
from tests.support.watch import job, watching


class Actions(VideoActions, FileActions, CopyActions):
    """All commands about the rows that are there."""


async def never(_path: Path) -> Opened:
    raise AssertionError("no player is expected to be started")


def actions_on_all(monitor: Monitor) -> Actions:
    context = ActionContext(
        targets=lambda: list(monitor.rows.values()),
        shown=list,
        copy=lambda _text: None,
        play=never,
        reveal=never,
        key_for=default_key_for,
    )
    return Actions(monitor, context)


def words(outcome: Outcome) -> str:
    return "" if outcome.toast is None else outcome.toast.text


async def test_a_reason_about_one_of_several_names_it(tmp_path: Path) -> None:
    one, two = (job(name, queued_for=0, generating_for=1000) for name in ("video_one", "video_two"))
    async with watching(tmp_path, one, two) as watch:
        watch.monitor.add(["video_one", "video_two"])
        await watch.look()
        actions = actions_on_all(watch.monitor)
        row = watch.row("video_one")
        reason = f"{row_title(row, row.id, 30)}: It is still being generated"
        assert words(await actions.download()).startswith(reason)
        assert words(await actions.open()).startswith(reason)
        assert words(await actions.reveal()).startswith(reason)
        assert words(actions.copy_path()).startswith(reason)
        assert words(actions.cancel()) == "None of these is being downloaded."
        assert words(actions.ask()) == "Asking about these 2 now."


async def test_copying_several_shows_their_number(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_one"), job("video_two")) as watch:
        watch.monitor.add(["video_one", "video_two"])
        actions = actions_on_all(watch.monitor)
        assert words(actions.copy_prompt()) == "The gateways did not report their prompts."
        assert words(await actions.copy_raw()).startswith("No response about these is kept")
        await watch.look()
        assert words(actions.copy_prompt()).startswith("2 prompts sent")
        assert words(await actions.copy_raw()).startswith("2 responses, without secrets, sent")


def test_a_sentence_about_one_of_several_fits_into_eighty_columns() -> None:
    prompt = "Time-lapse of a harvest moon through bare branches"
    row = Row("video_one", 0.0, video=Video("video_one", Status.READY, "completed", prompt=prompt))
    sentence = about_one(row, 3, "It is not saved yet: d downloads it.")
    assert sentence == "Time-lapse of a harvest moon..: It is not saved yet: d downloads it."
    assert cells(sentence) <= 74, "six are a toast's border, blanks and margin"


def test_a_sentence_about_the_only_one_stays_as_it_is() -> None:
    assert about_one(Row("video_one", 0.0), 1, "It is.") == "It is."
    assert about_one(Row("video_one", 0.0), 2, "It is.") == "video_one: It is."
