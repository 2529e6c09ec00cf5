"""Several files of one job, and files that come by link, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.download.interface import DownloadHooks, DownloadJob, Saved
from hingtui.download.leftover_parts import discard_part
from hingtui.download.outputs import Outputs, download_all
from hingtui.download.part import opened_part
from hingtui.download.part_names import part_target_of, target_of
from hingtui.download.progress import Progress
from hingtui.model.errors import (
    ApiError,
    Cancelled,
    HingtuiError,
    NotReady,
    StorageRefused,
)
from hingtui.model.key import VideoKey
from tests.servers.gateway import TOKEN
from tests.servers.sockets import Answer, FaultServer, Request, answer, json_answer
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4

FILES = [mp4(4000 + 100 * number) for number in range(3)]
GONE = answer(404, b"<Error><Code>NoSuchKey</Code></Error>", content_type="application/xml")
NOT_YET = json_answer({"error": {"message": "not finished"}}, 404)


def film(index: int) -> Answer:
    return answer(200, FILES[index], content_type="video/mp4", etag=f'"{index}"')


@dataclass
class Job:
    """A finished job at a gateway, its files in a storage, and the downloads of it."""

    folder: Path
    gateway: FaultServer
    storage: FaultServer
    kind: str = "videos"
    content: Answer = NOT_YET
    files: dict[str, Answer] = field(default_factory=dict)
    """What the storage has under each path."""
    links: list[str] = field(default_factory=list)
    known: dict[int, Path] = field(default_factory=dict)
    """What was saved, as the watchlist keeps it."""
    asked_for_links: int = 0

    def store(self, *answers: Answer) -> None:
        """Have these files in the storage, each with its link."""
        self.files = {f"/{index}": one for index, one in enumerate(answers)}
        self.links = [self.storage.url + path for path in self.files]

    def link(self, index: int) -> str:
        return self.links[index] if index < len(self.links) else ""

    def fresh_link(self, index: int) -> str:
        self.asked_for_links += 1
        return self.link(index)

    def hooks(self, index: int) -> DownloadHooks:
        def keep(saved: Saved) -> None:
            self.known[index] = saved.path

        return DownloadHooks(
            fresh_link=lambda: self.fresh_link(index),
            saved_by_another=lambda: self.known.get(index),
            saved=keep,
        )

    def download(self, count: int, *, are_links_known: bool = True) -> Saved:
        api = Api(self.gateway.url, TOKEN, kind=self.kind, clock=FakeClock(), environ={})
        job = DownloadJob(
            api,
            key("v1"),
            self.folder,
            progress=Progress(),
            cancelled=threading.Event(),
            clock=FakeClock(),
            prefers_link=api.prefers_link,
        )
        link = self.link if are_links_known else lambda _: ""
        return download_all(job, Outputs(lambda: count, link, self.hooks))

    def fails(self, count: int, kind: type[HingtuiError]) -> HingtuiError:
        with pytest.raises(kind) as caught:
            self.download(count)
        return caught.value

    @property
    def names(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with _job(tmp_path) as made:
        yield made
        assert all(TOKEN.encode() not in request.raw for request in made.storage.requests)


@contextmanager
def _job(folder: Path) -> Iterator[Job]:
    with (
        FaultServer(lambda request: _stored(made, request)) as storage,
        FaultServer(lambda _: made.content) as gateway,
    ):
        made = Job(folder / "videos", gateway, storage)
        yield made


def _stored(job: Job, request: Request) -> Answer:
    return job.files[request.target]


def test_all_files_of_a_job_are_saved_side_by_side(job: Job) -> None:
    job.store(*map(film, range(3)))
    saved = job.download(3)
    assert job.names == {"v1.mp4": FILES[0], "v1-2.mp4": FILES[1], "v1-3.mp4": FILES[2]}
    assert saved.path.name == "v1.mp4"
    assert [path.name for path in saved.others] == ["v1-2.mp4", "v1-3.mp4"]


def test_the_first_comes_by_content_and_the_others_by_link(job: Job) -> None:
    job.content = film(0)
    job.store(GONE, film(1))
    job.download(2)
    assert [request.target for request in job.gateway.requests] == ["/v1/videos/v1/content"]
    assert job.names["v1-2.mp4"] == FILES[1]


def test_links_on_the_gateways_own_origin_get_the_token(job: Job) -> None:
    job.gateway.respond = lambda request: film(1 if "index=1" in request.target else 0)
    job.links = [f"{job.gateway.url}/v1/videos/v1/content?index={n}" for n in range(2)]
    job.download(2)
    assert job.names == {"v1.mp4": FILES[0], "v1-2.mp4": FILES[1]}
    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in job.gateway.requests)


def test_a_file_without_any_link_is_requested_by_its_index(job: Job) -> None:
    job.gateway.respond = lambda request: film(1 if "index=1" in request.target else 0)
    job.download(2)
    assert [request.target for request in job.gateway.requests] == [
        "/v1/videos/v1/content",
        "/v1/videos/v1/content?index=1",
    ]
    assert job.names["v1-2.mp4"] == FILES[1]


def test_missing_links_of_further_files_are_requested(job: Job) -> None:
    job.content = film(0)
    job.store(film(0), film(1))
    job.download(2, are_links_known=False)
    assert (job.names["v1-2.mp4"], job.asked_for_links) == (FILES[1], 1)


def test_a_foreign_file_of_that_name_is_never_replaced(job: Job) -> None:
    job.folder.mkdir()
    (job.folder / "v1-2.mp4").write_bytes(b"mine")
    job.store(film(0), film(1))
    saved = job.download(2)
    assert job.names["v1-2.mp4"] == b"mine"
    assert saved.others[0].read_bytes() == FILES[1]


def test_one_broken_file_does_not_stop_the_others(job: Job) -> None:
    job.store(film(0), GONE, film(2))
    assert isinstance(job.fails(3, StorageRefused), StorageRefused)
    assert job.names == {"v1.mp4": FILES[0], "v1-3.mp4": FILES[2]}


def test_only_what_is_missing_is_downloaded_again(job: Job) -> None:
    job.store(film(0), GONE, film(2))
    job.fails(3, StorageRefused)
    job.files["/1"] = film(1)
    job.storage.requests.clear()
    saved = job.download(3)
    assert [request.target for request in job.storage.requests] == ["/1"]
    assert [path.name for path in saved.others] == ["v1-2.mp4", "v1-3.mp4"]


def test_the_first_file_is_never_saved_in_place_of_a_further_one(job: Job) -> None:
    job.content = film(0)
    job.store(film(0), GONE)
    job.fails(2, StorageRefused)
    assert list(job.names) == ["v1.mp4"]


def test_a_temporary_error_is_the_one_reported(job: Job) -> None:
    job.store(film(0), answer(302, location="/1"), GONE)  # a redirect in a loop
    assert job.fails(3, ApiError).is_transient


def test_an_unreachable_gateway_ends_the_round(job: Job) -> None:
    job.store(film(0), film(1), film(2))
    job.storage.go_away()
    job.fails(3, ApiError)
    assert job.names == {}


def test_a_cancelled_download_begins_no_further_file(job: Job) -> None:
    job.store(film(0), film(1))
    event = threading.Event()

    def hooks(index: int) -> DownloadHooks:
        return DownloadHooks(saved=lambda _saved: event.set())

    api = Api(job.gateway.url, TOKEN, clock=FakeClock(), environ={})
    given = DownloadJob(
        api,
        key("v1"),
        job.folder,
        progress=Progress(),
        cancelled=event,
        clock=FakeClock(),
    )
    with pytest.raises(Cancelled):
        download_all(given, Outputs(lambda: 2, job.link, hooks))
    assert list(job.names) == ["v1.mp4"]


def test_a_further_file_shares_no_part_with_another_video(tmp_path: Path) -> None:
    other = VideoKey("default", "v1-2")
    assert target_of(key("v1"), tmp_path, 1) == target_of(other, tmp_path)
    assert part_target_of(key("v1"), tmp_path, 1) != part_target_of(other, tmp_path)
    with opened_part(key("v1"), tmp_path, 1), opened_part(other, tmp_path):
        assert len(list(tmp_path.glob("*.part"))) == 2


def test_the_parts_of_all_files_are_discarded(tmp_path: Path) -> None:
    for index in range(3):
        part_target_of(key("v1"), tmp_path, index).with_suffix(".mp4.part").write_bytes(b"")
    discard_part(key("v1"), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["generations", "ark", "kie", "v2"])
def test_a_family_of_links_asks_for_no_content(job: Job, kind: str) -> None:
    job.kind = kind
    job.store(film(0))
    job.download(1)
    assert (job.gateway.requests, job.names) == ([], {"v1.mp4": FILES[0]})


def test_content_is_used_where_the_link_fails(job: Job) -> None:
    job.kind, job.content = "generations", film(0)
    job.store(GONE)
    job.download(1)
    assert job.names == {"v1.mp4": FILES[0]}
    assert [request.target for request in job.gateway.requests] == ["/v1/videos/v1/content"]


def test_the_links_error_is_reported_where_there_is_no_content(job: Job) -> None:
    job.kind = "generations"
    job.store(GONE)
    job.fails(1, StorageRefused)


def test_a_video_without_a_link_waits_for_one(job: Job) -> None:
    job.kind = "ark"
    job.fails(1, NotReady)
    assert job.gateway.requests == []


def test_a_family_of_links_asks_for_one_after_a_restart(job: Job) -> None:
    job.kind = "ark"
    job.store(film(0))
    job.download(1, are_links_known=False)
    assert (job.asked_for_links, job.names) == (1, {"v1.mp4": FILES[0]})
