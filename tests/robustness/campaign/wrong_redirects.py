"""Redirects and links that do not lead to the file."""

from __future__ import annotations

import re
from urllib.parse import quote

from tests.robustness.campaign.gateway import (
    CONTENT,
    RETRIEVE,
    SIGNATURE,
    STORAGE,
    Situation,
    WrongAnswer,
)
from tests.servers.sockets import CLOSE, Answer, answer, json_answer

ANYWHERE = (RETRIEVE, CONTENT, STORAGE)
BODIES = (CONTENT, STORAGE)


def redirects_nowhere(s: Situation) -> Answer:
    here = s.request.target
    place = s.rng.choice(
        (
            "",
            here,
            f"{s.gateway.hosts.api.url}{here}",
            "file:///etc/passwd",
            "ftp://127.0.0.1/x",
            "javascript:alert(1)",
            f"http://user:secret@127.0.0.1:{s.gateway.hosts.storage.port}/x",
            "http://",
            "http://[::1",
            "http://127.0.0.1:99999/",
            "http://127.0.0.1:0/",
            "//",
            "http://exa mple/",
            "/" + "x" * 9000,
            f"{s.gateway.hosts.nobody}/x?X-Signature={SIGNATURE}",
            f"{s.gateway.hosts.storage.url}/files/{quote(s.film.id)}.mp4?X-Signature=wrong",
            f"{s.gateway.hosts.storage.url}/nothing?X-Signature={SIGNATURE}",
            "http://127.0.0.1:\x7f/",
        )
    )
    status = s.rng.choice((301, 302, 303, 307, 308))
    return answer(status, b"", ("Location", place))


def redirects_without_place(s: Situation) -> Answer:
    return answer(s.rng.choice((301, 302, 307)), b"")


def links_nowhere(s: Situation) -> Answer:
    place = s.rng.choice(
        ("", None, 5, "file:///etc/passwd", f"{s.gateway.hosts.nobody}/x?X-Signature={SIGNATURE}")
    )
    return json_answer({"url": place})


def links_are_expired(s: Situation) -> Answer:
    """A valid link that has expired."""
    link = s.gateway.link(s.film)
    return answer(302, b"", ("Location", re.sub(r"until=[\d.]+", "until=1", link)))


def expires_half_way(s: Situation) -> Answer:
    if s.channel != STORAGE:
        return s.right()
    s.clock.advance(s.film.traits.link_life)
    whole = s.whole()
    return [whole[: s.rng.randrange(len(whole) // 2, len(whole))], CLOSE]


def moves_within(s: Situation) -> Answer:
    """A redirect within the origin, as by a gateway with a new version of its API."""
    target = s.request.target
    return answer(307, b"", ("Location", target if "moved" in target else f"{target}?moved=1"))


WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    "http: redirect nowhere": (ANYWHERE, redirects_nowhere),
    "http: redirect without a place": (ANYWHERE, redirects_without_place),
    "http: link nowhere": (BODIES, links_nowhere),
    "http: expired link": ((CONTENT,), links_are_expired),
    "http: link expires half-way": ((STORAGE,), expires_half_way),
    "http: redirect within": ((RETRIEVE, CONTENT), moves_within),
}
