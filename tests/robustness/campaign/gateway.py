"""A gateway and its storage server: they respond correctly unless a fault is due."""

from __future__ import annotations

import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, unquote, unquote_to_bytes, urlsplit

from tests.robustness.campaign.clock import RunClock
from tests.robustness.campaign.film import Film
from tests.robustness.campaign.hosts import Hosts
from tests.servers.gateway import TOKEN
from tests.servers.sockets import CLOSE, RESET, Answer, End, Part, Request, answer, json_answer

SIGNATURE = "sig-79f0d2c4b1a8-never-to-be-shown"
"""The signature in the query of every signed link."""
MOST_REQUESTS = 600
"""The most requests of one run with up to four videos; more of them count as a loop."""
RETRIEVE, CONTENT, STORAGE = "retrieve", "content", "storage"
OWN = "own"
"""The channel of faults that one video has at every request; `Fault.at` is then its number."""
GBK = "视频".encode("gbk")
"""A part of paths that a URL must escape."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault."""

    kind: str
    channel: str
    """Where it occurs: a kind of request, a step of the `disk`, or a moment (`time`)."""
    at: int
    """When it occurs: the number of the request or step, or seconds; or the number of the video."""
    seed: int
    """The seed for its details."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A received request."""

    at: float
    """Seconds from the start."""
    channel: str
    film: str
    request: Request = field(repr=False)


class Course(Protocol):
    """The run in which events happen."""

    def happen(self, kind: str, film: Film, rng: random.Random) -> None: ...
    def note(self, line: str) -> None: ...


@dataclass
class Situation:
    """One request that gets a wrong response."""

    gateway: Gateway
    channel: str
    film: Film
    request: Request
    rng: random.Random

    @property
    def clock(self) -> RunClock:
        return self.gateway.clock

    @property
    def start(self) -> int | None:
        """The first byte of the requested range."""
        found = re.fullmatch(r"bytes=(\d+)-", self.request.headers.get("range", ""))
        return int(found[1]) if found else None

    def right(self, **changes: Any) -> Iterable[Part]:
        """The correct response, except for these fields of `Reply`."""
        return self.gateway.right(self.channel, self.film, self.request, **changes)

    def whole(self, **changes: Any) -> bytes:
        """The correct response as one piece."""
        return b"".join(part for part in self.right(**changes) if isinstance(part, bytes))

    @property
    def ending(self) -> End:
        """A random way in which the connection ends."""
        return self.rng.choice((CLOSE, RESET))

    @property
    def holds_file(self) -> bool:
        """Whether the correct response is the file itself and not a redirect or JSON."""
        is_there = self.film.is_ready(self.clock.now)
        direct = self.channel == CONTENT and self.film.traits.route == "stream"
        return is_there and (direct or self.channel == STORAGE)


WrongAnswer = Callable[[Situation], Answer]


