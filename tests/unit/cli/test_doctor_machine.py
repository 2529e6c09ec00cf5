"""What `doctor` says about settings, proxies, certificates, folders and the terminal."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.cli.doctor import folder_checks, terminal_checks
from hingtui.cli.doctor.check import Check, State
from hingtui.cli.doctor.machine_checks import certificate_check, proxy_checks, version_check
from hingtui.cli.doctor.settings_checks import settings_checks, token_check
from hingtui.storage.settings import AlertSettings, Settings, inspect_settings
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.storage.watchlist.layout import FORMAT
from hingtui.system.folder_check import FolderFacts, check_folder
from hingtui.system.terminal_query import FOCUS, TerminalReplies
from tests.servers.gateway import TOKEN
from tests.servers.sockets import CERTIFICATES
from tests.support.clock import EPOCH

OK, NOTE, PROBLEM = State.OK, State.NOTE, State.PROBLEM


def found(checks: Iterable[Check], state: State) -> list[str]:
    """The messages of those checks that ended so. Each problem has a next step."""
    checks = list(checks)
    assert all(check.next_step for check in checks if check.state is PROBLEM)
    return [check.message for check in checks if check.state is state]


def of_settings(home: Path, config: str = "", **more: str) -> tuple[list[Check], Settings]:
    """The checks of the settings, and the settings as far as they can be used."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(config)
    environ = {"HINGTUI_HOME": str(home), **more}
    settings, problems = inspect_settings(environ)
    assert settings is not None
    return list(settings_checks(environ, settings, problems)), settings


def test_every_problem_of_the_settings_is_found_at_once(home: Path) -> None:
    config = 'max_downloads = 99\ndownloads = 7\nlanguge = "zh"\n[keys]\nfly = "f"\n'
    checks, _ = of_settings(home, config, TEXTUAL_THEME="nope", HINGTUI_HOM="x")
    problems = found(checks, PROBLEM)
    assert len(problems) == 2
    assert any("max_downloads" in message for message in problems)
    assert any("downloads in" in message for message in problems)
    notes = "\n".join(found(checks, NOTE))
    for word in ("languge", "fly", "nope", "HINGTUI_HOM "):
        assert word in notes


def test_a_gateway_that_is_left_out_is_a_problem(home: Path) -> None:
    checks, settings = of_settings(
        home, '[gateways.lab]\nbase_url = "ftp://x"\n', HINGNET_API_KEY=TOKEN
    )
    (problem,) = (check for check in checks if check.state is PROBLEM)
    assert "gateways.lab.base_url" in problem.message
    assert "without the gateway lab" in problem.next_step
    assert [gateway.name for gateway in settings.gateways] == ["default"]


def test_an_unreadable_settings_folder_is_a_problem(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, _limit: int) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("hingtui.storage.settings.toml_table.read_file", refuse)
    settings, problems = inspect_settings({"HINGTUI_HOME": str(home)})
    (problem,) = found(settings_checks({}, settings, problems), PROBLEM)
    assert str(home) in problem


def test_the_files_that_are_read_are_named(home: Path) -> None:
    checks, _ = of_settings(home)
    assert found(checks, OK) == [f"Read: {home / 'config.toml'}"]


def test_a_state_file_that_cannot_be_read_is_a_note(home: Path) -> None:
    of_settings(home)
    (home / "state.toml").write_text("theme = ")
    (home / "followed.json").write_text("{")
    checks, _ = of_settings(home)
    assert "state.toml cannot be read" in found(checks, NOTE)[0]
    assert "followed.json cannot be read" in found(checks, NOTE)[1]
    assert (home / "followed.json").read_text() == "{"
    assert found(checks, OK) == [f"Read: {home / 'config.toml'}"]


def test_a_damaged_config_counts_as_no_file_that_is_read(home: Path) -> None:
    checks, _ = of_settings(home, "a = 1\na = 2\n")
    assert len(found(checks, PROBLEM)) == 1
    assert found(checks, OK) == []


def test_the_source_of_a_token_is_shown_and_never_the_token(home: Path) -> None:
    _checks, settings = of_settings(home, HINGNET_API_KEY=TOKEN)
    check = token_check({}, settings.gateways[0], settings)
    assert (check.state, check.message) == (OK, "From HINGNET_API_KEY.")
    assert TOKEN not in repr(check)


