"""Download one video whole: request, continue, try again, verify, name.

It must not know HTTP, the watchlist, or which of many videos comes first. It blocks: every
download runs in a thread of its own.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hingtui.download.part import (
    Part,
    opened_part,
    published_as,
    told_as_storage_trouble,
)
from hingtui.download.transfer import USUAL_LIMITS, Content, Limits, Phase, Progress, Transfer
from hingtui.model.errors import (
    ApiError,
    Backoff,
    BadReply,
    Corrupt,
    Expired,
    HingtuiError,
    NotFound,
    NotOffered,
    NotReady,
    RangeRefused,
    Scope,
    ServerTrouble,
    Slow,
    Stalled,
    StorageRefused,
    TooLarge,
    Unreachable,
)
from hingtui.model.file_kind import HEAD_SIZE, FileKind, file_kind
from hingtui.model.mp4 import BrokenMp4, Mp4, Unverifiable, inspect
from hingtui.system.clock import Cancellation, Clock
from hingtui.system.files import sha256_of
from hingtui.text.clean import human_bytes
from hingtui.text.i18n import _

_QUICK = 2.0
"""Seconds: what is worth another try this soon is tried again here, all else by the queue."""
_FRESH_LINKS = 2
"""Times in a row that the gateway is asked for a new link, as long as none works."""
_BLANK = 512
"""Zeros at the beginning that show a file which was made at its full length and is not written."""
_LAST_CHANCE = 150.0
"""Seconds before its expiry from which on a file that is not whole is kept as it is: the queue may
not try it again in time."""
_MOST_CHANGES = 8
"""Times that a file may turn out to be still being written; then others have their turn first."""
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
    """A video under its final name."""

    path: Path
    bytes: int
    sha256: str | None
    """In hexadecimal, where it was asked for."""
    mp4: Mp4 | None
    """None where nothing could verify it: then its suffix says what it is."""


def download(
    api: ContentSource,
    video_id: str,
    folder: Path,
    *,
    progress: Progress,
    cancelled: threading.Event,
    clock: Clock,
    link: str = "",
    fresh_link: Callable[[], str] = lambda: "",
    already: Callable[[], Path | None] = lambda: None,
    busy_part: os.stat_result | None = None,
    admit: Callable[[], float] = lambda: 0.0,
    time_left: Callable[[], float | None] = lambda: None,
    published: Callable[[Saved], None] = lambda _saved: None,
    want_digest: bool = False,
    limits: Limits = USUAL_LIMITS,
) -> Saved:
    """Save the content of `video_id` in `folder` and return where.

    `cancelled` ends it within the next bytes, a Cancellation at once. `link` is tried where
    `/content` is of no use, and after it what `fresh_link` returns, which may block. `already` is
    asked, once no other process can be downloading this video, for a file that one of them may have
    saved meanwhile; `busy_part` is the file that one was seen writing to. `admit` is asked before
    every request but the first: how many seconds to wait. `time_left` says how many seconds the
    file is still there, None where that is not known. `published` gets the result while the
    part is locked: another process that waits for it looks there first.

    Raises the family of DownloadError, and of ApiError what waiting a little does not cure.
    Whatever it raises, the bytes received are kept to be continued, unless they are known to be
    wrong.
    """
    with told_as_storage_trouble(folder), opened_part(video_id, folder) as part:
        transfer = Transfer(part, progress, cancelled, clock, limits)
        transfer.show(Phase.CONNECTING)
        known = part.published, already(), published_as(busy_part, video_id, folder)
        for path in known:
            if path and (saved := _saved_before(path, want_digest=want_digest)):
                part.clear()
                progress.received = progress.total = saved.bytes
                progress.phase = Phase.DONE
                return saved
        attempts = _Attempts(api, transfer, link, fresh_link, admit, time_left)
        saved = attempts.run(want_digest=want_digest)
        published(saved)
        return saved


class _Attempts:
    """The tries at one video, until one succeeds or nothing is left to try."""

    def __init__(
        self,
        api: ContentSource,
        transfer: Transfer,
        link: str,
        fresh_link: Callable[[], str],
        admit: Callable[[], float],
        time_left: Callable[[], float | None],
    ) -> None:
        self.api = api
        self.transfer = transfer
        self.admit = admit
        self.time_left = time_left
        self.part: Part = transfer.part
        self.limits = transfer.limits
        self.route = _Route(link, self._waiting(fresh_link))
        self.tries_left = self.limits.tries
        self.most = self.part.size
        """The most bytes there ever were: more of them is progress."""
        self.marked_at, self.marked = transfer.clock.monotonic(), self.part.size
        """When the pace over all tries was last looked at, and the bytes there were then."""
        self.start = 0
        """The byte that the last try asked to begin with."""
        self.skip_range = False
        self.range_failures = 0
        self.was_oversized = False
        """A piece was longer than it said: none is asked for any more."""
        self.is_refused = False
        """What is here was received whole, and is no whole video: ask for it again."""
        self.refused_digest = ""
        """Of what was refused last."""
        self.is_twice_the_same = False
        self.changes = 0
        """How often what was refused was not what was refused before."""
        self.is_settled = False
        """What is here was asked for often enough: a link may have better, else it is kept."""
        self.keeps_anyway = False
        """Nothing better will come: keep it under a name that says that it is not verified."""
        self.ends: set[int] = set()
        """The bytes at which responses of no stated length have ended."""

    def run(self, *, want_digest: bool) -> Saved:
        is_first = True
        while True:
            self.transfer.check_cancelled()
            try:
                if not self.keeps_anyway and (self.is_refused or not self.part.is_complete):
                    if not is_first:
                        self._wait_for_admission()
                    is_first = False
                    if not self._fetch():
                        continue
                if (saved := self._finish(want_digest=want_digest)) is not None:
                    return saved
            except (ApiError, Corrupt, TooLarge) as trouble:
                self._recover(trouble)

    def _waiting(self, ask: Callable[[], str]) -> Callable[[], str]:
        def wait_and_ask() -> str:
            self._wait_for_admission()
            return ask()

        return wait_and_ask

    def _wait_for_admission(self) -> None:
        """Send no more requests than the gateway can bear, however many downloads try again."""
        while (pause := self.admit()) > 0:
            self.transfer.clock.wait(self.transfer.cancelled, pause)
            self.transfer.check_cancelled()

    def _fetch(self) -> bool:
        """Receive up to the end of the body; False where it did not continue what is there."""
        source, transfer = self.part.source, self.transfer
        from_start = self.skip_range or self.is_refused or self.was_oversized
        self.start = 0 if from_start else transfer.continues_at()
        self.skip_range = False
        transfer.began_at = None
        validator = source.validator if source and self.start else None
        # A plain event is noticed with the next bytes.
        cancelled = transfer.cancelled if isinstance(transfer.cancelled, Cancellation) else None
        with self.api.open_content(
            self.part.video_id,
            start=self.start,
            validator=validator,
            link=self.route.link,
            cancelled=cancelled,
        ) as content:
            self.route.worked()
            if self.is_refused and transfer.is_unchanged(content):
                return True
            self.is_refused = False
            return transfer.take(content, self.start)

    def _finish(self, *, want_digest: bool) -> Saved | None:
        """The saved video; None where only one more request can tell whether this is its end."""
        part = self.part
        self.transfer.show(Phase.VERIFYING)
        if not part.size:
            raise Corrupt(_("The server sent an empty file"))
        part.sync()
        kind = file_kind(_head_of(part.path))
        mp4 = self._verify(kind)
        may_be_cut = mp4 is not None and (mp4.has_fragments or not mp4.ends_with_box)
        if may_be_cut and not part.is_complete and self._may_go_on():
            return None
        digest = sha256_of(part.path) if want_digest else None
        self.transfer.check_cancelled()
        size = part.size  # a part that turned out to be there already is emptied
        suffix = FileKind.UNKNOWN.suffix if mp4 is None and kind.is_mp4 else kind.suffix
        saved = Saved(part.publish(suffix), size, digest, mp4)
        self.transfer.show(Phase.DONE)
        return saved

    def _verify(self, kind: FileKind) -> Mp4 | None:
        """What a whole MP4 says of itself; None for what is kept without being verified.

        Raises Corrupt where another request may bring more, and BadReply for a text.
        """
        if kind is FileKind.TEXT:
            self.part.clear()
            raise BadReply(_("The server sent a text instead of the video"))
        if self.keeps_anyway:
            return None
        try:
            if kind.is_mp4:
                return inspect(self.part.path)
        except BrokenMp4 as broken:
            self._compare()
            raise broken from None
        except Unverifiable:
            pass  # judged like any other file that nothing can verify
        is_blank = kind is FileKind.UNKNOWN and not any(_head_of(self.part.path)[:_BLANK])
        if self.part.is_complete and not is_blank:
            return None
        self._compare()
        if self.is_twice_the_same and not is_blank:
            return None
        if is_blank:
            raise Corrupt(_("The file begins with nothing but zeros"))
        raise Corrupt(_("The server does not say how long the file is, and nothing in it does"))

    def _compare(self) -> None:
        """Note whether what came is what came the time before."""
        digest = sha256_of(self.part.path)
        self.is_twice_the_same = digest == self.refused_digest
        if not self.is_twice_the_same:
            self.tries_left = self.limits.tries  # it may still be being written
            self.changes += 1
        self.refused_digest = digest

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

    def _recover(self, trouble: ApiError | Corrupt | TooLarge) -> None:
        """Make things ready for another try, or raise what is the matter."""
        promised = self.part.source.total if self.part.source else None
        is_own = trouble.scope is Scope.VIDEO and not isinstance(trouble, Expired)
        if isinstance(trouble, TooLarge):
            self._begin_again_once(trouble)
        elif self.start and isinstance(trouble, RangeRefused):
            self._reconsider(trouble.total, promised)
        elif isinstance(trouble, StorageRefused) and self.route.link:
            self._replace_link(trouble)
        elif trouble.is_transient and trouble.retry.first <= _QUICK:
            self._try_again(trouble)
        elif self.start and is_own:
            self.skip_range = True  # some gateways answer a Range with anything but the file
        elif is_own or trouble.scope is Scope.TOKEN:
            self._turn_to_link(trouble)
        elif isinstance(trouble, Expired) and self._is_worth_keeping():
            self.keeps_anyway = True  # nothing better will come
        else:
            raise self.route.cause(trouble)
        self.transfer.show(Phase.RETRYING)

    def _begin_again_once(self, trouble: TooLarge) -> None:
        """A piece that is longer than it says: the whole file may be right."""
        if not self.start:
            raise trouble
        self.was_oversized = True

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
        if isinstance(trouble, Corrupt):
            self.is_refused = self.part.is_complete
            if self.changes > _MOST_CHANGES:
                self._leave_for_later(trouble)
                return
        elif self.part.size > self.most:
            self._check_pace()
            self.tries_left = self.limits.tries
        self.most = max(self.most, self.part.size)
        self.tries_left -= 1
        if self.transfer.began_at:
            self.range_failures = 0
        elif self.start and isinstance(trouble, ServerTrouble):
            self.range_failures += 1
            # Sibling gateways turn every Range into a 502: each second time ask for all of it.
            self.skip_range = self.range_failures % 2 == 0
        if self.tries_left <= 0:
            self._give_up(trouble)
            return
        self.transfer.show(Phase.RETRYING)
        failures = max(self.limits.tries - self.tries_left, self.changes)
        backoff = Backoff(self.limits.first_pause, self.limits.longest_pause)
        self.transfer.clock.wait(self.transfer.cancelled, backoff.after(failures, _jitter))

    def _leave_for_later(self, trouble: Corrupt) -> None:
        """It changes with each request: let others have their turn, if there is a later."""
        left = self.time_left()
        if left is None or left > _LAST_CHANCE or not self._is_worth_keeping():
            raise trouble
        self.keeps_anyway = True

    def _give_up(self, trouble: ApiError | Corrupt) -> None:
        """Go on with the link, keep what came, or raise."""
        if isinstance(trouble, Corrupt) and self._is_worth_keeping():
            self.is_settled = True
            if self.route.can_turn:
                self._turn_to_link(trouble)
            else:
                self.keeps_anyway = True
            return
        self._turn_to_link(self._explained(trouble))

    def _is_worth_keeping(self) -> bool:
        """Whether what is here is all that the server has: as long as promised, or twice the same.

        What a link has brought since then may have taken its place.
        """
        is_all = self.part.is_complete or self.is_twice_the_same
        return is_all and self.part.size > 0 and sha256_of(self.part.path) == self.refused_digest

    def _check_pace(self) -> None:
        """Raise Slow where bytes are gained, but hardly any, because every response is cut."""
        now, limits = self.transfer.clock.monotonic(), self.limits
        passed = now - self.marked_at
        if passed < limits.stall_window:
            return
        if self.part.size - self.marked < limits.stall_bytes_per_second * passed:
            raise Slow(_("The server sends almost nothing"))
        self.marked_at, self.marked = now, self.part.size

    def _explained(self, trouble: ApiError | Corrupt) -> ApiError | Corrupt | Stalled:
        """Say it plainly where every response is cut short and none can be continued."""
        if self.transfer.began_at != 0 or not isinstance(trouble, Unreachable):
            return trouble
        told = _("The server cuts the download off after {size} at most and cannot continue it")
        return Stalled(told.format(size=human_bytes(self.most)))

    def _turn_to_link(self, trouble: HingtuiError) -> None:
        """Go on with another link; where there is none, raise."""
        if self.route.turn(trouble):
            self.tries_left = self.limits.tries
        elif self.is_settled and self._is_worth_keeping():
            self.keeps_anyway = True
        else:
            raise self.route.cause(trouble)

    def _replace_link(self, trouble: StorageRefused) -> None:
        """The storage refuses the link: as a rule its signature is too old."""
        if not self.route.turn(trouble):
            self._try_again(trouble)


class _Route:
    """Where the content is asked for: first `/content`, then one link after another."""

    def __init__(self, link: str, fresh_link: Callable[[], str]) -> None:
        self.link = ""
        """What is asked instead of `/content`, or ""."""
        self._known = link
        self._fresh_link = fresh_link
        self._asked = 0
        self._used: set[str] = set()
        self._before: HingtuiError | None = None
        """Why `/content` was given up."""

    @property
    def can_turn(self) -> bool:
        """Whether there is a link at hand that has not been tried."""
        return bool(self._known) and self._known not in self._used

    def turn(self, trouble: HingtuiError) -> bool:
        """Take the next link, asking the gateway for a new one; False where there is none."""
        link = self._known
        if not self.can_turn:
            if self._asked >= _FRESH_LINKS:
                return False
            self._asked += 1
            link = self._fresh_link()
        if not link or link in self._used:
            return False
        self._before = self._before or trouble
        self.link = link
        self._used.add(link)
        return True

    def worked(self) -> None:
        """The storage accepts the link: once it is too old, a new one may be asked for again."""
        self._asked = 0

    def cause(self, trouble: HingtuiError) -> HingtuiError:
        """What to report: why `/content` failed, unless it is only not there."""
        if self._before is None or isinstance(self._before, NotFound | NotOffered | NotReady):
            return trouble
        return self._before


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_SIZE)


def _saved_before(path: Path, *, want_digest: bool) -> Saved | None:
    """The file at `path` as a saved video; None where it is gone or no longer whole."""
    try:
        if not path.is_file() or not (size := path.stat().st_size):
            return None  # a pipe would be waited for, for ever
        mp4 = inspect(path) if path.suffix == FileKind.MP4.suffix else None
        digest = sha256_of(path) if want_digest else None
        return Saved(path, size, digest, mp4)
    except (OSError, Corrupt):
        return None
