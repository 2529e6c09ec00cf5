"""The demo's films, its jobs, and the schedule by which jobs appear and finish."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.api.payload import parse_video
from hingtui.demo.families.videos import video_object
from hingtui.demo.film import CLIPS, Clip, Film
from hingtui.demo.job import Shape
from hingtui.demo.story import Job, Story
from hingtui.model import mp4
from hingtui.model.video import Status
from tests.support.clock import EPOCH, FakeClock

DONE = Job("video_done1", EPOCH - 100)
RUNNING = Job("video_running1", EPOCH - 50, generating_for=90)
OPENAI = replace(DONE, id="video_openai1", vocabulary="openai")


@pytest.mark.parametrize("clip", CLIPS.values(), ids=lambda clip: clip.name)
def test_a_film_is_a_complete_mp4_of_the_stated_duration_and_size(
    clip: Clip, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(Film(clip.name, "video_1", pad=100_000).whole())
    found = mp4.inspect(path)
    assert found.duration == pytest.approx(clip.seconds)
    assert f"{found.width}x{found.height}" == clip.size


def test_all_clips_together_stay_under_400_kilobytes() -> None:
    assert sum(Film(name, "x").length for name in CLIPS) < 400_000 + 100 * len(CLIPS)


def test_jobs_with_the_same_clip_have_different_files() -> None:
    assert DONE.file() != replace(DONE, id="video_done2").file()


def test_files_of_different_jobs_have_different_etags() -> None:
    assert DONE.film.etag != replace(DONE, id="video_done2").film.etag


@pytest.mark.parametrize(("start", "stop"), [(0, 10), (60_000, 200_000), (150_000, 10**9), (7, 7)])
def test_reading_a_slice_gives_that_slice_of_the_file(start: int, stop: int) -> None:
    film = Film("bubbles", "video_1", pad=300_000)
    assert film.read(start, stop) == film.whole()[start:stop]


def test_a_films_length_is_the_length_of_its_bytes() -> None:
    film = Film("bubbles", "video_1", pad=300_000)
    assert len(film.whole()) == film.length


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (1, Status.QUEUED),
        (6, Status.GENERATING),
        (66, Status.READY),
        (3_700, Status.EXPIRED),
    ],
)
def test_a_job_goes_from_queued_to_expired(after: float, status: Status) -> None:
    assert DONE.status(DONE.created_at + after) is status


def test_the_hingnet_vocabulary_follows_the_documentation_text() -> None:
    body = video_object(DONE, DONE.finished_at)
    assert (body["status"], body["seconds"], body["expires_at"]) == (
        "success",
        "4",
        int(DONE.finished_at) + 3600,
    )


def test_the_openai_vocabulary_follows_the_openapi_document() -> None:
    body = video_object(OPENAI, OPENAI.finished_at)
    assert (body["status"], body["seconds"], body.get("expires_at")) == ("completed", 4, None)


def test_a_running_job_states_no_completion_time() -> None:
    assert "completed_at" not in video_object(RUNNING, EPOCH)


def test_a_failed_job_has_an_error_code_and_message() -> None:
    job = replace(DONE, outcome="failed", error=("moderation_blocked", "不行"))
    video = parse_video(video_object(job, EPOCH))
    assert video.error is not None
    assert (video.error.code, video.error.message) == ("moderation_blocked", "不行")


@pytest.mark.parametrize("shape", ["linear", "noisy", "steps", "stalling", "none"])
def test_progress_stays_between_0_and_100_until_the_end(shape: Shape) -> None:
    job = replace(RUNNING, shape=shape)
    seen = [job.progress(job.created_at + second) for second in range(95)]
    assert all(0 <= progress < 100 for progress in seen)


def test_progress_of_shape_none_stays_0_until_the_end() -> None:
    job = replace(RUNNING, shape="none")
    seen = {job.progress(job.created_at + second) for second in range(100)}
    assert seen == {0.0, 100.0}


@pytest.fixture
def story(clock: FakeClock) -> Story:
    return Story.endless(clock, seed=3, pad=0)


def statuses(story: Story, now: float) -> Counter[Status]:
    return Counter(job.status(now) for job in story.listed(now))


@pytest.mark.parametrize("videos", [1, 5, 12, 200])
def test_the_demo_begins_with_the_requested_number_of_videos(clock: FakeClock, videos: int) -> None:
    assert len(Story.endless(clock, videos=videos).jobs) == videos


def test_the_demo_begins_with_queued_generating_and_ready_videos(story: Story) -> None:
    seen = statuses(story, EPOCH)
    assert min(seen[Status.QUEUED], seen[Status.GENERATING], seen[Status.READY]) >= 2


def test_a_video_becomes_ready_within_ten_seconds(story: Story) -> None:
    assert statuses(story, EPOCH + 10)[Status.READY] > statuses(story, EPOCH)[Status.READY]


def test_the_first_videos_finish_within_about_a_minute(story: Story) -> None:
    first = [job for job in story.jobs.values() if job.is_known(EPOCH)]
    assert all(job.finished_at <= EPOCH + 65 for job in first)


def test_the_first_videos_include_failed_missing_and_progressless_jobs(story: Story) -> None:
    jobs = story.jobs.values()
    assert {job.outcome for job in jobs} == {"ready", "failed", "missing"}
    assert "none" in {job.shape for job in jobs}


def test_half_of_the_first_prompts_are_chinese(story: Story) -> None:
    chinese = [job for job in story.jobs.values() if not job.prompt.isascii()]
    assert 5 <= len(chinese) <= 7


def test_one_video_expires_within_two_to_three_minutes(story: Story) -> None:
    soonest = min(job.expires_at for job in story.jobs.values() if job.outcome == "ready")
    assert 120 <= soonest - EPOCH <= 180


def test_every_minute_has_queued_and_generating_videos(story: Story) -> None:
    for minute in range(1, 60):
        seen = statuses(story, EPOCH + 60 * minute)
        assert min(seen[Status.QUEUED], seen[Status.GENERATING]) >= 1, f"minute {minute}"


def test_new_jobs_appear_every_ten_to_fifteen_seconds(story: Story) -> None:
    came = []
    for second in range(600):
        came += [second] * len(story.due(EPOCH + second))
    assert all(9 <= later - sooner <= 16 for sooner, later in itertools.pairwise(came))
    assert 40 <= len(came) <= 60


def test_a_new_job_is_due_once_even_if_already_listed(story: Story) -> None:
    story.listed(EPOCH + 60)
    assert (len(story.due(EPOCH + 60)) > 0, story.due(EPOCH + 60)) == (True, [])


def test_after_a_long_sleep_only_a_few_jobs_are_due(story: Story) -> None:
    story.due(EPOCH + 10)
    assert 1 <= len(story.due(EPOCH + 8 * 3600)) <= 4


def test_the_same_seed_gives_the_same_jobs() -> None:
    stories = [Story.endless(FakeClock(), videos=40, seed=7) for _ in range(2)]
    for story in stories:
        story.due(EPOCH + 100)
    assert stories[0].jobs == stories[1].jobs


def test_another_seed_gives_other_jobs() -> None:
    stories = [Story.endless(FakeClock(), seed=seed).jobs for seed in (1, 2)]
    assert not stories[0].keys() & stories[1].keys()


def test_every_job_has_the_duration_and_size_of_its_clip(clock: FakeClock) -> None:
    jobs = Story.endless(clock, videos=100).jobs.values()
    assert all((j.size, j.seconds) == (CLIPS[j.clip].size, CLIPS[j.clip].seconds) for j in jobs)


def test_demo_files_have_one_to_five_megabytes(clock: FakeClock) -> None:
    sizes = [job.film.length for job in Story.endless(clock, videos=100).jobs.values()]
    assert min(sizes) >= 1_000_000
    assert max(sizes) <= 5_000_000


def test_the_jobs_are_spread_over_the_gateways(clock: FakeClock) -> None:
    story = Story.endless(clock, gateways=("hingnet", "relay", "ark"))
    for second in range(0, 300, 10):
        story.advance(EPOCH + second)
    found = Counter(job.gateway for job in story.jobs.values())
    assert min(found["hingnet"], found["relay"], found["ark"]) >= 5


def test_each_gateway_knows_only_its_own_jobs(clock: FakeClock) -> None:
    story = Story.endless(clock, gateways=("hingnet", "relay", "ark"))
    job = next(job for job in story.jobs.values() if job.gateway == "relay")
    assert story.at("relay").find(job.id, EPOCH) is job
    assert story.at("ark").find(job.id, EPOCH) is None
    assert job not in story.at("ark").listed(EPOCH)


def test_a_crowd_has_expired_videos_at_every_gateway(clock: FakeClock) -> None:
    story = Story.endless(clock, videos=400, gateways=("hingnet", "relay", "ark"))
    expired = {j.gateway for j in story.listed(EPOCH) if j.status(EPOCH) is Status.EXPIRED}
    assert expired == {"hingnet", "relay", "ark"}


def test_a_fixed_list_of_jobs_never_changes(clock: FakeClock) -> None:
    story = Story([DONE])
    assert story.due(EPOCH + 10**6) == []
