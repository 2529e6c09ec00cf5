"""The user's own commands get everything but the token."""

from __future__ import annotations

import pytest

from hingtui.system.user_commands import start, without_token
from hingtui.text import redaction
from tests.servers.gateway import TOKEN


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "KNOWN", set())


def test_the_variables_for_a_token_are_left_out() -> None:
    environ = {"HINGNET_API_KEY": "any", "TOKEN": "of another program", "HOME": "/home/me"}
    assert without_token(environ) == {"HOME": "/home/me"}


@pytest.mark.parametrize("name", ["HINGNET_API_KEY", "TOKEN"])
def test_a_copy_of_the_token_under_another_name_is_left_out(name: str) -> None:
    environ = {name: TOKEN, "OPENAI_API_KEY": TOKEN, "HEADERS": f"Bearer {TOKEN}", "A": "b"}
    assert without_token(environ) == {"A": "b"}


def test_a_token_that_was_typed_or_read_from_a_file_is_left_out() -> None:
    assert without_token({"OPENAI_API_KEY": TOKEN, "A": "b"}, [TOKEN]) == {"A": "b"}


def test_a_token_used_earlier_is_left_out() -> None:
    redaction.KNOWN.add(TOKEN)
    assert without_token({"OPENAI_API_KEY": TOKEN, "A": "b"}) == {"A": "b"}


def test_the_token_of_another_program_is_looked_for_nowhere_else() -> None:
    assert without_token({"TOKEN": "b", "A": "b"}) == {"A": "b"}


def test_a_short_token_is_no_part_of_another_value() -> None:
    assert without_token({"A": "abcd", "B": "abc"}, ["abc"]) == {"A": "abcd"}


def test_a_proxy_with_a_password_stays() -> None:
    environ = {"HTTP_PROXY": "http://me:pass@127.0.0.1:9"}
    assert without_token(environ, [TOKEN]) == environ


def test_a_command_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(OSError, match="no-such-command"):
        start(["/no-such-command"])
