"""Tell from the first bytes of a file what kind of file it is. It does no I/O.

MP4 boxes: ISO/IEC 14496-12, QuickTime File Format; brands: the registry at mp4ra.org.
Matroska and WebM: RFC 8794 (EBML), RFC 9559. AVI, WAV: Microsoft RIFF. WebP: Google's container
specification. MPEG-TS, MPEG-PS: ISO/IEC 13818-1. FLV: Adobe Flash Video 10.1. Ogg: RFC 3533.
ASF: Microsoft ASF 1.2. PNG, GIF89a, JPEG (ISO/IEC 10918-1), ZIP (APPNOTE), gzip (RFC 1952).
"""

from __future__ import annotations

import codecs
import re
import struct
from enum import Enum

HEAD_SIZE = 64 << 10
"""Bytes of the file that are read to find its kind; fewer are usually enough."""

MP4_BOXES = frozenset(
    b"ftyp moov mdat free skip wide uuid styp moof mfra sidx ssix prft emsg pnot pdin meta".split()
)
"""Types of boxes that stand at the top level of MP4 and QuickTime files."""


class FileKind(Enum):
    """A kind of file: its name for the user, and its suffix."""

    MP4 = ("MP4", ".mp4")
    MOV = ("QuickTime", ".mp4")
    """Players open it under either suffix."""
    WEBM = ("WebM", ".webm")
    MKV = ("Matroska", ".mkv")
    AVI = ("AVI", ".avi")
    GIF = ("GIF", ".gif")
    WEBP = ("WebP", ".webp")
    MPEG_TS = ("MPEG-TS", ".ts")
    MPEG_PS = ("MPEG", ".mpg")
    FLV = ("FLV", ".flv")
    OGG = ("Ogg", ".ogg")
    ASF = ("WMV", ".wmv")
    WAV = ("WAV", ".wav")
    PNG = ("PNG", ".png")
    JPEG = ("JPEG", ".jpg")
    AVIF = ("AVIF", ".avif")
    HEIC = ("HEIC", ".heic")
    ZIP = ("ZIP", ".zip")
    GZIP = ("gzip", ".gz")
    TEXT = ("text", ".txt")
    """JSON, HTML, XML or plain text: an error message, never a video."""
    UNKNOWN = ("", ".unverified")

    def __init__(self, label: str, suffix: str) -> None:
        self.label = label
        self.suffix = suffix

    @property
    def is_mp4(self) -> bool:
        """Whether `hingtui.model.mp4` can verify it."""
        return self in (FileKind.MP4, FileKind.MOV)


def file_kind(head: bytes) -> FileKind:
    """The kind of the file that begins with `head`; HEAD_SIZE bytes of it are enough."""
    if _is_text(head):
        return FileKind.TEXT
    # A box of 442 bytes begins like an MPEG program stream: boxes come first.
    if (kind := _kind_of_boxes(head)) is not None:
        return kind
    if head.startswith(_EBML):
        return _kind_of_ebml(head)
    if head[:4] == b"RIFF":
        return _RIFF_KINDS.get(head[8:12], FileKind.UNKNOWN)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    return FileKind.MPEG_TS if _is_transport_stream(head) else FileKind.UNKNOWN


_EBML = b"\x1a\x45\xdf\xa3"
_RIFF_KINDS = {
    b"AVI ": FileKind.AVI,
    b"WEBP": FileKind.WEBP,
    b"WAVE": FileKind.WAV,
}
_MAGIC = {
    b"GIF87a": FileKind.GIF,
    b"GIF89a": FileKind.GIF,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
    b"FLV\x01": FileKind.FLV,
    b"OggS\0": FileKind.OGG,
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"): FileKind.ASF,
    b"\0\0\1\xba": FileKind.MPEG_PS,
    b"\0\0\1\xb3": FileKind.MPEG_PS,
    b"PK\3\4": FileKind.ZIP,
    b"PK\5\6": FileKind.ZIP,
    b"\x1f\x8b\x08": FileKind.GZIP,
}
_BRANDS = {
    b"qt  ": FileKind.MOV,
    b"avif": FileKind.AVIF,
    b"avis": FileKind.AVIF,
    b"heic": FileKind.HEIC,
    b"heix": FileKind.HEIC,
    b"mif1": FileKind.HEIC,
    b"jp2 ": FileKind.UNKNOWN,
    b"jxl ": FileKind.UNKNOWN,
}
"""Major brands in `ftyp`; any other is an MP4's."""
_QUICKTIME_BOXES = frozenset(b"moov mdat wide free skip pnot".split())
"""What QuickTime files from before `ftyp` have at their top level."""


