"""A history that an earlier version of hingtui wrote is upgraded where it lies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.model.video import Status, VideoError
from hingtui.storage.history import HISTORY_FILE, History, HistoryVideo, Search, Term, schema
from tests.support.histories import seen
from tests.support.old_histories import write_format_1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / HISTORY_FILE


def found(history: History, *words: str) -> list[HistoryVideo]:
    return history.videos(history.find(Search(tuple(Term(word) for word in words))))


@pytest.mark.parametrize("has_index", [True, False])
def test_a_file_of_format_1_is_upgraded(path: Path, has_index: bool) -> None:
    write_format_1(path, has_index=has_index)
    with closing(History(path)) as history:
        failed, ready = found(history)
        assert (failed.key.id, ready.key.id) == ("old_2", "old_1")
        assert failed.entry.video is not None
        assert failed.entry.video.error == VideoError("nsfw", "refused")
        assert failed.entry.video.error.request_id == ""
        assert (ready.still, history.usual_stills()) == (None, {})
        assert [one.raw_status for one in history.changes(ready.key)] == ["completed"]
        assert [one.key.id for one in found(history, "中秋夜")] == ["old_2"]
        error = VideoError("", "no luck", "req_7")
        history.record([seen("new", at=9, status=Status.FAILED, error=error)])
        assert [one.key.id for one in found(history, "no luck")] == ["new"]
        assert history.set_aside is None
    with closing(sqlite3.connect(path)) as connection:
        assert schema.format_of(connection) == schema.FORMAT
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_upgrade_that_fails_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_format_1(path)
    broken = schema._UPGRADES[1].replace("videos (model", "nothing (model")
    monkeypatch.setitem(schema._UPGRADES, 1, broken)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            schema.prepare(connection)
        assert schema.format_of(connection) == 1
    monkeypatch.undo()
    with closing(History(path)) as history:
        assert len(found(history)) == 2


def test_a_damaged_file_of_format_1_is_read_as_well(path: Path) -> None:
    write_format_1(path, has_index=False)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE changes")
    with closing(History(path)) as history:
        assert [one.key.id for one in found(history)] == []
        assert history.set_aside is not None


def test_the_request_id_of_a_failure_is_kept(path: Path) -> None:
    key = VideoKey(DEFAULT_GATEWAY, "v_1")

    def recorded(request_id: str) -> str:
        error = VideoError("500", "upstream", request_id)
        history.record([seen("v_1", status=Status.FAILED, error=error)])
        video = history.video(key)
        assert video is not None
        assert video.entry.video is not None
        assert video.entry.video.error is not None
        return video.entry.video.error.request_id

    with closing(History(path)) as history:
        assert recorded("req_1") == "req_1"
        assert recorded("") == "req_1"  # a page of the list says the same without an id
        assert recorded("req_2") == "req_2"
        assert history.video(VideoKey(DEFAULT_GATEWAY, "v_2")) is None
