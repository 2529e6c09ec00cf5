"""The log file: redacted secrets, its size, its errors, and silence on the screen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hingtui.system import log as log_module
from hingtui.system.log import Log, open_log

SECRET = "oh-0123456789abcdef"
SIGNATURE = "c2lnbmF0dXJl"
LOGGER = logging.getLogger("hingtui.tests")


@contextmanager
def logging_to(path: Path) -> Iterator[Log]:
    """A log that hides the secret; closed afterwards, so that all lines are in the file."""
    log = Log(path)
    log.hide(SECRET)
    try:
        yield log
    finally:
        log.close()


def written(path: Path, message: str, *values: object) -> str:
    """The content of the log file after this was logged."""
    with logging_to(path):
        LOGGER.warning(message, *values)
    return path.read_text("utf-8")


def fail() -> None:
    try:
        int(f"https://cdn.example/a.mp4?Signature={SIGNATURE}")
    except ValueError as cause:
        raise RuntimeError(f"with {SECRET}") from cause


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "hingtui.log"


@pytest.mark.parametrize(
    "words",
    [
        f"the token {SECRET} was refused",
        f"headers {{'Authorization': 'Bearer {SECRET}'}}",
        "Bearer sk-another-0123456789",
        f"see https://cdn.example/a.mp4?Expires=1&Signature={SIGNATURE}",
        f"'https://cdn.example/a.mp4?Signature={SIGNATURE}'",
        f"<https://cdn.example/a.mp4?x='{SIGNATURE}')>",
        f"HTTPS://cdn.example/a.mp4#token={SIGNATURE}",
        f"GET /videos/a.mp4?Signature={SIGNATURE} HTTP/1.1",
        f"proxy http://user:{SIGNATURE}@proxy.example:8080 is dead",
        f"socks5://user:{SIGNATURE}@proxy.example",
    ],
)
def test_no_log_line_holds_a_secret(path: Path, words: str) -> None:
    text = written(path, "it went wrong: %s", words)
    assert "it went wrong" in text
    assert "***" in text
    for secret in (SECRET, SIGNATURE, "sk-another"):
        assert secret not in text


def test_ordinary_text_is_not_redacted(path: Path) -> None:
    text = written(path, "asking https://gateway.example/v1/videos/video_1 (what? no answer)")
    assert "asking https://gateway.example/v1/videos/video_1 (what? no answer)" in text


def test_a_traceback_is_complete_except_for_secrets(path: Path) -> None:
    with logging_to(path):
        try:
            fail()
        except RuntimeError:
            LOGGER.exception("unexpected")
    text = path.read_text("utf-8")
    assert "'https://cdn.example/a.mp4?***" in text
    assert "RuntimeError: with ***" in text
    assert text.count("Traceback") == 2
    assert SECRET not in text
    assert SIGNATURE not in text


def test_a_secret_added_later_is_redacted_too(path: Path) -> None:
    log = Log(path)
    log.hide("")
    log.hide("typed-in-later")
    LOGGER.warning("now typed-in-later is used")
    log.close()
    assert "now *** is used" in path.read_text("utf-8")


def test_closing_writes_all_remaining_lines(path: Path) -> None:
    with logging_to(path):
        for number in range(1000):
            LOGGER.info("line %d.", number)
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == 1000
    assert lines[-1].endswith("line 999.")


def test_nothing_is_written_after_closing(path: Path) -> None:
    written(path, "before")
    logging.getLogger("hingtui").debug("after")
    assert logging.getLogger("hingtui").handlers == []
    assert "after" not in path.read_text("utf-8")


def test_the_log_rotates_at_its_size_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_MOST_BYTES", 2000)
    with logging_to(path):
        for number in range(200):
            LOGGER.info("line %d.", number)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["hingtui.log", "hingtui.log.1"]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert "line 199." in path.read_text("utf-8")


def test_errors_of_unawaited_tasks_are_logged(path: Path) -> None:
    with logging_to(path):
        logging.getLogger("asyncio").error("Task exception was never retrieved")
    assert "never retrieved" in path.read_text("utf-8")


def test_unencodable_text_is_written_escaped(path: Path) -> None:
    assert "lone \\udc80" in written(path, "lone \udc80")


def test_without_log_lines_there_is_no_file(path: Path) -> None:
    with logging_to(path):
        pass
    assert not path.exists()


def test_an_unwritable_log_prints_one_warning_and_is_disabled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    log = open_log(tmp_path / "state" / "hingtui.log")
    assert "The log cannot be written" in capsys.readouterr().err
    LOGGER.error("Python's last resort would print this over the dashboard")
    log.close()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_puts_nothing_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to(Path("/dev/full")):
        LOGGER.warning("with %s", SECRET)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
