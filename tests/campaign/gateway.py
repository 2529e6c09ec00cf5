"""A gateway and its storage: answers rightly about the films it has, unless a fault is due.

It must not know what becomes of its answers.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.campaign.clock import LifeClock
from tests.campaign.film import Film
from tests.campaign.hosts import Hosts
from tests.fault_server import CLOSE, RESET, Answer, End, Part, Request, answer, json_answer

TOKEN = "oh-campaign-5f1d7a90b3c24e86"
SIGNATURE = "sig-79f0d2c4b1a8-never-to-be-told"
"""Stands in the query of every signed link."""
MOST_REQUESTS = 600
"""Requests in one life; more of them is a loop."""
RETRIEVE, CONTENT, STORAGE = "retrieve", "content", "storage"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""

    kind: str
    channel: str
    """Where: at a kind of request, at a step of the `disk`, or at a moment (`time`)."""
    at: int
    """When: at which request or step, or after how many seconds."""
    seed: int
    """What the kind draws its details from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    at: float
    """Seconds from the start."""
    channel: str
    film: str
    request: Request = field(repr=False)


class Stage(Protocol):
    """What happenings happen to: a life."""

    def happen(self, kind: str, film: Film, rng: random.Random) -> None: ...
    def note(self, line: str) -> None: ...


@dataclass
class Situation:
    """One request to which the answer is a lie."""

    gateway: Gateway
    channel: str
    film: Film
    request: Request
    rng: random.Random

    @property
    def clock(self) -> LifeClock:
        return self.gateway.clock

    @property
    def start(self) -> int | None:
        """The byte that the request asks to begin with."""
        found = re.fullmatch(r"bytes=(\d+)-", self.request.headers.get("range", ""))
        return int(found[1]) if found else None

    def right(self, **lies: Any) -> Iterable[Part]:
        """The right answer, but for some fields of `Say`."""
        return self.gateway.right(self.channel, self.film, self.request, **lies)

    def whole(self, **lies: Any) -> bytes:
        """The right answer in one piece."""
        return b"".join(part for part in self.right(**lies) if isinstance(part, bytes))

    @property
    def ending(self) -> End:
        """One of the ways in which connections end."""
        return self.rng.choice((CLOSE, RESET))

    @property
    def holds_file(self) -> bool:
        """Whether the right answer is the file and not a word about where it is."""
        is_there = self.film.is_ready(self.clock.now)
        direct = self.channel == CONTENT and self.film.nature.route == "stream"
        return is_there and (direct or self.channel == STORAGE)


Lie = Callable[[Situation], Answer]


