"""Opening a file: whether the program that was started could do it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from hingtui.system.open_file import open_file
from tests.support.waiting import TIMEOUT


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_program_that_fails_at_once_is_reported(tmp_path: Path) -> None:
    opened = open_file(tmp_path, python("raise SystemExit(4)"), look_for=30)
    assert (opened.is_open, opened.status) == (False, 4)


def test_a_program_that_hands_the_file_on_has_opened_it(tmp_path: Path) -> None:
    opened = open_file(tmp_path, python(""), look_for=30)
    assert (opened.is_open, opened.program) == (True, Path(sys.executable).name)


def test_a_player_that_goes_on_running_is_not_waited_for(tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    program = python(f"import pathlib\nwhile not pathlib.Path({str(go_on)!r}).exists(): pass")
    assert open_file(tmp_path, program, look_for=0.01).is_open
    (waiting,) = [each for each in threading.enumerate() if each.name.startswith("wait for")]
    go_on.touch()
    waiting.join(TIMEOUT)
    assert not waiting.is_alive()


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    opened = open_file(tmp_path, ["/nowhere/player"])
    assert not opened.is_open
    assert (opened.program, opened.reason) == ("player", "No such file or directory")
