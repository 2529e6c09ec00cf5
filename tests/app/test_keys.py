"""The keys of config.toml: what they run, how they are shown, and notices about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.cli.output import advice_text as command_advice
from hingtui.model.diagnosis import Advice, Step
from hingtui.ui.advice import advice_text as screen_advice
from hingtui.ui.keys import LiveKeys, parse_key, shown_key
from hingtui.ui.screens.dialogs import AddDialog, QuitDialog
from hingtui.ui.screens.help import HelpDialog
from tests.support.pilot import piloted
from tests.support.watch import job


def config(home: Path, keys: str) -> None:
    (home / "config.toml").write_text(f"[keys]\n{keys}\n")


@pytest.mark.parametrize(
    ("written", "name", "shown"),
    [
        ("d", "d", "d"),
        ("D", "D", "D"),
        ("shift+d", "D", "D"),
        (" Ctrl + D ", "ctrl+d", "Ctrl+D"),
        ("shift+ctrl+f5", "ctrl+shift+f5", "Ctrl+Shift+F5"),
        ("?", "question_mark", "?"),
        ("question_mark", "question_mark", "?"),
        ("、", "ideographic_comma", "、"),
        ("+", "plus", "+"),
        ("ctrl++", "ctrl+plus", "Ctrl++"),
        ("esc", "escape", "Esc"),
        ("PgUp", "pageup", "PgUp"),
        ("space", "space", "Space"),
        ("shift+up", "shift+up", "Shift+↑"),
        ("alt+enter", "alt+enter", "Alt+Enter"),
    ],
)
def test_a_key_is_parsed_and_shown(written: str, name: str, shown: str) -> None:
    assert parse_key(written) == name
    assert shown_key(name) == shown


@pytest.mark.parametrize(
    "written",
    ["", " ", "+d", "ctrl+dd", "dd", "f99", "ctlr+d", "ctrl+ctrl+d", "ctrl+", "\x1b", "^d"],
)
def test_an_impossible_key_is_rejected(written: str) -> None:
    assert parse_key(written) is None


def test_the_default_keys_do_not_clash() -> None:
    keys = LiveKeys()
    used = [key for command in keys.commands for key in command.keys]
    assert len(used) == len(set(used))
    assert all(parse_key(key) == key for key in used)
    assert keys.keymap == {}
    assert keys.notices == []


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ({"downlod": "d", "zap": "z"}, "does not have: downlod, zap."),
        ({"open": "ctrl+dd", "add": "hyper"}, 'do not exist: "ctrl+dd" (open); "hyper" (add).'),
        ({"undo": "ctrl+c", "sort": "tab,enter"}, "Ctrl+C (undo); Tab (sort); Enter (sort)."),
        ({"undo": "ctrl+i"}, "cannot be reassigned: Ctrl+I (undo)."),
        ({"cancel": "z", "undo": "z"}, "the first keeps it: z (cancel, undo)."),
        ({"ask": "x,delete"}, "x (ask, no longer remove); Del (ask, no longer remove)."),
        ({"add": "ctrl+p"}, "Ctrl+P (add, no longer palette)."),
    ],
)
def test_mistakes_of_one_kind_are_one_notice(own: dict[str, str], sentence: str) -> None:
    (notice,) = LiveKeys(own).notices
    assert sentence in notice


def test_two_commands_may_swap_their_keys() -> None:
    keys = LiveKeys({"download": "D", "download_all": "d"})
    assert keys.notices == []
    assert keys.keymap == {"download": "D", "download_all": "d"}


def test_a_command_with_only_unusable_keys_keeps_its_defaults() -> None:
    keys = LiveKeys({"download": "ctrl+dd, ctrl+c"})
    assert keys.keys_of("download") == ("d",)


def test_a_command_without_a_key_is_named_by_its_palette_entry() -> None:
    keys = LiveKeys({"download": "u"})
    assert keys.shown("undo") == ""
    assert keys.key_for("undo") == "Ctrl+P Undo"
    assert LiveKeys({"download": "u", "add": "ctrl+p"}).key_for("undo") == "Undo"


async def test_own_keys_replace_the_default_keys(tmp_path: Path) -> None:
    config(tmp_path, 'add = "n, ctrl+n"\nhelp = "h"\nremove = "a"')
    async with piloted(tmp_path, job("video_a"), job("video_b")) as acting:
        for key in ("n", "ctrl+n"):
            await acting.press(key)
            assert isinstance(acting.app.screen, AddDialog)
            await acting.press("escape")
        await acting.press("x", "delete")
        assert len(acting.table.order) == 2
        await acting.press("a")
        assert len(acting.table.order) == 1
        await acting.press("question_mark")
        assert not isinstance(acting.app.screen, HelpDialog)
        await acting.press("h")
        assert isinstance(acting.app.screen, HelpDialog)
        await acting.press("h")
        assert not isinstance(acting.app.screen, HelpDialog)


async def test_the_footer_shows_own_keys_in_the_usual_order(tmp_path: Path) -> None:
    config(tmp_path, 'download = "ctrl+d,d"\nadd = "n"')
    async with piloted(tmp_path, job()) as acting:
        await acting.drawn()
        footer = acting.lines()[-1].split()
        assert footer[:6] == ["n", "Add", "Ctrl+D", "Download", "D", "All"]


async def test_the_help_shows_own_keys(tmp_path: Path) -> None:
    config(tmp_path, 'undo = "ctrl+u"')
    async with piloted(tmp_path, job(), size=(120, 50)) as acting:
        await acting.press("question_mark")
        assert "Ctrl+U  Undo the last unwatch" in acting.text()


async def test_all_mistakes_are_in_the_banner_at_the_start(tmp_path: Path) -> None:
    config(tmp_path, 'zap = "z"\nopen = "ctrl+dd"\nsort = "enter"\nask = "x"')
    async with piloted(tmp_path, job(), size=(120, 30)) as acting:
        for words in ("does not have: zap", '"ctrl+dd" (open)', "Enter (sort)", "x (ask, no"):
            assert acting.line_with(words)


@pytest.mark.slow
async def test_ctrl_q_always_quits(tmp_path: Path) -> None:
    config(tmp_path, 'quit = "Q"')
    async with piloted(tmp_path, job(queued_for=0, generating_for=0)) as acting:
        await acting.pass_time(1)
        acting.server.once("/v1/videos/video_one/content", status=202, body=b"{}", times=99)
        await acting.press("d")
        await acting.press("ctrl+q")
        assert isinstance(acting.app.screen, QuitDialog)
        await acting.press("escape", "q")
        assert not isinstance(acting.app.screen, QuitDialog)
        await acting.press("Q")
        assert isinstance(acting.app.screen, QuitDialog)


@pytest.mark.slow
async def test_every_message_names_own_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(tmp_path, 'download = "ctrl+d"\nundo = "z"\nadd = "n"\nhelp = "f1"')
    async with piloted(tmp_path, job(queued_for=0, generating_for=0), watched=[]) as acting:
        assert acting.line_with("n  paste the ids")
        assert acting.line_with("F1  see all keys")
        await acting.press("n")
        await acting.paste("video_one")
        await acting.press("enter")
        await acting.pass_time(1)
        acting.server.once("/v1/videos/video_one/content", status=202, body=b"{}", times=99)
        await acting.press("ctrl+d")
        await acting.press("q")
        shown: list[str] = []  # on a slow machine a toast may already have disappeared
        monkeypatch.setattr(acting.app, "notify", lambda text, **_: shown.append(text))
        await acting.press("escape", "c", "x")
        assert "Download stopped; Ctrl+D resumes it." in shown
        assert shown[-1].endswith("(z brings it back)")


@pytest.mark.parametrize("step", [None, *Step])
def test_advice_names_keys_on_screen_and_commands_elsewhere(
    step: Step | None,
) -> None:
    keys = LiveKeys({"download": "ctrl+d", "ask": "ctrl+r", "detail": "l"})
    advice = Advice("Wait.", step)
    on_screen = screen_advice(advice, keys.key_for)
    assert on_screen.startswith("Wait.")
    assert (step is None) == ("Press" not in on_screen)
    assert not any(f" {key} " in on_screen for key in ("d", "r", "Enter"))
    in_scripts = command_advice(advice)
    assert in_scripts.startswith("Wait.")
    assert "Press" not in in_scripts
