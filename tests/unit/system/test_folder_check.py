"""Checking what a folder can do by trying it, without leaving anything behind."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hingtui.system import folder_check
from hingtui.system.folder_check import check_folder


def test_an_ordinary_folder_can_do_everything(tmp_path: Path) -> None:
    facts = check_folder(tmp_path)
    assert facts.exists
    assert facts.error == ""
    assert facts.has_long_names
    assert facts.has_links
    assert facts.has_locks
    assert facts.free_bytes
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_tried_above_and_not_made(tmp_path: Path) -> None:
    facts = check_folder(tmp_path / "a" / "b")
    assert (facts.exists, facts.tried, facts.error) == (False, tmp_path, "")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    facts = check_folder(tmp_path / "file" / "videos")
    assert facts.error == os.strerror(errno.ENOTDIR)


def test_an_unwritable_folder_gives_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    assert check_folder(tmp_path).error == os.strerror(errno.EROFS)


def test_an_unreadable_folder_gives_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)
    assert check_folder(tmp_path).error == os.strerror(errno.EACCES)


def test_short_names_missing_links_and_locks_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_open = os.open

    def open_short(path: Path, flags: int, mode: int = 0o777) -> int:
        if len(Path(path).name) > 100:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return real_open(path, flags, mode)

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "open", open_short)
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    monkeypatch.setattr(folder_check, "lock_descriptor", lambda _descriptor: False)
    facts = check_folder(tmp_path)
    assert (facts.has_long_names, facts.has_links, facts.has_locks) == (False, False, False)
    assert list(tmp_path.iterdir()) == []


def test_a_case_insensitive_file_system_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda _path: True)
    assert check_folder(tmp_path).has_case is False
