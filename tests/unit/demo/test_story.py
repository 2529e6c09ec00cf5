"""The demo's story: its films, its jobs, and how they come and go."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.api.payload import parse_video
from hingtui.demo.film import CLIPS, Clip, Film
from hingtui.demo.job import Shape
from hingtui.demo.story import Job, Story
from hingtui.model import mp4
from hingtui.model.video import Status
from tests.support.clock import EPOCH, FakeClock

DONE = Job("video_done1", EPOCH - 100)
RUNNING = Job("video_running1", EPOCH - 50, generating_for=90)
OPENAI = replace(DONE, id="video_openai1", vocabulary="openai")


# The films


@pytest.mark.parametrize("clip", CLIPS.values(), ids=lambda clip: clip.name)
def test_a_film_is_a_whole_mp4_as_long_and_large_as_is_said(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(Film(clip.name, "video_1", pad=100_000).whole())
    found = mp4.inspect(path)
    assert found.duration == pytest.approx(clip.seconds)
    assert f"{found.width}x{found.height}" == clip.size


def test_the_clips_are_small_enough_to_be_shipped() -> None:
    assert sum(Film(name, "x").length for name in CLIPS) < 400_000 + 100 * len(CLIPS)


def test_two_jobs_with_the_same_clip_have_different_films() -> None:
    assert DONE.file() != replace(DONE, id="video_done2").file()


def test_two_films_of_different_jobs_have_different_validators() -> None:
    assert DONE.film.etag != replace(DONE, id="video_done2").film.etag


@pytest.mark.parametrize(("start", "stop"), [(0, 10), (60_000, 200_000), (150_000, 10**9), (7, 7)])
def test_any_slice_of_a_film_is_that_slice_of_the_whole(start: int, stop: int) -> None:
    film = Film("bubbles", "video_1", pad=300_000)
    assert film.read(start, stop) == film.whole()[start:stop]


def test_a_film_is_as_long_as_it_says() -> None:
    film = Film("bubbles", "video_1", pad=300_000)
    assert len(film.whole()) == film.length


# What a job says


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (1, Status.QUEUED),
        (6, Status.GENERATING),
        (66, Status.READY),
        (3_700, Status.EXPIRED),
    ],
)
def test_a_job_goes_its_way(after: float, status: Status) -> None:
    assert DONE.status(DONE.created_at + after) is status


def test_the_first_vocabulary_is_that_of_the_pages_text() -> None:
    told = DONE.response(DONE.finished_at)
    assert (told["status"], told["seconds"], told["expires_at"]) == (
        "success",
        "4",
        int(DONE.finished_at) + 3600,
    )


def test_the_second_vocabulary_is_that_of_the_pages_openapi() -> None:
    told = OPENAI.response(OPENAI.finished_at)
    assert (told["status"], told["seconds"], told.get("expires_at")) == ("completed", 4, None)


def test_a_running_job_does_not_say_when_it_will_be_finished() -> None:
    assert "completed_at" not in RUNNING.response(EPOCH)


def test_a_failed_job_says_why() -> None:
    job = replace(DONE, outcome="failed", error=("moderation_blocked", "不行"))
    video = parse_video(job.response(EPOCH))
    assert video.error is not None
    assert (video.error.code, video.error.message) == ("moderation_blocked", "不行")


@pytest.mark.parametrize("shape", ["linear", "noisy", "steps", "stalling", "none"])
def test_progress_stays_within_its_range_until_the_end(shape: Shape) -> None:
    job = replace(RUNNING, shape=shape)
    seen = [job.progress(job.created_at + second) for second in range(95)]
    assert all(0 <= progress < 100 for progress in seen)


def test_one_kind_of_progress_never_moves_until_it_is_done() -> None:
    job = replace(RUNNING, shape="none")
    seen = {job.progress(job.created_at + second) for second in range(100)}
    assert seen == {0.0, 100.0}


# The story


@pytest.fixture
def story(clock: FakeClock) -> Story:
    return Story.endless(clock, seed=3, pad=0)


def statuses(story: Story, now: float) -> Counter[Status]:
    return Counter(job.status(now) for job in story.listed(now))


@pytest.mark.parametrize("videos", [1, 5, 12, 200])
def test_a_story_begins_with_as_many_videos_as_were_asked_for(
    clock: FakeClock, videos: int
) -> None:
    assert len(Story.endless(clock, videos=videos).jobs) == videos


def test_the_first_screen_shows_all_kinds_of_videos(story: Story) -> None:
    seen = statuses(story, EPOCH)
    assert min(seen[Status.QUEUED], seen[Status.GENERATING], seen[Status.READY]) >= 2


def test_a_video_becomes_ready_within_ten_seconds(story: Story) -> None:
    assert statuses(story, EPOCH + 10)[Status.READY] > statuses(story, EPOCH)[Status.READY]


def test_the_first_dozen_is_done_in_about_a_minute(story: Story) -> None:
    first = [job for job in story.jobs.values() if job.is_known(EPOCH)]
    assert all(job.finished_at <= EPOCH + 65 for job in first)


def test_the_first_dozen_knows_failure_absence_and_silence(story: Story) -> None:
    jobs = story.jobs.values()
    assert {job.outcome for job in jobs} == {"ready", "failed", "missing"}
    assert "none" in {job.shape for job in jobs}


def test_half_of_the_first_prompts_are_chinese(story: Story) -> None:
    chinese = [job for job in story.jobs.values() if not job.prompt.isascii()]
    assert 5 <= len(chinese) <= 7


def test_one_video_expires_before_three_minutes_are_over(story: Story) -> None:
    soonest = min(job.expires_at for job in story.jobs.values() if job.outcome == "ready")
    assert 120 <= soonest - EPOCH <= 180


def test_every_later_minute_has_something_queued_and_something_generating(story: Story) -> None:
    for minute in range(1, 60):
        seen = statuses(story, EPOCH + 60 * minute)
        assert min(seen[Status.QUEUED], seen[Status.GENERATING]) >= 1, f"minute {minute}"


def test_new_jobs_come_every_ten_to_fifteen_seconds(story: Story) -> None:
    came = []
    for second in range(600):
        came += [second] * len(story.due(EPOCH + second))
    assert all(9 <= later - sooner <= 16 for sooner, later in itertools.pairwise(came))
    assert 40 <= len(came) <= 60


def test_a_new_job_is_told_once_even_if_it_was_asked_about_before(story: Story) -> None:
    story.listed(EPOCH + 60)
    assert (len(story.due(EPOCH + 60)) > 0, story.due(EPOCH + 60)) == (True, [])


def test_after_a_long_sleep_only_a_few_jobs_are_made_up_for(story: Story) -> None:
    story.due(EPOCH + 10)
    assert 1 <= len(story.due(EPOCH + 8 * 3600)) <= 4


def test_the_same_seed_tells_the_same_story() -> None:
    told = [Story.endless(FakeClock(), videos=40, seed=7) for _ in range(2)]
    for story in told:
        story.due(EPOCH + 100)
    assert told[0].jobs == told[1].jobs


def test_another_seed_tells_another_story() -> None:
    told = [Story.endless(FakeClock(), seed=seed).jobs for seed in (1, 2)]
    assert not told[0].keys() & told[1].keys()


def test_every_job_is_as_long_and_large_as_its_clip(clock: FakeClock) -> None:
    jobs = Story.endless(clock, videos=100).jobs.values()
    assert all((j.size, j.seconds) == (CLIPS[j.clip].size, CLIPS[j.clip].seconds) for j in jobs)


def test_the_files_of_a_demo_have_one_to_five_megabytes(clock: FakeClock) -> None:
    sizes = [job.film.length for job in Story.endless(clock, videos=100).jobs.values()]
    assert min(sizes) >= 1_000_000
    assert max(sizes) <= 5_000_000


def test_a_story_of_given_jobs_stays_as_it_is(clock: FakeClock) -> None:
    story = Story([DONE])
    assert (story.due(EPOCH + 10**6), story.refuses(EPOCH + 10**6)) == ([], False)
