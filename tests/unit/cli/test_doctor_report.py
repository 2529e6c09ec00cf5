"""What `doctor` prints: fits any width, in both languages, and holds nothing private."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hingtui.cli.doctor import report
from hingtui.cli.doctor.check import Check, State, Subject, check_word
from hingtui.cli.doctor.report import Group, Privacy, print_as_json, text_lines
from hingtui.text.cell_width import cells
from hingtui.text.i18n import use_language

LONG = (
    "https://gateway.example refuses connections, whatever is tried, and a long sentence about it"
    " goes on. 中文的句子也要折行，不能超出屏幕宽度；标点不能放在行首，这一点很重要。"
)
CHECKS = [
    Subject("settings").ok("All is read."),
    Subject("rate_limit", "lab").note(LONG, LONG),
    Subject("certificates").problem(LONG, LONG),
]


@pytest.fixture(params=["en", "zh"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language("en")


def nobody() -> Privacy:
    return Privacy({}, ())


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = text_lines([Group("", CHECKS), Group("Gateway " + "x" * 90, CHECKS)], nobody(), width)
    assert max(map(cells, lines)) <= width
    words = "".join("".join(lines).split())
    assert words.count("".join(LONG.split())[-20:]) == 8


def test_an_encoding_without_icons_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        report, "encodable", lambda text: text.encode("ascii", "backslashreplace").decode()
    )
    lines = text_lines([Group("", CHECKS)], nobody(), 80)
    assert [line[0] for line in lines if line[:1] in "+-!" and line] == ["+", "-", "!"]


def test_the_last_line_names_every_problem(language: str) -> None:
    checks = [*CHECKS, Subject("token", "lab").problem("Nothing.", "Do.")]
    last = text_lines([Group("", checks)], nobody(), 100)[-1]
    assert check_word("certificates") in last
    assert f"lab: {check_word('token')}" in last
    assert "2" in last


def test_without_problems_all_is_well() -> None:
    use_language("en")
    assert text_lines([Group("", CHECKS[:1])], nobody(), 80)[-1] == "All is well."
    assert text_lines([Group("", CHECKS[:2])], nobody(), 80)[-1] == "All is well; 1 note."


ENVIRON = {"HOME": "/home/zhangwei", "USER": "zhangwei"}
PRIVATE = [
    ("/home/zhangwei/.config/hingtui/config.toml", "~/.config/hingtui/config.toml"),
    ("in /home/zhangwei.", "in ~."),
    ("在/home/zhangwei中找", "在~中找"),
    ("/home/zhangweiwei/x", "/home/zhangweiwei/x"),
    ("/media/zhangwei/disk", "/media/…/disk"),
    ("C:\\Users\\zhangwei\\x", "C:\\Users\\…\\x"),
    ("zhangwei@nas.local", "…@nas.local"),
    ("the word zhangwei alone", "the word zhangwei alone"),
    ("token oh-secret-token-123 here", "token … here"),
    ("https://cdn.example/a.mp4?sig=abc&x=1", "https://cdn.example/a.mp4?…"),
    ("http://me:pa55@proxy.example:80", "http://…@proxy.example:80"),
]


@pytest.mark.parametrize(("text", "shown"), PRIVATE)
def test_nothing_private_is_shown(text: str, shown: str) -> None:
    assert Privacy(ENVIRON, ["oh-secret-token-123"]).text(text) == shown


def test_json_has_the_same_privacy_down_to_its_details(capsys: pytest.CaptureFixture[str]) -> None:
    privacy = Privacy(ENVIRON, ["oh-secret-token-123"])
    text = "oh-secret-token-123 /home/zhangwei/a https://x.example/?sig=9"
    details = {"list": [text, {"inner": (text,)}], "number": 3, "none": None}
    checks = [Check("token", State.PROBLEM, text, text, "lab", details), Subject("time").ok("x")]
    print_as_json(checks, privacy)
    out = capsys.readouterr().out
    for word in ("secret", "zhangwei", "sig=9"):
        assert word not in out
    first, second = map(json.loads, out.splitlines())
    assert list(first) == ["check", "gateway", "state", "message", "next_step", "details"]
    assert (first["check"], first["gateway"], first["state"]) == ("token", "lab", "problem")
    assert first["details"]["number"] == 3
    assert (second["gateway"], second["next_step"]) == (None, None)


def test_hostile_text_stays_on_its_line() -> None:
    check = Subject("api", "lab").problem("a\x1b[2J\nb\u202ec", "d\re")
    lines = text_lines([Group("", [check])], nobody(), 80)
    assert not any(char in "".join(lines) for char in "\x1b\n\r\u202e")
