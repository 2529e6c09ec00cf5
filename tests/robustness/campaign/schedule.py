"""Everything that is drawn from a seed before a run: download or watch, the faults, and when."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace

from tests.robustness.campaign import (
    disk,
    events,
    history_faults,
    obstacles,
    own_errors,
    wrong_http,
    wrong_network,
    wrong_payload,
    wrong_redirects,
)
from tests.robustness.campaign.film import VideoTraits, drawn_traits
from tests.robustness.campaign.gateway import CONTENT, OWN, RETRIEVE, STORAGE, Fault, WrongAnswer

DOWNLOAD, WATCH = "download", "watch"
WATCHES = 0.08
"""The share of watches; each takes as long as many downloads."""
NEIGHBOURS = 0.3
"""The share of watches in which only single videos have faults."""
TIME = "time"
WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    **wrong_network.WRONG_ANSWERS,
    **wrong_http.WRONG_ANSWERS,
    **wrong_redirects.WRONG_ANSWERS,
    **wrong_payload.WRONG_ANSWERS,
    **events.WRONG_ANSWERS,
}
"""The channels of each kind, and its response."""
_GROUPS = {
    DOWNLOAD: {"network": 5, "http": 6, "happening": 3, "disk": 2, "start": 1},
    WATCH: {"network": 4, "http": 4, "payload": 4, "happening": 6, "disk": 1, "start": 1, "own": 2},
}
_STALLS = 0.1
"""The share of drawn stalls that are kept, because each takes real time."""
_NAMES = ("video_68f1", "task-Ünï·视频", "../../escape", "CON", "a b?c=d&e#f%2F")


@dataclass(frozen=True, slots=True)
class Schedule:
    """One run as drawn."""

    seed: int
    run_kind: str
    films: tuple[VideoTraits, ...]
    faults: tuple[Fault, ...]
    hop: float
    """Seconds by which a watch advances the clock when nothing happens."""
    is_repeated: bool
    """Whether a saved video is downloaded once more."""
    wants_digest: bool
    history: tuple[Fault, ...] = ()
    """Faults of the history beside a watch."""
    has_history: bool = True
    """Whether a watch records a history."""

    @property
    def is_of_other_videos(self) -> bool:
        """Whether only single videos have faults."""
        faults = self.faults
        return self.run_kind == WATCH and bool(faults) and all(one.channel == OWN for one in faults)

    @property
    def is_stalling(self) -> bool:
        return any(fault.kind in wrong_network.STALLING for fault in self.faults)

    def described(self) -> list[str]:
        """The schedule as lines of text."""
        lines = [f"seed {self.seed}: a {self.run_kind}"]
        lines += [f"  {traits}" for traits in self.films]
        lines += [f"  {fault.kind} [{fault.channel} {fault.at}]" for fault in self.faults]
        lines += [f"  {fault.kind} [at {fault.at} s]" for fault in self.history]
        return lines


def drawn(seed: int, *, run_kind: str = "", kinds: Collection[str] = ()) -> Schedule:
    """The schedule of a seed; with `kinds` only with faults whose kind begins with one of these."""
    rng = random.Random(seed)  # noqa: S311 - a schedule, no secret
    run_kind = run_kind or (WATCH if rng.random() < WATCHES else DOWNLOAD)
    has_other_videos = run_kind == WATCH and rng.random() < NEIGHBOURS
    has_other_videos = (has_other_videos and not kinds) or (run_kind == WATCH and kinds == (OWN,))
    count = 1 if run_kind == DOWNLOAD else rng.choice((1, 1, 2, 2, 3, 4))
    if has_other_videos:
        count = rng.choice((2, 2, 3, 3, 4, 6, 7, 12))
    films = tuple(
        drawn_traits(rng, _name(rng, number, run_kind), is_ready=run_kind == DOWNLOAD)
        for number in range(count)
    )
    if has_other_videos:
        films = tuple(replace(traits, id=f"{_NAMES[0]}{n}") for n, traits in enumerate(films))
        faults = _own_faults(rng, count)
    else:
        faults = _faults(rng, run_kind, films, kinds)
    return Schedule(
        seed,
        run_kind,
        films,
        tuple(sorted(faults, key=lambda fault: fault.at)),
        hop=1.0 if has_other_videos else rng.choice((1.0, 2.0, 5.0, 8.0)),
        is_repeated=rng.random() < 0.15,
        wants_digest=rng.random() < 0.1,
        history=_history_faults(seed, run_kind, kinds),
    )


def _faults(
    rng: random.Random, run_kind: str, films: tuple[VideoTraits, ...], kinds: Collection[str]
) -> list[Fault]:
    faults: list[Fault] = []
    if kinds == (history_faults.HISTORY,):
        return faults
    for _ in range(rng.randint(1, 8)):
        fault = _drawn_fault(rng, run_kind, films)
        while fault is None or (kinds and not fault.kind.startswith(tuple(kinds))):
            fault = _drawn_fault(rng, run_kind, films)
        faults.append(fault)
    return faults


def _history_faults(seed: int, run_kind: str, kinds: Collection[str]) -> tuple[Fault, ...]:
    """The history has faults in many watches, unless only other kinds are wanted."""
    is_wanted = not kinds or history_faults.HISTORY in kinds
    return history_faults.drawn_faults(seed) if run_kind == WATCH and is_wanted else ()


def _own_faults(rng: random.Random, count: int) -> list[Fault]:
    """Faults for some videos, but not all; often all of one kind."""
    chosen = rng.sample(range(count), rng.randint(1, count - 1))
    kinds = tuple(own_errors.WRONG_ANSWERS)
    if rng.random() < 0.5:
        kinds = (rng.choice(kinds),)
    return [Fault(rng.choice(kinds), OWN, number, rng.randrange(2**32)) for number in chosen]


def _name(rng: random.Random, number: int, run_kind: str) -> str:
    """An id, different for each video of a run."""
    if run_kind == WATCH and rng.random() < 0.1 and number < len(_NAMES) - 1:
        return _NAMES[1 + number]
    return f"{_NAMES[0]}{number}"


def _drawn_fault(rng: random.Random, run_kind: str, films: tuple[VideoTraits, ...]) -> Fault | None:
    group = rng.choices(tuple(_GROUPS[run_kind]), tuple(_GROUPS[run_kind].values()))[0]
    seed = rng.randrange(2**32)
    if group == "disk":
        return Fault(rng.choice(disk.KINDS), disk.DISK, rng.randint(1, 60), seed)
    if group == "own":
        return Fault(
            rng.choice(tuple(own_errors.WRONG_ANSWERS)), OWN, rng.randrange(len(films)), seed
        )
    if group == "start":
        return Fault(rng.choice(obstacles.KINDS), obstacles.START, rng.randrange(len(films)), seed)
    if group == "happening":
        kinds: tuple[str, ...] = events.EVERYWHERE
        if run_kind == WATCH:
            kinds += events.IN_A_WATCH
            if rng.random() < 0.6:
                return Fault(rng.choice(events.IN_TIME), TIME, rng.randint(0, 90), seed)
    else:
        kinds = tuple(kind for kind in WRONG_ANSWERS if kind.startswith(f"{group}:"))
    kind = rng.choice(kinds)
    if kind in wrong_network.STALLING and rng.random() > _STALLS:
        return None
    possible = [channel for channel in WRONG_ANSWERS[kind][0] if _occurs(channel, run_kind, films)]
    if not possible:
        return None
    channel = rng.choice(possible)
    latest = 16 if channel == RETRIEVE else 5
    return Fault(kind, channel, rng.randint(1, latest), seed)


def _occurs(channel: str, run_kind: str, films: tuple[VideoTraits, ...]) -> bool:
    """Whether there are such requests in this run."""
    if channel == RETRIEVE:
        return run_kind == WATCH
    stores = any(traits.route != "stream" or traits.has_link for traits in films)
    return channel == CONTENT or (channel == STORAGE and stores)
