"""The links to all files of one job."""

from __future__ import annotations

import pytest

from hingtui.api.links import find_link, find_links
from hingtui.api.payload import parse_video
from hingtui.model.video import MOST_FILES, Status, Video

A, B, C = (f"https://cdn.example/{name}.mp4?sig=1" for name in "abc")
OWN = [f"https://gateway.example/v1/videos/v1/content?index={n}" for n in range(3)]
COVER = "https://cdn.example/cover.jpg?sig=1"


@pytest.mark.parametrize(
    ("payload", "links"),
    [
        ({"urls": [A, B]}, (A, B)),
        ({"output": [A, B, C]}, (A, B, C)),
        ({"task_result": {"videos": [{"url": A}, {"url": B}]}}, (A, B)),
        ({"resultJson": f'{{"resultUrls":["{A}","{B}"]}}'}, (A, B)),
        ({"creations": [{"url": A, "cover_url": COVER}, {"url": B}]}, (A, B)),
        ({"unsigned_urls": OWN[:2], "urls": [A, B]}, (A, B)),
        ({"unsigned_urls": OWN, "urls": [A]}, (A, *OWN[1:])),
        ({"unsigned_urls": OWN[:1], "urls": []}, (OWN[0],)),
        ({"urls": [A, A, B]}, (A, B)),
        ({"urls": [COVER, A]}, (A,)),
        ({"urls": [COVER]}, (COVER,)),
        ({"video_url": A, "urls": [A, B]}, (A,)),
        ({"urls": ["data:video/mp4;base64,AAAA", B]}, ("", B)),
        ({"urls": ["data:video/mp4;base64,AAAA"]}, ()),
        ({"urls": [None, 7, {}, "no link", [], A]}, (A,)),
        ({"urls": {"get": A}}, ()),
        ({}, ()),
        (None, ()),
    ],
)
def test_every_file_of_a_job_is_found(payload: object, links: tuple[str, ...]) -> None:
    assert find_links(payload) == links
    assert find_link(payload) == next((link for link in links if link), "")


def test_the_number_of_files_is_limited() -> None:
    links = [f"https://cdn.example/{n}.mp4" for n in range(10_000)]
    assert len(find_links({"urls": links})) == MOST_FILES


def test_a_deep_nest_of_lists_has_no_links() -> None:
    nest: object = A
    for _ in range(500):
        nest = {"output": [nest, nest]}
    assert find_links(nest) == ()


def test_a_finished_video_counts_its_files() -> None:
    video = parse_video({"id": "v1", "status": "completed", "urls": [A, B]})
    assert (video.link, video.more_links, video.outputs) == (A, (B,), 2)
    assert [video.link_of(index) for index in range(3)] == [A, B, ""]
    assert B not in repr(video)


def test_a_running_video_has_no_count() -> None:
    assert parse_video({"id": "v1", "status": "running", "urls": [A, B]}).outputs == 1


def test_a_later_response_without_links_keeps_the_count() -> None:
    known = Video("v1", Status.READY, link=A, more_links=(B,), outputs=2)
    later = known.followed_by(Video("v1", Status.READY))
    assert (later.link, later.more_links, later.outputs) == (A, (B,), 2)


def test_fresh_links_replace_the_old_ones() -> None:
    known = Video("v1", Status.READY, link=A, more_links=(B,), outputs=2)
    later = known.followed_by(Video("v1", Status.READY, link=B, more_links=(C,), outputs=2))
    assert (later.link, later.more_links, later.outputs) == (B, (C,), 2)
