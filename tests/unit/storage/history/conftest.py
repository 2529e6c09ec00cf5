"""A history in a folder of its own, with the clock of the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.storage.history import HISTORY_FILE, History
from tests.support.clock import FakeClock


@pytest.fixture
def history(tmp_path: Path, clock: FakeClock) -> Iterator[History]:
    history = History(tmp_path / HISTORY_FILE, clock=clock, timeout=0.2)
    yield history
    history.close()