def test_a_saved_token_that_is_outranked_is_mentioned(home: Path) -> None:
    of_settings(home)
    (home / "token").write_text("oh-other")
    _checks, settings = of_settings(home, HINGNET_API_KEY=TOKEN)
    check = token_check({}, settings.gateways[0], settings)
    assert f"The one in {home / 'token'} is not used." in check.message


def test_a_token_of_another_program_is_mentioned_where_there_is_none(home: Path) -> None:
    _checks, settings = of_settings(home)
    check = token_check({"TOKEN": "ghp_1"}, settings.gateways[0], settings)
    assert check.state is PROBLEM
    assert "TOKEN is set" in check.message


def test_proxies_are_listed_without_their_passwords() -> None:
    environ = {"HTTPS_PROXY": "http://me:pa55@proxy.example:80", "NO_PROXY": "nas.local"}
    checks = list(proxy_checks(environ))
    assert "HTTPS_PROXY names http://proxy.example:80, with a name" in checks[0].message
    assert "nas.local" in checks[1].message
    assert "pa55" not in repr(checks)


def test_a_proxy_that_cannot_be_used_is_a_problem() -> None:
    assert "ALL_PROXY" in found(proxy_checks({"ALL_PROXY": "socks9://x"}), PROBLEM)[0]


def test_the_store_of_certificates_is_named() -> None:
    file = str(CERTIFICATES / "good.pem")
    check = certificate_check({"SSL_CERT_FILE": file})
    assert check.state is OK
    assert file in check.message
    assert "SSL_CERT_FILE" in check.message


def test_an_unreadable_certificate_file_is_a_problem(tmp_path: Path) -> None:
    check = certificate_check({"SSL_CERT_FILE": str(tmp_path / "none.pem")})
    assert (check.state, "SSL_CERT_FILE" in check.message) == (PROBLEM, True)


def test_certificates_for_other_programs_are_mentioned() -> None:
    check = certificate_check({"REQUESTS_CA_BUNDLE": "company.pem"})
    assert (check.state, "REQUESTS_CA_BUNDLE" in check.message) == (NOTE, True)


def test_versions_are_listed() -> None:
    message = version_check().message
    assert message.startswith("hingtui ")
    for name in ("textual 8", "httpx 0", "tomli-w 1", "platformdirs "):
        assert name in message


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({}, OK, "free"),
        ({"exists": False}, OK, "is made when it is needed"),
        ({"error": "Permission denied"}, PROBLEM, "Permission denied"),
        ({"free_bytes": 1000}, PROBLEM, "full"),
        ({"free_files": 0}, PROBLEM, "full"),
        ({"free_bytes": 300_000_000}, NOTE, "little room"),
        ({"has_case": False}, OK, "not case-sensitive"),
        ({"longest_name": 143}, OK, "up to 143 bytes"),
        ({"has_long_names": False}, PROBLEM, "143 bytes"),
        ({"has_locks": False}, NOTE, "locks"),
    ],
)
def test_the_state_of_a_folder_follows_its_facts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, object],
    state: State,
    words: str,
) -> None:
    facts: FolderFacts = replace(
        check_folder(tmp_path), free_bytes=10**12, free_files=10**6, has_locks=True
    )
    changed: Callable[[Path], FolderFacts] = lambda _path: replace(facts, **change)  # type: ignore[arg-type]  # noqa: E731
    monkeypatch.setattr(folder_checks, "check_folder", changed)
    _checks, settings = of_settings(tmp_path)
    first = next(iter(folder_checks.folder_checks(settings)))
    assert (first.state, words in first.message) == (state, True)
    assert first.next_step or state is OK


def watchlist_states(settings: Settings, gateways: Iterable[str] = ("default",)) -> list[State]:
    return [check.state for check in folder_checks.watchlist_checks(settings, [*gateways])]


