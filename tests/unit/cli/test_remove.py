"""`remove` marks videos of followed accounts as seen, so that they are not added again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.cli.remove import remove
from hingtui.storage.followed import FollowedFile
from hingtui.storage.settings.settings import FOLLOWED_FILE
from hingtui.storage.watchlist import Entry, Watchlist
from tests.support.keys import ids

CONFIG = """\
[gateways.lab]
base_url = "https://lab.example"
follow = true
[gateways.once]
base_url = "https://once.example"
[gateways.never]
base_url = "https://never.example"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG)
    FollowedFile(tmp_path / FOLLOWED_FILE).add("once", ["video_0"], now=1.0)
    entries = [Entry("video_1", 1.0, gateway=name) for name in ("lab", "once", "never")]
    Watchlist(tmp_path / "watchlist.toml").change(add=entries)
    return tmp_path


def removed(home: Path) -> int:
    return remove({"HINGTUI_HOME": str(home)}, ["video_1"], saved=False)


def seen(home: Path, gateway: str) -> tuple[str, ...] | None:
    known = FollowedFile(home / FOLLOWED_FILE).read(gateway)
    return None if known is None else known.seen


def test_a_removed_video_of_a_followed_account_counts_as_seen(home: Path) -> None:
    assert removed(home) == 0
    assert seen(home, "lab") == ("video_1",)
    assert seen(home, "once") == ("video_0", "video_1")
    assert seen(home, "never") is None


def test_without_followed_accounts_no_file_is_made(home: Path) -> None:
    (home / FOLLOWED_FILE).unlink()
    (home / "config.toml").write_text(CONFIG.replace("follow = true", ""))
    assert removed(home) == 0
    assert not (home / FOLLOWED_FILE).exists()


def test_a_damaged_file_is_set_aside_and_reported(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / FOLLOWED_FILE).write_text("{")
    assert removed(home) == 0
    assert seen(home, "lab") == ("video_1",)
    assert "The bad file is followed-2.json." in capsys.readouterr().err
    assert (home / "followed-2.json").read_text() == "{"


def test_an_unwritable_file_is_reported_and_the_videos_are_removed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / FOLLOWED_FILE).unlink()
    (home / FOLLOWED_FILE).mkdir()
    assert removed(home) == 0
    assert "what is followed may come back" in capsys.readouterr().err
    assert ids(Watchlist(home / "watchlist.toml").read().entries) == []
