"""The table of families: paths of videos, contents and lists, over real sockets."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from hingtui.api import FAMILIES, Api, Family
from hingtui.api.families import KINDS, url_of
from hingtui.model import errors
from hingtui.model.video import Status
from hingtui.storage.settings import gateway_table
from tests.servers.gateway import TOKEN
from tests.servers.sockets import Answer, FaultServer, Request, answer, json_answer
from tests.support.clock import EPOCH, FakeClock

ODD_IDS = {
    "../../admin?x=": "..%2F..%2Fadmin%3Fx%3D",
    "..": "%2E%2E",
    "a b#c%41&d=e": "a%20b%23c%2541%26d%3De",
    "models/x/operations/y": "models%2Fx%2Foperations%2Fy",
    "dmlkZW9f+/==": "dmlkZW9f%2B%2F%3D%3D",
    "\r\nHost: evil": "%0D%0AHost%3A%20evil",
}


async def ask(
    respond: Callable[[Request], Answer],
    kind: str | Family,
    work: Callable[[Api], Any],
    path: str = "",
) -> tuple[Any, FaultServer]:
    """What `work` returns about a gateway that answers so, and that server afterwards."""
    with FaultServer(respond) as server:
        api = Api(server.url + path, TOKEN, kind=kind, clock=FakeClock(EPOCH), environ={})
        try:
            return await work(api), server
        finally:
            await api.aclose()


def running(_: Request) -> Answer:
    return json_answer({"id": "x", "object": "video", "status": "running"})


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("video_id", ODD_IDS)
async def test_an_id_is_escaped_in_the_path_of_every_family(family: Family, video_id: str) -> None:
    got, server = await ask(running, family.name, lambda api: api.retrieve(video_id))
    assert server.requests[0].target == family.video.replace("{id}", ODD_IDS[video_id])
    assert got.video.id == video_id


@pytest.mark.parametrize(
    ("base_path", "kind", "target"),
    [
        ("/api/v3", "ark", "/api/v3/contents/generations/tasks/v1"),
        ("/relay", "ark", "/relay/api/v3/contents/generations/tasks/v1"),
        ("/v1/", "videos", "/v1/videos/v1"),
        ("/v1/video", "generations", "/v1/video/generations/v1"),
        ("/api", "videos", "/api/v1/videos/v1"),
    ],
)
async def test_a_base_url_may_end_with_the_beginning_of_the_path(
    base_path: str, kind: str, target: str
) -> None:
    _, server = await ask(running, kind, lambda api: api.retrieve("v1"), base_path)
    assert server.requests[0].target == target


def test_a_host_named_like_a_path_is_left_alone() -> None:
    assert url_of("http://v1", "/v1/videos/{id}", "a") == "http://v1/v1/videos/a"


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{" * 100_000,
        b"[" * 200_000,
        b'{"data":[{"data":[{"data":null}]}]}',
        json.dumps({"code": {"a": 1}, "data": {"status": [], "task_id": {}}}).encode(),
        json.dumps({"data": {"resultJson": "{" * 5000, "state": None}}).encode(),
    ],
    ids=range(10),
)
@pytest.mark.sample(10)
async def test_a_hostile_body_is_a_bad_response_in_every_family(kind: str, body: bytes) -> None:
    with pytest.raises(errors.BadResponse):
        await ask(lambda _: answer(200, body), kind, lambda api: api.retrieve("v1"))


@pytest.mark.parametrize("kind", FAMILIES)
async def test_a_huge_body_is_refused_in_every_family(kind: str) -> None:
    body = b'{"id":"v1","prompt":"' + b"x" * (5 << 20) + b'"}'
    with pytest.raises(errors.BadResponse, match="MiB"):
        await ask(lambda _: answer(200, body), kind, lambda api: api.retrieve("v1"))


@pytest.mark.parametrize("kind", FAMILIES)
async def test_fields_of_wrong_types_leave_a_video_with_what_is_known(kind: str) -> None:
    fields = {
        "task_id": "v1",
        "status": "running",
        "model": ["x"],
        "progress": {"a": 1},
        "content": 7,
        "resultJson": "[",
        "usage": "free",
        "quota": True,
        "duration": [],
        "created_at": {},
        "finish_time": "soon",
        "video": None,
        "error": [[[[["deep"]]]]],
    }
    got, _ = await ask(lambda _: json_answer(fields), kind, lambda api: api.retrieve("v1"))
    video = got.video
    assert (video.status, video.model, video.progress, video.link) == (
        Status.GENERATING,
        "",
        None,
        "",
    )
    assert (video.cost, video.seconds, video.created_at) == (None, None, None)


@pytest.mark.parametrize(("kind", "life"), [("ark", 86_400.0), ("videos", None), ("kie", None)])
async def test_the_usual_lifetime_is_that_of_the_family(kind: str, life: float | None) -> None:
    got, _ = await ask(running, kind, lambda api: api.retrieve("v1"))
    assert got.video.usual_life == life


async def test_files_on_the_own_machine_never_expire_in_any_family() -> None:
    with FaultServer(running) as server:
        api = Api(server.url, "", kind="ark", clock=FakeClock(EPOCH), environ={})
        assert (await api.retrieve("v1")).video.usual_life == math.inf
        await api.aclose()


def tasks(*ids: str) -> list[dict[str, str]]:
    return [{"id": video_id, "status": "running"} for video_id in ids]


async def test_the_list_of_ark_has_numbered_pages() -> None:
    pages = {"1": tasks("cgt-1", "cgt-2"), "2": tasks("cgt-3")}

    def respond(request: Request) -> Answer:
        number = request.target.split("page_num=")[1].split("&")[0]
        return json_answer({"items": pages[number], "total": 3})

    async def work(api: Api) -> None:
        first = await api.list_page(limit=2)
        assert ([v.id for v in first.videos], first.last_id) == (["cgt-1", "cgt-2"], "2")
        second = await api.list_page(first.last_id, limit=2)
        assert ([v.id for v in second.videos], second.last_id) == (["cgt-3"], None)
        assert second.videos[0].usual_life == 86_400.0

    _, server = await ask(respond, "ark", work)
    path = "/api/v3/contents/generations/tasks"
    assert [r.target for r in server.requests] == [
        f"{path}?page_size=2&page_num=1",
        f"{path}?page_size=2&page_num=2",
    ]


@pytest.mark.parametrize(
    ("items", "more", "last_id"),
    [
        (100, {}, "2"),
        (100, {"total": 100}, None),
        (100, {"total": 101}, "2"),
        (100, {"total": "many"}, "2"),
        (3, {}, None),
        (0, {"total": 500}, None),
        (0, {"has_more": True}, None),
    ],
)
async def test_the_last_numbered_page_is_noticed(
    items: int, more: dict[str, Any], last_id: str | None
) -> None:
    payload = {"items": tasks(*(f"cgt-{n}" for n in range(items))), **more}
    page, _ = await ask(lambda _: json_answer(payload), "ark", lambda api: api.list_page())
    assert page.last_id == last_id


@pytest.mark.parametrize("kind", ["generations", "kie", "v2"])
async def test_a_family_without_a_list_is_not_asked_for_it(kind: str) -> None:
    async def work(api: Api) -> None:
        with pytest.raises(errors.NotOffered):
            await api.list_page()

    _, server = await ask(running, kind, work)
    assert server.requests == []


@pytest.mark.parametrize("kind", ["videos", "ark", "auto"])
@pytest.mark.parametrize("status", [200, 404, 501])
async def test_a_web_page_instead_of_a_list_means_no_list(kind: str, status: int) -> None:
    page = answer(status, b"<!doctype html><title>Relay</title>", content_type="text/html")
    with pytest.raises(errors.NotOffered):
        await ask(lambda _: page, kind, lambda api: api.list_page())


async def test_a_list_sent_as_html_is_read() -> None:
    body = json.dumps({"data": tasks("v1")}).encode()
    page, _ = await ask(
        lambda _: answer(200, body, content_type="text/html"), "videos", lambda api: api.list_page()
    )
    assert [video.id for video in page.videos] == ["v1"]


async def test_litellm_is_paged_by_the_last_entry_not_last_id() -> None:
    last = "dmlkZW9fbGl0ZWxsbTp2aWRlb182OTg0" * 9 + "=="
    payload = {
        "data": [*tasks("v1"), {"id": last, "object": "video", "status": "completed"}],
        "first_id": "video_raw1",
        "last_id": "video_raw2",
        "has_more": True,
    }

    async def work(api: Api) -> None:
        first = await api.list_page(limit=2)
        assert first.last_id == last
        await api.list_page(first.last_id, limit=2)

    _, server = await ask(lambda _: json_answer(payload), "videos", work)
    assert server.requests[1].target.endswith(f"&after={last.replace('=', '%3D')}")


@pytest.mark.parametrize("odd", [None, 7, {"id": {}}, {"id": "x" * 100_000}, {}], ids=range(5))
async def test_an_odd_last_entry_does_not_end_the_paging(odd: object) -> None:
    payload = {"data": [*tasks("v1"), odd], "has_more": True}
    page, _ = await ask(lambda _: json_answer(payload), "videos", lambda api: api.list_page())
    assert page.last_id == "v1"


@pytest.mark.parametrize("kind", ["videos", "ark"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"items": {"a": 1}, "data": 7, "total": 1e999}',
        b"[" * 200_000,
        b'{"items": "many"}',
    ],
    ids=range(5),
)
async def test_a_hostile_list_is_a_bad_response(kind: str, body: bytes) -> None:
    with pytest.raises(errors.BadResponse):
        await ask(lambda _: answer(200, body), kind, lambda api: api.list_page())


@pytest.mark.parametrize("after", ["", "x", "-1", "٣", "9" * 5000, "\ud800"])
async def test_an_odd_page_number_is_the_first_page(after: str) -> None:
    _, server = await ask(
        lambda _: json_answer({"items": []}), "ark", lambda api: api.list_page(after)
    )
    assert server.requests[0].target.endswith("page_num=1")


@pytest.mark.parametrize("total", [10**400, -1, "x", [], {}, True, None])
async def test_an_odd_total_does_not_fail_the_list(total: object) -> None:
    payload = {"items": tasks("cgt-1"), "total": total}
    page, _ = await ask(lambda _: json_answer(payload), "ark", lambda api: api.list_page())
    assert [video.id for video in page.videos] == ["cgt-1"]


def test_the_settings_accept_exactly_the_kinds_that_the_client_knows() -> None:
    assert gateway_table.KINDS == KINDS