def test_the_state_of_a_watchlist_follows_its_file(home: Path) -> None:
    _checks, settings = of_settings(home)
    path = settings.watchlist_path
    assert watchlist_states(settings) == [OK]
    Watchlist(path).change(add=[Entry("v_1", EPOCH), Entry("v_2", EPOCH, gateway="gone")])
    assert watchlist_states(settings, ["default", "gone"]) == [OK]
    assert watchlist_states(settings) == [OK, NOTE]
    whole = path.read_bytes()
    path.write_bytes(whole.replace(f"format = {FORMAT}".encode(), b"format = 99"))
    assert watchlist_states(settings, ["default", "gone"]) == [NOTE]
    path.write_bytes(whole[:-20])
    assert watchlist_states(settings)[0] is PROBLEM
    path.unlink()
    assert watchlist_states(settings) == [NOTE]


def test_without_a_terminal_no_terminal_check_is_ok(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal_checks, "_streams", list)
    checks = terminal_checks.terminal_checks({}, TerminalReplies(), AlertSettings())
    (check,) = (each for each in checks if each.check == "terminal")
    assert check.state is NOTE
    assert check.message.startswith("Not checked")


def of_terminal(
    monkeypatch: pytest.MonkeyPatch,
    environ: Mapping[str, str],
    replies: TerminalReplies,
    alerts: AlertSettings | None = None,
) -> dict[str, Check]:
    """The checks of a terminal of 80×24 cells in this environment."""
    monkeypatch.setattr(terminal_checks, "_streams", lambda: [0, 1])
    monkeypatch.setattr(terminal_checks, "_size", lambda: (80, 24))
    monkeypatch.setattr("shutil.which", lambda _name: None)
    checks = terminal_checks.terminal_checks(environ, replies, alerts or AlertSettings())
    return {check.check: check for check in checks}


XTERM = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
WIDTHS = {"chinese": 2, "emoji": 2, "ambiguous": 1}
MODERN = TerminalReplies(
    is_asked=True,
    is_answered=True,
    name="WezTerm 2025",
    features=frozenset((62, 4)),
    modes={FOCUS: True},
    kitty_images=True,
    widths=WIDTHS,
)


def test_a_modern_terminal_is_all_right(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = of_terminal(monkeypatch, XTERM | {"TERM_PROGRAM": "WezTerm"}, MODERN)
    assert {check.state for check in checks.values()} == {OK}
    assert "it calls itself WezTerm 2025" in checks["terminal"].message
    assert checks["images"].message == "Kitty, Sixel: the terminal says so."
    assert "OSC 777 (a guess" in checks["notifications"].message
    assert "measured" in checks["text"].message


def test_abilities_of_a_silent_terminal_are_called_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = of_terminal(monkeypatch, XTERM, TerminalReplies(is_asked=True))
    for name in ("focus", "notifications", "images"):
        assert "a guess" in checks[name].message
    assert "not known" in checks["text"].message


@pytest.mark.parametrize("wrong", [{"emoji": 1}, {"chinese": 1}, {"ambiguous": 2}])
def test_characters_of_an_odd_width_are_a_note(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, int]
) -> None:
    replies = replace(MODERN, widths=WIDTHS | wrong)
    check = of_terminal(monkeypatch, XTERM, replies)["text"]
    assert (check.state, bool(check.next_step)) == (NOTE, True)


def test_an_encoding_without_chinese_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    class Output:
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Output())
    check = of_terminal(monkeypatch, XTERM, MODERN)["text"]
    assert (check.state, "ascii" in check.message) == (PROBLEM, True)


def test_tmux_and_ssh_in_between_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = XTERM | {"TERM": "tmux-256color", "TMUX": "x", "SSH_TTY": "/dev/pts/1"}
    checks = of_terminal(monkeypatch, environ, TerminalReplies())
    assert "through tmux, ssh" in checks["terminal"].message
    assert "The bell only" in checks["notifications"].message


def test_tmux_options_that_hold_something_back_are_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {"focus-events": "off", "allow-passthrough": "off"}
    monkeypatch.setattr(terminal_checks, "_tmux_options", lambda _environ: options)
    environ = XTERM | {"TMUX": "x"}
    checks = of_terminal(monkeypatch, environ, TerminalReplies(), AlertSettings("osc9"))
    assert "focus-events on" in checks["focus"].next_step
    assert "allow-passthrough on" in checks["notifications"].next_step


def test_no_color_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    check = of_terminal(monkeypatch, XTERM | {"NO_COLOR": "1"}, MODERN)["colors"]
    assert (check.state, "NO_COLOR" in check.message) == (NOTE, True)
