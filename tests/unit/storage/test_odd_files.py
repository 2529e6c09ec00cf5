"""Whatever stands where a file should: nothing hangs, nothing of the user's is lost."""

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
from hingtui.download import discard_part
from hingtui.model.errors import SettingsError, StorageError
from hingtui.model.video import Status, Video
from hingtui.storage.settings import load_settings, save_token
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.system.files import same_bytes, write_atomically
from tests.robustness.torture.scenes import DATA, ID, AResumedDownload, TheFirstDownload
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


THINGS = (a_folder, a_pipe, a_socket, a_link_in_a_loop, a_link_to_a_device)
Thing = Callable[[Path], None]


@contextmanager
def at_once() -> Iterator[None]:
    """What hangs within fails."""

    def give_up(_number: int, _frame: FrameType | None) -> NoReturn:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 20)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def things_in(folder: Path) -> set[tuple[int, int]]:
    """What there is, whatever it is called."""
    return {(state.st_ino, state.st_mode) for path in folder.rglob("*") if (state := path.lstat())}


# A home in which something is not what it should be


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("name", [LIST, f"{LIST}.bak", f"{LIST}.lock", "token", "config.toml"])
def test_a_command_ends_and_leaves_what_stands_in_its_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, thing: Thing
) -> None:
    thing(tmp_path / name)
    before = things_in(tmp_path)
    with at_once():
        status = add({"HINGTUI_HOME": str(tmp_path), "HINGTUI_LANG": "en"}, [ID])
    said = capsys.readouterr()
    if status:
        assert said.err.count("\n") == 1
        assert any(named in said.err for named in (name, "/dev/zero"))
    else:
        assert ids(Watchlist(tmp_path / LIST).read().entries) == [ID]
    assert before <= things_in(tmp_path)


@pytest.mark.parametrize("thing", THINGS)
def test_a_token_is_not_written_over_what_is_no_file(tmp_path: Path, thing: Thing) -> None:
    settings = load_settings({"HINGTUI_HOME": str(tmp_path)})
    thing(tmp_path / "token")
    before = things_in(tmp_path)
    with at_once(), pytest.raises(SettingsError, match="token"):
        save_token(settings, "oh-new")
    assert things_in(tmp_path) == before


def test_a_backup_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    Watchlist(tmp_path / LIST).change(add=[Entry("v_1", EPOCH)])
    (tmp_path / f"{LIST}.bak").unlink()
    a_link_to_a_file(tmp_path / f"{LIST}.bak")
    Watchlist(tmp_path / LIST).change(add=[Entry("v_2", EPOCH)])
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_second_name_of_the_watchlist_keeps_what_it_had(tmp_path: Path) -> None:
    Watchlist(tmp_path / LIST).change(add=[Entry("v_1", EPOCH)])
    (tmp_path / "copy").hardlink_to(tmp_path / LIST)
    before = (tmp_path / "copy").read_bytes()
    Watchlist(tmp_path / LIST).change(add=[Entry("v_2", EPOCH)])
    assert (tmp_path / "copy").read_bytes() == before


