"""The file of followed accounts: shared, bounded, and set aside where it is damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hingtui.storage.followed import MOST_IDS, Followed, FollowedFile
from hingtui.storage.settings.settings import FOLLOWED_FILE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FOLLOWED_FILE


def test_nothing_is_known_before_following_begins(path: Path) -> None:
    assert FollowedFile(path).read("lab") is None


def test_ids_seen_are_known_in_the_next_run(path: Path) -> None:
    FollowedFile(path).add("lab", ["one", "two"], now=5.0)
    FollowedFile(path).add("lab", ["three"], now=9.0)
    known = FollowedFile(path).read("lab")
    assert known is not None
    assert known.since == 5.0
    assert known.seen == ("one", "two", "three")


def test_two_gateways_are_kept_apart(path: Path) -> None:
    file = FollowedFile(path)
    file.add("lab", ["one"], now=5.0)
    file.add("relay", ["two"], now=6.0)
    assert file.read("lab") == file.add("lab", [], now=7.0)
    known = file.read("relay")
    assert known is not None
    assert known.seen == ("two",)


def test_ids_of_two_processes_are_joined(path: Path) -> None:
    one, other = FollowedFile(path), FollowedFile(path)
    one.add("lab", ["one"], now=5.0)
    assert other.add("lab", ["two"], now=6.0).seen == ("one", "two")
    assert one.add("lab", ["three"], now=7.0).seen == ("one", "two", "three")


def test_the_ids_seen_longest_ago_are_dropped(path: Path) -> None:
    file = FollowedFile(path)
    file.add("lab", ["old", "oft seen"], now=5.0)
    many = [f"video_{n}" for n in range(MOST_IDS - 1)]
    seen = file.add("lab", [*many, "oft seen"], now=6.0).seen
    assert len(seen) == MOST_IDS
    assert "old" not in seen
    assert "oft seen" in seen


def test_odd_ids_come_back_as_they_were(path: Path) -> None:
    odd = ["\ud800", "视频", 'a"b\n', "=" * 300]
    FollowedFile(path).add("lab", odd, now=5.0)
    known = FollowedFile(path).read("lab")
    assert known is not None
    assert list(known.seen) == odd


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\x00",
        b"[" * 100_000,
        b"[]",
        b'{"format": 1}',
        b'{"format": 0, "gateways": {}}',
        b'{"format": 1, "gateways": {"lab": {"since": 5, "seen": [7]}}}',
        b'{"format": 1, "gateways": {"lab": {"since": NaN, "seen": []}}}',
        b'{"format": 1, "gateways": {"lab": ["one"]}}',
        b'{"format": 1, "gateways": {}, "lost_at": "x"}',
    ],
)
def test_a_damaged_file_is_set_aside_and_begun_anew(path: Path, damaged: bytes) -> None:
    path.write_bytes(damaged)
    os.utime(path, (1000.0, 1000.0))
    file = FollowedFile(path)
    assert file.is_damaged()
    assert file.read("lab") == Followed(1000.0, is_lost=True)
    assert file.add("lab", ["one"], now=2000.0) == Followed(1000.0, ("one",), is_lost=True)
    assert FollowedFile(path).read("lab") == Followed(1000.0, ("one",), is_lost=True)
    assert FollowedFile(path).read("other") == Followed(1000.0, is_lost=True)
    others = [p for p in path.parent.iterdir() if p.name not in (path.name, f"{path.name}.lock")]
    assert [each.read_bytes() for each in others] == [damaged]
    assert [file.set_aside] == others


def test_a_file_of_a_later_version_is_read_but_not_written(path: Path) -> None:
    later = {"format": 2, "gateways": {"lab": {"since": 5, "seen": ["one"], "more": 1}}}
    path.write_text(json.dumps(later))
    assert FollowedFile(path).add("lab", ["two"], now=6.0).seen == ("one", "two")
    assert json.loads(path.read_text()) == later


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "state" / FOLLOWED_FILE
    FollowedFile(path).add("lab", ["one"], now=5.0)
    assert path.exists()


def test_a_file_that_cannot_be_read_is_an_error_and_stays(path: Path) -> None:
    path.mkdir()
    with pytest.raises(OSError, match=FOLLOWED_FILE):
        FollowedFile(path).add("lab", ["one"], now=5.0)
    assert path.is_dir()
