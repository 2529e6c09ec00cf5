"""The command that prints a token may fail, hang or print anything; its output is not repeated."""

from __future__ import annotations

import logging
import socket
import sys
import time
from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import GatewaySettings, load_token
from hingtui.text import redaction
from tests.servers.gateway import TOKEN


def gateway(*command: str) -> GatewaySettings:
    return GatewaySettings("lab", "https://lab.example", token_command=command)


def script(code: str) -> GatewaySettings:
    """A gateway whose token this Python code prints."""
    return gateway(sys.executable, "-I", "-c", code)


def refusal(asked: GatewaySettings, timeout: float = 20.0) -> str:
    with pytest.raises(SettingsError) as caught:
        load_token(asked, timeout=timeout)
    sentence = str(caught.value)
    assert sentence.startswith("gateways.lab.token_command")
    assert caught.value.__cause__ is None  # a traceback would show the command
    return sentence


@pytest.mark.parametrize(
    "printed",
    [TOKEN, f"{TOKEN}\n", f"\r\n  {TOKEN} \r\n", f"Bearer {TOKEN}", f"{TOKEN}\nlogin: me\n"],
)
def test_the_first_line_is_the_token(printed: str) -> None:
    loaded = load_token(script(f"print({printed!r}, end='')"))
    assert loaded.token == TOKEN
    assert TOKEN not in repr(loaded)


def test_a_gateway_without_a_command_stays_as_it_is() -> None:
    plain = GatewaySettings("lab", "https://lab.example")
    assert load_token(plain) is plain


def test_a_token_that_is_there_is_not_asked_for_again() -> None:
    typed = GatewaySettings("lab", "https://lab.example", token=TOKEN, token_command=("false",))
    assert load_token(typed) is typed


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    code = "import sys; print(sys.argv[1])"
    asked = gateway(sys.executable, "-I", "-c", code, f"$(touch${{IFS}}{tmp_path}/x)")
    assert load_token(asked).token == f"$(touch${{IFS}}{tmp_path}/x)"
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("status", [1, 2, 127])
def test_a_failure_is_reported_with_its_status_only(
    status: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    code = f"import sys; print('s3cr3t'); print('s3cr3t', file=sys.stderr); sys.exit({status})"
    with caplog.at_level(logging.DEBUG):
        sentence = refusal(script(code))
    assert f"exit status {status}." in sentence
    assert "s3cr3t" not in sentence + caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("printed", ["", "\n \n", "s3cr3t one", "s3cr3t\x1b[1m", "令牌s3cr3t"])
def test_output_that_is_no_token_is_not_repeated(printed: str) -> None:
    code = f"import sys; sys.stdout.buffer.write({printed.encode()!r})"
    assert "s3cr3t" not in refusal(script(code))


def test_bytes_that_are_no_text_are_no_token() -> None:
    refusal(script("import sys; sys.stdout.buffer.write(bytes(range(128, 256)))"))


def test_a_command_that_prints_without_end_is_ended() -> None:
    began = time.monotonic()
    assert "too much" in refusal(script("while True: print('s3cr3t' * 1000)"))
    assert time.monotonic() - began < 15


@pytest.mark.slow
def test_a_command_that_hangs_is_ended_with_its_children() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        child = (
            "import socket, time\n"
            f"held = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}))\n"
            "time.sleep(99)"
        )
        code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
        assert "has not ended in 5 seconds" in refusal(script(code), timeout=5.0)
        listener.settimeout(10)
        connection, _address = listener.accept()
        with connection:
            connection.settimeout(10)
            assert connection.recv(1) == b""  # the child is gone, and its connection with it


def test_a_child_that_keeps_the_output_open_holds_nothing_up() -> None:
    child = "import time; time.sleep(20)"
    code = (
        f"import subprocess, sys; print({TOKEN!r}, flush=True)\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])"
    )
    began = time.monotonic()
    assert load_token(script(code)).token == TOKEN
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("program", ["/nowhere/pass-s3cr3t", "sk-s3cr3t", "a\0b"])
def test_a_missing_program_is_reported_without_its_name(program: str) -> None:
    sentence = refusal(gateway(program, "s3cr3t"))
    assert "cannot be started" in sentence
    assert "s3cr3t" not in sentence


def test_it_has_no_input_to_wait_for() -> None:
    code = f"import sys; print({TOKEN!r} if not sys.stdin.read() else 'no')"
    assert load_token(script(code)).token == TOKEN


def test_it_gets_the_environment_without_any_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "KNOWN", {"sk-known-0123456789"})
    environ = {
        "HINGNET_API_KEY": "sk-first-0123456789",
        "A": "sk-known-0123456789",
        "B": "sk-other-0123456789",
        "SYSTEMROOT": "x",
        "KEPT": "kept",
    }
    code = "import os; print('-'.join(sorted(set(os.environ) & set('ABK') | {'KEPT'} "
    code += "& set(os.environ))) + str('HINGNET_API_KEY' in os.environ))"
    loaded = load_token(script(code), environ, tokens=["sk-other-0123456789"])
    assert loaded.token == "KEPTFalse"
