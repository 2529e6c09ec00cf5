"""Folders, pipes, sockets and links in place of files: nothing hangs and no user file is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import pytest

from hingtui.cli.add import add
from hingtui.cli.download import download
from hingtui.download.leftover_parts import discard_part
from hingtui.model.errors import SettingsError, StorageError
from hingtui.model.video import Status, Video
from hingtui.storage.settings import load_settings, save_token
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.system.files import same_bytes, write_atomically
from tests.robustness.torture.download_scenes import DATA, ID, AResumedDownload, TheFirstDownload
from tests.support.clock import EPOCH
from tests.support.keys import ids, key
from tests.support.watch import watching

LIST = "watchlist.toml"
STOPPED = """
import os, signal, sys
from pathlib import Path
from hingtui.system.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "precious").write_bytes(b"precious")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    folder = Path.cwd()
    os.chdir(path.parent)  # a socket's whole name would be too long
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(folder)


def a_link_in_a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link_to_a_file(path: Path) -> None:
    (path.parent / "precious").write_bytes(b"precious")
    path.symlink_to("precious")


NOT_FILES = (a_folder, a_pipe, a_socket, a_link_in_a_loop, a_link_to_a_device)
Thing = Callable[[Path], None]


@contextmanager
def within_time_limit() -> Iterator[None]:
    """Fail if the block hangs."""

    def give_up(_number: int, _frame: FrameType | None) -> NoReturn:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 20)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def inodes_in(folder: Path) -> set[tuple[int, int]]:
    """The inode and mode of everything in the folder, under any name."""
    return {(state.st_ino, state.st_mode) for path in folder.rglob("*") if (state := path.lstat())}


@pytest.mark.parametrize("thing", NOT_FILES)
@pytest.mark.parametrize("name", [LIST, f"{LIST}.bak", f"{LIST}.lock", "token", "config.toml"])
def test_a_command_ends_and_keeps_what_is_in_place_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, thing: Thing
) -> None:
    thing(tmp_path / name)
    before = inodes_in(tmp_path)
    with within_time_limit():
        status = add({"HINGTUI_HOME": str(tmp_path), "HINGTUI_LANG": "en"}, [ID])
    printed = capsys.readouterr()
    if status:
        assert printed.err.count("\n") == 1
        assert any(named in printed.err for named in (name, "/dev/zero"))
    else:
        assert ids(Watchlist(tmp_path / LIST).read().entries) == [ID]
    assert before <= inodes_in(tmp_path)


@pytest.mark.parametrize("thing", NOT_FILES)
def test_a_token_never_replaces_something_that_is_no_file(tmp_path: Path, thing: Thing) -> None:
    settings = load_settings({"HINGTUI_HOME": str(tmp_path)})
    thing(tmp_path / "token")
    before = inodes_in(tmp_path)
    with within_time_limit(), pytest.raises(SettingsError, match="token"):
        save_token(settings, "oh-new")
    assert inodes_in(tmp_path) == before


def test_a_backup_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    Watchlist(tmp_path / LIST).change(add=[Entry("v_1", EPOCH)])
    (tmp_path / f"{LIST}.bak").unlink()
    a_link_to_a_file(tmp_path / f"{LIST}.bak")
    Watchlist(tmp_path / LIST).change(add=[Entry("v_2", EPOCH)])
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_hard_link_to_the_watchlist_keeps_the_old_content(tmp_path: Path) -> None:
    Watchlist(tmp_path / LIST).change(add=[Entry("v_1", EPOCH)])
    (tmp_path / "copy").hardlink_to(tmp_path / LIST)
    before = (tmp_path / "copy").read_bytes()
    Watchlist(tmp_path / LIST).change(add=[Entry("v_2", EPOCH)])
    assert (tmp_path / "copy").read_bytes() == before


def test_an_unreadable_backup_is_named_when_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    watchlist.path.write_bytes(b"")
    opened = os.open

    def refuse(path: str, *more: int) -> int:
        if os.fspath(path) == str(watchlist.backup_path):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(StorageError, match=r"\.bak"):
            watchlist.read()
    assert ids(watchlist.read().entries) == ["v_1"]


def test_a_huge_watchlist_is_renamed_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    monkeypatch.setattr("hingtui.storage.watchlist.watchlist.MOST_BYTES", 1 << 20)
    os.truncate(watchlist.path, 2 << 30)
    contents = watchlist.read()
    assert ids(contents.entries) == ["v_1"]
    assert contents.repair is not None
    assert contents.repair.kept.stat().st_size == 2 << 30


def test_a_watchlist_is_not_written_beyond_the_readable_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    monkeypatch.setattr("hingtui.storage.watchlist.watchlist.MOST_BYTES", 1 << 10)
    with pytest.raises(StorageError):
        watchlist.change(add=[Entry(f"v_{number}", EPOCH) for number in range(100)])
    assert ids(watchlist.read().entries) == ["v_1"]


def test_a_deleted_watchlist_is_restored_from_its_backup(tmp_path: Path) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    watchlist.path.unlink()
    Watchlist(tmp_path / LIST).change(add=[Entry("v_2", EPOCH)])
    assert ids(watchlist.read().entries) == ["v_1", "v_2"]


