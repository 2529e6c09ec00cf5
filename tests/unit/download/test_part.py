"""The part: resuming it after kills and power cuts, naming it, and errors of the disk."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from hingtui.api import Api
from hingtui.download.attempts import download
from hingtui.download.interface import NO_HOOKS, DownloadJob, Saved
from hingtui.download.leftover_parts import discard_part
from hingtui.download.part import opened_part
from hingtui.download.part_metadata import Source
from hingtui.download.progress import Progress
from hingtui.model.errors import Busy, Cancelled, RateLimited, ServerError, StorageError
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.system.files import renaming, safe_name
from tests.servers.files import FileServer, Reply, serving
from tests.support.canned import DATA as CANNED
from tests.support.canned import HALVES, Canned, download_canned
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4
from tests.support.part_size import part_size

DATA = mp4(50_000)
HALF = len(DATA) // 2
ID = "video_1"
NAME = f"{ID}.mp4"
PART = f"{ID}.mp4.part"
METADATA = f"{ID}.mp4.part.json"

STUCK = """
import sys, threading
from pathlib import Path
from hingtui.api import Api
from hingtui.system.clock import Clock
from hingtui.download.attempts import download
from hingtui.download.interface import DownloadJob
from hingtui.download.progress import Progress
from hingtui.model.key import VideoKey
api = Api(sys.argv[1], "oh-secret", environ={})
download(DownloadJob(api, VideoKey("default", "video_1"), Path(sys.argv[2]), progress=Progress(),
                     cancelled=threading.Event(), clock=Clock()))
"""

KILLED_AT_EVERY_LINE = """
import os, signal, sys
from itertools import count
from pathlib import Path
from hingtui.download.interface import NO_HOOKS
from tests.support.canned import HALVES, Canned, download_canned
NAMES = "part part_names part_metadata claim disk names atomic locks".split()
TRACED = tuple(f"/{name}.py" for name in NAMES)
def download_until(line):
    left = line
    def trace(frame, event, arg):
        nonlocal left
        if not frame.f_code.co_filename.endswith(TRACED):
            return None
        left -= event == "line"
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)
    download_canned(Canned(HALVES), Path(sys.argv[1], str(line)), NO_HOOKS)
    os._exit(0)
for line in count(1, int(sys.argv[2])):
    child = os.fork()
    if not child:
        download_until(line)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(DATA) as server:
        yield server


def _download(server: FileServer, folder: Path, video_id: str = ID, **more: Any) -> Saved:
    cancelled = more.pop("cancelled", threading.Event())
    api = Api(server.url, "oh-secret", environ={})
    job = DownloadJob(
        api,
        key(video_id),
        folder,
        progress=Progress(),
        cancelled=cancelled,
        clock=FakeClock(),
    )
    try:
        return download(job, **more)
    finally:
        asyncio.run(api.aclose())


def _leave_half(server: FileServer, folder: Path) -> None:
    server.answer_with(Reply(cut=HALF), Reply(status=429, body=b""))
    with pytest.raises(RateLimited):
        _download(server, folder)
    server.requests.clear()


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _refuse(number: int) -> Any:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return refuse


def test_a_video_being_downloaded_elsewhere_is_busy(server: FileServer, tmp_path: Path) -> None:
    with opened_part(key(ID), tmp_path), pytest.raises(Busy):
        _download(server, tmp_path)
    assert server.requests == []


def test_the_part_of_a_killed_process_is_resumed(server: FileServer, tmp_path: Path) -> None:
    may_go = threading.Event()
    server.answer_with(Reply(midway=lambda: may_go.wait(20)))
    with subprocess.Popen([sys.executable, "-c", STUCK, server.url, tmp_path]) as stuck:  # noqa: S603 - this interpreter, this file's own words
        while not part_size(key(ID), tmp_path):
            assert stuck.poll() is None
        with pytest.raises(Busy):
            _download(server, tmp_path)
        stuck.send_signal(signal.SIGKILL)
        stuck.wait(20)
    may_go.set()
    server.requests.clear()
    _download(server, tmp_path)
    assert _files(tmp_path) == {NAME: DATA}
    assert server.ranges[0] is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of a process")
def test_a_kill_at_any_line_leaves_no_wrong_file(tmp_path: Path, thorough: bool) -> None:
    every = 1 if thorough else 61
    subprocess.run(  # noqa: S603 - this interpreter, this file's own words
        [sys.executable, "-c", KILLED_AT_EVERY_LINE, tmp_path, str(every)],
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[3],
    )
    killed = list(tmp_path.iterdir())
    assert len(killed) > 100 // every
    for folder in killed:
        assert _files(folder).get(NAME, CANNED) == CANNED
        download_canned(Canned(HALVES), folder, NO_HOOKS)
        assert _files(folder) == {NAME: CANNED}, folder.name