class Gateway:
    """Everything that two hosts know and say in one life."""

    def __init__(
        self,
        hosts: Hosts,
        clock: LifeClock,
        films: Iterable[Film],
        faults: Iterable[Fault],
        lies: dict[str, Lie],
        stage: Stage,
    ) -> None:
        self.hosts = hosts
        self.stage = stage
        self.clock = clock
        self.films = {film.id: film for film in films}
        self.asked: list[Asked] = []
        self.fired: list[str] = []
        """The kinds of faults that came about, in order."""
        self.served: list[tuple[str, int]] = []
        """(film, version) of every answer that began to bring the file."""
        self.mishaps: list[str] = []
        """What went wrong in the campaign itself."""
        self._lies = lies
        self._pending = [f for f in faults if f.channel in (RETRIEVE, CONTENT, STORAGE)]
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._links = 0

    def open(self) -> None:
        """From now on both hosts speak for this gateway."""
        self.hosts.serve(self._api, self._storage)

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    def heal(self) -> None:
        """Nothing goes wrong from now on."""
        with self._lock:
            self._pending.clear()
        self.hosts.api.listen()
        self.hosts.storage.listen()

    def link(self, film: Film) -> str:
        """A fresh signed link to the file in the storage."""
        with self._lock:
            self._links += 1
        until = self.clock.now + film.nature.link_life
        query = f"until={until:.3f}&n={self._links}&X-Signature={SIGNATURE}"
        return f"{self.hosts.storage.url}/files/{quote(film.id, safe='')}.mp4?{query}"

    def right(self, channel: str, film: Film, request: Request, **lies: Any) -> Iterable[Part]:
        """What is true at this moment."""
        now = self.clock.now
        if channel == RETRIEVE:
            return [self._json(film.json(now, self.link(film)))]
        if not film.is_ready(now):
            return [self._json({"error": {"message": "video is not finished"}}, 404)]
        if channel == STORAGE or film.nature.route == "stream":
            return self._serving(film, len(film.versions) - 1, film.serve(request, now, **lies))
        if film.nature.route == "json":
            return [self._json({"url": self.link(film)})]
        return [answer(302, location=self.link(film))]

    def _serving(self, film: Film, version: int, parts: Iterator[Part]) -> Iterator[Part]:
        """The same, remembered if it is (a piece of) the file."""
        for number, part in enumerate(parts):
            if number == 0 and isinstance(part, bytes) and part[9:12] in (b"200", b"206"):
                self.served.append((film.id, version))
            yield part

    def _api(self, request: Request) -> Answer:
        path = urlsplit(request.target).path
        found = re.fullmatch(r"/v1/videos/([^/]+)(/content)?", path)
        film = self.films.get(unquote(found[1])) if found else None
        channel = CONTENT if found and found[2] else RETRIEVE
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            if path.startswith("/v1/"):
                self.mishaps.append(f"asked without the token: {request.target}")
            return self._json({"error": {"message": "无效的令牌", "type": "one_hub_error"}}, 401)
        if film is None or not film.is_known:
            self._count(channel, unquote(found[1]) if found else "?", request)
            return self._json({"code": "task_not_exist", "message": "no", "data": None}, 404)
        return self._answer(channel, film, request)

    def _storage(self, request: Request) -> Answer:
        link = urlsplit(request.target)
        query = parse_qs(link.query)
        name = unquote(link.path.removeprefix("/files/")).removesuffix(".mp4")
        film = self.films.get(name)
        if film is None or query.get("X-Signature") != [SIGNATURE]:
            return answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        if self.clock.now >= float(query.get("until", ["0"])[0]):
            self._count(STORAGE, film.id, request)
            return answer(403, b"<Error><Message>Request has expired</Message></Error>")
        return self._answer(STORAGE, film, request)

    def _answer(self, channel: str, film: Film, request: Request) -> Answer:
        try:
            fault = self._count(channel, film.id, request)
            if fault is None:
                return self._checked(self.right(channel, film, request))
            self.fired.append(fault.kind)
            self.stage.note(f"  fault: {fault.kind}")
            rng = random.Random(fault.seed)  # noqa: S311 - a schedule, no secret
            return self._checked(
                self._lies[fault.kind](Situation(self, channel, film, request, rng))
            )
        except Exception as error:
            self.mishaps.append(repr(error))
            raise

    def _checked(self, said: Answer) -> Iterator[Part]:
        """The same, but a mistake of the campaign's own does not go unnoticed."""
        try:
            yield from [said] if isinstance(said, bytes | End) else said
        except OSError:
            raise
        except Exception as error:
            self.mishaps.append(repr(error))
            raise

    def _count(self, channel: str, film: str, request: Request) -> Fault | None:
        """Remember the request; the fault that is due at it, if any."""
        with self._lock:
            self._counts[channel] += 1
            number = self._counts[channel]
            self.asked.append(Asked(self.clock.monotonic(), channel, film, request))
            if len(self.asked) > MOST_REQUESTS:
                self.clock.limit = 0.0
            wanted = request.headers.get("range", "")
            self.stage.note(f"asked: {channel} {number} of {film} {wanted}")
            due = [f for f in self._pending if f.channel == channel and f.at <= number]
            if not due:
                return None
            self._pending.remove(due[0])
            return due[0]

    def _json(self, payload: object, status: int = 200) -> bytes:
        date = formatdate(self.clock.now, usegmt=True)
        return json_answer(payload, status, date=date, x_oneapi_request_id="20251110-campaign")


def as_json(payload: object) -> bytes:
    """The body of a JSON answer."""
    return json.dumps(payload).encode()
