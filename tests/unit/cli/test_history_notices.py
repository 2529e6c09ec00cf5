"""Commands print each problem of the history once, in the words of the dashboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.cli.history_notices import HistoryNotices
from hingtui.model.errors import StorageError
from hingtui.monitor import Changes
from hingtui.monitor.history_recorder import HistoryRecorder
from tests.support.clock import FakeClock


@pytest.fixture
def history() -> HistoryRecorder:
    return HistoryRecorder(None, {}, FakeClock(), reported=lambda: None)


def test_a_problem_is_one_line_until_it_is_over_and_back(
    history: HistoryRecorder, capsys: pytest.CaptureFixture[str]
) -> None:
    notices = HistoryNotices(history)
    locked = StorageError("The history is locked.")
    for problem in (None, locked, locked, None, locked):
        history.problem = problem
        notices.print_new(Changes())
    line = "hingtui: The history is locked. Nothing else is affected.\n"
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", line * 2)


def test_a_damaged_history_is_named_once(
    history: HistoryRecorder, capsys: pytest.CaptureFixture[str]
) -> None:
    notices = HistoryNotices(history)
    history.set_aside = Path("/x/history.sqlite3.damaged-1")
    notices.print_new(Changes())
    notices.print_new(Changes())
    assert capsys.readouterr().err == (
        "hingtui: The history was damaged. A new one is begun; "
        "the bad file is history.sqlite3.damaged-1.\n"
    )
