"""Make a whole video file for each job from the demo's clips.

A file is a clip with one `free` box behind it, which every player skips. The box holds the job's
name and padding: no two files are alike, and a download lasts long enough to be watched.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_BLOCK = 64 * 1024
"""Bytes of a block of padding; each is made by itself, so a slice costs only its own blocks."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One of the shipped videos. `size` is width x height in pixels, `seconds` its length."""

    name: str
    size: str
    seconds: int


CLIPS = {
    clip.name: clip
    for clip in (
        Clip("bubbles", "720x1280", 4),
        Clip("sunrise", "1280x720", 8),
        Clip("ridges", "1280x720", 12),
        Clip("silk", "1792x1024", 8),
        Clip("moon", "1024x1792", 8),
        Clip("aurora", "1280x720", 8),
        Clip("tunnel", "720x1280", 6),
        Clip("lotus", "1280x720", 4),
    )
}


@dataclass(frozen=True, slots=True)
class Film:
    """The file of one job: clip, then a `free` box with `name` and `pad` bytes of noise."""

    clip: str
    name: str
    pad: int = 0

    @property
    def length(self) -> int:
        """Bytes in the whole file."""
        return len(_clip(self.clip)) + len(self._box()) + self.pad

    @property
    def etag(self) -> str:
        """A strong validator: the same for ever for the same bytes."""
        digest = hashlib.sha256(f"{self.clip}/{self.name}/{self.pad}".encode()).hexdigest()
        return f'"{digest[:32]}"'

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`, as a slice would give them."""
        head = _clip(self.clip) + self._box()
        taken = head[start:stop]
        first, last = max(0, start - len(head)), min(self.pad, stop - len(head))
        if first >= last:
            return taken
        blocks = range(first // _BLOCK, (last - 1) // _BLOCK + 1)
        noise = b"".join(self._noise(block) for block in blocks)
        skipped = first - blocks.start * _BLOCK
        return taken + noise[skipped : skipped + last - first]

    def whole(self) -> bytes:
        """The whole file."""
        return self.read(0, self.length)

    def _box(self) -> bytes:
        """The `free` box up to its padding: length, type, the job's name."""
        name = self.name.encode()
        return (8 + len(name) + self.pad).to_bytes(4, "big") + b"free" + name

    def _noise(self, block: int) -> bytes:
        return hashlib.shake_128(f"{self.name}/{block}".encode()).digest(_BLOCK)


@cache
def _clip(name: str) -> bytes:
    """The shipped clip; all of them together are a few hundred kilobytes."""
    return (resources.files("hingtui.demo") / "clips" / f"{name}.mp4").read_bytes()
