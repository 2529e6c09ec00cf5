"""Escape sequences that draw pictures, line by line, for terminals that have more than characters.

Each line of cells is a sequence of its own: so a picture scrolls, and what has covered a line of it
can be repaired alone. Sixel comes ready-made from `preview`.
"""

from __future__ import annotations

import binascii
import re
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping
from enum import Enum

if sys.platform != "win32":
    import fcntl
    import termios

_END = "\x1b\\"
_CHUNK = 4096
"""Bytes of one message of kitty's protocol."""
_PLACEHOLDER = "\U0010eeee"
_DIACRITICS = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352"
    "\u0357\u035b\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f"
    "\u0483\u0484\u0485\u0486\u0487\u0592\u0593\u0594\u0595\u0597\u0598\u0599\u059c\u059d\u059e"
    "\u059f\u05a0\u05a1\u05a8\u05a9\u05ab\u05ac\u05af\u05c4\u0610\u0611\u0612\u0613\u0614\u0615"
)
"""The marks for the first rows and columns, from kitty's list."""
KITTY_ROWS = len(_DIACRITICS)
"""Lines of the highest picture for kitty."""

ASK_PIXELS = "\x1b[16t\x1b[c"
"""Asks for the size of a cell in pixels, and what the terminal can do."""
_PNG = b"\x89PNG\r\n\x1a\n"
_MULTIPLEXED = re.compile(r"(?:screen|tmux)\b")


class Graphics(Enum):
    """How a terminal draws pictures."""

    HALF_BLOCKS = "half_blocks"
    """As characters: the one way that works everywhere."""
    KITTY = "kitty"
    ITERM = "iterm"
    SIXEL = "sixel"


def cell_pixels(stream: int = 2) -> tuple[int, int] | None:
    """The width and height of a cell in pixels, where the terminal's driver knows them."""
    if sys.platform == "win32":
        return None
    try:
        size = fcntl.ioctl(stream, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", size)
    if not (rows and columns and width and height):
        return None
    return width // columns, height // rows


def graphics_by_name(environ: Mapping[str, str]) -> Graphics | None:
    """What the terminal of this environment draws pictures with; None where it has to be asked."""
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if "TMUX" in environ or "STY" in environ or _MULTIPLEXED.match(term):
        return Graphics.HALF_BLOCKS
    if term in ("xterm-kitty", "xterm-ghostty") or program == "ghostty":
        return Graphics.KITTY
    if "KITTY_WINDOW_ID" in environ:
        return Graphics.KITTY
    if program in ("iTerm.app", "WezTerm", "mintty") or "WEZTERM_PANE" in environ:
        return Graphics.ITERM
    return None


def kitty_upload(number: int, size: tuple[int, int], cells: tuple[int, int], rgb: bytes) -> str:
    """Send a picture of `size` pixels to kitty, to be shown in so many cells.

    `number` (1 to 2^24 - 1) names it; an earlier one of that number is replaced.
    """
    data = _base64(zlib.compress(rgb, 1))
    head = f"a=T,U=1,i={number},f=24,o=z,q=2,s={size[0]},v={size[1]},c={cells[0]},r={cells[1]}"
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    messages = []
    for place, chunk in enumerate(chunks):
        more = f"m={int(place + 1 < len(chunks))}"
        messages.append(f"\x1b_G{f'{head},{more}' if not place else more};{chunk}{_END}")
    return "".join(messages)


def kitty_forget(number: int) -> str:
    """Free a picture, shown or not."""
    return f"\x1b_Ga=d,d=I,i={number},q=2{_END}"


def kitty_lines(number: int, cells: tuple[int, int]) -> Iterator[str]:
    """The characters that stand for the uploaded picture, line by line."""
    color = f"\x1b[38;2;{number >> 16 & 255};{number >> 8 & 255};{number & 255}m"
    for row in range(min(cells[1], KITTY_ROWS)):
        first = _PLACEHOLDER + _DIACRITICS[row] + _DIACRITICS[0]
        yield f"{color}{first}{_PLACEHOLDER * (cells[0] - 1)}\x1b[39m"


def iterm_lines(
    size: tuple[int, int], cells: int, line: int, rgb: bytes, ground: tuple[int, int, int]
) -> Iterator[str]:
    """A picture of `size` pixels for iTerm2, `line` pixels a line, `cells` cells wide."""
    width, height = size
    for top in range(0, height, line):
        rows = min(line, height - top)
        data = _base64(_png(width, line, rgb[3 * width * top : 3 * width * (top + rows)]))
        options = f"inline=1;width={cells};height=1;preserveAspectRatio=0;doNotMoveCursor=1"
        yield over_blanks(f"\x1b]1337;File={options}:{data}\x07", cells, ground)


def over_blanks(sequence: str, cells: int, ground: tuple[int, int, int]) -> str:
    """Draw a line of a picture over blank cells of a colour, and go to the cell behind it."""
    color = ";".join(map(str, ground))
    return f"\x1b7\x1b[0;48;2;{color}m{' ' * cells}\x1b[0m\x1b8{sequence}\x1b8\x1b[{cells}C"


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _png(width: int, height: int, rgb: bytes) -> bytes:
    """A PNG file; rows that are missing are transparent."""
    have = len(rgb) // (3 * width)
    rows = [b"\0" + _opaque(rgb[3 * width * y : 3 * width * (y + 1)]) for y in range(have)]
    rows += [b"\0" + bytes(4 * width)] * (height - have)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 1)
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _opaque(rgb: bytes) -> bytes:
    pixels = bytearray(b"\xff" * (len(rgb) // 3 * 4))
    pixels[0::4], pixels[1::4], pixels[2::4] = rgb[0::3], rgb[1::3], rgb[2::3]
    return bytes(pixels)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