def test_waiting_for_a_stopped_lock_holder_times_out(tmp_path: Path) -> None:
    watchlist = Watchlist(tmp_path / LIST, timeout=0.1)
    with subprocess.Popen(  # noqa: S603 - this interpreter, this file's own words
        [sys.executable, "-c", STOPPED, str(tmp_path / f"{LIST}.lock")], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with within_time_limit(), pytest.raises(StorageError, match=r"Ctrl\+Z"):
            watchlist.change(add=[Entry("v_1", EPOCH)])
        holder.send_signal(signal.SIGCONT)
    assert ids(watchlist.change(add=[Entry("v_1", EPOCH)]).entries) == ["v_1"]


async def test_an_inaccessible_watchlist_is_an_error_until_accessible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(tmp_path) as watch:
        stat = Path.stat

        def refuse(path: Path, **more: bool) -> os.stat_result:
            if path == watch.watchlist.path:
                raise PermissionError(13, "Permission denied", str(path))
            return stat(path, **more)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "stat", refuse)
            await watch.monitor.watchlist_sync.sync()
        assert "Permission denied" in str(watch.monitor.storage_error)
        await watch.monitor.watchlist_sync.sync()
        assert watch.monitor.storage_error is None


def test_a_command_prints_that_the_watchlist_was_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Watchlist(tmp_path / LIST).change(add=[Entry("v_1", EPOCH)])
    (tmp_path / LIST).write_bytes(b"")
    assert add({"HINGTUI_HOME": str(tmp_path), "HINGTUI_LANG": "en"}, [ID]) == 0
    assert f"{LIST}.damaged-" in capsys.readouterr().err


@pytest.mark.parametrize("thing", [*NOT_FILES, a_link_to_a_file])
@pytest.mark.parametrize("name", [f"{ID}.mp4", f"{ID}.mp4.part", f"{ID}.mp4.part.json"])
def test_a_video_is_saved_beside_anything_with_its_name(
    tmp_path: Path, name: str, thing: Thing
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    thing(folder / name)
    before = inodes_in(folder)
    with within_time_limit():
        TheFirstDownload().act(tmp_path)
    assert before <= inodes_in(folder)
    saved = [path for path in folder.glob("*.mp4") if path.is_file() and not path.is_symlink()]
    assert [path.read_bytes() for path in saved] == [DATA]


@pytest.mark.parametrize("thing", [a_pipe, a_socket, a_link_in_a_loop, a_link_to_a_device])
def test_a_downloads_folder_that_is_no_folder_is_an_error(tmp_path: Path, thing: Thing) -> None:
    thing(tmp_path / "videos")
    before = inodes_in(tmp_path)
    with within_time_limit(), pytest.raises(StorageError, match="videos"):
        TheFirstDownload().act(tmp_path)
    assert inodes_in(tmp_path) == before


def test_a_downloads_folder_behind_a_link_is_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "videos").symlink_to("elsewhere")
    TheFirstDownload().act(tmp_path)
    assert (tmp_path / "elsewhere" / f"{ID}.mp4").read_bytes() == DATA


def test_another_programs_part_is_not_discarded(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.mp4.part").write_bytes(b"another program's")
    discard_part(key(ID), tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"another program's"]


def test_the_leftover_part_of_a_saved_video_is_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    TheFirstDownload().act(tmp_path)
    AResumedDownload().prepare(tmp_path)
    path = tmp_path / "videos" / f"{ID}.mp4"
    ready = Video(ID, Status.READY, "success")
    saved = Entry(ID, EPOCH, ready, EPOCH, path, len(DATA))
    Watchlist(tmp_path / LIST).change(add=[saved])
    home = {"HINGTUI_HOME": str(tmp_path), "HINGNET_API_KEY": "oh-x"}
    home |= {"HINGTUI_LANG": "en", "HINGNET_BASE_URL": "http://127.0.0.1:9"}
    assert download(home, [ID], wait=False, folder=None, as_json=False) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert list((tmp_path / "videos").iterdir()) == [path]


def test_a_file_that_appears_at_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system without hard links, a file appears after the name was found to be free."""
    target = tmp_path / "videos" / f"{ID}.mp4"

    def no_links(new: Path, _old: Path) -> NoReturn:
        target.write_bytes(b"the user's own")
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    TheFirstDownload().act(tmp_path)
    assert target.read_bytes() == b"the user's own"
    assert target.with_name(f"{ID}-2.mp4").read_bytes() == DATA


def test_files_are_compared_by_bytes_and_not_by_times(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path, data in ((one, b"same"), (other, b"same")):
        path.write_bytes(data)
        os.utime(path, (1, 1))
    assert same_bytes(one, other)
    other.write_bytes(b"else")
    os.utime(other, (1, 1))
    assert not same_bytes(one, other)


def test_without_file_permissions_no_token_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    write_atomically(tmp_path / "state", b"new", mode=0o640)
    with pytest.raises(PermissionError):
        write_atomically(tmp_path / "token", b"oh-new", mode=0o640, must_be_private=True)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
