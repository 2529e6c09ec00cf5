"""Several connections of one process keep SQLite's locks, on which other processes rely."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hingtui.storage.history import HISTORY_FILE, History
from tests.support.histories import seen

_ANOTHER_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT id FROM videos").fetchall())
connection.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file is locked by POSIX's rules")
def test_another_process_that_closes_the_file_leaves_its_log(tmp_path: Path) -> None:
    path = tmp_path / HISTORY_FILE
    recorder, screen = History(path), History(path)
    recorder.record([seen("v_1")])
    assert screen.count() == 1
    command = [sys.executable, "-I", "-S", "-c", _ANOTHER_PROCESS, str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - Python
    recorder.record([seen("v_2")])
    found = subprocess.check_output(command, text=True)  # noqa: S603 - Python
    assert "v_1" in found
    assert "v_2" in found
    screen.close()
    recorder.close()
