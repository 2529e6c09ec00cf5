"""The commands as real processes: standard output, standard error and exit status."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

from hingtui import __version__
from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.model.ids import PASTE_LIMIT
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.servers.gateway import TOKEN
from tests.support.keys import ids, keys
from tests.support.processes import run, start
from tests.support.pty import clean_environ
from tests.support.waiting import PATIENCE, wait_until

WORDS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "status": (str,),
    "raw_status": (str,),
    "progress": (int, float, type(None)),
    "model": (str,),
    "prompt": (str,),
    "seconds": (int, float, type(None)),
    "size": (str,),
    "created_at": (int, float, type(None)),
    "completed_at": (int, float, type(None)),
    "expires_at": (int, float, type(None)),
    "expiry": (str,),
    "cost": (dict, type(None)),
    "error": (dict, type(None)),
}
"""What a JSON line holds at least, and of which kind."""


@dataclass
class Shell:
    """Runs commands in a clean environment with one gateway."""

    server: DemoServer
    environ: dict[str, str]
    home: Path
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home / "videos"

    @property
    def watchlist(self) -> Watchlist:
        return Watchlist(self.home / "watchlist.toml")

    def start(
        self, *arguments: str, stdout: int | IO[str] = subprocess.PIPE, **environ: str
    ) -> subprocess.Popen[str]:
        return start(
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self.environ | environ,
            encoding="utf-8",
        )

    def run(
        self, *arguments: str, given: str | bytes = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; check that its output holds no secret and no traceback."""
        ended = run(
            *arguments,
            input=given.encode() if isinstance(given, str) else given,
            env=self.environ | environ,
            timeout=PATIENCE,
        )
        ended.stdout, ended.stderr = ended.stdout.decode(), ended.stderr.decode()
        assert_clean(ended.stdout + ended.stderr)
        return ended

    def python(
        self, *arguments: str, given: str | bytes = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments."""
        ended = subprocess.run(  # noqa: S603 - Python itself
            [sys.executable, *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            env=self.environ | environ,
            timeout=PATIENCE,
            check=False,
        )
        out, err = ended.stdout.decode(), ended.stderr.decode()
        return subprocess.CompletedProcess(ended.args, ended.returncode, out, err)

    def content_requests(self) -> int:
        return sum("/content" in request.path for request in self.server.requests)


def assert_clean(output: str) -> None:
    """Check for secrets, tracebacks, warnings and control characters."""
    assert TOKEN not in output
    assert "Signature=" not in output
    assert "Traceback" not in output
    assert "Warning" not in output
    assert "\x1b" not in output


@contextmanager
def shell(home: Path, *jobs: Job, rate: float | None = None) -> Iterator[Shell]:
    with DemoServer(Story(jobs), token=TOKEN, rate=rate) as server:
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        yield Shell(server, environ, home)


def job(state: str, video_id: str = "", **fate: Any) -> Job:
    """A job that has this status now."""
    queued_for, generating_for, age = {
        "queued": (1000.0, 60.0, 1.0),
        "generating": (5.0, 1000.0, 100.0),
        "ready": (5.0, 60.0, 100.0),
        "failed": (5.0, 60.0, 100.0),
        "expired": (5.0, 60.0, 10_000.0),
    }[state]
    if state == "failed":
        fate.setdefault("error", ("content_policy", "提示词未通过审核"))
    return Job(
        id=video_id or f"video_{state}",
        created_at=time.time() - age,
        queued_for=queued_for,
        generating_for=generating_for,
        outcome="failed" if state == "failed" else "ready",
        **fate,
    )


def soon_ready(video_id: str = "video_soon", seconds: float = 1.5) -> Job:
    """A job that becomes ready in some seconds, with matching progress."""
    return Job(
        id=video_id, created_at=time.time() - 10, queued_for=0.0, generating_for=10 + seconds
    )


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Shell]:
    """A shell with a gateway that knows one ready video."""
    with shell(tmp_path, job("ready")) as typed:
        yield typed


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Lets SIGINT interrupt the started commands even if the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# add


def test_added_ids_are_on_the_watchlist_in_order(bare: Shell) -> None:
    ended = bare.run("add", "video_b2", "video_a1")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == ["added  video_b2", "added  video_a1"]
    assert ids(bare.watchlist.read().entries) == ["video_b2", "video_a1"]


def test_ids_are_found_in_urls_and_in_json_on_standard_input(bare: Shell) -> None:
    given = '{"data": [{"id": "video_json1"}, {"id": "video_json2", "status": "queued"}]}'
    url = "https://gateway.example/v1/videos/video_url/content?x=1"
    ended = bare.run("add", url, "-", given=given)
    assert ended.returncode == 0
    assert ids(bare.watchlist.read().entries) == ["video_url", "video_json1", "video_json2"]


@pytest.mark.parametrize("plain", ["abc", "myjob", "a1", "ufawqhfynnddngldkgtslldrkq"])
def test_an_argument_without_digits_is_an_id(bare: Shell, plain: str) -> None:
    ended = bare.run("add", plain)
    assert (ended.returncode, ended.stdout) == (0, f"added  {plain}\n")


def test_only_the_start_of_a_huge_standard_input_is_read(bare: Shell) -> None:
    ended = bare.run("add", "-", given="video_first1\n" + " " * (PASTE_LIMIT + 5) + "video_late1\n")
    assert ids(bare.watchlist.read().entries) == ["video_first1"]
    assert ended.stderr == (
        "hingtui: Only the first 20 million characters of standard input were read.\n"
    )


def test_adding_a_watched_id_keeps_one_row_and_reports_it(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_one1", 1.0)])
    ended = bare.run("add", "video_one1", "video_one1")
    assert (ended.returncode, ended.stdout) == (0, "already watched  video_one1\n")
    assert ids(bare.watchlist.read().entries) == ["video_one1"]


def test_invalid_ids_are_reported_and_the_rest_is_added(bare: Shell) -> None:
    ended = bare.run("add", "created_at=7", "video_one1")
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == ["added  video_one1", "not an id  created_at=7"]


@pytest.mark.parametrize("given", ["hello there", "", "\0\x1b[31m"])
def test_adding_without_a_valid_id_fails(bare: Shell, given: str) -> None:
    ended = bare.run("add", "-", given=given)
    assert ended.returncode == 1
    assert "No id was found" in ended.stderr
    assert not (bare.home / "watchlist.toml").exists()


def test_ids_among_undecodable_bytes_are_found(bare: Shell) -> None:
    ended = bare.run("add", "-", given=b"\xff\xfe video_one1 \x80")
    assert ended.returncode == 0
    assert ids(bare.watchlist.read().entries) == ["video_one1"]


def test_an_unusable_watchlist_prints_one_line(bare: Shell) -> None:
    (bare.home / "watchlist.toml").mkdir()
    ended = bare.run("add", "video_one1")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "watchlist.toml" in ended.stderr


# status


def test_the_table_shows_the_status_of_each_watched_video(tmp_path: Path) -> None:
    states = ("queued", "generating", "ready", "failed", "expired")
    with shell(tmp_path, *(job(state) for state in states)) as typed:
        typed.watchlist.change(add=[Entry(f"video_{state}", 1.0) for state in states])
        ended = typed.run("status")
    assert (ended.returncode, ended.stderr) == (0, "")
    head, *rows = (re.split(r"  +", line) for line in ended.stdout.splitlines())
    assert head == ["ID", "STATUS", "PROGRESS", "EXPIRES", "MODEL", "PROMPT"]
    words = ["queued", "processing", "success", "failed", "expired"]
    assert [row[:2] for row in rows] == [
        [f"video_{state}", word] for state, word in zip(states, words, strict=True)
    ]
    _id, _word, progress, expires, *described = rows[2]
    assert (progress, described) == ("100%", ["sora-2", "冰镇汽水广告"])
    assert re.fullmatch(r"59:\d\d", expires)


def test_each_json_line_has_the_documented_fields(tmp_path: Path) -> None:
    jobs = [
        job("queued"),
        job("generating", vocabulary="openai"),
        job("ready"),
        job("failed"),
        job("expired"),
        job("ready", "video_openai", vocabulary="openai"),
    ]
    with shell(tmp_path, *jobs) as typed:
        ended = typed.run("status", "--json", *(known.id for known in jobs))
    assert (ended.returncode, ended.stderr) == (0, "")
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["id"] for one in records] == [known.id for known in jobs]
    for one in records:
        assert {word: one[word] for word in WORDS if not isinstance(one[word], WORDS[word])} == {}
    statuses = ["queued", "generating", "ready", "failed", "expired", "ready"]
    assert [one["status"] for one in records] == statuses
    failed = records[3]
    assert failed["error"] == {"code": "content_policy", "message": "提示词未通过审核"}
    ready = records[2]
    assert (ready["raw_status"], ready["progress"], ready["seconds"]) == ("success", 100, 4)
    assert ready["expires_at"] - ready["completed_at"] == 3600
    assert not (typed.home / "watchlist.toml").exists()


def test_an_unknown_id_is_reported_and_fails(bare: Shell) -> None:
    ended = bare.run("status", "--json", "video_ready", "video_nobody")
    assert ended.returncode == 1
    assert [json.loads(line)["status"] for line in ended.stdout.splitlines()] == [
        "ready",
        "unknown",
    ]
    assert ended.stderr.startswith("video_nobody: the gateway does not know this id")


def test_status_of_an_empty_watchlist_succeeds(bare: Shell) -> None:
    ended = bare.run("status")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Nothing is watched" in ended.stderr


def test_an_empty_standard_input_does_not_mean_all_watched_ids(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_ready", 1.0)])
    for command in ("status", "download"):
        ended = bare.run(command, "-", given="\n")
        assert ended.returncode == 1
        assert "No id was found" in ended.stderr
    assert not bare.server.requests


@pytest.mark.parametrize("command", ["status", "download"])
def test_an_invalid_id_is_refused_before_any_request(bare: Shell, command: str) -> None:
    ended = bare.run(command, "video_ready", "status=queued")
    assert (ended.returncode, ended.stderr) == (1, "hingtui: Not an id: status=queued\n")
    assert not bare.server.requests


def test_without_a_token_the_error_names_the_variable(bare: Shell) -> None:
    remote = "https://gateway.example"  # a server on this machine is asked without a token
    ended = bare.run("status", "video_ready", HINGNET_API_KEY="", HINGNET_BASE_URL=remote)
    assert ended.returncode == 1
    assert "HINGNET_API_KEY" in ended.stderr


def test_a_refused_token_prints_the_gateways_message(bare: Shell) -> None:
    wrong = "oh-wrong-0123456789"
    ended = bare.run("status", "--json", "video_ready", HINGNET_API_KEY=wrong)
    assert ended.returncode == 1
    assert "无效的令牌" in ended.stderr
    assert wrong not in ended.stdout + ended.stderr


def test_an_unreachable_gateway_is_reported_quickly(tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        pass  # the port is closed now
    began = time.monotonic()
    ended = typed.run("status", "video_one1")
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr
    assert time.monotonic() - began < 10


def test_plain_http_to_another_machine_is_refused(bare: Shell) -> None:
    ended = bare.run("status", "video_one1", HINGNET_BASE_URL="http://gateway.example")
    assert ended.returncode == 1
    assert "HINGNET_BASE_URL" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_status_prints_no_control_characters(tmp_path: Path) -> None:
    prompt = "a\x1b]52;c;aGk=\x07\x9b31m\u202eb\nnext"
    with shell(tmp_path, job("ready", prompt=prompt)) as typed:
        ended = typed.run("status", "video_ready")
    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) == 2
    assert not set(ended.stdout) & set("\x07\x9b\u202e")


# download


def test_download_saves_a_ready_video_and_prints_its_path(tmp_path: Path) -> None:
    video = job("ready", content="redirect", pad=300_000)
    with shell(tmp_path, video) as typed:
        ended = typed.run("download", video.id)
        assert (ended.returncode, ended.stderr) == (0, "")
        path = Path(ended.stdout.rstrip("\n"))
        assert path == typed.folder / "video_ready.mp4"
        assert path.read_bytes() == video.file()
        assert [one.name for one in typed.folder.iterdir()] == [path.name]


def test_download_json_has_path_size_and_digest(tmp_path: Path) -> None:
    video = job("ready", vocabulary="openai")
    target = tmp_path / "elsewhere" / "films"
    with shell(tmp_path, video) as typed:
        ended = typed.run("download", "--json", "-o", str(target), video.id)
    assert (ended.returncode, ended.stderr) == (0, "")
    record = json.loads(ended.stdout)
    data = (target / "video_ready.mp4").read_bytes()
    assert data == video.file()
    assert record["path"] == str(target / "video_ready.mp4")
    assert record["bytes"] == len(data)
    assert record["sha256"] == hashlib.sha256(data).hexdigest()
    assert WORDS.keys() <= record.keys()


def test_download_wait_waits_for_a_running_video(tmp_path: Path) -> None:
    video = soon_ready()
    with shell(tmp_path, video) as typed:
        ended = typed.run("download", "--wait", video.id)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert Path(ended.stdout.rstrip("\n")).read_bytes() == video.file()


def test_videos_that_cannot_be_downloaded_fail_with_a_reason(tmp_path: Path) -> None:
    jobs = [
        job("generating"),
        job("failed"),
        job("expired"),
        job("ready"),
    ]
    with shell(tmp_path, *jobs) as typed:
        ended = typed.run("download", *(one.id for one in jobs), "video_nobody")
        assert ended.returncode == 1
        assert ended.stdout == f"{typed.folder / 'video_ready.mp4'}\n"
        assert [one.name for one in typed.folder.iterdir()] == ["video_ready.mp4"]
    why = dict(line.split(": ", 1) for line in ended.stderr.splitlines())
    assert why.keys() == {*(one.id for one in jobs[:3]), "video_nobody"}
    assert "--wait" in why["video_generating"]
    assert "提示词未通过审核" in why["video_failed"]
    assert "expired" in why["video_expired"]
    assert "does not know" in why["video_nobody"]


def test_download_wait_ends_for_failed_and_expired_videos(tmp_path: Path) -> None:
    with shell(tmp_path, job("failed"), job("expired")) as typed:
        ended = typed.run("download", "--wait", "video_failed", "video_expired")
    assert ended.returncode == 1
    why = dict(line.split(": ", 1) for line in ended.stderr.splitlines())
    assert why.keys() == {"video_failed", "video_expired"}


def test_download_wait_survives_a_gateway_error(tmp_path: Path) -> None:
    video = job("ready")
    with shell(tmp_path, video) as typed:
        typed.server.once("/v1/videos/video_ready", status=503)
        ended = typed.run("download", "--wait", video.id)
    assert ended.returncode == 0


def test_a_watched_video_is_downloaded_once(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_ready", 1.0)])
    first = bare.run("download", "--json", "video_ready")
    asked = bare.content_requests()
    second = bare.run("download", "--json", "video_ready")
    assert (second.returncode, second.stderr) == (0, "")
    one, other = json.loads(first.stdout), json.loads(second.stdout)
    assert (other["path"], other["bytes"], other["sha256"]) == (
        one["path"],
        one["bytes"],
        one["sha256"],
    )
    assert asked == bare.content_requests() == 1


def test_an_unwatched_video_is_saved_only_once(bare: Shell) -> None:
    first, second = (bare.run("download", "video_ready") for _turn in range(2))
    assert second.returncode == 0
    assert first.stdout == second.stdout
    assert [one.name for one in bare.folder.iterdir()] == ["video_ready.mp4"]


def test_a_saved_file_needs_no_gateway(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_ready", 1.0)])
    first = bare.run("download", "video_ready")
    bare.server.stop()
    second = bare.run("download", "video_ready")
    assert (second.returncode, second.stdout) == (0, first.stdout)


def test_a_file_that_was_deleted_is_downloaded_again(bare: Shell) -> None:
    path = bare.folder / "video_ready.mp4"
    bare.watchlist.change(add=[Entry("video_ready", 1.0, saved=path, saved_bytes=5)])
    assert bare.run("download", "video_ready").stdout == f"{path}\n"
    assert path.exists()


def test_waiting_ends_when_the_video_is_removed_from_the_watchlist(tmp_path: Path) -> None:
    with shell(tmp_path, job("generating")) as typed:
        typed.watchlist.change(add=[Entry("video_generating", time.time())])
        waiting = typed.start("download", "--wait", "video_generating")
        wait_until(lambda: typed.server.requests, "a question")
        typed.watchlist.change(remove=keys("video_generating"))
        _out, err = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 1
    assert "removed from the watchlist" in err


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_waiting_without_output(tmp_path: Path) -> None:
    with shell(tmp_path, job("generating")) as typed:
        # If a request is open at that moment, Python warns about its socket.
        typed.environ["PYTHONWARNINGS"] = "ignore"
        waiting = typed.start("download", "--wait", "video_generating")
        wait_until(lambda: typed.server.requests, "a question")
        waiting.send_signal(signal.SIGINT)
        assert waiting.communicate(timeout=PATIENCE) == ("", "")
    assert waiting.returncode == 130


def test_an_unwritable_folder_is_reported(bare: Shell) -> None:
    (bare.home / "no-folder").write_text("")
    ended = bare.run("download", "-o", str(bare.home / "no-folder"), "video_ready")
    assert ended.returncode == 1
    assert ended.stderr.startswith("video_ready: The videos folder cannot be written to.")


# demo --serve


@pytest.mark.usefixtures("interruptible")
def test_demo_serve_prints_what_other_terminals_need(bare: Shell) -> None:
    serving = bare.start("demo", "--serve", "--videos", "12")
    try:
        assert serving.stdout is not None
        lines = list(iter(serving.stdout.readline, "# hingtui status\n"))
        script = "".join(lines) + 'env; cat "$HINGTUI_HOME/config.toml"; rm -r "$HINGTUI_HOME"'
        shell = ["/bin/sh", "-c", script]
        pasted = subprocess.run(shell, capture_output=True, text=True, check=True)  # noqa: S603
        names = ("HINGNET_BASE_URL", "HINGNET_API_KEY", "DEMO_RELAY_KEY", "DEMO_ARK_KEY")
        seen = dict(line.partition("=")[::2] for line in pasted.stdout.splitlines())
        exported = {name: seen[name] for name in names}
        assert pasted.stderr == ""
        tables = tomllib.loads(pasted.stdout[pasted.stdout.index("[gateways.") :])
        variables = {table["token_env"] for table in tables["gateways"].values()}
        assert variables == {"DEMO_RELAY_KEY", "DEMO_ARK_KEY"}
        ids = next(line for line in lines if line.startswith("# hingtui add video_")).split()[3:]
        assert len(ids) >= 3
        ended = bare.run("status", "--json", ids[0], **exported)
        assert json.loads(ended.stdout)["status"] != "unknown"
        serving.send_signal(signal.SIGINT)
        rest = serving.communicate(timeout=PATIENCE)
        assert (serving.returncode, rest) == (130, ("", ""))
    finally:
        serving.kill()
        serving.communicate()


def test_an_unknown_shell_is_answered_with_the_shells_only(bare: Shell) -> None:
    ended = bare.run("completions", "tcsh")
    assert ended.returncode == 2
    assert ended.stderr.endswith("(choose from 'bash', 'zsh', 'fish')\n")


def test_a_port_in_use_prints_one_line(bare: Shell) -> None:
    port = bare.server.base_url.rpartition(":")[2]
    ended = bare.run("demo", "--serve", "--port", port)
    assert ended.returncode == 1
    assert "in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


# The program as such


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_neither_textual_nor_httpx(bare: Shell, option: str) -> None:
    ended = bare.python("-X", "importtime", "-m", "hingtui", option)
    assert ended.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert not imported & {"textual", "rich", "httpx", "asyncio", "platformdirs"}
    assert ("usage: hingtui" if option == "--help" else f"hingtui {__version__}\n") in ended.stdout


def test_commands_do_not_import_textual(bare: Shell) -> None:
    program = (
        "import sys; from hingtui.cli.parser import main; "
        "status = main(['status', 'video_ready']); "
        "sys.exit(f'{status} {\"textual\" in sys.modules}')"
    )
    ended = bare.python("-c", program)
    assert ended.stderr == "0 False\n"


def test_help_is_translated_to_chinese(bare: Shell) -> None:
    ended = bare.run("--help", HINGTUI_LANG="zh", PYTHONUTF8="1")
    assert ended.returncode == 0
    for english in ("usage", "options", "show this help", "add videos"):
        assert english not in ended.stdout
    assert "用法" in ended.stdout


def test_chinese_is_escaped_on_an_ascii_output(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready")) as typed:
        ended = typed.run("status", "video_ready", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "\\u51b0" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["add"],
        ["download"],
        ["status", "--colour"],
        ["demo", "--videos", "many"],
        ["demo", "--videos", "-1"],
        ["demo", "--serve", "--port", "99999"],
    ],
    ids=" ".join,
)
def test_wrong_usage_prints_the_usage(bare: Shell, arguments: list[str]) -> None:
    ended = bare.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("usage: hingtui")
    assert "_count" not in ended.stderr


@pytest.mark.parametrize("arguments", [[], ["demo"]], ids=["dashboard", "demo"])
def test_without_a_terminal_the_dashboard_prints_one_line(
    bare: Shell, arguments: list[str]
) -> None:
    ended = bare.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "needs a terminal" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor as a shell's <&- does")
def test_with_standard_input_closed_the_dashboard_prints_one_line(bare: Shell) -> None:
    program = "import os, sys; os.close(0); os.execv(sys.executable, sys.argv[1:])"
    ended = bare.python("-c", program, sys.executable, "-m", "hingtui")
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--help"], ["status", "video_ready"]], ids=" ".join)
def test_a_closed_output_pipe_is_no_crash(bare: Shell, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        writer = bare.start(*arguments, stdout=gone)
        _out, err = writer.communicate(timeout=PATIENCE)
    assert (writer.returncode, err) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_fails(bare: Shell) -> None:
    with Path("/dev/full").open("w") as full:
        writer = bare.start("status", "video_ready", stdout=full)
        _out, err = writer.communicate(timeout=PATIENCE)
    assert writer.returncode == 1
    assert len(err.splitlines()) == 1
    assert "No space left" in err
