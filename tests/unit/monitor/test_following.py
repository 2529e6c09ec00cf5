"""Following an account: its new videos appear by themselves, each once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.video import Status, Video
from hingtui.monitor.following import LIST_EVERY, Follower, is_worth_adding
from hingtui.storage.followed import FollowedFile
from hingtui.storage.settings.settings import FOLLOWED_FILE
from tests.support.clock import EPOCH
from tests.support.keys import ids, keys
from tests.support.waiting import until
from tests.support.watch import Watch, job, watching

LIST = "/v1/videos?"
DONE: dict[str, Any] = {"queued_for": 0, "generating_for": 0}
FAILED: dict[str, Any] = {**DONE, "outcome": "failed"}


@asynccontextmanager
async def following(folder: Path, *jobs: Job) -> AsyncIterator[Watch[DemoServer]]:
    async with watching(folder, *jobs) as watch:
        watch.monitor.follow(DEFAULT_GATEWAY, FollowedFile(folder / FOLLOWED_FILE))
        yield watch


def follower(watch: Watch[DemoServer]) -> Follower:
    found = watch.monitor._followers.get(DEFAULT_GATEWAY)
    assert found is not None
    return found


async def look(watch: Watch[DemoServer], after: float = LIST_EVERY * 1.2) -> None:
    """Let time pass; the account is looked at if that is due, and all that follows happens."""
    watch.clock.advance(after)
    if follower(watch).is_due():
        await follower(watch).look()
    await watch.monitor._background.wait()
    watch.monitor.feed.flush()


def watched(watch: Watch[DemoServer]) -> set[str]:
    return set(ids(watch.monitor.rows))


def arrived(watch: Watch[DemoServer]) -> list[list[str]]:
    return [ids(change.arrived) for change in watch.changes if change.arrived]


def create(watch: Watch[DemoServer], *video_ids: str, **fate: Any) -> None:
    """New jobs at the gateway."""
    for video_id in video_ids:
        new = Job(id=video_id, created_at=watch.clock.time(), **fate)
        watch.server.story.jobs[video_id] = new


async def test_a_new_video_of_the_account_appears_by_itself(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        create(watch, "video_new")
        await look(watch)
        assert watched(watch) == {"video_new"}
        assert arrived(watch) == [["video_new"]]
        assert watch.row("video_new").status is Status.GENERATING


async def test_new_videos_are_reported_together(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        for name in ("video_a", "video_b", "video_c"):
            create(watch, name)
            watch.clock.advance(1)
        await look(watch)
        assert arrived(watch) == [["video_c", "video_b", "video_a"]]


async def test_a_removed_video_stays_removed(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        await look(watch)
        watch.monitor.remove(keys("video_one"))
        await look(watch)
        await look(watch)
        assert watched(watch) == set()


async def test_a_removed_video_stays_removed_in_the_next_run(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        await look(watch)
        watch.monitor.remove(keys("video_one"))
    async with following(tmp_path, job("video_one")) as watch:
        await look(watch)
        assert watched(watch) == set()


async def test_a_video_removed_before_it_was_listed_stays_removed(
    tmp_path: Path,
) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        create(watch, "video_one")
        watch.monitor.add(["video_one"])
        watch.monitor.remove(keys("video_one"))
        await look(watch)
        assert watched(watch) == set()


async def test_undo_brings_a_followed_video_back(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        await look(watch)
        watch.monitor.remove(keys("video_one"))
        assert watch.monitor.restore() == keys("video_one")
        await look(watch)
        assert watched(watch) == {"video_one"}


async def test_the_first_look_adds_only_unfinished_and_ready_videos(tmp_path: Path) -> None:
    long_ago = EPOCH - 40 * 86_400
    jobs = (
        job("video_running", queued_for=1000),
        job("video_ready", **DONE),
        Job(id="video_expired", created_at=long_ago, **DONE),
        Job(id="video_failed", created_at=EPOCH - 60, **FAILED),
    )
    async with following(tmp_path, *jobs) as watch:
        await look(watch)
        assert watched(watch) == {"video_running", "video_ready"}
        await look(watch)
        assert watched(watch) == {"video_running", "video_ready"}


async def test_a_new_video_that_failed_between_two_looks_appears(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        create(watch, "video_failed", **FAILED)
        await look(watch)
        assert watched(watch) == {"video_failed"}


async def test_videos_expired_while_nothing_ran_are_not_added(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        create(watch, "video_gone", lifetime=60, **DONE)
        watch.clock.advance(3 * 3600)
        await look(watch)
        assert watched(watch) == set()


async def test_more_new_videos_than_a_page_holds_are_all_added(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_old")) as watch:
        await look(watch)
        many = [f"video_{n:03}" for n in range(150)]
        create(watch, *many)
        await look(watch)
        assert watched(watch) == {"video_old", *many}
        assert len(arrived(watch)) == 2


async def test_a_sweep_of_the_poller_serves_as_a_look(tmp_path: Path) -> None:
    many = [f"video_{n:02}" for n in range(20)]
    async with following(tmp_path, *(job(name, queued_for=900) for name in many)) as watch:
        await look(watch)
        assert watched(watch) == set(many)
        watch.clock.advance(LIST_EVERY / 2)
        create(watch, "video_new", queued_for=900)
        asked = len(watch.asked(LIST))
        await watch.look(after=10)
        await watch.monitor._background.wait()
        assert "video_new" in watched(watch)
        assert len(watch.asked(LIST)) == asked + 1
        watch.clock.advance(LIST_EVERY / 2)
        assert not follower(watch).is_due()


async def test_the_list_is_looked_at_once_in_the_interval(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        for _ in range(12):
            await look(watch, after=15)
        assert len(watch.asked(LIST)) in (4, 5)


async def test_a_gateway_without_a_list_is_reported_once(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        watch.server.once(LIST, status=501, times=99)
        for _ in range(4):
            await look(watch, after=1000)
        found = [change.not_followed for change in watch.changes if change.not_followed]
        assert [list(names) for names in found] == [[DEFAULT_GATEWAY]]
        asked = len(watch.asked(LIST))
        await look(watch, after=60)
        assert len(watch.asked(LIST)) == asked


async def test_after_an_error_the_list_is_looked_at_again(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        watch.server.once(LIST, status=503)
        await look(watch)
        assert watched(watch) == set()
        await look(watch, after=80)
        assert watched(watch) == {"video_one"}


async def test_an_account_that_is_followed_no_more_is_left_alone(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        followers = watch.monitor._followers
        watch.monitor.unfollow(DEFAULT_GATEWAY)
        assert followers.get(DEFAULT_GATEWAY) is None
        watch.monitor.follow(DEFAULT_GATEWAY, FollowedFile(tmp_path / FOLLOWED_FILE))
        create(watch, "video_one")
        await look(watch)
        assert watched(watch) == {"video_one"}
        watch.monitor.remove_gateway(DEFAULT_GATEWAY)
        assert followers.get(DEFAULT_GATEWAY) is None


async def test_while_asking_is_paused_nothing_is_looked_at(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        watch.monitor.pause(True)
        assert not follower(watch).is_due()
        watch.monitor.pause(False)
        assert follower(watch).is_due()


async def test_without_a_token_nothing_is_looked_at(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        watch.monitor.connect(None)
        assert not follower(watch).is_due()


async def test_while_the_file_cannot_be_read_nothing_is_skipped(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        (tmp_path / FOLLOWED_FILE).mkdir()
        await look(watch)
        assert watched(watch) == set()
        (tmp_path / FOLLOWED_FILE).rmdir()
        await look(watch)
        assert watched(watch) == {"video_one"}


async def test_videos_seen_by_another_process_are_not_added_again(tmp_path: Path) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        create(watch, "video_one")
        other = FollowedFile(tmp_path / FOLLOWED_FILE)
        await asyncio.to_thread(other.add, DEFAULT_GATEWAY, ["video_one"], now=EPOCH)
        await look(watch)
        assert watched(watch) == set()


async def test_after_damage_only_later_videos_are_added(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        await look(watch)
        watch.monitor.remove(keys("video_one"))
        path = tmp_path / FOLLOWED_FILE
        path.write_bytes(b"{")
        os.utime(path, (watch.clock.time(),) * 2)
        watch.monitor.follow(DEFAULT_GATEWAY, FollowedFile(path))  # as after a restart
        await look(watch)
        assert watched(watch) == set()
        create(watch, "video_two")
        await look(watch)
        assert watched(watch) == {"video_two"}
        notices = [words for change in watch.changes for words in change.not_written]
        assert [words.endswith("The bad file is followed-2.json.") for words in notices] == [True]


async def test_what_was_seen_in_this_run_outlives_a_damaged_file(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        await look(watch)
        (tmp_path / FOLLOWED_FILE).write_bytes(b"{")
        create(watch, "video_two")
        await look(watch)
        known = FollowedFile(tmp_path / FOLLOWED_FILE).read(DEFAULT_GATEWAY)
        assert known is not None
        assert set(known.seen) == {"video_one", "video_two"}


async def test_added_videos_are_in_the_watchlist_before_they_count_as_seen(
    tmp_path: Path,
) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        watch.watchlist.path.mkdir()  # it cannot be written now
        await look(watch)
        assert watched(watch) == {"video_one"}
        known = FollowedFile(tmp_path / FOLLOWED_FILE).read(DEFAULT_GATEWAY)
        assert known is None or "video_one" not in known.seen
        watch.watchlist.path.rmdir()
        await look(watch)
        await watch.monitor.watchlist_sync.flush()
        await look(watch)
        known = FollowedFile(tmp_path / FOLLOWED_FILE).read(DEFAULT_GATEWAY)
        assert known is not None
        assert known.seen == ("video_one",)


async def test_the_loop_of_the_monitor_looks_by_itself(tmp_path: Path) -> None:
    async with following(tmp_path, job("video_one")) as watch:
        running = asyncio.create_task(watch.monitor.run())
        await until(lambda: watched(watch) == {"video_one"})
        running.cancel()


NOW = 1_000_000.0
DAY = 86_400.0


@pytest.mark.parametrize(
    ("video", "since", "is_worth"),
    [
        (Video("v", Status.QUEUED, created_at=NOW - 9 * DAY), NOW, True),
        (Video("v", Status.UNKNOWN, created_at=NOW - 9 * DAY), NOW, False),
        (Video("v", Status.UNKNOWN, created_at=NOW - 60), NOW, True),
        (Video("v", Status.READY, expires_at=NOW + 1), NOW, True),
        (Video("v", Status.READY, expires_at=NOW - 1), NOW - DAY, False),
        (Video("v", Status.READY, completed_at=NOW - 7200), NOW, False),
        (Video("v", Status.READY, completed_at=NOW - 7200, usual_life=float("inf")), NOW, True),
        (Video("v", Status.READY, completed_at=NOW - 9 * DAY, usual_life=float("inf")), NOW, False),
        (Video("v", Status.READY), NOW, False),
        (Video("v", Status.READY), NOW - DAY, True),
        (Video("v", Status.FAILED, created_at=NOW - 60), NOW - DAY, True),
        (Video("v", Status.FAILED, created_at=NOW - 7200), NOW - DAY, False),
        (Video("v", Status.EXPIRED, created_at=NOW - 60), NOW, False),
    ],
)
def test_a_video_is_worth_adding_by_status_and_age(
    video: Video, since: float, is_worth: bool
) -> None:
    assert is_worth_adding(video, since=since, now=NOW) is is_worth


@pytest.mark.parametrize("is_removed", [False, True], ids=["unfollowed", "removed"])
async def test_a_look_under_way_adds_nothing_once_following_has_ended(
    tmp_path: Path, is_removed: bool
) -> None:
    async with following(tmp_path) as watch:
        await look(watch)
        create(watch, "video_one")
        watch.clock.advance(LIST_EVERY * 1.2)
        looking = asyncio.create_task(follower(watch).look())
        await until(lambda: watch.monitor.gateways[DEFAULT_GATEWAY].account_list.under_way)
        if is_removed:
            watch.monitor.remove_gateway(DEFAULT_GATEWAY)
        else:
            watch.monitor.unfollow(DEFAULT_GATEWAY)
        await looking
        assert watched(watch) == set()
