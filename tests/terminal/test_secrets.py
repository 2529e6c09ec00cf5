"""No secret leaks: one run of the real program in which many secrets occur."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.servers import leaky as secret
from tests.servers.leaky import Leaky, asked, leaks, leaks_in_files, leaky, run_all
from tests.support.pty import Terminal, clean_environ, terminal

pytestmark = pytest.mark.sample(None)

CHILD = """
import json, os, sys
from pathlib import Path
record = {"argv": sys.argv, "environ": dict(os.environ)}
Path(sys.argv[1], f"{os.getpid()}.json").write_text(json.dumps(record))
"""
"""What is run as the player and at events: it writes down all that it was given."""
DEBUGGING = ("PYTHONASYNCIODEBUG", "HTTPX_LOG_LEVEL", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL")
"""What lets libraries say more. A Python that starts so is slow: not every command does, and none
in the normal run."""
COMMANDS = ("open_command", "on_complete", "on_saved")


@dataclass
class Run:
    """Everything that one run of the program printed, wrote and sent."""

    home: Path
    """Of hingtui: what it writes is here."""
    user: Path
    """Home, temporary and current folder of the person."""
    known: Path
    """Where child processes wrote what they were given."""
    servers: Leaky
    is_debugging: bool
    raw: bytes = b""
    screens: list[str] = field(default_factory=list)
    typing: str = ""
    command_lines: str = ""
    printed: dict[str, str] = field(default_factory=dict)
    """By command: everything on stdout and stderr."""

    @property
    def children(self) -> dict[str, dict[str, dict[str, str]]]:
        """By name: arguments and environment of the player and of what is run at events."""
        records = [json.loads(path.read_text()) for path in self.known.glob("*.json")]
        return {record["argv"][2]: record for record in records}


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def command_lines(pid: int) -> str:
    """The command lines of a process and its children, which every user can read."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)
            if parent and pid in (int(entry.name), int(parent[1])):
                lines.append((entry / "cmdline").read_text())
        except OSError:  # the process ended meanwhile
            continue
    return "\n".join(lines)


def run_commands(result: Run, environ: dict[str, str]) -> None:
    """Run the commands, one of them with a token that the gateway refuses."""
    folders = {name: str(result.home / name) for name in ("one", "two")}
    commands = {
        "status": ["status"],
        "status --json": ["status", "--json"],
        "download": ["download", "-o", folders["one"], *secret.IDS],
        "download --json": ["download", "--json", "-o", folders["two"], *secret.IDS],
        "doctor": ["doctor"],
        "doctor --json": ["doctor", "--json"],
    }
    usual = {name: text for name, text in environ.items() if name not in DEBUGGING}
    result.printed |= run_all(usual, commands)
    refused = {"HINGNET_API_KEY": secret.TYPED_TOKEN, "HINGTUI_HOME": str(result.home / "other")}
    result.printed |= run_all(
        environ | refused,
        {"status refused": ["status", secret.RUNNING], "doctor refused": ["doctor"]},
    )


def watch(result: Run, running: Terminal) -> None:
    """Use the dashboard: download, show details, play, take a screenshot."""
    running.shows("4 ready")
    running.press("D")
    running.shows(f"✓ {len(secret.SAVABLE)} saved")
    running.press("s")  # by id: by attention, rows still move
    running.shows("Sort by")
    running.press("i")
    running.until(lambda text: "Sort by" not in text, "the choice made")
    running.press("g")  # so wide a terminal shows the details by itself
    for video_id in sorted(secret.IDS):
        shown = partial(_shows_details, video_id)
        result.screens.append(running.until(shown, f"the details of {video_id}"))
        running.press("j")
    running.press("5Go")  # one that is saved
    running.shows("Opening with")
    running.press("\x10screenshot")
    running.shows("SVG")
    running.press("\r")
    running.shows("Saved screenshot")
    result.command_lines = command_lines(running.process.pid)


def _shows_details(video_id: str, text: str) -> bool:
    return re.search(rf"Id +{video_id}\b", text) is not None


def change_token(result: Run, running: Terminal) -> None:
    """The gateway requires another token: the dashboard asks for it and saves it."""
    result.servers.valid = secret.TYPED_TOKEN
    running.press("R")
    result.screens.append(running.shows("Press Enter to type another token"))
    running.press("\r")
    running.shows("Token for")
    running.press(secret.TYPED_TOKEN)
    result.typing = running.until(lambda text: "•" * len(secret.TYPED_TOKEN) in text, "the dots")
    running.press("\x1b[1;2H\x03\x18\x1b[F")  # select it, copy it, cut it
    running.press("\r")
    running.until(lambda text: "Token for" not in text and "refused" not in text, "accepted")


