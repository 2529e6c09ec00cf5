"""The invariants of every run, checked from files, requests and texts alone.

It must not use any code of the program, because it would repeat its mistakes.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from pathlib import Path

from tests.robustness.campaign.containers import BROKEN, TAIL
from tests.robustness.campaign.film import Film
from tests.robustness.campaign.gateway import CONTENT, RETRIEVE, SIGNATURE, Gateway
from tests.servers.gateway import TOKEN

_HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff"  # control characters and halves of surrogates
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # what turns the direction of text
)
BURST, RATE = 20, 5.0
"""The allowed requests at once and per second."""
CONTENT_AT_ONCE = 8
"""The allowed requests for one video's content within a second."""
MP4_HEAD = 60
"""The number of bytes by which an MP4 can be recognised."""
_KINDS = "mp4 webm mkv avi gif webp unverified ts mpg flv ogg wmv wav png jpg avif heic zip gz"
FINAL = frozenset(f".{kind}" for kind in _KINDS.split())
"""The suffixes of saved files."""


class Oracle:
    """Checks one run from outside; every method returns the breaches it found."""

    def __init__(self, root: Path, folder: Path, gateway: Gateway) -> None:
        self.root = root
        self.folder = folder
        self.gateway = gateway
        self.foreign: dict[Path, bytes | None] = {}
        self.is_hard_to_read = False
        """Whether reading an existing file failed, so that it could not be compared."""
        self._seen: dict[Path, bytes] = {}
        """Saved videos that were found so far."""
        self._complete: dict[Path, bytes] = {}
        """The same, kept after a power cut: complete files stay so, whatever is served later."""
        self.reported: set[str] = set()
        """The names of the files that the program reported as saved."""

    @property
    def saved(self) -> dict[Path, bytes]:
        """The videos under final names, without the user's own files."""
        if not self.folder.is_dir():
            return {}
        found = sorted(p for p in self.folder.iterdir() if p.suffix in FINAL)
        return {path: path.read_bytes() for path in found if path not in self.foreign}

    def copies(self, film_id: str) -> list[Path]:
        """The saved files that equal a version of this film."""
        film = self.gateway.films[film_id]
        found = [(path, _with_tail(data, film)) for path, data in self.saved.items()]
        return [path for path, data in found if data in film.versions or film.offers[data]]

    def files(self) -> Iterator[str]:
        """Check I1, and I2 for files."""
        saved = self.saved
        for path, data in saved.items():
            yield from self._whole(path, data)
        for path, data in self._seen.items():
            if saved.get(path) != data:
                yield f"I2: {path.name} was saved, and is gone or changed"
        self._seen = saved
        counts = Counter(data for data in saved.values() if any(data))  # zeros are alike by chance
        twice = [data for data, number in counts.items() if number > 1]
        if twice and not self.is_hard_to_read:
            names = [path.name for path, data in saved.items() if data in twice]
            yield f"I2: the same video twice: {names}"
        yield from self._foreign_files()

    def power_was_cut(self) -> None:
        """Forget files that were not reported as saved: a power cut may lose them."""
        self._seen = {path: data for path, data in self._seen.items() if path.name in self.reported}

    def _whole(self, path: Path, data: bytes) -> Iterator[str]:
        if path in self._seen or self._complete.get(path) == data:
            return
        self._complete[path] = data
        if _is_text(data):
            yield f"I1: {path.name} is a text: {data[:40]!r}"
        for film in self.gateway.films.values():
            whole = _with_tail(data, film)
            if whole in film.versions:
                yield from self._right_name(path, whole, film)
                version = film.versions.index(whole)
                last = [v for f, v in self.gateway.served if f == film.id]
                if last and last[-1] != version:
                    yield f"I1: {path.name} is version {version}, but {last[-1]} was served since"
                return
            if film.offers[data]:
                # A wrong file of the stated length is kept, but never as a video.
                if path.suffix == ".mp4":
                    yield f"I7: {path.name} is called whole, and is not"
                is_mp4 = film.suffix == ".mp4" and len(data) > MP4_HEAD and not film.is_deleted
                if is_mp4 and film.offers[data] < 2 and data[4:8] in (b"ftyp", b"free", b"wide"):
                    yield f"I7: {path.name} was kept, and its server was asked for it only once"
                return
        yield f"I1: {path.name} ({len(data)} bytes) is no file that the server ever had"

    def _right_name(self, path: Path, data: bytes, film: Film) -> Iterator[str]:
        """Check I7: the suffix fits the file, and it was not accepted too early."""
        if path.suffix != film.suffix:
            yield f"I7: {path.name} is a {film.traits.container}: its name ends in {film.suffix}"
        is_enough = film.is_promised and film.traits.container not in BROKEN
        is_enough = is_enough or film.is_deleted  # there will be no better file
        if film.suffix != ".mp4" and not is_enough and film.offers[data] < 2:
            yield f"I7: {path.name} was kept, and its server was asked for it only once"

    def _foreign_files(self) -> Iterator[str]:
        for path, data in self.foreign.items():
            if data is None:
                if not (path.is_symlink() or path.is_dir()):
                    yield f"I2: {path.name}, the user's own, is gone"
            elif not path.is_file() or path.read_bytes() != data:
                yield f"I2: {path.name}, the user's own, is gone or changed"

    def leftovers(self) -> Iterator[str]:
        """Check for files that remain although nothing is unfinished."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.suffix not in FINAL and path not in self.foreign:
                    yield f"left in the folder: {path.name}"

    def secrets(self) -> Iterator[str]:
        """Check I3 for requests and files."""
        for asked in self.gateway.hosts.storage.requests:
            if TOKEN.encode() in asked.raw or b"uthorization" in asked.raw:
                yield f"I3: the token went to the storage: {asked.target}"
        for asked in self.gateway.hosts.api.requests:
            if TOKEN in asked.target:
                yield f"I3: the token stands in an address: {asked.target}"
            if asked.method != "GET":
                yield f"{asked.method} was sent"
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_symlink() and path not in self._seen:
                yield from leaked_secrets(path.name, path.read_bytes().decode("latin-1"))

    def request_rates(self) -> Iterator[str]:
        """Check the rate of requests, on the clock of this run."""
        asked = self.gateway.asked
        if len(asked) >= self.gateway.most_requests:
            yield f"{len(asked)} requests in one run"
        questions = [request.at for request in asked if request.channel == RETRIEVE]
        if (most := _densest(questions, 10.0)) > BURST + 10 * RATE:
            yield f"{most} questions within 10 s"
        per_film: dict[str, list[float]] = defaultdict(list)
        for request in asked:
            if request.channel == CONTENT:
                per_film[request.film].append(request.at)
        for film, moments in per_film.items():
            if (most := _densest(moments, 1.0)) > CONTENT_AT_ONCE:
                yield f"{most} requests for the content of {film} within a second"


def _with_tail(data: bytes, film: Film) -> bytes:
    """The complete file if only bytes after the last box were cut off."""
    is_tailed = film.traits.container == "bytes after the last box"
    for version in film.versions if is_tailed else ():
        if 0 < len(version) - len(data) <= len(TAIL) and version.startswith(data):
            return version
    return data


def _is_text(data: bytes) -> bool:
    """Whether it looks like JSON, a web page or plain text."""
    return data.lstrip()[:1] in (b"{", b"<") or data.decode("latin-1").isprintable()


def leaked_secrets(where: str, text: str) -> Iterator[str]:
    """Check I3 for a text."""
    for name, secret in (("token", TOKEN), ("signature", SIGNATURE)):
        if secret in text:
            at = text.index(secret)
            yield f"I3: the {name} stands in {where}: …{text[max(0, at - 80) : at]!r}"


def harmful(where: str, thing: object, depth: int = 0) -> Iterator[str]:
    """Check I5: control characters in texts within `thing`. Newlines are allowed."""
    if isinstance(thing, str):
        if bad := {*_HARMFUL.findall(thing)}:
            yield f"I5: {sorted(map(ascii, bad))} in {where}"
        yield from leaked_secrets(where, thing)
    elif isinstance(thing, Exception):
        yield from harmful(f"{where} {type(thing).__name__}", str(thing), depth)
        yield from harmful(where, getattr(thing, "code", ""), depth)
        yield from harmful(where, getattr(thing, "request_id", ""), depth)
    elif isinstance(thing, Enum) or depth > 5:
        return
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            if field.repr:
                value = getattr(thing, field.name)
                yield from harmful(f"{where}.{field.name}", value, depth + 1)
    elif isinstance(thing, list | tuple):
        for item in thing:
            yield from harmful(where, item, depth + 1)


def _densest(moments: Iterable[float], window: float) -> int:
    """The largest number of moments in any window of this many seconds."""
    ordered = sorted(moments)
    most = first = 0
    for last, moment in enumerate(ordered):
        while ordered[first] < moment - window:
            first += 1
        most = max(most, last - first + 1)
    return most


def ids_in(path: Path) -> set[str] | None:
    """The ids in a watchlist file; None if it is missing or damaged."""
    try:
        return {*_ids_of(path.read_text("utf-8"))}
    except (OSError, ValueError, KeyError, TypeError):
        return None


@lru_cache(maxsize=16)  # most looks at a watchlist find it unchanged
def _ids_of(text: str) -> frozenset[str]:
    found = tomllib.loads(text)
    videos = found["videos"] if found.get("count") else found.get("videos", [])
    return frozenset(str(video["id"]) for video in videos)