def test_a_backup_that_cannot_be_read_is_named_when_it_is_needed(
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


def test_a_watchlist_of_two_gigabytes_is_set_aside_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    monkeypatch.setattr("hingtui.storage.watchlist.watchlist.MOST_BYTES", 1 << 20)
    os.truncate(watchlist.path, 2 << 30)
    contents = watchlist.read()
    assert ids(contents.entries) == ["v_1"]
    assert contents.set_aside is not None
    assert contents.set_aside.stat().st_size == 2 << 30


def test_a_watchlist_never_grows_beyond_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    monkeypatch.setattr("hingtui.storage.watchlist.watchlist.MOST_BYTES", 1 << 10)
    with pytest.raises(StorageError):
        watchlist.change(add=[Entry(f"v_{number}", EPOCH) for number in range(100)])
    assert ids(watchlist.read().entries) == ["v_1"]


def test_a_watchlist_that_is_gone_comes_back_from_its_backup(tmp_path: Path) -> None:
    watchlist = Watchlist(tmp_path / LIST)
    watchlist.change(add=[Entry("v_1", EPOCH)])
    watchlist.path.unlink()
    Watchlist(tmp_path / LIST).change(add=[Entry("v_2", EPOCH)])
    assert ids(watchlist.read().entries) == ["v_1", "v_2"]


def test_a_holder_of_the_lock_that_was_stopped_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    watchlist = Watchlist(tmp_path / LIST, timeout=0.1)
    with subprocess.Popen(  # noqa: S603 - this interpreter, this file's own words
        [sys.executable, "-c", STOPPED, str(tmp_path / f"{LIST}.lock")], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with at_once(), pytest.raises(StorageError, match=r"Ctrl\+Z"):
            watchlist.change(add=[Entry("v_1", EPOCH)])
        holder.send_signal(signal.SIGCONT)
    assert ids(watchlist.change(add=[Entry("v_1", EPOCH)]).entries) == ["v_1"]


async def test_a_watchlist_that_cannot_even_be_looked_at_is_told_until_it_can(
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


def test_a_script_is_told_that_the_watchlist_was_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Watchlist(tmp_path / LIST).change(add=[Entry("v_1", EPOCH)])
    (tmp_path / LIST).write_bytes(b"")
    assert add({"HINGTUI_HOME": str(tmp_path), "HINGTUI_LANG": "en"}, [ID]) == 0
    assert f"{LIST}.damaged-" in capsys.readouterr().err


# A downloads folder in which something is not what it should be


@pytest.mark.parametrize("thing", [*THINGS, a_link_to_a_file])
@pytest.mark.parametrize("name", [f"{ID}.mp4", f"{ID}.mp4.part", f"{ID}.mp4.part.json"])
def test_a_video_is_saved_beside_whatever_has_one_of_its_names(
    tmp_path: Path, name: str, thing: Thing
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    thing(folder / name)
    before = things_in(folder)
    with at_once():
        TheFirstDownload().act(tmp_path)
    assert before <= things_in(folder)
    saved = [path for path in folder.glob("*.mp4") if path.is_file() and not path.is_symlink()]
    assert [path.read_bytes() for path in saved] == [DATA]


@pytest.mark.parametrize("thing", [a_pipe, a_socket, a_link_in_a_loop, a_link_to_a_device])
def test_a_downloads_folder_that_is_none_is_a_sentence(tmp_path: Path, thing: Thing) -> None:
    thing(tmp_path / "videos")
    before = things_in(tmp_path)
    with at_once(), pytest.raises(StorageError, match="videos"):
        TheFirstDownload().act(tmp_path)
    assert things_in(tmp_path) == before


def test_a_downloads_folder_behind_a_link_is_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "videos").symlink_to("elsewhere")
    TheFirstDownload().act(tmp_path)
    assert (tmp_path / "elsewhere" / f"{ID}.mp4").read_bytes() == DATA


def test_a_foreign_part_is_not_discarded(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.mp4.part").write_bytes(b"another program's")
    discard_part(key(ID), tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"another program's"]


def test_what_a_killed_process_left_of_a_saved_video_goes(
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


def test_a_name_taken_at_the_last_moment_is_not_taken_from_its_owner(
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


def test_two_files_are_compared_by_their_bytes_and_not_by_their_times(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path, data in ((one, b"same"), (other, b"same")):
        path.write_bytes(data)
        os.utime(path, (1, 1))
    assert same_bytes(one, other)
    other.write_bytes(b"else")
    os.utime(other, (1, 1))
    assert not same_bytes(one, other)


def test_a_file_system_without_permissions_holds_a_watchlist_and_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    write_atomically(tmp_path / "state", b"new", mode=0o640)
    with pytest.raises(PermissionError):
        write_atomically(tmp_path / "token", b"oh-new", mode=0o640, must_be_private=True)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