def _kind_of_boxes(head: bytes) -> FileKind | None:
    """The kind of a file of MP4 or QuickTime boxes; None where no known box is in the head."""
    known: set[bytes] = set()
    position = 0
    while (header := _box_at(head, position)) is not None:
        kind, size = header
        if kind == b"ftyp":
            return _BRANDS.get(head[position + 8 : position + 12], FileKind.MP4)
        if kind in MP4_BOXES:
            known.add(kind)
        position += size
    if not known:
        return None
    return FileKind.MOV if known <= _QUICKTIME_BOXES else FileKind.MP4


def _box_at(head: bytes, position: int) -> tuple[bytes, int] | None:
    """(type, bytes) of the box at `position`, or None where none can begin there."""
    if len(head) < position + 8:
        return None
    size, kind = struct.unpack_from(">I4s", head, position)
    if size >= 8:
        return kind, size
    if size == 0:  # up to the end of the file
        return (kind, len(head)) if kind in MP4_BOXES else None
    if size == 1 and len(head) >= position + 16:
        (size,) = struct.unpack_from(">Q", head, position + 8)
        return (kind, size) if size >= 16 else None
    return None


def _kind_of_ebml(head: bytes) -> FileKind:
    """WebM or Matroska, by the DocType element (RFC 8794, 11.2.6); Matroska if it is missing."""
    at = head.find(b"\x42\x82", 4, 256)
    if at < 0 or len(head) < at + 3:
        return FileKind.MKV
    doc_type = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)].rstrip(b"\0")
    return {b"webm": FileKind.WEBM, b"matroska": FileKind.MKV}.get(doc_type, FileKind.UNKNOWN)


def _is_transport_stream(head: bytes) -> bool:
    """Whether packets of 188 bytes begin with a sync byte, or 192 with a time stamp in front."""
    for first, size in ((0, 188), (4, 192)):
        syncs = head[first : first + 3 * size : size]
        if len(syncs) >= 2 and syncs.strip(b"\x47") == b"":
            return True
    return False


_BINARY = re.compile("[\0-\x06\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Control characters that text does not hold; escape sequences and their bell do occur in it."""
_MARKUP = re.compile(
    rb"""\s*(<(!doctype|html|\?xml|head|body|script|!--|svg|error)\b|\{\s*")""", re.IGNORECASE
)
"""How pages and JSON objects begin, whatever follows."""
_OPENS = re.compile(rb"""\s*[{\[<"]""")
_LONG = 256
"""Bytes; binary data of this length has control characters."""
_WIDE_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def _is_text(head: bytes) -> bool:
    """Whether all of the head is text, in whatever encoding, or it begins like a page."""
    for bom, encoding in _WIDE_BOMS.items():
        if head.startswith(bom):
            return _reads_as(head[len(bom) :], encoding)
    head = head.removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(head):
        return True
    if len(head) >= 8 and not any(head[1:8:2]):
        return _reads_as(head, "utf-16-le")
    if len(head) >= 8 and not any(head[:8:2]):
        return _reads_as(head, "utf-16-be")
    if _reads_as(head, "utf-8"):
        return True
    # Latin-1 stands for all encodings that keep ASCII's control characters, such as GBK.
    return (len(head) >= _LONG or bool(_OPENS.match(head))) and _reads_as(head, "latin-1")


def _reads_as(head: bytes, encoding: str) -> bool:
    """Whether the head is text in this encoding; its last character may be cut."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return text != "" and not _BINARY.search(text)
