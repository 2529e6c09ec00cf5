"""No secret is seen where it does not belong: the real program lives a life full of them."""

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

CHILD = """
import json, os, sys
from pathlib import Path
told = {"argv": sys.argv, "environ": dict(os.environ)}
Path(sys.argv[1], f"{os.getpid()}.json").write_text(json.dumps(told))
"""
"""What is run as the player and as `on_complete`: it writes down all that it was given."""


@dataclass
class Life:
    """What was left behind by a life of the program."""

    home: Path
    """Of hingtui: what it writes is here."""
    user: Path
    """Home, temporary and current folder of the person."""
    known: Path
    """Where child processes wrote what they were given."""
    servers: Leaky
    raw: bytes = b""
    screens: list[str] = field(default_factory=list)
    typing: str = ""
    command_lines: str = ""
    printed: dict[str, str] = field(default_factory=dict)
    """By command: everything on stdout and stderr."""

    @property
    def children(self) -> dict[str, dict[str, dict[str, str]]]:
        """By name: what was handed to the player and to `on_complete`."""
        told = [json.loads(path.read_text()) for path in self.known.glob("*.json")]
        return {one["argv"][2]: one for one in told}


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def command_lines(pid: int) -> str:
    """What everybody on the machine can read about a process and its children."""
    said = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)
            if parent and pid in (int(entry.name), int(parent[1])):
                said.append((entry / "cmdline").read_text())
        except OSError:  # it ended meanwhile
            continue
    return "\n".join(said)


def run_commands(life: Life, environ: dict[str, str]) -> None:
    """What scripts do; one of them with a token that the gateway refuses."""
    folders = {name: str(life.home / name) for name in ("one", "two")}
    commands = {
        "status": ["status"],
        "status --json": ["status", "--json"],
        "download": ["download", "-o", folders["one"], *secret.IDS],
        "download --json": ["download", "--json", "-o", folders["two"], *secret.IDS],
    }
    life.printed |= run_all(environ, commands)
    refused = {"HINGNET_API_KEY": secret.TYPED_TOKEN, "HINGTUI_HOME": str(life.home / "other")}
    life.printed |= run_all(environ | refused, {"status refused": ["status", secret.RUNNING]})


def watch(life: Life, running: Terminal) -> None:
    """Everything that a person does in the dashboard: save, look, play, take a picture."""
    running.shows("4 ready")
    running.press("D")
    running.shows(f"✓ {len(secret.SAVABLE)} saved")
    running.press("g\r")
    for video_id in secret.IDS:
        life.screens.append(running.until(partial(_shows_details_of, video_id), video_id))
        running.press("j")
    running.press("go")
    running.shows("Opened")
    running.press("\x10screenshot")
    running.shows("SVG")
    running.press("\r")
    running.shows("Saved screenshot")
    life.command_lines = command_lines(running.process.pid)


def _shows_details_of(video_id: str, text: str) -> bool:
    return re.search(rf"Id +{video_id}", text) is not None


def change_token(life: Life, running: Terminal) -> None:
    """The gateway wants another token: the dashboard asks for it, and keeps it."""
    life.servers.valid = secret.TYPED_TOKEN
    running.press("R")
    life.screens.append(running.shows("token refused"))
    running.press("\r")
    running.shows("Token for")
    running.press(secret.TYPED_TOKEN)
    life.typing = running.until(lambda text: "•" * len(secret.TYPED_TOKEN) in text, "the dots")
    running.press("\x1b[1;2H\x03\x18\x1b[F")  # select it, copy it, cut it
    running.press("\r")
    running.until(lambda text: "Token for" not in text and "refused" not in text, "accepted")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """One life for all tests below, in a world where every new file is for everybody."""
    folder = tmp_path_factory.mktemp("life")
    child = folder / "child.py"
    child.write_text(CHILD)
    with leaky() as servers, pytest.MonkeyPatch.context() as patch, umask(0):
        life = Life(folder / "deep" / "er" / "home", folder / "user", folder / "known", servers)
        for path in (life.known, life.user / "Downloads"):
            path.mkdir(parents=True)
        patch.chdir(life.user)
        environ = clean_environ(
            life.home,
            HOME=str(life.user),
            HINGNET_API_KEY=secret.TOKEN,
            HINGNET_BASE_URL=servers.gateway.url,
            TMPDIR=str(life.user),
            OPENAI_API_KEY=secret.TOKEN,
            MY_HEADERS=f"Authorization: Bearer {secret.TOKEN}",
            HTTP_PROXY=f"http://me:{secret.PASSWORD}@127.0.0.1:9",
            PYTHONASYNCIODEBUG="1",
            HTTPX_LOG_LEVEL="trace",
            TEXTUAL_LOG=str(life.user / "textual.log"),
            TEXTUAL_DEBUG="1",
            TEXTUAL="debug,devtools",
        )
        junk = [servers.link, f"Bearer {secret.TYPED_TOKEN}", secret.TYPED_TOKEN]
        life.printed = run_all(environ, {"add": ["add", *secret.IDS, *junk]})
        config = [
            f"{name} = {json.dumps([sys.executable, str(child), str(life.known), name])}"
            for name in ("open_command", "on_complete")
        ]
        (life.home / "config.toml").write_text("\n".join(config))
        with terminal(environ=environ, columns=200, rows=50) as running:
            watch(life, running)
            run_commands(life, environ)
            change_token(life, running)
            running.send(signal.SIGTERM)
            assert running.exit_status() == 143
            life.raw = running.raw
        yield life


