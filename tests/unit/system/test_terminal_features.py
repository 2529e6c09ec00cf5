"""What is sent to which terminal, by its environment."""

from __future__ import annotations

import pytest

from hingtui.system.terminal_features import (
    Notification,
    TerminalFeatures,
    notification_sequence,
    progress_sequence,
    terminal_features,
    title_sequence,
)

XTERM = "xterm-256color"
KITTY = Notification.OSC_99
ITERM = Notification.OSC_9
RXVT = Notification.OSC_777
NONE = Notification.NONE


@pytest.mark.parametrize(
    ("environ", "notification", "bell", "title", "progress"),
    [
        ({"TERM": "xterm-kitty"}, KITTY, False, True, False),
        ({"TERM": XTERM, "KITTY_WINDOW_ID": "1"}, KITTY, False, True, False),
        ({"TERM": "xterm-ghostty"}, RXVT, False, True, False),
        (
            {"TERM": "xterm-ghostty", "TERM_PROGRAM_VERSION": "1.2.3"},
            *(RXVT, False, True, True),
        ),
        (
            {"TERM": XTERM, "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809"},
            *(RXVT, False, True, False),
        ),
        (
            {"TERM": XTERM, "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20250801-1"},
            *(RXVT, False, True, True),
        ),
        (
            {"TERM": XTERM, "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.0"},
            *(ITERM, False, True, False),
        ),
        (
            {"TERM": XTERM, "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.6"},
            *(ITERM, False, True, True),
        ),
        ({"TERM": "foot"}, RXVT, False, True, False),
        ({"TERM": XTERM, "VTE_VERSION": "7600"}, RXVT, True, True, False),
        ({"TERM": XTERM, "VTE_VERSION": "8002"}, RXVT, True, True, True),
        ({"TERM": XTERM, "WT_SESSION": "x"}, NONE, True, True, True),
        ({"TERM": XTERM, "ConEmuANSI": "ON"}, NONE, True, True, True),
        ({"TERM": XTERM}, NONE, True, True, False),
        ({"TERM": "alacritty"}, NONE, True, True, False),
        (
            {"TERM": "tmux-256color", "TMUX": "/socket", "KITTY_WINDOW_ID": "1"},
            NONE,
            True,
            True,
            False,
        ),
        ({"TERM": "screen-256color", "TMUX": "/socket"}, NONE, True, True, False),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_known_terminal_gets_what_it_understands(
    environ: dict[str, str], notification: Notification, bell: bool, title: bool, progress: bool
) -> None:
    found = terminal_features(environ)
    assert (found.notification, found.needs_bell) == (notification, bell)
    assert (found.has_title, found.has_progress) == (title, progress)


@pytest.mark.parametrize(
    "term", ["", "dumb", "linux", "screen", "screen.xterm", "vt100", "ansi", "unknown"]
)
def test_a_terminal_that_may_print_it_gets_nothing_but_the_bell(term: str) -> None:
    environ = {"TERM": term, "VTE_VERSION": "8000", "WT_SESSION": "x", "TERM_PROGRAM": "WezTerm"}
    assert terminal_features(environ) == TerminalFeatures()


def test_screen_gets_nothing_although_its_name_was_changed() -> None:
    assert terminal_features({"TERM": XTERM, "STY": "1.tty"}) == TerminalFeatures()


@pytest.mark.parametrize("kind", [ITERM, KITTY, RXVT])
def test_no_text_ends_or_splits_a_sequence(kind: Notification) -> None:
    hostile = "a;b\x1b]0;pwned\x07\x9c\nc" + "x" * 500
    features = TerminalFeatures(notification=kind)
    sent = notification_sequence(features, hostile, hostile)
    plain = notification_sequence(features, "t", "b")
    for char in ("\x1b", ";"):
        assert sent.count(char) == plain.count(char)
    assert not {"\x07", "\x9c", "\n"} & set(sent)
    assert len(sent) < 500


def test_each_kind_of_notification_has_its_form() -> None:
    def sent(kind: Notification, **more: bool) -> str:
        return notification_sequence(TerminalFeatures(kind, **more), "hingtui", "2 expire")

    assert sent(ITERM) == "\x1b]9;hingtui: 2 expire\x1b\\"
    assert sent(RXVT) == "\x1b]777;notify;hingtui;2 expire\x1b\\"
    assert sent(KITTY) == (
        "\x1b]99;i=hingtui:o=unfocused:d=0;hingtui\x1b\\"
        "\x1b]99;i=hingtui:o=unfocused:p=body;2 expire\x1b\\"
    )
    assert sent(NONE) == ""
    wrapped = "\x1bPtmux;\x1b\x1b]9;hingtui: 2 expire\x1b\x1b\\\x1b\\"
    assert sent(ITERM, is_in_tmux=True) == wrapped


def test_titles_and_progress_have_their_form() -> None:
    assert title_sequence("2; expire\x07") == "\x1b]0;2, expire \x1b\\"
    assert progress_sequence(40) == "\x1b]9;4;1;40\x1b\\"
    assert progress_sequence(140, is_waiting=True) == "\x1b]9;4;4;100\x1b\\"
    assert progress_sequence(None) == "\x1b]9;4;0\x1b\\"
