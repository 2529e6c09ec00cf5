"""The file beside a saved video: what it holds, and what it never does."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest

from hingtui.download.interface import Saved
from hingtui.model.mp4 import Mp4
from hingtui.model.name_template import parse_template
from hingtui.model.video import Cost, Video
from hingtui.monitor.download_thread import Naming
from hingtui.monitor.sidecar import SidecarFailed, write_sidecar
from tests.robustness.faults.faulty_watch import faulty_watch
from tests.support.keys import key
from tests.support.mp4 import mp4

VIDEO = Video(
    "v1",
    model="veo-3.1",
    prompt="月亮\nmoon",
    created_at=10.0,
    cost=Cost(0.4, "USD"),
    remote_id="task_9",
    link="https://cdn.example/a?signature=secret",
)


def saved_in(folder: Path) -> Saved:
    path = folder / "moon veo-3.1.mp4"
    path.write_bytes(b"film")
    return Saved(path, 4, "ab" * 32, Mp4(4.0, 1, 1))


def write(saved: Saved) -> SidecarFailed | None:
    return write_sidecar(key("v1"), VIDEO, saved, 0, 99.0)


def test_it_has_the_videos_name_and_all_known_facts(tmp_path: Path) -> None:
    assert write(saved_in(tmp_path)) is None
    text = (tmp_path / "moon veo-3.1.json").read_text("utf-8")
    record = json.loads(text)
    assert record["prompt"] == "月亮\nmoon"
    assert (record["id"], record["gateway"], record["gateway_id"]) == ("v1", "default", "task_9")
    assert record["cost"] == {"amount": 0.4, "unit": "USD"}
    assert (record["created_at"], record["saved_at"]) == (10.0, 99.0)
    assert (record["sha256"], record["file"]) == ("ab" * 32, "moon veo-3.1.mp4")
    assert "月亮" in text
    assert "secret" not in text


def test_it_is_as_readable_as_the_video(tmp_path: Path) -> None:
    saved = saved_in(tmp_path)
    saved.path.chmod(0o640)
    write(saved)
    assert stat.S_IMODE(saved.path.with_suffix(".json").stat().st_mode) == 0o640


def test_it_is_never_written_over_another_file(tmp_path: Path) -> None:
    (tmp_path / "moon veo-3.1.json").write_text("mine")
    failed = write(saved_in(tmp_path))
    assert failed is not None
    assert (tmp_path / "moon veo-3.1.json").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "moon veo-3.1.json",
        "moon veo-3.1.mp4",
    ]


def test_one_of_the_same_video_is_left_as_it_is(tmp_path: Path) -> None:
    saved = saved_in(tmp_path)
    assert write(saved) is None
    before = saved.path.with_suffix(".json").read_bytes()
    assert write_sidecar(key("v1"), None, saved, 0, 100.0) is None
    assert saved.path.with_suffix(".json").read_bytes() == before


def test_a_failure_is_one_sentence(tmp_path: Path) -> None:
    failed = write(Saved(tmp_path / "nowhere" / "a.mp4", 4, None, None))
    assert failed is not None
    reason = "No such file or directory"
    assert failed.text == f"a.json could not be written: {reason}. The video is saved."


async def test_a_saved_video_gets_one_and_a_failure_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with faulty_watch(tmp_path, naming=Naming(has_sidecar=True)) as here:
        for video in ("a", "b", "c"):
            here.gateway.file(video, mp4(4000))
            here.gateway.video(video)
            await here.watch(video)
        await here.look()
        here.download("a")
        await here.saved("a")
        folder = here.monitor.queue.folder
        record = json.loads((folder / "a.json").read_bytes())
        assert record["sha256"] == hashlib.sha256((folder / "a.mp4").read_bytes()).hexdigest()

        failed = SidecarFailed(folder / "b.json", "full")
        monkeypatch.setattr("hingtui.monitor.sidecar.write_sidecar", lambda *_: failed)
        for video in ("b", "c"):
            here.download(video)
            await here.saved(video)
        assert here.row("c").saved == folder / "c.mp4"
        sentences = [text for changes in here.changes for text in changes.not_written]
        assert sentences == [failed.text]


async def test_a_watch_names_files_by_its_template_and_finds_them_again(tmp_path: Path) -> None:
    naming = Naming(parse_template("{model} {prompt:10}"), has_sidecar=True)
    async with faulty_watch(tmp_path, naming=naming) as here:
        for video in ("a", "b"):
            here.gateway.file(video, mp4(4000 + ord(video)))
            here.gateway.video(video, model="veo-3.1", prompt="月亮 over the sea")
            await here.watch(video)
        await here.look()
        for video in ("a", "b"):
            here.download(video)
            await here.saved(video)
        folder = here.monitor.queue.folder
        assert here.row("a").saved == folder / "veo-3.1 月亮 over.mp4"
        assert here.row("b").saved == folder / "veo-3.1 月亮 over b.mp4"
        assert len(list(folder.glob("veo-3.1*.json"))) == len(list(folder.iterdir())) / 2 == 2
        await here.monitor.watchlist_sync.flush()
        written = here.watchlist.read().entries[key("b")]
        assert written.saved == here.row("b").saved
