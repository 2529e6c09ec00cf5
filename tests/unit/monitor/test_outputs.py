"""Several files of one job through the whole monitor, and what is remembered of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.cli.output import json_record
from hingtui.model.video import Status
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.storage.watchlist.entry import parse_entry
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.sockets import answer
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4

ONE, TWO = mp4(4000), mp4(5000)
MANY = 100_000


async def finished_job(here: FaultyWatch) -> None:
    """Watch a finished job with two files, each with a signed link."""
    here.gateway.file("two", TWO)
    here.gateway.file("a", ONE)
    here.gateway.video("a", urls=[here.gateway.link("a"), here.gateway.link("two")])
    await here.watch("a")
    await here.look()
    await here.monitor.watchlist_sync.flush()


async def test_a_job_is_saved_when_all_its_files_are(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await finished_job(here)
        here.download("a")
        await here.saved("a")
        row = here.row("a")
        folder = here.monitor.queue.folder
        assert (row.saved, row.paths) == (folder / "a.mp4", (folder / "a.mp4", folder / "a-2.mp4"))
        assert (folder / "a-2.mp4").read_bytes() == TWO
        record = json_record(row, here.monitor.now())
        assert record["paths"] == [str(folder / "a.mp4"), str(folder / "a-2.mp4")]
        assert here.gateway.leaks == []


async def test_a_job_with_a_missing_file_keeps_the_others(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await finished_job(here)
        here.gateway.fault("/files/two", answer(404), times=MANY)
        here.download("a")
        await here.put_off("a")
        row = here.row("a")
        assert (row.saved, here.files) == (None, {"a.mp4": ONE})
        assert row.paths == (here.monitor.queue.folder / "a.mp4",)
        here.gateway.fault_no_more()
        before = len(here.gateway.asked("/content"))
        kept = here.watchlist.read().entries[key("a")].files
        here.download("a")
        await here.saved("a")
        assert kept == (here.monitor.queue.folder / "a.mp4",)
        assert (row.saved is not None, len(row.paths)) == (True, 2)
        assert len(here.gateway.asked("/content")) == before


async def test_the_number_of_files_outlives_a_restart(tmp_path: Path, clock: FakeClock) -> None:
    async with faulty_watch(tmp_path) as here:
        await finished_job(here)
        await here.monitor.watchlist_sync.flush()
        text = here.watchlist.path.read_text()
    assert "outputs = 2" in text
    assert "signature" not in text
    entry = Watchlist(here.watchlist.path, clock=clock).read().entries[key("a")]
    assert entry.video is not None
    assert (entry.video.outputs, entry.video.status) == (2, Status.READY)


def entry(**fields: object) -> Entry:
    return Entry("a", EPOCH, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "files",
    [
        (Path("/v/a.mp4"), Path("/v/a-2.mp4")),
        (None, Path("/v/a-2.mp4")),
        (Path("/v/\udcff.mp4"), None),
    ],
)
def test_paths_are_read_back_as_they_were_stored(files: tuple[Path | None, ...]) -> None:
    assert parse_entry(entry(files=files).as_table()) == entry(files=files)


@pytest.mark.parametrize("odd", [7, "x", {}, [7, None, {"path": 3}, {"path_hex": "zz"}]])
def test_odd_paths_in_the_file_are_no_paths(odd: object) -> None:
    parsed = parse_entry({"id": "a", "files": odd, "video": {"outputs": "many"}})
    assert parsed is not None
    assert not any(parsed.files)
    assert parsed.video is not None
    assert parsed.video.outputs == 1


def test_paths_saved_by_two_processes_are_merged() -> None:
    one, two = Path("/v/a.mp4"), Path("/v/a-2.mp4")
    merged = entry(files=(one,)).followed_by(entry(files=(None, two)))
    assert merged.files == (one, two)
    assert [merged.file(index) for index in range(3)] == [one, two, None]


def test_the_only_file_is_the_first_one() -> None:
    assert entry(saved=Path("/v/a.mp4")).file(0) == Path("/v/a.mp4")
    assert entry(saved=Path("/v/a.mp4")).file(1) is None
