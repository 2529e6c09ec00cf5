"""Draw SVG pictures as PNG, and several as an animated WebP, by rsvg-convert and ffmpeg.

Fonts differ from machine to machine, so that two of them draw no same pixels. Each file holds the
SHA-256 of the SVG it was drawn from instead: `digest_in` tells whether it is current.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

_KEYWORD = b"Source-SHA256"
_CHUNK = b"hsha"
"""The WebP chunk that holds the digest; readers skip chunks that they do not know."""


def digest_of(*svgs: str) -> str:
    """The SHA-256 of pictures, in hex digits."""
    return hashlib.sha256("\0".join(svgs).encode()).hexdigest()


def digest_in(data: bytes) -> str:
    """The digest that a PNG or WebP was drawn from; "" if it names none."""
    for mark, skip in ((b"tEXt" + _KEYWORD + b"\0", 0), (_CHUNK, 4)):
        start = data.find(mark)
        if start >= 0:
            start += len(mark) + skip
            return data[start : start + 64].decode("ascii", "replace")
    return ""


def write_png(svg: str, path: Path) -> Path:
    """Draw a picture as PNG with a palette, a third as large as one without."""
    with tempfile.TemporaryDirectory() as folder:
        source, full, small = (Path(folder) / name for name in ("a.svg", "a.png", "b.png"))
        source.write_text(svg, encoding="utf-8")
        _rasterize(source, full)
        palette = "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=dither=none"
        _ffmpeg("-i", str(full), "-vf", palette, "-frames:v", "1", str(small))
        data = small.read_bytes()
    text = b"tEXt" + _KEYWORD + b"\0" + digest_of(svg).encode()
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    head = 8 + 25  # the signature and IHDR
    path.write_bytes(data[:head] + chunk + data[head:])
    return path


def write_webp(frames: Sequence[tuple[str, float]], digest: str, path: Path) -> Path:
    """Draw pictures, each shown for so many seconds, as a WebP that repeats for ever.

    `digest` is what `digest_in` will read from it.
    """
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for number, (svg, seconds) in enumerate(frames):
            source = Path(folder) / f"{number}.svg"
            source.write_text(svg, encoding="utf-8")
            _rasterize(source, source.with_suffix(".png"))
            lines.append(f"file '{number}.png'\nduration {seconds}\n")
        lines.append(f"file '{len(frames) - 1}.png'\n")  # or the last one gets no duration
        listed = Path(folder) / "frames.txt"
        listed.write_text("".join(lines))
        drawn = Path(folder) / "drawn.webp"
        lossless = ("-c:v", "libwebp_anim", "-lossless", "1", "-compression_level", "6")
        source_of = ("-f", "concat", "-i", str(listed), "-fps_mode", "passthrough", "-an")
        _ffmpeg(*source_of, *lossless, "-loop", "0", str(drawn))
        data = drawn.read_bytes()
    body = data[8:] + _CHUNK + struct.pack("<I", len(digest)) + digest.encode()
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def _rasterize(source: Path, target: Path) -> None:
    subprocess.run(["rsvg-convert", "-o", str(target), str(source)], check=True)  # noqa: S603, S607


def _ffmpeg(*arguments: str) -> None:
    command = ["ffmpeg", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True)  # noqa: S603
