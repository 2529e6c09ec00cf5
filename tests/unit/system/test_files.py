"""Atomic writes, locks across processes, safe names, and publishing a finished file."""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.system.files import (
    NAME_LIMIT,
    atomic,
    lock_descriptor,
    locked,
    numbered,
    publish,
    safe_name,
    write_atomically,
)
from hingtui.system.files.names import LONGEST_NAME

HOLDER = """
import sys
from pathlib import Path
from hingtui.system.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def _fail(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.EIO, "no")


def test_a_written_file_holds_exactly_the_given_bytes(tmp_path: Path) -> None:
    write_atomically(tmp_path / "new" / "state", b"\x00\xffall")
    assert (tmp_path / "new" / "state").read_bytes() == b"\x00\xffall"


def test_a_written_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)
    write_atomically(path, b"oh-new")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("broken", ["fsync", "rename"])
def test_a_failed_write_leaves_only_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "state"
    write_atomically(path, b"old")
    if broken == "fsync":
        monkeypatch.setattr(os, "fsync", _fail)
    else:
        monkeypatch.setattr(Path, "replace", _fail)
    with pytest.raises(OSError, match="no"):
        write_atomically(path, b"new")
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"state": b"old"}


def test_writing_through_a_symbolic_link_keeps_the_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")


def test_the_next_write_deletes_files_of_killed_writers(tmp_path: Path) -> None:
    (tmp_path / ".state.dead0000.tmp").write_bytes(b"half")
    busy = tmp_path / ".state.busy0000.tmp"
    with busy.open("wb") as file:
        lock_descriptor(file.fileno())
        write_atomically(tmp_path / "state", b"new")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [busy.name, "state"]


@pytest.mark.parametrize("name", [".state.mine.tmp", ".state.UPPER000.tmp", ".state2.dead0000.tmp"])
def test_other_files_with_similar_names_are_not_deleted(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"the user's")
    write_atomically(tmp_path / "state", b"new")
    assert (tmp_path / name).read_bytes() == b"the user's"


def test_a_non_blocking_lock_fails_at_once_if_held(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(BlockingIOError),
        locked(tmp_path / "lock", blocking=False),
    ):
        pass


def test_a_blocking_lock_waits_for_its_release(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path / "lock"):
            order.append("second")

    with locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_the_lock_of_a_killed_process_is_released(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(  # noqa: S603 - this interpreter, this file's own words
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError), locked(lock, blocking=False):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
        with locked(lock, blocking=False):
            pass


def test_a_file_system_without_locks_is_tolerated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[int] = []

    def no_locks(_descriptor: int, operation: int) -> NoReturn:
        requested.append(operation)
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with locked(tmp_path / "lock"):
        assert requested == [fcntl.LOCK_EX | fcntl.LOCK_NB]


@pytest.mark.parametrize("safe", ["video_691209aab0a08198", "task-01HXyz", "a.b", "1"])
def test_a_safe_id_is_used_as_the_name(safe: str) -> None:
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    "unsafe",
    ["", ".", "..", "../../etc/x", "/abs", "CON", "con.mp4", "Lpt1", ".hidden", "-rf", "end.",
     "a b", "百事", "a\x00b", "\ud800", "x" * 300, "a:b", "a\\b", "a~b"],
)  # fmt: skip
def test_an_unsafe_id_becomes_a_safe_name(unsafe: str) -> None:
    name = safe_name(unsafe)
    assert name != unsafe
    assert name.isascii()
    assert not set(name) & set('/\\:*?"<>|\x00 ')
    assert name[0] not in ".-"
    assert name.split(".")[0].upper() not in {"CON", "LPT1"}
    assert len(name) <= NAME_LIMIT


@pytest.mark.parametrize("unsafe", ["x" * 300, "x" * 100, "表" * 100, "video_" + "b" * 200 + "="])
def test_every_name_of_an_id_fits_an_encrypted_folder(tmp_path: Path, unsafe: str) -> None:
    target = tmp_path / f"{safe_name(unsafe)}.mp4"
    metadata = target.with_name(f"{target.name}.part.json")
    temporary, descriptor = atomic._temporary(metadata)
    os.close(descriptor)
    aside = list(itertools.islice(numbered(metadata), 9999))[-1]
    unverified = target.with_name(f"{target.stem}.unverified.part.json")
    for path in (target, metadata, temporary, aside, unverified):
        assert len(os.fsencode(path.name)) <= LONGEST_NAME


@given(st.lists(st.text(alphabet="aA./~_-9中", max_size=140), min_size=2, max_size=2, unique=True))
def test_different_ids_get_different_names(ids: list[str]) -> None:
    assert safe_name(ids[0]) != safe_name(ids[1])


def test_publishing_moves_the_file_to_its_final_name(tmp_path: Path) -> None:
    (tmp_path / "v.part").write_bytes(b"whole")
    assert publish(tmp_path / "v.part", tmp_path / "v.mp4") == tmp_path / "v.mp4"
    assert [entry.name for entry in tmp_path.iterdir()] == ["v.mp4"]


@pytest.mark.parametrize("links", [True, False])
def test_publishing_numbers_the_file_instead_of_overwriting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _fail)
    (tmp_path / "v.mp4").write_bytes(b"the user's")
    (tmp_path / "v-2.mp4").symlink_to(tmp_path / "nowhere")
    (tmp_path / "v.part").write_bytes(b"whole")
    assert publish(tmp_path / "v.part", tmp_path / "v.mp4") == tmp_path / "v-3.mp4"
    assert (tmp_path / "v.mp4").read_bytes() == b"the user's"
    assert (tmp_path / "v-3.mp4").read_bytes() == b"whole"
    assert not (tmp_path / "v.part").exists()


@pytest.mark.parametrize("links", [True, False])
def test_a_publish_that_cannot_be_synced_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _fail)
    monkeypatch.setattr(os, "fsync", _fail)
    (tmp_path / "v.part").write_bytes(b"whole")
    with pytest.raises(OSError, match="no"):
        publish(tmp_path / "v.part", tmp_path / "v.mp4")
    assert [entry.name for entry in tmp_path.iterdir()] == ["v.part"]