def environ_of(result: Run) -> dict[str, str]:
    """An environment with secrets, in which libraries log more where the run is for debugging."""
    environ = clean_environ(
        result.home,
        HOME=str(result.user),
        HINGNET_API_KEY=secret.TOKEN,
        HINGNET_BASE_URL=result.servers.gateway.url,
        TMPDIR=str(result.user),
        OPENAI_API_KEY=secret.TOKEN,
        MY_HEADERS=f"Authorization: Bearer {secret.TOKEN}",
        HTTP_PROXY=f"http://me:{secret.PASSWORD}@127.0.0.1:9",
        PYTHONASYNCIODEBUG="1",
        HTTPX_LOG_LEVEL="trace",
        TEXTUAL_LOG=str(result.user / "textual.log"),
        TEXTUAL_DEBUG="1",
        TEXTUAL="debug,devtools",
    )
    if result.is_debugging:
        return environ
    return {name: text for name, text in environ.items() if name not in DEBUGGING}


@pytest.fixture(scope="module", params=["usual", pytest.param("debugging", marks=pytest.mark.slow)])
def result(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    """One run for all tests below, with a umask that makes new files readable by everybody."""
    folder = tmp_path_factory.mktemp("result")
    child = folder / "child.py"
    child.write_text(CHILD)
    with leaky() as servers, pytest.MonkeyPatch.context() as patch, umask(0):
        home, is_debugging = folder / "deep" / "er" / "home", request.param == "debugging"
        result = Run(home, folder / "user", folder / "known", servers, is_debugging)
        for path in (result.known, result.user / "Downloads"):
            path.mkdir(parents=True)
        patch.chdir(result.user)
        environ = environ_of(result)
        junk = [servers.link, f"Bearer {secret.TYPED_TOKEN}", secret.TYPED_TOKEN]
        result.printed = run_all(environ, {"add": ["add", *secret.IDS, *junk]})
        config = [
            f"{name} = {json.dumps([sys.executable, str(child), str(result.known), name])}"
            for name in COMMANDS
        ]
        (result.home / "config.toml").write_text("\n".join(config))
        with terminal(environ=environ, columns=200, rows=60) as running:
            watch(result, running)
            run_commands(result, environ)
            change_token(result, running)
            running.send(signal.SIGTERM)
            assert running.exit_status() == 143
            result.raw = running.raw
        yield result


def test_the_run_contains_secrets_in_every_place(result: Run) -> None:
    """Otherwise the tests below would prove nothing."""
    shown = "\n".join(result.screens)
    assert shown.count(secret.QUOTED) >= 3
    assert "/files/video.mp4?…" in shown
    assert len(list((result.home / "videos").glob("*.mp4"))) == len(secret.SAVABLE)
    for name in ("status", "status --json", "download", "download --json", "status refused"):
        assert secret.QUOTED in result.printed[name]
        assert result.printed[name].endswith("exit 1")


def test_no_secret_is_drawn_on_the_terminal(result: Run) -> None:
    assert leaks(result.raw) == []
    assert leaks("\n".join(result.screens)) == []


def test_a_typed_token_is_neither_shown_nor_copied(result: Run) -> None:
    assert leaks(result.typing) == []
    assert b"\x1b]52" not in result.raw


def test_only_the_token_file_holds_a_secret(result: Run) -> None:
    assert leaks_in_files(result.home, result.user) == {"token": ["typed token"]}


def test_no_command_prints_a_secret(result: Run) -> None:
    assert {name: found for name, text in result.printed.items() if (found := leaks(text))} == {}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_the_programs_command_line_holds_no_secret(result: Run) -> None:
    assert "hingtui" in result.command_lines
    assert leaks(result.command_lines) == []


def test_the_command_lines_of_children_hold_no_secret(result: Run) -> None:
    assert set(result.children) == set(COMMANDS)
    assert leaks(json.dumps([child["argv"] for child in result.children.values()])) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_user_commands_do_not_inherit_the_token(result: Run, name: str) -> None:
    assert leaks(json.dumps(result.children[name]["environ"]), "proxy password") == []


def test_a_screenshot_shows_no_secret(result: Run) -> None:
    (picture,) = result.user.rglob("*.svg")
    assert "hingtui" in picture.read_text()
    assert leaks(picture.read_text()) == []


def test_the_storage_server_never_receives_the_token(result: Run) -> None:
    requests = result.servers.storage.requests
    assert len(requests) >= 3 * len(secret.SAVABLE)
    assert leaks(asked(result.servers.storage), "signature") == []
    for request in requests:
        assert not {"authorization", "cookie", "referer"} & request.headers.keys()


def test_the_gateway_never_receives_a_links_signature(result: Run) -> None:
    assert leaks(asked(result.servers.gateway), "token", "typed token") == []


def test_written_files_are_private_whatever_the_umask(result: Run) -> None:
    """Except videos and their folders, which belong to the user."""
    made = [result.home, *result.home.parents[:2], *result.home.iterdir()]
    written = {path for path in made if path.name not in ("config.toml", "one", "two", "videos")}
    assert {path.name for path in written if path.stat().st_mode & 0o077} == set()
    files = {"token", "watchlist.toml", "watchlist.toml.bak", "watchlist.toml.lock"}
    files |= {"hingtui.log"} if result.is_debugging else set()
    assert files <= {path.name for path in written}
