"""Append the body of one response to a part, and stop where it is too slow or too long.

What is tried next is decided in `retry`.
"""

from __future__ import annotations

import errno
import math
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

from hingtui.download.interface import Content, Limits
from hingtui.download.part import Part
from hingtui.download.part_metadata import Source
from hingtui.download.progress import Phase, Progress
from hingtui.model.errors import BadResponse, Cancelled, Slow, TooLarge, Unreachable
from hingtui.system.clock import Clock
from hingtui.text.clean import human_bytes
from hingtui.text.i18n import _

_OVERLAP = 16 << 10
"""Bytes requested twice, as a proof: no two compressed videos have so many bytes in common."""
_SHARE = 8
"""At most one in so many bytes of a response is requested twice."""
_SMOOTHED_OVER = 5.0
"""Seconds over which the speed is smoothed."""
_MEASURED_EVERY = 0.25
"""Seconds between two measurements of the speed."""


class Transfer:
    """Receives bodies into one part."""

    def __init__(
        self,
        part: Part,
        progress: Progress,
        cancelled: threading.Event,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self.part = part
        self.progress = progress
        self.cancelled = cancelled
        self.clock = clock
        self.limits = limits
        self.began_at: int | None = None
        """The first byte of the latest body that continued the part; None if there was none."""
        self.wants_proof = False
        """Whether the server's validators do not prove that its pieces are of one file."""
        self._overlap = _OVERLAP

    def continues_at(self) -> int:
        """The byte to request next.

        If no validator proves that the file is still the same, some bytes of the part are requested
        once more, to be compared.
        """
        source = self.part.source
        has_proof = source and source.validator and not self.wants_proof
        return self.part.size if has_proof else max(0, self.part.size - self._overlap)

    def take(self, content: Content, start: int) -> bool:
        """Receive the whole body of the response to a request for the bytes from `start` on.

        False if it does not continue the part: then request again from `continues_at`. Raises
        Cancelled within a chunk, Unreachable, Slow, TooLarge, BadResponse, or OSError of the disk.
        """
        self.check_cancelled()
        if content.total is not None and content.total > self.limits.max_bytes:
            raise TooLarge(_too_large(self.limits.max_bytes))
        again = 0
        if start and content.status == 206:
            if not self._continue(content, start):
                return False
            again = self.part.size - start
        elif content.start:
            raise BadResponse(_("A part of the file came that was not requested"))
        else:
            source = Source(content.total, content.validator, content.origin, content.version)
            self.part.begin(source)
        self.began_at = self.part.size
        self.show(Phase.RECEIVING)
        self._check_room(content.total)
        return self._receive(content, again)

    def is_unchanged(self, content: Content) -> bool:
        """Whether the server states that this is the very file that is here already, whole."""
        source = self.part.source
        return (
            source is not None
            and self.part.is_complete
            and content.status == 200
            and content.total == source.total
            and bool(source.version)
            and (content.version, content.origin) == (source.version, source.origin)
        )

    def check_cancelled(self) -> None:
        if self.cancelled.is_set():
            raise Cancelled(_("Download cancelled"))

    def show(self, phase: Phase) -> None:
        """Update the progress."""
        source = self.part.source
        self.progress.received = self.part.size
        self.progress.total = source.total if source else None
        self.progress.phase = phase
        if phase is not Phase.RECEIVING:
            self.progress.speed = 0.0

    def _continue(self, content: Content, start: int) -> bool:
        source = self.part.source
        if source is None or content.start != start or not _fits(source, content):
            self.part.clear()
            return False
        if start == self.part.size and not _is_proven(source, content):
            self.wants_proof = True
            return False
        self.part.remember(replace(source, total=source.total or content.total))
        return True

    def _check_room(self, total: int | None) -> None:
        """Raise OSError if the disk has no room for the whole file, before it is full."""
        disk = shutil.disk_usage(self.part.path.parent)
        if total is not None and disk.total and total - self.part.size > disk.free:
            raise OSError(errno.ENOSPC, "no room for the whole file")

    def _receive(self, content: Content, again: int) -> bool:
        """Append the body, except its first `again` bytes, which must be the last ones of the part.

        False if they are not: then the part has been emptied.
        """
        part, progress = self.part, self.progress
        known = _last_bytes(part.path, again)
        promised = part.source.total if part.source else None
        most = self.limits.max_bytes if promised is None else promised
        pace = _Pace(progress, self.limits, self.clock.monotonic())
        count = 0
        for received in content.chunks():
            self.check_cancelled()
            count += len(received)
            self._overlap = min(_OVERLAP, count // _SHARE + 1)  # less if responses are cut early
            chunk = received[len(known) :]
            if known:
                if not received.startswith(known[: len(received)]):
                    part.clear()
                    return False
                known = known[len(received) :]
            if part.size + len(chunk) > most:
                part.clear()
                raise TooLarge(_too_large(most))
            part.append(chunk)
            progress.received = part.size
            pace.add(len(received), self.clock.monotonic())
        if known or (promised is not None and part.size < promised):
            raise Unreachable(_("The connection ended before the file did"))
        return True


class _Pace:
    """The speed at which bytes come in."""

    def __init__(self, progress: Progress, limits: Limits, now: float) -> None:
        self.progress = progress
        self.limits = limits
        self.measured_at = self.window_began = now
        self.unmeasured = self.in_window = 0

    def add(self, count: int, now: float) -> None:
        """Count bytes. Raises Slow if a whole window was too slow."""
        self.unmeasured += count
        self.in_window += count
        passed = now - self.measured_at
        if passed >= _MEASURED_EVERY:
            speed = self.unmeasured / passed
            weight = 1 - math.exp(-passed / _SMOOTHED_OVER) if self.progress.speed else 1.0
            self.progress.speed += (speed - self.progress.speed) * weight
            self.measured_at, self.unmeasured = now, 0
        passed = now - self.window_began
        if passed >= self.limits.stall_window:
            if self.in_window < self.limits.stall_bytes_per_second * passed:
                raise Slow(_("Almost nothing arrives"))
            self.window_began, self.in_window = now, 0


def _fits(known: Source, content: Content) -> bool:
    """Whether a 206 can be a piece of the same file as the part."""
    if content.total is not None and known.total not in (None, content.total):
        return False
    return not _differ(known.version, content.version)


def _is_proven(known: Source, content: Content) -> bool:
    """Whether its validator proves that; from another origin, only with the same length."""
    is_same_place = known.origin == content.origin or known.total == content.total is not None
    return is_same_place and known.validator == content.validator


def _last_bytes(path: Path, count: int) -> bytes:
    if not count:
        return b""
    with path.open("rb") as file:
        file.seek(-count, os.SEEK_END)
        return file.read(count)


def _differ(known: str, other: str) -> bool:
    """Whether two versions are of different files; an ETag cannot be compared with a date."""
    if not known or not other or known.startswith('"') != other.startswith('"'):
        return False
    return known != other


def _too_large(most: int) -> str:
    return _("More than {size} came: the download was stopped").format(size=human_bytes(most))
