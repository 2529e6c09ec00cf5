"""A history that is damaged, lost, locked, read-only or full: it is replaced or reported."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hingtui.model.errors import StorageError
from hingtui.storage.history import (
    HISTORY_FILE,
    History,
    Interrupted,
    Search,
    database,
    schema,
)
from hingtui.system.files import is_on_network, locked
from tests.support.clock import FakeClock
from tests.support.histories import seen


def ids(history: History) -> list[str]:
    return [video.entry.id for video in history.videos(history.find(Search()))]


def asides(history: History) -> list[Path]:
    return sorted(history.path.parent.glob("history.sqlite3.damaged-*"))


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 8192, b"SQLite format 3\0" * 99])
def test_a_file_that_is_no_database_is_set_aside(history: History, content: bytes) -> None:
    history.path.write_bytes(content)
    history.record([seen("v_1")])
    assert ids(history) == ["v_1"]
    assert [path.read_bytes() for path in asides(history)] == [content]
    assert history.set_aside == asides(history)[0]


def test_a_database_of_another_program_is_set_aside(history: History) -> None:
    with raw(history.path) as other:
        other.execute("CREATE TABLE videos (title)")
    history.record([seen("v_1")])
    assert ids(history) == ["v_1"]
    with raw(asides(history)[0]) as other:
        assert other.execute("SELECT title FROM videos").fetchall() == []


def test_a_folder_in_its_place_is_set_aside(history: History) -> None:
    history.path.mkdir(parents=True)
    (history.path / "mine").write_text("mine")
    history.record([seen("v_1")])
    assert ids(history) == ["v_1"]
    assert (asides(history)[0] / "mine").read_text() == "mine"


def test_an_empty_file_is_used(history: History) -> None:
    history.path.write_bytes(b"")
    history.record([seen("v_1")])
    assert (ids(history), asides(history)) == (["v_1"], [])


@pytest.mark.parametrize("is_read_first", [True, False])
@pytest.mark.sample(1)
def test_readable_videos_of_a_damaged_history_are_kept(
    history: History, is_read_first: bool
) -> None:
    history.record([seen(f"v_{n}", at=n, prompt="moon " * 40) for n in range(1200)])
    history.close()
    size = history.path.stat().st_size
    with history.path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 10))
    if is_read_first:
        assert 600 < len(ids(history)) < 1200
    for n in range(1200):
        history.record([seen(f"v_{n}", at=n + 0.5, model="veo")])
        if history.set_aside is not None:
            break
    assert 600 < len(ids(history)) < 1200
    assert len(asides(history)) == 1


@pytest.mark.parametrize(
    "loss", ["DELETE FROM texts WHERE n = 2", "DELETE FROM videos WHERE n = 2"]
)
def test_a_history_with_a_part_of_a_video_is_set_aside(history: History, loss: str) -> None:
    first, second = seen("v_1"), seen("v_2")
    history.record([first, second])
    history.close()
    with raw(history.path) as damaged:
        damaged.execute(loss)
    assert history.are_known([first.video.entry, second.video.entry]) == [True, False]
    history.record([second])
    assert sorted(ids(history)) == ["v_1", "v_2"]
    assert len(asides(history)) == 1


@pytest.mark.slow
def test_damage_at_any_place_raises_only_storage_errors(
    tmp_path: Path, clock: FakeClock, thorough: bool
) -> None:
    chance = random.Random(3)  # noqa: S311 - the same damage in every run
    for number in range(60 if thorough else 12):
        history = History(tmp_path / str(number) / HISTORY_FILE, clock=clock)
        history.record([seen(f"v_{n}", at=n, prompt="moon " * 9, took=9.0) for n in range(60)])
        history.close()
        size = history.path.stat().st_size
        with history.path.open("r+b") as file:
            file.seek(chance.randrange(size))
            file.write(chance.randbytes(chance.choice((1, 64, 4096, size))))
            if chance.random() < 0.3:
                file.truncate(chance.randrange(size))
        for work in (
            lambda h: h.record([seen("new", at=99)]),
            lambda h: ids(h),
            lambda h: h.statistics(),
            lambda h: h.record([seen("newer", at=100)]),
        ):
            try:
                work(history)
            except StorageError:
                continue
        history.record([seen("newest", at=101)])
        assert "newest" in ids(history)
        history.close()


def test_a_lost_history_is_begun_anew(history: History) -> None:
    history.record([seen("v_1")])
    before = history.generation
    for path in history.path.parent.iterdir():
        path.unlink()
    history.record([seen("v_2")])
    assert ids(history) == ["v_2"]
    assert history.generation > before


def test_a_file_moved_by_another_process_is_no_longer_used(
    history: History, clock: FakeClock
) -> None:
    history.record([seen("v_1")])
    other = History(history.path, clock=clock)
    history.path.rename(history.path.with_name("gone"))
    other.record([seen("v_2", at=1)])
    history.record([seen("v_3", at=2)])
    assert ids(history) == ids(other) == ["v_3", "v_2"]
    other.close()


@pytest.mark.parametrize("seconds", [1, 0])
def test_a_history_that_is_damaged_again_and_again_is_left_alone(
    tmp_path: Path, clock: FakeClock, seconds: int
) -> None:
    for number in range(database.MOST_SET_ASIDE):
        clock.advance(seconds)
        (tmp_path / HISTORY_FILE).write_bytes(b"damaged %d" % number)
        history = History(tmp_path / HISTORY_FILE, clock=clock)
        history.record([seen("v_1")])
        history.close()
    (tmp_path / HISTORY_FILE).write_bytes(b"damaged once more")
    with pytest.raises(StorageError, match="several times"):
        History(tmp_path / HISTORY_FILE, clock=clock).record([seen("v_1")])
    assert (tmp_path / HISTORY_FILE).read_bytes() == b"damaged once more"


def test_histories_set_aside_within_a_second_are_numbered_at_the_end(
    tmp_path: Path, clock: FakeClock
) -> None:
    names = []
    for number in range(database.MOST_SET_ASIDE):
        (tmp_path / HISTORY_FILE).write_bytes(b"damaged %d" % number)
        history = History(tmp_path / HISTORY_FILE, clock=clock)
        history.record([seen("v_1")])
        history.close()
        assert history.set_aside is not None
        assert history.set_aside.read_bytes() == b"damaged %d" % number
        names.append(history.set_aside.name)
    assert names[1:] == [f"{names[0]}-2", f"{names[0]}-3"]


def test_a_locked_history_is_reported_and_written_later(history: History) -> None:
    history.record([seen("v_1")])
    with raw(history.path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="Another program holds"):
            history.record([seen("v_2", at=1)])
        assert ids(history) == ["v_1"]  # who only reads waits for nobody
    history.record([seen("v_2", at=1)])
    assert sorted(ids(history)) == ["v_1", "v_2"]


def test_a_history_that_is_being_opened_by_a_stopped_process_is_reported(history: History) -> None:
    with (
        locked(history.path.with_name(f"{HISTORY_FILE}.lock")),
        pytest.raises(StorageError, match="Another program holds"),
    ):
        history.record([seen("v_1")])


def test_a_read_only_file_becomes_writable(history: History) -> None:
    history.record([seen("v_1")])
    history.close()
    history.path.chmod(0o400)
    history.record([seen("v_2", at=1)])
    assert (ids(history), asides(history)) == (["v_2", "v_1"], [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_reported(history: History) -> None:
    history.path.parent.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="cannot be used"):
            history.record([seen("v_1")])
    finally:
        history.path.parent.chmod(0o700)


def test_a_full_disk_is_reported_and_nothing_is_lost(history: History) -> None:
    history.record([seen("v_1")])
    connection = history._written._connection
    assert connection is not None
    connection.execute("PRAGMA max_page_count = 30")
    with pytest.raises(StorageError, match="full") as raised:
        history.record([seen(f"w_{n}", prompt="moon " * 900) for n in range(90)])
    assert raised.value.is_full
    assert ids(history) == ["v_1"]
    connection.execute("PRAGMA max_page_count = 99999")
    history.record([seen("v_2", at=1)])
    assert sorted(ids(history)) == ["v_1", "v_2"]


def test_a_history_of_a_newer_hingtui_is_left_alone(history: History) -> None:
    history.record([seen("v_1")])
    history.close()
    with raw(history.path) as other:
        other.execute(f"PRAGMA user_version = {schema.FORMAT + 1}")
    before = history.path.read_bytes()
    for _time in range(2):
        with pytest.raises(StorageError, match="newer hingtui"):
            history.record([seen("v_2")])
    history.close()
    assert (history.path.read_bytes(), asides(history)) == (before, [])


def test_a_network_file_system_gets_the_older_kind_of_journal(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "is_on_network", lambda _folder: True)
    history.record([seen("v_1")])
    with raw(history.path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert ids(history) == ["v_1"]


def test_mounts_of_networks_are_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 0:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 0:2 / /home rw shared:1 - nfs4 server:/home rw\n"
        "3 2 0:3 / /home/local rw - ext4 /dev/sda2 rw\n"
        "4 1 0:4 / /mnt/my\\040files rw - fuse.sshfs me@host: rw\n"
        "a strange line\n"
    )
    folders = ("/", "/home", "/home/me", "/home/local/x", "/mnt/my files/x", "/homes")
    assert [is_on_network(Path(folder), mounts) for folder in folders] == [
        *(False, True, True, False, True, False),
    ]
    assert not is_on_network(Path("/home"), tmp_path / "missing")


def test_a_sqlite_without_the_index_reads_and_writes_the_same_file(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.record([seen("v_1", prompt="moonlight")])
    history.close()
    monkeypatch.setattr(schema, "can_index_words", lambda: False)
    history.record([seen("v_2", at=1, prompt="moonrise")])
    assert sorted(ids(history)) == ["v_1", "v_2"]
    assert asides(history) == []
    monkeypatch.undo()
    history.close()
    history.record([seen("v_3", at=2, prompt="moon")])
    assert ids(history) == ["v_3", "v_2", "v_1"]


def test_an_interrupted_query_raises_its_own_error(history: History) -> None:
    history.interrupt()  # nobody reads: nothing happens
    history.record([seen("v_1")])
    assert ids(history) == ["v_1"]

    def count(connection: sqlite3.Connection) -> None:
        connection.create_function("stop", 0, history.interrupt)
        endless = "WITH c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT stop() FROM c"
        connection.execute(endless).fetchall()

    with pytest.raises(Interrupted):
        history._shown.read(count)
    assert ids(history) == ["v_1"]
