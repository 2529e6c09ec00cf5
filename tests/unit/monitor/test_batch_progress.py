"""The progress of all downloads together."""

from __future__ import annotations

from pathlib import Path

from hingtui.monitor import Download, Row
from hingtui.monitor.batch_progress import Batch, BatchProgress
from hingtui.monitor.row import DownloadState


def row(name: str, received: int = 0, state: DownloadState = DownloadState.RUNNING) -> Row:
    download = Download(state)
    download.progress.received, download.progress.total = received, 100
    return Row(name, 0.0, download=download)


def test_each_download_has_equal_weight_until_the_batch_ends() -> None:
    batch = BatchProgress()
    one, two, three = row("a", 50), row("b"), row("c")
    rows = {each.key: each for each in (one, two, three)}
    assert batch.update([one, two], rows) == Batch(0, 2, 25, is_waiting=False)
    one.download, one.saved = None, Path("a.mp4")
    assert batch.update([two], rows) == Batch(1, 2, 50, is_waiting=False)
    assert batch.update([two, three], rows) == Batch(1, 3, 33, is_waiting=False)
    two.download = None  # cancelled
    assert batch.update([three], rows) == Batch(1, 2, 50, is_waiting=False)
    assert batch.update([], rows) is None
    assert batch.update([three], rows) == Batch(0, 1, 0, is_waiting=False)


def test_a_batch_waits_if_all_its_downloads_wait() -> None:
    waiting, queued = row("a", state=DownloadState.WAITING), row("b", state=DownloadState.QUEUED)
    rows = {each.key: each for each in (waiting, queued)}
    found = BatchProgress().update([waiting], rows)
    assert found is not None
    assert found.is_waiting
    found = BatchProgress().update([waiting, queued], rows)
    assert found is not None
    assert not found.is_waiting