@pytest.mark.parametrize(
    "metadata",
    [None, b"", b"\0" * 64, b"[1]", b'{"id": "video_1", "total": -1, "validator": null}',
     b'{"id": "another", "total": 50000, "validator": "\\"v1\\"", "origin": ""}', b"[" * 9999],
    ids=["none", "empty", "zeros", "list", "no total", "other id", "deep"],
)  # fmt: skip
def test_a_part_without_valid_metadata_is_renamed_and_kept(
    server: FileServer, tmp_path: Path, metadata: bytes | None
) -> None:
    before = {PART: b"x" * HALF} if metadata is None else {PART: b"x" * HALF, METADATA: metadata}
    for name, data in before.items():
        (tmp_path / name).write_bytes(data)
    _download(server, tmp_path)
    aside = {path.with_name(f"{path.stem}-2{path.suffix}").name for path in map(Path, before)}
    assert _files(tmp_path).keys() == {NAME, *aside}
    assert sorted(_files(tmp_path).values()) == sorted([DATA, *before.values()])
    assert server.ranges == [None]


def test_a_part_longer_than_its_total_is_restarted(server: FileServer, tmp_path: Path) -> None:
    _leave_half(server, tmp_path)
    (tmp_path / PART).write_bytes(b"x" * len(DATA) * 2)
    _download(server, tmp_path)
    assert _files(tmp_path) == {NAME: DATA}
    assert server.ranges == [None]


