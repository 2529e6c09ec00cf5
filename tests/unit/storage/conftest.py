"""Fixtures of the tests of the files that hingtui keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.storage.watchlist import Watchlist
from tests.support.clock import FakeClock


@pytest.fixture
def watchlist(tmp_path: Path) -> Watchlist:
    return Watchlist(tmp_path / "watchlist.toml", clock=FakeClock())