# What belongs where


def test_it_was_a_life_full_of_secrets(life: Life) -> None:
    """Else nothing of what follows would mean anything."""
    shown = "\n".join(life.screens)
    assert shown.count(secret.QUOTED) >= 3
    assert "/files/video.mp4?…" in shown
    assert len(list((life.home / "videos").glob("*.mp4"))) == len(secret.SAVABLE)
    for name in ("status", "status --json", "download", "download --json", "status refused"):
        assert secret.QUOTED in life.printed[name]
        assert life.printed[name].endswith("exit 1")


def test_nothing_secret_is_drawn_on_the_terminal(life: Life) -> None:
    assert leaks(life.raw) == []
    assert leaks("\n".join(life.screens)) == []


def test_the_token_is_not_seen_while_it_is_typed_nor_copied_from_there(life: Life) -> None:
    assert leaks(life.typing) == []
    assert b"\x1b]52" not in life.raw


def test_nothing_secret_is_in_any_file_but_the_token_in_its_own(life: Life) -> None:
    assert leaks_in_files(life.home, life.user) == {"token": ["typed token"]}


def test_nothing_secret_is_printed_for_scripts(life: Life) -> None:
    assert {name: found for name, text in life.printed.items() if (found := leaks(text))} == {}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_nothing_secret_is_in_the_command_line_of_the_program(life: Life) -> None:
    assert "hingtui" in life.command_lines
    assert leaks(life.command_lines) == []


def test_nothing_secret_is_in_the_command_line_of_a_child(life: Life) -> None:
    assert set(life.children) == {"open_command", "on_complete"}
    assert leaks(json.dumps([child["argv"] for child in life.children.values()])) == []


@pytest.mark.parametrize("name", ["open_command", "on_complete"])
def test_no_command_of_the_user_inherits_the_token(life: Life, name: str) -> None:
    assert leaks(json.dumps(life.children[name]["environ"]), "proxy password") == []


def test_a_screenshot_shows_no_secret(life: Life) -> None:
    (picture,) = life.user.rglob("*.svg")
    assert "hingtui" in picture.read_text()
    assert leaks(picture.read_text()) == []


def test_the_storage_never_sees_the_token(life: Life) -> None:
    requests = life.servers.storage.requests
    assert len(requests) >= 3 * len(secret.SAVABLE)
    assert leaks(asked(life.servers.storage), "signature") == []
    for request in requests:
        assert not {"authorization", "cookie", "referer"} & request.headers.keys()


def test_the_gateway_never_sees_the_signature_of_another_place(life: Life) -> None:
    assert leaks(asked(life.servers.gateway), "token", "typed token") == []


def test_what_the_program_writes_is_for_its_owner_alone_whatever_the_umask(life: Life) -> None:
    """But for videos, and the folders that they are in: those are the person's own."""
    made = [life.home, *life.home.parents[:2], *life.home.iterdir()]
    written = {path for path in made if path.name not in ("config.toml", "one", "two", "videos")}
    assert {path.name for path in written if path.stat().st_mode & 0o077} == set()
    files = {"token", "watchlist.toml", "watchlist.toml.bak", "watchlist.toml.lock", "hingtui.log"}
    assert files <= {path.name for path in written}