def test_after_a_power_cut_only_synced_bytes_are_used(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _leave_half(server, tmp_path)
    with (tmp_path / PART).open("r+b") as part:
        part.seek(HALF)
        part.write(bytes(100) + b"a page that came through")
    monkeypatch.setattr("hingtui.download.part.boot_id", lambda: "the next one")
    _download(server, tmp_path)
    assert _files(tmp_path) == {NAME: DATA}
    assert server.ranges == [f"bytes={HALF}-"]


def test_a_long_download_is_synced_at_intervals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hingtui.download.part.SYNC_EVERY", 1000)
    with opened_part(key(ID), tmp_path) as part:
        part.begin(Source(total=5000, validator='"v1"'))
        for _round in range(25):
            part.append(b"x" * 100)
        assert json.loads((tmp_path / METADATA).read_bytes())["solid"] == 2000


def test_zeros_at_the_end_of_a_part_are_downloaded_again(
    server: FileServer, tmp_path: Path
) -> None:
    _leave_half(server, tmp_path)
    with (tmp_path / PART).open("ab") as part:
        part.write(bytes(8192))
    _download(server, tmp_path)
    assert _files(tmp_path) == {NAME: DATA}
    assert server.ranges == [f"bytes={HALF}-"]


def test_a_part_already_linked_to_its_final_name_is_saved(
    server: FileServer, tmp_path: Path
) -> None:
    _leave_half(server, tmp_path)
    (tmp_path / PART).write_bytes(DATA)
    (tmp_path / NAME).hardlink_to(tmp_path / PART)
    assert _download(server, tmp_path).path == tmp_path / NAME
    assert _files(tmp_path) == {NAME: DATA}
    assert server.requests == []


def test_a_part_with_a_second_hard_link_is_not_written_to(
    server: FileServer, tmp_path: Path
) -> None:
    _leave_half(server, tmp_path / "videos")
    (tmp_path / "copy").hardlink_to(tmp_path / "videos" / PART)
    _download(server, tmp_path / "videos")
    assert (tmp_path / "copy").read_bytes() == DATA[:HALF]


def test_another_programs_part_keeps_both_hard_links(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(b"another program's")
    (tmp_path / "copy").hardlink_to(tmp_path / PART)
    _download(server, tmp_path)
    mine = dict.fromkeys(["copy", f"{NAME}-2.part"], b"another program's")
    assert _files(tmp_path) == {NAME: DATA, **mine}


def test_a_symbolic_link_in_place_of_the_part_is_not_followed(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / PART).symlink_to(tmp_path / "precious")
    _download(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == DATA
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (tmp_path / f"{NAME}-2.part").readlink() == tmp_path / "precious"


def test_an_existing_file_stays_and_the_video_gets_a_number(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(b"the user's own")
    assert _download(server, tmp_path).path.name == f"{ID}-2.mp4"
    assert _files(tmp_path) == {NAME: b"the user's own", f"{ID}-2.mp4": DATA}


@pytest.mark.parametrize("name", [NAME, f"{ID}-2.mp4"])
def test_an_existing_file_with_the_same_bytes_is_used(
    server: FileServer, tmp_path: Path, name: str
) -> None:
    (tmp_path / NAME).write_bytes(b"the user's own")
    (tmp_path / name).write_bytes(DATA)
    before = _files(tmp_path)
    assert _download(server, tmp_path).path.name == name
    assert _files(tmp_path) == before


def test_ids_with_the_same_safe_name_get_different_files(
    server: FileServer, tmp_path: Path
) -> None:
    paths = [_download(server, tmp_path, odd).path for odd in ("a/b", "a:b", "../b")]
    assert len(set(paths)) == 3
    assert all(path.parent == tmp_path for path in paths)


def test_a_full_disk_keeps_the_part(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with monkeypatch.context() as patch:

        def fill_up(descriptor: int, data: bytes) -> int:
            if part_size(key(ID), tmp_path) >= 100:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(descriptor, data[:100])

        patch.setattr(os, "write", fill_up)
        with pytest.raises(StorageError) as caught:
            _download(server, tmp_path)
    assert caught.value.is_full
    assert part_size(key(ID), tmp_path) == 100
    _download(server, tmp_path)
    assert _files(tmp_path) == {NAME: DATA}
    assert server.ranges == [None, "bytes=100-"]


def test_a_file_too_large_for_the_disk_is_not_started(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=10**9, free=HALF)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StorageError) as caught:
        _download(server, tmp_path)
    assert caught.value.is_full
    assert _files(tmp_path) == {}


@pytest.mark.parametrize("step", ["fsync", "name"])
def test_a_failed_sync_or_rename_leaves_the_part(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    _leave_half(server, tmp_path)
    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", _refuse(errno.EIO))
        else:
            patch.setattr(Path, "hardlink_to", _refuse(errno.EPERM))
            patch.setattr(renaming, "exclusive_rename", lambda *_: errno.EACCES)
        with pytest.raises(StorageError) as caught:
            _download(server, tmp_path)
    assert not caught.value.is_full
    assert _files(tmp_path).keys() == {PART, METADATA}
    server.requests.clear()
    _download(server, tmp_path)
    assert (_files(tmp_path), server.requests) == ({NAME: DATA}, [])


def test_a_folder_that_cannot_be_created_is_named(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        _download(server, tmp_path / "file" / "videos")


def test_a_part_replaced_during_the_download_is_an_error(
    server: FileServer, tmp_path: Path
) -> None:
    def tidy_up() -> None:
        (tmp_path / PART).unlink()
        (tmp_path / PART).write_bytes(b"another one's")

    server.answer_with(Reply(midway=tidy_up))
    with pytest.raises(StorageError):
        _download(server, tmp_path)
    assert NAME not in _files(tmp_path)


def test_the_metadata_holds_no_secret_of_a_link(server: FileServer, tmp_path: Path) -> None:
    server.answer_with(
        Reply(status=404, body=b"{}"),
        Reply(cut=HALF),
        *[Reply(status=502)] * 9,
    )
    with pytest.raises(ServerError):
        _download(server, tmp_path, link=f"{server.url}/file?sig=secret")
    metadata = json.loads((tmp_path / METADATA).read_bytes())
    del metadata["boot"]
    assert metadata.pop("version") == '"v1"'
    assert metadata == {
        "gateway": DEFAULT_GATEWAY,
        "id": ID,
        "total": len(DATA),
        "validator": '"v1"',
        "origin": server.url,
        "solid": HALF,
    }


def test_a_part_of_an_earlier_version_is_resumed(server: FileServer, tmp_path: Path) -> None:
    _leave_half(server, tmp_path)
    metadata = json.loads((tmp_path / METADATA).read_bytes())
    del metadata["gateway"]
    (tmp_path / METADATA).write_text(json.dumps(metadata))
    server.requests.clear()
    _download(server, tmp_path)
    assert _files(tmp_path) == {NAME: DATA}
    assert server.ranges[0] is not None


def test_the_same_id_of_two_gateways_has_two_parts_and_names(tmp_path: Path) -> None:
    lab = VideoKey("lab", ID)
    with opened_part(key(ID), tmp_path) as here, opened_part(lab, tmp_path) as there:
        assert here.path != there.path
        theirs = next(there.names.by_id(".mp4"))
        assert next(here.names.by_id(".mp4")) != theirs
        assert safe_name(f"{ID}_lab") != theirs.stem


def test_discarding_a_part_removes_its_metadata_too(server: FileServer, tmp_path: Path) -> None:
    _leave_half(server, tmp_path)
    discard_part(key(ID), tmp_path)
    assert (_files(tmp_path), part_size(key(ID), tmp_path)) == ({}, 0)


def test_discarding_a_missing_part_creates_nothing(tmp_path: Path) -> None:
    discard_part(key(ID), tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_part_in_use_is_not_discarded(tmp_path: Path) -> None:
    with opened_part(key(ID), tmp_path) as part:
        part.append(b"bytes")
        discard_part(key(ID), tmp_path)
        assert part_size(key(ID), tmp_path) == 5


def test_cancelling_before_the_first_byte_leaves_no_file(
    server: FileServer, tmp_path: Path
) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        _download(server, tmp_path, cancelled=cancelled)
    assert _files(tmp_path) == {}


def test_a_part_that_failed_to_load_is_not_resumed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PART).write_bytes(bytes(1341))
    (tmp_path / METADATA).write_text(json.dumps({"id": ID, "total": 8000, "origin": "http://h"}))

    def fail(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", fail)
        with pytest.raises(OSError, match="input/output"):
            opened_part(key(ID), tmp_path).__enter__()
    with opened_part(key(ID), tmp_path) as part:
        assert part.size == 0
