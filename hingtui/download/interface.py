"""What a download is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading

    from hingtui.download.progress import Progress
    from hingtui.model.key import VideoKey
    from hingtui.model.mp4 import Mp4
    from hingtui.system.clock import Cancellation, Clock


class Content(Protocol):
    """One open response with a file, or a piece of it: `hingtui.api.Content`."""

    @property
    def status(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def validator(self) -> str | None: ...
    @property
    def version(self) -> str: ...
    @property
    def origin(self) -> str: ...
    def chunks(self) -> Iterator[bytes]: ...


class ContentSource(Protocol):
    """What opens the content of a video: the client of a gateway."""

    @property
    def prefers_link(self) -> bool:
        """Whether files come by their links, and from `/content` only if that fails."""
        ...

    def open_content(
        self,
        video_id: str,
        *,
        start: int = 0,
        validator: str | None = None,
        link: str = "",
        index: int = 0,
        cancelled: Cancellation | None = None,
    ) -> AbstractContextManager[Content]:
        """Request the bytes from `start` on, from `link` if there is one, else from `/content`.

        `index` is the number of the file there, from 0, if the job made several.
        """
        ...


@dataclass(frozen=True, slots=True)
class Saved:
    """A video under its final name."""

    path: Path
    bytes: int
    sha256: str | None
    """In hexadecimal; None unless it was wanted."""
    mp4: Mp4 | None
    """None if nothing could verify it: then the suffix says what it is."""
    others: tuple[Path, ...] = ()
    """The further files of the same job."""


@dataclass(frozen=True, slots=True)
class DownloadHooks:
    """What a download asks and reports while it runs. All are called in its own thread."""

    fresh_link: Callable[[], str] = lambda: ""
    """Ask the gateway for a new direct link; "" if there is none. It may block."""
    saved_by_another: Callable[[], Path | None] = lambda: None
    """The file that another process has saved meanwhile. Called once, when no other process is
    downloading this video, and none is between naming its file and reporting it."""
    admit: Callable[[], float] = lambda: 0.0
    """How many seconds to wait before a request; 0: send it now. Called for each but the first."""
    time_left: Callable[[], float | None] = lambda: None
    """Seconds until the file expires; None if that is not known."""
    names: Callable[[], Iterator[str]] = lambda: iter(())
    """The final names by preference, without suffix, without end; empty: after the id. Called when
    the file is complete, and when one is looked for that another process has named."""
    companion: str = ""
    """The suffix of a file that gets the same name; one that is taken is avoided. "" for none."""
    saved: Callable[[Saved], None] = lambda _saved: None
    """Report the result. Called while the part is still locked: another process that waits for the
    lock looks for the result first."""


NO_HOOKS = DownloadHooks()


@dataclass(frozen=True, slots=True)
class Limits:
    """When a download is given up."""

    max_bytes: int = 20_000_000_000
    tries: int = 5
    """Failures in a row, without one byte gained, after which a download is given up."""
    first_pause: float = 1.0
    """Seconds before the second try; doubled with every failure in a row."""
    longest_pause: float = 30.0
    stall_window: float = 60.0
    """Seconds of a speed below `stall_bytes_per_second` after which a connection is given up."""
    stall_bytes_per_second: float = 1000.0


USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """What is to be downloaded, where from and where to: the same for each file of the job."""

    source: ContentSource
    key: VideoKey
    folder: Path
    _: KW_ONLY
    progress: Progress
    """How far it is, for others to read meanwhile."""
    cancelled: threading.Event
    """Ends it within the next bytes, a Cancellation at once."""
    clock: Clock
    prefers_link: bool = False
    """Whether the first file comes by its link, and from `/content` only if that fails."""
    want_digest: bool = False
    """Whether the SHA-256 of each file is computed."""
    limits: Limits = USUAL_LIMITS
