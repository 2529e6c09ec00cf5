"""One video of the history: what was last known of it, and how a newer sighting changes that.

It imports no sqlite3: how it is stored is in `rows`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from hingtui.model.eta import Basis, Expiry
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.storage.watchlist.entry import Entry


class HistoryState(Enum):
    """What became of a video."""

    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    """Finished, and not saved."""
    SAVED = "saved"
    FAILED = "failed"
    EXPIRED = "expired"
    """Deleted by the gateway before it was saved."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One line of a video's history: a status that was observed, and when (Unix seconds)."""

    at: float
    status: Status
    raw_status: str = ""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a video took from its creation until it was ready."""

    seconds: float
    is_observed: bool = False
    """Whether this program measured it, because the gateway does not say when it was finished."""


@dataclass(frozen=True, slots=True)
class HistoryVideo:
    """One video that was ever watched."""

    entry: Entry
    expiry: Expiry | None = None
    """When its file is deleted, as far as that was known."""
    duration: Duration | None = None
    highest_cost: float | None = None
    """The most that the gateway ever reported; above the cost where some was refunded."""
    saved_at: float | None = None
    """Unix seconds."""
    sha256: str | None = None
    """Of the saved file."""
    still: float | None = None
    """The longest time in seconds for which its progress was seen not to change."""

    @property
    def key(self) -> VideoKey:
        """What identifies it."""
        return self.entry.key

    def has_files(self) -> bool:
        """Whether all its files are still there, and the first is as long as it was. It blocks."""
        entry = self.entry
        paths = entry.files or (entry.saved,)
        try:
            sizes = [None if path is None else path.stat().st_size for path in paths]
        except OSError:
            return False
        return None not in sizes and entry.saved_bytes in (None, sizes[0])

    @property
    def request_id(self) -> str:
        """What the gateway's support asks for where it has failed; may be ""."""
        error = self.entry.video.error if self.entry.video is not None else None
        return "" if error is None else error.request_id

    @property
    def began_at(self) -> float:
        """When it was created; when it was added, where the gateway does not say."""
        created_at = self.entry.video.created_at if self.entry.video is not None else None
        return self.entry.added_at if created_at is None else created_at

    @property
    def gone_at(self) -> float | None:
        """When its file is certainly deleted: the gateway has said so."""
        is_certain = self.expiry is not None and self.expiry.basis is Basis.SERVER
        return self.expiry.at if self.expiry is not None and is_certain else None

    @property
    def refunded(self) -> float:
        """What the gateway gave back, in the unit of the cost."""
        cost = self.entry.video.cost if self.entry.video is not None else None
        if cost is None or self.highest_cost is None:
            return 0.0
        return max(0.0, self.highest_cost - cost.amount)

    def state(self, now: float) -> HistoryState:
        """What became of it by `now` (Unix seconds)."""
        state = self.stored_state
        is_gone = state is HistoryState.READY and self.gone_at is not None and self.gone_at <= now
        return HistoryState.EXPIRED if is_gone else state

    @property
    def stored_state(self) -> HistoryState:
        """The state without regard to the time."""
        if self.entry.saved is not None:
            return HistoryState.SAVED
        if self.entry.video is None:
            return HistoryState.UNKNOWN
        return HistoryState(self.entry.video.status.value)

    def followed_by(self, newer: HistoryVideo) -> HistoryVideo:
        """This video updated by `newer`; what `newer` leaves out stays as it was."""
        entry = self.entry.followed_by(newer.entry)
        has_new_file = entry.saved is not None and entry.saved == newer.entry.saved
        file = newer if has_new_file and newer.saved_at is not None else self
        return HistoryVideo(
            entry=_with_request_id(entry, self.entry),
            expiry=newer.expiry or self.expiry,
            duration=_better(self.duration, newer.duration),
            highest_cost=max(filter(None, (self.highest_cost, newer.highest_cost)), default=None),
            saved_at=file.saved_at,
            sha256=(newer.sha256 if has_new_file else None) or file.sha256,
            still=self.still if newer.still is None else newer.still,
        )

    def as_stored(self) -> HistoryVideo:
        """The video as it is read back: without its link, its progress and what was wanted.

        Raises ValueError if the id or the gateway's name could not be shown.
        """
        entry = replace(self.entry.as_stored(), download_requested=None)
        if entry.video is not None:
            video = replace(entry.video, progress=None, remixed_from="", usual_life=None)
            entry = replace(entry, video=video)
        cost = entry.video.cost if entry.video is not None else None
        amounts = (self.highest_cost, cost.amount if cost is not None else None)
        highest = max((amount for amount in amounts if amount is not None), default=None)
        return replace(self, entry=entry, highest_cost=highest)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was just seen of a video."""

    video: HistoryVideo
    changes: tuple[StatusChange, ...] = ()
    """The last ones, the newest at the end; those that are stored already are not stored twice."""


def _with_request_id(entry: Entry, known: Entry) -> Entry:
    """The entry with the request id that is known, where the newer response has none.

    A page of a list says that a video has failed, and its headers are not about that.
    """
    error = entry.video.error if entry.video is not None else None
    before = known.video.error if known.video is not None else None
    if entry.video is None or error is None or error.request_id or before != error:
        return entry
    return replace(entry, video=replace(entry.video, error=before))


def _better(known: Duration | None, newer: Duration | None) -> Duration | None:
    """What the gateway says outranks what was measured."""
    if newer is None or (known is not None and newer.is_observed and not known.is_observed):
        return known
    return newer
