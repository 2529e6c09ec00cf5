"""Events during a correct response: a replaced file, a clock jump, an action of the user.

This module decides when they happen; the run itself carries them out.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.robustness.campaign.gateway import CONTENT, RETRIEVE, STORAGE, Situation, WrongAnswer
from tests.servers.sockets import Answer, Part

BODIES = (CONTENT, STORAGE)
EVERYWHERE = (
    "clock: this machine's clock jumps",
    "clock: the machine sleeps for hours",
    "host: offline for a while",
    "host: the storage is offline for a while",
    "file: replaced on the server",
    "file: replaced, and cut",
    "foreign: a file appears under the final name",
    "foreign: the part is removed by somebody",
    "user: cancels",
)
"""Events that can happen in a download and in a watch."""
IN_A_WATCH = (
    "user: removes",
    "user: removes and adds again",
    "user: removes and undoes it",
    "user: cancels and saves",
    "user: asks again",
    "user: pauses for a while",
    "user: adds another",
    "other: adds",
    "other: removes",
    "other: adds and removes",
    "other: damages the watchlist",
    "other: deletes the watchlist",
    "process: ends and begins again",
)
IN_TIME = tuple(kind for kind in EVERYWHERE[:5] if "cut" not in kind) + IN_A_WATCH
"""Events that can also happen between requests."""


def _meanwhile(kind: str) -> WrongAnswer:
    def tell(s: Situation) -> Answer:
        stage = s.gateway.stage
        if kind == "file: replaced, and cut":
            return _replaced_and_cut(s)
        if s.rng.random() < 0.5:
            stage.happen(kind, s.film, s.rng)
            return s.right()
        return _half_way(s, kind)

    return tell


def _half_way(s: Situation, kind: str) -> Iterator[Part]:
    *parts, last = s.right()
    yield from parts
    half = len(last) // 2 if isinstance(last, bytes) else 0
    if isinstance(last, bytes):
        yield last[:half]
    s.gateway.stage.happen(kind, s.film, s.rng)
    yield last[half:] if isinstance(last, bytes) else last


def _replaced_and_cut(s: Situation) -> Answer:
    """The old file is cut, and the next request gets a new one."""
    whole = s.whole()
    s.gateway.stage.happen("file: replaced on the server", s.film, s.rng)
    begin = whole.index(b"\r\n\r\n") + 4
    return [whole[: s.rng.randrange(begin, len(whole) + 1)], s.ending]


WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    **{kind: (BODIES, _meanwhile(kind)) for kind in EVERYWHERE},
    **{kind: ((RETRIEVE, *BODIES), _meanwhile(kind)) for kind in IN_A_WATCH},
}
