"""A watchlist written by a newer hingtui is shown with a notice and never changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.keys import ids, keys

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.shared_home import output_of, shared_home
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


@pytest.mark.slow
def test_a_watchlist_of_a_later_format_is_shown_and_never_changed(tmp_path: Path) -> None:
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
        lines, status = output_of(adding)
        assert status == 1
        assert "upgrade" in lines[0]
        assert (alone.home / "watchlist.toml").read_text() == LATER_FORMAT
        assert not (alone.home / "watchlist.toml.bak").exists()


async def test_a_removed_row_stays_removed_while_the_file_is_read_only(
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
