"""Download one video: request it, continue it, try again, verify it, give it its final name.

It blocks: every download runs in a thread of its own. Must not import api or storage: the client is
a parameter, and the order of downloads is decided in `monitor.download_queue`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from hingtui.download.admission import Admission
from hingtui.download.final_names import FinalNames
from hingtui.download.interface import (
    NO_HOOKS,
    ContentSource,
    DownloadHooks,
    DownloadJob,
    Saved,
)
from hingtui.download.part import opened_part
from hingtui.download.progress import Phase
from hingtui.download.retry import RangeChoice, RetryBudget, Route
from hingtui.download.storage_errors import raising_storage_errors
from hingtui.download.transfer import Transfer
from hingtui.download.verification import Verification, saved_before
from hingtui.model.errors import (
    ApiError,
    Corrupt,
    Expired,
    HingtuiError,
    RangeRefused,
    Scope,
    ServerError,
    Stalled,
    StorageRefused,
    TooLarge,
    Unreachable,
)
from hingtui.system.clock import Cancellation
from hingtui.system.files import sha256_of
from hingtui.text.clean import human_bytes
from hingtui.text.i18n import _

_QUICK = 2.0
"""Seconds: an error that is worth a retry this soon is retried here, any other by the queue."""
_LAST_CHANCE = 150.0
"""Seconds before its expiry from which on a file that cannot be verified is saved as it is: the
queue may not try it again in time."""
_MOST_CHANGES = 8
"""Times that a file may change while it is downloaded; then the queue tries others first."""


def download(
    job: DownloadJob,
    *,
    index: int = 0,
    link: str = "",
    busy_part: os.stat_result | None = None,
    hooks: DownloadHooks = NO_HOOKS,
) -> Saved:
    """Download one file of this job; the saved file.

    `index` is its number if the job made several; the further ones come by links. `link` is used if
    `/content` fails, and after it what the hook `fresh_link` returns; where the job prefers links,
    `/content` comes last. `busy_part` is the file that another process was seen downloading it to.

    Raises the DownloadError family, and an ApiError that does not pass within seconds. Whatever it
    raises, the bytes received stay in the part, unless they are known to be wrong.
    """
    key, folder = job.key, job.folder
    names = FinalNames(key, folder, index, hooks.names, hooks.companion)
    with raising_storage_errors(folder), opened_part(key, folder, index, names) as part:
        transfer = Transfer(part, job.progress, job.cancelled, job.clock, job.limits)
        transfer.show(Phase.CONNECTING)
        part.check_not_just_named()
        known = (part.published, hooks.saved_by_another(), names.published_as(busy_part))
        saved = _saved_before(known, want_digest=job.want_digest)
        if saved is not None:
            part.clear()
            job.progress.received = job.progress.total = saved.bytes
            job.progress.phase = Phase.DONE
        else:
            route = Route(
                link,
                hooks.fresh_link,
                begins_with_link=job.prefers_link or index > 0,
                # Without an index, a gateway would send the first file instead of a further one.
                falls_back=index == 0,
            )
            attempts = _Attempts(job.source, transfer, route, hooks, index)
            saved = attempts.run(want_digest=job.want_digest)
        hooks.saved(saved)
        return saved


def _saved_before(known: Iterable[Path | None], *, want_digest: bool) -> Saved | None:
    """The first of these files that is there and whole."""
    found = (saved_before(path, want_digest=want_digest) for path in known if path)
    return next(filter(None, found), None)


class _Attempts:
    """The tries at one video, until one succeeds or nothing is left to try."""

    def __init__(
        self,
        source: ContentSource,
        transfer: Transfer,
        route: Route,
        hooks: DownloadHooks,
        index: int,
    ) -> None:
        self.source = source
        self.index = index
        self.transfer = transfer
        self.part = transfer.part
        self.hooks = hooks
        self.budget = RetryBudget(transfer.limits, transfer.clock, self.part.size)
        self.ranges = RangeChoice()
        self.admission = Admission(hooks.admit, transfer)
        self.route = route
        route.fresh_link = self.admission.before(hooks.fresh_link)
        self.verification = Verification(self.part, self.budget)
        self.is_settled = False
        """The rejected file was requested often enough: a link may bring a better one, else it is
        saved."""

    def run(self, *, want_digest: bool) -> Saved:
        """Try until the video is saved. Raises what is left when nothing more can be tried."""
        self.transfer.check_cancelled()
        self.route.begin()
        is_first = True
        while True:
            self.transfer.check_cancelled()
            try:
                if self._needs_bytes():
                    if not is_first:
                        self.admission.wait()
                    is_first = False
                    if not self._receive():
                        continue
                if (saved := self._finish(want_digest=want_digest)) is not None:
                    return saved
            except (ApiError, Corrupt, TooLarge) as error:
                self._recover(error)

    def _needs_bytes(self) -> bool:
        if self.verification.accepts_anything:
            return False
        return self.verification.is_rejected or not self.part.is_complete

    def _receive(self) -> bool:
        """Receive one body to its end; False where it does not continue the part."""
        known, transfer, verification = self.part.source, self.transfer, self.verification
        start = self.ranges.next_start(0 if verification.is_rejected else transfer.continues_at())
        transfer.began_at = None
        # A plain event is noticed with the next bytes.
        cancelled = transfer.cancelled if isinstance(transfer.cancelled, Cancellation) else None
        with self.source.open_content(
            self.part.key.id,
            start=start,
            validator=known.validator if known and start else None,
            link=self.route.link,
            index=self.index,
            cancelled=cancelled,
        ) as content:
            self.route.worked()
            if verification.is_rejected and transfer.is_unchanged(content):
                return True
            verification.is_rejected = False
            return transfer.take(content, start)

    def _finish(self, *, want_digest: bool) -> Saved | None:
        """Verify the part and give it its final name; None where there may be more of it."""
        self.transfer.show(Phase.VERIFYING)
        if self.part.size:
            self.part.sync()
        suffix, mp4 = self.verification.check()
        if self.verification.may_go_on(mp4):
            return None
        digest = sha256_of(self.part.path) if want_digest else None
        self.transfer.check_cancelled()
        size = self.part.size  # `publish` empties the part if the same file is already there
        saved = Saved(self.part.publish(suffix), size, digest, mp4)
        self.transfer.show(Phase.DONE)
        return saved

    def _recover(self, error: ApiError | Corrupt | TooLarge) -> None:
        """Prepare another try, or raise why there is none."""
        is_own = error.scope is Scope.VIDEO and not isinstance(error, Expired)
        if isinstance(error, TooLarge):
            self._stop_using_ranges(error)
        elif self.ranges.start and isinstance(error, RangeRefused):
            self._reconsider(error.total)
        elif isinstance(error, StorageRefused) and self.route.link:
            self._replace_link(error)
        elif error.is_transient and error.retry.first <= _QUICK:
            self._try_again(error)
        elif self.ranges.start and is_own:
            self.ranges.skips_once = True  # some gateways answer any range with an error
        elif is_own or error.scope is Scope.TOKEN:
            self._use_next_link(error)
        elif isinstance(error, Expired) and self.verification.is_worth_saving():
            self.verification.accepts_anything = True
        else:
            raise self.route.cause(error)
        self.transfer.show(Phase.RETRYING)

    def _stop_using_ranges(self, error: TooLarge) -> None:
        """After a range that is longer than it says: the whole file may be right."""
        if not self.ranges.start:
            raise error
        self.ranges.is_off = True

    def _reconsider(self, length: int | None) -> None:
        """After a 416 that names this length: the part is the whole file, or nothing of it is.

        The same length is no proof: the last bytes of the part are requested once more.
        """
        promised = self.part.source.total if self.part.source else None
        is_whole = length == self.part.size and promised in (None, length)
        if is_whole and not self.transfer.wants_proof:
            self.transfer.wants_proof = True
        else:
            self.part.clear()

    def _try_again(self, error: ApiError | Corrupt) -> None:
        """Count the failure and pause; bytes gained make up for all failures before."""
        if isinstance(error, Corrupt):
            self.verification.is_rejected = self.part.is_complete
            if self.verification.changes > _MOST_CHANGES:
                self._leave_to_queue(error)
                return
        else:
            self.budget.refill_if_gained(self.part.size)
        may_try_again = self.budget.spend(self.part.size)
        self._note_range(error)
        if not may_try_again:
            self._give_up(error)
            return
        self.transfer.show(Phase.RETRYING)
        pause = self.budget.pause(self.verification.changes)
        self.transfer.clock.wait(self.transfer.cancelled, pause)

    def _note_range(self, error: ApiError | Corrupt) -> None:
        """Remember whether the request for a range was of use."""
        if self.transfer.began_at:
            self.ranges.worked()
        elif self.ranges.start and isinstance(error, ServerError):
            self.ranges.failed()

    def _leave_to_queue(self, error: Corrupt) -> None:
        """Raise, so that a file that keeps changing is tried later; save it if it would expire."""
        left = self.hooks.time_left()
        if left is None or left > _LAST_CHANCE or not self.verification.is_worth_saving():
            raise error
        self.verification.accepts_anything = True

    def _give_up(self, error: ApiError | Corrupt) -> None:
        """When no try is left: go on with a link, save what came, or raise."""
        if not (isinstance(error, Corrupt) and self.verification.is_worth_saving()):
            self._use_next_link(self._explained(error))
            return
        self.is_settled = True
        if self.route.has_unused_link:
            self._use_next_link(error)
        else:
            self.verification.accepts_anything = True

    def _explained(self, error: ApiError | Corrupt) -> HingtuiError:
        """`error`, or Stalled where every response is cut off and none can be continued."""
        if self.transfer.began_at != 0 or not isinstance(error, Unreachable):
            return error
        sentence = _("The download is cut off after {size} at most and cannot be continued")
        return Stalled(sentence.format(size=human_bytes(self.budget.most)))

    def _use_next_link(self, error: HingtuiError) -> None:
        """Go on with another link. Where there is none, save a settled file, or raise."""
        if self.route.take_next_link(error):
            self.budget.refill()
        elif self.is_settled and self.verification.is_worth_saving():
            self.verification.accepts_anything = True
        else:
            raise self.route.cause(error)

    def _replace_link(self, error: StorageRefused) -> None:
        """Use another link after the storage refused one: as a rule its signature is too old."""
        if not self.route.take_next_link(error):
            self._try_again(error)
