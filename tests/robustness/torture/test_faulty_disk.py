"""The faulty disk of the tests fails as a real disk does."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.disk.faulty_disk import FaultyDisk, Killed, Step

OLD, NEW = b"old", b"the new one"


def replace_safely(root: Path) -> None:
    with (root / "new").open("wb") as file:
        file.write(NEW)
        file.flush()
        os.fsync(file.fileno())
    (root / "new").replace(root / "state")
    folder = os.open(root, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def replace_without_fsync(root: Path) -> None:
    (root / "new").write_bytes(NEW)
    (root / "new").replace(root / "state")


def write_in_place(root: Path) -> None:
    (root / "state").write_bytes(NEW)


def after_power_cuts(root: Path, work: Callable[[Path], None]) -> set[bytes]:
    """The possible contents of the file after a power cut at the end of `work`."""
    found: set[bytes] = set()
    for seed in (None, *range(40)):
        (root / "state").write_bytes(OLD)
        with FaultyDisk(root, remembers=True) as disk:
            work(root)
            disk.power_cut(None if seed is None else random.Random(seed))  # noqa: S311
        found.add((root / "state").read_bytes())
    return found


def test_every_step_is_recorded_in_order(tmp_path: Path) -> None:
    with FaultyDisk(tmp_path) as disk:
        replace_safely(tmp_path)
    assert disk.steps == [
        Step("create", "new"), Step("write", "new"), Step("fsync", "new"), Step("close", "new"),
        Step("replace", "state"), Step("open", ""), Step("fsync", ""), Step("close", ""),
    ]  # fmt: skip


def test_files_outside_the_root_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with FaultyDisk(tmp_path / "here") as disk:
        (tmp_path / "there").write_bytes(b"x")
        disk.kill(1)
        assert (tmp_path / "there").read_bytes() == b"x"
    assert disk.steps == []


def test_a_full_disk_writes_a_part_and_refuses_the_rest(tmp_path: Path) -> None:
    with FaultyDisk(tmp_path) as disk:
        disk.fail(2, errno.ENOSPC)
        with pytest.raises(OSError, match="No space"), (tmp_path / "state").open("wb") as file:
            file.write(NEW)
    assert (tmp_path / "state").read_bytes() == NEW[: len(NEW) // 2]


def test_a_full_disk_still_renames_files(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(OLD)
    with FaultyDisk(tmp_path) as disk:
        disk.fail_from(1, errno.ENOSPC)
        (tmp_path / "new").rename(tmp_path / "state")
        with pytest.raises(OSError, match="No space"):
            (tmp_path / "new").write_bytes(NEW)
        disk.heal()
        (tmp_path / "new").write_bytes(NEW)
    assert (tmp_path / "new").read_bytes() == NEW


def test_after_a_kill_no_operation_has_an_effect(tmp_path: Path) -> None:
    with FaultyDisk(tmp_path) as disk:
        disk.kill(2)
        try:
            with pytest.raises(Killed), (tmp_path / "state").open("wb") as file:
                file.write(NEW)
        finally:
            with pytest.raises(Killed):
                (tmp_path / "state").unlink()
        with pytest.raises(Killed):
            (tmp_path / "state").exists()
        assert disk.open_files == []
        disk.revive()
        assert (tmp_path / "state").read_bytes() == NEW[: len(NEW) // 2]


def test_open_files_of_a_killed_process_are_closed(tmp_path: Path) -> None:
    with FaultyDisk(tmp_path) as disk:
        held = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
        disk.kill(1)
        with pytest.raises(Killed):
            (tmp_path / "state").write_bytes(NEW)
        disk.revive()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(held)


def test_a_file_replaced_safely_survives_a_power_cut(tmp_path: Path) -> None:
    assert after_power_cuts(tmp_path, replace_safely) == {NEW}


def test_a_file_replaced_without_fsync_may_have_any_content(tmp_path: Path) -> None:
    found = after_power_cuts(tmp_path, replace_without_fsync)
    assert {OLD, NEW, b"", bytes(len(NEW))} <= found


def test_a_file_written_in_place_may_be_neither_old_nor_new(
    tmp_path: Path,
) -> None:
    assert after_power_cuts(tmp_path, write_in_place) - {OLD, NEW}
