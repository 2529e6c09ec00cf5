"""The events of a watch without a screen: each once, when it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hingtui.demo.server import DemoServer
from hingtui.download.progress import Phase
from hingtui.model.errors import RateLimited, Stalled, StorageError, Unreachable
from hingtui.monitor import Changes, DownloadState, GatewayState, GatewayStatus
from hingtui.monitor.event_commands import EventCommands
from hingtui.monitor.watch_events import (
    DISK_QUIET,
    RATE_LIMIT_QUIET,
    EventKind,
    WatchEvent,
    WatchEvents,
)
from tests.support.keys import key
from tests.support.watch import Watch, job, watching


@dataclass
class Reported:
    """What a watch reports; its rows are asked about once they are added."""

    watch: Watch[DemoServer]
    events: WatchEvents = field(init=False)
    seen: list[WatchEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        nobody = EventCommands({}, lambda: None, lambda _event: None)
        self.events = WatchEvents(self.watch.monitor, nobody)
        self.watch.monitor.subscribe(self.look)

    def look(self, changes: Changes | None = None) -> None:
        self.seen += self.events.update(changes)

    def kinds(self) -> list[str]:
        """What was reported since the last call."""
        seen, self.seen = self.seen, []
        return [event.kind.value for event in seen]


@pytest.fixture
async def seen(tmp_path: Path) -> AsyncIterator[Reported]:
    jobs = [
        job("video_one"),
        job("video_bad", outcome="failed"),
        job("video_brief", queued_for=0, generating_for=0, lifetime=900.0),
    ]
    async with watching(tmp_path, *jobs, auto_download=True) as watch:
        yield Reported(watch)


async def live(seen: Reported, seconds: float, *, steps: int = 10) -> None:
    for _step in range(steps):
        await seen.watch.look(seconds / steps)
        seen.look()


async def test_a_video_is_reported_from_added_to_saved(seen: Reported) -> None:
    seen.watch.monitor.add(["video_one"])
    await live(seen, 100)
    await seen.watch.saved("video_one")
    assert [kind for kind in seen.kinds() if kind != "downloading"] == [
        *("added", "generating", "ready", "saved")
    ]
    await live(seen, 100)
    assert seen.kinds() == []
    assert seen.events.lost == set()


async def test_a_failed_video_is_reported_and_not_lost(seen: Reported) -> None:
    seen.watch.monitor.add(["video_bad"])
    await live(seen, 100)
    assert seen.kinds() == ["added", "generating", "failed"]
    assert seen.events.lost == set()


async def test_states_known_at_the_start_are_not_reported(seen: Reported) -> None:
    seen.watch.monitor.add(["video_one", "video_bad"])
    await live(seen, 100)
    await seen.watch.saved("video_one")
    later = Reported(seen.watch)
    later.look(Changes(keys={key("video_one"), key("video_bad")}))
    assert later.kinds() == []


async def test_a_video_that_was_removed_is_reported_once(seen: Reported) -> None:
    seen.watch.monitor.add(["video_one"])
    await live(seen, 0)
    seen.kinds()
    seen.watch.monitor.remove([key("video_one")])
    await live(seen, 5)
    assert seen.kinds() == ["removed"]
    assert seen.seen == []


async def test_a_video_whose_gateway_becomes_known_is_no_other_video(seen: Reported) -> None:
    monitor = seen.watch.monitor
    monitor.add(["video_bad"])
    await live(seen, 100)
    seen.kinds()
    row = seen.watch.row("video_bad")
    seen.events.lost.add(row.key)
    monitor._rows.move(row, "relay")
    await live(seen, 5)
    assert seen.kinds() == []
    assert seen.events.lost == {row.key}


async def test_a_download_is_reported_with_its_first_bytes_and_its_end(seen: Reported) -> None:
    monitor = seen.watch.monitor
    monitor.add(["video_brief"])
    await seen.watch.look()
    seen.kinds()
    row = seen.watch.row("video_brief")
    assert row.download is not None
    for state, phase in (
        (DownloadState.QUEUED, Phase.CONNECTING),
        (DownloadState.RUNNING, Phase.CONNECTING),
        (DownloadState.RUNNING, Phase.RECEIVING),
        (DownloadState.WAITING, Phase.RETRYING),
        (DownloadState.RUNNING, Phase.RECEIVING),
    ):
        row.download.state, row.download.progress.phase = state, phase
        seen.look(Changes(keys={row.key}))
    assert seen.kinds() == ["downloading"]
    row.download.state = DownloadState.FAILED
    row.download.error = Stalled("no bytes")
    seen.look(Changes(keys={row.key}))
    seen.look(Changes(keys={row.key}))
    assert [(event.kind, event.error) for event in seen.seen] == [
        (EventKind.NOT_SAVED, row.download.error)
    ]
    assert seen.events.lost == {row.key}
    row.download, row.saved = None, Path("/videos/video_brief.mp4")
    seen.look(Changes(keys={row.key}))
    assert seen.events.lost == set()


async def test_a_video_is_reported_before_and_when_it_expires_unsaved(seen: Reported) -> None:
    seen.watch.monitor.auto_download = False
    seen.watch.monitor.add(["video_brief"])
    await live(seen, 0)
    seen.kinds()
    await live(seen, 1000, steps=50)
    within = [event.within for event in seen.seen if event.kind is EventKind.EXPIRING]
    assert within == [600.0, 180.0, 60.0]
    assert seen.kinds() == ["expiring"] * 3 + ["expired"]
    assert seen.events.lost == {key("video_brief")}


async def test_a_download_that_will_be_late_is_reported_too(seen: Reported) -> None:
    monitor = seen.watch.monitor
    monitor.add(["video_brief"])
    await live(seen, 0)
    row = seen.watch.row("video_brief")
    assert row.download is not None
    row.download.state, row.download.retry_at = DownloadState.WAITING, 1e12
    seen.kinds()
    await live(seen, 850, steps=50)
    assert seen.kinds() == ["expiring", "expiring"]


class Stub:
    """The state of a gateway, as a test says."""

    def __init__(self, seen: Reported, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status = GatewayStatus(GatewayState.ONLINE)
        self._reported = seen
        monkeypatch.setattr("hingtui.monitor.watch_events.statuses", lambda _monitor: self.known)

    @property
    def known(self) -> dict[str, GatewayStatus]:
        return {"relay": self.status}

    def becomes(self, state: GatewayState, error: Any = None) -> list[str]:
        self.status = GatewayStatus(state, error=error)
        self._reported.look()
        return self._reported.kinds()


async def test_a_gateway_is_reported_when_it_goes_and_comes_back(
    seen: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub, error = Stub(seen, monkeypatch), Unreachable("no route")
    assert stub.becomes(GatewayState.ONLINE) == []
    assert stub.becomes(GatewayState.OFFLINE, error) == ["offline"]
    assert stub.becomes(GatewayState.OFFLINE, error) == []
    assert stub.becomes(GatewayState.CONNECTING) == []
    assert stub.becomes(GatewayState.DENIED, error) == ["refused"]
    assert stub.becomes(GatewayState.ONLINE) == ["online"]


async def test_a_rate_limit_that_comes_and_goes_is_reported_once(
    seen: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub, error = Stub(seen, monkeypatch), RateLimited("slowly")
    for _time in range(5):
        expected = [] if _time else ["slowed"]
        assert stub.becomes(GatewayState.SLOWED, error) == expected
        seen.watch.clock.advance(RATE_LIMIT_QUIET / 2)
        assert stub.becomes(GatewayState.ONLINE) == []
    seen.watch.clock.advance(RATE_LIMIT_QUIET)
    assert stub.becomes(GatewayState.ONLINE) == ["online"]


async def test_a_disk_error_is_reported_until_it_ends(seen: Reported) -> None:
    monitor = seen.watch.monitor
    monitor.storage_error = StorageError("no place")
    seen.look()
    seen.look()
    monitor.storage_error = None
    seen.look()
    assert seen.kinds() == ["storage_error"]
    seen.watch.clock.advance(DISK_QUIET)
    seen.look()
    assert seen.kinds() == ["storage_ok"]
