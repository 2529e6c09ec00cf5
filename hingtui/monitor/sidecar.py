"""Write what is known of a saved video into a file beside it: the same name, `.json`.

The video's own bytes stay as the server sent them. It blocks.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hingtui import __version__
from hingtui.download.interface import Saved
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.model.video import Video
from hingtui.system.files import give_name, read_file, sweep_leftovers, sync_file
from hingtui.text.i18n import _

SUFFIX = ".json"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SidecarFailed:
    """A video whose sidecar could not be written."""

    path: Path
    """Where it should be."""
    reason: str

    @property
    def text(self) -> str:
        """One sentence about it."""
        sentence = _("{path} could not be written: {reason}. The video is saved.")
        return sentence.format(path=self.path.name, reason=self.reason)


def write_sidecar(
    key: VideoKey, video: Video | None, saved: Saved, index: int, now: float
) -> SidecarFailed | None:
    """Write the file beside `saved`; why it could not be written, else None.

    It never replaces a file. One of the same video that is there already is left as it is.
    """
    path = saved.path.with_suffix(SUFFIX)
    record = sidecar_record(key, video, saved, index, now)
    try:
        if _write(path, record, saved.path) or _is_of(path, key):
            return None
        return SidecarFailed(path, _("another file has that name"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return SidecarFailed(path, str(reason))


def sidecar_record(
    key: VideoKey, video: Video | None, saved: Saved, index: int, now: float
) -> dict[str, object]:
    """What the file holds: times in Unix seconds, null for what is unknown. No link, no token."""
    cost = video.cost if video is not None else None
    return {
        "id": key.id,
        "gateway": key.gateway,
        "gateway_id": (video.remote_id if video else "") or key.id,
        "model": video.model if video else "",
        "prompt": video.prompt if video else "",
        "seconds": video.seconds if video else None,
        "size": video.size if video else "",
        "remixed_from": video.remixed_from if video else "",
        "created_at": video.created_at if video else None,
        "completed_at": video.completed_at if video else None,
        "expires_at": video.expires_at if video else None,
        "saved_at": now,
        "cost": {"amount": cost.amount, "unit": cost.unit} if cost is not None else None,
        "file": saved.path.name,
        "file_number": index + 1,
        "bytes": saved.bytes,
        "sha256": saved.sha256,
        "verified": saved.mp4 is not None,
        "written_by": f"hingtui {__version__}",
    }


def _write(path: Path, record: dict[str, object], video: Path) -> bool:
    """Write a new file, complete from the start and as readable as `video`; False if its name is
    taken. Raises OSError."""
    data = json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n"
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with suppress(OSError):  # a file system without permissions
                temporary.chmod(stat.S_IMODE(video.stat().st_mode))
            file.write(data.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        is_written = give_name(temporary, path)
        if is_written:
            sync_file(path)
            sweep_leftovers(path)
        return is_written
    finally:
        with suppress(OSError):  # it has its name, or the first error is the one to report
            temporary.unlink(missing_ok=True)


def _is_of(path: Path, key: VideoKey) -> bool:
    """Whether the file at `path` is the sidecar of this video. Raises OSError or ValueError."""
    record = json.loads(read_file(path, _MOST_BYTES)[0])
    if not isinstance(record, dict):
        return False
    return (record.get("gateway", DEFAULT_GATEWAY), record.get("id")) == key
