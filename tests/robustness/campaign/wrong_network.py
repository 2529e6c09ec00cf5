"""Failures of the connection during a correct response."""

from __future__ import annotations

from collections.abc import Iterator

from tests.robustness.campaign.gateway import CONTENT, RETRIEVE, STORAGE, Situation, WrongAnswer
from tests.servers.sockets import CLOSE, HANG, Answer, Part, cut, drip

ANYWHERE = (RETRIEVE, CONTENT, STORAGE)
BODIES = (CONTENT, STORAGE)
STALLING = ("network: stalls in the head", "network: stalls in the body")
"""These need a client with a read timeout of some hundredths of a second."""


def ended_at_once(s: Situation) -> Answer:
    return s.ending


def cut_in_head(s: Situation) -> Answer:
    whole = s.whole()
    return cut(whole, s.rng.randrange(1, whole.index(b"\r\n\r\n") + 3), s.ending)


def cut_in_body(s: Situation) -> Answer:
    whole = s.whole()
    begin = whole.index(b"\r\n\r\n") + 4
    return cut(whole, s.rng.randrange(begin, max(begin + 1, len(whole))), s.ending)


def cut_near_end(s: Situation) -> Answer:
    whole = s.whole()
    return cut(whole, -s.rng.randrange(1, 9), s.ending)


def drips(s: Situation) -> Answer:
    whole = s.whole()
    begin = whole.index(b"\r\n\r\n") + 4
    pause = s.rng.choice((2.0, 9.0, 25.0))
    size = max(1, (len(whole) - begin) // s.rng.choice((4, 12)))

    def parts() -> Iterator[Part]:
        yield whole[:begin]
        yield from drip(whole[begin:], lambda: s.clock.advance(pause), size)
        if b"content-length" not in whole[:begin].lower():
            yield CLOSE

    return parts()


def stalls_in_head(s: Situation) -> Answer:
    return cut(s.whole(), s.rng.randrange(1, 30), HANG)


def stalls_in_body(s: Situation) -> Answer:
    whole = s.whole()
    return cut(whole, s.rng.randrange(whole.index(b"\r\n\r\n") + 4, len(whole) + 1) - 1, HANG)


def goes_stale(s: Situation) -> Answer:
    """The headers keep the connection alive, but it is closed."""
    return [*s.right(), s.ending]


def says_more(s: Situation) -> Answer:
    """Bytes that belong to no response follow the correct one."""
    garbage = (b"\x1b]0;x\x07\r\n", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"\0")
    return _followed(s, s.rng.choice(garbage))


def says_it_twice(s: Situation) -> Answer:
    return _followed(s, s.whole())


def _followed(s: Situation, more: bytes) -> Answer:
    """Append bytes. Without a length they belong to the body, which the closed connection ends."""
    whole = s.whole()
    head = whole.partition(b"\r\n\r\n")[0].lower()
    has_end = b"content-length" in head or b"transfer-encoding" in head
    return whole + more if has_end else [whole, CLOSE]


def speaks_another_protocol(s: Situation) -> Answer:
    greeting = s.rng.choice(
        (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"220 mail ESMTP\r\n",
            b"\x15\x03\x01\0\x02\x02\x28",
            b"\0" * 400,
        )
    )
    return [greeting, CLOSE]


def has_broken_headers(s: Situation) -> Answer:
    head, _, body = s.whole().partition(b"\r\n")
    extra = s.rng.choice(
        (
            b"no colon here",
            b": no name",
            b"X-Long: " + b"x" * 120_000,
            b"X-Nul: a\0b",
            b"X-\xff\xfe: \xff",
            b" folded",
        )
    )
    return [head + b"\r\n" + extra + b"\r\n" + body, CLOSE]


def informs_first(s: Situation) -> Answer:
    hint = s.rng.choice((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"))
    return [hint * s.rng.choice((1, 3)), *s.right()]


WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    "network: ended at once": (ANYWHERE, ended_at_once),
    "network: cut in the head": (ANYWHERE, cut_in_head),
    "network: cut in the body": (ANYWHERE, cut_in_body),
    "network: cut in the body, again": (BODIES, cut_in_body),
    "network: cut near the end": (ANYWHERE, cut_near_end),
    "network: drips": (ANYWHERE, drips),
    "network: stalls in the head": (ANYWHERE, stalls_in_head),
    "network: stalls in the body": (ANYWHERE, stalls_in_body),
    "network: goes stale": (ANYWHERE, goes_stale),
    "network: garbage after the answer": (ANYWHERE, says_more),
    "network: the answer twice": (ANYWHERE, says_it_twice),
    "network: another protocol": (ANYWHERE, speaks_another_protocol),
    "network: broken headers": (ANYWHERE, has_broken_headers),
    "network: informs first": (ANYWHERE, informs_first),
}
