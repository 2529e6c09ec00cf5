"""Knows how to bring one video home whole: fetch, continue, try again, verify, name.

It must not know HTTP, the watchlist, or which of many videos comes first. It blocks: every
download runs in a thread of its own.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hingtui.clock import Cancellation, Clock
from hingtui.download.part_file import (
    Part,
    opened_part,
    sha256_of,
    told_as_storage_trouble,
)
from hingtui.download.transfer import USUAL_LIMITS, Content, Limits, Phase, Progress, Transfer
from hingtui.errors import (
    ApiError,
    BadCertificate,
    BadReply,
    Corrupt,
    NotFound,
    NotOffered,
    NotReady,
    RangeRefused,
    ServerTrouble,
    Slow,
    Stalled,
    Unreachable,
)
from hingtui.i18n import _
from hingtui.mp4 import Mp4, inspect
from hingtui.text import human_bytes

_PASSING = (Unreachable, ServerTrouble, Corrupt)
"""Worth another try after a pause (but for BadCertificate)."""
_MAYBE_NOT_THERE = (NotReady, NotFound, NotOffered, BadReply, RangeRefused)
"""Worth another try by another way, but not at once by the same."""
_jitter = random.SystemRandom()


class ContentSource(Protocol):
    """What can open the content of a video; `link` is a direct link to use in its stead."""

    def open_content(
        self,
        video_id: str,
        *,
        start: int = 0,
        validator: str | None = None,
        link: str = "",
        cancelled: Cancellation | None = None,
    ) -> AbstractContextManager[Content]: ...


@dataclass(frozen=True, slots=True)
class Saved:
    """A whole video under its final name."""

    path: Path
    bytes: int
    sha256: str | None
    """In hexadecimal, where it was asked for."""
    mp4: Mp4


def download(
    api: ContentSource,
    video_id: str,
    folder: Path,
    *,
    progress: Progress,
    cancelled: threading.Event,
    clock: Clock,
    link: str = "",
    already: Callable[[], Path | None] = lambda: None,
    admit: Callable[[], float] = lambda: 0.0,
    published: Callable[[Saved], None] = lambda _saved: None,
    want_digest: bool = False,
    limits: Limits = USUAL_LIMITS,
) -> Saved:
    """Save the content of `video_id` in `folder` and return where.

    `cancelled` ends it within the next bytes, a Cancellation at once. `already` is asked, once no
    other process can be downloading this video, for a file that one of them may have saved
    meanwhile. `admit` is asked before every request but the first: how many seconds the host wants
    to be left alone. `published` is told of the file while its part is locked: another process
    that waits for it looks there first. Raises the family of DownloadError, and of ApiError what
    waiting a little does not cure. Whatever it raises, the bytes received are kept to be continued,
    unless they are known to be wrong.
    """
    with told_as_storage_trouble(folder), opened_part(video_id, folder) as part:
        transfer = Transfer(part, progress, cancelled, clock, limits)
        transfer.show(Phase.CONNECTING)
        for path in (part.published, already()):
            if path and (saved := _saved_before(path, want_digest=want_digest)):
                part.clear()
                progress.received = progress.total = saved.bytes
                progress.phase = Phase.DONE
                return saved
        saved = _Attempts(api, transfer, link, admit).run(want_digest=want_digest)
        published(saved)
        return saved


class _Attempts:
    """The tries at one video, until one succeeds or nothing is left to try."""

    def __init__(
        self, api: ContentSource, transfer: Transfer, link: str, admit: Callable[[], float]
    ) -> None:
        self.api = api
        self.transfer = transfer
        self.admit = admit
        self.part: Part = transfer.part
        self.limits = transfer.limits
        self.link = ""
        """What the next try asks instead of `/content`, or ""."""
        self.other_link = link
        self.before_link: Exception | None = None
        """Why `/content` was given up for the link."""
        self.tries_left = self.limits.tries
        self.most = self.part.size
        """The most bytes there ever were: more of them is progress."""
        self.marked_at, self.marked = transfer.clock.monotonic(), self.part.size
        """When the pace over all tries was last looked at, and the bytes there were then."""
        self.start = 0
        """The byte that the last try asked to begin with."""
        self.skip_range = False
        self.range_failures = 0
        self.was_corrupt = False
        self.ends: set[int] = set()
        """The bytes at which answers of no said length have ended."""

    def run(self, *, want_digest: bool) -> Saved:
        is_first = True
        while True:
            self.transfer.check_cancelled()
            try:
                if not self.part.is_complete:
                    if not is_first:
                        self._wait_for_admission()
                    is_first = False
                    if not self._fetch():
                        continue
                if (saved := self._finish(want_digest=want_digest)) is not None:
                    return saved
            except (ApiError, Corrupt) as trouble:
                self._recover(trouble)

    def _wait_for_admission(self) -> None:
        """The host is asked no more often than it can bear, however many downloads try again."""
        while (pause := self.admit()) > 0:
            self.transfer.clock.wait(self.transfer.cancelled, pause)
            self.transfer.check_cancelled()

    def _fetch(self) -> bool:
        """Receive up to the end of the body; False where it did not continue what is there."""
        source, transfer = self.part.source, self.transfer
        self.start = 0 if self.skip_range else transfer.continues_at()
        self.skip_range = False
        transfer.began_at = None
        validator = source.validator if source and self.start else None
        # A plain event is noticed with the next bytes.
        cancelled = transfer.cancelled if isinstance(transfer.cancelled, Cancellation) else None
        with self.api.open_content(
            self.part.video_id,
            start=self.start,
            validator=validator,
            link=self.link,
            cancelled=cancelled,
        ) as content:
            return transfer.take(content, self.start)

    def _finish(self, *, want_digest: bool) -> Saved | None:
        """The saved video; None where only one more request can tell whether this is its end."""
        part = self.part
        self.transfer.show(Phase.VERIFYING)
        if not part.size:
            raise Corrupt(_("The server sent an empty file"))
        part.sync()
        mp4 = inspect(part.path)
        if mp4.has_fragments and not part.is_complete and self._may_go_on():
            return None
        digest = sha256_of(part.path) if want_digest else None
        self.transfer.check_cancelled()
        size = part.size  # a part that turned out to be there already is emptied
        saved = Saved(part.publish(), size, digest, mp4)
        self.transfer.show(Phase.DONE)
        return saved

    def _may_go_on(self) -> bool:
        """Whether the file may be longer: nobody named its length, and nothing in it does.

        It is not, once another request has ended at the same byte.
        """
        if self.part.size in self.ends:
            return False
        self.ends.add(self.part.size)
        if len(self.ends) > self.limits.tries:
            raise Corrupt(_("The connection ended before the file did"))
        return True

    def _recover(self, trouble: ApiError | Corrupt) -> None:
        """Make things ready for another try, or raise what is the matter."""
        promised = self.part.source.total if self.part.source else None
        if self.start and isinstance(trouble, RangeRefused):
            self._reconsider(trouble.total, promised)
        elif isinstance(trouble, Corrupt) and promised is not None:
            self.part.clear()
            if self.was_corrupt:
                self._turn_to_link(trouble)
            self.was_corrupt = True
        elif self.start and isinstance(trouble, _MAYBE_NOT_THERE):
            self.skip_range = True  # some gateways answer a Range with anything but the file
        elif isinstance(trouble, _PASSING) and not isinstance(trouble, BadCertificate):
            self._try_again(trouble)
        elif isinstance(trouble, _MAYBE_NOT_THERE):
            self._turn_to_link(trouble)
        else:
            raise self.before_link or trouble
        self.transfer.show(Phase.RETRYING)

    def _reconsider(self, there: int | None, promised: int | None) -> None:
        """After a 416: is the part the whole file already? Otherwise nothing of it can be used.

        The same length is no proof: its last bytes are asked for once more, and tell.
        """
        is_whole = there == self.part.size and promised in (None, there)
        if is_whole and not self.transfer.wants_proof:
            self.transfer.wants_proof = True
        else:
            self.part.clear()

    def _try_again(self, trouble: ApiError | Corrupt) -> None:
        """Count and pause; bytes gained make up for every failure before."""
        if self.part.size > self.most:
            self._check_pace()
            self.most = self.part.size
            self.tries_left = self.limits.tries
        self.tries_left -= 1
        if self.transfer.began_at:
            self.range_failures = 0
        elif self.start and isinstance(trouble, ServerTrouble):
            self.range_failures += 1
            # Sibling gateways turn every Range into a 502: each second time ask for all of it.
            self.skip_range = self.range_failures % 2 == 0
        if self.tries_left <= 0:
            self._turn_to_link(self._explained(trouble))
            return
        self.transfer.show(Phase.RETRYING)
        failures = self.limits.tries - self.tries_left - 1
        pause = min(self.limits.longest_pause, self.limits.first_pause * 2**failures)
        self.transfer.clock.wait(self.transfer.cancelled, pause * _jitter.uniform(0.5, 1.0))

    def _check_pace(self) -> None:
        """Raise Slow where bytes are gained, but hardly any, because every answer is cut early."""
        now, limits = self.transfer.clock.monotonic(), self.limits
        passed = now - self.marked_at
        if passed < limits.stall_window:
            return
        if self.part.size - self.marked < limits.stall_bytes_per_second * passed:
            raise Slow(_("The server sends almost nothing"))
        self.marked_at, self.marked = now, self.part.size

    def _explained(self, trouble: ApiError | Corrupt) -> ApiError | Corrupt | Stalled:
        """Say it plainly where every answer is cut short and none can be continued."""
        if self.transfer.began_at != 0 or not isinstance(trouble, Unreachable):
            return trouble
        told = _("The server cuts the download off after {size} at most and cannot continue it")
        return Stalled(told.format(size=human_bytes(self.most)))

    def _turn_to_link(self, trouble: Exception) -> None:
        """Go on with the direct link; where there is none, or it has failed too, raise.

        What is wrong with the link is its own affair: the user is told why `/content` failed.
        """
        if self.before_link or not self.other_link:
            raise self.before_link or trouble
        self.before_link = trouble
        self.link = self.other_link
        self.tries_left = self.limits.tries
        self.was_corrupt = False


def _saved_before(path: Path, *, want_digest: bool) -> Saved | None:
    """The file at `path` as a saved video; None where it is gone or no longer whole."""
    try:
        if not path.is_file():
            return None  # a pipe would be waited for, for ever
        mp4 = inspect(path)
        digest = sha256_of(path) if want_digest else None
        return Saved(path, path.stat().st_size, digest, mp4)
    except (OSError, Corrupt):
        return None
