"""A token stays at its gateway, in every pair and by every way to the other's address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import permutations

import pytest

from hingtui.api import FAMILIES, Api
from hingtui.model import errors
from tests.servers.sockets import Answer, FaultServer, Request, answer, json_answer
from tests.support.clock import FakeClock

KINDS = ("auto", *FAMILIES)
PAIRS = [*permutations(KINDS, 2), *((kind, kind) for kind in KINDS)]
TOKEN = "oh-token-of-the-first"
MP4 = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 4


@dataclass
class Pair:
    """A gateway, and another one that answers everything with a file."""

    kind: str
    own: FaultServer
    other: FaultServer
    there: str
    """A signed address at the other one."""

    def api(self) -> Api:
        return Api(self.own.url, TOKEN, kind=self.kind, clock=FakeClock(), environ={})

    def answers(self, with_what: Answer) -> None:
        """Let the gateway answer everything so."""
        self.own.respond = lambda _: with_what


def a_file(_: Request) -> Answer:
    return answer(200, MP4, content_type="video/mp4")


@contextmanager
def pair_of(kind: str, other_kind: str) -> Iterator[Pair]:
    family = FAMILIES.get(other_kind, FAMILIES["videos"])
    with FaultServer(a_file) as other, FaultServer(a_file) as own:
        path = (family.content or family.video).replace("{id}", "v1")
        there = f"{other.url}{path}{'&' if '?' in path else '?'}sig=1"
        yield Pair(kind, own, other, there)
        for request in other.requests:
            assert TOKEN.encode() not in request.raw
            assert "authorization" not in request.headers


def read(api: Api, link: str = "", index: int = 0) -> None:
    with api.open_content("v1", link=link, index=index) as content:
        assert b"".join(content.chunks()) == MP4


def finished(pair: Pair) -> dict[str, object]:
    """A finished video with its link at the other gateway, in a form of every family."""
    return {"task_id": "v1", "id": "v1", "status": "succeeded", "url": pair.there}


async def by_link(pair: Pair) -> None:
    """The link in the description of the video."""
    pair.answers(json_answer(finished(pair)))
    api = pair.api()
    link = (await api.retrieve("v1")).video.link
    await api.aclose()
    assert link == pair.there
    await asyncio.to_thread(read, pair.api(), link)


async def by_list(pair: Pair) -> None:
    """The link of an entry of the list."""
    pair.answers(json_answer({"data": [finished(pair)]}))
    api = pair.api()
    with suppress(errors.NotOffered):
        link = (await api.list_page()).videos[0].link
        await asyncio.to_thread(read, api, link)
    await api.aclose()


async def by_redirect(pair: Pair) -> None:
    """A redirect of every question to the gateway itself."""
    pair.answers(answer(302, location=pair.there))
    api = pair.api()
    with pytest.raises(errors.BadRedirect):
        await api.retrieve("v1")
    with suppress(errors.BadRedirect, errors.NotOffered):
        await api.list_page()
    with suppress(errors.BadRedirect):
        await api.balance()
    await api.aclose()
    assert pair.other.requests == []


async def by_content_redirect(pair: Pair) -> None:
    """A redirect of the content, and of a link on the gateway's own origin."""
    pair.answers(answer(302, location=pair.there))
    await asyncio.to_thread(read, pair.api(), f"{pair.own.url}/files/v1")
    with suppress(errors.NotReady):  # some families have no path of the content
        await asyncio.to_thread(read, pair.api(), "", 1)
    assert pair.own.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def by_content_json(pair: Pair) -> None:
    """JSON with a link, sent instead of the content."""
    pair.answers(json_answer({"url": pair.there}))
    await asyncio.to_thread(read, pair.api(), f"{pair.own.url}/files/v1")


async def by_way_back(pair: Pair) -> None:
    """A link to the other gateway, which leads back: the token is not sent any more."""
    pair.other.respond = lambda _: answer(302, location=f"{pair.own.url}/files/v1")
    await asyncio.to_thread(read, pair.api(), pair.there)
    assert "authorization" not in pair.own.requests[-1].headers


WAYS = [by_link, by_list, by_redirect, by_content_redirect, by_content_json, by_way_back]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("kinds", PAIRS, ids="-".join)
@pytest.mark.sample(36)
async def test_no_token_reaches_another_gateway(
    kinds: tuple[str, str], way: Callable[[Pair], Awaitable[None]]
) -> None:
    with pair_of(*kinds) as pair:
        await way(pair)
