"""Escape sequences of pictures: each terminal's own, in pieces of a line."""

from __future__ import annotations

import base64
import re
import zlib

import pytest

from hingtui.system.terminal_pictures import (
    Graphics,
    graphics_by_name,
    iterm_lines,
    kitty_lines,
    kitty_upload,
    over_blanks,
)

RED = b"\xff\0\0"


@pytest.mark.parametrize(
    ("environ", "graphics"),
    [
        ({"TERM": "xterm-kitty"}, Graphics.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Graphics.KITTY),
        ({"TERM": "xterm-ghostty"}, Graphics.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Graphics.ITERM),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Graphics.ITERM),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, Graphics.HALF_BLOCKS),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x,1,0"}, Graphics.HALF_BLOCKS),  # noqa: S108
        ({"TERM": "screen.xterm-256color"}, Graphics.HALF_BLOCKS),
        ({"TERM": "foot"}, None),
        ({"TERM": "xterm-256color"}, None),
        ({}, None),
    ],
)
def test_the_kind_of_graphics_is_known_by_the_environment(
    environ: dict[str, str], graphics: Graphics | None
) -> None:
    assert graphics_by_name(environ) is graphics


def test_kitty_gets_the_whole_picture_in_short_messages() -> None:
    rgb = bytes(range(256)) * 3 * 50
    sent = kitty_upload(7, (160, 80), (16, 4), rgb)
    messages = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", sent)
    assert "".join(f"\x1b_G{head};{data}\x1b\\" for head, data in messages) == sent
    assert all(len(data) <= 4096 for _head, data in messages)
    assert [head[-3:] for head, _data in messages[:-1]] == ["m=1"] * (len(messages) - 1)
    assert messages[-1][0].endswith("m=0")
    assert {"i=7", "s=160", "v=80", "c=16", "r=4", "U=1"} <= set(messages[0][0].split(","))
    assert zlib.decompress(base64.b64decode("".join(data for _head, data in messages))) == rgb


def test_a_line_for_kitty_is_as_wide_as_the_picture() -> None:
    lines = list(kitty_lines(0x010203, (5, 3)))
    assert len(lines) == 3
    assert len(set(lines)) == 3
    assert all(line.count("\U0010eeee") == 5 for line in lines)
    assert all(line.startswith("\x1b[38;2;1;2;3m") for line in lines)


def test_each_line_for_iterm_is_a_png_of_its_pixels() -> None:
    lines = list(iterm_lines((4, 5), 2, 3, RED * 20, (1, 2, 3)))
    assert len(lines) == 2
    for line, opaque in zip(lines, (3, 2), strict=True):
        found = re.search(r"\x1b\]1337;File=inline=1;width=2;height=1;[^:]*:([^\x07]*)\x07", line)
        assert found is not None
        png = base64.b64decode(found[1])
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        length = int.from_bytes(png[33:37], "big")
        pixels = zlib.decompress(png[41 : 41 + length])
        assert pixels == (b"\0" + b"\xff\0\0\xff" * 4) * opaque + bytes(17) * (3 - opaque)


def test_a_line_is_drawn_over_blanks_and_the_cursor_goes_behind_it() -> None:
    drawn = over_blanks("PICTURE", 3, (1, 2, 3))
    assert drawn == "\x1b7\x1b[0;48;2;1;2;3m   \x1b[0m\x1b8PICTURE\x1b8\x1b[3C"
