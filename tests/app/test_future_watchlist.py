"""A watchlist that a newer hingtui wrote is shown, told of, and never written to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.keys import ids, keys

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.shared_home import said, shared_home
from tests.support.watch import watching

LATER_FORMAT = """\
format = 99
count = 1
colour = "a key of the future"

[[videos]]
id = "video_of_the_future"
added_at = 1.0
mood = "a field of the future"
"""


def test_a_watchlist_of_the_future_is_shown_and_never_changed(tmp_path: Path) -> None:
    with shared_home(tmp_path / "home", watchlist=LATER_FORMAT) as alone:
        adding = alone.start("add", "video_3")
        with alone.dashboard() as running:
            running.shows("of a newer hingtui")
            running.shows("ready")
            running.press("d")
            running.shows("1 saved")
            running.press("a")
            running.shows("Add videos")
            running.press("video_1")
            running.shows("1 new id")
            running.press("\r")
            running.shows("1 ready")
            running.press("q")
            assert running.exit_status() == 0
        lines, status = said(adding)
        assert status == 1
        assert "upgrade" in lines[0]
        assert (alone.home / "watchlist.toml").read_text() == LATER_FORMAT
        assert not (alone.home / "watchlist.toml.bak").exists()


async def test_what_is_removed_stays_away_though_a_file_of_the_future_holds_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "watchlist.toml").write_text(LATER_FORMAT)
    async with watching(tmp_path) as acting:
        acting.monitor.remove(keys("video_of_the_future"))
        await acting.monitor.watchlist_sync.sync()
        assert ids(acting.monitor.rows) == []
        acting.monitor.restore()
        await acting.monitor.watchlist_sync.sync()
        assert ids(acting.monitor.rows) == ["video_of_the_future"]
    assert (tmp_path / "watchlist.toml").read_text() == LATER_FORMAT