class Gateway:
    """The state and the responses of both servers in one run."""

    def __init__(
        self,
        hosts: Hosts,
        clock: RunClock,
        films: Iterable[Film],
        faults: Sequence[Fault],
        wrong_answers: dict[str, WrongAnswer],
        own_wrong_answers: dict[str, tuple[tuple[str, ...], WrongAnswer]],
        stage: Course,
    ) -> None:
        """`wrong_answers` are used once, `own_wrong_answers` at every request of one video."""
        self.hosts = hosts
        self.stage = stage
        self.clock = clock
        self.films = {film.id: film for film in films}
        self.asked: list[Asked] = []
        self.fired: list[str] = []
        """The kinds of faults that occurred, in order."""
        self.served: list[tuple[str, int]] = []
        """(film, version) of every response that began to send the file."""
        self.wrong_requests: list[str] = []
        """Errors of the campaign itself."""
        self.most_requests = MOST_REQUESTS * max(1, len(self.films) / 4)
        self._wrong_answers = wrong_answers
        self._own_wrong_answers = own_wrong_answers
        self._pending = [f for f in faults if f.channel in (RETRIEVE, CONTENT, STORAGE)]
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._links = 0
        names = list(self.films)
        self.own = {names[f.at]: f for f in faults if f.channel == OWN}
        """The faults of single videos, by id."""

    def open(self) -> None:
        """Let both servers respond for this gateway from now on."""
        self.hosts.serve(self._api, self._storage)

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    def heal(self) -> None:
        """End all faults."""
        with self._lock:
            self._pending.clear()
            self.own = {}
        self.hosts.api.listen()
        self.hosts.storage.listen()

    def link(self, film: Film, host: str = "", *, is_stale: bool = False) -> str:
        """A new signed link to the file, at the storage server unless another host is given."""
        with self._lock:
            self._links += 1
        until = self.clock.now + (-5.0 if is_stale else film.traits.link_life)
        query = f"until={until:.3f}&n={self._links}&X-Signature={SIGNATURE}"
        host = host or self.hosts.storage.url
        return f"{host}/files/{quote(film.id, safe='')}.mp4?{query}"

    def direct_link(self, film: Film, *, is_stale: bool = False) -> str:
        """The link in the video's own JSON."""
        is_here = film.traits.link_at == "gateway"
        return self.link(film, self.hosts.api.url if is_here else "", is_stale=is_stale)

    def video(self, film: Film) -> dict[str, Any]:
        """The video's own JSON, as a request gets it."""
        is_first = film.times_ready == 0
        film.times_ready += film.is_ready(self.clock.now)
        is_stale = film.traits.link_is_stale and is_first
        return film.json(self.clock.now, self.direct_link(film, is_stale=is_stale))

    def right(self, channel: str, film: Film, request: Request, **changes: Any) -> Iterable[Part]:
        """The correct response at this moment."""
        now, traits = self.clock.now, film.traits
        if channel == RETRIEVE:
            return [self._json(self.video(film))]
        if not film.is_ready(now):
            return [self._json({"error": {"message": "video is not finished"}}, 404)]
        if channel == CONTENT and traits.route == "missing":
            self._note_oddities(film)
            return [self._json({"error": {"message": "no such route"}}, traits.missing)]
        if channel == STORAGE or traits.route == "stream":
            return self._serving(film, len(film.versions) - 1, film.serve(request, now, **changes))
        if traits.route == "json":
            return [self._json({"url": self.link(film)})]
        return [answer(302, location=self._place(film))]

    def _place(self, film: Film) -> str:
        link = self.link(film)
        if not film.traits.raw_place:
            return link
        split = urlsplit(link)
        raw = GBK.decode("latin-1")  # headers are sent in Latin-1
        return f"{self.hosts.storage.url}/raw/{raw}{split.path}?{split.query}"

    def _serving(self, film: Film, version: int, parts: Iterator[Part]) -> Iterator[Part]:
        """The same parts, recorded if they are of the file."""
        for number, part in enumerate(parts):
            if number == 0 and isinstance(part, bytes) and part[9:12] in (b"200", b"206"):
                if not film.is_growing(self.clock.now):
                    self.served.append((film.id, version))
                self._note_oddities(film)
            yield part

    def _note_oddities(self, film: Film) -> None:
        """Count the unusual properties of a video once its content is requested."""
        self.fired += [name for name in film.traits.oddities if name not in self.fired]

    def _api(self, request: Request) -> Answer:
        path = urlsplit(request.target).path
        if path.startswith("/files/"):
            return self._signed(request, path)
        found = re.fullmatch(r"/v1/videos/([^/]+)(/content)?", path)
        film = self.films.get(unquote(found[1])) if found else None
        channel = CONTENT if found and found[2] else RETRIEVE
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            if path.startswith("/v1/"):
                self.wrong_requests.append(f"asked without the token: {request.target}")
            return self._json({"error": {"message": "无效的令牌", "type": "one_hub_error"}}, 401)
        if film is None or not film.is_known:
            self._count(channel, unquote(found[1]) if found else "?", request)
            return self._json({"code": "task_not_exist", "message": "no", "data": None}, 404)
        return self._answer(channel, film, request)

    def _storage(self, request: Request) -> Answer:
        path = urlsplit(request.target).path
        if path.startswith("/raw/"):
            raw, _, path = path.removeprefix("/raw/").partition("/")
            if unquote_to_bytes(raw.encode("latin-1")) != GBK:
                self.wrong_requests.append(f"a path was sent back changed: {raw!r}")
            path = f"/{path}"
        return self._signed(request, path)

    def _signed(self, request: Request, path: str) -> Answer:
        """The file behind a signed link."""
        query = parse_qs(urlsplit(request.target).query)
        name = unquote(path.removeprefix("/files/")).removesuffix(".mp4")
        film = self.films.get(name)
        is_here = request.headers.get("host", "").endswith(f":{self.hosts.api.port}")
        if is_here and request.headers.get("authorization") != f"Bearer {TOKEN}":
            # This is correct if another host has redirected here.
            return self._json({"error": {"message": "no token"}}, 401)
        if film is None or query.get("X-Signature") != [SIGNATURE]:
            return answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        if self.clock.now >= float(query.get("until", ["0"])[0]):
            self._count(STORAGE, film.id, request)
            return answer(403, b"<Error><Message>Request has expired</Message></Error>")
        return self._answer(STORAGE, film, request)

    def _answer(self, channel: str, film: Film, request: Request) -> Answer:
        try:
            fault = self._count(channel, film.id, request)
            fault, wrong = self._wrong_answer(fault, channel, film)
            if fault is None or wrong is None:
                return self._checked(self.right(channel, film, request), film)
            if fault.channel != OWN or fault.kind not in self.fired:
                self.fired.append(fault.kind)
            self.stage.note(f"  fault: {fault.kind}")
            rng = random.Random(fault.seed)  # noqa: S311 - a schedule, no secret
            return self._checked(wrong(Situation(self, channel, film, request, rng)), film)
        except Exception as error:
            self.wrong_requests.append(repr(error))
            raise

    def _wrong_answer(
        self, due: Fault | None, channel: str, film: Film
    ) -> tuple[Fault | None, WrongAnswer | None]:
        """The video's own fault, else the one that is due, and its response."""
        own = self.own.get(film.id)
        if own is not None and channel in self._own_wrong_answers[own.kind][0]:
            return own, self._own_wrong_answers[own.kind][1]
        return due, None if due is None else self._wrong_answers[due.kind]

    def _checked(self, response: Answer, film: Film) -> Iterator[Part]:
        """The same parts; an error of the campaign itself is recorded."""
        try:
            for part in [response] if isinstance(response, bytes | End) else response:
                if isinstance(part, bytes) and part.startswith(b"HTTP/1.1 206"):
                    film.is_promised = True
                yield part
        except OSError:
            raise
        except Exception as error:
            self.wrong_requests.append(repr(error))
            raise

    def _count(self, channel: str, film: str, request: Request) -> Fault | None:
        """Record the request; return the fault that is due, if any."""
        with self._lock:
            self._counts[channel] += 1
            number = self._counts[channel]
            self.asked.append(Asked(self.clock.monotonic(), channel, film, request))
            if len(self.asked) > self.most_requests:
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
    """The body of a JSON response."""
    return json.dumps(payload).encode()
